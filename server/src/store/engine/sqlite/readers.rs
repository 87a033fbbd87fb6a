//! What reads: a pool of connections for short reads on the thread that asks, and threads for long ones.

use super::{
    driver::{self, StepLimit},
    long_readers::{self, LongReaders},
};
use crate::store::{
    Error, Tenant,
    engine::{Connection, Snapshot},
};
use futures::executor::block_on;
use std::{
    cell::RefCell,
    future::poll_fn,
    path::Path,
    pin::pin,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

thread_local! {
    /// What the reads of this thread share. `None`: they aren't together.
    static SHARED: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

pub(super) struct Readers {
    idle: Mutex<Vec<Reader>>,
    permits: Arc<Semaphore>,
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
        let permits = Arc::new(Semaphore::new(count.into()));
        let long = LongReaders::start(folder, threads)?;
        Ok(Self { idle: Mutex::new(idle), permits, count: count.into(), long })
    }

    /// Runs a closure over a connection, on this thread: a look-up is shorter than a hop to another one.
    pub(super) async fn read<T, E: From<Error>>(
        &self,
        work: impl FnOnce(Connection<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        work(self.borrow().await?.connection()?)
    }

    /// The same over a snapshot. Statements end with [`Error::Large`] where they have done so many steps.
    pub(super) async fn read_snapshot<T, E: From<Error>>(
        &self,
        steps: u32,
        work: impl FnOnce(Connection<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let borrowed = match self.take_shared() {
            Some(borrowed) => borrowed,
            None => self.borrow().await?,
        };
        borrowed.limit(steps);
        let snapshot = Snapshot::begin(borrowed.connection()?)?;
        let read = work(snapshot.connection());
        if SHARED.with_borrow(Option::is_some) {
            snapshot.keep();
            borrowed.share();
        }
        read
    }

    /// Polls a future. Short reads that begin within one poll share a snapshot, up to the end of a write: beginning one takes locks
    /// of the database's files, which costs as much as a look-up. None is kept while the future waits.
    pub(super) async fn together<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let _sharing = Sharing::begin(self);
            work.as_mut().poll(context)
        })
        .await
    }

    /// Has the next read on this thread begin a snapshot of its own.
    pub(super) fn end_shared(&self) {
        drop(self.take_shared());
    }

    fn take_shared(&self) -> Option<Borrowed<'_>> {
        let lent = SHARED.with_borrow_mut(|shared| shared.as_mut()?.snapshot.take())?;
        Some(Borrowed { readers: self, lent: Some(lent) })
    }

    async fn borrow(&self) -> Result<Borrowed<'_>, Error> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| Error::Closed)?;
        let reader = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Borrowed { readers: self, lent: reader.map(|reader| Lent { reader, _permit: permit }) })
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
            // A snapshot that was kept, or whose last statement was one too many.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// A connection out of the pool.
struct Lent {
    reader: Reader,
    _permit: OwnedSemaphorePermit,
}

/// A connection that goes back to the pool whatever happens.
struct Borrowed<'r> {
    readers: &'r Readers,
    lent: Option<Lent>,
}

impl Borrowed<'_> {
    fn limit(&self, steps: u32) {
        if let Some(lent) = &self.lent {
            lent.reader.steps.set(steps);
        }
    }

    fn connection(&self) -> Result<Connection<'_>, Error> {
        self.lent.as_ref().map(|lent| Connection::Sqlite(&lent.reader.connection)).ok_or(Error::Closed)
    }

    /// Leaves it to the reads that follow on this thread.
    fn share(mut self) {
        SHARED.replace(Some(Shared { snapshot: self.lent.take() }));
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        if let Some(Lent { reader, _permit }) = self.lent.take() {
            reader.end();
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
    }
}

/// What the reads of a thread share that are together.
#[derive(Default)]
struct Shared {
    /// The connection on which the snapshot is begun. `None`: no read has begun one.
    snapshot: Option<Lent>,
}

/// While it lives, the reads of this thread are together.
struct Sharing<'r>(&'r Readers);

impl<'r> Sharing<'r> {
    fn begin(readers: &'r Readers) -> Self {
        SHARED.replace(Some(Shared::default()));
        Self(readers)
    }
}

impl Drop for Sharing<'_> {
    fn drop(&mut self) {
        self.0.end_shared();
        SHARED.replace(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        Older,
        engine::{Durability, MigrationLock, params, sqlite::migrations},
    };
    use futures::FutureExt;
    use std::{mem, panic::AssertUnwindSafe, task::Poll};
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
            let read = |connection: Connection<'_>| count_to(connection, number);
            readers.read_snapshot(steps, read).now_or_never().unwrap()
        };
        for _ in 0..100 {
            assert!(matches!(count(10_000, i64::MAX), Err(Error::Large)));
            assert!(matches!(count(10_000, 100), Ok(Some(100))), "the connection is as good as new");
        }
        let unlimited = readers.read(|connection| count_to(connection, 100_000)).now_or_never().unwrap();
        assert!(matches!(unlimited, Ok(Some(100_000))), "not every read has a limit");
    }

    #[test]
    fn reads_that_are_together_share_a_snapshot_until_something_is_written_or_they_wait() {
        let (readers, folder) = one_reader();
        let writer = rusqlite::Connection::open(folder.path().join(driver::FILE)).unwrap();
        let write =
            || writer.execute_batch("CREATE TABLE IF NOT EXISTS seen (i); INSERT INTO seen VALUES (0)");
        write().unwrap();
        let count = async || {
            let read = |connection: Connection<'_>| -> Result<Option<i64>, Error> {
                connection.one("SELECT count(*) FROM seen", params![], |row| row.get(0))
            };
            readers.read_snapshot(10_000, read).await.unwrap().unwrap()
        };
        let reads = async {
            let first = count().await;
            write().unwrap();
            let second = count().await;
            readers.end_shared();
            let after_end = count().await;
            write().unwrap();
            yield_once().await;
            [first, second, after_end, count().await]
        };
        assert_eq!(block_on(readers.together(reads)), [1, 1, 2, 3]);
        write().unwrap();
        assert_eq!(block_on(count()), 4, "alone, a read sees all");
        assert!(readers.try_pause().is_some(), "every connection is back");
    }

    #[test]
    fn a_read_that_fails_or_panics_leaves_those_together_with_it_a_connection() {
        let (readers, _folder) = one_reader();
        let reads = async {
            let large = readers.read_snapshot(10_000, |connection| count_to(connection, i64::MAX)).await;
            assert!(matches!(large, Err(Error::Large)));
            let panics =
                readers.read_snapshot(10_000, |_| -> Result<(), Error> { panic!("as a rule might") });
            assert!(AssertUnwindSafe(panics).catch_unwind().await.is_err());
            readers.read_snapshot(10_000, |connection| count_to(connection, 10)).await
        };
        assert!(matches!(block_on(readers.together(reads)), Ok(Some(10))));
        assert!(readers.try_pause().is_some(), "every connection is back");
    }

    /// Waits until it is polled again.
    async fn yield_once() {
        let mut waited = false;
        poll_fn(|context| {
            context.waker().wake_by_ref();
            if mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    #[test]
    fn the_statements_of_a_short_read_have_their_steps_together() {
        let (readers, _folder) = one_reader();
        let read = |connection: Connection<'_>| loop {
            count_to(connection, 10)?;
        };
        let read: Result<(), Error> = readers.read_snapshot(10_000, read).now_or_never().unwrap();
        assert!(matches!(read, Err(Error::Large)));
    }
}
