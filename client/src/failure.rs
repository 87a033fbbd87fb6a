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
    /// The id that the server gave the request, where it said one.
    pub request_id: Option<String>,
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
            request_id: said.inner_error.as_ref().and_then(|inner| inner.request_id.clone()),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.message)?;
        self.request_id.as_ref().map_or(Ok(()), |id| write!(f, " (request {id})"))
    }
}

impl std::error::Error for Failure {}
