//! HTTP over TCP and TLS: accepting connections, limiting them, and ending them. Nothing here knows what is served.

mod activity;
mod answering;
mod app;
mod connection;
mod connections;
mod http1;
mod http2;
mod limits;
mod lingering;
mod listener;
mod peer;
mod request_body;
mod tls;
mod watched;

pub use app::App;
pub use limits::Limits;
pub use listener::{Endpoint, serve};
pub use peer::Peer;
pub use tls::TlsSettings;
