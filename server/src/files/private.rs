//! Privacy of a data folder: how its files are opened, and that no other user can read or change them. Which files these are is
//! known elsewhere.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Why a folder or a file isn't private to its owner.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Another user, with this id, owns the folder or a file in it.
    #[error(
        "{0} belongs to user {1}, not to the one that runs this: run Roster as that user, or choose a folder of your own with --data"
    )]
    NotOwned(PathBuf, u32),
    /// Others than the owner can write to the folder or a file in it.
    #[error(
        "{0} can be written by others than its owner: see that it is as you left it, and take that from them with `chmod go-w '{0}'`"
    )]
    Writable(PathBuf),
    /// Others than the owner can read a file.
    #[error("{0} can be read by others than its owner: make it private with `chmod go= '{0}'`")]
    Readable(PathBuf),
    /// Others than the owner can read a key.
    #[error("{0} can be read by others than its owner: make it private with `chmod 600`")]
    KeyNotPrivate(PathBuf),
    /// The file system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// What users can do with a folder or file.
struct Access {
    owner: u32,
    /// Whether this process's user owns it.
    is_own: bool,
    /// Whether others can change it.
    is_writable: bool,
    /// Whether others can do nothing with it.
    is_private: bool,
}

/// Refuses a folder that others can write to, or that another user owns, and the same of these files in it. `secrets` are
/// refused too where others can read them.
pub fn check(folder: &Path, secrets: &[&str], others: &[&str]) -> Result<(), AccessError> {
    let of_folder = fs::metadata(folder).map_err(|error| AccessError::Io(folder.into(), error))?;
    let of_folder = access(&of_folder);
    of_folder.check(folder)?;
    for name in secrets.iter().chain(others) {
        let path = folder.join(name);
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(AccessError::Io(path, error)),
        };
        check_file(&path, &found)?;
        // No other user gets at a file within a private folder.
        let is_private = of_folder.is_private || access(&found).is_private;
        if !is_private && secrets.contains(name) {
            return Err(AccessError::Readable(path));
        }
    }
    Ok(())
}

/// Refuses what isn't a regular file, can be written by others, or belongs to another user.
fn check_file(path: &Path, found: &Metadata) -> Result<(), AccessError> {
    if !found.is_file() {
        return Err(AccessError::Io(path.into(), not_a_file()));
    }
    access(found).check(path)
}

impl Access {
    fn check(&self, path: &Path) -> Result<(), AccessError> {
        if !self.is_own {
            return Err(AccessError::NotOwned(path.into(), self.owner));
        }
        if self.is_writable {
            return Err(AccessError::Writable(path.into()));
        }
        Ok(())
    }
}

/// Opens a key to be read, which no other user can read or write wherever it lies. `None`: there is none.
pub fn open_key(path: &Path) -> Result<Option<File>, AccessError> {
    let Some((file, found)) = open_own(path)? else { return Ok(None) };
    if access(&found).is_private { Ok(Some(file)) } else { Err(AccessError::KeyNotPrivate(path.into())) }
}

/// Opens a file to be read, which no other user can write. `None`: there is none.
pub fn open(path: &Path) -> Result<Option<File>, AccessError> {
    Ok(open_own(path)?.map(|(file, _)| file))
}

fn open_own(path: &Path) -> Result<Option<(File, Metadata)>, AccessError> {
    let failed = |error| AccessError::Io(path.into(), error);
    let file = match directly(OpenOptions::new().read(true)).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let found = file.metadata().map_err(failed)?;
    check_file(path, &found)?;
    Ok(Some((file, found)))
}

/// Opens a file to be read and written, made private where there is none.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = directly(&mut options).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_a_file()) }
}

fn not_a_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "this isn't a regular file (links aren't followed here)")
}

/// Opens without waiting, as for the other end of a named pipe, and follows no link.
#[cfg(unix)]
fn directly(options: &mut OpenOptions) -> &mut OpenOptions {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed())
}

#[cfg(unix)]
fn access(found: &Metadata) -> Access {
    use std::os::unix::fs::MetadataExt;
    Access {
        owner: found.uid(),
        is_own: found.uid() == rustix::process::geteuid().as_raw(),
        is_writable: found.mode() & 0o022 != 0,
        is_private: found.mode() & 0o077 == 0,
    }
}

/// Takes from others what they can do with a file.
#[cfg(unix)]
pub fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if access(&file.metadata()?).is_private {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn directly(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Other systems have rights of other kinds, which a folder takes from the one above it.
#[cfg(not(unix))]
fn access(_: &Metadata) -> Access {
    Access { owner: 0, is_own: true, is_writable: false, is_private: true }
}

#[cfg(not(unix))]
pub fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}
