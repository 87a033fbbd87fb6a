//! HTTP/1.1 on a connection: one request after the other.

use super::{
    answering::{self, Answering},
    app::App,
    connections::Slot,
    limits::Limits,
    request_body::RequestBody,
    watched::{WatchedBody, WatchedStream},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Version, header, uri::Scheme},
    response::Response,
};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1::{Builder, Connection},
    service::{HttpService, service_fn},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, error::Error, pin::Pin, time::Duration};
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt;

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
        let answering = answer(app.clone(), request, scheme.clone(), limits.drain_time);
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
    answering::answer(connection, activity, &limits).await;
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

/// Answers a request. Says besides whether all of it was read, so that another one can follow it.
async fn answer(
    app: impl App,
    mut request: hyper::Request<Incoming>,
    scheme: Scheme,
    drain_time: Duration,
) -> (Response, bool) {
    request.extensions_mut().insert(scheme);
    if request.body().is_end_stream() {
        let Ok(response) = app.oneshot(request.map(|_| Body::empty())).await;
        return (response, true);
    }
    let (parts, body) = request.into_parts();
    let (body, rest) = RequestBody::new(&parts.headers, body);
    let Ok(response) = app.oneshot(Request::from_parts(parts, Body::new(body))).await;
    // A server that has too much to do reads nothing that it needn't.
    let all_is_read = response.status() != StatusCode::SERVICE_UNAVAILABLE && rest.drain(drain_time).await;
    (response, all_is_read)
}

/// Tells the client that the connection ends after this answer.
fn close_after(response: &mut Response, version: Version) {
    if version == Version::HTTP_10 {
        // To such a client hyper would write `keep-alive` besides, unless the answer is of its version.
        *response.version_mut() = version;
    }
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
}
