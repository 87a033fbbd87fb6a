//! What the follower reads of the directory for one transaction of the index: quickly, as a log can't begin anew while another
//! connection reads.

use super::{
    followed::Horizon,
    tenants::{self, Place, State},
};
use crate::{
    model::{ENTITIES, entity_of_number, entries, values::Document},
    store::{
        Error, IndexOptions,
        engine::{Connection, Row, params},
        index::postings::Keys,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

/// Bytes of documents that are read for one transaction, but for the last object.
const MOST_BYTES: usize = 4 << 20;

/// What is known of an index.
#[derive(Clone)]
pub struct Known {
    /// Its position and its horizon, as they are on disk.
    pub position: i64,
    pub horizon: Horizon,
    /// That up to which no change touches an object that isn't indexed.
    pub seen: i64,
    pub tenants: BTreeMap<i64, State>,
    /// That of the directory's tenants when they were last compared with those of the index.
    pub signature: Option<(i64, i64)>,
}

/// An object whose entries are to be written.
pub struct PendingObject {
    pub tenant: i64,
    pub row: i64,
    /// Its kind and its documents. `None`: it is deleted.
    found: Option<(i64, Document)>,
}

/// What was read of the directory.
pub struct Pending {
    pub objects: Vec<PendingObject>,
    /// A deleted tenant of which the index still has something.
    pub clearing: Option<i64>,
    /// What is known of the index once this is written, but for its position and its horizon on disk.
    pub known: Known,
    /// Whether it was all that there is to do.
    pub is_last: bool,
}

impl PendingObject {
    /// The entries that follow from the documents. One whose documents can't be read has none.
    pub fn keys(&self) -> Keys {
        let values = self
            .found
            .as_ref()
            .and_then(|(kind, document)| Some((entity_of_number(*kind)?.kind, document.values()?)));
        values.map(|(kind, values)| entries::entries(kind, &values)).unwrap_or_default()
    }

    fn size(&self) -> usize {
        self.found.as_ref().map_or(0, |(_, document)| document.size())
    }
}

/// An object as it is now.
pub fn object_at(directory: Connection<'_>, tenant: i64, row: i64) -> Result<PendingObject, Error> {
    let sql = "SELECT kind, document, rest FROM objects WHERE row = ?1 AND deleted_at IS NULL";
    let found = directory.one(sql, params![row], read)?;
    Ok(PendingObject { tenant, row, found })
}

fn read(found: &Row<'_>) -> Result<(i64, Document), Error> {
    Ok((found.get(0)?, Document { default: found.get(1)?, rest: found.get(2)? }))
}

/// A change of an object.
struct Change {
    position: i64,
    tenant: i64,
    object: Place,
}

/// The directory at one moment.
pub struct DirectorySnapshot<'s> {
    pub directory: Connection<'s>,
    pub newest: i64,
    pub options: &'s IndexOptions,
}

impl DirectorySnapshot<'_> {
    /// Reads what comes next.
    pub fn pending(&self, known: &Known) -> Result<Pending, Error> {
        let changes = self.changes(known.seen)?;
        let mut known = known.clone();
        self.find_large(&changes, &mut known)?;
        let mut objects = Vec::new();
        let mut is_last = changes.len() < self.options.batch as usize;
        known.seen =
            if is_last { self.newest } else { changes.last().map_or(self.newest, |last| last.position) };
        let (mut rows, mut size) = (BTreeSet::new(), 0);
        for change in changes {
            let is_covered =
                known.tenants.get(&change.tenant).is_some_and(|state| state.covers(change.object));
            if is_covered && rows.insert(change.object) {
                let object = object_at(self.directory, change.tenant, change.object.1)?;
                size += object.size();
                objects.push(object);
                if size >= MOST_BYTES {
                    known.seen = change.position;
                    is_last = false;
                    break;
                }
            }
        }
        let mut clearing = None;
        if is_last {
            self.find_deleted(&mut known)?;
            let unfinished = known.tenants.iter().find(|(_, state)| **state != State::Complete);
            match unfinished.map(|(tenant, state)| (*tenant, *state)) {
                Some((tenant, State::Filling(place))) => {
                    let filled = self.fill(tenant, place, &mut objects)?;
                    known.tenants.insert(tenant, filled);
                }
                Some((tenant, _)) => clearing = Some(tenant),
                None => {}
            }
            is_last = known.tenants.values().all(|state| *state == State::Complete);
        }
        Ok(Pending { objects, clearing, known, is_last })
    }

    /// The changes of objects after a position, up to a batch of them.
    fn changes(&self, after: i64) -> Result<Vec<Change>, Error> {
        let sql = "SELECT position, tenant, kind, object_row FROM changes
                   WHERE position > ?1 AND related_row IS NULL ORDER BY position LIMIT ?2";
        let mut changes = Vec::new();
        self.directory.each(sql, params![after, i64::from(self.options.batch)], |row| {
            changes.push(Change {
                position: row.get(0)?,
                tenant: row.get(1)?,
                object: (row.get(2)?, row.get(3)?),
            });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(changes)
    }

    /// Begins with tenants that have come to have many objects.
    fn find_large(&self, changes: &[Change], known: &mut Known) -> Result<(), Error> {
        let candidates: BTreeSet<_> = match known.signature {
            Some(_) => changes.iter().map(|change| change.tenant).collect(),
            // It may have been opened with another bound.
            None => tenants::in_directory(self.directory)?,
        };
        for tenant in candidates {
            if !known.tenants.contains_key(&tenant)
                && tenants::is_larger(self.directory, tenant, self.options.largest_scanned)?
            {
                known.tenants.insert(tenant, State::Filling(tenants::START));
            }
        }
        Ok(())
    }

    /// Finds tenants that were deleted.
    fn find_deleted(&self, known: &mut Known) -> Result<(), Error> {
        let signature = Some(tenants::signature(self.directory)?);
        if known.signature != signature {
            let there = tenants::in_directory(self.directory)?;
            for (_, state) in known.tenants.iter_mut().filter(|(tenant, _)| !there.contains(tenant)) {
                *state = State::Clearing;
            }
            known.signature = signature;
        }
        Ok(())
    }

    /// Adds the next objects of a tenant, and says how far they go.
    pub fn fill(
        &self,
        tenant: i64,
        mut place: Place,
        objects: &mut Vec<PendingObject>,
    ) -> Result<State, Error> {
        let sql = "SELECT kind, document, rest, row FROM objects
                   WHERE tenant = ?1 AND kind = ?2 AND row > ?3 AND deleted_at IS NULL ORDER BY row";
        let (mut added, mut size) = (0, 0);
        loop {
            let mut is_full = false;
            self.directory.each(sql, params![tenant, place.0, place.1], |found| {
                is_full = added >= self.options.batch || size >= MOST_BYTES;
                if is_full {
                    return Ok(ControlFlow::Break(()));
                }
                let object = PendingObject { tenant, row: found.get(3)?, found: Some(read(found)?) };
                place.1 = object.row;
                added += 1;
                size += object.size();
                objects.push(object);
                Ok(ControlFlow::Continue(()))
            })?;
            if is_full {
                return Ok(State::Filling(place));
            }
            let later = ENTITIES.into_iter().map(|entity| entity.number).filter(|kind| *kind > place.0);
            match later.min() {
                Some(kind) => place = (kind, 0),
                None => return Ok(State::Complete),
            }
        }
    }
}
