//! `/users`. The rules are in `directory::users`.

use super::objects;
use crate::{
    directory::users,
    http::{
        annotations,
        answers::{self, Select},
        contract::{
            error_responses::{CreateErrors, ListErrors, ObjectErrors, ReadErrors, WriteErrors},
            schemas::{User, UserCollection, UserCreate, UserUpdate},
            wire::ObjectCount,
        },
        errors::Failure,
        extract::{Caller, Counts, Eventual, Json, Nothing, OneObject, Options, Origin, Pages, Path},
        requires::requires,
        state::AppState,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{CREATE_USER, DELETE_USER, LIST_USERS, READ_USER, UPDATE_USER},
        user::USER,
        values::Values,
    },
    odata::{query::Query, reference::Key},
    store::{ReadTx, WriteTx},
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&LIST_USERS, routes!(list_users)))
        .routes(requires(&CREATE_USER, routes!(create_user)))
        .routes(requires(&LIST_USERS, routes!(count_users)))
        .routes(requires(&READ_USER, routes!(get_user)))
        .routes(requires(&UPDATE_USER, routes!(update_user)))
        .routes(requires(&DELETE_USER, routes!(delete_user)))
}

/// List users
///
/// With the default set of properties or those that `$select` names. What the user's profile holds, such as
/// `aboutMe`, is shown of one user at a time: naming it here is 501.
#[utoipa::path(
    get, path = "/users", operation_id = "list_users", tag = "users",
    params(Options<Pages>),
    responses((status = 200, description = "A page of users.", body = UserCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)",
        "value": [{"displayName": "Ada Lovelace", "id": "5a3e0000-0000-4000-8000-000000000101"}],
    })), ListErrors),
)]
async fn list_users(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    objects::list(&app, &caller, origin, ObjectKind::User, query).await
}

/// Create a user
///
/// The domain of `userPrincipalName` must be one of the tenant's. The password in `passwordProfile` is checked against the
/// rules for passwords and not kept: users don't sign in by password here.
#[utoipa::path(
    post, path = "/users", operation_id = "create_user", tag = "users",
    request_body(content = UserCreate, description = "The new user.", example = json!({
        "accountEnabled": true, "displayName": "Emmy Noether", "mailNickname": "emmy",
        "userPrincipalName": "emmy@contoso.example", "passwordProfile": {"password": "Invariants 1918"},
    })),
    responses(
        (status = 201, description = "The new user.",
            headers(("Location" = String, description = "The URL of the new user.")),
            body = User, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
            "businessPhones": [], "displayName": "Emmy Noether", "mail": null,
            "userPrincipalName": "emmy@contoso.example", "id": "5a3e0000-0000-4000-8000-000000000113",
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
    annotations::check_annotations(&body, &USER, &[])?;
    let (id, grants) = (ObjectId::random(), caller.grants);
    let create = move |tx: &WriteTx<'_>| users::create(tx, &grants, id, &body);
    answers::created(&origin, &app.store.tenant(caller.tenant).write(create).await?)
}

/// Count users
///
/// As plain text.
#[utoipa::path(
    get, path = "/users/$count", operation_id = "count_users", tag = "users",
    params(Eventual),
    responses((status = 200, description = "How many users there are.", body = ObjectCount, content_type = "text/plain", example = json!(12)), ListErrors),
)]
async fn count_users(
    caller: Caller,
    State(app): State<AppState>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    objects::count(&app, &caller, ObjectKind::User).await
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
        Options<OneObject>,
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
    get(&app, &caller, &origin, key, &query).await
}

/// Update a user
///
/// What the body doesn't name stays as it is; `null` takes a value away. What the user's profile holds, such as
/// `aboutMe`, is changed in a request of its own, by a signed-in user. With `User.ReadWrite` a caller changes
/// the signed-in user alone, and nothing that decides who that is and how it signs in.
#[utoipa::path(
    patch, path = "/users/{id}", operation_id = "update_user", tag = "users",
    params(("id" = String, Path, description = "The user's id or sign-in name.", example = "5a3e0000-0000-4000-8000-000000000101")),
    request_body(content = UserUpdate, description = "What changes.", example = json!({
        "department": "Engines", "mobilePhone": null,
    })),
    responses((status = 204, description = "The user is changed, durably."), WriteErrors),
)]
async fn update_user(
    caller: Caller,
    State(app): State<AppState>,
    Path(key): Path<Key>,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    update(&app, &caller, key, body).await
}

/// Delete a user
///
/// The user is in no list, count, group or reference any more, and is gone for good after thirty days. The
/// sign-in name is free again.
#[utoipa::path(
    delete, path = "/users/{id}", operation_id = "delete_user", tag = "users",
    params(("id" = String, Path, description = "The user's id or sign-in name.", example = "5a3e0000-0000-4000-8000-000000000101")),
    responses((status = 204, description = "The user is deleted, durably."), ObjectErrors),
)]
async fn delete_user(
    caller: Caller,
    State(app): State<AppState>,
    Path(key): Path<Key>,
    Options { .. }: Options<Nothing>,
) -> Result<Response, Failure> {
    app.store.tenant(caller.tenant).write(move |tx| users::delete(tx, &key)).await?;
    Ok(answers::no_content())
}

/// Answers the user of this key.
pub(super) async fn get(
    app: &AppState,
    caller: &Caller,
    origin: &Origin,
    key: Key,
    query: &Query,
) -> Result<Response, Failure> {
    let (grants, select) = (caller.grants, query.select.clone());
    let get = move |tx: &ReadTx<'_>| users::get(tx, &grants, &key, select.as_deref());
    let found = app.store.tenant(caller.tenant).read(get).await?;
    answers::entity(origin, &found, Select::of(query, caller))
}

/// Changes the user of this key.
pub(super) async fn update(
    app: &AppState,
    caller: &Caller,
    key: Key,
    body: Values,
) -> Result<Response, Failure> {
    annotations::check_annotations(&body, &USER, &[])?;
    let grants = caller.grants;
    let update = move |tx: &WriteTx<'_>| users::update(tx, &grants, &key, &body);
    app.store.tenant(caller.tenant).write(update).await?;
    Ok(answers::no_content())
}
