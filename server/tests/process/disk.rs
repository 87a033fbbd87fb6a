//! A disk of its own for a test: in memory, of a given size. Mounting needs root, which CI has.

use std::{path::Path, process::Command};
use tempfile::TempDir;

/// A mounted disk, gone when dropped.
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Mounts an empty disk of so many bytes.
    pub fn of_size(bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        mount(&["-t", "tmpfs", "-o", &format!("size={bytes},mode=700"), "roster-test"], folder.path());
        Self { folder }
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes it read-only.
    pub fn make_read_only(&self) {
        mount(&["-o", "remount,ro"], self.path());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that was killed may still hold a file.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

fn mount(arguments: &[&str], path: &Path) {
    let output = Command::new("mount").args(arguments).arg(path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "these tests mount disks of their own, which needs root: {said}");
}
