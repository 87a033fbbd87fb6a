//! Starts on a disk that is full, or has room for only a part of what a start writes.

use crate::{
    disk::Disk,
    roster::{Server, printed},
    wrong_folder::start,
};
use std::{fs::OpenOptions, io::Write, path::Path};

const SIZE: u64 = 4 << 20;
const PAGE: u64 = 4 << 10;
/// More than a start needs.
const ENOUGH: u64 = 1 << 20;

/// Fills the disk but for this many bytes.
fn leave(ballast: &Path, bytes: u64) {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(ballast).unwrap();
    while file.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(bytes)).unwrap();
}

/// Starts with more and more room, until one serves; how many were refused.
fn refusals(disk: &Disk, data: &Path) -> usize {
    let ballast = disk.path().join("ballast");
    let mut refused = 0;
    for free in (0..ENOUGH).step_by(PAGE as usize) {
        leave(&ballast, free);
        match start(data) {
            Ok(_) => return refused,
            Err(said) => {
                assert!(said.contains("the disk is full"), "with {free} bytes free: {said}");
                assert!(said.contains(data.to_str().unwrap()), "{said}");
                refused += 1;
            }
        }
    }
    panic!("no start was served");
}

#[test]
fn a_first_start_on_a_full_disk_says_that_it_is_full() {
    let disk = Disk::of_size(SIZE);
    let data = disk.path().join("data");
    assert!(refusals(&disk, &data) > 1);
    std::fs::remove_file(disk.path().join("ballast")).unwrap();
    assert!(Server::start(&data, &[]).terminate().success());
}

#[test]
fn a_later_start_on_a_full_disk_says_that_it_is_full() {
    let disk = Disk::of_size(SIZE);
    let data = disk.path().join("data");
    printed(&["tenant", "create", "--data", data.to_str().unwrap()]);
    assert!(refusals(&disk, &data) > 0);
    std::fs::remove_file(disk.path().join("ballast")).unwrap();
    assert!(Server::start(&data, &[]).terminate().success());
}
