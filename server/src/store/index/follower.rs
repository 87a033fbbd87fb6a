//! What writes the index. It reads the change log from where it has come to, and gives each object that has changed the entries that
//! follow from its present document. Objects of tenants that have come to have many are put into it bit by bit.
//!
//! An object that changed again meanwhile gets its newest entries at once: from its position up to its horizon, an index may have a
//! change or not. Readers are told which objects these are.

use super::{
    fault::is_damage,
    pending::{DirectorySnapshot, Known, Pending},
    postings::{self, Differences},
    readers::{Era, Followed},
    shared::{Index, NOT_FOLLOWING},
    tenants::{self, State},
};
use crate::{
    model::entries,
    store::{
        Error, Progress, changes,
        engine::{Batch, Connection, Engine, Identity, OwnConnection, Snapshot, params},
    },
};
use aws_lc_rs::rand;
use std::sync::{Arc, atomic::Ordering};

/// Positions of changes that touch no object after which its own is written all the same.
const SKIPPED: i64 = 256;

/// Rows of each table that one transaction takes away of a deleted tenant.
const CLEARED: i64 = 2_000;

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
        let newest = changes::newest(directory)?;
        if newest < open.known.position || changes::is_cut(directory, open.known.position)? {
            drop(snapshot);
            self.index.is_damaged.store(true, Ordering::Release);
            return Ok(Progress::Unfinished);
        }
        let pending =
            DirectorySnapshot { directory, newest, options: &self.index.options }.pending(&open.known)?;
        let is_far_behind = is_behind(directory, pending.known.seen, self.index.options.most_behind)?;
        drop(snapshot);
        let progress = if pending.is_last { Progress::Finished } else { Progress::Unfinished };
        write(open.index.lend(), pending, &mut open.known)?;
        self.index.is_far_behind.store(is_far_behind, Ordering::Relaxed);
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
        let newest = changes::newest(directory)?;
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
        let newest = changes::newest(directory.lend())?;
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
        let mut era = Era::default();
        rand::fill(&mut era).map_err(|_| Error::Folder("the system gives no random numbers".into()))?;
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

/// Whether more than so many changes of objects come after this position.
fn is_behind(directory: Connection<'_>, position: i64, most: u32) -> Result<bool, Error> {
    let sql = "SELECT position FROM changes WHERE position > ?1 AND related_row IS NULL
               ORDER BY position LIMIT 1 OFFSET ?2";
    Ok(directory.one(sql, params![position, i64::from(most)], |_| Ok(()))?.is_some())
}

/// Writes what was read, if it is worth it.
fn write(index: Connection<'_>, pending: Pending, known: &mut Known) -> Result<(), Error> {
    let Pending { objects, clearing, known: mut new, newest, .. } = pending;
    let is_new = |(tenant, state): &(&i64, &State)| known.tenants.get(tenant) != Some(*state);
    let has_new = new.tenants.iter().any(|state| is_new(&state));
    if !objects.is_empty() || clearing.is_some() || has_new || new.seen >= known.position + SKIPPED {
        let mut differences = Differences::default();
        for object in &objects {
            differences.replace(
                object.tenant,
                object.row,
                &postings::keys(index, object.row)?,
                object.keys(),
            );
        }
        let batch = Batch::begin(index)?;
        differences.write(index)?;
        for (tenant, state) in new.tenants.iter().filter(is_new) {
            tenants::write(index, *tenant, *state)?;
        }
        if let Some(tenant) = clearing
            && postings::clear(index, tenant, CLEARED)? == 0
        {
            tenants::forget(index, tenant)?;
            new.tenants.remove(&tenant);
        }
        let sql = "UPDATE followed SET position = ?1, horizon = ?2";
        index.run(sql, params![new.seen, newest])?;
        batch.commit()?;
        new.position = new.seen;
    }
    *known = new;
    Ok(())
}
