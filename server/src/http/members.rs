//! `/groups/{id}/members`: who is in a group. The rules are in `directory::members`.

use super::{
    AppState, answers, bodies,
    error_responses::{ReadErrors, WriteErrors},
    errors::{Failure, RequestFault},
    extract::{Caller, Eventual, Json, Nothing, Options, Origin, Pages, Path},
    requires::requires,
    wire::{DirectoryObjectCollection, ReferenceCreate},
};
use crate::{
    directory::members,
    model::{
        ids::{ObjectId, Sent},
        permissions::{ADD_MEMBER, LIST_MEMBERS, REMOVE_MEMBER},
    },
    odata::page_token,
    store::objects::RowNumber,
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&ADD_MEMBER, routes!(add_group_member)))
        .routes(requires(&LIST_MEMBERS, routes!(list_group_members)))
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
    let member = bodies::reference(&body, &origin)?;
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
/// it is null. Members of a group of hidden membership need `Member.Read.Hidden` besides.
#[utoipa::path(
    get, path = "/groups/{id}/members", operation_id = "list_group_members", tag = "group members",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        ("$select" = Option<String>, Query, nullable = false, description = "Properties to return, separated by commas.", example = "id,displayName"),
        ("$top" = Option<i32>, Query, nullable = false, minimum = 1, maximum = 999, description = "Members on a page: 100 where it isn't said.", example = 100),
        ("$count" = Option<bool>, Query, nullable = false, description = "Whether to count all members. Needs `ConsistencyLevel`.", example = true),
        ("$skiptoken" = Option<String>, Query, nullable = false, description = "Where the page begins: from `@odata.nextLink`, opaque.", example = "1KUyXq6cLkF3bSQeQH0m5zKkJm2lq1kqkqg2Yv0wzQ"),
        ("ConsistencyLevel" = Option<String>, Header, nullable = false, description = "`eventual`, where members are counted.", example = "eventual"),
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
    let keys = app.keys().await?;
    let bound_to = format!("list_group_members {} {} {}", caller.tenant.id, group.value, query.fixed());
    let after = match &query.skip_token {
        Some(token) => {
            let position =
                page_token::open(keys.paging(), token, &bound_to).ok_or(RequestFault::PageToken)?;
            RowNumber::from_position(position)
        }
        None => RowNumber::START,
    };
    let tenant = app.store.tenant(caller.tenant);
    let (page, count) = tenant
        .read(|tx| {
            let page = members::list(tx, &caller.grants, &group, after, query.page_size())?;
            let counts = query.count && query.skip_token.is_none();
            let count = counts.then(|| members::count(tx, &caller.grants, &group)).transpose()?;
            Ok::<_, Failure>((page, count))
        })
        .await?;
    let next = page.next.map(|row| {
        let token =
            page_token::seal(keys.paging(), row.position(), &bound_to).ok_or(RequestFault::Internal)?;
        Ok::<_, Failure>(format!("{}/groups/{}/members?{}", origin.base(), group.value, query.next(&token)))
    });
    let next = next.transpose()?;
    answers::directory_objects(&origin, &page.members, query.select.as_deref(), next.as_deref(), count)
}

/// Count members of a group
///
/// Direct members alone, as plain text.
#[utoipa::path(
    get, path = "/groups/{id}/members/$count", operation_id = "count_group_members", tag = "group members",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        ("ConsistencyLevel" = String, Header, description = "`eventual`: counting demands it.", example = "eventual"),
    ),
    responses((status = 200, description = "How many members the group has.", body = i64, content_type = "text/plain", example = json!(6)), ReadErrors),
)]
async fn count_group_members(
    caller: Caller,
    State(app): State<AppState>,
    Path(group): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
    _: Eventual,
) -> Result<Response, Failure> {
    let tenant = app.store.tenant(caller.tenant);
    let count = tenant.read(|tx| members::count(tx, &caller.grants, &group).map_err(Failure::from)).await?;
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
    responses((status = 204, description = "The object is no member of the group any more, durably."), ReadErrors),
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
