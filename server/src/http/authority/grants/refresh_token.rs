//! Refresh tokens (RFC 6749, 6).

use crate::{
    auth::secrets::Secret,
    directory::sign_in::refresh_tokens::{self, Refreshing},
    http::authority::{faults::OAuthFault, token_request::TokenRequest},
    store::{WriteTx, sign_in_grants::Kind},
};
use axum::response::Response;

pub(super) async fn exchange(request: &TokenRequest<'_>) -> Result<Response, OAuthFault> {
    let refreshing = Refreshing {
        token: Secret::new(request.form.field("refresh_token")?),
        from_page: request.is_from_page(),
        scopes: request.scopes()?,
        next: Secret::random().map_err(|_| OAuthFault::Unavailable)?,
    };
    let (client, proven) = request.client().await?;
    request.check_given(Kind::RefreshToken, &refreshing.token).await?;
    let names = request.names.clone();
    let refresh = move |tx: &WriteTx<'_>| {
        refresh_tokens::exchange(tx, &client, &proven, &refreshing, |scopes| names.of_scopes(scopes))
    };
    let exchanged = request.app.store.tenant(request.tenant).write(refresh).await?;
    request.answer(exchanged).await
}
