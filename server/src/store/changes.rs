//! The change log: every write of objects and relations appends to it in its own transaction. Positions are in the order of commits
//! and mean nothing outside the store. Domains, resources and what else a tenant has aren't in it: nothing follows them.

use super::{
    Error, Progress, ReadTx, Store, WriteTx,
    engine::{Connection, params},
    numbers,
    objects::{Object, RowNumber},
    random,
};
use crate::model::{
    ids::ObjectId,
    kinds::{ObjectKind, Relationship},
};
use std::ops::ControlFlow;

/// How many changes are kept: about 60 MB.
pub const KEPT: u32 = 1_000_000;

/// Changes that one write deletes at most.
const BATCH: i64 = 5_000;

impl Store {
    /// Deletes up to `BATCH` of the oldest changes beyond `kept`, but none that the index hasn't yet, or that rules of dynamic groups
    /// haven't followed. The newest is always kept, as the next position is derived from it. The others keep their positions.
    pub async fn shorten_changes(&self, kept: u32) -> Result<Progress, Error> {
        let indexed = self.index().map_or(i64::MAX, |index| index.position());
        let followed = self.dynamic_groups().map_or(i64::MAX, |groups| groups.position());
        self.write(move |tx| {
            let ends = "SELECT (SELECT min(position) FROM changes), (SELECT max(position) FROM changes)";
            let ends = tx
                .one(ends, params![], |row| Ok(row.get::<Option<i64>>(0)?.zip(row.get::<Option<i64>>(1)?)))?;
            let Some((oldest, newest)) = ends.flatten() else { return Ok(Progress::Finished) };
            let last = i64::min(newest - i64::from(kept.max(1)), oldest + BATCH - 1);
            let last = last.min(indexed).min(followed);
            let taken = tx.run("DELETE FROM changes WHERE position <= ?1", params![last])?;
            Ok(if taken == 0 { Progress::Finished } else { Progress::Unfinished })
        })
        .await
    }
}

/// The position of the newest change. 0: there never was one.
pub(super) fn newest(directory: Connection<'_>) -> Result<i64, Error> {
    let sql = "SELECT coalesce(max(position), 0) FROM changes";
    Ok(directory.one(sql, params![], |row| row.get(0))?.unwrap_or_default())
}

/// Whether changes after this position were deleted.
pub(super) fn is_cut(directory: Connection<'_>, position: i64) -> Result<bool, Error> {
    let sql = "SELECT coalesce(min(position), 0) FROM changes";
    let oldest: i64 = directory.one(sql, params![], |row| row.get(0))?.unwrap_or_default();
    Ok(oldest > position + 1)
}

/// Whether the log tells, or may have told, of a change after this position by which another object is in a group, administrative unit or
/// directory role of the tenant's: a member that came (2) or went (3), a deletion (6) or a restoration (11).
pub(super) fn tell_of_memberships(tx: &ReadTx<'_>, after: i64) -> Result<bool, Error> {
    if is_cut(tx.connection(), after)? {
        return Ok(true);
    }
    let sql =
        "SELECT 1 FROM changes WHERE position > ?1 AND tenant = ?2 AND operation IN (2, 3, 6, 11) LIMIT 1";
    Ok(tx.one(sql, params![after, tx.tenant().number], |_| Ok(()))?.is_some())
}

/// What happened to an object.
#[derive(Clone, Copy)]
pub enum Change<'c> {
    /// It was made.
    Created,
    /// It was related to this target.
    Added(Relationship, RowNumber),
    /// It isn't related to this target any more.
    Removed(Relationship, RowNumber),
    /// These properties of it changed.
    Updated(&'c [&'static str]),
    /// It was deleted, and can be restored.
    Deleted,
    /// It is gone for good.
    Purged,
    /// It is there again. What it was a target of is told by itself.
    Restored,
}

/// What the log tells of a change.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) position: i64,
    /// The number of the tenant.
    pub(super) tenant: i64,
    pub(super) object: RowNumber,
    pub(super) id: ObjectId,
    pub(super) kind: ObjectKind,
    pub(super) told: Told,
}

/// What happened to the object of an entry.
#[derive(Debug)]
pub(super) enum Told {
    /// It was related to this target, or isn't any more.
    Related(Relationship, RowNumber),
    /// These properties changed, with commas between them.
    Updated(String),
    /// It came, or went.
    Otherwise,
}

/// The changes after a position, at most so many.
pub(super) fn after(directory: Connection<'_>, position: i64, limit: u32) -> Result<Vec<Entry>, Error> {
    let sql = "SELECT position, tenant, object_row, object_id, kind, operation, properties, related_row FROM changes
               WHERE position > ?1 ORDER BY position LIMIT ?2";
    let mut entries = Vec::new();
    directory.each(sql, params![position, i64::from(limit)], |row| {
        let related = |relationship| -> Result<Told, Error> {
            let target = row.get::<Option<i64>>(7)?.ok_or(Error::Corrupt("a change of no target"))?;
            Ok(Told::Related(relationship, RowNumber(target)))
        };
        let told = match row.get::<i64>(5)? {
            2 | 3 => related(Relationship::Members)?,
            4 | 7 => related(Relationship::Owners)?,
            9 | 10 => related(Relationship::Manager)?,
            12 | 13 => related(Relationship::CreatedOnBehalfOf)?,
            5 => Told::Updated(row.get::<Option<String>>(6)?.unwrap_or_default()),
            _ => Told::Otherwise,
        };
        entries.push(Entry {
            position: row.get(0)?,
            tenant: row.get(1)?,
            object: RowNumber(row.get(2)?),
            id: ObjectId::from_uuid(row.get(3)?),
            kind: numbers::kind(row.get(4)?)?,
            told,
        });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(entries)
}

/// Appends a change.
pub fn append(tx: &WriteTx<'_>, object: &Object, change: Change<'_>) -> Result<(), Error> {
    let (operation, related) = match change {
        Change::Created => (1, None),
        Change::Added(Relationship::Members, target) => (2, Some(target.0)),
        Change::Removed(Relationship::Members, target) => (3, Some(target.0)),
        Change::Added(Relationship::Owners, target) => (4, Some(target.0)),
        Change::Updated(_) => (5, None),
        Change::Deleted => (6, None),
        Change::Removed(Relationship::Owners, target) => (7, Some(target.0)),
        Change::Purged => (8, None),
        Change::Added(Relationship::Manager, target) => (9, Some(target.0)),
        Change::Removed(Relationship::Manager, target) => (10, Some(target.0)),
        Change::Restored => (11, None),
        Change::Added(Relationship::CreatedOnBehalfOf, target) => (12, Some(target.0)),
        Change::Removed(Relationship::CreatedOnBehalfOf, target) => (13, Some(target.0)),
    };
    let properties = match change {
        Change::Updated(names) => Some(names.join(",")),
        _ => None,
    };
    let sql =
        "INSERT INTO changes (tenant, object_row, object_id, kind, operation, properties, related_row, mark)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let kind = numbers::of_kind(object.kind());
    // By it this log is told from that of a copy of the directory that went another way.
    let mark = i64::from(i32::from_le_bytes(random::bytes()?));
    tx.run(
        sql,
        params![
            tx.tenant().number,
            object.row.0,
            object.id.uuid(),
            kind,
            operation,
            properties.as_deref(),
            related,
            mark
        ],
    )?;
    Ok(())
}
