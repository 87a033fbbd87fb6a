//! Devices: creating, changing and deleting them.

use super::{Error, Found, Refusal, access, lookup, objects, rights};
use crate::{
    model::{
        device::DEVICE,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        permissions::{Access, Grants, parts},
        values::Values,
    },
    odata::reference::Key,
    store::{self, WriteTx},
};
use serde_json::Value;

/// Registers a device as an object of a new `id`.
pub fn create(tx: &WriteTx<'_>, by: &Grants, id: ObjectId, body: &Values) -> Result<Found, Error> {
    access::may_name(by, &[&DEVICE], Access::Creation, body.keys())?;
    let values = objects::check_creation(&DEVICE, body)?;
    let device_id = values.get("deviceId").and_then(Value::as_str).unwrap_or_default();
    if store::devices::find(tx, device_id)?.is_some() {
        return Err(Refusal::Taken("deviceId").into());
    }
    Ok(objects::insert(tx, ObjectTraits::Device, id, values)?.1)
}

/// Changes a device as the body says.
pub fn update(tx: &WriteTx<'_>, by: &Grants, key: &Key, body: &Values) -> Result<(), Error> {
    let (device, document, changes) = objects::with_changes(tx, by, ObjectKind::Device, key, body)?;
    if changes.keys().any(|name| name != "accountEnabled") {
        rights::may_do(tx, by, &parts::DEVICES, &device)?;
    }
    objects::update(tx, &device, &objects::apply(&DEVICE, &document, &changes)?)
}

/// Deletes a device.
pub fn delete(tx: &WriteTx<'_>, key: &Key) -> Result<(), Error> {
    objects::delete(tx, &lookup::of_kind(tx, ObjectKind::Device, key)?)
}
