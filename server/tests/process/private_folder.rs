//! Which other users may read and write in a data folder: what isn't private is refused with a message, before anything is changed.

use crate::{
    roster::{Server, printed, roster, run},
    wrong_folder::{directory, refusal, refused},
};
use std::{
    fs::{self, File, Permissions},
    io::{BufRead, BufReader, Write},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const FILES: [&str; 5] =
    ["roster.sqlite", "signing-key.pem", "retired-keys.pem", "server.lock", "migration.lock"];

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A folder with all its files, which no process serves.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let (keep, data) = directory();
    let path = data.to_str().unwrap();
    assert!(Server::start(&data, &[]).terminate().success());
    printed(&["app", "create", "--data", path, "a", "--role", "Group.Create"]);
    printed(&["token", "--data", path, "--app", "a"]);
    printed(&["keys", "rotate", "--data", path]);
    (keep, data)
}

#[tokio::test]
async fn all_that_a_server_makes_is_private_whatever_the_umask_is() {
    let keep = tempfile::tempdir().unwrap();
    let data = keep.path().join("above/data");
    let serve =
        ["serve", "--sample", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--format", "json"];
    for umask in ["0", "022"] {
        for more in [&["--data", data.to_str().unwrap()][..], &["--ephemeral"]] {
            let serve = roster(&[&serve[..], more].concat());
            let mut shell = Command::new("sh");
            shell.env("RUST_LOG", "error").args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]);
            let server = Server::spawn(shell.arg(serve.get_program()).args(serve.get_args()));
            // The key is there when a token was signed.
            server.sample_token().await;
            let folder = Path::new(server.announced["dataFolder"].as_str().unwrap());
            assert_eq!(mode(folder), 0o700, "{more:?}");
            let files: Vec<PathBuf> =
                fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
            files.iter().for_each(|file| assert_eq!(mode(file), 0o600, "{}", file.display()));
            assert_eq!(files.len(), 9, "{files:?}");
        }
    }
    assert_eq!(mode(&keep.path().join("above")), 0o700);
}

#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    let (_keep, data) = folder();
    for others in [0o720, 0o702, 0o777, 0o1777] {
        set_mode(&data, others);
        refused(&data, "chmod go-w");
    }
    set_mode(&data, 0o700);
    assert!(Server::start(&data, &[]).terminate().success());
}

#[test]
fn a_file_that_others_can_write_to_is_refused() {
    let (_keep, data) = folder();
    fs::write(data.join("roster.sqlite-wal"), "").unwrap();
    fs::write(data.join("roster.sqlite-shm"), "").unwrap();
    for name in FILES.into_iter().chain(["roster.sqlite-wal", "roster.sqlite-shm"]) {
        let path = data.join(name);
        for others in [0o620, 0o602] {
            set_mode(&path, others);
            refused(&data, "chmod go-w");
            assert!(refusal(&data).contains(path.to_str().unwrap()));
        }
        set_mode(&path, 0o600);
    }
    assert!(Server::start(&data, &[]).terminate().success());
}

#[test]
fn a_database_that_others_can_read_is_refused_in_a_folder_that_they_can_enter() {
    let (_keep, data) = folder();
    let database = data.join("roster.sqlite");
    set_mode(&data, 0o755);
    assert!(Server::start(&data, &[]).terminate().success(), "its files are private");
    for others in [0o640, 0o604] {
        set_mode(&database, others);
        refused(&data, "chmod go=");
    }
    set_mode(&data, 0o700);
    assert!(Server::start(&data, &[]).terminate().success(), "no other user can read the file");
}

#[test]
fn a_lock_that_others_can_read_is_made_private() {
    let (_keep, data) = folder();
    set_mode(&data, 0o755);
    for name in ["server.lock", "migration.lock"] {
        set_mode(&data.join(name), 0o644);
    }
    assert!(Server::start(&data, &[]).terminate().success());
    for name in ["server.lock", "migration.lock"] {
        assert_eq!(mode(&data.join(name)), 0o600);
    }
}

/// Changing the owner of a file needs root, which CI has.
#[cfg(feature = "strace")]
#[test]
fn what_belongs_to_another_user_is_refused() {
    use std::os::unix::fs::chown;
    let (_keep, data) = folder();
    for path in FILES.map(|name| data.join(name)).iter().chain([&data]) {
        chown(path, Some(65_534), None).unwrap();
        refused(&data, "belongs to user 65534");
        chown(path, Some(0), None).unwrap();
    }
    assert!(Server::start(&data, &[]).terminate().success());
}

#[test]
fn a_link_to_a_folder_is_followed_and_links_in_it_are_refused() {
    let (keep, data) = folder();
    let link = keep.path().join("link");
    symlink(&data, &link).unwrap();
    assert!(Server::start(&link, &[]).terminate().success());
    for name in FILES {
        let elsewhere = keep.path().join("elsewhere");
        fs::rename(data.join(name), &elsewhere).unwrap();
        symlink(&elsewhere, data.join(name)).unwrap();
        refused(&data, "isn't a regular file");
        fs::rename(&elsewhere, data.join(name)).unwrap();
    }
    symlink(keep.path().join("made"), data.join("roster.sqlite-wal")).unwrap();
    assert!(refusal(&data).contains("isn't a regular file"));
    assert!(!keep.path().join("made").exists());
}

#[test]
fn nothing_waits_for_a_pipe_in_the_place_of_a_file() {
    for name in FILES.into_iter().chain(["roster.sqlite-wal"]) {
        let (_keep, data) = folder();
        let _ = fs::remove_file(data.join(name));
        assert!(Command::new("mkfifo").args(["-m", "600"]).arg(data.join(name)).status().unwrap().success());
        let said = refusal(&data);
        assert!(said.contains("isn't a regular file") && said.contains(name), "{said}");
        let output = run(&["tenant", "create", "--data", data.to_str().unwrap()]);
        assert!(String::from_utf8(output.stderr).unwrap().contains("isn't a regular file"));
    }
}

#[test]
fn a_key_of_more_than_64_kb_is_refused() {
    let (_keep, data) = folder();
    let key = data.join("signing-key.pem");
    let text = fs::read_to_string(&key).unwrap();
    // What comes before and after a PEM block is no part of it.
    fs::write(&key, format!("{text}{}", "\n".repeat((64 << 10) - text.len()))).unwrap();
    assert!(Server::start(&data, &[]).terminate().success());
    fs::OpenOptions::new().append(true).open(&key).unwrap().write_all(b"\n").unwrap();
    refused(&data, "64 kB");
    File::options().write(true).open(&key).unwrap().set_len(1 << 40).unwrap();
    let said = refusal(&data);
    assert!(said.contains("64 kB"), "{said}");
}

#[test]
fn what_a_start_left_that_was_killed_is_removed_by_the_next_server() {
    let (_keep, data) = folder();
    let left = [".key-aB3xYz", ".key-000000"].map(|name| data.join(name));
    left.iter().for_each(|path| fs::write(path, "-----BEGIN PRIVATE").unwrap());
    fs::write(data.join("notes"), "Notes of mine.").unwrap();
    printed(&["token", "--data", data.to_str().unwrap(), "--app", "a"]);
    assert!(left.iter().all(|path| path.exists()), "another process may be making a key");
    let _server = Server::start(&data, &[]);
    assert!(!left.iter().any(|path| path.exists()));
    assert!(data.join("notes").exists());
}

#[test]
fn the_process_that_holds_the_folder_is_named() {
    let (_keep, data) = folder();
    let server = Server::start(&data, &[]);
    let said = refusal(&data);
    assert!(said.contains(&format!("process {}", server.id())), "{said}");
}

#[test]
fn a_command_waits_for_another_that_brings_the_database_up_to_date_and_says_so() {
    let (_keep, data) = folder();
    let lock = File::options().write(true).open(data.join("migration.lock")).unwrap();
    lock.lock().unwrap();
    (&lock).write_all(b"4711\n").unwrap();
    let mut create = roster(&["tenant", "create", "--data", data.to_str().unwrap()]);
    let mut create =
        create.env("RUST_LOG", "warn").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(create.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("process 4711"), "{said}");
    assert!(create.try_wait().unwrap().is_none(), "it waits");
    drop(lock);
    assert!(create.wait().unwrap().success());
}
