//! `/groups/{id}/members`: who is in a group. The rules are in `directory::members`.

use crate::{
    directory::members,
    http::{
        annotations,
        answers::{self, Select},
        contract::{
            error_responses::{ObjectErrors, ReadErrors, WriteErrors},
            schemas::DirectoryObjectCollection,
            wire::{ObjectCount, ReferenceCollection, ReferenceCreate},
        },
        errors::Failure,
        extract::{Caller, Counts, Eventual, Json, Nothing, Options, Origin, Pages, Path, References},
        paging::Listing,
        requires::requires,
        state::AppState,
    },
    model::{
        ids::{ObjectId, Sent},
        permissions::{ADD_MEMBER, LIST_MEMBERS, REMOVE_MEMBER},
    },
    odata::query::Query,
    store::ReadTx,
};
use axum::{extract::State, response::Response};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&ADD_MEMBER, routes!(add_group_member)))
        .routes(requires(&LIST_MEMBERS, routes!(list_group_members)))
        .routes(requires(&LIST_MEMBERS, routes!(list_group_member_references)))
        .routes(requires(&LIST_MEMBERS, routes!(count_group_members)))
        .routes(requires(&REMOVE_MEMBER, routes!(remove_group_member)))
}

/// Add a member to a group
///
/// Security groups and mail-enabled security groups take users, devices, service principals, organizational
/// contacts and groups other than Microsoft 365 groups; Microsoft 365 groups take users. Members of dynamic groups follow a rule, and those of distribution groups are kept by Exchange:
/// neither can be added. Adding devices, service principals and contacts needs a permission on that kind too,
/// and adding to a role-assignable group `RoleManagement.ReadWrite.Directory`.
#[utoipa::path(
    post, path = "/groups/{id}/members/$ref", operation_id = "add_group_member", tag = "group members",
    params(("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201")),
    request_body(content = ReferenceCreate, description = "The object to be added."),
    responses((status = 204, description = "The object is a member of the group, durably."), WriteErrors),
)]
async fn add_group_member(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(group): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    let member = annotations::reference(&body, &app, &origin)?;
    let (grants, policy) = (caller.grants, app.policy);
    app.store
        .tenant(caller.tenant)
        .write(move |tx| members::add(tx, policy, &grants, &group, &member))
        .await?;
    Ok(answers::no_content())
}

/// List members of a group
///
/// Direct members alone. A member of a kind that the caller may not read shows its type and id, all else of
/// it is null. Members of a group of hidden membership need `Member.Read.Hidden` besides. What another service
/// holds of an object is shown of one object at a time: naming it here is 501.
#[utoipa::path(
    get, path = "/groups/{id}/members", operation_id = "list_group_members", tag = "group members",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        Options<Pages>,
    ),
    responses((status = 200, description = "A page of members.", body = DirectoryObjectCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#directoryObjects(id,displayName)",
        "value": [
            {"@odata.type": "#microsoft.graph.user", "displayName": "Ada Lovelace", "id": "5a3e0000-0000-4000-8000-000000000101"},
            {"@odata.type": "#microsoft.graph.group", "id": "5a3e0000-0000-4000-8000-000000000202", "displayName": "Research"},
        ],
    })), ReadErrors),
)]
async fn list_group_members(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(group): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    let listing = Listing { origin, path: format!("/groups/{}/members", group.value), query };
    list_members(listing, &app, caller, group, answers::directory_objects).await
}

/// List references to members of a group
///
/// The URLs of the direct members alone.
#[utoipa::path(
    get, path = "/groups/{id}/members/$ref", operation_id = "list_group_member_references", tag = "group members",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        Options<References>,
    ),
    responses((status = 200, description = "A page of references.", body = ReferenceCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection($ref)",
        "value": [
            {"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000101"},
        ],
    })), ReadErrors),
)]
async fn list_group_member_references(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(group): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<References>,
) -> Result<Response, Failure> {
    let listing = Listing { origin, path: format!("/groups/{}/members/$ref", group.value), query };
    let write = |origin: &_, page: &_, _: Option<Select<'_>>| answers::references(origin, page);
    list_members(listing, &app, caller, group, write).await
}

/// Answers a page of members in the form that `write` gives it.
async fn list_members(
    listing: Listing,
    app: &AppState,
    caller: Caller,
    group: Sent<ObjectId>,
    write: impl Fn(&Origin, &answers::Collection, Option<Select<'_>>) -> Result<Response, Failure>
    + Send
    + Sync
    + 'static,
) -> Result<Response, Failure> {
    let group = Arc::new(group);
    let counted = group.clone();
    let list = move |tx: &ReadTx<'_>, query: &Query, after| {
        members::list(tx, &caller.grants, &group, query.select.as_deref(), after, query.page_size())
    };
    let count = move |tx: &ReadTx<'_>| members::count(tx, &caller.grants, &counted);
    listing.answer(app, &caller, list, count, write).await
}

/// Count members of a group
///
/// Direct members alone, as plain text.
#[utoipa::path(
    get, path = "/groups/{id}/members/$count", operation_id = "count_group_members", tag = "group members",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        Eventual,
    ),
    responses((status = 200, description = "How many members the group has.", body = ObjectCount, content_type = "text/plain", example = json!(6)), ReadErrors),
)]
async fn count_group_members(
    caller: Caller,
    State(app): State<AppState>,
    Path(group): Path<Sent<ObjectId>>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    let tenant = app.store.tenant(caller.tenant);
    let count = move |tx: &ReadTx<'_>| members::count(tx, &caller.grants, &group).map_err(Failure::from);
    let count = tenant.read_long(count).await?;
    Ok(answers::count(count))
}

/// Remove a member from a group
///
/// The membership ends; the object itself stays. Members of dynamic groups and of distribution groups can't
/// be removed.
#[utoipa::path(
    delete, path = "/groups/{id}/members/{memberId}/$ref", operation_id = "remove_group_member", tag = "group members",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        ("memberId" = Uuid, Path, description = "The member's id.", example = "5a3e0000-0000-4000-8000-000000000101"),
    ),
    responses((status = 204, description = "The object is no member of the group any more, durably."), ObjectErrors),
)]
async fn remove_group_member(
    caller: Caller,
    State(app): State<AppState>,
    Path((group, member)): Path<(Sent<ObjectId>, Sent<ObjectId>)>,
    Options { .. }: Options<Nothing>,
) -> Result<Response, Failure> {
    let (grants, policy) = (caller.grants, app.policy);
    app.store
        .tenant(caller.tenant)
        .write(move |tx| members::remove(tx, policy, &grants, &group, member.value))
        .await?;
    Ok(answers::no_content())
}
