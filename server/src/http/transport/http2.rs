//! HTTP/2 on a connection: many requests at once, each a stream (RFC 9113).
//!
//! What HTTP/1.1 bounds by having one request after the other is bounded here for each stream: a stream beside another one takes
//! a place, of which all connections together have as many as there may be connections. It is given back when the last byte of
//! its answer is sent, or when the client gives it up. A client that takes nothing of its answers for long loses its connection, and so
//! does one that only begins streams to give them up before they are answered.

use super::{
    activity::Stream,
    answering::{self, Answering},
    app::App,
    connections::Slot,
    limits::Limits,
    lingering::Lingering,
    request_body,
};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::{Method, StatusCode, header, uri::Scheme},
    response::{IntoResponse, Response},
};
use h2::Reason;
use hyper::{
    body::{Frame, Incoming, SizeHint},
    rt::bounds::Http2ServerConnExec,
    server::conn::http2::{Builder, Connection},
    service::{HttpService, service_fn},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes of answers that HTTP/2 itself holds for each stream.
const UNSENT: usize = 16 << 10;

/// Bytes that are sent of an answer as one: its client takes so many at least for it to go on.
const PIECE: usize = 4 << 10;

/// Bytes of requests' bodies that may wait to be read, on a stream and on a connection: what the protocol begins with.
const WINDOW: u32 = (1 << 16) - 1;

/// Answers the requests on this stream.
pub(super) async fn serve<S>(stream: S, app: impl App, slot: Slot, limits: Limits)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let slot = Arc::new(slot);
    let activity = Arc::clone(slot.activity());
    activity.begin_streams();
    let answer = service_fn(|request| {
        // At once, so that the connection knows of it.
        let stream = slot.stream();
        answer(app.clone(), request, stream, Arc::clone(&slot), limits)
    });
    let stream = Lingering::new(stream, limits.drain_time);
    let connection = builder(&limits).serve_connection(TokioIo::new(stream), answer);
    answering::answer(connection, &activity).await;
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_send_buf_size(UNSENT);
    builder
}

impl<I, S, B, E> Answering for Connection<I, S, E>
where
    S: HttpService<Incoming, ResBody = B, Error: Into<Box<dyn Error + Send + Sync>>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: HttpBody<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
    E: Http2ServerConnExec<S::Future, B>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

async fn answer(
    app: impl App,
    request: hyper::Request<Incoming>,
    stream: Option<Stream>,
    slot: Arc<Slot>,
    limits: Limits,
) -> Result<hyper::Response<StreamBody>, h2::Error> {
    // Such a client may send the request again: nothing was done for it.
    let stream = stream.ok_or(Reason::REFUSED_STREAM)?;
    let is_head = request.method() == Method::HEAD;
    let mut response = if request.headers().len() > limits.headers {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response()
    } else {
        // What isn't read of a body is dropped.
        request_body::answer(app, request, Scheme::HTTPS, limits.drain_time).await.0
    };
    if is_head {
        leave_out_body(&mut response);
    }
    if slot.makes_way() {
        slot.activity().end();
    }
    stream.is_answered();
    Ok(response.map(|body| StreamBody { body, rest: Bytes::new(), stream: Arc::new(stream) }))
}

/// An answer to HEAD tells only how long its body would be.
fn leave_out_body(response: &mut Response) {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    *response.body_mut() = Body::empty();
}

/// An answer's body, in pieces that each hold its stream's place until they are sent.
struct StreamBody {
    body: Body,
    /// What of the body's last piece is left.
    rest: Bytes,
    stream: Arc<Stream>,
}

/// Bytes on their way, and their stream.
struct Piece {
    bytes: Bytes,
    stream: Arc<Stream>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.stream.goes_on();
    }
}

impl HttpBody for StreamBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match futures::ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return Poll::Ready(other),
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = Piece { bytes: self.rest.split_to(length), stream: Arc::clone(&self.stream) };
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}
