//! `/directoryObjects`: objects of whatever kind. The rules are in `directory::directory_objects`.

use super::{
    applications::APPLICATIONS,
    contacts::CONTACTS,
    devices::DEVICES,
    groups::GROUPS,
    service_principals::SERVICE_PRINCIPALS,
    shapes::{Objects, with_context},
    users::USERS,
};
use crate::{
    directory::directory_objects::{self, Named},
    http::{
        answers::{self, Collection, Form, Shown},
        body,
        contract::schemas::{DirectoryObject, DirectoryObjectCollection, GetByIdsParameters},
        errors::Failure,
        extract::{Caller, Json, Path},
        operation::Operation,
        query_options::QueryOptions,
        state::AppState,
        units_of_work::{read, write},
    },
    model::{
        self,
        ids::{AsWritten, ObjectId},
        permissions::{DELETE_DIRECTORY_OBJECT, READ_DIRECTORY_OBJECT},
    },
    odata::{query::Query, scope::Scope},
    store::ReadTx,
};
use axum::{extract::State, response::Response, routing::post};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;
use utoipa_axum::routes;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get_by_ids(None, "/directoryObjects/getByIds", "get_directory_objects_by_ids"),
        get_by_ids(Some(&USERS), "/users/getByIds", "get_users_by_ids"),
        get_by_ids(Some(&GROUPS), "/groups/getByIds", "get_groups_by_ids"),
        get_by_ids(Some(&DEVICES), "/devices/getByIds", "get_devices_by_ids"),
        get_by_ids(Some(&SERVICE_PRINCIPALS), "/servicePrincipals/getByIds", "get_service_principals_by_ids"),
        get_by_ids(Some(&APPLICATIONS), "/applications/getByIds", "get_applications_by_ids"),
        get_by_ids(Some(&CONTACTS), "/contacts/getByIds", "get_contacts_by_ids"),
        Operation::annotated(&READ_DIRECTORY_OBJECT, routes!(get_directory_object))
            .page("directoryobject-get")
            .reads(Scope::Related),
        Operation::annotated(&DELETE_DIRECTORY_OBJECT, routes!(delete_directory_object))
            .page("directoryobject-delete"),
    ]
}

/// The example of an answer with this user.
pub(super) fn user(values: &Value) -> Value {
    let mut example = json!({"@odata.type": "#microsoft.graph.user"});
    let user = USERS.default_set(values);
    if let (Value::Object(example), Value::Object(user)) = (&mut example, user) {
        example.extend(user);
    }
    with_context("directoryObjects", "/$entity", example)
}

/// Objects of whatever kind, or of those of one kind, by many ids at once.
fn get_by_ids(of: Option<&Objects>, path: &'static str, id: &'static str) -> Operation {
    let kind = of.map(|of| of.kind);
    let handler =
        async move |caller: Caller, State(app): State<AppState>, form: Form, query: Query, Json(body)| {
            let named = Named::read(kind, &body)?;
            let (select, tenant) = (query.select.clone(), caller.tenant);
            let get = move |tx: &ReadTx<'_>, by: &_| {
                directory_objects::get_by_ids(tx, by, &named, select.as_deref())
            };
            let page = read(&app, &caller, get).await?;
            let found = Collection { page, next_link: None };
            let answer =
                answers::directory_objects(&form, &found, Shown::of(query.select.as_deref(), None, &caller))?;
            Ok::<_, Failure>(body::hold(answer, &app.answer_budget.share(), Some(tenant.id))?)
        };
    let (tag, what, shown) = of.map_or(("directory objects", "objects", &USERS), |of| (of.tag, of.many, of));
    let odata_type = model::entity(shown.kind).odata_type();
    let example = (shown.example)();
    let found =
        json!({"@odata.type": odata_type, "id": example["id"], "displayName": example["displayName"]});
    let body = json!({"ids": [example["id"]], "types": [model::entity(shown.kind).name]});
    Operation::shaped(&READ_DIRECTORY_OBJECT, HttpMethod::Post, path, id, post(handler))
        .summary(tag, format!("Get {what} by ids"))
        .description(format!(
            "Gets {what} by up to a thousand ids, with the default set of properties or those that `$select` names. Ids that \
             no such object has are left out of the answer, which has no further page."
        ))
        .page("directoryobject-getbyids")
        .takes(&QueryOptions::ACTION)
        .body::<GetByIdsParameters>("Which objects.", body)
        .answers::<DirectoryObjectCollection>(
            "Those that there are, in the order of their ids.",
            "application/json",
            with_context("directoryObjects", "(id,displayName)", json!({"value": [found]})),
        )
}

/// Get an object
///
/// Gets an object of whatever kind, which `@odata.type` names, with the kind's default set of properties or those that
/// `$select` names.
#[utoipa::path(
    get, path = "/directoryObjects/{id}", operation_id = "get_directory_object", tag = "directory objects",
    params(("id" = Uuid, Path, description = "The object's id.", example = "5a3e0000-0000-4000-8000-000000000101")),
    responses((status = 200, description = "The object.", body = DirectoryObject, example = json!(user(&(USERS.example)())))),
)]
async fn get_directory_object(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Path(id): Path<AsWritten<ObjectId>>,
    query: Query,
) -> Result<Response, Failure> {
    // Objects of whatever kind have no navigation properties: this refuses them.
    Scope::Related.expansion(&query)?;
    let select = query.select.clone();
    let get = move |tx: &ReadTx<'_>, by: &_| directory_objects::get(tx, by, &id, select.as_deref());
    let found = read(&app, &caller, get).await?;
    answers::directory_object(&form, &found, Shown::of(query.select.as_deref(), None, &caller))
}

/// Delete an object
///
/// Deletes an object of whatever kind but contacts, which Exchange keeps, and directory roles, which stay activated. The object is in no
/// list, count, group or reference any more, and can be restored for thirty days. A device is gone for good. An application's service
/// principal is deleted with it. A group to which roles can be assigned needs `RoleManagement.ReadWrite.Directory` besides, and nothing
/// changes groups that Exchange keeps.
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
