//! Passwords of users in the hands of clients (RFC 6749, 4.3): only where the operator allows it.

use crate::{
    auth::secrets::Secret,
    directory::sign_in::{
        accounts,
        clients::{Client, Proven},
        faults::{Error, Fault},
        refresh_tokens,
        scopes::Scopes,
        tokens::Tokens,
    },
    http::authority::{
        faults::OAuthFault,
        passwords::{self, Right},
        token_request::TokenRequest,
    },
    model::ids::ObjectId,
    store::WriteTx,
};
use axum::response::Response;

pub(super) async fn exchange(request: &TokenRequest<'_>) -> Result<Response, OAuthFault> {
    if !request.app.sign_in.allows_password_grant {
        return Err(OAuthFault::PasswordGrant);
    }
    let (name, password) = (request.form.field("username")?, Secret::new(request.form.field("password")?));
    let scopes = request.scopes()?.ok_or_else(|| OAuthFault::Missing(request.scope_parameter()))?;
    let (client, proven) = request.client().await?;
    if matches!(proven, Proven::Nothing) && !client.is_public() {
        return Err(Fault::NoProof(client.app_id.to_string()).into());
    }
    let right = passwords::check(request.app, request.tenant, request.peer(), name, &password).await?;
    let tokens = give(request, (client, proven), right, scopes).await?;
    request.answer_user(tokens).await
}

async fn give(
    request: &TokenRequest<'_>,
    (client, proven): (Client, Proven),
    right: Right,
    scopes: Scopes,
) -> Result<Tokens, OAuthFault> {
    let resource = request.names.of_scopes(&scopes);
    let next = Secret::random().map_err(|_| OAuthFault::Unavailable)?;
    let family = ObjectId::random().uuid();
    let give = move |tx: &WriteTx<'_>| -> Result<_, Error> {
        let account = accounts::proven(tx, right.user, &right.password)?;
        refresh_tokens::begin(tx, (&client, &proven), &account, &scopes, &resource, &next, family)
    };
    request.app.store.tenant(request.tenant).write(give).await.map_err(OAuthFault::from)
}
