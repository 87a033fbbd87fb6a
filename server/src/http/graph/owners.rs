//! `/groups/{id}/owners`: who owns a group. The rules are in `directory::owners`.

use crate::{
    directory::owners,
    http::{
        annotations, answers,
        contract::{
            error_responses::{ObjectErrors, ReadErrors, WriteErrors},
            schemas::DirectoryObjectCollection,
            wire::{ObjectCount, ReferenceCreate},
        },
        errors::Failure,
        extract::{Caller, Counts, Eventual, Json, Nothing, Options, Origin, Pages, Path},
        paging::Listing,
        requires::requires,
        state::AppState,
    },
    model::{
        ids::{ObjectId, Sent},
        permissions::{CHANGE_OWNERS, LIST_OWNERS},
    },
    odata::query::Query,
    store::{ReadTx, WriteTx},
};
use axum::{extract::State, response::Response};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&CHANGE_OWNERS, routes!(add_group_owner)))
        .routes(requires(&LIST_OWNERS, routes!(list_group_owners)))
        .routes(requires(&LIST_OWNERS, routes!(count_group_owners)))
        .routes(requires(&CHANGE_OWNERS, routes!(remove_group_owner)))
}

/// Add an owner to a group
///
/// Users and service principals can own groups. A group has at most a hundred owners.
#[utoipa::path(
    post, path = "/groups/{id}/owners/$ref", operation_id = "add_group_owner", tag = "group owners",
    params(("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201")),
    request_body(content = ReferenceCreate, description = "The object that is to own the group."),
    responses((status = 204, description = "The object is an owner of the group, durably."), WriteErrors),
)]
async fn add_group_owner(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(group): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    let owner = annotations::reference(&body, &app, &origin)?;
    let (grants, policy) = (caller.grants, app.policy);
    let add = move |tx: &WriteTx<'_>| owners::add(tx, policy, &grants, &group, &owner);
    app.store.tenant(caller.tenant).write(add).await?;
    Ok(answers::no_content())
}

/// List owners of a group
///
/// An owner of a kind that the caller may not read shows its type and id, all else of it is null. What another
/// service holds of an object is shown of one object at a time: naming it here is 501.
#[utoipa::path(
    get, path = "/groups/{id}/owners", operation_id = "list_group_owners", tag = "group owners",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        Options<Pages>,
    ),
    responses((status = 200, description = "A page of owners.", body = DirectoryObjectCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#directoryObjects(id,displayName)",
        "value": [
            {"@odata.type": "#microsoft.graph.user", "displayName": "Ada Lovelace", "id": "5a3e0000-0000-4000-8000-000000000101"},
        ],
    })), ReadErrors),
)]
async fn list_group_owners(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(group): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    let listing = Listing { origin, path: format!("/groups/{}/owners", group.value), query };
    let group = Arc::new(group);
    let counted = group.clone();
    let list = move |tx: &ReadTx<'_>, query: &Query, after| {
        owners::list(tx, &caller.grants, &group, query.select.as_deref(), after, query.page_size())
    };
    let count = move |tx: &ReadTx<'_>| owners::count(tx, &counted);
    listing.answer(&app, &caller, list, count, answers::directory_objects).await
}

/// Count owners of a group
///
/// As plain text.
#[utoipa::path(
    get, path = "/groups/{id}/owners/$count", operation_id = "count_group_owners", tag = "group owners",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        Eventual,
    ),
    responses((status = 200, description = "How many owners the group has.", body = ObjectCount, content_type = "text/plain", example = json!(1)), ReadErrors),
)]
async fn count_group_owners(
    caller: Caller,
    State(app): State<AppState>,
    Path(group): Path<Sent<ObjectId>>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    let count = move |tx: &ReadTx<'_>| owners::count(tx, &group).map_err(Failure::from);
    Ok(answers::count(app.store.tenant(caller.tenant).read_long(count).await?))
}

/// Remove an owner of a group
///
/// The ownership ends; the object itself stays. The last user among the owners can't be removed.
#[utoipa::path(
    delete, path = "/groups/{id}/owners/{ownerId}/$ref", operation_id = "remove_group_owner", tag = "group owners",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        ("ownerId" = Uuid, Path, description = "The owner's id.", example = "5a3e0000-0000-4000-8000-000000000101"),
    ),
    responses((status = 204, description = "The object owns the group no more, durably."), ObjectErrors),
)]
async fn remove_group_owner(
    caller: Caller,
    State(app): State<AppState>,
    Path((group, owner)): Path<(Sent<ObjectId>, Sent<ObjectId>)>,
    Options { .. }: Options<Nothing>,
) -> Result<Response, Failure> {
    let (grants, policy) = (caller.grants, app.policy);
    let remove = move |tx: &WriteTx<'_>| owners::remove(tx, policy, &grants, &group, owner.value);
    app.store.tenant(caller.tenant).write(remove).await?;
    Ok(answers::no_content())
}
