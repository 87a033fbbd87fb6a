//! `/devices`. The rules are in `directory::devices`.

use super::objects;
use crate::{
    directory::devices,
    http::{
        annotations, answers,
        contract::{
            error_responses::{CreateErrors, ListErrors, ObjectErrors, ReadErrors, WriteErrors},
            schemas::{Device, DeviceCollection, DeviceCreate, DeviceUpdate},
            wire::ObjectCount,
        },
        errors::Failure,
        extract::{Caller, Counts, Eventual, Json, Nothing, OneObject, Options, Origin, Pages, Path},
        requires::requires,
        state::AppState,
    },
    model::{
        device::DEVICE,
        ids::{ObjectId, Sent},
        kinds::ObjectKind,
        permissions::{CREATE_DEVICE, DELETE_DEVICE, READ_DEVICE, UPDATE_DEVICE},
    },
    store::WriteTx,
};
use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(requires(&READ_DEVICE, routes!(list_devices)))
        .routes(requires(&READ_DEVICE, routes!(count_devices)))
        .routes(requires(&READ_DEVICE, routes!(get_device)))
        .routes(requires(&CREATE_DEVICE, routes!(create_device)))
        .routes(requires(&UPDATE_DEVICE, routes!(update_device)))
        .routes(requires(&DELETE_DEVICE, routes!(delete_device)))
}

/// List devices
///
/// With the default set of properties or those that `$select` names.
#[utoipa::path(
    get, path = "/devices", operation_id = "list_devices", tag = "devices",
    params(Options<Pages>),
    responses((status = 200, description = "A page of devices.", body = DeviceCollection, example = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#devices(id,displayName)",
        "value": [{"id": "5a3e0000-0000-4000-8000-000000000301", "displayName": "Reading room"}],
    })), ListErrors),
)]
async fn list_devices(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { query, .. }: Options<Pages>,
) -> Result<Response, Failure> {
    objects::list(&app, &caller, origin, ObjectKind::Device, query).await
}

/// Count devices
///
/// As plain text.
#[utoipa::path(
    get, path = "/devices/$count", operation_id = "count_devices", tag = "devices",
    params(Eventual),
    responses((status = 200, description = "How many devices there are.", body = ObjectCount, content_type = "text/plain", example = json!(1)), ListErrors),
)]
async fn count_devices(
    caller: Caller,
    State(app): State<AppState>,
    Options { .. }: Options<Counts>,
    _: Eventual,
) -> Result<Response, Failure> {
    objects::count(&app, &caller, ObjectKind::Device).await
}

/// Get a device
///
/// The default set of properties, or those that `$select` names.
#[utoipa::path(
    get, path = "/devices/{id}", operation_id = "get_device", tag = "devices",
    params(
        ("id" = Uuid, Path, description = "The device's id.", example = "5a3e0000-0000-4000-8000-000000000301"),
        Options<OneObject>,
    ),
    responses((status = 200, description = "The device.", body = Device, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#devices/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000301", "accountEnabled": true,
            "deviceId": "5a3e0000-0000-4000-8000-000000000391", "displayName": "Reading room",
            "operatingSystem": "Linux", "operatingSystemVersion": "6.12",
        })), ReadErrors),
)]
async fn get_device(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Path(id): Path<Sent<ObjectId>>,
    Options { query, .. }: Options<OneObject>,
) -> Result<Response, Failure> {
    objects::get(&app, &caller, &origin, ObjectKind::Device, id, &query).await
}

/// Create a device
///
/// Registers a device. Its `deviceId` is unique in the tenant.
#[utoipa::path(
    post, path = "/devices", operation_id = "create_device", tag = "devices",
    request_body(content = DeviceCreate, description = "The new device.", example = json!({
        "accountEnabled": true, "deviceId": "5a3e0000-0000-4000-8000-000000000391", "displayName": "Reading room",
        "operatingSystem": "Linux", "operatingSystemVersion": "6.12",
        "alternativeSecurityIds": [{"type": 2, "identityProvider": null, "key": "Y3YxN2E1MWFlYw=="}],
    })),
    responses(
        (status = 201, description = "The new device.",
            headers(("Location" = String, description = "The URL of the new device.")),
            body = Device, example = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#devices/$entity",
            "id": "5a3e0000-0000-4000-8000-000000000301", "accountEnabled": true,
            "deviceId": "5a3e0000-0000-4000-8000-000000000391", "displayName": "Reading room",
            "operatingSystem": "Linux", "operatingSystemVersion": "6.12",
        })),
        CreateErrors,
    ),
)]
async fn create_device(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    annotations::check_annotations(&body, &DEVICE, &[])?;
    let (id, grants) = (ObjectId::random(), caller.grants);
    let create = move |tx: &WriteTx<'_>| devices::create(tx, &grants, id, &body);
    answers::created(&origin, &app.store.tenant(caller.tenant).write(create).await?)
}

/// Update a device
///
/// What the body doesn't name stays as it is; `null` takes a value away.
#[utoipa::path(
    patch, path = "/devices/{id}", operation_id = "update_device", tag = "devices",
    params(("id" = Uuid, Path, description = "The device's id.", example = "5a3e0000-0000-4000-8000-000000000301")),
    request_body(content = DeviceUpdate, description = "What changes.", example = json!({"accountEnabled": false})),
    responses((status = 204, description = "The device is changed, durably."), WriteErrors),
)]
async fn update_device(
    caller: Caller,
    State(app): State<AppState>,
    Path(id): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
    Json(body): Json,
) -> Result<Response, Failure> {
    annotations::check_annotations(&body, &DEVICE, &[])?;
    let grants = caller.grants;
    app.store.tenant(caller.tenant).write(move |tx| devices::update(tx, &grants, &id, &body)).await?;
    Ok(answers::no_content())
}

/// Delete a device
///
/// The device is in no list, count, group or reference any more, and is gone for good after thirty days.
#[utoipa::path(
    delete, path = "/devices/{id}", operation_id = "delete_device", tag = "devices",
    params(("id" = Uuid, Path, description = "The device's id.", example = "5a3e0000-0000-4000-8000-000000000301")),
    responses((status = 204, description = "The device is deleted, durably."), ObjectErrors),
)]
async fn delete_device(
    caller: Caller,
    State(app): State<AppState>,
    Path(id): Path<Sent<ObjectId>>,
    Options { .. }: Options<Nothing>,
) -> Result<Response, Failure> {
    app.store.tenant(caller.tenant).write(move |tx| devices::delete(tx, &id)).await?;
    Ok(answers::no_content())
}
