//! A connection that answers, whatever protocol is spoken on it, and its end.

use super::{activity::Activity, limits::Limits};
use futures::poll;
use std::pin::{Pin, pin};
use tokio::{task::yield_now, time::sleep};

/// A connection on which requests are answered as long as it is polled.
pub(super) trait Answering: Future<Output = hyper::Result<()>> {
    /// Lets it end once what is under way is answered.
    fn end(self: Pin<&mut Self>);
}

/// Lets a connection answer until it ends, makes way for another one, is overdue, or is to end.
pub(super) async fn answer(connection: impl Answering, activity: &Activity, limits: &Limits) {
    let mut connection = pin!(connection);
    let mut is_ending = false;
    let ended = loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => break ended,
            () = activity.is_to_make_way() => {
                // A request that has arrived may not be known here yet.
                yield_now().await;
                if poll!(connection.as_mut()).is_ready() || activity.is_useless() {
                    return tracing::debug!("a connection made way for another one");
                }
            }
            () = activity.is_to_end() => {
                yield_now().await;
                if poll!(connection.as_mut()).is_ready() || activity.is_quiet() && !activity.has_streams() {
                    return;
                }
                connection.as_mut().end();
                is_ending = true;
            }
            // Who doesn't take leave is left all the same.
            () = sleep(limits.drain_time), if is_ending && activity.is_quiet() => return,
            () = activity.is_overdue() => {
                if is_ending || !activity.is_quiet() {
                    return tracing::debug!("a client took too long");
                }
                connection.as_mut().end();
                is_ending = true;
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}
