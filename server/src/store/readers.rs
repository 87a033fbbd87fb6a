//! The pool of connections that read.

use super::{
    Error, Tenant,
    driver::{self, Connection},
    shares::Shares,
};
use futures::executor::block_on;
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Reads of one tenant that are under way or wait at most.
const TENANT_SHARE: usize = 512;

pub(super) struct Readers {
    shares: Arc<Shares>,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    count: u32,
}

impl Readers {
    pub(super) fn open(folder: &Path, count: u16) -> Result<Self, Error> {
        let idle = (0..count).map(|_| driver::open_reader(folder)).collect::<Result<_, _>>()?;
        let permits = Semaphore::new(count.into());
        Ok(Self { shares: Shares::new(TENANT_SHARE), idle: Mutex::new(idle), permits, count: count.into() })
    }

    /// Runs a closure over a connection, on this thread: a look-up is shorter than a hop to another one.
    /// `tenant` is whose share it counts for.
    pub(super) async fn read<T, E: From<Error>>(
        &self,
        tenant: Option<Tenant>,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let _place = tenant.map(|tenant| self.shares.take(tenant)).transpose()?;
        let _permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        let connection = Borrowed::take(self);
        work(connection.get()?)
    }
}

impl Readers {
    /// Keeps everybody from reading until the answer is dropped, when those who read have ended.
    pub(super) fn pause(&self) -> Option<SemaphorePermit<'_>> {
        block_on(self.permits.acquire_many(self.count)).ok()
    }

    /// The same, if nobody reads at this moment.
    pub(super) fn try_pause(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.try_acquire_many(self.count).ok()
    }
}

/// A connection that goes back to the pool whatever happens.
struct Borrowed<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
}

impl<'r> Borrowed<'r> {
    fn take(readers: &'r Readers) -> Self {
        let connection = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { readers, connection }
    }

    fn get(&self) -> Result<&Connection, Error> {
        self.connection.as_ref().ok_or(Error::Closed)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let back = self.connection.take();
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(back);
    }
}
