//! Memberships: pairs of row numbers, keyed both ways. What is done to one costs the same in an empty group
//! and in one of a million.

use super::{
    Error, ReadTx, WriteTx,
    driver::params,
    objects::{self, Object, RowNumber},
};
use crate::model::properties::Document;

/// What became of an insertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insert {
    /// The pair is there now.
    New,
    /// The pair was there before.
    AlreadyThere,
}

/// What became of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remove {
    /// The pair is gone.
    Gone,
    /// There was none.
    NotThere,
}

/// Puts a member into a group.
pub fn insert(tx: &WriteTx<'_>, group: RowNumber, member: RowNumber) -> Result<Insert, Error> {
    let sql = "INSERT INTO memberships (group_row, member_row) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    Ok(match tx.run(sql, params![group.0, member.0])? {
        0 => Insert::AlreadyThere,
        _ => Insert::New,
    })
}

/// Takes a member out of a group.
pub fn remove(tx: &WriteTx<'_>, group: RowNumber, member: RowNumber) -> Result<Remove, Error> {
    let sql = "DELETE FROM memberships WHERE group_row = ?1 AND member_row = ?2";
    Ok(match tx.run(sql, params![group.0, member.0])? {
        0 => Remove::NotThere,
        _ => Remove::Gone,
    })
}

/// Members of a group in the order of their row numbers, above `after`, at most `limit`, with their texts.
pub fn page(
    tx: &ReadTx<'_>,
    group: RowNumber,
    after: RowNumber,
    limit: usize,
) -> Result<Vec<(Object, Document)>, Error> {
    let sql = objects::select_objects!(
        ", o.document, o.rest FROM memberships m JOIN objects o ON o.row = m.member_row
         WHERE m.group_row = ?1 AND m.member_row > ?2 ORDER BY m.member_row LIMIT ?3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.all(sql, params![group.0, after.0, limit], |row| {
        Ok((objects::read(row)?, objects::read_document(row, objects::NEXT_COLUMN)?))
    })
}

/// How many members a group has.
pub fn count(tx: &ReadTx<'_>, group: RowNumber) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM memberships WHERE group_row = ?1";
    let count = tx.one(sql, params![group.0], |row| Ok(row.get::<_, i64>(0)?))?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}
