//! Ownerships of groups.

use super::{Error, ReadTx, engine::params, objects::RowNumber};
use crate::model::user::USER;

/// How many users own a group.
pub fn count_users(tx: &ReadTx<'_>, group: RowNumber) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM ownerships p JOIN objects o ON o.row = p.target_row
               WHERE p.source_row = ?1 AND o.kind = ?2 AND o.deleted_at IS NULL";
    tx.count(sql, params![group.0, USER.number])
}
