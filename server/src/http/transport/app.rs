//! What answers requests, whatever it is.

use axum::{extract::Request, response::Response};
use std::convert::Infallible;
use tower::Service;

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
