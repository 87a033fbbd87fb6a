//! The embedded authority: where people sign in, where clients get tokens, and what tells them of all that. OAuth's own forms of answers
//! and errors, with Entra's codes. Public: a client authenticates in the request itself. Only what tells of an account needs its token.

mod authorization_request;
mod authorize;
mod browser;
mod client_proof;
mod clouds;
mod devices;
mod discovery;
mod faults;
mod form;
mod grants;
mod instances;
mod issuers;
mod login;
mod logout;
mod managed_identity;
mod pages;
mod passwords;
mod resource_names;
mod sign_in_faults;
mod signing;
mod token;
mod token_request;
mod userinfo;
mod visit;

use super::{authenticate, cross_origin, state::AppState};
use crate::store::{self, Tenant};
use axum::{
    Router,
    http::{HeaderValue, Method, Uri, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use faults::{Inquiry, OAuthFault};
use serde_json::Value;

pub(super) fn routes(app: &AppState) -> Router<AppState> {
    let public = Router::new()
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::document).fallback(other_than_get),
        )
        .route(
            "/{tenant}/.well-known/openid-configuration",
            get(discovery::first_document).fallback(other_than_get),
        )
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::public_keys).fallback(other_than_get))
        .route("/{tenant}/discovery/keys", get(discovery::public_keys).fallback(other_than_get))
        .route("/{tenant}/discovery/instance", get(instances::discover).fallback(other_than_get))
        .route("/{tenant}/userrealm/{name}", get(instances::realm).fallback(other_than_get))
        // As MSAL for Go writes it.
        .route("/{tenant}/UserRealm/{name}", get(instances::realm).fallback(other_than_get))
        .route("/metadata/endpoints", get(clouds::endpoints))
        .layer(cross_origin::any_origin([Method::GET]));
    let verified = middleware::from_fn_with_state(app.clone(), authenticate::authenticate);
    let of_accounts = Router::new()
        .route("/tenants", get(clouds::tenants))
        .route("/subscriptions", get(clouds::subscriptions))
        .route("/oidc/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .layer(verified)
        .layer(cross_origin::any_origin([Method::GET, Method::POST]));
    // While a secret is public, any page that the user visits knows it.
    let origins = if app.loopback_only {
        cross_origin::no_origin([Method::POST])
    } else {
        cross_origin::any_origin([Method::POST])
    };
    let token = Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token::token).fallback(other_than_post))
        .route("/{tenant}/oauth2/token", post(token::first_token).fallback(other_than_post))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(devices::device_code).fallback(other_than_post))
        .route("/{tenant}/oauth2/devicecode", post(devices::device_code).fallback(other_than_post))
        .layer(origins);
    // No page of another origin reads these.
    let authorize = get(authorize::authorize).post(authorize::authorize).fallback(other_than_get);
    let logout = get(logout::logout).post(logout::logout).fallback(other_than_get);
    let of_this_machine = Router::new()
        .route("/msi/token", get(managed_identity::app_service))
        // As Microsoft's own examples write it.
        .route("/msi/token/", get(managed_identity::app_service))
        .route("/metadata/identity/oauth2/token", get(managed_identity::instance_metadata))
        // As MSAL for Node.js writes it.
        .route("/metadata/identity/oauth2/token/", get(managed_identity::instance_metadata));
    let pages = Router::new()
        .route("/{tenant}/oauth2/v2.0/authorize", authorize.clone())
        .route("/{tenant}/oauth2/authorize", authorize)
        .route("/{tenant}/oauth2/v2.0/logout", logout.clone())
        .route("/{tenant}/oauth2/logout", logout)
        .route("/{tenant}/oauth2/deviceauth", get(devices::page).fallback(other_than_get))
        .route("/{tenant}/login", post(login::login).fallback(not_by_form))
        .route("/{tenant}/password", post(login::change_password).fallback(not_by_form))
        .route("/{tenant}/consent", post(authorize::consent).fallback(not_by_form))
        .route("/{tenant}/device", post(devices::decide).fallback(not_by_form));
    public
        .merge(of_this_machine)
        .merge(pages)
        .merge(of_accounts)
        .merge(token)
        // What else Entra's authority has.
        .route("/{tenant}/oauth2/{*rest}", any(unserved))
        .route("/{tenant}/v2.0/{*rest}", any(unserved))
        .route("/{tenant}/discovery/{*rest}", any(unserved))
        .route("/{tenant}/.well-known/{*rest}", any(unserved))
        .route("/{tenant}/adminconsent", any(unserved))
}

async fn other_than_get(inquiry: Inquiry, received: Method) -> Response {
    inquiry.refuse(&OAuthFault::Method { accepted: Method::GET, received })
}

async fn other_than_post(inquiry: Inquiry, received: Method) -> Response {
    inquiry.refuse(&OAuthFault::Method { accepted: Method::POST, received })
}

/// Somebody opened the address of a form, such as by reloading what it led to.
async fn not_by_form(inquiry: Inquiry) -> Response {
    let mut response = visit::fault_page(&inquiry, &OAuthFault::NotByForm);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

async fn unserved(inquiry: Inquiry, uri: Uri) -> Response {
    inquiry.refuse(&OAuthFault::Unserved(uri.path().into()))
}

/// The tenant that a path names: by id, by domain, or by a word where there is only one tenant.
async fn find_tenant(app: &AppState, name: &str) -> Result<Option<Tenant>, store::Error> {
    if let Ok(name) = name.parse() {
        return app.store.named_tenant(&name).await;
    }
    if !["common", "organizations"].iter().any(|word| word.eq_ignore_ascii_case(name)) {
        return Ok(None);
    }
    Ok(match app.store.tenants(2).await?.as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

/// An answer that no cache keeps.
fn no_store(body: &Value) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, body.to_string()).into_response()
}
