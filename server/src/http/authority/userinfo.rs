//! Who a token's user is (OpenID Connect Core 1.0, 5.3): what libraries for OpenID Connect ask besides the id token. It is asked with a
//! token for Graph, as Entra has it.

use super::no_store;
use crate::{
    auth::tokens::{TokenFault, pairwise},
    directory::sign_in::claims,
    http::{errors::Failure, extract::Caller, state::AppState},
    model::permissions::Principal,
    store::ReadTx,
};
use axum::{extract::State, response::Response};
use serde_json::Value;

/// The user is called what the client's id tokens call the user.
pub(super) async fn userinfo(State(app): State<AppState>, caller: Caller) -> Result<Response, Failure> {
    let (Principal::User(Some(user)), Some(client)) = (caller.grants.principal, caller.client) else {
        return Err(TokenFault::Subject.into());
    };
    let look = move |tx: &ReadTx<'_>| claims::of_userinfo(tx, user);
    let told = app.store.tenant(caller.tenant).read(look).await?;
    let mut told = told.ok_or(TokenFault::PrincipalDeleted)?;
    told.insert("sub".into(), pairwise(caller.tenant.id, client, user).into());
    Ok(no_store(&Value::Object(told)))
}
