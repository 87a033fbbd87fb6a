//! HTTP over TCP: accepting connections, limiting them, and ending them. Nothing here knows what is served.

mod connections;
mod limits;
mod listener;
mod request_body;

pub use limits::Limits;
pub use listener::{App, serve};
