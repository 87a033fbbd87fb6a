//! Data folders of an older version: only a process that holds the folder migrates it.

use crate::{
    older,
    roster::{Server, printed, roster, run},
};
use std::{
    fs::{self, File, Permissions},
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

const TENANT: &str = "8fcb5dbc-d5aa-4681-8e31-b001d5168d79";

/// A folder of the version before the last change of the schema, with one tenant.
fn folder() -> (TempDir, String) {
    let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap();
    let id = TENANT.replace('-', "");
    let domain = format!("{}.roster.local", &TENANT[..8]);
    let tenant = format!(
        "INSERT INTO tenants (number, id, created_at, default_domain) VALUES (1, x'{id}', 0, '{domain}');
         INSERT INTO domains (name, tenant) VALUES ('{domain}', 1);"
    );
    older::before_the_last(folder.path(), &tenant);
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

/// Which migrations the database has had.
fn version(data: &str) -> u32 {
    let database = rusqlite::Connection::open(Path::new(data).join("roster.sqlite")).unwrap();
    database.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// What a refused command says. It doesn't migrate the folder.
fn refusal(command: &[&str], data: &str) -> String {
    let before = version(data);
    let output = run(&[command, &["--data", data]].concat());
    assert!(!output.status.success() && output.stdout.is_empty(), "{command:?}");
    assert_eq!(version(data), before, "{command:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_command_that_only_reads_says_that_the_folder_is_older_and_a_server_brings_it_up_to_date() {
    let (_keep, data) = folder();
    let commands: [&[&str]; 4] =
        [&["token", "--app", "a"], &["app", "list"], &["app", "show", "a"], &["tenant", "list"]];
    for command in commands {
        let said = refusal(command, &data);
        assert!(said.contains("older version") && said.contains("`roster serve`"), "{said}");
    }
    let _server = Server::start(Path::new(&data), &[]);
    assert!(printed(&["tenant", "list", "--data", &data]).contains(TENANT));
}

#[test]
fn a_command_that_writes_brings_the_folder_up_to_date_where_no_server_runs() {
    let (_keep, data) = folder();
    let before = version(&data);
    printed(&["tenant", "create", "--data", &data]);
    assert_eq!(version(&data), before + 1);
    assert_eq!(printed(&["tenant", "list", "--data", &data]).lines().count(), 2);
    assert!(Server::start(Path::new(&data), &[]).terminate().success(), "nothing holds the folder");
}

#[test]
fn no_command_brings_the_folder_up_to_date_under_a_server_of_the_older_version() {
    let (_keep, data) = folder();
    let server = File::create(Path::new(&data).join("server.lock")).unwrap();
    server.lock().unwrap();
    (&server).write_all(b"4711\n").unwrap();
    let commands: [&[&str]; 6] = [
        &["app", "create", "a", "--role", "User.Read.All"],
        &["app", "delete", "a"],
        &["app", "rotate-secret", "a"],
        &["tenant", "create"],
        &["tenant", "add-domain", "contoso.example"],
        &["tenant", "delete", TENANT, "--yes"],
    ];
    for command in commands {
        let said = refusal(command, &data);
        assert!(said.contains("an older version of Roster is running"), "{said}");
        assert!(said.contains("process 4711") && said.contains("stop the server"), "{said}");
    }
    assert_eq!(
        fs::read(Path::new(&data).join("server.lock")).unwrap(),
        b"4711\n",
        "it is the server's still"
    );
    drop(server);
    printed(&["app", "create", "a", "--role", "User.Read.All", "--data", &data]);
}

/// A command or server that starts while another process, the one of a command, brings the folder up to date.
fn beside_a_migration(data: &str, command: &mut Command) -> Child {
    let hold = |name: &str| {
        let lock = File::create(Path::new(data).join(name)).unwrap();
        lock.lock().unwrap();
        (&lock).write_all(b"4711\n").unwrap();
        lock
    };
    let (migrations, server) = (hold("migration.lock"), hold("server.lock"));
    let command = command.env("RUST_LOG", "warn").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut started = command.spawn().unwrap();
    let mut said = String::new();
    BufReader::new(started.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("waiting for process 4711"), "{said}");
    drop(server);
    drop(migrations);
    started
}

#[test]
fn a_server_waits_for_a_command_that_brings_the_folder_up_to_date() {
    let (_keep, data) = folder();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", &data];
    let mut server = beside_a_migration(&data, &mut roster(&serve));
    let mut announced = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut announced).unwrap();
    assert!(announced.contains("listens on"), "{announced}");
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn a_command_waits_for_another_one_that_brings_the_folder_up_to_date() {
    let (_keep, data) = folder();
    let create = ["tenant", "create", "--data", &data];
    let created = beside_a_migration(&data, &mut roster(&create)).wait_with_output().unwrap();
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
}
