//! The file of the index: made, opened, and taken away where it can't be used. What is in its tables is known elsewhere.

use super::driver;
use crate::{
    files::private,
    store::{
        Error,
        engine::{self, Batch, Durability, OwnConnection},
    },
};
use std::{fs, io, path::PathBuf};

/// Tells in a database's header that it is an index of Roster's: "Rosi", in ASCII.
const APPLICATION_ID: i32 = 0x526f_7369;

/// Raised with every change of `index.sql`.
const SCHEMA_VERSION: i32 = 2;

/// Where the index of a directory lies, and the directory.
pub(in crate::store) struct IndexFile {
    folder: PathBuf,
    durability: Durability,
}

/// Which file lies in a place: another one has another identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Identity(u64, u64);

/// Why what lies in an index's place can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Nothing does, or an empty file.
    #[error("there is none")]
    Missing,
    /// It can't be read, or has what no index has.
    #[error("it is damaged")]
    Damaged,
    /// It is another program's database.
    #[error("index.sqlite is another program's")]
    Foreign,
    /// Another version of Roster wrote it.
    #[error("another version of Roster wrote it")]
    OtherVersion,
    /// What it has is of another directory, or of another copy of this one.
    #[error("it doesn't go with this copy of the directory")]
    OtherCopy,
}

impl IndexFile {
    /// The one in this folder.
    pub(in crate::store) fn of(folder: PathBuf, durability: Durability) -> Self {
        Self { folder, durability }
    }

    /// Opens it for the thread that writes it.
    pub(in crate::store) fn open(&self) -> Result<OwnConnection, Error> {
        let path = self.path();
        private::open_or_create(&path)?;
        Ok(OwnConnection::Sqlite(driver::open_index(&path, self.durability)?))
    }

    /// Opens it for reading, if it is one that this version wrote.
    pub(in crate::store) fn open_ours(&self) -> Result<OwnConnection, Unusable> {
        if !self.path().exists() {
            return Err(Unusable::Missing);
        }
        let read = || {
            let connection = driver::open_reader(&self.path())?;
            // All of one moment: it may be being made.
            let moment = connection.unchecked_transaction()?;
            let application = driver::application_id(&moment)?;
            let version: i32 = moment.pragma_query_value(None, "user_version", |row| row.get(0))?;
            let (tables, _) = driver::tables(&moment)?;
            drop(moment);
            Ok::<_, Error>((connection, application, version, tables))
        };
        match read().map_err(|_| Unusable::Damaged)? {
            (connection, APPLICATION_ID, SCHEMA_VERSION, _) => Ok(OwnConnection::Sqlite(connection)),
            (_, APPLICATION_ID, ..) => Err(Unusable::OtherVersion),
            // Emptied, or being made.
            (.., 0) => Err(Unusable::Missing),
            _ => Err(Unusable::Foreign),
        }
    }

    /// Makes one in place of what lies there: its tables, and what is to be in them from the beginning.
    pub(in crate::store) fn make(
        &self,
        fill: impl FnOnce(engine::Connection<'_>) -> Result<(), Error>,
    ) -> Result<OwnConnection, Error> {
        for name in driver::INDEX_FILES {
            match fs::remove_file(self.folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        let index = self.open()?;
        let batch = Batch::begin(index.lend())?;
        let OwnConnection::Sqlite(connection) = &index;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        connection.execute_batch(include_str!("index.sql"))?;
        fill(index.lend())?;
        batch.commit()?;
        Ok(index)
    }

    /// Opens it for reading.
    pub(in crate::store) fn open_reader(&self) -> Result<OwnConnection, Error> {
        Ok(OwnConnection::Sqlite(driver::open_reader(&self.path())?))
    }

    /// Opens the directory for reading.
    pub(in crate::store) fn open_directory(&self) -> Result<OwnConnection, Error> {
        super::open_directory(&self.folder)
    }

    /// Which file lies in its place. `None`: there is none.
    pub(in crate::store) fn identity(&self) -> Option<Identity> {
        identity(&fs::metadata(self.path()).ok()?)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(driver::INDEX_FILE)
    }
}

#[cfg(unix)]
fn identity(file: &fs::Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some(Identity(file.dev(), file.ino()))
}

/// An open file can't be taken away there.
#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<Identity> {
    Some(Identity(0, 0))
}
