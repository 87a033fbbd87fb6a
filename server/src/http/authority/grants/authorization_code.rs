//! Authorization codes (RFC 6749, 4.1.3; RFC 7636): a code that a client was sent when somebody signed in.

use crate::{
    auth::secrets::Secret,
    directory::sign_in::codes::{self, Redemption},
    http::authority::{faults::OAuthFault, token_request::TokenRequest},
    store::{WriteTx, sign_in_grants::Kind},
};
use axum::response::Response;

pub(super) async fn exchange(request: &TokenRequest<'_>) -> Result<Response, OAuthFault> {
    let redemption = Redemption {
        code: Secret::new(request.form.field("code")?),
        redirect_uri: request.form.field("redirect_uri")?.to_owned(),
        verifier: request.form.get("code_verifier").map(str::to_owned),
        from_page: request.is_from_page(),
        scopes: request.scopes()?.filter(|scopes| scopes.name_resource()),
        refresh_token: Secret::random().map_err(|_| OAuthFault::Unavailable)?,
    };
    let (client, proven) = request.client().await?;
    request.check_given(Kind::AuthorizationCode, &redemption.code).await?;
    let names = request.names.clone();
    let redeem = move |tx: &WriteTx<'_>| {
        codes::redeem(tx, &client, &proven, &redemption, |scopes| names.of_scopes(scopes))
    };
    let exchanged = request.app.store.tenant(request.tenant).write(redeem).await?;
    request.answer(exchanged).await
}
