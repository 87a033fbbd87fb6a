//! What operations can answer besides their success, as the contract lists it: promise only what can happen.

use axum::http::StatusCode;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// What an operation can meet.
#[derive(Debug, Clone, Copy)]
pub struct Possible {
    /// The request names an object, which may be absent.
    pub names_objects: bool,
    /// The request has a body.
    pub has_body: bool,
    /// The request can ask for more than this server reads.
    pub reads: bool,
    /// What the request makes can be there already.
    pub conflicts: bool,
}

/// The statuses of an operation's errors, and what each means.
fn statuses(possible: Possible) -> Vec<(StatusCode, &'static str)> {
    let mut statuses = vec![
        (StatusCode::BAD_REQUEST, "The request is malformed or breaks a rule."),
        (StatusCode::UNAUTHORIZED, "The token is missing or not valid."),
        (
            StatusCode::FORBIDDEN,
            "The token's permissions don't suffice, nobody may do this, or a quota is used up.",
        ),
    ];
    if possible.names_objects {
        statuses.push((StatusCode::NOT_FOUND, "An object that the request names doesn't exist, or has no mailbox that would hold what is asked for."));
    }
    if possible.conflicts {
        statuses.push((StatusCode::CONFLICT, "What the request makes is there already."));
    }
    if possible.has_body {
        statuses.extend([
            (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
            (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is encoded (`Content-Encoding`) or in another charset than UTF-8.",
            ),
        ]);
    }
    statuses.extend([
        (StatusCode::TOO_MANY_REQUESTS, "The tenant has too many requests under way."),
        (StatusCode::INTERNAL_SERVER_ERROR, "The server met an error of its own."),
    ]);
    if possible.reads {
        statuses.push((
            StatusCode::NOT_IMPLEMENTED,
            "Graph has this query option, which this server doesn't yet; or a list can't show a property.",
        ));
    }
    statuses.extend([
        (StatusCode::SERVICE_UNAVAILABLE, "The server can't answer now. What was asked for isn't done."),
        (StatusCode::GATEWAY_TIMEOUT, "The request took too long. What was asked for may have been done."),
    ]);
    statuses
}

/// The error answers of an operation, by their statuses.
pub(in crate::http) fn of(possible: Possible) -> impl Iterator<Item = (String, RefOr<Response>)> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ODataErrors"))).build();
    statuses(possible).into_iter().map(move |(status, description)| {
        let response = ResponseBuilder::new().description(description);
        (status.as_str().into(), response.content("application/json", content.clone()).build().into())
    })
}
