//! The origin (scheme, host and port) of this server, as the caller sees it. Which origins are this server's is the
//! state's to know.

use super::errors::{Failure, RequestFault};
use axum::{
    extract::FromRequestParts,
    http::{request::Parts, uri::Scheme},
};
use std::sync::Arc;

/// Where this server is for the caller. The outer layer puts it into the request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The scheme of the connection.
    pub scheme: Scheme,
    /// Scheme, host and port that links name: the public URL's, else the request's own.
    pub links: Arc<str>,
    /// Those by which the request came.
    pub request: Arc<str>,
}

impl Origin {
    /// The base of Graph's URLs.
    pub fn base(&self) -> String {
        format!("{}/v1.0", self.links)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get().cloned().ok_or(Failure::Request(RequestFault::Internal))
    }
}
