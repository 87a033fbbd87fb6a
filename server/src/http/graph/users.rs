//! `/users`. The rules are in `directory::users`.

use super::shapes::Objects;
use crate::{
    auth::{passwords::PasswordHash, secrets::Secret},
    directory::users,
    http::{
        answers::{self, Form},
        contract::schemas::{User, UserCollection, UserCreate, UserUpdate},
        errors::{Failure, RequestFault},
        extract::{Caller, Path},
        operation::{BASIC, Operation},
        payload::Body,
        state::AppState,
        units_of_work::write,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{
            CREATE_USER, DELETE_USER, LIST_USERS, READ_BASIC_USER, READ_USER, UPDATE_USER,
            UPDATE_USER_PROFILE,
        },
        values::Values,
    },
    odata::reference::Key,
    store::WriteTx,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) const USERS: Objects =
    Objects { kind: ObjectKind::User, tag: "users", one: "a user", many: "users", page: "user", example };

fn example() -> Value {
    json!({
        "displayName": "Ada Lovelace", "mail": "ada@contoso.example",
        "userPrincipalName": "ada@contoso.example", "id": "5a3e0000-0000-4000-8000-000000000101",
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        USERS.list::<UserCollection>("/users", "list_users", &LIST_USERS).description(
            "What the user's profile holds, such as `aboutMe`, is shown of one user at a time: naming it here is 501.",
        ).limited(&READ_USER, BASIC),
        Operation::annotated(&CREATE_USER, routes!(create_user)).page("user-post-users"),
        USERS.count("/users/$count", "count_users", &LIST_USERS).limited(&READ_USER, BASIC),
        USERS.get_by::<User, Key>("/users/{id}", "get_user", &READ_BASIC_USER, users::get).limited(&READ_USER, BASIC).description(
            "A user is named by id or by sign-in name (`userPrincipalName`). `users('{id}')` and \
                 `users(userPrincipalName='{name}')` are the same. With `User.Read` a caller reads only the signed-in user.",
        ),
        Operation::annotated(&UPDATE_USER, routes!(update_user))
            .page("user-update")
            .limited(&UPDATE_USER_PROFILE, "properties"),
        USERS
            .delete::<Key>("/users/{id}", "delete_user", &DELETE_USER, |tx, _, by, key| {
                users::delete(tx, by, key)
            })
            .description(
                "The user is in no list, count, group or reference any more, and can be restored for thirty days. The \
                 sign-in name is free again. For a user who holds a directory role, or is a member or owner of a group to which \
                 roles can be assigned, a signed-in user needs `Directory.AccessAsUser.All` besides, an application \
                 `RoleManagement.ReadWrite.Directory`.",
            ),
    ]
}

/// Create a user
///
/// Creates a user. The domain of `userPrincipalName` must be one of the tenant's. The password in `passwordProfile` is checked against the
/// rules for passwords, and its hash is kept where users sign in by password. `manager@odata.bind` gives the user a manager.
#[utoipa::path(
    post, path = "/users", operation_id = "create_user", tag = "users",
    request_body(content = UserCreate, description = "The new user.", example = json!({
        "accountEnabled": true, "displayName": "Emmy Noether", "mailNickname": "emmy",
        "userPrincipalName": "emmy@contoso.example", "passwordProfile": {"password": "Invariants 1918"},
    })),
    responses(
        (status = 201, description = "The new user.", body = User, example = json!(USERS.entity_with(&json!({
            "displayName": "Emmy Noether", "userPrincipalName": "emmy@contoso.example",
            "id": "5a3e0000-0000-4000-8000-000000000113",
        })))),
    ),
)]
async fn create_user(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Body { values, bound, .. }: Body<UserCreate>,
) -> Result<Response, Failure> {
    let (id, hash) = (ObjectId::random(), hash(&app, &values).await?);
    let create = move |tx: &WriteTx<'_>, _, by: &_| users::create(tx, by, id, &values, &bound, hash.as_ref());
    let new = write(&app, &caller, create).await?;
    answers::created(&form, &new)
}

/// Update a user
///
/// Changes a user. What the body doesn't name stays as it is; `null` takes a value away. `manager@odata.bind` gives the user
/// another manager. What the user's profile holds,
/// such as `aboutMe`, is changed in a request of its own, by a signed-in user. With `User.ReadWrite` a caller changes
/// only the signed-in user, and nothing that decides who that is and how the user signs in.
#[utoipa::path(
    patch, path = "/users/{id}", operation_id = "update_user", tag = "users",
    params(("id" = String, Path, description = "The user's id or sign-in name.", example = "5a3e0000-0000-4000-8000-000000000101")),
    request_body(content = UserUpdate, description = "What changes.", example = json!({
        "department": "Engines", "mobilePhone": null,
    })),
    responses((status = 204, description = "The user is changed, durably.")),
)]
async fn update_user(
    caller: Caller,
    State(app): State<AppState>,
    Path(key): Path<Key>,
    body: Body<UserUpdate>,
) -> Result<Response, Failure> {
    update(&app, &caller, key, body).await
}

/// Changes the user of this key.
pub(super) async fn update(
    app: &AppState,
    caller: &Caller,
    key: Key,
    Body { values, bound, .. }: Body<UserUpdate>,
) -> Result<Response, Failure> {
    let hash = hash(app, &values).await?;
    let update =
        move |tx: &WriteTx<'_>, _, by: &_| users::update(tx, by, &key, &values, &bound, hash.as_ref());
    write(app, caller, update).await?;
    Ok(answers::no_content())
}

/// What is kept of the password that a body has, where users sign in by it. One that is too long for the rules isn't worth the time.
async fn hash(app: &AppState, values: &Values) -> Result<Option<PasswordHash>, Failure> {
    let password = values.get("passwordProfile").and_then(|profile| profile["password"].as_str());
    let password = password.filter(|password| app.sign_in.keeps_passwords() && password.len() <= MOST_BYTES);
    match password {
        Some(password) => {
            Ok(Some(app.passwords.hash(Secret::new(password)).await.map_err(|_| RequestFault::Overloaded)?))
        }
        None => Ok(None),
    }
}

/// Bytes that a password has at most: 256 characters of four.
const MOST_BYTES: usize = 4 * 256;
