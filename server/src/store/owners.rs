//! Ownerships of groups.

use super::{Error, ReadTx, engine::params, numbers, objects::RowNumber, rows::Rows};
use crate::model::{kinds::ObjectKind, user::USER};
use std::ops::ControlFlow;

/// How many users own a group.
pub fn count_users(tx: &ReadTx<'_>, group: RowNumber) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM ownerships p JOIN objects o ON o.row = p.target_row
               WHERE p.source_row = ?1 AND o.kind = ?2 AND o.deleted_at IS NULL";
    tx.count(sql, params![group.0, USER.number])
}

/// The objects of a kind that have so many owners.
pub(super) fn with_owners(tx: &ReadTx<'_>, kind: ObjectKind, count: u64) -> Result<Rows, Error> {
    let sql = "SELECT o.row FROM objects o
               WHERE o.tenant = ?1 AND o.kind = ?2 AND o.deleted_at IS NULL AND ?3 =
               (SELECT count(*) FROM ownerships p JOIN objects t ON t.row = p.target_row
                WHERE p.source_row = o.row AND t.deleted_at IS NULL)";
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let parameters = params![tx.tenant().number, numbers::of_kind(kind), count];
    let mut found = Rows::default();
    tx.each(sql, parameters, |row| {
        found.insert(RowNumber(row.get(0)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
