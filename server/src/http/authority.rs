//! The embedded authority: token endpoint, public keys, discovery. OAuth's own forms of answers and errors,
//! with Entra's codes. Public: whoever asks proves himself in the request.

use super::{
    AppState,
    body::{self, MAX_FORM},
    content,
    errors::RequestFault,
    extract::Origin,
};
use crate::{
    auth::{
        secrets::Secret,
        tokens::{self, LIFETIME_SECONDS, Subject},
    },
    directory::{
        self,
        applications::{self, Authentication},
    },
    model::ids::{AppId, TenantId},
    store::{self, ReadTx, Tenant},
};
use axum::{
    Router,
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::{borrow::Cow, collections::HashMap, str::FromStr};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery))
        .route("/{tenant}/discovery/v2.0/keys", get(public_keys))
        .route("/{tenant}/oauth2/v2.0/token", post(token))
}

/// The scheme by which clients authenticate in the Authorization header (RFC 7617).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"roster\", charset=\"UTF-8\"");

/// OAuth's error codes that this authority gives, each with Entra's number, status and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum OAuthFault {
    #[error("Tenant '{0}' not found.")]
    Tenant(String),
    #[error("The request body must contain the following parameter: '{0}'.")]
    Missing(&'static str),
    #[error("The request body can't be read as a form of at most 16 kB.")]
    Form,
    #[error("The request's Content-Type must be 'application/x-www-form-urlencoded'.")]
    ContentType,
    #[error("The request's body must be in UTF-8 and without a Content-Encoding.")]
    Encoding,
    #[error("The parameter '{0}' stands in the request twice.")]
    Twice(String),
    #[error(
        "The client must use one authentication method: the Authorization header, or one of the parameters 'client_secret' and 'client_assertion'."
    )]
    TwoMethods,
    #[error("The parameter 'client_id' names another client than the Authorization header.")]
    TwoClients,
    #[error("The Authorization header can't be read as HTTP Basic, or there are several.")]
    Credentials,
    #[error("The grant type '{0}' is not supported.")]
    GrantType(String),
    #[error(
        "The provided value for scope '{0}' is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier."
    )]
    Scope(String),
    #[error("Application with identifier '{0}' was not found in the directory.")]
    UnknownClient(String),
    #[error("Invalid client secret provided.")]
    Secret,
    #[error("Application '{0}' is disabled.")]
    Disabled(String),
    #[error("The server can't answer now.")]
    Unavailable,
}

impl OAuthFault {
    const fn answer(&self) -> (StatusCode, &'static str, u32) {
        match self {
            Self::Tenant(_) => (StatusCode::BAD_REQUEST, "invalid_tenant", 90002),
            Self::Missing(_) => (StatusCode::BAD_REQUEST, "invalid_request", 900_144),
            Self::Form | Self::ContentType | Self::Twice(_) | Self::TwoMethods | Self::TwoClients => {
                (StatusCode::BAD_REQUEST, "invalid_request", 900_023)
            }
            Self::Encoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request", 900_023),
            Self::Credentials => (StatusCode::UNAUTHORIZED, "invalid_client", 7_000_216),
            Self::GrantType(_) => (StatusCode::BAD_REQUEST, "unsupported_grant_type", 70003),
            Self::Scope(_) => (StatusCode::BAD_REQUEST, "invalid_scope", 1_002_012),
            Self::UnknownClient(_) => (StatusCode::BAD_REQUEST, "unauthorized_client", 700_016),
            Self::Secret => (StatusCode::UNAUTHORIZED, "invalid_client", 7_000_215),
            Self::Disabled(_) => (StatusCode::BAD_REQUEST, "unauthorized_client", 7_000_112),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", 90033),
        }
    }
}

impl From<directory::Error> for OAuthFault {
    fn from(error: directory::Error) -> Self {
        match error {
            directory::Error::Store(error) if error.is_passing() => {
                tracing::warn!(%error, "the token endpoint put a request off");
            }
            error => tracing::error!(%error, "the token endpoint failed"),
        }
        Self::Unavailable
    }
}

impl From<store::Error> for OAuthFault {
    fn from(error: store::Error) -> Self {
        directory::Error::from(error).into()
    }
}

/// A failure with what its answer tells besides.
struct Failure {
    fault: OAuthFault,
    time: String,
    /// Whether the request had an Authorization header: then a 401 says which scheme is expected (RFC 6749, 5.2).
    by_header: bool,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, error, number) = self.fault.answer();
        let body = json!({
            "error": error,
            "error_description": format!("AADSTS{number}: {}", self.fault),
            "error_codes": [number],
            "timestamp": self.time,
        });
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

fn no_store(body: &Value) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, body.to_string()).into_response()
}

fn failure(app: &AppState, fault: OAuthFault) -> Failure {
    let time = app.store.clock().now().format("%Y-%m-%d %H:%M:%SZ").to_string();
    Failure { fault, time, by_header: false }
}

/// The tenant that a path names: by id, or by a word where there is one tenant alone.
async fn find_tenant(app: &AppState, parameters: &RawPathParams) -> Result<Tenant, OAuthFault> {
    let name = parameters.iter().next().map(|(_, value)| value).unwrap_or_default();
    let found = match TenantId::from_str(name) {
        Ok(id) => app.store.find_tenant(id).await?,
        Err(_) if ["common", "organizations"].contains(&name) => {
            match app.store.tenants(2).await?.as_slice() {
                [only] => Some(*only),
                _ => None,
            }
        }
        Err(_) => None,
    };
    found.ok_or_else(|| OAuthFault::Tenant(name.into()))
}

async fn discovery(
    State(app): State<AppState>,
    origin: Origin,
    path: RawPathParams,
) -> Result<Response, Failure> {
    let tenant = find_tenant(&app, &path).await.map_err(|fault| failure(&app, fault))?.id;
    let authority = format!("{}/{tenant}", origin.links);
    Ok(no_store(&json!({
        "issuer": format!("{authority}/v2.0"),
        "authorization_endpoint": format!("{authority}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{authority}/oauth2/v2.0/token"),
        "jwks_uri": format!("{authority}/discovery/v2.0/keys"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["https://graph.microsoft.com/.default"],
        "claims_supported": ["aud", "iss", "iat", "nbf", "exp", "appid", "idtyp", "oid", "roles", "scp", "sub", "tid", "upn", "ver"],
    })))
}

async fn public_keys(State(app): State<AppState>, path: RawPathParams) -> Result<Response, Failure> {
    let keys = async {
        find_tenant(&app, &path).await?;
        app.keys().await.map_err(|_| OAuthFault::Unavailable)
    };
    let keys = keys.await.map_err(|fault| failure(&app, fault))?;
    Ok(no_store(&json!(keys.public())))
}

async fn token(
    State(app): State<AppState>,
    origin: Origin,
    path: RawPathParams,
    request: Request,
) -> Result<Response, Failure> {
    let by_header = request.headers().contains_key(header::AUTHORIZATION);
    let issued = issue(&app, &origin, &path, request).await;
    issued.map_err(|fault| Failure { by_header, ..failure(&app, fault) })
}

async fn issue(
    app: &AppState,
    origin: &Origin,
    path: &RawPathParams,
    request: Request,
) -> Result<Response, OAuthFault> {
    let tenant = find_tenant(app, path).await?;
    let (parts, body) = request.into_parts();
    content::check(&parts.headers, "application/x-www-form-urlencoded").map_err(|fault| match fault {
        RequestFault::Charset | RequestFault::ContentEncoding => OAuthFault::Encoding,
        _ => OAuthFault::ContentType,
    })?;
    let form = body::read(&parts.extensions, None, body, MAX_FORM).await.map_err(|fault| match fault {
        RequestFault::Overloaded | RequestFault::TenantOverloaded => OAuthFault::Unavailable,
        _ => OAuthFault::Form,
    })?;
    let form = Form::read(&form)?;
    let grant_type = form.field("grant_type")?;
    if grant_type != "client_credentials" {
        return Err(OAuthFault::GrantType(grant_type.into()));
    }
    let (client_id, secret) = credentials(&parts.headers, &form)?;
    let scope = form.field("scope")?;
    // Whatever resource is named, it means Graph; what counts is that all granted roles are asked for.
    if scope.split_ascii_whitespace().count() != 1 || !scope.ends_with("/.default") {
        return Err(OAuthFault::Scope(scope.into()));
    }
    let unknown = || OAuthFault::UnknownClient(client_id.clone());
    let app_id = AppId::from_str(&client_id).map_err(|_| unknown())?;
    let store = app.store.tenant(tenant);
    let identity = match store.read(|tx| applications::authenticate(tx, app_id, &secret)).await? {
        Authentication::Proven(identity) => identity,
        Authentication::WrongSecret => return Err(OAuthFault::Secret),
        Authentication::Disabled => return Err(OAuthFault::Disabled(client_id)),
        Authentication::Unknown => return Err(unknown()),
    };
    let subject = Subject::Application {
        app_id: identity.app_id,
        id: identity.service_principal,
        roles: identity.roles,
    };
    let keys = app.keys().await.map_err(|_| OAuthFault::Unavailable)?.clone();
    let (origin, now) = (origin.links.clone(), app.store.clock().now());
    let sign = move |_: &ReadTx<'_>| {
        tokens::sign(&keys, &origin, tenant.id, &subject, now, LIFETIME_SECONDS)
            .map_err(|_| OAuthFault::Unavailable)
    };
    // A signature costs as much as a hundred look-ups: tenants take turns.
    let token = store.read_long(sign).await?;
    Ok(no_store(&json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS - 1,
        "ext_expires_in": LIFETIME_SECONDS - 1,
        "access_token": token,
    })))
}

/// The fields of a form. What OAuth doesn't name is ignored.
struct Form<'b>(HashMap<Cow<'b, str>, Cow<'b, str>>);

impl<'b> Form<'b> {
    /// Reads a form. A field that occurs twice is refused; one without a value counts as absent (RFC 6749, 3.2).
    fn read(body: &'b [u8]) -> Result<Self, OAuthFault> {
        let mut form = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if form.insert(name.clone(), value).is_some() {
                return Err(OAuthFault::Twice(name.into_owned()));
            }
        }
        form.retain(|_, value| !value.is_empty());
        Ok(Self(form))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| &**value)
    }

    fn field(&self, name: &'static str) -> Result<&str, OAuthFault> {
        self.get(name).ok_or(OAuthFault::Missing(name))
    }
}

/// The client's id and secret: from the Authorization header or from the form. A request with two authentication methods,
/// or with two client ids, is refused: which of them counts would be a guess (RFC 6749, 2.3).
fn credentials(headers: &HeaderMap, form: &Form<'_>) -> Result<(String, Secret), OAuthFault> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let by_header = match (sent.next(), sent.next()) {
        (None, _) => None,
        (Some(only), None) => Some(basic(only).ok_or(OAuthFault::Credentials)?),
        (Some(_), Some(_)) => return Err(OAuthFault::Credentials),
    };
    let by_form =
        ["client_secret", "client_assertion"].iter().filter(|name| form.get(name).is_some()).count();
    if by_form + usize::from(by_header.is_some()) > 1 {
        return Err(OAuthFault::TwoMethods);
    }
    match (by_header, form.get("client_id")) {
        (Some((id, _)), Some(other)) if !other.eq_ignore_ascii_case(&id) => Err(OAuthFault::TwoClients),
        (Some(credentials), _) => Ok(credentials),
        (None, _) => Ok((form.field("client_id")?.to_owned(), Secret::new(form.field("client_secret")?))),
    }
}

/// Client id and secret of an Authorization header, each encoded as in a form (RFC 6749, 2.3.1). `None`: it can't be
/// read.
fn basic(header: &HeaderValue) -> Option<(String, Secret)> {
    let (scheme, credentials) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = credentials.split_once(':')?;
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().ok().map(Cow::into_owned)
    };
    Some((decode(id)?, Secret::new(decode(secret)?)))
}
