//! The token endpoints, of version 2.0 and of version 1.0 (RFC 6749, 3.2).

use super::{
    faults::{Inquiry, OAuthFault},
    find_tenant,
    form::{self, Form},
    grants::{self, GrantType},
    resource_names::ResourceNames,
    token_request::TokenRequest,
};
use crate::{auth::tokens::Version, http::AppState};
use axum::{
    extract::{Request, State},
    response::Response,
};

/// The endpoint of version 2.0.
pub(super) async fn token(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    issue(&app, &inquiry, request, Version::Second).await.unwrap_or_else(|fault| inquiry.refuse(&fault))
}

/// The endpoint of version 1.0: it takes a `resource`, or a scope where none is named, and answers numbers as texts.
pub(super) async fn first_token(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    issue(&app, &inquiry, request, Version::First).await.unwrap_or_else(|fault| inquiry.refuse(&fault))
}

async fn issue(
    app: &AppState,
    inquiry: &Inquiry,
    request: Request,
    version: Version,
) -> Result<Response, OAuthFault> {
    let tenant = find_tenant(app, &inquiry.tenant).await?;
    let tenant = tenant.ok_or_else(|| OAuthFault::Tenant(inquiry.tenant.clone()))?;
    let (parts, body) = request.into_parts();
    let body = form::read_body(&parts, body).await?;
    let form = Form::read(&body)?;
    let grant_type = GrantType::read(form.field("grant_type")?)?;
    let names = ResourceNames::of(app, &parts.extensions);
    let request = TokenRequest { app, tenant, form, names, inquiry, parts: &parts, version };
    let exchanged = grants::exchange(grant_type, &request).await;
    let mut response = exchanged.unwrap_or_else(|fault| inquiry.refuse(&fault));
    if app.loopback_only {
        request.open_to_its_page(&mut response).await;
    }
    Ok(response)
}
