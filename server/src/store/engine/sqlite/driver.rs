//! The one file that knows SQLite's settings: how a connection is opened, migrated and tuned.

use super::faults::is_disk_full;
use crate::{
    files::{
        disk,
        lock::{Lock, LockError},
        private,
    },
    store::{Error, Older},
};
use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use rusqlite_migration::{MigrationDefinitionError, Migrations, SchemaVersion};
use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use url::Url;

/// The database.
pub const FILE: &str = "roster.sqlite";

/// The index beside it.
pub(super) const INDEX_FILE: &str = "index.sqlite";

/// The database's files: it and those that SQLite puts beside it.
pub const DIRECTORY_FILES: [&str; 4] =
    [FILE, "roster.sqlite-wal", "roster.sqlite-shm", "roster.sqlite-journal"];

/// The same of the index.
pub const INDEX_FILES: [&str; 4] =
    [INDEX_FILE, "index.sqlite-wal", "index.sqlite-shm", "index.sqlite-journal"];

/// What SQLite appends to the name of a database's write-ahead log.
const LOG: &str = "-wal";

/// What it appends to the name of the journal that it has without one.
const JOURNAL: &str = "-journal";

/// Tells in a database's header that it is a directory of Roster's: "Rost", in ASCII.
const APPLICATION_ID: i32 = 0x526f_7374;

/// The file of a [`MigrationLock`].
pub const MIGRATION_LOCK: &str = "migration.lock";

/// After how long the wait for another process that does so is told, and how long it lasts.
const MIGRATION_PATIENCE: Duration = Duration::from_secs(1);
const MIGRATION_WAIT: Duration = Duration::from_secs(60);

/// How long a connection waits for another process that writes (the command line beside a server).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How much of the database a connection keeps in memory, in SQLite's own unit: negative is KiB. The inner pages of a million
/// objects fit; the rest is in the system's memory. More makes commits slower: SQLite goes through all of it after each that
/// put pages in another order, as long as the database has less than a gigabyte.
const WRITER_CACHE: i32 = -16 * 1024;
const READER_CACHE: i32 = -16 * 1024;

/// The size of the database's pages: SQLite's own.
const PAGE_BYTES: i64 = 4096;

/// How many pages the log of the index has before its pages are moved.
const INDEX_LOG_PAGES: u32 = 4096;

/// Statements that a connection keeps prepared.
const PREPARED_STATEMENTS: usize = 128;

/// How many steps of SQLite's machine a statement does between two looks whether it is to go on: some hundred microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// The same of a statement that may do few.
const FEW_STEPS_BETWEEN_LOOKS: u16 = 500;

/// Whether a commit reaches the disk before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does: what was answered survives power loss.
    Durable,
    /// It doesn't: for folders that go away with the process.
    Ephemeral,
}

/// Held while a process opens the database in a folder, which makes it or brings it up to date: the migrations of two would
/// mix.
#[derive(Debug)]
pub struct MigrationLock {
    folder: PathBuf,
    _lock: Lock,
}

impl MigrationLock {
    /// Waits until no other process opens the database in this folder, for a minute at most.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MIGRATION_LOCK);
        let waiting = |holder| tracing::warn!("waiting for {holder}, which holds {}", path.display());
        let lock =
            Lock::take(&path, MIGRATION_PATIENCE, MIGRATION_WAIT, waiting).map_err(|error| match error {
                LockError::Held(holder) => {
                    let seconds = MIGRATION_WAIT.as_secs();
                    Error::Folder(format!("{holder} has held {} for {seconds} seconds", path.display()))
                }
                LockError::Io(error) if disk::is_full(&error) => Error::DiskFull,
                LockError::Io(error) => Error::Folder(format!("{}: {error}", path.display())),
            })?;
        Ok(Self { folder: folder.into(), _lock: lock })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Durability {
    fn synchronous(self) -> &'static str {
        match self {
            Self::Durable => "FULL",
            Self::Ephemeral => "OFF",
        }
    }

    /// The same for what can be made anew: the loss of power may take it back to an earlier state, which is whole.
    fn synchronous_of_index(self) -> &'static str {
        match self {
            Self::Durable => "NORMAL",
            Self::Ephemeral => "OFF",
        }
    }
}

/// Whether there is a database in this folder.
pub(in crate::store) fn is_there(folder: &Path) -> bool {
    folder.join(FILE).is_file()
}

/// Whether the database in this folder is surely another program's. Nothing is made beside it, since only its file is read. Where
/// a log or a journal lies beside that, it tells too little, and whose it is is found when it is opened.
pub(in crate::store) fn is_foreign(folder: &Path) -> bool {
    if [LOG, JOURNAL].iter().any(|suffix| folder.join(format!("{FILE}{suffix}")).exists()) {
        return false;
    }
    let open = || {
        let path = std::path::absolute(folder.join(FILE)).ok()?;
        let url = format!("{}?immutable=1", Url::from_file_path(path).ok()?);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(url, flags).ok()
    };
    let Some(connection) = open() else { return false };
    match (application_id(&connection), tables(&connection)) {
        (Err(error), _) => error.sqlite_error_code() == Some(ErrorCode::NotADatabase),
        (Ok(APPLICATION_ID), _) | (Ok(_), Err(_)) => false,
        (Ok(0), Ok((all, own))) => all > 0 && own == 0,
        (Ok(_), Ok(_)) => true,
    }
}

/// Opens the connection that writes, and makes the database or brings it up to date where `older` says so.
pub(super) fn open_writer(
    lock: &MigrationLock,
    durability: Durability,
    older: Older,
    migrations: &Migrations<'_>,
) -> Result<Connection, Error> {
    let folder = lock.folder();
    if is_emptied(folder) {
        // SQLite would take the log of an empty database for a foreign one, and delete it.
        return Err(Error::Damaged);
    }
    // Made private before SQLite opens it, which gives its other files the same mode.
    private::open_or_create(&folder.join(FILE))?;
    let mut connection = Connection::open(folder.join(FILE))?;
    tune(&connection)?;
    check_origin(&connection)?;
    if older == Older::Refuse && is_older(&connection, migrations).map_err(migration_error)? {
        return Err(Error::Older);
    }
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Folder(format!("this file system lets SQLite keep no write-ahead log ({mode})")));
    }
    connection.pragma_update(None, "synchronous", durability.synchronous())?;
    migrations.to_latest(&mut connection).map_err(migration_error)?;
    if application_id(&connection)? != APPLICATION_ID {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    // An object's row is deleted only with all of its tenant, so no reference to it can break; looking each one up again would
    // cost a tenth of a write.
    // Migrations, which come before this, run with the look.
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
    if durability == Durability::Durable {
        sync_recovered(folder)?;
    }
    Ok(connection)
}

/// Whether an older version wrote the database. A new one has no version yet.
fn is_older(connection: &Connection, migrations: &Migrations<'_>) -> Result<bool, rusqlite_migration::Error> {
    let is_new = migrations.current_version(connection)? == SchemaVersion::NoneSet;
    Ok(!is_new && migrations.pending_migrations(connection)? > 0)
}

fn migration_error(error: rusqlite_migration::Error) -> Error {
    match error {
        rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            Error::Newer
        }
        rusqlite_migration::Error::RusqliteError { err, .. } if is_disk_full(&err) => Error::DiskFull,
        other => Error::Migration(other.to_string()),
    }
}

/// Syncs what was found in the log when the database was opened.
///
/// Readers see a commit only once it is synced, with one exception. A process can be killed between the writes of a commit and
/// their sync. If no other process has the database open then, the next one to open it takes over every whole commit in the log.
/// So each process syncs the log between opening the database and answering anything: the first one, and any that
/// opens the database meanwhile. Afterwards the log's index, which they share in memory, says what is committed.
fn sync_recovered(folder: &Path) -> io::Result<()> {
    let log = folder.join(format!("{FILE}{LOG}"));
    match OpenOptions::new().write(true).open(log) {
        Ok(log) if log.metadata()?.len() > 0 => {
            log.sync_data()?;
            // The file itself can be as new as what is in it.
            disk::sync_folder(folder)
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Opens a connection for checkpoints.
pub(super) fn open_for_checkpoints(folder: &Path, durability: Durability) -> Result<Connection, Error> {
    let connection = open_existing(&folder.join(FILE))?;
    connection.pragma_update(None, "synchronous", durability.synchronous())?;
    Ok(connection)
}

/// Whether the database was emptied, and its log left.
fn is_emptied(folder: &Path) -> bool {
    let length = |name: &str| folder.join(name).metadata().map_or(0, |file| file.len());
    is_there(folder) && length(FILE) == 0 && length(&format!("{FILE}{LOG}")) > 0
}

/// Refuses a database of another program's, and a damaged one, before anything of it is changed.
fn check_origin(connection: &Connection) -> Result<(), Error> {
    // Until it is known whose it is, closing it leaves its log alone too.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let ours = is_ours(connection).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::Foreign,
        Some(ErrorCode::DatabaseCorrupt) => Error::Damaged,
        _ => error.into(),
    })?;
    if !ours {
        return Err(Error::Foreign);
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// Databases of the first versions have no application id, and are told by their tables. A new one has neither.
fn is_ours(connection: &Connection) -> Result<bool, rusqlite::Error> {
    Ok(match application_id(connection)? {
        APPLICATION_ID => true,
        0 => matches!(tables(connection)?, (0, _) | (_, 3)),
        _ => false,
    })
}

/// How many tables, indexes and the like there are, and how many of the three tables that every directory has.
pub(super) fn tables(connection: &Connection) -> Result<(i32, i32), rusqlite::Error> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE type = 'table' AND name IN ('tenants', 'objects', 'changes'))
               FROM sqlite_schema";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The number in a database's header that tells whose it is.
pub(super) fn application_id(connection: &Connection) -> Result<i32, rusqlite::Error> {
    connection.query_row("PRAGMA application_id", [], |row| row.get(0))
}

/// Opens the connection that writes the index, whose file is there.
pub(super) fn open_index(file: &Path, durability: Durability) -> Result<Connection, Error> {
    let connection = open_existing(file)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", durability.synchronous_of_index())?;
    connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
    connection.pragma_update(None, "wal_autocheckpoint", INDEX_LOG_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", i64::from(INDEX_LOG_PAGES) * PAGE_BYTES)?;
    Ok(connection)
}

/// Opens a connection that only reads, of the database in this file.
pub(super) fn open_reader(file: &Path) -> Result<Connection, Error> {
    let connection = open_existing(file)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", READER_CACHE)?;
    Ok(connection)
}

/// Has the connection's statements end with an error once this is true. `None`: they run to their ends.
pub(super) fn interrupt_when(connection: &Connection, abandoned: Option<Arc<AtomicBool>>) {
    let handler = abandoned.map(|abandoned| move || abandoned.load(Ordering::Relaxed));
    // It fails for a connection that another library opened: these are none.
    let _ = connection.progress_handler(STEPS_BETWEEN_LOOKS, handler);
}

/// How many steps the statements of a connection may still do, all together.
pub(super) struct StepLimit(Arc<AtomicU32>);

impl StepLimit {
    /// That of a connection, which is none at first. From the moment on that it is reached, statements end with an error.
    pub(super) fn of(connection: &Connection) -> Self {
        let looks = Arc::new(AtomicU32::new(u32::MAX));
        let left = looks.clone();
        let is_reached = move || {
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        };
        // It fails for a connection that another library opened: these are none.
        let _ = connection.progress_handler(FEW_STEPS_BETWEEN_LOOKS.into(), Some(is_reached));
        Self(looks)
    }

    /// Sets it to so many. SQLite goes on counting where a statement's last run ended: each may seem to do a look's steps more.
    pub(super) fn set(&self, steps: u32) {
        self.0.store(steps / u32::from(FEW_STEPS_BETWEEN_LOOKS), Ordering::Relaxed);
    }

    /// Lifts it.
    pub(super) fn lift(&self) {
        self.0.store(u32::MAX, Ordering::Relaxed);
    }
}

fn open_existing(file: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    tune(&connection)?;
    Ok(connection)
}

fn tune(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Otherwise a statement whose parameter is compared with a partial index's condition is planned anew at each use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // The writer says when.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // On macOS a sync otherwise leaves what it syncs in the drive's cache. No effect elsewhere.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(())
}

/// Has the writer give back what the log's file has beyond so many pages, when it begins the log anew.
pub(super) fn limit_log(writer: &Connection, pages: u32) -> Result<(), rusqlite::Error> {
    writer.pragma_update(None, "journal_size_limit", i64::from(pages) * PAGE_BYTES)
}

/// How many pages the write-ahead log has.
pub(super) fn log_pages(connection: &Connection) -> Result<u32, rusqlite::Error> {
    let mut look = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?;
    let pages: i64 = look.query_row([], |row| row.get(1))?;
    Ok(u32::try_from(pages).unwrap_or_default())
}

/// Moves what it can of the log into the database, beside readers and a writer.
pub(super) fn move_log(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

/// Moves all of the log into the database, so that the next write begins it anew. `false`: another process reads or
/// writes, which isn't waited for.
pub(super) fn restart_log(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.busy_timeout(Duration::ZERO)?;
    let began = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| Ok(!row.get::<_, bool>(0)?));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    began
}
