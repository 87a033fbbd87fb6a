//! Who calls: verifies the token of everything that isn't public, before routing. What it grants is looked at
//! by `operation.rs`.

use super::{authorization, errors::Failure, extract::Caller, paths::GraphPath, state::AppState};
use crate::{
    auth::tokens::{self, TokenFault},
    model::{domains::TenantName, permissions::NOTHING},
    store::{
        Tenant,
        principals::{Found, PrincipalStatus},
    },
};
use axum::{
    extract::{Request, State},
    http::{Extensions, HeaderValue, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Lets requests of verified callers through, with their [`Caller`]; the others are 401.
pub(super) async fn authenticate(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match verify(&app, &parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn verify(app: &AppState, request: &Parts) -> Result<Caller, Failure> {
    let token = authorization::read(&request.headers)?.and_then(bearer).ok_or(TokenFault::Missing)?;
    let keys = app.keys().await?;
    let verified = tokens::verify(token, &keys, &app.origins, app.store.clock().now())?;
    let grants = verified.grants;
    let found = app.store.find_principal(verified.tenant, grants.principal).await?;
    let Found { tenant, tenant_created_at, status, sessions_valid_from } = found.ok_or(TokenFault::Tenant)?;
    if verified.issued_at.is_some_and(|issued_at| issued_at < tenant_created_at) {
        return Err(TokenFault::Tenant.into());
    }
    // A token that doesn't say when it was issued may be from before.
    let is_revoked = |valid_from| verified.issued_at.is_none_or(|issued_at| issued_at < valid_from);
    if sessions_valid_from.is_some_and(is_revoked) {
        return Err(TokenFault::Revoked.into());
    }
    check_tenant(app, &request.extensions, tenant).await?;
    match status {
        PrincipalStatus::Good => Ok(Caller { tenant, grants, client: verified.client, need: &NOTHING }),
        PrincipalStatus::Disabled => Err(TokenFault::PrincipalDisabled.into()),
        PrincipalStatus::Deleted => Err(TokenFault::PrincipalDeleted.into()),
        PrincipalStatus::OtherKind => Err(TokenFault::NoPrincipal.into()),
    }
}

/// Refuses a request whose path names another tenant than the caller's.
pub(super) async fn check_tenant(
    app: &AppState,
    request: &Extensions,
    tenant: Tenant,
) -> Result<(), Failure> {
    let fits = match request.get::<GraphPath>().and_then(|path| path.tenant.as_ref()) {
        None => true,
        Some(TenantName::Id(id)) => *id == tenant.id,
        Some(domain) => app.store.named_tenant(domain).await? == Some(tenant),
    };
    if fits { Ok(()) } else { Err(TokenFault::Tenant.into()) }
}

/// The token of an Authorization header. `None`: it has none.
fn bearer(header: &HeaderValue) -> Option<&str> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
