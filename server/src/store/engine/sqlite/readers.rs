//! What reads: a pool of connections for short reads on the thread that asks, and threads for long ones.

use super::{
    driver,
    long_readers::{self, LongReaders},
};
use crate::store::{Error, Tenant, engine::Connection};
use futures::executor::block_on;
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, SemaphorePermit};

pub(super) struct Readers {
    idle: Mutex<Vec<rusqlite::Connection>>,
    permits: Semaphore,
    count: u32,
    long: LongReaders,
}

/// While it lives, there are no reads.
pub(super) struct Pause<'r> {
    _long: long_readers::Pause<'r>,
    _short: SemaphorePermit<'r>,
}

impl Readers {
    /// Opens `count` connections for short reads, and starts `threads` threads for long ones.
    pub(super) fn open(folder: &Path, count: u16, threads: u16) -> Result<Self, Error> {
        let idle =
            (0..count).map(|_| driver::open_reader(&folder.join(driver::FILE))).collect::<Result<_, _>>()?;
        let permits = Semaphore::new(count.into());
        let long = LongReaders::start(folder, threads)?;
        Ok(Self { idle: Mutex::new(idle), permits, count: count.into(), long })
    }

    /// Runs a closure over a connection, on this thread: a look-up is shorter than a hop to another one.
    pub(super) async fn read<T, E: From<Error>>(
        &self,
        work: impl FnOnce(Connection<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        let connection = Borrowed::take(self);
        work(connection.get()?)
    }

    /// Runs a closure over a connection on a thread for long reads, in the tenant's turn.
    pub(super) async fn read_long<T, E>(
        &self,
        tenant: Tenant,
        work: impl FnOnce(Connection<'_>) -> Result<T, E> + Send + 'static,
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

/// A connection that goes back to the pool whatever happens.
struct Borrowed<'r> {
    readers: &'r Readers,
    connection: Option<rusqlite::Connection>,
}

impl<'r> Borrowed<'r> {
    fn take(readers: &'r Readers) -> Self {
        let connection = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { readers, connection }
    }

    fn get(&self) -> Result<Connection<'_>, Error> {
        self.connection.as_ref().map(Connection::Sqlite).ok_or(Error::Closed)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let back = self.connection.take();
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(back);
    }
}
