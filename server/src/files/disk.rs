//! What is the same for every file on a disk: that the names in a folder are synced, and whether there is room.

use std::{fs, io, path::Path};

/// Whether the disk had no room for a file.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Has the names in a folder on disk.
#[cfg(unix)]
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let here = Path::new(".");
    fs::File::open(if path.as_os_str().is_empty() { here } else { path })?.sync_all()
}

/// Other systems open no folders, and keep their names by themselves.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
