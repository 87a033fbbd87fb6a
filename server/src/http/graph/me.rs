//! `/me`: the signed-in user, who is named by the token and not by the path. The rules are in `directory::users`.

use super::{
    shapes::{self, ObjectKey, Objects},
    users::{self, USERS},
};
use crate::{
    directory,
    http::{
        answers::Form,
        contract::schemas::{User, UserUpdate},
        errors::{Failure, RequestFault},
        extract::{Caller, FromPath, Parameters},
        operation::Operation,
        payload::Body,
        state::AppState,
    },
    model::{
        kinds::ObjectKind,
        permissions::{Principal, READ_ME, UPDATE_ME},
    },
    odata::{query::Query, reference::Key, scope::Scope},
    store::ReadTx,
};
use axum::{extract::State, response::Response};
use utoipa_axum::routes;

/// The signed-in user, of whom operations on a user have one for `/me`.
pub(super) const ME: Objects = Objects { one: "the signed-in user", ..USERS };

/// The signed-in user in the place of a key in the path.
pub(super) struct Me(Key);

impl FromPath for Me {
    fn from_path(caller: &Caller, _: &Parameters) -> Result<Self, RequestFault> {
        Ok(Self(key(caller)?))
    }
}

impl ObjectKey for Me {
    type Key = Key;

    fn key(&self) -> &Key {
        &self.0
    }

    fn in_link(&self) -> String {
        String::new()
    }

    fn document(operation: Operation, _: &str, _: &str) -> Operation {
        operation.signed_in()
    }
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::annotated(&READ_ME, routes!(get_me))
            .page("user-get")
            .reads(Scope::One(ObjectKind::User))
            .signed_in(),
        Operation::annotated(&UPDATE_ME, routes!(update_me)).page("user-update").signed_in(),
    ]
}

/// Get the signed-in user
///
/// Gets the signed-in user, with the default set of properties or those that `$select` names.
#[utoipa::path(
    get, path = "/me", operation_id = "get_me", tag = "users",
    responses((status = 200, description = "The signed-in user.", body = User, example = json!(USERS.entity()))),
)]
async fn get_me(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    query: Query,
) -> Result<Response, Failure> {
    let key = key(&caller)?;
    let get =
        move |tx: &ReadTx<'_>, by: &_, select: Option<&[_]>| directory::users::get(tx, by, &key, select);
    shapes::answer_one(&app, &caller, &form, ObjectKind::User, query, get).await
}

/// Update the signed-in user
///
/// Changes the signed-in user. What the body doesn't name stays as it is; `null` takes a value away. `User.ReadWrite`
/// is not enough for what decides who the user is and how the user signs in.
#[utoipa::path(
    patch, path = "/me", operation_id = "update_me", tag = "users",
    request_body(content = UserUpdate, description = "What changes.", example = json!({
        "officeLocation": "18/2111", "mobilePhone": null,
    })),
    responses((status = 204, description = "The user is changed, durably.")),
)]
async fn update_me(
    caller: Caller,
    State(app): State<AppState>,
    body: Body<UserUpdate>,
) -> Result<Response, Failure> {
    users::update(&app, &caller, key(&caller)?, body).await
}

fn key(caller: &Caller) -> Result<Key, RequestFault> {
    match caller.grants.principal {
        Principal::User(Some(id)) => Ok(Key::read(id.to_string())),
        Principal::User(None) | Principal::Application(_) => Err(RequestFault::NobodySignedIn),
    }
}
