//! Who is in large groups, be it through other groups: sets that are kept in memory, each with the position in the change log up to
//! which it is right. Whether it still is, the log tells (`transitive.rs`). That is the store's only copy of what the database
//! holds, but for the status of principals.

use super::{numbers::RowNumber, rows::Rows};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Sets that are kept. One of a million members takes at most two megabytes.
const MOST: usize = 32;

/// What a set is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) group: RowNumber,
    /// The number of the only kind of its members.
    pub(super) kind: Option<i64>,
    pub(super) with_hidden: bool,
}

/// A set, and up to which change it is right.
#[derive(Clone)]
pub(super) struct MemberSet {
    pub(super) members: Arc<Rows>,
    pub(super) position: i64,
}

pub(super) struct MemberSets(Cache<Key, MemberSet>);

impl MemberSets {
    pub(super) fn new() -> Self {
        Self(Cache::new(MOST))
    }

    pub(super) fn get(&self, key: &Key) -> Option<MemberSet> {
        self.0.get(key)
    }

    pub(super) fn put(&self, key: Key, set: MemberSet) {
        self.0.insert(key, set);
    }
}
