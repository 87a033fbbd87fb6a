//! Device codes (RFC 8628, 3.4): a device asks whether somebody has entered its code.

use crate::{
    auth::secrets::Secret,
    directory::sign_in::{device_codes, faults::Fault},
    http::authority::{faults::OAuthFault, token_request::TokenRequest},
    store::{WriteTx, sign_in_grants::Kind},
};
use axum::response::Response;

pub(super) async fn exchange(request: &TokenRequest<'_>) -> Result<Response, OAuthFault> {
    // Version 1.0 calls it so.
    let code = request.form.get("device_code").or_else(|| request.form.get("code"));
    let code = Secret::new(code.ok_or(OAuthFault::Missing("device_code"))?);
    let next = Secret::random().map_err(|_| OAuthFault::Unavailable)?;
    let (client, proven) = request.client().await?;
    request.check_given(Kind::DeviceCode, &code).await?;
    let (store, shown) = (request.app.store.tenant(request.tenant), code.clone());
    if store.read(move |tx| device_codes::asks_too_soon(tx, &shown)).await? {
        return Err(Fault::SlowDown.into());
    }
    let names = request.names.clone();
    let exchange = move |tx: &WriteTx<'_>| {
        device_codes::exchange(tx, &client, &proven, &code, &next, |scopes| names.of_scopes(scopes))
    };
    let exchanged = store.write(exchange).await?;
    request.answer(exchanged).await
}
