//! What operations can answer besides their success: a response for each status of what they are refused for, and an example for
//! each refusal.

use super::{
    error_examples::ErrorExample,
    refusals,
    request_faults::{self, Taken},
};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, example::Example};

/// The error responses of the operation that takes this, by their statuses.
pub(in crate::http) fn of(taken: Taken<'_>) -> impl Iterator<Item = (String, RefOr<Response>)> + use<> {
    let rules = refusals::of(taken.operation, taken.need).unwrap_or_default();
    let lists_less = rules.iter().any(|example| example.status() == StatusCode::NOT_IMPLEMENTED);
    let mut by_status: BTreeMap<StatusCode, Vec<ErrorExample>> = BTreeMap::new();
    for example in request_faults::of(taken).into_iter().chain(rules) {
        by_status.entry(example.status()).or_default().push(example);
    }
    by_status.into_iter().map(move |(status, examples)| {
        let description = match status {
            StatusCode::NOT_IMPLEMENTED if lists_less => NOT_SHOWN_IN_LISTS,
            status => description(status),
        };
        (status.as_u16().to_string(), response(description, examples).into())
    })
}

const NOT_SHOWN_IN_LISTS: &str = "Graph has this query option, which this server doesn't yet; or lists don't show a property that the request names.";

fn response(description: &str, examples: Vec<ErrorExample>) -> Response {
    let named = |example: ErrorExample| (example.name.clone(), Example::from(example));
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("ODataErrors")))
        .examples_from_iter(examples.into_iter().map(named))
        .build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}

/// What an error of this status means.
fn description(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The request is malformed or breaks a rule.",
        StatusCode::UNAUTHORIZED => "The token is missing or not valid.",
        StatusCode::FORBIDDEN => {
            "The token's permissions don't suffice, no caller may do this, or a quota is used up."
        }
        StatusCode::NOT_FOUND => {
            "An object that the request names doesn't exist, or has no mailbox that would hold what is asked for."
        }
        StatusCode::CONFLICT => "What the request makes is there already.",
        StatusCode::UNPROCESSABLE_ENTITY => "No group can have these names.",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "The body is encoded (`Content-Encoding`) or in another charset than UTF-8."
        }
        StatusCode::TOO_MANY_REQUESTS => "The tenant has too many requests under way.",
        StatusCode::INTERNAL_SERVER_ERROR => "The server met an error of its own.",
        StatusCode::NOT_IMPLEMENTED => "Graph has this query option, which this server doesn't yet.",
        StatusCode::SERVICE_UNAVAILABLE => "The server can't answer now. What was asked for isn't done.",
        StatusCode::GATEWAY_TIMEOUT => "The request took too long. What was asked for may have been done.",
        other => other.canonical_reason().unwrap_or_default(),
    }
}
