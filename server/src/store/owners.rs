//! Ownerships of groups.

use super::{
    Error, ReadTx,
    engine::params,
    objects::RowNumber,
    pairs::{Pairs, pairs},
};

/// Who owns which group.
pub static OWNERS: Pairs = pairs!("ownerships", "owner_row", are_members: false);

/// How many users own a group.
pub fn count_users(tx: &ReadTx<'_>, group: RowNumber) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM ownerships p JOIN objects o ON o.row = p.owner_row
               WHERE p.group_row = ?1 AND o.kind = 1";
    tx.count(sql, params![group.0])
}
