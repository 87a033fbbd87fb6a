//! The accept loop: connections with limits on headers, their size and their time, and a graceful end.

use super::{
    limits::Limits,
    places::{Place, Places},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Version, header},
    response::Response,
};
use futures::poll;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    future::Future,
    io,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::yield_now,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower::{Service, ServiceExt};

/// Serves connections until `stop` is done, then ends those that are idle and waits for the others.
pub async fn serve<S>(listener: TcpListener, app: S, limits: Limits, stop: impl Future<Output = ()>)
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes);
    let places = Places::new(limits);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                after_failed_accept(&error).await;
                continue;
            }
        };
        // After accepting: a place is taken from somebody only where somebody else is there for it.
        let place = tokio::select! {
            place = places.take() => place,
            () = &mut stop => break,
        };
        // Without it, an answer can wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write_time));
        tokio::spawn(serve_connection(
            builder.clone(),
            Box::pin(stream),
            app.clone(),
            place,
            limits.patience,
        ));
    }
    drop(listener);
    if timeout(limits.shutdown_time, places.clear()).await.is_err() {
        tracing::warn!("some requests were still under way at the end of the time for stopping");
    }
}

/// Answers a connection's requests until it ends or its place goes to somebody else.
async fn serve_connection<S>(
    builder: http1::Builder,
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    app: S,
    place: Place,
    patience: Duration,
) where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone,
{
    let turns = place.turns();
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (app, turns) = (app.clone(), turns.clone());
        let version = request.version();
        async move {
            let mut answer = app.oneshot(request.map(|body| Body::new(turns.watch_body(body)))).await?;
            turns.answered();
            if turns.makes_place() {
                if version == Version::HTTP_10 {
                    // To such a client hyper would write `keep-alive` besides, unless the answer is of its version.
                    *answer.version_mut() = version;
                }
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(turns.watch_stream(stream)), service));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = turns.asked_to_leave() => {
            // News of a request that has arrived may still be on its way, and goes first.
            yield_now().await;
            if let Poll::Ready(ended) = poll!(connection.as_mut()) {
                ended
            } else {
                // From now on an answer says that it is the last one.
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    biased;
                    ended = connection => ended,
                    () = turns.lost(patience) => return tracing::debug!("a connection ended: its client kept others waiting"),
                }
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
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
