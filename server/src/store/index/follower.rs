//! What writes the index. It reads the change log from where it has come to, and gives each object that has changed the entries that
//! follow from its present document. Objects of tenants that have come to have many are put into it bit by bit.
//!
//! An object that changed again meanwhile gets its newest entries at once: from its position up to its horizon, an index may have a
//! change or not. Readers are told which objects these are.

use super::{
    backlog::Backlog,
    change_log,
    fault::is_damage,
    followed::{self, Followed, Horizon},
    pending::{DirectorySnapshot, Known, Pending},
    postings::{self, Differences},
    shared::{Index, NOT_FOLLOWING},
    tenants::{self, State},
};
use crate::store::{
    Error, Progress, changes,
    engine::{Batch, Connection, Identity, OwnConnection, Snapshot, Unusable},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};

/// Positions of changes that touch no object after which its own is written all the same.
const SKIPPED: i64 = 256;

/// Rows of each table that one transaction takes away of a deleted tenant.
const CLEARED: i64 = 2_000;

/// Writes the index.
pub struct Follower {
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
    backlog: Backlog,
}

impl Follower {
    pub fn new(index: Arc<Index>) -> Self {
        Self { index, open: None, idle: None }
    }

    /// Folds a batch of changes into the index, and says whether there is more to do. What fails leaves the index unused.
    pub fn step(&mut self) -> Result<Progress, Error> {
        let stepped = self.try_step();
        if let Err(error) = &stepped {
            self.index.readers.close();
            self.index.is_damaged.fetch_or(is_damage(error), Ordering::AcqRel);
            self.index.set_far_behind(BTreeSet::new());
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
        let horizon = Horizon::of(directory)?;
        let newest = horizon.position;
        if newest < open.known.position || changes::is_cut(directory, open.known.position)? {
            // Opened again, it is found to go with the directory no more.
            return Ok(Progress::Unfinished);
        }
        let pending =
            DirectorySnapshot { directory, newest, options: &self.index.options }.pending(&open.known)?;
        // With a deleted tenant its changes go.
        let is_lost = !open.known.horizon.is_in(directory)?;
        open.backlog.follow(directory, open.known.seen, pending.known.seen, newest)?;
        drop(snapshot);
        let progress = if pending.is_last { Progress::Finished } else { Progress::Unfinished };
        write(open.index.lend(), pending, horizon, is_lost, &mut open.known)?;
        self.index.set_far_behind(open.backlog.tenants_with_more(self.index.options.most_behind));
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
            Some(seen) => {
                let mut changed = BTreeSet::new();
                change_log::each_tenant(directory, seen, newest, |tenant| {
                    changed.insert(tenant);
                })?;
                changed
            }
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

    /// Opens the index, made anew where what lies there can't be used.
    fn open(&self) -> Result<Open, Error> {
        self.index.readers.close();
        let directory = self.index.file.open_directory()?;
        let usable = match self.index.is_damaged.swap(false, Ordering::AcqRel) {
            true => Err(Unusable::Damaged),
            false => followed::open(&self.index.file, directory.lend())?.map(drop),
        };
        let index = match usable {
            Ok(()) => self.index.file.open()?,
            Err(reason) => {
                tracing::info!("the index is made anew, as {reason}");
                let at = Horizon::of(directory.lend())?;
                self.index.file.make(|index| followed::begin(index, at))?
            }
        };
        let era = followed::renew(index.lend())?;
        let Followed { position, horizon, .. } = Followed::read(index.lend())?;
        let tenants = tenants::all(index.lend())?;
        let known = Known { position, horizon, seen: position, tenants, signature: None };
        self.index.readers.open(era);
        let identity = self.index.file.identity();
        Ok(Open { index, directory, identity, known, backlog: Backlog::after(position) })
    }
}

/// Writes what was read, if it is worth it, or the change of the horizon before is lost.
fn write(
    index: Connection<'_>,
    pending: Pending,
    horizon: Horizon,
    is_lost: bool,
    known: &mut Known,
) -> Result<(), Error> {
    let Pending { objects, clearing, known: mut new, .. } = pending;
    let is_new = |(tenant, state): &(&i64, &State)| known.tenants.get(tenant) != Some(*state);
    let has_new = new.tenants.iter().any(|state| is_new(&state));
    let is_far = new.seen >= known.position + SKIPPED;
    if !objects.is_empty() || clearing.is_some() || has_new || is_far || is_lost {
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
        followed::write(index, new.seen, horizon)?;
        batch.commit()?;
        (new.position, new.horizon) = (new.seen, horizon);
    }
    *known = new;
    Ok(())
}
