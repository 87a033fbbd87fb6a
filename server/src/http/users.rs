//! `/users`. The rules are in `directory::users`.

use super::{
    AppState, answers, bodies,
    error_responses::{CreateErrors, ReadErrors},
    errors::Failure,
    extract::{Caller, Json, Nothing, OneObject, Options, Origin, Path},
    requires::requires,
    schemas::{User, UserCreate},
};
use crate::{
    directory::users,
    model::{
        ids::ObjectId,
        permissions::{CREATE_USER, READ_USER},
        user::USER,
    },
    odata::reference::Key,
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&CREATE_USER, routes!(create_user)))
        .routes(requires(&READ_USER, routes!(get_user)))
}

/// Create a user
///
/// The password in `passwordProfile` is checked against the rules for passwords and not kept: users don't
/// sign in by password here.
#[utoipa::path(
    post, path = "/users", operation_id = "create_user", tag = "users",
    request_body(content = UserCreate, description = "The new user.", example = json!({
        "accountEnabled": true, "displayName": "Ada Lovelace", "mailNickname": "ada",
        "userPrincipalName": "ada@contoso.example", "passwordProfile": {"password": "Difference 1822"},
    })),
    responses(
        (status = 201, description = "The new user.",
            headers(("Location" = String, description = "The URL of the new user.")),
            body = User, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
            "businessPhones": [], "displayName": "Ada Lovelace", "mail": null,
            "userPrincipalName": "ada@contoso.example", "id": "5a3e0000-0000-4000-8000-000000000101",
        })),
        CreateErrors,
    ),
)]
async fn create_user(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    bodies::check_creation(&body, &USER, &[])?;
    let id = ObjectId::random();
    let found = app.store.tenant(caller.tenant).write(move |tx| users::create(tx, id, &body)).await?;
    answers::created(&origin, &found)
}

/// Get a user
///
/// By id or by sign-in name (`userPrincipalName`). The default set of properties, or those that `$select`
/// names. `users('{id}')` and `users(userPrincipalName='{name}')` are the same. With `User.Read` a caller
/// reads the signed-in user alone.
#[utoipa::path(
    get, path = "/users/{id}", operation_id = "get_user", tag = "users",
    params(
        ("id" = String, Path, description = "The user's id or sign-in name.", example = "5a3e0000-0000-4000-8000-000000000101"),
        ("$select" = Option<String>, Query, nullable = false, description = "Properties to return, separated by commas.", example = "id,displayName"),
    ),
    responses((status = 200, description = "The user.", body = User, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
            "businessPhones": [], "displayName": "Ada Lovelace", "mail": null,
            "userPrincipalName": "ada@contoso.example", "id": "5a3e0000-0000-4000-8000-000000000101",
        })), ReadErrors),
)]
async fn get_user(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(key): Path<Key>,
    Options { query, .. }: Options<OneObject>,
) -> Result<Response, Failure> {
    let tenant = app.store.tenant(caller.tenant);
    let found = tenant.read(|tx| users::get(tx, &caller.grants, &key).map_err(Failure::from)).await?;
    answers::entity(&origin, &found, query.select.as_deref())
}
