//! `/me`: the signed-in user. The rules are in `directory::users`.

use super::users;
use crate::{
    http::{
        contract::{
            error_responses::{ReadErrors, WriteErrors},
            schemas::{User, UserUpdate},
        },
        errors::{Failure, RequestFault},
        extract::{Caller, Json, Nothing, OneObject, Options, Origin},
        requires::{requires, signed_in},
        state::AppState,
    },
    model::permissions::{Principal, READ_ME, UPDATE_ME},
    odata::reference::Key,
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(signed_in(requires(&READ_ME, routes!(get_me))))
        .routes(signed_in(requires(&UPDATE_ME, routes!(update_me))))
}

/// Get the signed-in user
///
/// The default set of properties, or those that `$select` names.
#[utoipa::path(
    get, path = "/me", operation_id = "get_me", tag = "users",
    params(Options<OneObject>),
    responses((status = 200, description = "The signed-in user.", body = User, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
            "businessPhones": [], "displayName": "Ada Lovelace", "mail": null,
            "userPrincipalName": "ada@contoso.example", "id": "5a3e0000-0000-4000-8000-000000000101",
        })), ReadErrors),
)]
async fn get_me(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { query, .. }: Options<OneObject>,
) -> Result<Response, Failure> {
    users::get(&app, &caller, &origin, key(&caller)?, &query).await
}

/// Update the signed-in user
///
/// What the body doesn't name stays as it is; `null` takes a value away. With `User.ReadWrite` alone nothing
/// changes that decides who the user is and how the user signs in.
#[utoipa::path(
    patch, path = "/me", operation_id = "update_me", tag = "users",
    request_body(content = UserUpdate, description = "What changes.", example = json!({
        "officeLocation": "18/2111", "mobilePhone": null,
    })),
    responses((status = 204, description = "The user is changed, durably."), WriteErrors),
)]
async fn update_me(
    caller: Caller,
    State(app): State<AppState>,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    users::update(&app, &caller, key(&caller)?, body).await
}

fn key(caller: &Caller) -> Result<Key, RequestFault> {
    match caller.grants.principal {
        Principal::User(Some(id)) => Ok(Key::read(id.to_string())),
        Principal::User(None) | Principal::Application(_) => Err(RequestFault::NobodySignedIn),
    }
}
