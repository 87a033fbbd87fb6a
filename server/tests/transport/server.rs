//! A server of these tests, and its limits.

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, uri::Scheme},
    routing::{any, get, post},
};
use roster_server::http::transport::{self, Endpoint, Limits, TlsSettings};
use std::{convert::Infallible, future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

/// Longer than any test takes.
pub const FOREVER: Duration = Duration::from_secs(3600);
/// What hasn't come by then won't come.
pub const LIMIT: Duration = Duration::from_secs(120);
/// More than the system takes from a server whose client reads nothing.
pub const LARGE: usize = 64 << 20;
/// More than a window of HTTP/2.
pub const WINDOWS: usize = 1 << 20;
pub const SLOTS: usize = 2;

/// Limits under which no connection is idle or stalled for too long.
pub fn patient() -> Limits {
    Limits {
        connections: SLOTS,
        idle_time: FOREVER,
        stall_time: FOREVER,
        shutdown_time: FOREVER,
        ..Limits::default()
    }
}

/// Limits under which each idle or stalled connection is so for too long.
pub fn impatient() -> Limits {
    Limits { idle_time: Duration::ZERO, stall_time: Duration::ZERO, ..patient() }
}

/// Limits under which idle connections lose their slots, and stalled ones don't.
pub fn default_like() -> Limits {
    Limits { idle_time: Duration::ZERO, ..patient() }
}

/// Lets requests to paths below `/held` go on.
pub type Release = Arc<Notify>;

/// What is served, and what lets its held requests go on.
fn app() -> (Router, Release) {
    let release = Release::default();
    let app = Router::new()
        .route("/echo", post(|body: Bytes| async { body }))
        .route("/scheme", get(|Extension(scheme): Extension<Scheme>| async move { scheme.to_string() }))
        .route("/large", get(|| async { vec![b'.'; LARGE] }))
        .route("/windows", get(|| async { vec![b'.'; WINDOWS] }))
        // It answers HEAD by itself, as a layer around the routes does.
        .route("/fallible", any(|| async { (StatusCode::IM_A_TEAPOT, "refused") }))
        .route("/pieces", get(pieces))
        .route("/held", get(|State(release): State<Release>| async move { release.notified().await }))
        .route("/held/body-read-late", post(read_late))
        .route(
            "/held/body-unread",
            post(|State(release): State<Release>| async move { release.notified().await }),
        )
        .with_state(release.clone());
    (app, release)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Starts a listener until `stop` is done.
pub async fn start_until(
    limits: Limits,
    stop: impl Future<Output = ()> + Send + 'static,
) -> (SocketAddr, Release, JoinHandle<()>) {
    let ((listener, address), (app, release)) = (listen().await, app());
    let endpoints = vec![Endpoint::plain(listener)];
    let serving = tokio::spawn(async move { transport::serve(endpoints, app, limits, stop).await.unwrap() });
    (address, release, serving)
}

/// The same for TLS with these settings.
pub async fn start_tls_until(
    limits: Limits,
    settings: TlsSettings,
    stop: impl Future<Output = ()> + Send + 'static,
) -> (SocketAddr, Release, JoinHandle<()>) {
    let ((listener, address), (app, release)) = (listen().await, app());
    let endpoints = vec![Endpoint::tls(listener, settings)];
    let serving = tokio::spawn(async move { transport::serve(endpoints, app, limits, stop).await.unwrap() });
    (address, release, serving)
}

/// Two large pieces, one after the other.
async fn pieces() -> Body {
    let piece = Bytes::from(vec![b'.'; LARGE]);
    Body::from_stream(futures::stream::iter([piece.clone(), piece].map(Ok::<_, Infallible>)))
}

async fn read_late(State(release): State<Release>, request: Request) {
    release.notified().await;
    axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
}

pub async fn start(limits: Limits) -> (SocketAddr, Release) {
    let (address, release, _) = start_until(limits, future::pending()).await;
    (address, release)
}
