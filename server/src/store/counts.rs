//! Counts that are kept, as counting would take long: the objects of each kind in a tenant, and the members of each large
//! group. Every statement that adds or takes away such rows has a note beside it, by a method of [`WriteTx`] below.
//!
//! The rows of `counts` are written in the transaction that changes what they count, so they are exact for every reader and
//! every process. Only what the writer's transaction has changed so far is in memory: it is added to the rows once, before the
//! commit. This file knows nothing of batches and savepoints; the writer says which unit of work counts.

use super::{
    Error, ReadTx, Store, Tenant, WriteTx,
    engine::{Connection, params},
    objects::{self, Object, RowNumber},
    transaction::SystemTx,
};
use crate::model::kinds::ObjectKind;
use std::{cell::RefCell, collections::BTreeMap};

/// What a count is of: the key of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Count {
    what: i64,
    of_row: i64,
}

/// Stands for members in the place of a kind of object.
const MEMBERS: i64 = 0;

impl Count {
    /// A tenant's objects of a kind, without the deleted ones.
    pub(super) fn objects(tenant: Tenant, kind: ObjectKind) -> Self {
        Self { what: objects::kind_number(kind), of_row: tenant.number }
    }

    /// The members of a group that is known to be large, with those whose deletion is unfinished.
    pub(super) fn members(group: RowNumber) -> Self {
        Self { what: MEMBERS, of_row: group.0 }
    }

    /// Adds to the row. That of a large group is made and deleted elsewhere; a tenant's can be missing until now.
    fn statement(self) -> &'static str {
        if self.what == MEMBERS {
            "UPDATE counts SET count = count + ?3 WHERE what = ?1 AND of_row = ?2"
        } else {
            "INSERT INTO counts (what, of_row, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (what, of_row) DO UPDATE SET count = counts.count + excluded.count"
        }
    }
}

/// What the writer's transaction has changed of kept counts and isn't in the rows yet.
#[derive(Default)]
pub(super) struct Sums {
    /// By the units of work that have ended.
    ended: RefCell<BTreeMap<Count, i64>>,
    /// By the one that runs.
    running: RefCell<Vec<(Count, i64)>>,
}

impl Sums {
    fn add(&self, count: Count, difference: i64) {
        self.running.borrow_mut().push((count, difference));
    }

    fn of(&self, count: Count) -> i64 {
        let running = self.running.borrow();
        let running = running.iter().filter(|(of, _)| *of == count).map(|(_, difference)| difference);
        self.ended.borrow().get(&count).into_iter().chain(running).sum()
    }

    /// A unit of work has ended. What it changed counts only if it is kept.
    pub(super) fn end_unit(&self, keep: bool) {
        let mut running = self.running.borrow_mut();
        let mut ended = self.ended.borrow_mut();
        for (count, difference) in running.drain(..).filter(|_| keep) {
            *ended.entry(count).or_default() += difference;
        }
    }

    /// Forgets everything, as the transaction has ended.
    pub(super) fn clear(&self) {
        self.running.borrow_mut().clear();
        self.ended.borrow_mut().clear();
    }

    /// Adds the sums to the rows.
    pub(super) fn write(&self, connection: Connection<'_>) -> Result<(), Error> {
        for (count, difference) in self.ended.borrow().iter().filter(|(_, difference)| **difference != 0) {
            connection.run(count.statement(), params![count.what, count.of_row, *difference])?;
        }
        Ok(())
    }
}

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
        tx.run(sql, params![group.0, MEMBERS])?;
    }
    Ok(())
}

/// Ends keeping the count of a group's members.
pub(super) fn forget_members(tx: &WriteTx<'_>, group: &Object) -> Result<(), Error> {
    if group.members_counted {
        tx.run("UPDATE objects SET members_counted = FALSE WHERE row = ?1", params![group.row.0])?;
        tx.run("DELETE FROM counts WHERE what = 0 AND of_row = ?1", params![group.row.0])?;
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
