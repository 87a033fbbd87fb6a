//! How many changes of objects an index lacks, by tenant: counted as they come and as they are folded into it.

use super::change_log;
use crate::store::{Error, engine::Connection};
use std::collections::{BTreeMap, BTreeSet};

/// What an index lacks.
pub struct Backlog {
    /// Changes up to this position of the change log are counted.
    counted: i64,
    changes: BTreeMap<i64, u32>,
}

impl Backlog {
    /// That of an index at this position.
    pub fn after(position: i64) -> Self {
        Self { counted: position, changes: BTreeMap::new() }
    }

    /// Adds what has come up to `newest`, and takes away what an index has that has come from one position to another.
    pub fn follow(
        &mut self,
        directory: Connection<'_>,
        from: i64,
        to: i64,
        newest: i64,
    ) -> Result<(), Error> {
        change_log::each_tenant(directory, self.counted, newest, |tenant| {
            let changes = self.changes.entry(tenant).or_default();
            *changes = changes.saturating_add(1);
        })?;
        self.counted = newest;
        change_log::each_tenant(directory, from, to, |tenant| {
            if let Some(changes) = self.changes.get_mut(&tenant) {
                *changes = changes.saturating_sub(1);
            }
        })?;
        self.changes.retain(|_, changes| *changes > 0);
        Ok(())
    }

    /// The tenants of which more changes than this are lacking.
    pub fn tenants_with_more(&self, most: u32) -> BTreeSet<i64> {
        let those = self.changes.iter().filter(|(_, changes)| **changes > most);
        those.map(|(tenant, _)| *tenant).collect()
    }
}
