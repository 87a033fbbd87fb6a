//! Devices by the identifier that their registration gave them.

use super::{Error, ReadTx, engine::params, objects, objects::Object};
use crate::model::{device::DEVICE, names};
use std::sync::LazyLock;

/// It has the kind's number as the index has it.
static FIND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} FROM objects o WHERE o.tenant = ?1 AND o.device_id = ?2
         AND o.kind = {} AND o.deleted_at IS NULL AND o.device_id IS NOT NULL",
        objects::select_objects!(""),
        DEVICE.number
    )
});

/// The device that has this identifier.
pub fn find(tx: &ReadTx<'_>, device_id: &str) -> Result<Option<Object>, Error> {
    tx.one(&FIND, params![tx.tenant().number, &names::key(device_id)], objects::read)
}
