//! Where a connection comes from, for what answers its requests.

use super::app::App;
use axum::extract::Request;
use std::net::IpAddr;
use tower::util::MapRequest;

/// The address that a request came from. A proxy's, where one stands before this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The same, which finds this address in its requests.
pub(super) fn told(app: impl App, peer: Option<IpAddr>) -> impl App {
    MapRequest::new(app, move |mut request: Request| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(Peer(peer));
        }
        request
    })
}
