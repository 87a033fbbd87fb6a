//! A connection that answers, whatever protocol is spoken on it, and its end.

use super::activity::Activity;
use futures::poll;
use std::pin::{Pin, pin};
use tokio::task::yield_now;

/// A connection on which requests are answered as long as it is polled.
pub(super) trait Answering: Future<Output = hyper::Result<()>> {
    /// Lets it end once what is under way is answered.
    fn end(self: Pin<&mut Self>);
}

/// Lets a connection answer until it ends, makes way for another one, is overdue, or is to end.
pub(super) async fn answer(connection: impl Answering, activity: &Activity) {
    let mut connection = pin!(connection);
    let ended = loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => break ended,
            () = activity.is_to_make_way() => {
                // A request that has arrived may not be known here yet.
                yield_now().await;
                if poll!(connection.as_mut()).is_ready() || activity.is_useless() {
                    if activity.has_streams() {
                        // Its client may be about to send a request, and is told that it isn't read.
                        end(connection.as_mut(), activity);
                        let _ = poll!(connection.as_mut());
                    }
                    return tracing::debug!("a connection made way for another one");
                }
            }
            () = activity.is_to_end() => {
                yield_now().await;
                if poll!(connection.as_mut()).is_ready() || activity.is_quiet() && !activity.has_streams() {
                    return;
                }
                end(connection.as_mut(), activity);
            }
            () = activity.is_overdue() => {
                if activity.is_ending() || !activity.is_quiet() {
                    return tracing::debug!("a client took too long");
                }
                end(connection.as_mut(), activity);
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

fn end(connection: Pin<&mut impl Answering>, activity: &Activity) {
    activity.begin_end();
    connection.end();
}
