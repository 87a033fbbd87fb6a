//! The rules that are being held against every object, and how far that has come.

use crate::store::{
    Error,
    engine::{Connection, params},
    numbers::RowNumber,
    transaction::SystemTx,
};
use std::{collections::BTreeMap, ops::ControlFlow};

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Members up to this row are of the rule's kind.
    Members(RowNumber),
    /// Objects of the rule's kind up to this row have been held against it.
    Objects(RowNumber),
}

/// Before the first member.
pub const START: Place = Place::Members(RowNumber(0));

/// The rules that are being held against every object, by their tenants' numbers and their groups.
#[derive(Default)]
pub struct Runs(BTreeMap<i64, BTreeMap<RowNumber, Place>>);

/// A change of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunChange {
    pub tenant: i64,
    pub group: RowNumber,
    /// `None`: it has come to its end.
    pub to: Option<Place>,
}

impl Runs {
    pub fn read(directory: Connection<'_>) -> Result<Self, Error> {
        let mut runs = Self::default();
        let sql = "SELECT tenant, group_row, phase, after_row FROM rule_runs";
        directory.each(sql, params![], |row| {
            let after = RowNumber(row.get(3)?);
            let place = if row.get::<i64>(2)? == 0 { Place::Members(after) } else { Place::Objects(after) };
            runs.0.entry(row.get(0)?).or_default().insert(RowNumber(row.get(1)?), place);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(runs)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is one of this group.
    pub fn is_under_way(&self, tenant: i64, group: RowNumber) -> bool {
        self.0.get(&tenant).is_some_and(|runs| runs.contains_key(&group))
    }

    /// Those of the first tenant after this one, or of the first of all.
    pub fn next_after(&self, tenant: i64) -> Option<(i64, &BTreeMap<RowNumber, Place>)> {
        let later = self.0.range(tenant.saturating_add(1)..).next();
        later.or_else(|| self.0.first_key_value()).map(|(tenant, runs)| (*tenant, runs))
    }

    /// Notes a change that was written.
    pub fn apply(&mut self, change: RunChange) {
        let RunChange { tenant, group, to } = change;
        match to {
            Some(place) => drop(self.0.entry(tenant).or_default().insert(group, place)),
            None => {
                if let Some(runs) = self.0.get_mut(&tenant) {
                    runs.remove(&group);
                    if runs.is_empty() {
                        self.0.remove(&tenant);
                    }
                }
            }
        }
    }
}

impl RunChange {
    pub fn write(&self, tx: &SystemTx<'_>) -> Result<(), Error> {
        let (phase, after) = match self.to {
            Some(Place::Members(after)) => (0, after),
            Some(Place::Objects(after)) => (1, after),
            None => {
                let sql = "DELETE FROM rule_runs WHERE group_row = ?1";
                return tx.run(sql, params![self.group.0]).map(drop);
            }
        };
        let sql = "INSERT INTO rule_runs (group_row, tenant, phase, after_row) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (group_row) DO UPDATE SET phase = excluded.phase, after_row = excluded.after_row";
        tx.run(sql, params![self.group.0, self.tenant, phase, after.0]).map(drop)
    }
}
