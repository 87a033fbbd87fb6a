//! The one table from what a rule refuses, what broke and what a request got wrong to status, Graph code and message: each file has
//! the lines of one source. The recorded messages are Graph's own; where none was recorded the words are ours.

mod answer;
mod membership_rules;
mod queries;
mod refusals;
mod requests;
mod tokens;

pub use answer::Answer;
pub use requests::RequestFault;

use crate::{
    auth::tokens::TokenFault,
    directory::{self, Refusal},
    odata::{query::QueryFault, reference::InvalidReference},
    store,
};
use answer::{internal, throttled, unavailable};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use refusals::refusal_answer;
use requests::request_answer;
use std::sync::Arc;
use tokens::token_answer;

/// Why a request under `/v1.0` is refused. The outer layer writes it as Graph's error envelope.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The token isn't accepted.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// The request is wrong.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// A rule says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store broke.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The keys can't be read or made.
    #[error("{0}")]
    Keys(Arc<dyn std::error::Error + Send + Sync>),
}

impl From<directory::Error> for Failure {
    fn from(error: directory::Error) -> Self {
        match error {
            directory::Error::Refused(refusal) => Self::Refused(refusal),
            directory::Error::Store(error) => Self::Store(error),
        }
    }
}

impl From<QueryFault> for Failure {
    fn from(fault: QueryFault) -> Self {
        Self::Request(RequestFault::Query(fault))
    }
}

impl From<InvalidReference> for Failure {
    fn from(_: InvalidReference) -> Self {
        Self::Request(RequestFault::Reference)
    }
}

impl IntoResponse for Failure {
    /// Leaves the body to the outer layer, which knows the request's ids.
    fn into_response(self) -> Response {
        let mut response = self.answer().status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl Failure {
    /// Whether the request asks for what isn't served: readers of the log will want to know which path that is.
    pub fn is_unserved(&self) -> bool {
        let is_unknown = matches!(self, Self::Request(RequestFault::Segment(_) | RequestFault::Method));
        is_unknown || self.answer().status == StatusCode::NOT_IMPLEMENTED
    }

    /// The line of the table.
    pub fn answer(&self) -> Answer {
        match self {
            Self::Token(fault) => token_answer(*fault),
            Self::Request(fault) => request_answer(fault),
            Self::Refused(refusal) => refusal_answer(refusal),
            Self::Store(error) => store_answer(error),
            Self::Keys(_) => internal(),
        }
    }
}

fn store_answer(error: &store::Error) -> Answer {
    match error {
        store::Error::TenantOverloaded => throttled(),
        store::Error::TenantGone => token_answer(TokenFault::Tenant),
        store::Error::Overloaded | store::Error::Closed | store::Error::Lost | store::Error::DiskFull => {
            unavailable()
        }
        store::Error::Database(_) if error.is_passing() => unavailable(),
        store::Error::Database(_)
        | store::Error::Panicked
        | store::Error::Corrupt(_)
        | store::Error::Newer
        | store::Error::Foreign
        | store::Error::Damaged
        | store::Error::Folder(_)
        | store::Error::Older
        | store::Error::Migration(_)
        | store::Error::Large => internal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_of_5xx_carries_what_happened_inside() {
        let broken = Failure::from(store::Error::Corrupt("a secret detail"));
        assert!(!broken.answer().message.contains("secret"));
        assert_eq!(broken.answer().status, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
