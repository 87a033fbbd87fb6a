//! The token endpoints, of version 2.0 and of version 1.0: the client credentials grant (RFC 6749, 4.4).

use super::{
    faults::{Inquiry, OAuthFault},
    find_tenant, no_store,
};
use crate::{
    auth::{
        secrets::Secret,
        tokens::{self, LIFETIME_SECONDS, Subject},
    },
    directory::applications::{self, Authentication},
    http::{
        AppState, authorization,
        body::{self, MAX_FORM},
        content,
        errors::RequestFault,
    },
    model::ids::AppId,
    store::ReadTx,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::{borrow::Cow, collections::HashMap, str::FromStr};

/// The endpoint of version 2.0.
pub(super) async fn token(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    issue(&app, &inquiry, request, Version::V2).await.unwrap_or_else(|fault| inquiry.refuse(&fault))
}

/// The endpoint of version 1.0.
pub(super) async fn first_token(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    issue(&app, &inquiry, request, Version::V1).await.unwrap_or_else(|fault| inquiry.refuse(&fault))
}

/// How a client asks for a token, and is answered.
#[derive(Clone, Copy)]
enum Version {
    /// For a `resource`, or for a scope where none is named. Numbers are answered as texts.
    V1,
    /// For a `scope`.
    V2,
}

impl Version {
    /// The resource that is asked for. Whatever is named, it means Graph; what counts is that all granted roles are asked for.
    fn resource<'f>(self, form: &'f Form<'_>) -> Result<&'f str, OAuthFault> {
        match self {
            Self::V1 if form.get("resource").is_some() || form.get("scope").is_none() => {
                form.field("resource")
            }
            Self::V1 | Self::V2 => {
                let scope = form.field("scope")?;
                let resource =
                    scope.strip_suffix("/.default").filter(|name| !name.contains(char::is_whitespace));
                resource.ok_or_else(|| OAuthFault::Scope(scope.into()))
            }
        }
    }

    /// The answer with this token.
    fn answer(self, token: &str, resource: &str, now: DateTime<Utc>) -> Value {
        let life = LIFETIME_SECONDS - 1;
        match self {
            Self::V1 => json!({
                "token_type": "Bearer",
                "expires_in": life.to_string(),
                "ext_expires_in": life.to_string(),
                "expires_on": (now.timestamp() + life).to_string(),
                "not_before": now.timestamp().to_string(),
                "resource": resource,
                "access_token": token,
            }),
            Self::V2 => json!({
                "token_type": "Bearer",
                "expires_in": life,
                "ext_expires_in": life,
                "access_token": token,
            }),
        }
    }
}

/// Issues a token. What the request itself gets wrong is told before its client is looked for.
async fn issue(
    app: &AppState,
    inquiry: &Inquiry,
    request: Request,
    version: Version,
) -> Result<Response, OAuthFault> {
    let tenant = find_tenant(app, &inquiry.tenant).await?;
    let tenant = tenant.ok_or_else(|| OAuthFault::Tenant(inquiry.tenant.clone()))?;
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
    let resource = version.resource(&form)?;
    let unknown = || OAuthFault::UnknownClient { client: client_id.clone(), tenant: tenant.id.to_string() };
    let app_id = AppId::from_str(&client_id).map_err(|_| unknown())?;
    let store = app.store.tenant(tenant);
    let identity = match store.read(move |tx| applications::authenticate(tx, app_id, &secret)).await? {
        Authentication::Proven(identity) => identity,
        Authentication::WrongSecret => return Err(OAuthFault::Secret(client_id)),
        Authentication::ExpiredSecret => return Err(OAuthFault::ExpiredSecret(client_id)),
        Authentication::Disabled => return Err(OAuthFault::Disabled(client_id)),
        Authentication::Unknown => return Err(unknown()),
    };
    let subject = Subject::Application {
        app_id: identity.app_id,
        id: identity.service_principal,
        roles: identity.roles,
    };
    let keys = app.keys().await.map_err(|_| OAuthFault::Unavailable)?.clone();
    let (origin, now) = (inquiry.origin.clone(), app.store.clock().now());
    let sign = move |_: &ReadTx<'_>| {
        tokens::sign(&keys, &origin, tenant.id, &subject, now, LIFETIME_SECONDS)
            .map_err(|_| OAuthFault::Unavailable)
    };
    // A signature costs as much as a hundred look-ups: tenants take turns.
    let token = store.read_long(sign).await?;
    Ok(no_store(&version.answer(&token, resource, now)))
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
    let header = authorization::read(headers).map_err(|_| OAuthFault::TwoAuthorizations)?;
    let by_header = header.map(|header| basic(header).ok_or(OAuthFault::Credentials)).transpose()?;
    let by_form =
        ["client_secret", "client_assertion"].iter().filter(|name| form.get(name).is_some()).count();
    if by_form + usize::from(by_header.is_some()) > 1 {
        return Err(OAuthFault::TwoMethods);
    }
    match (by_header, form.get("client_id")) {
        (Some((id, _)), Some(other)) if !other.eq_ignore_ascii_case(&id) => Err(OAuthFault::TwoClients),
        (Some(credentials), _) => Ok(credentials),
        (None, None) => Err(OAuthFault::Missing("client_id")),
        (None, Some(id)) => match (form.get("client_secret"), form.get("client_assertion")) {
            (Some(secret), _) => Ok((id.to_owned(), Secret::new(secret))),
            (None, Some(_)) => Err(OAuthFault::Assertion(id.to_owned())),
            (None, None) => Err(OAuthFault::NoCredential),
        },
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
