//! What the follower shares with those that write: whether there is news, and how far it has come.

use crate::store::DynamicGroupOptions;
use std::sync::{
    Condvar, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

/// What the follower shares with those that write.
pub struct DynamicGroups {
    pub(super) options: DynamicGroupOptions,
    /// Up to this position of the change log it needs no change any more.
    pub(super) position: AtomicI64,
    pub(super) has_news: AtomicBool,
    pub(super) is_closed: Mutex<bool>,
    /// Told of commits, and of the end.
    pub(super) news: Condvar,
}

impl DynamicGroups {
    pub fn new(options: DynamicGroupOptions) -> Self {
        Self {
            options,
            position: AtomicI64::new(0),
            has_news: AtomicBool::new(true),
            is_closed: Mutex::default(),
            news: Condvar::new(),
        }
    }

    /// Tells the follower that there may be changes.
    pub fn tell(&self) {
        if !self.has_news.swap(true, Ordering::AcqRel) {
            let _closed = self.is_closed();
            self.news.notify_all();
        }
    }

    /// Up to which position of the change log the follower needs no change any more.
    pub fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    pub(super) fn is_closed(&self) -> MutexGuard<'_, bool> {
        self.is_closed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        *self.is_closed() = true;
        self.news.notify_all();
    }
}
