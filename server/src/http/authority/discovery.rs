//! What clients find out before they ask for a token: where everything is (OpenID Connect Discovery 1.0), and the keys that
//! tokens are signed with.

use super::{
    faults::{Inquiry, OAuthFault},
    find_tenant, no_store,
};
use crate::{auth::pkce, http::state::AppState, store::Tenant};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};

/// The document of version 2.0.
pub(super) async fn document(State(app): State<AppState>, inquiry: Inquiry) -> Response {
    answer(&app, &inquiry, &V2).await
}

/// The same for clients of version 1.0.
pub(super) async fn first_document(State(app): State<AppState>, inquiry: Inquiry) -> Response {
    answer(&app, &inquiry, &V1).await
}

async fn answer(app: &AppState, inquiry: &Inquiry, version: &Endpoints) -> Response {
    match tenant(app, inquiry).await {
        Ok(tenant) => no_store(&describe(&inquiry.origin, tenant, version)),
        Err(fault) => inquiry.refuse(&fault),
    }
}

/// What differs between the versions: where things are, below the authority of a tenant, and what the issuer is called.
struct Endpoints {
    issuer: &'static str,
    oauth2: &'static str,
    keys: &'static str,
}

const V1: Endpoints = Endpoints { issuer: "/", oauth2: "/oauth2", keys: "/discovery/keys" };
const V2: Endpoints = Endpoints { issuer: "/v2.0", oauth2: "/oauth2/v2.0", keys: "/discovery/v2.0/keys" };

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

fn describe(origin: &str, tenant: Tenant, Endpoints { issuer, oauth2, keys }: &Endpoints) -> Value {
    let authority = format!("{origin}/{}", tenant.id);
    json!({
        "issuer": format!("{authority}{issuer}"),
        "authorization_endpoint": format!("{authority}{oauth2}/authorize"),
        "token_endpoint": format!("{authority}{oauth2}/token"),
        "device_authorization_endpoint": format!("{authority}/oauth2/v2.0/devicecode"),
        "end_session_endpoint": format!("{authority}{oauth2}/logout"),
        "userinfo_endpoint": format!("{origin}/oidc/userinfo"),
        "jwks_uri": format!("{authority}{keys}"),
        "grant_types_supported": [
            "authorization_code", "client_credentials", "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
        "code_challenge_methods_supported": [pkce::METHOD],
        "response_types_supported": ["code", "id_token", "code id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "authorization_response_iss_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access", "https://graph.microsoft.com/.default"],
        "claims_supported": [
            "aud", "iss", "iat", "nbf", "exp", "appid", "auth_time", "azp", "email", "idtyp", "name", "nonce", "oid",
            "preferred_username", "roles", "scp", "sid", "sub", "tid", "unique_name", "upn", "uti", "ver",
        ],
    })
}
