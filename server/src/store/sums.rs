//! What the writer's transaction has changed of kept counts so far: it is added to their rows once, before the commit.
//!
//! This file knows nothing of batches and savepoints; the writer says which unit of work counts.

use super::numbers::{self, RowNumber, Tenant};
use crate::model::kinds::ObjectKind;
use std::{cell::RefCell, collections::BTreeMap};

/// What a count is of: the key of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Count {
    pub(super) what: i64,
    pub(super) of_row: i64,
}

/// Stands for members in the place of a kind of object.
pub(super) const MEMBERS_COUNT: i64 = 0;

impl Count {
    /// A tenant's objects of a kind, without the deleted ones.
    pub(super) fn objects(tenant: Tenant, kind: ObjectKind) -> Self {
        Self { what: numbers::of_kind(kind), of_row: tenant.number }
    }

    /// The members of a group that is known to be large, with those whose deletion is unfinished.
    pub(super) fn members(group: RowNumber) -> Self {
        Self { what: MEMBERS_COUNT, of_row: group.0 }
    }

    /// Adds to the row. That of a large group is made and deleted elsewhere; a tenant's can be missing until now.
    fn statement(self) -> &'static str {
        if self.what == MEMBERS_COUNT {
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
    pub(super) fn add(&self, count: Count, difference: i64) {
        self.running.borrow_mut().push((count, difference));
    }

    pub(super) fn of(&self, count: Count) -> i64 {
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

    /// The statements that add the sums to the rows, each with its parameters.
    pub(super) fn statements(&self) -> Vec<(&'static str, [i64; 3])> {
        let ended = self.ended.borrow();
        let changed = ended.iter().filter(|(_, difference)| **difference != 0);
        changed
            .map(|(count, difference)| (count.statement(), [count.what, count.of_row, *difference]))
            .collect()
    }
}
