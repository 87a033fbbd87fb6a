//! Who a token's user is (OpenID Connect Core 1.0, 5.3): what libraries for OpenID Connect ask besides the id token. It is asked with a
//! token for Graph, as Entra has it.

use super::no_store;
use crate::{
    auth::tokens::{TokenFault, pairwise},
    http::{errors::Failure, extract::Caller, state::AppState},
    model::permissions::Principal,
    store::{self, ReadTx, objects},
};
use axum::{extract::State, response::Response};
use serde_json::{Map, Value};

/// The claims that there are for a user of the directory.
const CLAIMS: [(&str, &str); 4] =
    [("name", "displayName"), ("given_name", "givenName"), ("family_name", "surname"), ("email", "mail")];

/// The user is called what the client's id tokens call the user.
pub(super) async fn userinfo(State(app): State<AppState>, caller: Caller) -> Result<Response, Failure> {
    let (Principal::User(Some(user)), Some(client)) = (caller.grants.principal, caller.client) else {
        return Err(TokenFault::Subject.into());
    };
    let look = move |tx: &ReadTx<'_>| -> Result<_, store::Error> {
        objects::find(tx, user)?.map(|user| objects::values(tx, user.row)).transpose()
    };
    let values = app.store.tenant(caller.tenant).read(look).await?.ok_or(TokenFault::PrincipalDeleted)?;
    let sub = Value::from(pairwise(caller.tenant.id, client, user));
    let known =
        CLAIMS.into_iter().filter_map(|(claim, property)| Some((claim, values.get(property)?.clone())));
    let said: Map<_, _> =
        [("sub", sub)].into_iter().chain(known).map(|(claim, value)| (claim.to_owned(), value)).collect();
    Ok(no_store(&said.into()))
}
