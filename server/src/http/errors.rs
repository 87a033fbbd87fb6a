//! The one table from what a rule refuses, what broke and what a request got wrong to status, Graph code and
//! message. The recorded messages are Graph's own; where none was recorded the words are ours.

use super::contract::wire::{ErrorDetail, InnerError, MainError, ODataErrors};
use crate::{
    auth::tokens::TokenFault,
    directory::{self, Refusal},
    model::{permissions::Missing, values::PropertyFault},
    odata::{
        binding::filter::{MAX_BRANCHES, MAX_HEIGHT},
        expand::ExpandFault,
        faults::{FilterFault, OrderFault, SearchFault},
        filter::MAX_VALUES,
        query::QueryFault,
        reference::InvalidReference,
        scan::{Fault, MAX_BYTES, SyntaxFault},
    },
    store,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::{borrow::Cow, sync::Arc};

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

/// What an error answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// Graph's code, what programs branch on.
    pub code: &'static str,
    /// The message, for people.
    pub message: Cow<'static, str>,
    /// The property that it is about, and what is wrong with it.
    pub detail: Option<ErrorDetail>,
}

impl Answer {
    /// The answer's body, for this request.
    pub fn body(self, request: InnerError) -> ODataErrors {
        let error = MainError {
            code: self.code.into(),
            message: self.message.into_owned(),
            details: self.detail.into_iter().collect(),
            inner_error: Some(request),
        };
        ODataErrors { error }
    }
}

const BAD_REQUEST: &str = "Request_BadRequest";
const GATEWAY_BAD_REQUEST: &str = "BadRequest";
const UNAUTHENTICATED: &str = "InvalidAuthenticationToken";
const UNSUPPORTED_QUERY: &str = "Request_UnsupportedQuery";
const UNSUPPORTED_PROPERTY: &str = "An unsupported property was specified.";
/// Why what needs advanced query parameters isn't supported in a request that lacks the header.
const NO_HEADER: &str = "the 'ConsistencyLevel:eventual' header is missing. Refer to \
    https://aka.ms/graph-docs/advanced-queries for more information";
const DENIED: &str = "Insufficient privileges to complete the operation.";

/// Graph's recorded text for a token that isn't a JWT.
const NOT_A_JWT: &str = "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS \
    or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): \
    'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.";

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

fn answer(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Answer {
    Answer { status, code, message: message.into(), detail: None }
}

fn bad(code: &'static str, message: impl Into<Cow<'static, str>>) -> Answer {
    answer(StatusCode::BAD_REQUEST, code, message)
}

fn denied() -> Answer {
    answer(StatusCode::FORBIDDEN, "Authorization_RequestDenied", DENIED)
}

/// The same, with the least that would have done.
fn denied_without(missing: &Missing) -> Answer {
    let names: Vec<&str> = missing.permissions.iter().map(|permission| permission.name()).collect();
    if names.is_empty() {
        return denied();
    }
    let kind = if missing.delegated { "delegated" } else { "application" };
    let names = names.join(" and ");
    let message = format!("The token lacks the {kind} permission {names}, the least that is enough.");
    let detail = ErrorDetail { target: names, code: "PermissionRequired".into(), message: Some(message) };
    Answer { detail: Some(detail), ..denied() }
}

fn not_implemented(message: impl Into<Cow<'static, str>>) -> Answer {
    answer(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
}

fn unsupported_media(message: &'static str) -> Answer {
    answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
}

fn internal() -> Answer {
    let message = "The server met an error of its own. The request id finds it in the server's log.";
    answer(StatusCode::INTERNAL_SERVER_ERROR, "Service_InternalServerError", message)
}

fn unavailable() -> Answer {
    let message = "The service is temporarily unavailable. Please retry again later.";
    answer(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
}

fn throttled() -> Answer {
    answer(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Please retry again later.")
}

fn token_answer(fault: TokenFault) -> Answer {
    let message = match fault {
        TokenFault::Missing => "Access token is empty.",
        TokenFault::NotWellFormed => NOT_A_JWT,
        TokenFault::Expired => "Lifetime validation failed, the token is expired.",
        TokenFault::NotYetValid => "Lifetime validation failed, the token is not valid yet.",
        TokenFault::Unreadable => "The token's header or claims can't be read, or its algorithm isn't RS256.",
        TokenFault::Signature => {
            "Signature validation failed: the token wasn't signed by a key of this server."
        }
        TokenFault::Audience => "Audience validation failed: the token isn't for Microsoft Graph.",
        TokenFault::PrincipalDisabled => "The token's user or application is disabled.",
        TokenFault::PrincipalDeleted | TokenFault::NoPrincipal => {
            let message = "The identity of the calling application could not be established.";
            return answer(StatusCode::UNAUTHORIZED, "Authorization_IdentityNotFound", message);
        }
        TokenFault::Subject => {
            "The token is neither a user's, with scopes ('scp'), nor an application's, without them."
        }
        TokenFault::Tenant => "The token's tenant isn't one of this server's, or isn't the one in the URL.",
    };
    answer(StatusCode::UNAUTHORIZED, UNAUTHENTICATED, message)
}

fn request_answer(fault: &RequestFault) -> Answer {
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
        RequestFault::TenantOverloaded => throttled(),
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

fn query_answer(fault: &QueryFault) -> Answer {
    match fault {
        QueryFault::Unsupported(name) => {
            bad(UNSUPPORTED_QUERY, format!("The query option '{name}' is not supported by this request."))
        }
        QueryFault::NotServed(name) => not_implemented(format!(
            "Graph has the query option '{name}' in this request. This server doesn't yet."
        )),
        QueryFault::OnAction => bad(
            BAD_REQUEST,
            "The following query options are not supported by this request method or cannot be applied to the \
             requested resource: $filter,$expand,$orderby,$count,$inlinecount,$skiptoken,$skip,$top",
        ),
        QueryFault::Skip(name) => bad(BAD_REQUEST, format!("'{name}' is not supported by the service.")),
        QueryFault::SearchWithoutConsistencyLevel => bad(
            UNSUPPORTED_QUERY,
            "Request with $search query parameter only works through MSGraph with a special request header: \
             'ConsistencyLevel: eventual'",
        ),
        QueryFault::Missing(name) => {
            bad(BAD_REQUEST, format!("The query option '{name}' must stand in this request."))
        }
        QueryFault::Encoding => bad(GATEWAY_BAD_REQUEST, "The query of the URL is not valid UTF-8."),
        QueryFault::Twice(name) => {
            bad(UNSUPPORTED_QUERY, format!("The query option '{name}' may stand in a request only once."))
        }
        QueryFault::Top(value) => bad(
            GATEWAY_BAD_REQUEST,
            format!(
                "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative \
                 integer value."
            ),
        ),
        QueryFault::PageSize(size) => bad(
            UNSUPPORTED_QUERY,
            format!("Invalid page size specified: '{size}'. Must be between 1 and 999 inclusive."),
        ),
        QueryFault::Value { option, value } => {
            bad(UNSUPPORTED_QUERY, format!("Invalid value '{value}' of the query option '{option}'."))
        }
        QueryFault::Select => bad(GATEWAY_BAD_REQUEST, "Parsing Select and Expand failed."),
        QueryFault::Filter(fault) => filter_answer(fault),
        QueryFault::Search(fault) => search_answer(fault),
        QueryFault::OrderBy(fault) => order_answer(fault),
        QueryFault::Expand(fault) => expand_answer(fault),
        QueryFault::CastNotAdvanced => bad(UNSUPPORTED_QUERY, "Invalid search request."),
        QueryFault::CountWithoutConsistencyLevel => bad(
            UNSUPPORTED_QUERY,
            "Counting is only supported with the request header 'ConsistencyLevel: eventual'.",
        ),
        QueryFault::CountSegmentWithoutConsistencyLevel => {
            bad(UNSUPPORTED_QUERY, format!("Raw count (/$count) is not supported because {NO_HEADER}"))
        }
    }
}

fn filter_answer(fault: &FilterFault) -> Answer {
    let invalid = |words: String| bad(GATEWAY_BAD_REQUEST, format!("Invalid filter clause: {words}"));
    match fault {
        FilterFault::Syntax(fault) => invalid(syntax_words(fault)),
        FilterFault::UnknownProperty(name) => bad(
            UNSUPPORTED_QUERY,
            format!("Property '{name}' does not exist as a declared property or extension property."),
        ),
        FilterFault::Clause { property, resource } => bad(
            UNSUPPORTED_QUERY,
            format!(
                "Unsupported or invalid query filter clause specified for property '{property}' of resource '{resource}'."
            ),
        ),
        FilterFault::Complex(property) => {
            bad(UNSUPPORTED_QUERY, format!("Complex query on property {property} is not supported."))
        }
        FilterFault::NeedsAdvanced(operator) => bad(
            UNSUPPORTED_QUERY,
            format!(
                "Operator '{operator}' is not supported because the required parameters might be missing. Try adding \
                 $count=true query parameter and ConsistencyLevel:eventual header. Refer to \
                 https://aka.ms/graph-docs/advanced-queries for more information"
            ),
        ),
        FilterFault::NeedsHeader(operator) => {
            bad(UNSUPPORTED_QUERY, format!("Operator '{operator}' is not supported because {NO_HEADER}"))
        }
        FilterFault::NotEquals => {
            bad(UNSUPPORTED_QUERY, "Filter operator 'NotEqualsMatch' is not supported.")
        }
        FilterFault::Contains => {
            bad(UNSUPPORTED_QUERY, "Unsupported property filter clause operator 'Contains'.")
        }
        FilterFault::Function(name) => invalid(format!(
            "An unknown function with name '{name}' was found. This may also be a function import or a key lookup on a \
             navigation property, which is not allowed."
        )),
        FilterFault::Arguments(name) => {
            let text = "Edm.String Nullable=true";
            invalid(format!(
                "No function signature for the function with name '{name}' matches the specified arguments. The function \
                 signatures considered are: {name}({text}, {text})."
            ))
        }
        FilterFault::Types { left, right, operator } => invalid(format!(
            "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for \
             operator kind '{operator}'."
        )),
        FilterFault::Time(text) => invalid(format!(
            "The DateTimeOffset text '{text}' should be in format 'yyyy-mm-ddThh:mm:ss('.'s+)?(zzzzzz)?' and each field \
             value is within valid range."
        )),
        FilterFault::InvalidId(text) => bad(BAD_REQUEST, format!("Invalid object identifier '{text}'.")),
        FilterFault::IdOperator => bad(
            UNSUPPORTED_QUERY,
            "Invalid query specified. The 'id' property can only be used with the equals-match operator",
        ),
        FilterFault::TooManyBranches(count) => bad(
            UNSUPPORTED_QUERY,
            format!(
                "Too many child clauses specified in search filter expression containing 'OR' operators: {count}. Max \
                 allowed: {MAX_BRANCHES}."
            ),
        ),
        FilterFault::TooHigh(levels) => bad(
            UNSUPPORTED_QUERY,
            format!("search filter expression has excessive height: {levels}. Max allowed: {MAX_HEIGHT}"),
        ),
        FilterFault::OfReferences => bad(
            UNSUPPORTED_QUERY,
            "The specified filter to the reference property query is currently not supported.",
        ),
        FilterFault::Unsupported => bad(UNSUPPORTED_QUERY, "Unsupported Query."),
    }
}

fn search_answer(fault: &SearchFault) -> Answer {
    match fault {
        SearchFault::Syntax(fault) => bad(BAD_REQUEST, syntax_words(fault)),
        SearchFault::Phrase(phrase) => bad(
            UNSUPPORTED_QUERY,
            format!(
                "'{phrase}' is no search clause: it must be a property and a text with a colon between them."
            ),
        ),
        SearchFault::Property(_) => bad(UNSUPPORTED_QUERY, UNSUPPORTED_PROPERTY),
    }
}

fn order_answer(fault: &OrderFault) -> Answer {
    match fault {
        OrderFault::Syntax(fault) => bad(GATEWAY_BAD_REQUEST, syntax_words(fault)),
        OrderFault::Several => bad(UNSUPPORTED_QUERY, "Objects can be sorted by only one property."),
        OrderFault::OfSeveralKinds => bad(
            GATEWAY_BAD_REQUEST,
            "Given expression for $orderby Microsoft.OData.UriParser.SingleValueOpenPropertyAccessNode is not supported",
        ),
        OrderFault::Property { property, resource } => {
            bad(UNSUPPORTED_QUERY, format!("Unsupported sort property '{property}' for '{resource}'."))
        }
        OrderFault::PropertyOfAdvanced => bad(UNSUPPORTED_QUERY, UNSUPPORTED_PROPERTY),
        OrderFault::WithFilter => bad(UNSUPPORTED_QUERY, "Sorting not supported for current query."),
    }
}

fn expand_answer(fault: &ExpandFault) -> Answer {
    let words = match fault {
        ExpandFault::Several(count) => {
            let words = format!(
                "The result of parsing $expand contained at least {count} items, but the maximum allowed is 1."
            );
            return bad(GATEWAY_BAD_REQUEST, words);
        }
        ExpandFault::NotAllowed(name) => {
            let name = capitalised(name);
            let words =
                format!("Expand is not allowed for property '{name}' according to the entity schema.");
            return bad("ExpandNotSupported", words);
        }
        ExpandFault::NotServed(name) => {
            return not_implemented(format!(
                "Graph expands '{name}' in this request. This server doesn't yet."
            ));
        }
        ExpandFault::Levels(value) => {
            let words = format!(
                "Invalid value '{value}' of the query option '$levels' within $expand. Must be 'max' or between 1 and 1000 \
                 inclusive."
            );
            return bad(UNSUPPORTED_QUERY, words);
        }
        ExpandFault::ChainNotOfOne => {
            let words = "Transitive manager's list is only supported on a single user, send the $expand request on \
                         /users/{id} endpoint";
            return bad(UNSUPPORTED_QUERY, words);
        }
        // No record of Graph's own words was found: they are those for a count.
        ExpandFault::ChainWithoutConsistencyLevel => {
            let words = "The query option '$levels' is not supported within $expand because the \
                         'ConsistencyLevel:eventual' header is missing. Refer to \
                         https://aka.ms/graph-docs/advanced-queries for more information";
            return bad(UNSUPPORTED_QUERY, words);
        }
        ExpandFault::Option(name) => {
            let words = format!("The query option '{name}' is not supported within $expand by this request.");
            return bad(UNSUPPORTED_QUERY, words);
        }
        ExpandFault::Unknown { name, of } => {
            format!("Could not find a property named '{name}' on type 'microsoft.graph.{of}'.")
        }
        ExpandFault::NoNavigation { name, of } => format!(
            "Property '{name}' on type 'microsoft.graph.{of}' is not a navigation property or complex property. Only \
             navigation properties can be expanded."
        ),
        ExpandFault::NoName => "An identifier was expected at position 0.".into(),
        ExpandFault::Unbalanced => "Found an unbalanced bracket expression.".into(),
        ExpandFault::Term(term) => format!("Term '{term}' is not valid in a $select or $expand expression."),
        ExpandFault::TooLong => format!("The text is longer than {MAX_BYTES} bytes."),
    };
    bad(GATEWAY_BAD_REQUEST, format!("Parsing OData Select and Expand failed: {words}"))
}

fn syntax_words(fault: &SyntaxFault) -> String {
    let SyntaxFault { kind, position, text } = fault;
    let what = match kind {
        Fault::NoName => return format!("An identifier was expected at position {position}."),
        Fault::TooDeep => return "Recursion depth exceeded allowed limit.".into(),
        Fault::TooLong => return format!("The text is longer than {MAX_BYTES} bytes."),
        Fault::TooMany => return format!("A list holds more than {MAX_VALUES} values."),
        Fault::Character(character) => format!("Syntax error: character '{character}' is not valid"),
        Fault::Unexpected => "Syntax error".into(),
        Fault::Unterminated => "There is an unterminated string literal".into(),
        Fault::NoExpression => "Expression expected".into(),
        Fault::NotOpened => "'(' expected".into(),
        Fault::NotClosed => "')' or operator expected".into(),
        Fault::ListNotClosed => "')' or ',' expected".into(),
    };
    format!("{what} at position {position} in '{text}'.")
}

fn refusal_answer(refusal: &Refusal) -> Answer {
    match refusal {
        Refusal::NotFound(key) => answer(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!(
                "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            ),
        ),
        Refusal::NotPermitted => denied(),
        Refusal::Lacks(missing) => denied_without(missing),
        Refusal::ManagedByExchange => {
            bad(BAD_REQUEST, "Cannot Update a mail-enabled security groups and or distribution list.")
        }
        Refusal::NoNesting => {
            bad(BAD_REQUEST, "Nesting is currently not supported for groups that can be assigned to a role.")
        }
        Refusal::MailEnabledGroup => bad(
            BAD_REQUEST,
            "The service does not currently support writes of mail-enabled groups. Please ensure that the \
             mail-enablement property is unset and the security-enablement property is set.",
        ),
        Refusal::KindNotAllowed { .. } | Refusal::NoOwner(_) | Refusal::NoManager(_) | Refusal::OtherKind => {
            bad(BAD_REQUEST, format!("{}.", capitalised(refusal)))
        }
        Refusal::AlreadyRelated(relationship) => {
            let property = relationship.name();
            let message = format!(
                "One or more added object references already exist for the following modified properties: '{property}'."
            );
            bad(BAD_REQUEST, message)
        }
        Refusal::MemberTwice { group, member, kind } => {
            let resource = crate::model::entity(*kind).resource;
            let single = "NonDefaultProperties=[INTERNAL_SingleResourceQuery]";
            let message = format!(
                "Object '[ResourceType={resource},Id={member},ChangedProperties=[],{single}]' referenced from \
                 '[ResourceType=Group,Id={group},ChangedProperties=[members],{single}]' can only be present once \
                 as an add/remove change."
            );
            bad(BAD_REQUEST, message)
        }
        Refusal::OwnerTwice => bad(BAD_REQUEST, "Request contains a property with duplicate values."),
        Refusal::TooManyReferences => bad(BAD_REQUEST, "A resource cannot contain more than 20 link changes"),
        Refusal::TooManyResults { most } => bad(
            "Directory_ResultSizeLimitExceeded",
            format!("The result has more than {most} ids. List transitive memberships in pages instead."),
        ),
        Refusal::SecurityGroupsOfNoUser => {
            bad(BAD_REQUEST, "To get security groups, the member must be a user")
        }
        Refusal::LastOwner => {
            bad(BAD_REQUEST, "The group must have at least one owner, hence this owner cannot be removed.")
        }
        Refusal::TooManyOwners { count, quota } => answer(
            StatusCode::FORBIDDEN,
            "Directory_QuotaExceeded",
            format!(
                "Unable to perform operation as '{count}' would exceed the maximum quota count '{quota}' for \
                 forward-link 'owners'."
            ),
        ),
        Refusal::TooLarge => answer(
            StatusCode::FORBIDDEN,
            "Directory_ResourceSizeExceeded",
            "The size of the object has exceeded its limit. Please reduce the number of values and retry your \
             request.",
        ),
        Refusal::ResultTooLarge => bad(
            "Directory_ResultSizeLimitExceeded",
            "The result is larger than an answer can be. Ask for less at once.",
        ),
        Refusal::NothingToChange => {
            bad(BAD_REQUEST, "The request names nothing to change: its body has no property.")
        }
        Refusal::NotInLists => not_implemented("This operation target is not yet supported."),
        Refusal::MixedServices => bad(
            BAD_REQUEST,
            "Properties that another service holds must be changed in a request of their own, without the \
             directory's.",
        ),
        Refusal::NoMailbox => answer(
            StatusCode::NOT_FOUND,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        ),
        Refusal::Property { resource, fault } => property_answer(resource, fault),
        Refusal::Combination => bad(BAD_REQUEST, "One or more property values specified are invalid."),
        Refusal::Taken(name) => {
            let message = format!("Another object with the same value for property {name} already exists.");
            conflict(StatusCode::BAD_REQUEST, BAD_REQUEST, name, message)
        }
        Refusal::ServicePrincipalExists(app_id) => {
            let message = format!(
                "The service principal cannot be created, updated, or restored because the service principal \
                 name {app_id} is already in use."
            );
            let code = "Request_MultipleObjectsWithSameKeyValue";
            conflict(StatusCode::CONFLICT, code, "servicePrincipalNames", message)
        }
        Refusal::ForeignDomain => about(
            "userPrincipalName",
            "InvalidValue",
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified \
             domain names in your organization.",
        ),
        Refusal::WeakPassword => about(
            "passwordProfile",
            "InvalidValue",
            "The specified password does not comply with password complexity requirements. Please provide a \
             different password.",
        ),
    }
}

fn property_answer(resource: &str, fault: &PropertyFault) -> Answer {
    match fault {
        PropertyFault::Unknown(name) => about(name, "UnknownProperty", format!("Invalid property '{name}'.")),
        PropertyFault::UnknownExtensions(names) => {
            let names = names.join(",");
            bad(BAD_REQUEST, format!("The following extension properties are not available: {names}."))
        }
        PropertyFault::ReadOnly(name) => {
            about(name, "ReadOnlyProperty", format!("Property '{name}' is read-only and cannot be set."))
        }
        PropertyFault::Immutable(name) => about(
            name,
            "ImmutableProperty",
            format!("Property {name} cannot be updated because it is immutable."),
        ),
        PropertyFault::Invalid(name) => about(
            name,
            "InvalidValue",
            format!("Invalid value specified for property '{name}' of resource '{resource}'."),
        ),
        PropertyFault::Length { property, min, max } => about(
            property,
            "InvalidValue",
            format!("The {property} should be between {min} and {max} characters."),
        ),
        PropertyFault::Identifier => bad(BAD_REQUEST, "Invalid GUID specified."),
        PropertyFault::TooManyIdentifiers(most) => {
            bad(BAD_REQUEST, format!("Number of included identifiers cannot exceed '{most}'."))
        }
        PropertyFault::Required(name) => {
            let message = format!("A value is required for property '{name}' of resource '{resource}'.");
            about(name, "MissingValue", message)
        }
        PropertyFault::NullCollection { property, kind } => bad(
            BAD_REQUEST,
            format!(
                "A null value was found for the property named '{property}', which has the expected type \
                 '{kind}[Nullable=False]'. The expected type '{kind}[Nullable=False]' does not allow null values."
            ),
        ),
        PropertyFault::NullItem(_) => bad(
            BAD_REQUEST,
            "A null value was detected in the items of a collection property value; non-nullable instances of \
             collection types do not support null values as items.",
        ),
        PropertyFault::Literal { literal, kind } => {
            bad(BAD_REQUEST, format!("Cannot convert the literal '{literal}' to the expected type '{kind}'."))
        }
        PropertyFault::Node { property, found, expected } => bad(
            BAD_REQUEST,
            format!(
                "An unexpected '{found}' node was found for property named '{property}' when reading from the JSON \
                 reader. A '{expected}' node was expected."
            ),
        ),
        PropertyFault::Schema(name) => bad(
            GATEWAY_BAD_REQUEST,
            format!("Property {name} in payload has a value that does not match schema."),
        ),
    }
}

fn about(target: &str, code: &str, message: impl Into<Cow<'static, str>>) -> Answer {
    let detail = ErrorDetail { target: target.into(), code: code.into(), message: None };
    Answer { detail: Some(detail), ..bad(BAD_REQUEST, message) }
}

/// An answer about a value that another object has.
fn conflict(status: StatusCode, code: &'static str, target: &str, message: String) -> Answer {
    let detail =
        ErrorDetail { target: target.into(), code: "ObjectConflict".into(), message: Some(message.clone()) };
    Answer { detail: Some(detail), ..answer(status, code, message) }
}

fn capitalised(text: &impl ToString) -> String {
    let text = text.to_string();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
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
    use crate::model::kinds::{GroupKind, ObjectTraits};

    #[test]
    fn a_kind_that_does_not_fit_is_said_in_words() {
        let refusal =
            Refusal::KindNotAllowed { group: GroupKind::Microsoft365, member: ObjectTraits::Device };
        let answer = Failure::from(refusal).answer();
        assert_eq!(answer.message, "A device can't be a member of a Microsoft 365 group.");
    }

    #[test]
    fn what_is_no_filter_or_search_is_told_with_its_position() {
        use crate::odata::{expand, filter, search};
        let filter = |text: &str| QueryFault::from(FilterFault::from(filter::read(text).unwrap_err()));
        let search = |text: &str| QueryFault::from(SearchFault::from(search::read(text).unwrap_err()));
        let expand = |text: &str| QueryFault::from(expand::read(text).unwrap_err());
        for (fault, message) in [
            (
                filter("iswhatever 12"),
                "Invalid filter clause: Syntax error at position 13 in 'iswhatever 12'.",
            ),
            (
                filter("contains(title, '"),
                "Invalid filter clause: There is an unterminated string literal at position 17 in 'contains(title, ''.",
            ),
            (
                search("displayName:aname"),
                "Syntax error: character ':' is not valid at position 11 in 'displayName:aname'.",
            ),
            (
                expand("fields(select=Name)"),
                "Parsing OData Select and Expand failed: Term '(select=Name)' is not valid in a $select or $expand \
                 expression.",
            ),
            (
                expand("fields(select=Name"),
                "Parsing OData Select and Expand failed: Found an unbalanced bracket expression.",
            ),
        ] {
            assert_eq!(Failure::from(fault).answer().message, message);
        }
    }

    #[test]
    fn no_answer_of_5xx_carries_what_happened_inside() {
        let broken = Failure::from(store::Error::Corrupt("a secret detail"));
        assert!(!broken.answer().message.contains("secret"));
        assert_eq!(broken.answer().status, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
