//! What MSAL asks of an authority before it knows it: whether a host is one (instance discovery), and how an account signs in (user
//! realm).

use super::{faults::Inquiry, no_store};
use crate::{
    http::{origin::Origin, state::AppState},
    model::domains::{DomainName, TenantName},
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use serde_json::json;
use url::Url;

/// The parameter with the authority that a client was given.
const AUTHORITY: &str = "authorization_endpoint";

/// What is known of an authority: this origin's is known, and no other one. The client asks about an authorization endpoint
/// (`{origin}/{tenant}/oauth2/v2.0/authorize`), and is told where its metadata are.
pub(super) async fn discover(origin: Origin, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let asked = parameters.find(|(name, _)| name == AUTHORITY).and_then(|(_, url)| Url::parse(&url).ok());
    let own = Url::parse(&origin.links).ok().map(|url| url.origin());
    let tenant = asked.as_ref().filter(|url| own.as_ref() == Some(&url.origin()));
    let tenant = tenant.and_then(|url| url.path_segments()?.next().filter(|tenant| !tenant.is_empty()));
    let host = origin.links.split_once("://").map_or(&*origin.links, |(_, host)| host);
    match tenant {
        Some(tenant) => no_store(&json!({
            "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", origin.links),
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        })),
        None => {
            let description = "AADSTS50049: Unknown or invalid instance.";
            let refused = json!({"error": "invalid_instance", "error_description": description, "error_codes": [50049]});
            (StatusCode::BAD_REQUEST, no_store(&refused)).into_response()
        }
    }
}

/// How the account of this name signs in: here, where a tenant has the domain; nobody knows, where none has.
pub(super) async fn realm(State(app): State<AppState>, inquiry: Inquiry, path: axum::http::Uri) -> Response {
    let name = path.path().rsplit('/').next().unwrap_or_default();
    let name = percent_decode_str(name).decode_utf8_lossy();
    let domain = name.rsplit_once('@').and_then(|(_, domain)| domain.parse::<DomainName>().ok());
    let found = match &domain {
        Some(domain) => {
            app.store.named_tenant(&TenantName::Domain(domain.clone())).await.map(|tenant| tenant.is_some())
        }
        None => Ok(false),
    };
    let account_type = match found {
        Ok(true) => "Managed",
        Ok(false) => "Unknown",
        Err(error) => return inquiry.refuse(&error.into()),
    };
    let host = inquiry.origin.split_once("://").map_or(&*inquiry.origin, |(_, host)| host);
    no_store(&json!({
        "ver": "1.0",
        "account_type": account_type,
        "domain_name": domain.map(|domain| domain.to_string()),
        "cloud_instance_name": host,
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }))
}
