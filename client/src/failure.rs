//! What Graph said in a refusal.

use crate::types::ODataErrors;
use progenitor_client::Error;
use reqwest::StatusCode;
use std::fmt;

/// A refusal by Graph, read out of an [`Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code that programs branch on.
    pub code: String,
    /// The message for people.
    pub message: String,
    /// The id that the server gave the request.
    pub request_id: String,
}

impl Failure {
    /// What Graph said, if the error is a refusal by it and no failure on the way.
    pub fn of(error: &Error<ODataErrors>) -> Option<Self> {
        let Error::ErrorResponse(answer) = error else { return None };
        let said = &answer.error;
        Some(Self {
            status: answer.status(),
            code: said.code.clone(),
            message: said.message.clone(),
            request_id: said.inner_error.request_id.clone(),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {} (request {})", self.status.as_u16(), self.code, self.message, self.request_id)
    }
}

impl std::error::Error for Failure {}
