//! `/devices`. The rules are in `directory::devices`.

use super::shapes::Objects;
use crate::{
    directory::devices,
    http::{
        answers::{self, Form},
        contract::schemas::{Device, DeviceCollection, DeviceCreate, DeviceUpdate},
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::Operation,
        payload::Body,
        state::AppState,
        units_of_work::write,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{CREATE_DEVICE, DELETE_DEVICE, READ_DEVICE, UPDATE_DEVICE},
    },
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) static DEVICES: Objects = Objects {
    kind: ObjectKind::Device,
    tag: "devices",
    one: "a device",
    many: "devices",
    page: "device",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000301", "accountEnabled": true,
        "deviceId": "5a3e0000-0000-4000-8000-000000000391", "displayName": "Reading room",
        "operatingSystem": "Linux", "operatingSystemVersion": "6.12",
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        DEVICES.list::<DeviceCollection>("/devices", "list_devices", &READ_DEVICE),
        DEVICES.count("/devices/$count", "count_devices", &READ_DEVICE),
        DEVICES.get::<Device>("/devices/{id}", "get_device", &READ_DEVICE),
        Operation::annotated(&CREATE_DEVICE, routes!(create_device)).page("device-post-devices"),
        Operation::annotated(&UPDATE_DEVICE, routes!(update_device)).page("device-update"),
        DEVICES
            .delete::<IdKey>("/devices/{id}", "delete_device", &DELETE_DEVICE, |tx, _, _, id| {
                devices::delete(tx, id)
            })
            .description(
                "The device is in no list, count, group or reference any more, and is gone for good.",
            ),
    ]
}

/// Create a device
///
/// Creates a device. Its `deviceId` is unique in the tenant.
#[utoipa::path(
    post, path = "/devices", operation_id = "create_device", tag = "devices",
    request_body(content = DeviceCreate, description = "The new device.", example = json!({
        "accountEnabled": true, "deviceId": "5a3e0000-0000-4000-8000-000000000393", "displayName": "Lending desk",
        "operatingSystem": "Linux", "operatingSystemVersion": "6.12",
        "alternativeSecurityIds": [{"type": 2, "identityProvider": null, "key": "Y3YxN2E1MWFlYw=="}],
    })),
    responses(
        (status = 201, description = "The new device.", body = Device, example = json!(DEVICES.entity_with(&json!({
            "id": "5a3e0000-0000-4000-8000-000000000305", "accountEnabled": true,
            "deviceId": "5a3e0000-0000-4000-8000-000000000393", "displayName": "Lending desk",
            "operatingSystem": "Linux", "operatingSystemVersion": "6.12",
        })))),
    ),
)]
async fn create_device(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Body { values, .. }: Body<DeviceCreate>,
) -> Result<Response, Failure> {
    let id = ObjectId::random();
    let new = write(&app, &caller, move |tx, _, by| devices::create(tx, by, id, &values)).await?;
    answers::created(&form, &new)
}

/// Update a device
///
/// Changes a device. What the body doesn't name stays as it is; `null` takes a value away.
#[utoipa::path(
    patch, path = "/devices/{id}", operation_id = "update_device", tag = "devices",
    params(("id" = Uuid, Path, description = "The device's id.", example = "5a3e0000-0000-4000-8000-000000000301")),
    request_body(content = DeviceUpdate, description = "What changes.", example = json!({"accountEnabled": false})),
    responses((status = 204, description = "The device is changed, durably.")),
)]
async fn update_device(
    caller: Caller,
    State(app): State<AppState>,
    Path(IdKey(key)): Path<IdKey>,
    Body { values, .. }: Body<DeviceUpdate>,
) -> Result<Response, Failure> {
    write(&app, &caller, move |tx, _, by| devices::update(tx, by, &key, &values)).await?;
    Ok(answers::no_content())
}
