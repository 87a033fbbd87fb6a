//! Examples of error responses: a refusal with the name and the summary that the contract gives it. What it says comes from the
//! one table of errors. Which of them an operation has is decided elsewhere.

use super::wire::InnerError;
use crate::http::errors::Failure;
use axum::http::StatusCode;
use serde_json::Value;
use std::borrow::Cow;
use utoipa::openapi::example::{Example, ExampleBuilder};

/// A refusal that an operation can answer with.
#[derive(Debug, Clone)]
pub struct ErrorExample {
    /// Its name among those of its status.
    pub name: Cow<'static, str>,
    summary: Cow<'static, str>,
    failure: Failure,
}

impl ErrorExample {
    /// The refusal of this name, which comes where this is so.
    pub(super) fn new(
        name: impl Into<Cow<'static, str>>,
        summary: impl Into<Cow<'static, str>>,
        failure: impl Into<Failure>,
    ) -> Self {
        Self { name: name.into(), summary: summary.into(), failure: failure.into() }
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.failure.answer().status
    }
}

impl From<ErrorExample> for Example {
    fn from(example: ErrorExample) -> Self {
        let body = body(&example.failure);
        ExampleBuilder::new().summary(example.summary).value(Some(body)).build()
    }
}

fn body(failure: &Failure) -> Value {
    const REQUEST_ID: &str = "0b5b1f5e-5d3c-4b7e-8a55-0d8f7f2f3c11";
    let request = InnerError {
        date: Some("2026-01-31T12:00:00".into()),
        request_id: Some(REQUEST_ID.into()),
        client_request_id: Some(REQUEST_ID.into()),
    };
    serde_json::to_value(failure.answer().body(request)).unwrap_or_default()
}
