//! What writes the index. It reads the change log from where it has come to, and gives each object that has changed the entries that
//! follow from its present document. Objects of tenants that have come to have many are put into it bit by bit.
//!
//! An object that changed again meanwhile gets its newest entries at once: from its position up to its horizon, an index may have a
//! change or not. Readers are told which objects these are.

use super::{
    Index, NOT_FOLLOWING, is_damage,
    postings::{self, Differences, Keys},
    readers::{Era, Followed},
    tenants::{self, Place, State},
};
use crate::{
    model::{ENTITIES, entity_of_number, entries, values::Document},
    store::{
        Error, IndexOptions, Progress,
        engine::{Batch, Connection, Engine, Identity, OwnConnection, Row, Snapshot, params},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    ops::ControlFlow,
    sync::{Arc, atomic::Ordering},
};
use uuid::Uuid;

/// Bytes of documents that are put into it in one transaction at first.
const FILL_BYTES: usize = 4 << 20;

/// Positions of changes that touch no object after which its own is written all the same.
const SKIPPED: i64 = 256;

/// Writes the index.
pub struct Follower {
    engine: Arc<Engine>,
    index: Arc<Index>,
    open: Option<Open>,
    idle: Option<Idle>,
}

/// While there is no index.
struct Idle {
    directory: OwnConnection,
    /// Up to this position of the change log no tenant has come to have many objects.
    seen: Option<i64>,
}

/// An index that is open.
struct Open {
    index: OwnConnection,
    directory: OwnConnection,
    identity: Option<Identity>,
    known: Known,
}

/// What is known of it.
struct Known {
    /// Its position, as it is on disk.
    position: i64,
    /// That up to which no change touches an object that isn't indexed.
    seen: i64,
    tenants: BTreeMap<i64, State>,
    /// That of the directory's tenants when they were last compared with those of the index.
    signature: Option<(i64, i64)>,
}

impl Follower {
    pub fn new(engine: Arc<Engine>, index: Arc<Index>) -> Self {
        Self { engine, index, open: None, idle: None }
    }

    /// Folds a batch of changes into the index, and says whether there is more to do. What fails leaves the index unused.
    pub fn step(&mut self) -> Result<Progress, Error> {
        let stepped = self.try_step();
        if let Err(error) = &stepped {
            self.index.readers.close();
            self.index.is_damaged.fetch_or(is_damage(error), Ordering::AcqRel);
            self.index.is_far_behind.store(false, Ordering::Relaxed);
            self.index.position.store(NOT_FOLLOWING, Ordering::Release);
        }
        stepped
    }

    fn try_step(&mut self) -> Result<Progress, Error> {
        let is_usable =
            |open: &Open| self.index.file.identity() == open.identity && self.index.readers.is_open();
        let mut open = match self.open.take().filter(is_usable) {
            Some(open) => open,
            None if self.is_idle()? => return Ok(Progress::Finished),
            None => self.open()?,
        };
        let snapshot = Snapshot::begin(open.directory.lend())?;
        let directory = snapshot.connection();
        let newest = tenants::newest_change(directory)?;
        if newest < open.known.position || is_cut(directory, open.known.position)? {
            drop(snapshot);
            self.index.is_damaged.store(true, Ordering::Release);
            return Ok(Progress::Unfinished);
        }
        let progress = Step { directory, newest, options: &self.index.options }
            .run(open.index.lend(), &mut open.known)?;
        let behind = progress == Progress::Unfinished
            && is_behind(directory, open.known.seen, self.index.options.most_behind)?;
        drop(snapshot);
        self.index.is_far_behind.store(behind, Ordering::Relaxed);
        self.index.position.store(open.known.position, Ordering::Release);
        self.index.seen.store(open.known.seen, Ordering::Release);
        self.open = Some(open);
        Ok(progress)
    }

    /// Whether there is no index, and none is needed: no tenant has many objects.
    fn is_idle(&mut self) -> Result<bool, Error> {
        if self.index.file.identity().is_some() {
            return Ok(false);
        }
        let mut idle = match self.idle.take() {
            Some(idle) => idle,
            None => Idle { directory: self.index.file.open_directory()?, seen: None },
        };
        let snapshot = Snapshot::begin(idle.directory.lend())?;
        let directory = snapshot.connection();
        let newest = tenants::newest_change(directory)?;
        let candidates = match idle.seen {
            Some(seen) => tenants::changed(directory, seen)?,
            None => tenants::in_directory(directory)?,
        };
        for tenant in candidates {
            if tenants::is_larger(directory, tenant, self.index.options.largest_scanned)? {
                return Ok(false);
            }
        }
        drop(snapshot);
        idle.seen = Some(newest);
        self.idle = Some(idle);
        self.index.position.store(NOT_FOLLOWING, Ordering::Release);
        Ok(true)
    }

    /// Opens the index, made anew where what lies there can't be used. The directory and it get a new era: a copy of either that is
    /// put back later has an old one.
    fn open(&self) -> Result<Open, Error> {
        self.index.readers.close();
        let directory = self.index.file.open_directory()?;
        let era = read_era(directory.lend())?;
        let is_damaged = self.index.is_damaged.swap(false, Ordering::AcqRel);
        let found = if is_damaged { None } else { self.index.file.open()? };
        let usable = found.filter(|index| is_usable(index.lend(), era));
        let newest = tenants::newest_change(directory.lend())?;
        let index = match usable {
            Some(index) => index,
            None => {
                if era.is_some() {
                    tracing::info!("the index is missing or can't be used, and is made anew");
                }
                let index = self.index.file.make()?;
                let sql = "INSERT INTO followed (position, horizon, era, form) VALUES (?1, ?1, ?2, ?3)";
                index.lend().run(sql, params![newest, &Era::default()[..], &entries::form()])?;
                index
            }
        };
        let era = Uuid::new_v4().into_bytes();
        self.engine.write_and_wait(move |connection, _| write_era(connection, era))?;
        index.lend().run("UPDATE followed SET era = ?1", params![&era[..]])?;
        let position = Followed::read(index.lend())?.position;
        let tenants = tenants::all(index.lend())?;
        let known = Known { position, seen: position, tenants, signature: None };
        self.index.readers.open(era);
        Ok(Open { index, directory, identity: self.index.file.identity(), known })
    }
}

/// Has an index read that another process keeps, if it can be used.
pub fn open_as_it_is(index: &Index) -> Result<(), Error> {
    let directory = index.file.open_directory()?;
    if let Some(era) = read_era(directory.lend())?
        && index.file.open_reader().is_ok_and(|found| is_usable(found.lend(), Some(era)))
    {
        index.readers.open(era);
    }
    Ok(())
}

/// The directory's era. `None`: it never had an index.
fn read_era(directory: Connection<'_>) -> Result<Option<Era>, Error> {
    directory.one("SELECT era FROM index_eras", params![], |row| row.get(0))
}

/// Whether an index is of the directory with this era, and has the entries that it should.
fn is_usable(index: Connection<'_>, era: Option<Era>) -> bool {
    Followed::read(index).is_ok_and(|followed| Some(followed.era) == era && followed.form == entries::form())
}

fn write_era(directory: Connection<'_>, era: Era) -> Result<(), Error> {
    directory.run("DELETE FROM index_eras", params![])?;
    directory.run("INSERT INTO index_eras (era) VALUES (?1)", params![&era[..]]).map(drop)
}

/// Whether changes after this position were deleted.
fn is_cut(directory: Connection<'_>, position: i64) -> Result<bool, Error> {
    let oldest =
        directory.one("SELECT min(position) FROM changes", params![], |row| row.get::<Option<i64>>(0))?;
    Ok(oldest.flatten().is_some_and(|oldest| oldest > position + 1))
}

/// Whether more than so many changes of objects come after this position.
fn is_behind(directory: Connection<'_>, position: i64, most: u32) -> Result<bool, Error> {
    let sql = "SELECT position FROM changes WHERE position > ?1 AND related_row IS NULL
               ORDER BY position LIMIT 1 OFFSET ?2";
    Ok(directory.one(sql, params![position, i64::from(most)], |_| Ok(()))?.is_some())
}

/// A change of an object.
struct Change {
    position: i64,
    tenant: i64,
    object: Place,
}

/// What comes in one transaction.
struct Step<'s> {
    directory: Connection<'s>,
    newest: i64,
    options: &'s IndexOptions,
}

impl Step<'_> {
    fn run(&self, index: Connection<'_>, known: &mut Known) -> Result<Progress, Error> {
        let changes = self.changes(known.seen)?;
        let is_last = changes.len() < self.options.batch as usize;
        let position =
            if is_last { self.newest } else { changes.last().map_or(self.newest, |last| last.position) };
        let mut tenants = known.tenants.clone();
        self.find_large(&changes, known, &mut tenants)?;
        if is_last {
            self.find_deleted(known, &mut tenants)?;
        }
        let covered = changes
            .iter()
            .filter(|change| tenants.get(&change.tenant).is_some_and(|state| state.covers(change.object)));
        let covered: BTreeSet<_> = covered.map(|change| (change.tenant, change.object.1)).collect();
        let unfinished = tenants.iter().find(|(_, state)| **state != State::Complete);
        let unfinished = unfinished.map(|(tenant, state)| (*tenant, *state)).filter(|_| is_last);
        if !covered.is_empty() || unfinished.is_some() || position >= known.position + SKIPPED {
            let batch = Batch::begin(index)?;
            let mut differences = Differences::default();
            for (tenant, row) in covered {
                let after = keys_at(self.directory, row)?;
                differences.replace(tenant, row, &postings::keys(index, row)?, after);
            }
            if let Some((tenant, state)) = unfinished {
                self.go_on(batch.connection(), tenant, state, &mut tenants, &mut differences)?;
            }
            differences.write(batch.connection())?;
            let is_new = |(tenant, state): &(&i64, &State)| known.tenants.get(tenant) != Some(*state);
            for (tenant, state) in tenants.iter().filter(is_new) {
                tenants::write(batch.connection(), *tenant, *state)?;
            }
            let sql = "UPDATE followed SET position = ?1, horizon = ?2";
            batch.connection().run(sql, params![position, self.newest])?;
            batch.commit()?;
            known.position = position;
            known.tenants = tenants;
        }
        known.seen = position;
        let is_finished = is_last && known.tenants.values().all(|state| *state == State::Complete);
        Ok(if is_finished { Progress::Finished } else { Progress::Unfinished })
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
    fn find_large(
        &self,
        changes: &[Change],
        known: &Known,
        tenants: &mut BTreeMap<i64, State>,
    ) -> Result<(), Error> {
        let candidates: BTreeSet<_> = match known.signature {
            Some(_) => changes.iter().map(|change| change.tenant).collect(),
            // It may have been opened with another bound.
            None => tenants::in_directory(self.directory)?,
        };
        for tenant in candidates {
            if !tenants.contains_key(&tenant)
                && tenants::is_larger(self.directory, tenant, self.options.largest_scanned)?
            {
                tenants.insert(tenant, State::Filling(tenants::START));
            }
        }
        Ok(())
    }

    /// Finds tenants that were deleted.
    fn find_deleted(&self, known: &mut Known, tenants: &mut BTreeMap<i64, State>) -> Result<(), Error> {
        let signature = Some(tenants::signature(self.directory)?);
        if mem::replace(&mut known.signature, signature) != signature {
            let there = tenants::in_directory(self.directory)?;
            for (_, state) in tenants.iter_mut().filter(|(tenant, _)| !there.contains(tenant)) {
                *state = State::Clearing;
            }
        }
        Ok(())
    }

    /// Goes on with a tenant of which not all is in the index, or not all is taken out.
    fn go_on(
        &self,
        index: Connection<'_>,
        tenant: i64,
        state: State,
        tenants: &mut BTreeMap<i64, State>,
        differences: &mut Differences,
    ) -> Result<(), Error> {
        match state {
            State::Filling(place) => {
                let filled = self.fill(index, tenant, place, differences)?;
                tenants.insert(tenant, filled);
            }
            State::Clearing => {
                if postings::clear(index, tenant, i64::from(self.options.batch))? == 0 {
                    tenants::forget(index, tenant)?;
                    tenants.remove(&tenant);
                }
            }
            State::Complete => {}
        }
        Ok(())
    }

    /// Puts the next objects of a tenant into the index.
    fn fill(
        &self,
        index: Connection<'_>,
        tenant: i64,
        mut place: Place,
        differences: &mut Differences,
    ) -> Result<State, Error> {
        let sql = "SELECT row, kind, document, rest FROM objects
                   WHERE tenant = ?1 AND kind = ?2 AND row > ?3 AND deleted_at IS NULL ORDER BY row";
        let (mut objects, mut size) = (0, 0);
        loop {
            let mut is_full = false;
            self.directory.each(sql, params![tenant, place.0, place.1], |found| {
                is_full = objects >= self.options.batch || size >= FILL_BYTES;
                if is_full {
                    return Ok(ControlFlow::Break(()));
                }
                let row: i64 = found.get(0)?;
                let (after, bytes) = keys_of(found)?;
                differences.replace(tenant, row, &postings::keys(index, row)?, after);
                place.1 = row;
                objects += 1;
                size += bytes;
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

/// The keys that follow from an object's present document: none where it is deleted.
pub fn keys_at(directory: Connection<'_>, row: i64) -> Result<Keys, Error> {
    let sql = "SELECT row, kind, document, rest FROM objects WHERE row = ?1 AND deleted_at IS NULL";
    let found = directory.one(sql, params![row], keys_of)?;
    Ok(found.map(|(keys, _)| keys).unwrap_or_default())
}

/// The keys of an object, and how many bytes its documents have. One that can't be read has none.
fn keys_of(found: &Row<'_>) -> Result<(Keys, usize), Error> {
    let document = Document { default: found.get(2)?, rest: found.get(3)? };
    let entity = entity_of_number(found.get(1)?);
    let keys = entity.zip(document.values()).map(|(entity, values)| entries::entries(entity.kind, &values));
    Ok((keys.unwrap_or_default(), document.size()))
}
