//! One connection: TLS where it is that, and the protocol that is spoken on it.

use super::{
    activity::Activity,
    app::App,
    connections::Slot,
    http1, http2,
    limits::Limits,
    peer,
    tls::{self, TlsSettings},
};
use axum::http::uri::Scheme;
use socket2::SockRef;
use std::{io, net::TcpStream as StdTcpStream, pin::pin, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_io_timeout::TimeoutStream;

/// A connection that was accepted, and how TLS is spoken on it, where it is.
pub(super) struct Accepted {
    pub(super) stream: StdTcpStream,
    pub(super) tls: Option<TlsSettings>,
}

/// Answers a connection's requests until it ends or makes way for another one.
pub(super) async fn serve(accepted: Accepted, app: impl App, slot: Slot, limits: Limits) {
    let app = peer::told(app, accepted.stream.peer_addr().ok().map(|address| address.ip()));
    let stream = match ready(accepted.stream, &limits) {
        Ok(stream) => Box::pin(stream),
        Err(error) => return tracing::debug!(%error, "a connection can't be served"),
    };
    let Some(settings) = accepted.tls else {
        return http1::serve(stream, Scheme::HTTP, app, slot, limits).await;
    };
    let handshake = tls::accept(settings, stream);
    match within(handshake, slot.activity(), limits.head_time).await {
        Some(Ok((stream, true))) => http2::serve(stream, app, slot, limits).await,
        Some(Ok((stream, false))) => http1::serve(stream, Scheme::HTTPS, app, slot, limits).await,
        Some(Err(error)) => tracing::debug!(%error, "a client and TLS don't fit"),
        None => tracing::debug!("a handshake ended unfinished"),
    }
}

/// A stream as this thread's runtime serves it.
fn ready(stream: StdTcpStream, limits: &Limits) -> io::Result<TimeoutStream<TcpStream>> {
    // Otherwise an answer can wait for the acknowledgement of the one before.
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_send_buffer_size(limits.unread_bytes)?;
    let mut stream = TimeoutStream::new(TcpStream::from_std(stream)?);
    stream.set_write_timeout(Some(limits.write_time));
    Ok(stream)
}

/// What comes before the first request, within this time. `None`: it took longer, the connection makes way for another one, or
/// the server stops.
async fn within<T>(begin: impl Future<Output = T>, activity: &Activity, time: Duration) -> Option<T> {
    let mut begin = pin!(timeout(time, begin));
    loop {
        tokio::select! {
            biased;
            begun = begin.as_mut() => return begun.ok(),
            () = activity.is_to_make_way() => if activity.is_useless() { return None },
            () = activity.is_to_end() => return None,
        }
    }
}
