//! When a deleted object is purged: thirty days after its deletion, by a clock that may be wrong for a while.

use super::objects::KEPT;
use chrono::{DateTime, Utc};

/// What remembers the last look for objects that are due.
#[derive(Debug, Default)]
pub struct Purging {
    last_look: Option<DateTime<Utc>>,
}

impl Purging {
    /// Before when an object must have been deleted to be purged at this look. Purging can't be undone, and clocks jump: an
    /// object must have been due at the look before too, so that the first one purges nothing, and a clock that is put
    /// right before the next one did no harm.
    pub fn deleted_before(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let last_look = self.last_look.replace(now)?;
        Some(last_look.min(now) - KEPT)
    }
}
