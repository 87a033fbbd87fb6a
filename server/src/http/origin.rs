//! The origin (scheme, host and port) of this server, as the caller sees it. Which origins are this server's is the
//! state's to know.

use super::errors::{Failure, RequestFault};
use crate::odata::path::Version;
use axum::{extract::FromRequestParts, http::request::Parts};
use std::sync::Arc;

/// Where this server is for the caller. The outer layer puts it into the request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Scheme, host and port that links name: the public URL's, else the request's own.
    pub links: Arc<str>,
    /// Those by which the request came.
    pub request: Arc<str>,
    /// The version of Graph that the caller uses.
    pub version: Version,
}

impl Origin {
    /// The base of Graph's URLs, of the version that the caller uses.
    pub fn base(&self) -> String {
        format!("{}/{}", self.links, self.version.name())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get().cloned().ok_or(Failure::Request(RequestFault::Internal))
    }
}
