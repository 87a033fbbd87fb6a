//! The file of the index: made, opened, and taken away where it can't be used. What is in its tables is known elsewhere.

use super::driver;
use crate::{
    files::private,
    store::{
        Error,
        engine::{Durability, OwnConnection},
    },
};
use std::{fs, io, path::PathBuf};

/// Tells in a database's header that it is an index of Roster's: "Rosi", in ASCII.
const APPLICATION_ID: i32 = 0x526f_7369;

/// Raised with every change of `index.sql`.
const SCHEMA_VERSION: i32 = 1;

/// Where the index of a directory lies, and the directory.
pub(in crate::store) struct IndexFile {
    folder: PathBuf,
    durability: Durability,
}

/// Which file lies in a place: another one has another identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Identity(u64, u64);

impl IndexFile {
    /// The one in this folder.
    pub(in crate::store) fn of(folder: PathBuf, durability: Durability) -> Self {
        Self { folder, durability }
    }

    /// Opens it for the thread that writes it. `None`: what lies there can't be used.
    pub(in crate::store) fn open(&self) -> Result<Option<OwnConnection>, Error> {
        let path = self.path();
        if !path.is_file() {
            return Ok(None);
        }
        private::open_or_create(&path)?;
        let Ok(connection) = driver::open_index(&path, self.durability) else { return Ok(None) };
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let is_ours =
            (number("application_id"), number("user_version")) == (Ok(APPLICATION_ID), Ok(SCHEMA_VERSION));
        Ok(is_ours.then_some(OwnConnection::Sqlite(connection)))
    }

    /// Makes an empty one in place of what lies there.
    pub(in crate::store) fn make(&self) -> Result<OwnConnection, Error> {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            match fs::remove_file(self.folder.join(format!("{}{suffix}", driver::INDEX_FILE))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        let path = self.path();
        private::open_or_create(&path)?;
        let connection = driver::open_index(&path, self.durability)?;
        connection.execute_batch(&format!("BEGIN; {} COMMIT", include_str!("index.sql")))?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        Ok(OwnConnection::Sqlite(connection))
    }

    /// Opens it for reading.
    pub(in crate::store) fn open_reader(&self) -> Result<OwnConnection, Error> {
        Ok(OwnConnection::Sqlite(driver::open_reader(&self.path())?))
    }

    /// Opens the directory for reading.
    pub(in crate::store) fn open_directory(&self) -> Result<OwnConnection, Error> {
        Ok(OwnConnection::Sqlite(driver::open_reader(&self.folder.join(driver::FILE))?))
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
