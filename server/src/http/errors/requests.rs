//! What a request got wrong before any rule was asked.

use super::{
    answer::{
        Answer, BAD_REQUEST, GATEWAY_BAD_REQUEST, UNAUTHENTICATED, about, answer, bad, denied_without,
        internal, not_implemented, throttled, unavailable,
    },
    queries::query_answer,
};
use crate::{
    model::permissions::Missing,
    odata::{batch::BatchFault, query::QueryFault},
};
use axum::http::StatusCode;
use std::sync::Arc;

/// What a request got wrong before any rule was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// An id in the path isn't one.
    #[error("invalid id '{0}' in the path")]
    Identifier(String),
    /// Nothing lies at this path; the segment is the first that leads nowhere.
    #[error("unknown path segment '{0}'")]
    Segment(String),
    /// The path is served, but not by this method.
    #[error("method not allowed")]
    Method,
    /// Graph has this, be it an operation or a part of its paths, and this server doesn't yet.
    #[error("'{0}' isn't served yet")]
    NotServed(Arc<str>),
    /// Graph has this outside of its directory, which is all that this server is.
    #[error("'{0}' is outside of the directory")]
    OutsideOfDirectory(Arc<str>),
    /// A POST to members or owners, or a DELETE of one, without `/$ref`.
    #[error("write to a navigation collection")]
    NotContained,
    /// A PATCH of references.
    #[error("update of references")]
    NotSupported,
    /// Several Authorization headers that differ.
    #[error("several Authorization headers")]
    TwoAuthorizations,
    /// No Content-Type.
    #[error("no Content-Type")]
    NoContentType,
    /// A Content-Type that isn't JSON's.
    #[error("Content-Type isn't JSON")]
    ContentType,
    /// Several Content-Types, one that can't be read, or a charset other than UTF-8.
    #[error("unknown or unreadable charset")]
    Charset,
    /// A Content-Encoding.
    #[error("unknown or unreadable content coding")]
    ContentEncoding,
    /// An empty body.
    #[error("empty body")]
    EmptyBody,
    /// A body that isn't a JSON object.
    #[error("body isn't a JSON object")]
    Json,
    /// An object in the body names a member twice.
    #[error("'{0}' stands twice in an object of the body")]
    DuplicateName(String),
    /// A body that is too large.
    #[error("body too large")]
    TooLarge,
    /// There is no memory for the body now.
    #[error("the memory for bodies is used up")]
    Overloaded,
    /// The tenant's bodies have all the memory that they may have.
    #[error("the tenant's share of the memory for bodies is used up")]
    TenantOverloaded,
    /// There were too many wrong passwords in a row.
    #[error("too many wrong passwords")]
    TooManyPasswords,
    /// The connection ended within the body, or the rest of it didn't come.
    #[error("body incomplete")]
    Incomplete,
    /// A reference body without `@odata.id`.
    #[error("no '@odata.id' in the body")]
    NoReference,
    /// A reference that names nothing of the directory's.
    #[error("invalid reference")]
    Reference,
    /// A binding that isn't served.
    #[error("'{0}' can't be bound here")]
    Binding(String),
    /// A batch is wrong as a whole.
    #[error(transparent)]
    Batch(BatchFault),
    /// This part of a request in a batch can't be read.
    #[error("the {0} of a request in a batch can't be read")]
    InBatch(&'static str),
    /// A batch in a batch.
    #[error("a batch in a batch")]
    NestedBatch,
    /// What a request in a batch depends on has failed.
    #[error("what the request depends on has failed")]
    FailedDependency,
    /// A query option is wrong.
    #[error(transparent)]
    Query(QueryFault),
    /// No user is signed in whom `/me` could name.
    #[error("/me without a signed-in user")]
    NobodySignedIn,
    /// A paging token that doesn't open, or was made for another query.
    #[error("invalid paging token")]
    PageToken,
    /// The caller's permissions don't suffice for the operation.
    #[error("insufficient permissions")]
    Forbidden(Missing),
    /// The request took too long.
    #[error("timed out")]
    TimedOut,
    /// The Host header names another machine than this one, on a server that is for this one only.
    #[error("a host that isn't loopback")]
    Host,
    /// The request names no host, several, or what can't be one.
    #[error("no host, several, or none that can be one")]
    NoHost,
    /// The server broke.
    #[error("internal error")]
    Internal,
}

impl From<BatchFault> for RequestFault {
    fn from(fault: BatchFault) -> Self {
        Self::Batch(fault)
    }
}

pub(super) fn request_answer(fault: &RequestFault) -> Answer {
    match fault {
        RequestFault::Identifier(id) => bad(BAD_REQUEST, format!("Invalid object identifier '{id}'.")),
        RequestFault::Segment(segment) => {
            bad(GATEWAY_BAD_REQUEST, format!("Resource not found for the segment '{segment}'"))
        }
        RequestFault::Method => answer(
            StatusCode::METHOD_NOT_ALLOWED,
            BAD_REQUEST,
            "Specified HTTP method is not allowed for the request target.",
        ),
        RequestFault::NotServed(what) => {
            not_implemented(format!("Graph has this: {what}. This server doesn't yet."))
        }
        RequestFault::OutsideOfDirectory(what) => not_implemented(format!(
            "Graph has this outside of its directory: {what}. This server is only the directory."
        )),
        RequestFault::NotContained => {
            bad(GATEWAY_BAD_REQUEST, "Write requests are only supported on contained entities")
        }
        RequestFault::NotSupported => {
            bad(GATEWAY_BAD_REQUEST, "The request is currently not supported on the targeted entity set")
        }
        RequestFault::TwoAuthorizations => answer(
            StatusCode::UNAUTHORIZED,
            UNAUTHENTICATED,
            "The request has several Authorization headers, and their values differ.",
        ),
        RequestFault::NoContentType => bad(
            GATEWAY_BAD_REQUEST,
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ),
        RequestFault::ContentType => {
            bad(GATEWAY_BAD_REQUEST, "Entity only allows writes with a JSON Content-Type header.")
        }
        RequestFault::Charset => unsupported_media(
            "The Content-Type header must stand once, be readable, and name no charset other than UTF-8.",
        ),
        RequestFault::ContentEncoding => unsupported_media(
            "The request's body is encoded as its Content-Encoding header says, which this server doesn't decode. \
             Send it as it is.",
        ),
        RequestFault::EmptyBody => bad(GATEWAY_BAD_REQUEST, "Empty Payload. JSON content expected."),
        RequestFault::Json => bad(
            GATEWAY_BAD_REQUEST,
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of \
             valid JSON format.",
        ),
        RequestFault::DuplicateName(name) => about(
            name,
            "DuplicateProperty",
            format!("The property '{name}' stands more than once in an object of the payload."),
        ),
        RequestFault::TooLarge => answer(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            "The request's body is larger than this server takes.",
        ),
        RequestFault::Overloaded => unavailable(),
        RequestFault::TenantOverloaded | RequestFault::TooManyPasswords => throttled(),
        RequestFault::Incomplete => bad(GATEWAY_BAD_REQUEST, "The request's body ended too early."),
        RequestFault::NoReference => bad(
            BAD_REQUEST,
            "An unexpected 'EndOfInput' node was found when reading from the JSON reader. A 'StartObject' node \
             was expected.",
        ),
        RequestFault::Reference => bad(BAD_REQUEST, "Invalid URL format specified in payload."),
        RequestFault::Binding(name) => {
            bad(BAD_REQUEST, format!("'{name}' is not supported in this request."))
        }
        RequestFault::Batch(fault) => batch_answer(fault),
        RequestFault::InBatch(part) => {
            bad(GATEWAY_BAD_REQUEST, format!("The {part} of this request in the batch can't be read."))
        }
        RequestFault::NestedBatch => bad(GATEWAY_BAD_REQUEST, "A batch can't stand in another one."),
        RequestFault::FailedDependency => answer(
            StatusCode::FAILED_DEPENDENCY,
            "FailedDependency",
            "This request wasn't sent, since one that it depends on has failed.",
        ),
        RequestFault::Query(fault) => query_answer(fault),
        RequestFault::NobodySignedIn => {
            bad(GATEWAY_BAD_REQUEST, "/me request is only valid with delegated authentication flow.")
        }
        RequestFault::PageToken => bad(
            "Directory_ExpiredPageToken",
            "The specified page token is not valid for this request. Begin the listing anew.",
        ),
        RequestFault::Forbidden(missing) => denied_without(missing),
        RequestFault::TimedOut => answer(
            StatusCode::GATEWAY_TIMEOUT,
            "GatewayTimeout",
            "The request took too long. What it asked for may have been done.",
        ),
        RequestFault::Host => bad(
            GATEWAY_BAD_REQUEST,
            "This server has the sample directory, whose secret is public: it answers only to loopback names.",
        ),
        RequestFault::NoHost => bad(
            GATEWAY_BAD_REQUEST,
            "The request must name the host that it is for, once, in its Host header.",
        ),
        RequestFault::Internal => internal(),
    }
}

fn batch_answer(fault: &BatchFault) -> Answer {
    let message = match fault {
        BatchFault::Json => return request_answer(&RequestFault::Json),
        BatchFault::Format => "Invalid batch payload format.".into(),
        BatchFault::TooMany => "Number of requests inside batch exceed the limit.".into(),
        BatchFault::Twice(id) => format!("Request Id {id} has to be unique in a batch."),
        BatchFault::Dependency(id) => format!("Invalid dependency for request Id {id}."),
        BatchFault::NoBody(id) => {
            format!("Write request id : {id} does not contain Content-Type header or body.")
        }
    };
    bad(GATEWAY_BAD_REQUEST, message)
}

fn unsupported_media(message: &'static str) -> Answer {
    answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
}
