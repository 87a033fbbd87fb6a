//! What reads: a pool of connections for short reads on the thread that asks, and threads for long ones.

use super::{
    driver::{self, StepLimit},
    long_readers::{self, LongReaders},
};
use crate::store::{Error, Tenant, engine::Connection};
use futures::executor::block_on;
use std::{
    path::Path,
    sync::{Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::{Semaphore, SemaphorePermit};

pub(super) struct Readers {
    idle: Mutex<Vec<Reader>>,
    permits: Semaphore,
    count: u32,
    long: LongReaders,
}

/// A connection for short reads.
struct Reader {
    connection: rusqlite::Connection,
    steps: StepLimit,
}

/// While it lives, there are no reads.
pub(super) struct Pause<'r> {
    _long: long_readers::Pause<'r>,
    _short: SemaphorePermit<'r>,
}

impl Readers {
    /// Opens `count` connections for short reads, and starts `threads` threads for long ones.
    pub(super) fn open(folder: &Path, count: u16, threads: u16) -> Result<Self, Error> {
        let idle = (0..count).map(|_| Reader::open(folder)).collect::<Result<_, _>>()?;
        let permits = Semaphore::new(count.into());
        let long = LongReaders::start(folder, threads)?;
        Ok(Self { idle: Mutex::new(idle), permits, count: count.into(), long })
    }

    /// Runs a closure over a connection, on this thread: a look-up is shorter than a hop to another one. Statements end with
    /// [`Error::Large`] where they have done so many steps. `None`: they go to their ends.
    pub(super) async fn read<T, E: From<Error>>(
        &self,
        steps: Option<u32>,
        work: impl FnOnce(Connection<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        let connection = Borrowed::take(self);
        work(connection.get(steps)?)
    }

    /// Runs a closure over a connection on a thread for long reads, in the tenant's turn.
    pub(super) async fn read_long<T, E>(
        &self,
        tenant: Tenant,
        work: impl FnOnce(Connection<'_>, &AtomicBool) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.long.read(tenant, work).await
    }

    /// Keeps all from reading until the answer is dropped. Short reads under way have ended then; long ones are waited for
    /// so long. `None`: they take longer.
    pub(super) fn pause(&self, limit: Duration) -> Option<Pause<'_>> {
        // The long ones first: the short ones, on which every request waits, go on meanwhile.
        let long = self.long.pause(limit)?;
        let short = block_on(self.permits.acquire_many(self.count)).ok()?;
        Some(Pause { _long: long, _short: short })
    }

    /// The same, if there is no read at this moment.
    pub(super) fn try_pause(&self) -> Option<Pause<'_>> {
        let long = self.long.pause(Duration::ZERO)?;
        let short = self.permits.try_acquire_many(self.count).ok()?;
        Some(Pause { _long: long, _short: short })
    }
}

impl Reader {
    fn open(folder: &Path) -> Result<Self, Error> {
        let connection = driver::open_reader(&folder.join(driver::FILE))?;
        let steps = StepLimit::of(&connection);
        Ok(Self { connection, steps })
    }

    /// Makes it ready for another read.
    fn end(&self) {
        self.steps.lift();
        if !self.connection.is_autocommit() {
            // The statement that ends the snapshot was one too many.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// A connection that goes back to the pool whatever happens.
struct Borrowed<'r> {
    readers: &'r Readers,
    reader: Option<Reader>,
}

impl<'r> Borrowed<'r> {
    fn take(readers: &'r Readers) -> Self {
        let reader = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { readers, reader }
    }

    fn get(&self, steps: Option<u32>) -> Result<Connection<'_>, Error> {
        let reader = self.reader.as_ref().ok_or(Error::Closed)?;
        if let Some(steps) = steps {
            reader.steps.set(steps);
        }
        Ok(Connection::Sqlite(&reader.connection))
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let back = self.reader.take();
        if let Some(reader) = &back {
            reader.end();
        }
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(back);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        Older,
        engine::{Durability, MigrationLock, Snapshot, params, sqlite::migrations},
    };
    use futures::FutureExt;
    use tempfile::TempDir;

    /// One connection for short reads.
    fn one_reader() -> (Readers, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let lock = MigrationLock::take(folder.path()).unwrap();
        driver::open_writer(&lock, Durability::Ephemeral, Older::Refuse, &migrations::all()).unwrap();
        (Readers::open(folder.path(), 1, 1).unwrap(), folder)
    }

    /// Counts to a number.
    fn count_to(connection: Connection<'_>, number: i64) -> Result<Option<i64>, Error> {
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT max(i) FROM n";
        connection.one(sql, params![number], |row| row.get(0))
    }

    #[test]
    fn a_short_read_ends_after_so_many_steps_and_the_next_one_has_as_many_again() {
        let (readers, _folder) = one_reader();
        let count = |steps, number| {
            let read = |connection: Connection<'_>| {
                let snapshot = Snapshot::begin(connection)?;
                count_to(snapshot.connection(), number)
            };
            readers.read(steps, read).now_or_never().unwrap()
        };
        for _ in 0..100 {
            assert!(matches!(count(Some(10_000), i64::MAX), Err(Error::Large)));
            assert!(matches!(count(Some(10_000), 100), Ok(Some(100))), "the connection is as good as new");
        }
        assert!(matches!(count(None, 100_000), Ok(Some(100_000))), "not every read has a limit");
    }

    #[test]
    fn the_statements_of_a_short_read_have_their_steps_together() {
        let (readers, _folder) = one_reader();
        let read = |connection: Connection<'_>| loop {
            count_to(connection, 10)?;
        };
        let read: Result<(), Error> = readers.read(Some(10_000), read).now_or_never().unwrap();
        assert!(matches!(read, Err(Error::Large)));
    }
}
