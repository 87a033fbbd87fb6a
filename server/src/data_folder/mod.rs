//! The data folder: where the database, keys and certificates lie, who may read them, and that only one
//! server serves it.

mod certificates;
mod private_file;
mod signing_keys;

use crate::{
    auth::{
        certificates::CertificateError,
        keys::{KeyError, Keys},
    },
    files::{
        disk::{self, sync_folder},
        lock::{Holder, Lock, LockError},
        private::{self, AccessError},
    },
    store::{self, MigrationLock, Store},
};
pub use certificates::CertificateFiles;
pub use signing_keys::{KeyTexts, existing_keys, forget_ended_keys, keys, rotate_keys};
use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const LOCK_FILE: &str = "server.lock";

/// The folder in which file systems keep what a repair found, at the top of each.
const LOST_AND_FOUND: &str = "lost+found";

/// Why a data folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another server serves it.
    #[error("another server is running on {0} ({1}): stop it, or choose another folder with --data")]
    InUse(PathBuf, Holder),
    /// Others than its owner can get at it.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// What lies in the place of a key or a certificate is too large.
    #[error("{0} has more than 64 kB, and can't be a key or a certificate")]
    TooLarge(PathBuf),
    /// The signing key can't be read or made.
    #[error("{0}: {1}")]
    Key(PathBuf, KeyError),
    /// A certificate or its key can't be read or made.
    #[error("{0}: {1}")]
    Certificate(PathBuf, CertificateError),
    /// It holds this, and no directory.
    #[error(
        "{0} holds other files, such as {1}, and no directory of Roster's: choose a new or empty folder with --data"
    )]
    NotEmpty(PathBuf, String),
    /// The database in it is another program's.
    #[error("{0} isn't a directory of Roster's: choose another folder with --data")]
    Foreign(PathBuf),
    /// The file system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

impl FolderError {
    /// Whether there was no room on the disk.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Io(_, error) | Self::Access(AccessError::Io(_, error)) if disk::is_full(error))
    }
}

/// A data folder: one that stays, or one that goes away with the process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    ephemeral: Option<TempDir>,
}

/// Holds the folder for one server, or for a command that brings its database up to date, until dropped.
#[derive(Debug)]
pub struct ServerLock(#[expect(dead_code, reason = "held, not read")] Lock);

impl Folder {
    /// The folder at this path, looked at and left as it is; there need be none yet. One that isn't private to this process's
    /// user is refused: with write access to it one has the directory and its key. So is one that holds something else.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |error| FolderError::Io(path.into(), error);
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                check_access(path)?;
                check_contents(path)?;
            }
            Ok(_) => return Err(failed(io::ErrorKind::NotADirectory.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        Ok(Self { path: path.into(), ephemeral: None })
    }

    /// Makes the folder, where there is none.
    pub fn make(&self) -> Result<(), FolderError> {
        make_folder(&self.path).map_err(|error| FolderError::Io(self.path.clone(), error))?;
        Ok(check_access(&self.path)?)
    }

    /// A new private folder that is removed when this value is dropped.
    pub fn ephemeral() -> Result<Self, FolderError> {
        let mut new = tempfile::Builder::new();
        #[cfg(unix)]
        new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = new.prefix("roster-").tempdir();
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

    /// What reads or makes the folder's keys, for a server that asks for them when it first needs them.
    pub fn load_keys(&self) -> impl Fn() -> Result<Keys, FolderError> + Send + Sync + use<> {
        let path = self.path.clone();
        move || keys(&path)
    }

    /// Takes the folder: while it is held, no other server starts on it, and no command brings its database up to date.
    ///
    /// It is only taken beside the lock of migrations, which a command gives back after this one. So it never meets that of a
    /// command: [`FolderError::InUse`] tells of a server.
    pub fn lock(&self, _migrations: &MigrationLock) -> Result<ServerLock, FolderError> {
        let path = self.path.join(LOCK_FILE);
        let lock = Lock::try_take(&path).map_err(|error| match error {
            LockError::Held(holder) => FolderError::InUse(self.path.clone(), holder),
            LockError::Io(error) => FolderError::Io(path, error),
        })?;
        Ok(ServerLock(lock))
    }

    /// Removes what a process left that was killed while it made a key or a certificate. For a server that holds the folder: another
    /// process may be making one.
    pub fn remove_new_files(&self) -> Result<(), FolderError> {
        private_file::remove_new(&self.path).map_err(|error| FolderError::Io(self.path.clone(), error))
    }
}

fn check_access(folder: &Path) -> Result<(), AccessError> {
    let secrets =
        [&store::DIRECTORY_FILES[..], &store::INDEX_FILES, &certificates::SECRETS, &signing_keys::SECRETS]
            .concat();
    private::check(folder, &secrets, &[LOCK_FILE, store::MIGRATION_LOCK, certificates::CA_FILE])
}

/// Refuses a folder that is another program's, before anything is made in it.
fn check_contents(folder: &Path) -> Result<(), FolderError> {
    if Store::is_in(folder) {
        let foreign = Store::is_foreign_in(folder).then(|| FolderError::Foreign(folder.join(store::FILE)));
        return foreign.map_or(Ok(()), Err);
    }
    let failed = |error| FolderError::Io(folder.into(), error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !is_own(&name) {
            return Err(FolderError::NotEmpty(folder.into(), name.to_string_lossy().into_owned()));
        }
    }
    Ok(())
}

/// Whether a file is one that a start leaves which is killed before it has made the database, or the file system's. An index is
/// made later: without the database it is another program's file.
fn is_own(name: &OsStr) -> bool {
    let others = [certificates::CA_FILE, LOCK_FILE, store::MIGRATION_LOCK, LOST_AND_FOUND];
    private_file::is_new(name)
        || store::DIRECTORY_FILES
            .into_iter()
            .chain(certificates::SECRETS)
            .chain(signing_keys::SECRETS)
            .chain(others)
            .any(|own| name == own)
}

/// Makes the folder at this path, and those above it that aren't there. Each is synced into the one above: what is
/// synced within a folder is lost with it where the disk has never heard of the folder itself.
fn make_folder(path: &Path) -> io::Result<()> {
    let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<&Path> = path.ancestors().take_while(is_new).collect();
    make_private_folder(path)?;
    new.into_iter().filter_map(Path::parent).try_for_each(sync_folder)
}

#[cfg(unix)]
fn make_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}
