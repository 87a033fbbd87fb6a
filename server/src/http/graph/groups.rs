//! `/groups`. The rules are in `directory::groups`.

use super::objects;
use crate::{
    directory::groups::{self, Updated},
    http::{
        annotations,
        answers::{self, Select},
        contract::{
            error_responses::{ListErrors, ObjectErrors, ReadErrors, WriteErrors},
            schemas::{Group, GroupCollection, GroupCreate, GroupUpdate},
            wire::ObjectCount,
        },
        errors::Failure,
        extract::{Caller, Counts, Eventual, Json, Nothing, OneObject, Options, Origin, Pages, Path},
        requires::requires,
        state::AppState,
    },
    model::{
        group::GROUP,
        ids::{ObjectId, Sent},
        kinds::{ObjectKind, Relationship},
        permissions::{CREATE_GROUP, DELETE_GROUP, READ_GROUP, UPDATE_GROUP},
    },
    store::{ReadTx, WriteTx},
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&READ_GROUP, routes!(list_groups)))
        .routes(requires(&CREATE_GROUP, routes!(create_group)))
        .routes(requires(&READ_GROUP, routes!(count_groups)))
        .routes(requires(&READ_GROUP, routes!(get_group)))
        .routes(requires(&UPDATE_GROUP, routes!(update_group)))
        .routes(requires(&DELETE_GROUP, routes!(delete_group)))
}

/// List groups
///
/// Groups of every kind, with the default set of properties or those that `$select` names. What Exchange holds
/// of a group is shown of one group at a time: naming it here is 501.
#[utoipa::path(
    get, path = "/groups", operation_id = "list_groups", tag = "groups",
    params(Options<Pages>),
    responses((status = 200, description = "A page of groups.", body = GroupCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups(id,displayName)",
        "value": [{"id": "5a3e0000-0000-4000-8000-000000000201", "displayName": "Readers"}],
    })), ListErrors),
)]
async fn list_groups(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    objects::list(&app, &caller, origin, ObjectKind::Group, query).await
}

/// Create a group
///
/// A Microsoft 365 group has `groupTypes` `["Unified"]` and is mail enabled; a security group is security
/// enabled; a mail-enabled security group is both. Up to twenty members and owners can be bound at once: all of
/// them, or nothing is created. Binding members needs what adding them needs. The signed-in user who creates a
/// Microsoft 365 group owns it, and isn't named among its owners; signed-in users alone assign labels.
#[utoipa::path(
    post, path = "/groups", operation_id = "create_group", tag = "groups",
    request_body(content = GroupCreate, description = "The new group.", example = json!({
        "displayName": "Readers", "mailEnabled": false, "mailNickname": "readers", "securityEnabled": true,
    })),
    responses(
        (status = 201, description = "The new group.",
            headers(("Location" = String, description = "The URL of the new group.")),
            body = Group, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000201", "createdDateTime": "2026-01-31T12:00:00Z",
            "displayName": "Readers", "groupTypes": [], "mailEnabled": false, "mailNickname": "readers",
            "securityEnabled": true, "visibility": "Private",
        })),
        WriteErrors,
    ),
)]
async fn create_group(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    annotations::check_annotations(&body, &GROUP, Relationship::ALL)?;
    let bound = annotations::bound(&body, &app, &origin)?;
    let (id, grants, policy) = (ObjectId::random(), caller.grants, app.policy);
    let create = move |tx: &WriteTx<'_>| groups::create(tx, policy, &grants, id, &body, &bound);
    answers::created(&origin, &app.store.tenant(caller.tenant).write(create).await?)
}

/// Count groups
///
/// As plain text.
#[utoipa::path(
    get, path = "/groups/$count", operation_id = "count_groups", tag = "groups",
    params(Eventual),
    responses((status = 200, description = "How many groups there are.", body = ObjectCount, content_type = "text/plain", example = json!(8)), ListErrors),
)]
async fn count_groups(
    caller: Caller,
    State(app): State<AppState>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    objects::count(&app, &caller, ObjectKind::Group).await
}

/// Get a group
///
/// The default set of properties, or those that `$select` names. What Exchange holds is shown of Microsoft 365
/// groups alone. `groups('{id}')` is the same.
#[utoipa::path(
    get, path = "/groups/{id}", operation_id = "get_group", tag = "groups",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        Options<OneObject>,
    ),
    responses((status = 200, description = "The group.", body = Group, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000201", "createdDateTime": "2026-01-31T12:00:00Z",
            "displayName": "Readers", "groupTypes": [], "mailEnabled": false, "mailNickname": "readers",
            "securityEnabled": true, "visibility": "Private",
        })), ReadErrors),
)]
async fn get_group(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(id): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<OneObject>,
) -> Result<Response, Failure> {
    let (grants, select) = (caller.grants, query.select.clone());
    let get = move |tx: &ReadTx<'_>| groups::get(tx, &grants, &id, select.as_deref());
    let found = app.store.tenant(caller.tenant).read(get).await?;
    answers::entity(&origin, &found, Select::of(&query, &caller))
}

/// Update a group
///
/// What the body doesn't name stays as it is; `null` takes a value away. Up to twenty members and owners can be
/// bound at once: all of it is done, or nothing. The kind of a group stays; a static group becomes dynamic and
/// back by `groupTypes`. What Exchange holds is changed in a request of its own, by a signed-in user, and
/// answered 200. A body that binds members alone needs what adding them needs.
#[utoipa::path(
    patch, path = "/groups/{id}", operation_id = "update_group", tag = "groups",
    params(("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201")),
    request_body(content = GroupUpdate, description = "What changes.", example = json!({
        "description": "Who reads here.", "classification": null,
    })),
    responses(
        (status = 200, description = "What Exchange holds is changed, durably."),
        (status = 204, description = "The group is changed, durably."),
        WriteErrors,
    ),
)]
async fn update_group(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(id): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    annotations::check_annotations(&body, &GROUP, Relationship::ALL)?;
    let bound = annotations::bound(&body, &app, &origin)?;
    let (grants, policy) = (caller.grants, app.policy);
    let update = move |tx: &WriteTx<'_>| groups::update(tx, policy, &grants, &id, &body, &bound);
    Ok(match app.store.tenant(caller.tenant).write(update).await? {
        Updated::InDirectory => answers::no_content(),
        Updated::Elsewhere => answers::done_elsewhere(),
    })
}

/// Delete a group
///
/// It is in no list, count or reference any more, and is gone for good after thirty days. Its members stay.
#[utoipa::path(
    delete, path = "/groups/{id}", operation_id = "delete_group", tag = "groups",
    params(("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201")),
    responses((status = 204, description = "The group is deleted, durably."), ObjectErrors),
)]
async fn delete_group(
    caller: Caller,
    State(app): State<AppState>,
    Path(id): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
) -> Result<Response, Failure> {
    let (grants, policy) = (caller.grants, app.policy);
    let delete = move |tx: &WriteTx<'_>| groups::delete(tx, policy, &grants, &id);
    app.store.tenant(caller.tenant).write(delete).await?;
    Ok(answers::no_content())
}
