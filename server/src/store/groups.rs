//! Groups by the names that must be unique.

use super::{Error, ReadTx, driver::params};

/// Whether a Microsoft 365 group has this mail nickname, in any case.
pub fn mail_nickname_is_taken(tx: &ReadTx<'_>, nickname: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM objects
               WHERE tenant = ?1 AND mail_nickname = ?2 AND group_kind = 1 AND deleted_at IS NULL";
    Ok(tx.one(sql, params![tx.tenant().number, nickname], |_| Ok(()))?.is_some())
}

/// Whether a group has this unique name, in any case.
pub fn unique_name_is_taken(tx: &ReadTx<'_>, name: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM objects WHERE tenant = ?1 AND unique_name = ?2
               AND kind = 2 AND deleted_at IS NULL AND unique_name IS NOT NULL";
    Ok(tx.one(sql, params![tx.tenant().number, name], |_| Ok(()))?.is_some())
}
