//! `/directoryObjects`: objects of whatever kind. The rules are in `directory::directory_objects`.

use super::{
    shapes::{with_context, write},
    users::USERS,
};
use crate::{
    directory::directory_objects,
    http::{
        answers::{self, Select},
        contract::schemas::DirectoryObject,
        errors::Failure,
        extract::{Caller, Path},
        operation::Operation,
        origin::Origin,
        query_options::QueryOptions,
        state::AppState,
    },
    model::{
        ids::{AsWritten, ObjectId},
        permissions::{DELETE_DIRECTORY_OBJECT, READ_DIRECTORY_OBJECT},
    },
    odata::query::Query,
    store::ReadTx,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::annotated(&READ_DIRECTORY_OBJECT, routes!(get_directory_object))
            .page("directoryobject-get")
            .takes(&QueryOptions::OBJECT),
        Operation::annotated(&DELETE_DIRECTORY_OBJECT, routes!(delete_directory_object))
            .page("directoryobject-delete"),
    ]
}

fn example() -> Value {
    let mut example = json!({"@odata.type": "#microsoft.graph.user"});
    let user = USERS.default_set(&(USERS.example)());
    if let (Value::Object(example), Value::Object(user)) = (&mut example, user) {
        example.extend(user);
    }
    with_context("directoryObjects", "/$entity", example)
}

/// Get an object
///
/// Gets an object of whatever kind, which `@odata.type` names, with the kind's default set of properties or those that
/// `$select` names.
#[utoipa::path(
    get, path = "/directoryObjects/{id}", operation_id = "get_directory_object", tag = "directory objects",
    params(("id" = Uuid, Path, description = "The object's id.", example = "5a3e0000-0000-4000-8000-000000000101")),
    responses((status = 200, description = "The object.", body = DirectoryObject, example = json!(example()))),
)]
async fn get_directory_object(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(id): Path<AsWritten<ObjectId>>,
    query: Query,
) -> Result<Response, Failure> {
    let (grants, select) = (caller.grants, query.select.clone());
    let get = move |tx: &ReadTx<'_>| {
        directory_objects::get(tx, &grants, &id, select.as_deref()).map_err(Failure::from)
    };
    let found = app.store.tenant(caller.tenant).read(get).await?;
    answers::directory_object(&origin, &found, Select::of(&query, &caller))
}

/// Delete an object
///
/// Deletes an object of whatever kind but contacts, which Exchange keeps. The object is in no list, count, group or reference
/// any more, and is gone for good after thirty days.
#[utoipa::path(
    delete, path = "/directoryObjects/{id}", operation_id = "delete_directory_object", tag = "directory objects",
    params(("id" = Uuid, Path, description = "The object's id.", example = "5a3e0000-0000-4000-8000-000000000101")),
    responses((status = 204, description = "The object is deleted, durably.")),
)]
async fn delete_directory_object(
    caller: Caller,
    State(app): State<AppState>,
    Path(id): Path<AsWritten<ObjectId>>,
) -> Result<Response, Failure> {
    write(&app, &caller, move |tx, policy, by| directory_objects::delete(tx, policy, by, &id)).await?;
    Ok(answers::no_content())
}
