//! SQLite: a database in a folder, one thread that writes, and what reads beside it.

mod checkpoints;
mod driver;
pub(super) mod faults;
mod index_file;
mod long_readers;
mod migrations;
mod readers;
pub(super) mod statements;
mod threads;
mod writer;

pub use driver::{DIRECTORY_FILES, Durability, FILE, INDEX_FILES, MIGRATION_LOCK, MigrationLock};
pub(in crate::store) use driver::{is_foreign, is_there};
pub use index_file::Unusable;
pub(in crate::store) use index_file::{Identity, IndexFile};
pub(super) use rusqlite::{Connection, Error, Row, types::FromSql};

use crate::store::{self, Options, Tenant, engine, sums::Sums};
use checkpoints::Checkpoints;
use readers::Readers;
use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};
use writer::{AfterCommit, Writer};

/// The part of a log's filter that leaves out what the library tells of migrations.
pub const LOG_FILTER: &str = "rusqlite_migration=warn";

/// Opens the directory in this folder for reading.
pub(in crate::store) fn open_directory(folder: &Path) -> Result<engine::OwnConnection, store::Error> {
    Ok(engine::OwnConnection::Sqlite(driver::open_reader(&folder.join(FILE))?))
}

/// An open database, and its threads.
pub(in crate::store) struct Engine {
    readers: Arc<Readers>,
    writer: Writer,
}

impl Engine {
    /// Opens the database in the folder of this lock, made where there is none. `after_commit` runs after each commit, before any
    /// caller is answered.
    pub(in crate::store) fn open(
        lock: &MigrationLock,
        options: &Options,
        after_commit: AfterCommit,
    ) -> Result<Self, store::Error> {
        let folder = lock.folder();
        let connection = driver::open_writer(lock, options.durability, options.older, &migrations::all())?;
        let readers = Arc::new(Readers::open(folder, options.readers, options.long_readers)?);
        let checkpoints = driver::open_for_checkpoints(folder, options.durability)?;
        let checkpoints = Checkpoints::start(checkpoints, &connection, readers.clone(), options.log_pages)?;
        let writer = Writer::start(connection, checkpoints, after_commit)?;
        Ok(Self { readers, writer })
    }

    /// Runs a closure over a connection, on this thread: for look-ups by key.
    pub(in crate::store) async fn read<T, E>(
        &self,
        work: impl FnOnce(engine::Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::Error> + Send + 'static,
    {
        self.readers.read(work).await
    }

    /// Runs a closure over a snapshot, on this thread: for short pages too. Fails with [`store::Error::Large`] where its
    /// statements do more steps than this.
    pub(in crate::store) async fn read_snapshot<T, E>(
        &self,
        steps: u32,
        work: impl FnOnce(engine::Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::Error> + Send + 'static,
    {
        self.readers.read_snapshot(steps, work).await
    }

    /// Polls a future. What it reads by [`Self::read_snapshot`] within one poll may be of one moment, which is after all that was
    /// written before.
    pub(in crate::store) async fn together<F: Future>(&self, work: F) -> F::Output {
        self.readers.together(work).await
    }

    /// Runs a closure over a connection on a thread for such, in the tenant's turn: for everything that may take long. Where
    /// the caller waits no more, its statements end with [`store::Error::Large`], and it is told by the flag.
    pub(in crate::store) async fn read_long<T, E>(
        &self,
        tenant: Tenant,
        work: impl FnOnce(engine::Connection<'_>, &AtomicBool) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::Error> + Send + 'static,
    {
        self.readers.read_long(tenant, work).await
    }

    /// Queues a closure for the writer, and answers when its outcome is durable. `tenant` is whose quota it counts for.
    pub(in crate::store) async fn write<T, E>(
        &self,
        tenant: Option<Tenant>,
        work: impl Fn(engine::Connection<'_>, &Sums) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::Error> + Send + 'static,
    {
        let done = self.writer.run(tenant, work).await;
        self.readers.end_shared();
        done
    }

    /// Queues a closure of the store's own, and waits on this thread until its outcome is durable.
    pub(in crate::store) fn write_here<T: Send + 'static>(
        &self,
        work: impl Fn(engine::Connection<'_>, &Sums) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, store::Error> {
        self.writer.run_here(work)
    }

    /// Queues a closure whose outcome nothing waits for. It isn't run where the queue is full, or holds such a one of the
    /// tenant's already.
    pub(in crate::store) fn leave(
        &self,
        tenant: Tenant,
        work: impl Fn(engine::Connection<'_>, &Sums) -> Result<(), store::Error> + Send + 'static,
    ) {
        self.writer.leave(tenant, work);
    }

    /// Keeps the database from growing beyond so many pages of 4 KB; a write that needs more fails as on a full disk.
    pub(in crate::store) async fn limit_pages(&self, limit: u32) -> Result<(), store::Error> {
        let limit = move |connection: engine::Connection<'_>, _: &Sums| {
            let engine::Connection::Sqlite(connection) = connection;
            Ok(connection.pragma_update_and_check(None, "max_page_count", limit, |_| Ok(()))?)
        };
        self.writer.run(None, limit).await
    }
}
