//! What is left of a request's body when it is answered. It is read and dropped, so that the connection can be kept: a
//! client that sends its body after the head would meet a closed connection otherwise, and lose the answer.

use super::app::App;
use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header, uri::Scheme},
    response::Response,
};
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::timeout;
use tower::ServiceExt;

/// How much of a body is read and dropped, in bytes.
const MAX_DRAINED: usize = 64 << 20;

/// Answers a request. Says besides whether all of it was read, so that another one can follow it.
pub(super) async fn answer(
    app: impl App,
    mut request: hyper::Request<Incoming>,
    scheme: Scheme,
    drain_time: Duration,
) -> (Response, bool) {
    request.extensions_mut().insert(scheme);
    if request.body().is_end_stream() {
        let Ok(response) = app.oneshot(request.map(|_| axum::body::Body::empty())).await;
        return (response, true);
    }
    let (parts, body) = request.into_parts();
    let (body, rest) = RequestBody::new(&parts.headers, body);
    let Ok(response) = app.oneshot(Request::from_parts(parts, axum::body::Body::new(body))).await;
    // A server that has too much to do reads nothing that it needn't.
    let all_is_read = response.status() != StatusCode::SERVICE_UNAVAILABLE && rest.drain(drain_time).await;
    (response, all_is_read)
}

/// A request's body. What of it wasn't read goes to its [`Rest`] when this is dropped.
pub(super) struct RequestBody {
    body: Option<Incoming>,
    /// Whether the client waits to be asked for the body (`Expect: 100-continue`): reading asks for it.
    awaited: bool,
    rest: Arc<Mutex<Option<Unread>>>,
}

/// What of a request's body wasn't read.
pub(super) struct Rest(Arc<Mutex<Option<Unread>>>);

struct Unread {
    body: Incoming,
    awaited: bool,
}

impl RequestBody {
    /// A body, and what will be left of it.
    pub(super) fn new(headers: &HeaderMap, body: Incoming) -> (Self, Rest) {
        let rest = Arc::default();
        let awaited = headers.contains_key(header::EXPECT);
        (Self { body: Some(body), awaited, rest: Arc::clone(&rest) }, Rest(rest))
    }
}

impl Rest {
    /// Reads and drops it. Whether the end of it came in time: then the next request can follow it.
    pub(super) async fn drain(self, time: Duration) -> bool {
        let unread = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Unread { mut body, awaited }) = unread else { return true };
        if body.is_end_stream() {
            return true;
        }
        if awaited {
            // It isn't asked for any more. Whether it comes all the same is for the client to decide.
            return false;
        }
        let read = async {
            let mut read = 0;
            while let Some(frame) = body.frame().await {
                let Ok(frame) = frame else { return false };
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > MAX_DRAINED {
                    return false;
                }
            }
            true
        };
        timeout(time, read).await.unwrap_or(false)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.awaited = false;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            let unread = Unread { body, awaited: self.awaited };
            *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(unread);
        }
    }
}
