//! What those who read the index and the follower share: its file, how far it has come, and who waits for it.

use super::{
    fault::{Fault, is_damage},
    readers::{Readers, View},
};
use crate::store::{Error, IndexOptions, Indexing, Tenant, engine::IndexFile};
use std::{
    collections::BTreeSet,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

/// The index of a store: what those who read it and the follower share.
pub struct Index {
    pub(super) file: IndexFile,
    pub(super) options: IndexOptions,
    pub(super) readers: Readers,
    /// Up to this position of the change log it has every change, as it is on disk.
    pub(super) position: AtomicI64,
    /// The same, with changes after that which touch no object.
    pub(super) seen: AtomicI64,
    /// What lies there was found to be unusable.
    pub(super) is_damaged: AtomicBool,
    /// Tenants of which it lacks so much that no objects of theirs are to be created or updated.
    far_behind: Mutex<BTreeSet<i64>>,
    pub(super) has_news: AtomicBool,
    pub(super) state: Mutex<State>,
    /// Told of commits, and of the end.
    pub(super) news: Condvar,
    /// Told whenever the index has come further.
    pub(super) steps: Condvar,
}

/// What waits and whether it may.
#[derive(Default)]
pub(super) struct State {
    pub(super) is_closed: bool,
    /// Reads that wait for the index.
    pub(super) waiting: usize,
}

/// The position of an index that isn't followed.
pub(super) const NOT_FOLLOWING: i64 = i64::MAX;

impl Index {
    /// The index in this file.
    pub fn new(file: IndexFile, options: IndexOptions) -> Self {
        Self {
            file,
            options,
            readers: Readers::default(),
            position: AtomicI64::new(0),
            seen: AtomicI64::new(0),
            is_damaged: AtomicBool::new(false),
            far_behind: Mutex::default(),
            has_news: AtomicBool::new(true),
            state: Mutex::default(),
            news: Condvar::new(),
            steps: Condvar::new(),
        }
    }

    /// Up to how many objects are looked at without it.
    pub fn largest_scanned(&self) -> u64 {
        self.options.largest_scanned.into()
    }

    /// Tells the follower that there may be changes.
    pub fn tell(&self) {
        if !self.has_news.swap(true, Ordering::AcqRel) {
            let _state = self.state();
            self.news.notify_all();
        }
    }

    /// Up to which position of the change log it needs no change any more: any, where it isn't followed now and may be made anew.
    pub fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    /// Whether so much of a tenant has changed that isn't indexed yet that no more should.
    pub fn is_far_behind(&self, tenant: Tenant) -> bool {
        self.far_behind().contains(&tenant.number)
    }

    pub(super) fn set_far_behind(&self, tenants: BTreeSet<i64>) {
        *self.far_behind() = tenants;
    }

    fn far_behind(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.far_behind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it has every change up to this position, and so long at most.
    pub fn wait_for(&self, position: i64, limit: Duration) {
        if self.options.indexing != Indexing::Followed {
            return;
        }
        let mut state = self.state();
        state.waiting += 1;
        self.news.notify_all();
        let lacks = |state: &mut State| !state.is_closed && self.seen.load(Ordering::Acquire) < position;
        let waited = self.steps.wait_timeout_while(state, limit, lacks);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting -= 1;
    }

    /// Runs a closure over the index as it is at one moment. `None`: it can't be used for this tenant now.
    pub fn read<T>(
        &self,
        tenant: Tenant,
        work: impl FnOnce(&View<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Error> {
        match self.readers.read(&self.file, tenant.number, work) {
            Ok(found) => Ok(found),
            Err(Fault::Other(error)) => Err(error),
            Err(Fault::Index(error)) => {
                if is_damage(&error) {
                    self.readers.close();
                    self.is_damaged.store(true, Ordering::Release);
                    self.tell();
                }
                Ok(None)
            }
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.news.notify_all();
        self.steps.notify_all();
    }
}
