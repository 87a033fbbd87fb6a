//! Connections: what becomes of them, by TLS and without, with HTTP/1.1 and with HTTP/2.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod http1;
mod http2;
mod server;
mod tls;
