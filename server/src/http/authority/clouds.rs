//! What programs ask before they sign in to a cloud: where everything of it is (Azure Resource Manager's `/metadata/endpoints`), and
//! which tenants and subscriptions the signed-in account has. Everything is at this server, and there are no subscriptions.

use super::no_store;
use crate::{
    http::{errors::Failure, extract::Caller, origin::Origin, state::AppState},
    store::domains,
};
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use serde_json::{Value, json};

/// The name of this cloud. Azure CLI would replace the authority of the one named `AzureCloud`.
const NAME: &str = "Roster";

/// From this version on the document is about one cloud; before, it is a list of them.
const ONE_CLOUD: &str = "2022-09-01";

/// The parameter that names the version.
const API_VERSION: &str = "api-version";

pub(super) async fn endpoints(origin: Origin, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let version = parameters.find(|(name, _)| name == API_VERSION).map(|(_, version)| version);
    let cloud = cloud(&origin.links);
    no_store(&if version.is_some_and(|version| *version < *ONE_CLOUD) { json!([cloud]) } else { cloud })
}

/// Each URL is this origin, as programs join it: without a slash at its end.
fn cloud(origin: &str) -> Value {
    json!({
        "name": NAME,
        "portal": origin,
        "authentication": {
            "loginEndpoint": origin,
            "audiences": [origin],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": origin,
        "microsoftGraphResourceId": origin,
        "graph": origin,
        "graphAudience": origin,
        "suffixes": {},
    })
}

/// The one tenant of the signed-in account.
pub(super) async fn tenants(State(app): State<AppState>, caller: Caller) -> Result<Response, Failure> {
    let tenant = caller.tenant.id;
    // The others are for those who may read domains.
    let default = app.store.tenant(caller.tenant).read(domains::default).await?.to_string();
    Ok(no_store(&json!({"value": [{
        "id": format!("/tenants/{tenant}"),
        "tenantId": tenant.to_string(),
        "displayName": default,
        "defaultDomain": default,
        "domains": [default],
        "tenantCategory": "Home",
        "tenantType": "AAD",
    }]})))
}

/// None.
pub(super) async fn subscriptions(_: Caller) -> Response {
    no_store(&json!({"value": [], "count": {"type": "Total", "value": 0}}))
}
