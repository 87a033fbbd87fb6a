//! What operations can answer besides their success, as the contract lists it: promise only what can happen.

use axum::http::StatusCode;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type},
};

/// What an operation that reads objects of a kind can answer besides its success, where it names none.
pub type ListErrors = ErrorResponses<READS>;
/// What an operation that reads can answer besides its success, where it names an object.
pub type ReadErrors = ErrorResponses<{ NAMES_OBJECTS | READS }>;
/// What an operation without a body that changes an object can answer besides its success.
pub type ObjectErrors = ErrorResponses<NAMES_OBJECTS>;
/// What an operation with a body that names an object can answer besides its success.
pub type WriteErrors = ErrorResponses<{ NAMES_OBJECTS | HAS_BODY }>;
/// What an operation with a body can answer besides its success, where it names no object.
pub type CreateErrors = ErrorResponses<HAS_BODY>;
/// The same where another object can stand in the way.
pub type CreateOnceErrors = ErrorResponses<{ HAS_BODY | CONFLICTS }>;

/// The request names an object, which may be absent.
const NAMES_OBJECTS: u8 = 1;
/// The request has a body.
const HAS_BODY: u8 = 2;
/// The request can ask for more than this server reads.
const READS: u8 = 4;
/// What the request makes can be there already.
const CONFLICTS: u8 = 8;

/// The statuses of a set of [`ErrorResponses`], and what each means.
fn documented(set: u8) -> Vec<(StatusCode, &'static str)> {
    let mut statuses = vec![
        (StatusCode::BAD_REQUEST, "The request is malformed or breaks a rule."),
        (StatusCode::UNAUTHORIZED, "The token is missing or not valid."),
        (
            StatusCode::FORBIDDEN,
            "The token's permissions don't suffice, nobody may do this, or a quota is used up.",
        ),
    ];
    if set & NAMES_OBJECTS != 0 {
        statuses.push((StatusCode::NOT_FOUND, "An object that the request names doesn't exist, or has no mailbox that would hold what is asked for."));
    }
    if set & CONFLICTS != 0 {
        statuses.push((StatusCode::CONFLICT, "What the request makes is there already."));
    }
    if set & HAS_BODY != 0 {
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
    if set & READS != 0 {
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

/// The error answers of an operation: one of the sets of [`documented`].
pub struct ErrorResponses<const SET: u8>;

impl<const SET: u8> IntoResponses for ErrorResponses<SET> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ODataErrors"))).build();
        let retry_after = HeaderBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(Type::Integer).build()))
            .description(Some("After how many seconds to try again."))
            .build();
        let challenge = HeaderBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
            .description(Some("Which kind of token is asked for, and where it is issued."))
            .build();
        documented(SET)
            .into_iter()
            .map(|(status, description)| {
                let mut response = ResponseBuilder::new()
                    .description(description)
                    .content("application/json", content.clone());
                match status.as_u16() {
                    401 => response = response.header("WWW-Authenticate", challenge.clone()),
                    429 | 503 => response = response.header("Retry-After", retry_after.clone()),
                    _ => {}
                }
                (status.as_u16().to_string(), RefOr::T(response.build()))
            })
            .collect()
    }
}
