//! What time it is. Everything that needs the time takes it from here, so that a test can move it.

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The system's clock, which a test may move ahead. Clones move together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The current time, in whole seconds as Graph prints it.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        (Utc::now() + TimeDelta::seconds(self.ahead_seconds.load(Ordering::Relaxed))).trunc_subsecs(0)
    }

    /// Moves the clock ahead by whole seconds.
    pub fn advance(&self, seconds: i64) {
        self.ahead_seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// A time as Graph prints it in properties: `2026-01-31T12:00:00Z`.
pub fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
