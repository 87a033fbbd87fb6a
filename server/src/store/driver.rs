//! The one file that knows SQLite's settings: how a connection is opened, migrated and tuned. The other
//! files of the store take what they need of the driver from here.

use super::Error;
pub use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use rusqlite::{ErrorCode, OpenFlags};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};
use std::{path::Path, time::Duration};

const FILE: &str = "roster.sqlite";

/// How long a connection waits for another process that writes (the command line beside a server).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements that a connection keeps prepared.
const PREPARED_STATEMENTS: usize = 128;

/// Every migration, oldest first. A file is never edited once it was released.
const STEPS: &[M<'static>] = &[M::up(include_str!("migrations/0001_directory.sql"))];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// Whether a commit reaches the disk before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does: what was answered survives power loss.
    Durable,
    /// It doesn't: for folders that go away with the process.
    Ephemeral,
}

/// Opens the connection that writes, and brings the database up to date.
pub(super) fn open_writer(folder: &Path, durability: Durability) -> Result<Connection, Error> {
    let mut connection = Connection::open(folder.join(FILE))?;
    tune(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = match durability {
        Durability::Durable => "FULL",
        Durability::Ephemeral => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    MIGRATIONS.to_latest(&mut connection).map_err(|error| match error {
        rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            Error::Newer
        }
        other => Error::Migration(other.to_string()),
    })?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn open_reader(folder: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join(FILE), flags)?;
    tune(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn tune(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    Ok(())
}

/// Whether nobody knows what is on disk after this error: a write or sync of the disk's failed.
pub(super) fn is_disk_failure(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// Whether the same call may well succeed later: the disk is full or slow, another process writes.
pub(super) fn is_passing(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::OutOfMemory
                | ErrorCode::SystemIoFailure
                | ErrorCode::OperationInterrupted
        )
    )
}
