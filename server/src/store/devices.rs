//! Devices by the identifier that their registration gave them.

use super::{Error, ReadTx, engine::params};
use crate::model::{device::DEVICE, names};
use std::sync::LazyLock;

/// It has the kind's number as the index has it.
static FIND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT 1 FROM objects WHERE tenant = ?1 AND device_id = ?2
         AND kind = {} AND deleted_at IS NULL AND device_id IS NOT NULL",
        DEVICE.number
    )
});

/// Whether a device has this identifier.
pub fn device_id_is_taken(tx: &ReadTx<'_>, device_id: &str) -> Result<bool, Error> {
    Ok(tx.one(&FIND, params![tx.tenant().number, &names::key(device_id)], |_| Ok(()))?.is_some())
}
