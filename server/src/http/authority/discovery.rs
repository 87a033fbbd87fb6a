//! What clients find out before they ask for a token: where everything is (OpenID Connect Discovery 1.0), and the keys that
//! tokens are signed with.

use super::{
    faults::{Inquiry, OAuthFault},
    find_tenant, no_store,
};
use crate::{http::state::AppState, store::Tenant};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};

pub(super) async fn document(State(app): State<AppState>, inquiry: Inquiry) -> Response {
    match tenant(&app, &inquiry).await {
        Ok(tenant) => no_store(&describe(&format!("{}/{}", inquiry.origin, tenant.id))),
        Err(fault) => inquiry.refuse(&fault),
    }
}

pub(super) async fn public_keys(State(app): State<AppState>, inquiry: Inquiry) -> Response {
    let keys = async {
        tenant(&app, &inquiry).await?;
        app.keys().await.map_err(|_| OAuthFault::Unavailable)
    };
    match keys.await {
        Ok(keys) => no_store(&json!(keys.public())),
        Err(fault) => inquiry.refuse(&fault),
    }
}

async fn tenant(app: &AppState, inquiry: &Inquiry) -> Result<Tenant, OAuthFault> {
    let found = find_tenant(app, &inquiry.tenant).await?;
    found.ok_or_else(|| OAuthFault::NoAuthority(inquiry.tenant.clone()))
}

fn describe(authority: &str) -> Value {
    json!({
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
    })
}
