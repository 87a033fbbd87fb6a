//! The data folder: where the database and the signing key lie, who may read them, and that one server
//! alone serves it.

use crate::auth::keys::{self, KeyError, Keys};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const KEY_FILE: &str = "signing-key.pem";
const LOCK_FILE: &str = "server.lock";

/// Why a data folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another server serves it.
    #[error("another server is running on {0}: stop it, or choose another folder with --data")]
    InUse(PathBuf),
    /// Others than the owner can read or write the signing key.
    #[error(
        "{0} can be read by others than its owner: make it private with `chmod 600`; or delete it while no server runs, to get a new key"
    )]
    KeyNotPrivate(PathBuf),
    /// The signing key can't be read or made.
    #[error("{0}: {1}")]
    Key(PathBuf, KeyError),
    /// The file system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// A data folder: one that stays, or one that goes away with the process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    ephemeral: Option<TempDir>,
}

/// Holds the folder for one server, until dropped.
#[derive(Debug)]
pub struct ServerLock(#[expect(dead_code, reason = "held, not read")] File);

impl Folder {
    /// The folder at this path, made where there is none.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        make_folder(path).map_err(|error| FolderError::Io(path.into(), error))?;
        Ok(Self { path: path.into(), ephemeral: None })
    }

    /// A new private folder that is removed when this value is dropped.
    pub fn ephemeral() -> Result<Self, FolderError> {
        let folder = tempfile::Builder::new().prefix("roster-").tempdir();
        let folder = folder.map_err(|error| FolderError::Io(std::env::temp_dir(), error))?;
        Ok(Self { path: folder.path().into(), ephemeral: Some(folder) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it goes away with the process.
    pub fn is_ephemeral(&self) -> bool {
        self.ephemeral.is_some()
    }

    /// Takes the folder for one server.
    pub fn lock(&self) -> Result<ServerLock, FolderError> {
        let path = self.path.join(LOCK_FILE);
        let failed = |error| FolderError::Io(path.clone(), error);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock(file)),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(self.path.clone())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// The signing key of the data folder at this path, made where there is none. Takes up to a second then.
pub fn keys(folder: &Path) -> Result<Keys, FolderError> {
    if let Some(keys) = existing_keys(folder)? {
        return Ok(keys);
    }
    let path = folder.join(KEY_FILE);
    make_key(folder, &path)?;
    // Another process may have been first: what lies there counts.
    existing_keys(folder)?.ok_or_else(|| FolderError::Io(path, io::ErrorKind::NotFound.into()))
}

/// The same where there is one already: quick, and fails where it can't be used.
pub fn existing_keys(folder: &Path) -> Result<Option<Keys>, FolderError> {
    let path = folder.join(KEY_FILE);
    let text = read_private(&path)?;
    text.map(|text| Keys::from_pem(&text).map_err(|error| FolderError::Key(path, error))).transpose()
}

fn make_key(folder: &Path, path: &Path) -> Result<(), FolderError> {
    let text = keys::generate().map_err(|error| FolderError::Key(path.into(), error))?;
    let failed = |error| FolderError::Io(path.into(), error);
    // Written beside and put in place whole, so that no start finds half a key. Private from the beginning.
    let mut file = tempfile::Builder::new().prefix(".key-").tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(folder).map_err(failed),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error.error)),
    }
}

fn read_private(path: &Path) -> Result<Option<String>, FolderError> {
    let failed = |error| FolderError::Io(path.into(), error);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if !is_private(&file).map_err(failed)? {
        return Err(FolderError::KeyNotPrivate(path.into()));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(Some(text))
}

#[cfg(unix)]
fn is_private(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_: &File) -> io::Result<bool> {
    Ok(true)
}

/// Makes the folder at this path, and those above it that aren't there. Each is synced into the one above: what is
/// synced within a folder is lost with it where the disk has never heard of the folder itself.
fn make_folder(path: &Path) -> io::Result<()> {
    let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<&Path> = path.ancestors().take_while(is_new).collect();
    make_private_folder(path)?;
    new.into_iter().filter_map(Path::parent).try_for_each(sync_folder)
}

/// Has the names in a folder on disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let here = Path::new(".");
    File::open(if path.as_os_str().is_empty() { here } else { path })?.sync_all()
}

/// Other systems open no folders, and keep their names by themselves.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn make_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}
