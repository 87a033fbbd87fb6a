//! What an error answer says, and the answers that several tables give.

use crate::{
    http::contract::wire::{ErrorDetail, InnerError, MainError, ODataErrors},
    model::permissions::Missing,
};
use axum::http::StatusCode;
use std::borrow::Cow;

/// What an error answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// Graph's code, what programs branch on.
    pub code: &'static str,
    /// The message, for people.
    pub message: Cow<'static, str>,
    /// The properties that it is about, and what is wrong with each.
    pub details: Vec<ErrorDetail>,
}

impl Answer {
    /// The answer's body, for this request.
    pub fn body(self, request: InnerError) -> ODataErrors {
        let error = MainError {
            code: self.code.into(),
            message: self.message.into_owned(),
            details: self.details,
            inner_error: Some(request),
        };
        ODataErrors { error }
    }
}

pub(super) const BAD_REQUEST: &str = "Request_BadRequest";
pub(super) const GATEWAY_BAD_REQUEST: &str = "BadRequest";
pub(super) const UNAUTHENTICATED: &str = "InvalidAuthenticationToken";
pub(super) const UNSUPPORTED_QUERY: &str = "Request_UnsupportedQuery";
const DENIED: &str = "Insufficient privileges to complete the operation.";

pub(super) fn answer(
    status: StatusCode,
    code: &'static str,
    message: impl Into<Cow<'static, str>>,
) -> Answer {
    Answer { status, code, message: message.into(), details: Vec::new() }
}

pub(super) fn bad(code: &'static str, message: impl Into<Cow<'static, str>>) -> Answer {
    answer(StatusCode::BAD_REQUEST, code, message)
}

pub(super) fn denied() -> Answer {
    answer(StatusCode::FORBIDDEN, "Authorization_RequestDenied", DENIED)
}

/// The same, with the least that would have done.
pub(super) fn denied_without(missing: &Missing) -> Answer {
    let names: Vec<&str> = missing.permissions.iter().map(|permission| permission.name()).collect();
    if names.is_empty() {
        return denied();
    }
    let kind = if missing.delegated { "delegated" } else { "application" };
    let names = names.join(" and ");
    let message = format!("The token lacks the {kind} permission {names}, the least that is enough.");
    let detail = detail(&names, "PermissionRequired", message);
    Answer { details: vec![detail], ..denied() }
}

pub(super) fn not_implemented(message: impl Into<Cow<'static, str>>) -> Answer {
    answer(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
}

pub(super) fn internal() -> Answer {
    let message = "The server met an error of its own. The request id finds it in the server's log.";
    answer(StatusCode::INTERNAL_SERVER_ERROR, "Service_InternalServerError", message)
}

pub(super) fn unavailable() -> Answer {
    let message = "The service is temporarily unavailable. Please retry again later.";
    answer(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
}

pub(super) fn throttled() -> Answer {
    answer(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Please retry again later.")
}

pub(super) fn about(target: &str, code: &str, message: impl Into<Cow<'static, str>>) -> Answer {
    let detail = ErrorDetail { target: target.into(), code: code.into(), ..ErrorDetail::default() };
    Answer { details: vec![detail], ..bad(BAD_REQUEST, message) }
}

/// An answer about a value that another object has.
pub(super) fn conflict(status: StatusCode, code: &'static str, target: &str, message: String) -> Answer {
    let detail = detail(target, "ObjectConflict", message.clone());
    Answer { details: vec![detail], ..answer(status, code, message) }
}

pub(super) fn detail(target: &str, code: &str, message: String) -> ErrorDetail {
    ErrorDetail { target: target.into(), code: code.into(), message: Some(message), ..ErrorDetail::default() }
}

pub(super) fn capitalised(text: &impl ToString) -> String {
    let text = text.to_string();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
