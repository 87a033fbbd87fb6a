//! Counts that are kept, as counting would take long: the objects of each kind in a tenant, and the members of each large
//! group. Every statement that adds or takes away such rows has a note beside it, by a method of [`WriteTx`] below.
//!
//! The rows of `counts` are written in the transaction that changes what they count, so they are exact for every reader and
//! every process. Only what the writer's transaction has changed so far is in memory (`sums.rs`).

use super::{
    Error, ReadTx, Store, Tenant, WriteTx,
    engine::params,
    objects::{Object, RowNumber},
    sums::{Count, MEMBERS_COUNT},
    transaction::SystemTx,
};
use crate::model::kinds::ObjectKind;

/// How many objects of a kind there are.
pub fn objects(tx: &ReadTx<'_>, kind: ObjectKind) -> Result<u64, Error> {
    tx.kept(Count::objects(tx.tenant(), kind))
}

impl ReadTx<'_> {
    /// A count that is kept: its row, and what the transaction has changed of it.
    pub(super) fn kept(&self, count: Count) -> Result<u64, Error> {
        let sql = "SELECT count FROM counts WHERE what = ?1 AND of_row = ?2";
        let row = self.one(sql, params![count.what, count.of_row], |row| row.get::<i64>(0))?;
        let sum = self.pending().map_or(0, |sums| sums.of(count));
        u64::try_from(row.unwrap_or_default() + sum).map_err(|_| Error::Corrupt("a count below zero"))
    }
}

impl WriteTx<'_> {
    /// Notes that there is one object of this kind more, or fewer.
    pub(super) fn count_objects(&self, kind: ObjectKind, difference: i64) {
        self.sums().add(Count::objects(self.tenant(), kind), difference);
    }

    /// Notes that a group has more members, or fewer.
    pub(super) fn count_members(&self, group: &Object, difference: i64) {
        if group.members_counted {
            self.sums().add(Count::members(group.row), difference);
        }
    }

    /// Notes that a large group has a member less.
    pub(super) fn count_one_member_less(&self, group: RowNumber) {
        self.sums().add(Count::members(group), -1);
    }
}

/// Begins to keep the count of a group's members, unless it is kept.
fn keep_members(tx: &WriteTx<'_>, group: RowNumber) -> Result<(), Error> {
    let sql = "UPDATE objects SET members_counted = TRUE
               WHERE row = ?1 AND members_counted = FALSE AND purged_at IS NULL";
    if tx.run(sql, params![group.0])? > 0 {
        let sql = "INSERT INTO counts (what, of_row, count)
                   SELECT ?2, ?1, count(*) FROM memberships WHERE source_row = ?1";
        tx.run(sql, params![group.0, MEMBERS_COUNT])?;
    }
    Ok(())
}

/// Ends keeping the count of a group's members.
pub(super) fn forget_members(tx: &WriteTx<'_>, group: &Object) -> Result<(), Error> {
    if group.members_counted {
        tx.run("UPDATE objects SET members_counted = FALSE WHERE row = ?1", params![group.row.0])?;
        tx.run("DELETE FROM counts WHERE what = ?2 AND of_row = ?1", params![group.row.0, MEMBERS_COUNT])?;
    }
    Ok(())
}

impl Store {
    /// Has the writer begin to keep the count of this group's members. Nothing waits for it: until it is done, and where it
    /// can't be, they are counted.
    pub(super) fn keep_members_count(&self, tenant: Tenant, group: RowNumber) {
        let clock = self.clock.clone();
        self.engine.leave(tenant, move |connection, sums| {
            keep_members(&SystemTx::new(connection, clock.now(), sums).of(tenant)?, group)
        });
    }
}
