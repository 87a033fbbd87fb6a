//! `/groups`. The rules are in `directory::groups`.

use super::{
    AppState, answers, bodies,
    error_responses::{ReadErrors, WriteErrors},
    errors::Failure,
    extract::{Caller, Json, Nothing, OneObject, Options, Origin, Path},
    requires::requires,
    schemas::{Group, GroupCreate},
};
use crate::{
    directory::groups,
    model::{
        group::GROUP,
        ids::{ObjectId, Sent},
        permissions::{CREATE_GROUP, READ_GROUP},
    },
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&CREATE_GROUP, routes!(create_group)))
        .routes(requires(&READ_GROUP, routes!(get_group)))
}

/// Create a group
///
/// A Microsoft 365 group has `groupTypes` `["Unified"]` and is mail enabled; a security group is security
/// enabled; a mail-enabled security group is both. Up to twenty members can be bound at once: all of them are
/// added, or nothing is created. Binding members needs what adding them needs.
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
    Json(mut body): Json,
) -> Result<Response, Failure> {
    bodies::check_creation(&body, &GROUP, &["members"])?;
    let members = bodies::take_bound(&mut body, "members", &origin)?;
    let (id, grants, policy) = (ObjectId::random(), caller.grants, app.policy);
    let found = app
        .store
        .tenant(caller.tenant)
        .write(move |tx| groups::create(tx, policy, &grants, id, &body, &members))
        .await?;
    answers::created(&origin, &found)
}

/// Get a group
///
/// The default set of properties, or those that `$select` names. `groups('{id}')` is the same.
#[utoipa::path(
    get, path = "/groups/{id}", operation_id = "get_group", tag = "groups",
    params(
        ("id" = Uuid, Path, description = "The group's id.", example = "5a3e0000-0000-4000-8000-000000000201"),
        ("$select" = Option<String>, Query, nullable = false, description = "Properties to return, separated by commas.", example = "id,displayName"),
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
    let tenant = app.store.tenant(caller.tenant);
    let found = tenant.read(|tx| groups::get(tx, &id).map_err(Failure::from)).await?;
    answers::entity(&origin, &found, query.select.as_deref())
}
