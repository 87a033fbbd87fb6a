//! Why the authority refuses, in OAuth's form: its error codes (RFC 6749, 5.2) with Entra's numbers and words. What the directory
//! refuses has its own file, `sign_in_faults.rs`.

use super::{no_store, sign_in_faults};
use crate::{
    directory::{
        self,
        sign_in::faults::{Error, Fault},
    },
    http::{AppState, envelope::Ids, origin::Origin, password_thread::Busy},
    store,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::json;
use std::convert::Infallible;
use uuid::Uuid;

/// The scheme by which clients authenticate in the Authorization header (RFC 7617).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"roster\", charset=\"UTF-8\"");

/// Where a number is explained: on Entra's own page, since the numbers are Entra's.
const EXPLANATIONS: &str = "https://login.microsoftonline.com/error?code=";

/// What a request to the authority got wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum OAuthFault {
    /// A token is asked for in a tenant that isn't there.
    #[error("{}", no_tenant(.0))]
    Tenant(String),
    /// Keys or discovery of a tenant that isn't there.
    #[error("{}", no_tenant(.0))]
    NoAuthority(String),
    #[error("The endpoint only accepts {accepted} requests. Received a {received} request.")]
    Method { accepted: Method, received: Method },
    #[error(
        "'{0}' is not served here. '/{{tenant}}/v2.0/.well-known/openid-configuration' tells what is served of an authority."
    )]
    Unserved(String),
    #[error("The request body must contain the following parameter: '{0}'.")]
    Missing(&'static str),
    #[error(
        "The request body must contain the following parameter: 'grant_type'. It is read where the Content-Type is \
         'application/x-www-form-urlencoded'."
    )]
    ContentType,
    /// With the most that it may be, in kilobytes.
    #[error("The request body can't be read as a form of at most {0} kB.")]
    Form(usize),
    #[error("The query string is too long.")]
    TooLong,
    #[error("This page is only for the form that leads to it. Go back to the program and sign in again.")]
    NotByForm,
    #[error("The request's body must be in UTF-8 and without a Content-Encoding.")]
    Encoding,
    #[error("The request is not properly formatted. The parameter '{0}' is duplicated.")]
    Twice(String),
    #[error(
        "The client must use one authentication method: the Authorization header, or one of the parameters 'client_secret' and 'client_assertion'."
    )]
    TwoMethods,
    #[error("The parameter 'client_id' names another client than the Authorization header.")]
    TwoClients,
    #[error("The request has several Authorization headers, and their values differ.")]
    TwoAuthorizations,
    #[error("The Authorization header can't be read as HTTP Basic.")]
    Credentials,
    #[error(
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."
    )]
    NoCredential,
    #[error(
        "The request body must contain the following parameter: 'client_assertion_type' with the value 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'."
    )]
    AssertionType,
    #[error("The value of the parameter 'requested_token_use' must be 'on_behalf_of'.")]
    TokenUse,
    #[error(
        "The app requested a grant by a user's password, which the operator of this server doesn't allow (--allow-password-grant)."
    )]
    PasswordGrant,
    #[error("The provided value for the input parameter '{0}' is not valid.")]
    Parameter(&'static str),
    #[error("'query' is not a supported value of 'response_mode' when requesting a token.")]
    QueryResponse,
    #[error(
        "The provided value for the input parameter 'response_type' is not allowed for this client: '{0}'."
    )]
    ResponseType(String),
    #[error("Proof Key for Code Exchange is required for cross-origin authorization code redemption.")]
    ChallengeRequired,
    /// A form that this server didn't make for this browser.
    #[error("This form was made for another browser, or long ago. Go back to the program, and sign in anew.")]
    ForeignForm,
    /// The directory refuses.
    #[error("{}", sign_in_faults::words(.0))]
    SignIn(Fault),
    #[error("The app requested an unsupported grant type '{0}'.")]
    GrantType(String),
    #[error(
        "The provided value for scope '{0}' is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
    )]
    Scope(String),
    #[error("The server can't answer now.")]
    Unavailable,
}

fn no_tenant(name: &str) -> String {
    format!(
        "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct \
         cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the \
         tenant."
    )
}

impl OAuthFault {
    /// The status, OAuth's code and Entra's number.
    pub(super) const fn answer(&self) -> (StatusCode, &'static str, u32) {
        match self {
            Self::Tenant(_) => (StatusCode::BAD_REQUEST, "invalid_request", 90002),
            Self::NoAuthority(_) => (StatusCode::BAD_REQUEST, "invalid_tenant", 90002),
            Self::Method { .. } => (StatusCode::BAD_REQUEST, "invalid_request", 900_561),
            Self::Unserved(_) => (StatusCode::NOT_IMPLEMENTED, "invalid_request", 90023),
            Self::Missing(_) | Self::ContentType => (StatusCode::BAD_REQUEST, "invalid_request", 900_144),
            Self::Form(_) | Self::TwoMethods | Self::TwoClients => {
                (StatusCode::BAD_REQUEST, "invalid_request", 90023)
            }
            Self::TooLong => (StatusCode::BAD_REQUEST, "invalid_request", 90015),
            Self::NotByForm => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request", 900_561),
            Self::Encoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request", 90023),
            Self::Twice(_) => (StatusCode::BAD_REQUEST, "invalid_request", 9_000_411),
            Self::TwoAuthorizations | Self::Credentials | Self::NoCredential => {
                (StatusCode::UNAUTHORIZED, "invalid_client", 7_000_216)
            }
            Self::AssertionType => (StatusCode::BAD_REQUEST, "invalid_request", 900_144),
            Self::TokenUse => (StatusCode::BAD_REQUEST, "invalid_request", 70003),
            Self::PasswordGrant => (StatusCode::BAD_REQUEST, "unsupported_grant_type", 70003),
            Self::Parameter(_) => (StatusCode::BAD_REQUEST, "invalid_request", 90023),
            Self::QueryResponse => (StatusCode::BAD_REQUEST, "invalid_request", 70007),
            Self::ResponseType(_) => (StatusCode::BAD_REQUEST, "unsupported_response_type", 700_051),
            Self::ForeignForm => (StatusCode::BAD_REQUEST, "invalid_request", 165_000),
            Self::ChallengeRequired => (StatusCode::BAD_REQUEST, "invalid_request", 9_002_325),
            Self::SignIn(fault) => sign_in_faults::answer(fault),
            Self::GrantType(_) => (StatusCode::BAD_REQUEST, "unsupported_grant_type", 70003),
            Self::Scope(_) => (StatusCode::BAD_REQUEST, "invalid_scope", 1_002_012),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", 90033),
        }
    }
}

impl From<Fault> for OAuthFault {
    fn from(fault: Fault) -> Self {
        Self::SignIn(fault)
    }
}

impl From<Error> for OAuthFault {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(fault) => fault.into(),
            Error::Failed(error) => error.into(),
        }
    }
}

impl From<Busy> for OAuthFault {
    fn from(_: Busy) -> Self {
        Self::Unavailable
    }
}

impl From<directory::Error> for OAuthFault {
    fn from(error: directory::Error) -> Self {
        match error {
            directory::Error::Store(error) if error.is_passing() => {
                tracing::warn!(%error, "the authority put a request off");
            }
            error => tracing::error!(%error, "the authority failed"),
        }
        Self::Unavailable
    }
}

impl From<store::Error> for OAuthFault {
    fn from(error: store::Error) -> Self {
        directory::Error::from(error).into()
    }
}

/// What is known of a request to the authority before its body is read, and what a refusal tells of it.
pub(super) struct Inquiry {
    /// How its path names the tenant.
    pub(super) tenant: String,
    /// The origin that answers name.
    pub(super) origin: String,
    /// The request's id, which finds it in the log.
    pub(super) trace_id: String,
    /// The client's own id for it, if that is a GUID.
    pub(super) correlation_id: String,
    time: DateTime<Utc>,
    /// Whether it has an Authorization header: then a 401 says which scheme is expected (RFC 6749, 5.2).
    by_header: bool,
}

impl FromRequestParts<AppState> for Inquiry {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let tenant = parts.uri.path().split('/').nth(1).unwrap_or_default();
        let ids = parts.extensions.get::<Ids>();
        let text = |id: &HeaderValue| id.to_str().unwrap_or_default().to_owned();
        let trace_id = ids.map(|ids| text(&ids.server)).unwrap_or_default();
        let by_query = || client_request_id(parts.uri.query().unwrap_or_default());
        let sent = parts.headers.get("client-request-id").and_then(|id| guid(id.to_str().ok()?));
        Ok(Self {
            tenant: percent_decode_str(tenant).decode_utf8_lossy().into_owned(),
            origin: parts
                .extensions
                .get::<Origin>()
                .map(|origin| origin.links.to_string())
                .unwrap_or_default(),
            correlation_id: sent.or_else(by_query).unwrap_or_else(|| trace_id.clone()),
            trace_id,
            time: app.store.clock().now(),
            by_header: parts.headers.contains_key(header::AUTHORIZATION),
        })
    }
}

fn client_request_id(query: &str) -> Option<String> {
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    parameters.find(|(name, _)| name == "client-request-id").and_then(|(_, id)| guid(&id))
}

fn guid(text: &str) -> Option<String> {
    Uuid::try_parse(text).ok().map(|id| id.to_string())
}

impl Inquiry {
    /// A fault in words, with what finds it in the log.
    pub(super) fn describe(&self, fault: &OAuthFault) -> String {
        let Self { trace_id, correlation_id, .. } = self;
        let (number, time) = (fault.answer().2, self.timestamp());
        format!(
            "AADSTS{number}: {fault}\r\nTrace ID: {trace_id}\r\nCorrelation ID: {correlation_id}\r\nTimestamp: {time}"
        )
    }

    /// The request's time, as refusals tell it.
    pub(super) fn timestamp(&self) -> String {
        self.time.format("%Y-%m-%d %H:%M:%SZ").to_string()
    }

    /// The answer to a request that got this wrong.
    pub(super) fn refuse(&self, fault: &OAuthFault) -> Response {
        let (status, error, number) = fault.answer();
        let Self { trace_id, correlation_id, .. } = self;
        let time = self.timestamp();
        let mut body = json!({
            "error": error,
            "error_description": self.describe(fault),
            "error_codes": [number],
            "timestamp": time,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": format!("{EXPLANATIONS}{number}"),
        });
        if let OAuthFault::SignIn(fault) = fault
            && let Some(more) = sign_in_faults::suberror(fault)
        {
            body["suberror"] = more.into();
        }
        let mut response = (status, no_store(&body)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNAUTHORIZED && self.by_header {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}
