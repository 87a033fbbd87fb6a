//! Tokens for programs on this machine, which have no secret of their own, as Azure gives them on its machines: the form of App Service, and that
//! of the Instance Metadata Service. Both give those of the one managed identity, and answer this machine alone.

use super::{
    faults::{Inquiry, OAuthFault},
    form::Form,
    no_store,
    resource_names::ResourceNames,
    signing::{self, LIFE},
};
use crate::{
    auth::secrets::Secret,
    directory::sign_in::{clients, faults::Error, tokens},
    http::{AppState, envelope::is_loopback, origin::Origin, transport::Peer},
    store::{self, ReadTx, managed_identity::ManagedIdentity},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use chrono::DateTime;
use serde_json::{Value, json};

/// The version of App Service's form that has other names than later ones.
const FIRST_APP_SERVICE: &str = "2017-09-01";

/// The version of App Service's form from which on the names are today's.
const APP_SERVICE: &str = "2019-08-01";

/// The first version of the Instance Metadata Service's form.
const INSTANCE_METADATA: &str = "2018-02-01";

/// What a proxy says of those for whom it asks. Nobody behind one is on this machine.
const FORWARDED: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// How a program asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    AppService,
    InstanceMetadata,
}

/// Why a program gets no token.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(
        "The client is not authorized to request an access token using this method: it must be on the same machine, and call it by a loopback name."
    )]
    Elsewhere,
    #[error("A request that a proxy forwarded (X-Forwarded-For) is not answered")]
    Forwarded,
    #[error("Required metadata header not specified")]
    NoMetadata,
    #[error("The header '{0}' must be the secret of the managed identity")]
    Secret(&'static str),
    #[error("The parameter 'api-version' must be {0}")]
    Version(&'static str),
    #[error("The request is missing the required parameter 'resource'")]
    NoResource,
    #[error("A request names the identity by one parameter at most: client_id, object_id or another one")]
    SeveralIds,
    #[error("Identity not found")]
    NoIdentity,
    #[error("{0}")]
    Authority(#[from] OAuthFault),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Authority(error.into())
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::Authority(error.into())
    }
}

impl Fault {
    const fn answer(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Elsewhere | Self::Secret(_) => (StatusCode::UNAUTHORIZED, "unauthorized_client"),
            Self::NoMetadata => (StatusCode::BAD_REQUEST, "bad_request_102"),
            Self::Forwarded | Self::Version(_) | Self::NoResource | Self::SeveralIds | Self::NoIdentity => {
                (StatusCode::BAD_REQUEST, "invalid_request")
            }
            Self::Authority(fault) => {
                let (status, error, _) = fault.answer();
                (status, error)
            }
        }
    }

    fn describe(&self, inquiry: &Inquiry) -> String {
        match self {
            Self::Authority(fault) => inquiry.describe(fault),
            fault => fault.to_string(),
        }
    }
}

/// App Service's form: who has the identity's secret gets its tokens.
pub(super) async fn app_service(State(app): State<AppState>, inquiry: Inquiry, parts: Parts) -> Response {
    answer(&app, &inquiry, &parts, Service::AppService).await
}

/// The Instance Metadata Service's form: who can send a header of its own gets the identity's tokens.
pub(super) async fn instance_metadata(
    State(app): State<AppState>,
    inquiry: Inquiry,
    parts: Parts,
) -> Response {
    answer(&app, &inquiry, &parts, Service::InstanceMetadata).await
}

async fn answer(app: &AppState, inquiry: &Inquiry, parts: &Parts, service: Service) -> Response {
    match token(app, inquiry, parts, service).await {
        Ok(token) => no_store(&token),
        Err(fault) => service.refuse(inquiry, &fault),
    }
}

async fn token(app: &AppState, inquiry: &Inquiry, parts: &Parts, service: Service) -> Result<Value, Fault> {
    check_nearness(parts)?;
    if matches!(service, Service::InstanceMetadata) && app.public_url.is_some() {
        // Behind the proxy that this tells of, everybody's requests come from this machine.
        return Err(Fault::Elsewhere);
    }
    let form = Form::read(parts.uri.query().unwrap_or_default().as_bytes())?;
    let version = form.get("api-version").unwrap_or_default();
    service.check_version(version)?;
    let identity = app.store.managed_identity().await?;
    service.check_headers(&parts.headers, version, identity.as_ref())?;
    let identity = named(&form, version, identity)?;
    let resource = form.get("resource").ok_or(Fault::NoResource)?;
    let name = ResourceNames::of(app, &parts.extensions).named(resource);
    let client_id = identity.app_id.to_string();
    let look = move |tx: &ReadTx<'_>| -> Result<_, Error> {
        tokens::of_application(tx, &clients::find(tx, &client_id)?, &name)
    };
    let (audience, subject) = app.store.tenant(identity.tenant).read(look).await?;
    let token =
        signing::access_token(app, inquiry, identity.tenant, &audience, (&subject, DateTime::UNIX_EPOCH))
            .await?;
    let now = app.store.clock().now().timestamp();
    Ok(service.words(version, &identity, resource, &token, now))
}

/// Refuses a request from another machine, or one that may be: by another name than this machine has for itself, a page from elsewhere
/// could ask for its own.
fn check_nearness(parts: &Parts) -> Result<(), Fault> {
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.to_canonical());
    let origin = parts.extensions.get::<Origin>();
    let host = origin.and_then(|origin| origin.request.split_once("://")).map(|(_, host)| host);
    if !peer.is_some_and(|peer| peer.is_loopback()) || !host.is_some_and(is_loopback) {
        return Err(Fault::Elsewhere);
    }
    let is_forwarded = FORWARDED.iter().any(|name| parts.headers.contains_key(*name));
    if is_forwarded { Err(Fault::Forwarded) } else { Ok(()) }
}

/// The managed identity, if it is the one that a request names.
fn named(
    form: &Form<'_>,
    version: &str,
    identity: Option<ManagedIdentity>,
) -> Result<ManagedIdentity, Fault> {
    let by_client_id = if version == FIRST_APP_SERVICE { "clientid" } else { "client_id" };
    // There is no Azure resource that it could be known by.
    let names = [by_client_id, "object_id", "principal_id", "mi_res_id", "msi_res_id"];
    let mut asked = names.into_iter().filter_map(|name| Some((name, form.get(name)?)));
    let (first, second) = (asked.next(), asked.next());
    if second.is_some() {
        return Err(Fault::SeveralIds);
    }
    let is_meant = |identity: &ManagedIdentity| match first {
        None => true,
        Some((name, id)) if name == by_client_id => id.parse() == Ok(identity.app_id),
        Some(("object_id" | "principal_id", id)) => id.parse() == Ok(identity.service_principal),
        Some(_) => false,
    };
    identity.filter(is_meant).ok_or(Fault::NoIdentity)
}

impl Service {
    fn check_version(self, version: &str) -> Result<(), Fault> {
        let is_date = |text: &str| text.len() == 10 && text.bytes().all(|c| c == b'-' || c.is_ascii_digit());
        let is_since = |first: &str| is_date(version) && version >= first;
        match self {
            Self::AppService if version == FIRST_APP_SERVICE || is_since(APP_SERVICE) => Ok(()),
            Self::AppService => Err(Fault::Version("2017-09-01, or 2019-08-01 or later")),
            Self::InstanceMetadata if is_since(INSTANCE_METADATA) => Ok(()),
            Self::InstanceMetadata => Err(Fault::Version("2018-02-01 or later")),
        }
    }

    /// Refuses a request without the header that no page and no server which is made to ask can send.
    fn check_headers(
        self,
        headers: &HeaderMap,
        version: &str,
        identity: Option<&ManagedIdentity>,
    ) -> Result<(), Fault> {
        let only = |name: &str| {
            let mut sent = headers.get_all(name).iter();
            sent.next().filter(|_| sent.next().is_none()).and_then(|value| value.to_str().ok())
        };
        match self {
            Self::InstanceMetadata
                if only("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) =>
            {
                Ok(())
            }
            Self::InstanceMetadata => Err(Fault::NoMetadata),
            Self::AppService => {
                let name = if version == FIRST_APP_SERVICE { "secret" } else { "X-IDENTITY-HEADER" };
                let Some(identity) = identity else { return Err(Fault::NoIdentity) };
                let is_right = only(name).is_some_and(|sent| Secret::new(sent).matches(&identity.secret));
                if is_right { Ok(()) } else { Err(Fault::Secret(name)) }
            }
        }
    }

    /// The answer with a token. Numbers are texts.
    fn words(
        self,
        version: &str,
        identity: &ManagedIdentity,
        resource: &str,
        token: &str,
        now: i64,
    ) -> Value {
        let expires_on = now + LIFE;
        let mut answer = json!({
            "access_token": token,
            "client_id": identity.app_id.to_string(),
            "expires_on": expires_on.to_string(),
            "not_before": now.to_string(),
            "resource": resource,
            "token_type": "Bearer",
        });
        if self == Self::InstanceMetadata {
            for name in ["expires_in", "ext_expires_in"] {
                answer[name] = LIFE.to_string().into();
            }
            answer["refresh_token"] = "".into();
        } else if version == FIRST_APP_SERVICE {
            let time = DateTime::from_timestamp(expires_on, 0).unwrap_or_default();
            answer["expires_on"] = time.format("%m/%d/%Y %H:%M:%S +00:00").to_string().into();
        }
        answer
    }

    /// The answer to a request that gets no token.
    fn refuse(self, inquiry: &Inquiry, fault: &Fault) -> Response {
        let (status, error) = fault.answer();
        let body = match (self, fault) {
            (Self::InstanceMetadata, fault) => {
                json!({"error": error, "error_description": fault.describe(inquiry)})
            }
            (Self::AppService, fault) => {
                let message = match fault {
                    Fault::NoIdentity => {
                        "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.".into()
                    }
                    fault => fault.describe(inquiry),
                };
                json!({
                    "statusCode": status.as_u16(),
                    "message": message,
                    "correlationId": inquiry.correlation_id,
                })
            }
        };
        (status, no_store(&body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::path::Version;
    use axum::http::Request;
    use std::net::IpAddr;

    fn asked(peer: Option<&str>, host: &str, headers: &[&str]) -> Result<(), &'static str> {
        let mut request = Request::new(());
        if let Some(peer) = peer {
            request.extensions_mut().insert(Peer(peer.parse::<IpAddr>().unwrap()));
        }
        let request_origin = format!("http://{host}");
        request.extensions_mut().insert(Origin {
            links: "https://directory.example".into(),
            request: request_origin.as_str().into(),
            version: Version::default(),
        });
        for name in headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, axum::http::HeaderValue::from_static("x"));
        }
        check_nearness(&request.into_parts().0).map_err(|fault| fault.answer().1)
    }

    #[test]
    fn only_this_machine_is_answered_by_its_own_names_and_through_no_proxy() {
        for peer in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"] {
            for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
                assert_eq!(asked(Some(peer), host, &[]), Ok(()), "{peer} {host}");
            }
        }
        for (peer, host) in [
            (Some("192.0.2.7"), "localhost:8080"),
            (Some("::ffff:192.0.2.7"), "localhost:8080"),
            (None, "localhost:8080"),
            (Some("127.0.0.1"), "directory.example"),
            (Some("127.0.0.1"), "localhost.directory.example:8080"),
            (Some("127.0.0.1"), "192.0.2.7:8080"),
        ] {
            assert_eq!(asked(peer, host, &[]), Err("unauthorized_client"), "{peer:?} {host}");
        }
        for name in FORWARDED {
            assert_eq!(asked(Some("127.0.0.1"), "localhost", &[name]), Err("invalid_request"), "{name}");
        }
    }

    #[test]
    fn versions_are_dates_from_the_first_one_on() {
        let taken = |service: Service, version| service.check_version(version).is_ok();
        for (version, by_app_service, by_instance_metadata) in [
            ("2017-09-01", true, false),
            ("2018-02-01", false, true),
            ("2019-08-01", true, true),
            ("2025-01-01", true, true),
            ("2019-07-31", false, true),
            ("", false, false),
            ("2019", false, false),
            ("9", false, false),
            ("2019-08-01x", false, false),
            ("x019-08-01", false, false),
        ] {
            assert_eq!(taken(Service::AppService, version), by_app_service, "{version}");
            assert_eq!(taken(Service::InstanceMetadata, version), by_instance_metadata, "{version}");
        }
    }
}
