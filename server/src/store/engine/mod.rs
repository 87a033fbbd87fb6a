//! The boundary between the store and the database that holds its data: connections, rows, values and faults in
//! the store's own types. What is known of SQLite lies below, in `sqlite/`; nothing above names its types.
//!
//! Statements are plain SQL, one text for every engine, with parameters `?1`, `?2` and so on. A second engine is a second
//! variant of each enum here.

mod sqlite;

pub use sqlite::{
    DIRECTORY_FILES, Durability, FILE, INDEX_FILES, LOG_FILTER, MIGRATION_LOCK, MigrationLock, Unusable,
};
pub(super) use sqlite::{Engine, Identity, IndexFile, is_foreign, is_there, open_directory};

use super::Error;
use std::{mem, ops::ControlFlow};
use uuid::Uuid;

/// A connection, lent to a unit of work.
#[derive(Clone, Copy)]
pub(super) enum Connection<'c> {
    Sqlite(&'c sqlite::Connection),
}

/// A connection of one's own.
pub(super) enum OwnConnection {
    Sqlite(sqlite::Connection),
}

impl OwnConnection {
    /// Lends it to a unit of work.
    pub(super) fn lend(&self) -> Connection<'_> {
        let Self::Sqlite(connection) = self;
        Connection::Sqlite(connection)
    }
}

/// A row of what a query gives.
pub(super) enum Row<'r> {
    Sqlite(&'r sqlite::Row<'r>),
}

/// What a statement is given for a parameter. Nothing is copied but numbers and ids.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'v> {
    Number(Option<i64>),
    Flag(Option<bool>),
    Text(Option<&'v str>),
    Id(Option<Uuid>),
    Bytes(&'v [u8]),
}

/// The parameters of a statement, in their order.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::store::engine::Value::from($value)),*] };
}
pub(super) use params;

/// What a column holds: a number, a flag, a text, an id or bytes, each perhaps null.
pub(super) trait Column: sqlite::FromSql {}

impl Column for i64 {}
impl Column for bool {}
impl Column for String {}
impl Column for Uuid {}
impl Column for Vec<u8> {}
impl<const BYTES: usize> Column for [u8; BYTES] {}
impl<T: Column> Column for Option<T> {}

/// The database refused, or failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DatabaseError(Cause);

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Sqlite(sqlite::Error),
}

impl DatabaseError {
    /// Whether the same call may well succeed later: the disk is full or slow, another process writes.
    pub(super) fn is_passing(&self) -> bool {
        let Cause::Sqlite(error) = &self.0;
        sqlite::faults::is_passing(error)
    }

    /// Whether the database is damaged, or the disk on which it lies.
    pub(super) fn is_damage(&self) -> bool {
        let Cause::Sqlite(error) = &self.0;
        sqlite::faults::is_damage(error)
    }

    /// Whether the disk had no room for what the database had to write.
    pub(super) fn is_disk_full(&self) -> bool {
        let Cause::Sqlite(error) = &self.0;
        sqlite::faults::is_disk_full(error)
    }
}

impl Connection<'_> {
    /// The row of a query that has one at most.
    pub(super) fn one<T>(
        self,
        sql: &str,
        parameters: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Self::Sqlite(connection) = self;
        sqlite::statements::one(connection, sql, parameters, |row| read(&Row::Sqlite(row)))
    }

    /// Hands over the rows of a query, one after another, until it is told to stop.
    pub(super) fn each(
        self,
        sql: &str,
        parameters: &[Value<'_>],
        mut take: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let Self::Sqlite(connection) = self;
        sqlite::statements::each(connection, sql, parameters, |row| take(&Row::Sqlite(row)))
    }

    /// Runs a statement, and says how many rows it changed.
    pub(super) fn run(self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        let Self::Sqlite(connection) = self;
        sqlite::statements::run(connection, sql, parameters)
    }

    /// Whether a transaction is open.
    pub(super) fn is_in_transaction(self) -> bool {
        let Self::Sqlite(connection) = self;
        !connection.is_autocommit()
    }
}

/// Everything that a connection reads until this is dropped is of one moment.
pub(super) struct Snapshot<'c>(Connection<'c>);

impl<'c> Snapshot<'c> {
    /// Begins one, or goes on with the one that was kept.
    pub(super) fn begin(connection: Connection<'c>) -> Result<Self, Error> {
        if !connection.is_in_transaction() {
            connection.run("BEGIN", params![])?;
        }
        Ok(Self(connection))
    }

    /// Leaves it to what goes on with it, or ends it.
    pub(super) fn keep(self) {
        mem::forget(self);
    }

    pub(super) fn connection(&self) -> Connection<'c> {
        self.0
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Nothing was written: it can't fail, unless the snapshot has ended by itself.
        let _ = self.0.run("COMMIT", params![]);
    }
}

/// A unit of work that writes, and is undone where it isn't committed.
pub(super) struct Batch<'c>(Connection<'c>);

impl<'c> Batch<'c> {
    pub(super) fn begin(connection: Connection<'c>) -> Result<Self, Error> {
        connection.run("BEGIN IMMEDIATE", params![])?;
        Ok(Self(connection))
    }

    pub(super) fn commit(self) -> Result<(), Error> {
        self.0.run("COMMIT", params![]).map(drop)
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if self.0.is_in_transaction() {
            // A disk that is full may have undone it already.
            let _ = self.0.run("ROLLBACK", params![]);
        }
    }
}

impl Row<'_> {
    /// What a column holds, the first of which is 0.
    pub(super) fn get<T: Column>(&self, column: usize) -> Result<T, Error> {
        let Self::Sqlite(row) = self;
        Ok(row.get(column)?)
    }

    /// The bytes that a column holds, where they lie.
    pub(super) fn bytes(&self, column: usize) -> Result<&[u8], Error> {
        let Self::Sqlite(row) = self;
        row.get_ref(column)?.as_blob().map_err(|_| Error::Corrupt("a column that has no bytes"))
    }
}

/// The types that a variant of [`Value`] is made of.
macro_rules! values {
    ($($variant:ident: $($from:ty)|+ => |$value:ident| $made:expr;)+) => {
        $($(impl<'v> From<$from> for Value<'v> {
            fn from($value: $from) -> Self {
                Self::$variant($made)
            }
        })+)+
    };
}

values! {
    Number: i64 => |number| Some(number);
    Number: Option<i64> => |number| number;
    Flag: bool => |flag| Some(flag);
    Flag: Option<bool> => |flag| flag;
    Text: &'v str | &'v String => |text| Some(text);
    Text: Option<&'v str> => |text| text;
    Id: Uuid => |id| Some(id);
    Id: Option<Uuid> => |id| id;
    Bytes: &'v [u8] => |bytes| bytes;
}
