//! The accept loop, the threads that serve connections, and a graceful end.
//!
//! Each thread has a runtime of its own and connections of its own, handed out in turn: a request stays on the thread that
//! its connection is on. So nothing that takes long may run on these threads.

use super::{
    connections::{ConnectionSlots, Slot, WatchedBody, WatchedStream},
    limits::Limits,
    request_body::RequestBody,
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Version, header, uri::Scheme},
    response::Response,
};
use futures::{future::select_all, poll};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use std::{
    convert::Infallible, future::Future, io, net::TcpStream as StdTcpStream, pin::pin, thread, time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::{mpsc, oneshot},
    task::yield_now,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower::{Service, ServiceExt};

/// Events of connections that a thread looks at together at most.
const MAX_EVENTS: usize = 4096;

/// What clients speak on the connections. It is put into each request, for the URLs that answers name.
const SCHEME: Scheme = Scheme::HTTP;

/// What answers the requests. Each has the scheme of its connection in its extensions.
pub trait App:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> App for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Serves connections to these, one at least, until `stop` is done, then ends those that are idle and waits for the others. Fails
/// where a thread can't be started.
pub async fn serve(
    listeners: Vec<TcpListener>,
    app: impl App,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let slots = ConnectionSlots::new(limits);
    let start = |_| ServingThread::start(app.clone(), limits);
    let threads = (0..limits.threads.max(1)).map(start).collect::<io::Result<Vec<_>>>()?;
    let mut in_turn = threads.iter().cycle();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listeners) => accepted.and_then(TcpStream::into_std),
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok(stream) => stream,
            Err(error) => {
                after_failed_accept(&error).await;
                continue;
            }
        };
        // Only now: a connection is closed for another one that is there.
        let slot = tokio::select! {
            slot = slots.take() => slot,
            () = &mut stop => break,
        };
        let serves = |thread: &ServingThread| thread.connections.send((stream, slot)).is_ok();
        if !in_turn.next().is_some_and(serves) {
            return Err(io::Error::other("a thread that serves connections has ended"));
        }
    }
    drop(listeners);
    if timeout(limits.shutdown_time, slots.clear()).await.is_err() {
        tracing::warn!("some requests were still under way at the end of the time for stopping");
    }
    for thread in threads {
        thread.end().await;
    }
    Ok(())
}

/// The next connection to any of these.
async fn accept(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    let accepts = listeners.iter().map(|listener| Box::pin(listener.accept()));
    let (accepted, ..) = select_all(accepts).await;
    accepted.map(|(stream, _)| stream)
}

/// A thread that serves connections.
struct ServingThread {
    connections: mpsc::UnboundedSender<(StdTcpStream, Slot)>,
    ended: oneshot::Receiver<()>,
}

impl ServingThread {
    fn start(app: impl App, limits: Limits) -> io::Result<Self> {
        let (connections, mut accepted) = mpsc::unbounded_channel();
        let (ends, ended) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            // Whether a request has arrived must be seen in one look at all connections.
            .max_io_events_per_tick(limits.connections.clamp(1, MAX_EVENTS))
            .build()?;
        let serve = async move {
            let builder = builder(&limits);
            while let Some((stream, slot)) = accepted.recv().await {
                tokio::spawn(serve_connection(builder.clone(), stream, app.clone(), slot, limits));
            }
        };
        thread::Builder::new().name("http".into()).spawn(move || {
            // At its end the runtime drops the connections that are left.
            runtime.block_on(serve);
            drop(runtime);
            drop(ends);
        })?;
        Ok(Self { connections, ended })
    }

    /// Ends the thread, and the connections that are left on it.
    async fn end(self) {
        drop(self.connections);
        let _ = self.ended.await;
    }
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes);
    builder
}

/// Answers a connection's requests until it ends or makes way for another one.
async fn serve_connection(
    builder: http1::Builder,
    stream: StdTcpStream,
    app: impl App,
    slot: Slot,
    limits: Limits,
) {
    let stream = match ready(stream, &limits) {
        Ok(stream) => stream,
        Err(error) => return tracing::debug!(%error, "a connection can't be served"),
    };
    let activity = slot.activity();
    let stream = WatchedStream { stream: Box::pin(stream), activity: activity.clone() };
    let answer = service_fn(|request: hyper::Request<Incoming>| {
        activity.request_begins();
        let version = request.version();
        let answering = answer(app.clone(), request, limits.drain_time);
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
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), answer));
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
                if poll!(connection.as_mut()).is_ready() || activity.is_quiet() {
                    return;
                }
                connection.as_mut().graceful_shutdown();
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
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

/// Answers a request. Says besides whether all of it was read, so that another one can follow it.
async fn answer(
    app: impl App,
    mut request: hyper::Request<Incoming>,
    drain_time: Duration,
) -> (Response, bool) {
    request.extensions_mut().insert(SCHEME);
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

/// Out of file descriptors: accepting at once again would only spin.
async fn after_failed_accept(error: &io::Error) {
    let of_the_peer = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !of_the_peer {
        tracing::error!(%error, "accepting a connection failed");
        sleep(Duration::from_millis(200)).await;
    }
}
