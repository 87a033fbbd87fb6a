//! Client credentials (RFC 6749, 4.4): a token for a client by itself.

use crate::{
    directory::sign_in::{
        clients::Proof,
        faults::Error,
        scopes::{ResourceScopes, Scopes},
        tokens,
    },
    http::authority::{faults::OAuthFault, token_request::TokenRequest},
    store::ReadTx,
};
use axum::response::Response;

/// What the request itself gets wrong is told before its client is looked for.
pub(super) async fn exchange(request: &TokenRequest<'_>) -> Result<Response, OAuthFault> {
    let (client_id, proof) = request.proof()?;
    if matches!(proof, Proof::None) {
        return Err(OAuthFault::NoCredential);
    }
    let name = request.names.of_scopes(&scopes(request)?);
    let (client, _) = request.prove(&client_id, proof).await?;
    let of_application =
        move |tx: &ReadTx<'_>| -> Result<_, Error> { tokens::of_application(tx, &client, &name) };
    let (audience, subject) = request.app.store.tenant(request.tenant).read(of_application).await?;
    request.answer_application(&audience, &subject).await
}

/// A client by itself asks for all that was granted, of one resource that it names. What else some ask for is for users.
fn scopes(request: &TokenRequest<'_>) -> Result<Scopes, OAuthFault> {
    let refused = || OAuthFault::Scope(request.form.get("scope").unwrap_or_default().into());
    let scopes = match request.scopes() {
        Ok(scopes) => scopes.ok_or_else(|| OAuthFault::Missing(request.scope_parameter()))?,
        Err(_) => return Err(refused()),
    };
    let asks_for_all = scopes.of_resource == ResourceScopes::Granted && scopes.resource.is_some();
    if asks_for_all { Ok(scopes) } else { Err(refused()) }
}
