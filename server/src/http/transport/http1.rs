//! HTTP/1.1 on a connection: one request after the other.

use super::{
    answering::{self, Answering},
    app::App,
    connections::Slot,
    limits::Limits,
    request_body,
    watched::{WatchedBody, WatchedStream},
};
use axum::{
    http::{HeaderValue, Version, header, uri::Scheme},
    response::Response,
};
use hyper::{
    body::Incoming,
    server::conn::http1::{Builder, Connection},
    service::{HttpService, service_fn},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, error::Error, pin::Pin};
use tokio::io::{AsyncRead, AsyncWrite};

/// Answers the requests on this stream, which have this scheme.
pub(super) async fn serve<S>(stream: S, scheme: Scheme, app: impl App, slot: Slot, limits: Limits)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let activity = slot.activity();
    let stream = WatchedStream { stream, activity: activity.clone() };
    let answer = service_fn(|request: hyper::Request<Incoming>| {
        activity.request_begins();
        let version = request.version();
        let answering = request_body::answer(app.clone(), request, scheme.clone(), limits.drain_time);
        let slot = &slot;
        async move {
            let (mut response, all_is_read) = answering.await;
            if !all_is_read || slot.makes_way() {
                close_after(&mut response, version);
            }
            slot.activity().request_ends();
            let activity = slot.activity().clone();
            Ok::<_, Infallible>(response.map(|body| WatchedBody { body, activity }))
        }
    });
    let connection = builder(&limits).serve_connection(TokioIo::new(stream), answer);
    answering::answer(connection, activity).await;
}

fn builder(limits: &Limits) -> Builder {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes);
    builder
}

impl<I, S, B> Answering for Connection<I, S>
where
    S: HttpService<Incoming, ResBody = B, Error: Into<Box<dyn Error + Send + Sync>>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Tells the client that the connection ends after this answer.
fn close_after(response: &mut Response, version: Version) {
    if version == Version::HTTP_10 {
        // To such a client hyper would write `keep-alive` besides, unless the answer is of its version.
        *response.version_mut() = version;
    }
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
}
