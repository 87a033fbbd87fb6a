//! The files of the signing keys: the one that signs, and those that signed before until their tokens have ended.

use super::{FolderError, private_file};
use crate::{
    auth::{
        keys::{self, KeyError, Keys},
        retired_keys::RetiredKeys,
    },
    store::MigrationLock,
};
use chrono::{DateTime, Utc};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The key that signs.
const KEY_FILE: &str = "signing-key.pem";

/// Those that signed before, each with the time at which it was retired.
const RETIRED_FILE: &str = "retired-keys.pem";

/// What others must not read.
pub(super) const SECRETS: [&str; 2] = [KEY_FILE, RETIRED_FILE];

/// The signing keys of the data folder at this path; the one that signs is made where there is none. Takes up to a second then.
pub fn keys(folder: &Path) -> Result<Keys, FolderError> {
    let path = folder.join(KEY_FILE);
    // A server that starts just then may take the new key's file for a leftover and remove it. Only one server can start.
    for _ in 0..2 {
        if let Some(keys) = existing_keys(folder)? {
            return Ok(keys);
        }
        let new = keys::generate().map_err(of(&path))?;
        private_file::write_first(&path, &new)?;
    }
    // Another process may have been first: what lies there counts.
    existing_keys(folder)?.ok_or_else(|| FolderError::Io(path, io::ErrorKind::NotFound.into()))
}

/// The same where there is one already: quick, and fails where it can't be used.
pub fn existing_keys(folder: &Path) -> Result<Option<Keys>, FolderError> {
    KeyTexts::read(folder)?.keys(folder)
}

/// What the keys in a folder are read from, by which it is seen whether these have changed.
#[derive(Default, PartialEq, Eq)]
pub struct KeyTexts {
    current: Option<String>,
    retired: Option<String>,
}

impl KeyTexts {
    /// Reads the files in this folder. The key that signs is read first: whoever finds a new one there finds the one before among the
    /// retired.
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let current = private_file::read_secret(&folder.join(KEY_FILE))?;
        let retired = private_file::read_secret(&folder.join(RETIRED_FILE))?;
        Ok(Self { current, retired })
    }

    /// Whether there is a key that signs.
    pub fn has_current(&self) -> bool {
        self.current.is_some()
    }

    /// Whether the tokens of a retired key have ended by now.
    pub fn has_ended(&self, folder: &Path, now: DateTime<Utc>) -> Result<bool, FolderError> {
        Ok(self.retired(folder)?.forget_ended(now))
    }

    fn keys(&self, folder: &Path) -> Result<Option<Keys>, FolderError> {
        let retired = self.retired(folder)?;
        let read = |text: &String| Keys::with_retired(text, &retired).map_err(of(&folder.join(KEY_FILE)));
        self.current.as_ref().map(read).transpose()
    }

    fn retired(&self, folder: &Path) -> Result<RetiredKeys, FolderError> {
        let text = self.retired.as_deref().unwrap_or_default();
        RetiredKeys::read(text).map_err(of(&folder.join(RETIRED_FILE)))
    }
}

/// Has a new key sign from now on. The one before is retired first, so that its tokens are known whatever happens in between. A server
/// that runs takes both over.
pub fn rotate_keys(migrations: &MigrationLock, now: DateTime<Utc>) -> Result<Keys, FolderError> {
    let folder = migrations.folder();
    // Where there is none, a server may just be making it: it is to know that one.
    keys(folder)?;
    let found = KeyTexts::read(folder)?;
    let path = folder.join(KEY_FILE);
    let current = found.current.as_ref().ok_or_else(|| missing(&path))?;
    let mut retired = found.retired(folder)?;
    retired.forget_ended(now);
    retired.add(current, now).map_err(of(&path))?;
    let new = keys::generate().map_err(of(&path))?;
    write_retired(folder, &retired)?;
    private_file::write_anew(&path, &new)?;
    existing_keys(folder)?.ok_or_else(|| missing(&path))
}

/// Removes retired keys whose tokens have ended by now.
pub fn forget_ended_keys(migrations: &MigrationLock, now: DateTime<Utc>) -> Result<(), FolderError> {
    let folder = migrations.folder();
    let mut retired = KeyTexts::read(folder)?.retired(folder)?;
    if retired.forget_ended(now) { write_retired(folder, &retired) } else { Ok(()) }
}

/// Only whoever holds the lock of migrations writes them: two at once would lose one's keys.
fn write_retired(folder: &Path, retired: &RetiredKeys) -> Result<(), FolderError> {
    let path = folder.join(RETIRED_FILE);
    match retired.write() {
        Some(text) => private_file::write_anew(&path, &text),
        None => private_file::remove(&path),
    }
}

/// What came of a key in this file.
fn of(path: &Path) -> impl Fn(KeyError) -> FolderError + use<> {
    let path = PathBuf::from(path);
    move |error| FolderError::Key(path.clone(), error)
}

fn missing(path: &Path) -> FolderError {
    FolderError::Io(path.into(), io::ErrorKind::NotFound.into())
}
