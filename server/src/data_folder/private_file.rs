//! The small files of a data folder: keys and certificates, which nobody else may read unless their owner lets them. They are written beside and put in place
//! whole, so that nobody finds half of one, and are private from the beginning.

use super::FolderError;
use crate::files::{disk::sync_folder, private};
use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};
use tempfile::NamedTempFile;

/// How the names of files begin that are being written.
const NEW: &str = ".key-";

/// The size of a file at most, in bytes: an RSA key of 16,384 bits takes a fifth of it.
const LARGEST: u64 = 64 << 10;

/// What is in a file that nobody else may read. `None`: there is none.
pub(super) fn read_secret(path: &Path) -> Result<Option<String>, FolderError> {
    private::open_key(path)?.map(|file| read_all(path, file)).transpose()
}

/// What is in a file that others may read. `None`: there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, FolderError> {
    private::open(path)?.map(|file| read_all(path, file)).transpose()
}

fn read_all(path: &Path, file: File) -> Result<String, FolderError> {
    let mut text = String::new();
    let read = file.take(LARGEST + 1).read_to_string(&mut text);
    if read.map_err(|error| FolderError::Io(path.into(), error))? as u64 > LARGEST {
        return Err(FolderError::TooLarge(path.into()));
    }
    Ok(text)
}

/// Writes a file where there is none. Whether another process was first is for the caller to find out, who reads what is there.
pub(super) fn write_first(path: &Path, text: &str) -> Result<(), FolderError> {
    let failed = |error| FolderError::Io(path.into(), error);
    match written(path, text).map_err(failed)?.persist_noclobber(path) {
        Ok(_) => sync_folder(folder(path)).map_err(failed),
        // A server that starts just then may have taken the file beside for a leftover.
        Err(error)
            if matches!(error.error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) =>
        {
            Ok(())
        }
        Err(error) => Err(failed(error.error)),
    }
}

/// Writes a file in place of the one that may be there.
pub(super) fn write_anew(path: &Path, text: &str) -> Result<(), FolderError> {
    let failed = |error| FolderError::Io(path.into(), error);
    let write = || written(path, text)?.persist(path).map_err(|error| error.error);
    // A server that starts just then may take the file beside for a leftover.
    let is_lost = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    write().or_else(|error| if is_lost(&error) { write() } else { Err(error) }).map_err(failed)?;
    sync_folder(folder(path)).map_err(failed)
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> Result<(), FolderError> {
    let removed = fs::remove_file(path).and_then(|()| sync_folder(folder(path)));
    removed.map_err(|error| FolderError::Io(path.into(), error))
}

fn written(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(NEW).tempfile_in(folder(path))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Whether a file of this name is one that was being written.
pub(super) fn is_new(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(NEW.as_bytes())
}

/// Removes what processes left that were killed while they wrote.
pub(super) fn remove_new(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_new(&entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
