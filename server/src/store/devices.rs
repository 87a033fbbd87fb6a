//! Devices by the identifier that their registration gave them.

use super::{Error, ReadTx, engine::params};
use crate::model::names;

/// Whether a device has this identifier.
pub fn device_id_is_taken(tx: &ReadTx<'_>, device_id: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM objects WHERE tenant = ?1 AND device_id = ?2
               AND kind = 3 AND deleted_at IS NULL AND device_id IS NOT NULL";
    Ok(tx.one(sql, params![tx.tenant().number, &names::key(device_id)], |_| Ok(()))?.is_some())
}
