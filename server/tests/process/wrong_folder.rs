//! Data folders that can't be served: each is refused with one line that tells why, and is left as it was.

use crate::roster::{Server, printed, roster, run};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs::{self, OpenOptions, Permissions},
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::{FileExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Stdio,
};
use tempfile::TempDir;

const DATABASE: &str = "roster.sqlite";
const LOG: &str = "roster.sqlite-wal";

/// An empty folder that is private.
fn private() -> TempDir {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap()
}

/// A folder with a directory of one tenant, which no process serves.
pub fn directory() -> (TempDir, PathBuf) {
    let keep = tempfile::tempdir().unwrap();
    let data = keep.path().join("data");
    printed(&["tenant", "create", "--data", data.to_str().unwrap()]);
    (keep, data)
}

/// A folder with a database of another program's.
fn foreign(fill: impl FnOnce(&rusqlite::Connection)) -> (TempDir, PathBuf) {
    let keep = private();
    let data = keep.path().to_owned();
    let database = rusqlite::Connection::open(data.join(DATABASE)).unwrap();
    database.execute_batch("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')").unwrap();
    fill(&database);
    (keep, data)
}

/// The files that hold something, as they are on disk. Locks are empty.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let held = files.map(|path| (path.clone(), fs::read(path).unwrap()));
    // Shared memory, which SQLite creates again.
    held.filter(|(path, bytes)| !bytes.is_empty() && !path.to_str().unwrap().ends_with("-shm")).collect()
}

/// The names of all that is in a folder.
fn names(folder: &Path) -> BTreeSet<OsString> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

/// Starts a server on this folder and kills it. Where it refuses the folder, gives what it says: one line on standard error.
pub fn start(data: &Path) -> Result<(), String> {
    let mut serve = roster(&["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut announced = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut announced).unwrap();
    if !announced.is_empty() {
        child.kill().unwrap();
        child.wait().unwrap();
        return Ok(());
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("roster: ") && said.lines().count() == 1, "{said}");
    Err(said)
}

/// What the server says of a folder that it refuses.
pub fn refusal(data: &Path) -> String {
    start(data).err().unwrap_or_else(|| panic!("{} is served", data.display()))
}

/// The folder is refused with these words, and what it holds stays as it is.
pub fn refused(data: &Path, words: &str) {
    let before = contents(data);
    let said = refusal(data);
    assert!(said.contains(words), "{said}");
    assert!(contents(data) == before, "after '{said}' the folder isn't as it was");
}

#[test]
fn a_folder_of_a_newer_version_is_left_to_that() {
    let (_keep, data) = directory();
    let database = rusqlite::Connection::open(data.join(DATABASE)).unwrap();
    database.pragma_update(None, "user_version", 9999).unwrap();
    drop(database);
    refused(&data, "newer version");
}

#[test]
fn another_programs_database_is_not_taken_for_a_directory_and_nothing_is_put_beside_it() {
    let fills: [fn(&rusqlite::Connection); 4] = [
        |_| {},
        |database| database.pragma_update(None, "application_id", 42).unwrap(),
        |database| database.pragma_update(None, "user_version", 2).unwrap(),
        |database| database.pragma_update(None, "journal_mode", "WAL").unwrap(),
    ];
    for fill in fills {
        let (_keep, data) = foreign(fill);
        refused(&data, "isn't a directory of Roster's");
        assert_eq!(names(&data), BTreeSet::from([DATABASE.into()]));
    }
}

#[test]
fn a_folder_with_other_files_and_no_directory_is_refused_and_left_as_it_is() {
    for name in [".hidden", "notes", "roster.sqlite.bak", "server.lock.txt", "index.sqlite"] {
        let folder = private();
        fs::write(folder.path().join(name), "Notes of mine.").unwrap();
        refused(folder.path(), "holds other files, such as");
        let create = run(&["tenant", "create", "--data", folder.path().to_str().unwrap()]);
        assert!(String::from_utf8(create.stderr).unwrap().contains(name));
        assert_eq!(names(folder.path()), BTreeSet::from([name.into()]));
    }
    let folder = private();
    fs::create_dir(folder.path().join("src")).unwrap();
    assert!(refusal(folder.path()).contains("src"));
}

#[test]
fn an_empty_folder_and_the_top_of_a_file_system_are_taken() {
    let folder = private();
    assert!(Server::start(folder.path(), &[]).terminate().success());
    let folder = private();
    fs::create_dir(folder.path().join("lost+found")).unwrap();
    assert!(Server::start(folder.path(), &[]).terminate().success());
}

#[test]
fn what_a_killed_first_start_left_does_not_prevent_the_next_start() {
    let folder = private();
    for name in ["server.lock", "migration.lock", ".key-aB3xYz", "roster.sqlite-journal"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    assert!(Server::start(folder.path(), &[]).terminate().success());
}

#[test]
fn a_start_that_is_refused_leaves_nothing_behind() {
    let keep = tempfile::tempdir().unwrap();
    let data = keep.path().join("some/where/new");
    let data = data.to_str().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let outside = ["--sample", "--public-url", "https://directory.example"];
    let starts: [&[&str]; 11] = [
        &["serve", "--data", data, "--listen", &taken],
        &["serve", "--data", data, "--listen", "192.0.2.1:8080", "--allow-remote"],
        &["serve", "--data", data, "--listen", "0.0.0.0:0"],
        &["serve", "--data", data, "--listen", "localhost"],
        &["serve", "--data", data, "--listen", "off"],
        &["serve", "--data", data, "--listen", "127.0.0.1:0", "--listen-tls", &taken],
        &[
            "serve",
            "--data",
            data,
            "--listen-tls",
            "127.0.0.1:0",
            "--tls-cert",
            "/nowhere.pem",
            "--tls-key",
            "/nowhere.pem",
        ],
        &["serve", "--data", data, "--listen", "127.0.0.1:0", outside[0], outside[1], outside[2]],
        &["serve", "--data", data, "--listen", "127.0.0.1:0", "--sample", "--sample-secret", "short"],
        &["serve", "--data", data, "--listen", "127.0.0.1:0", "--public-url", "directory.example"],
        &["app", "list", "--data", data],
    ];
    for start in starts {
        let output = run(start);
        assert!(!output.status.success() && output.stdout.is_empty(), "{start:?}");
        assert!(!output.stderr.is_empty(), "{start:?}");
        assert_eq!(names(keep.path()), BTreeSet::new(), "after {start:?}");
    }
    let empty = private();
    let output = run(&["serve", "--data", empty.path().to_str().unwrap(), "--listen", &taken]);
    assert!(!output.status.success());
    assert_eq!(names(empty.path()), BTreeSet::new());
}

#[test]
fn the_log_of_another_programs_database_is_left_as_it_is() {
    let (_keep, data) = foreign(|_| {});
    let other = rusqlite::Connection::open(data.join(DATABASE)).unwrap();
    other.pragma_update(None, "journal_mode", "WAL").unwrap();
    other.execute("INSERT INTO bookmarks VALUES ('y')", []).unwrap();
    // As that program's crash would leave it: the last row is only in the log.
    let copy = private();
    for name in [DATABASE, LOG] {
        fs::copy(data.join(name), copy.path().join(name)).unwrap();
    }
    refused(copy.path(), "isn't a directory of Roster's");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = private();
    fs::write(folder.path().join(DATABASE), "Notes of mine, which must not be lost.\n".repeat(1000)).unwrap();
    refused(folder.path(), "isn't a directory of Roster's");
}

#[test]
fn a_truncated_database_is_refused() {
    let (_keep, data) = directory();
    let file = OpenOptions::new().write(true).open(data.join(DATABASE)).unwrap();
    let length = file.metadata().unwrap().len();
    for left in [length / 2, 5000, 100] {
        file.set_len(left).unwrap();
        refused(&data, "is damaged");
    }
}

#[test]
fn the_log_of_a_database_that_was_emptied_is_not_thrown_away() {
    let (_keep, data) = directory();
    fs::write(data.join(LOG), fs::read(data.join(DATABASE)).unwrap()).unwrap();
    fs::write(data.join(DATABASE), "").unwrap();
    refused(&data, "is damaged");
}

/// A crash may leave the log's end torn, or its beginning: what was complete before it counts, and how much there was can't be
/// known.
#[tokio::test]
async fn of_a_damaged_log_what_is_whole_is_served() {
    type Harm = fn(&fs::File, u64);
    let harms: [Harm; 4] = [
        |log, length| log.set_len(length / 2).unwrap(),
        |log, length| log.set_len(length - 1).unwrap(),
        |log, length| log.write_all_at(&[0xA5; 4096], length / 3).unwrap(),
        |log, _| log.write_all_at(&[0xA5; 64], 0).unwrap(),
    ];
    for harm in harms {
        let (_keep, data) = directory();
        let mut server = Server::start(&data, &[]);
        for name in 0..5 {
            printed(&["tenant", "create", "--data", data.to_str().unwrap(), "--id", &tenant(name)]);
        }
        server.kill();
        let log = OpenOptions::new().write(true).open(data.join(LOG)).unwrap();
        let length = log.metadata().unwrap().len();
        assert!(length > 0, "the kill left a log");
        harm(&log, length);

        assert!(Server::start(&data, &[]).terminate().success());

        let database = rusqlite::Connection::open(data.join(DATABASE)).unwrap();
        let sound: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        let mut tenants = database.prepare("SELECT id FROM tenants ORDER BY number").unwrap();
        let ids: Vec<uuid::Uuid> =
            tenants.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for (number, id) in ids.iter().skip(1).enumerate() {
            assert_eq!(id.to_string(), tenant(number), "what is left is what came first");
        }
    }
}

fn tenant(number: usize) -> String {
    format!("00000000-0000-4000-8000-00000000000{number}")
}

#[test]
fn a_folder_that_is_a_file_or_lies_in_one_is_refused() {
    let keep = tempfile::tempdir().unwrap();
    let file = keep.path().join("notes");
    fs::write(&file, "Notes of mine.").unwrap();
    for data in [file.clone(), file.join("data")] {
        let said = refusal(&data);
        assert!(said.contains(data.to_str().unwrap()), "{said}");
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "Notes of mine.");
}

#[test]
fn folders_that_are_missing_are_made() {
    let keep = tempfile::tempdir().unwrap();
    let data = keep.path().join("some/where/new");
    assert!(Server::start(&data, &[]).terminate().success());
    assert!(data.join(DATABASE).is_file());
}

#[test]
fn a_folder_that_is_served_is_left_to_its_server() {
    let (_keep, data) = directory();
    let first = Server::start(&data, &[]);
    refused(&data, "another server is running on");
    drop(first);
    assert!(Server::start(&data, &[]).terminate().success(), "a killed server holds no lock");
}

// Root mounts the disk.
#[cfg(feature = "strace")]
#[test]
fn a_folder_that_can_not_be_written_is_refused() {
    let disk = crate::disk::Disk::of_size(16 << 20);
    let data = disk.path().join("data");
    printed(&["tenant", "create", "--data", data.to_str().unwrap()]);
    disk.make_read_only();
    refused(&data, "Read-only file system");
}
