//! Ownerships of groups: pairs of row numbers, keyed both ways.

use super::{Error, WriteTx, driver::params, objects::RowNumber};

/// Makes an object an owner of a group that it doesn't own yet.
pub fn insert(tx: &WriteTx<'_>, group: RowNumber, owner: RowNumber) -> Result<(), Error> {
    let sql = "INSERT INTO ownerships (group_row, owner_row) VALUES (?1, ?2)";
    tx.run(sql, params![group.0, owner.0]).map(drop)
}
