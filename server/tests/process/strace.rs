//! The order of writes, syncs and answers, as the system sees it.

use crate::roster::{Server, roster};
use std::{
    io::Read,
    process::{Command, Stdio},
};
use uuid::Uuid;

const ADDS: u128 = 12;

/// What the trace shows of a system call.
#[derive(Debug, PartialEq, Eq)]
enum Event {
    LogWritten,
    LogSynced,
    Answered,
}

#[tokio::test]
async fn a_sync_completes_before_every_answer_to_a_write() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--sample", "--data", data]);
    // With -D the server is this process's child, and strace its grandchild.
    let mut command = Command::new("strace");
    command.args(["-D", "-f", "-y", "-s", "16", "-e", "trace=pwrite64,fsync,fdatasync,write,writev,sendto"]);
    command.arg(serve.get_program()).args(serve.get_args()).env("RUST_LOG", "error").stderr(Stdio::piped());
    let mut server = Server::spawn(&mut command);
    let mut trace = server.standard_error();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        trace.read_to_string(&mut text).map(|_| text)
    });
    let token = server.sample_token().await;
    let group = server.create_group(&token).await;
    for number in 0..ADDS {
        let digits = 0x101 + number + if number >= 9 { 6 } else { 0 };
        let member = Uuid::from_u128(0x5a3e0000_0000_4000_8000_000000000000 + digits);
        assert_eq!(server.add(&token, group, member).await.unwrap(), 204);
    }
    assert!(server.terminate().success());

    let trace = reading.join().unwrap().unwrap();
    let mut unsynced = false;
    let mut syncs_since_answer = 0;
    let mut answers = 0;
    for event in trace.lines().filter_map(event) {
        match event {
            Event::LogWritten => unsynced = true,
            Event::LogSynced => {
                unsynced = false;
                syncs_since_answer += 1;
            }
            Event::Answered => {
                assert!(!unsynced && syncs_since_answer > 0, "answered before the log was synced");
                syncs_since_answer = 0;
                answers += 1;
            }
        }
    }
    assert_eq!(answers, ADDS, "every add was seen in the trace");
}

#[test]
fn a_new_data_folder_is_synced_into_the_folders_above() {
    let folder = tempfile::tempdir().unwrap();
    let create = roster(&["tenant", "create", "--data", "above/data"]);
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-e", "trace=mkdir,fsync"]).arg(create.get_program()).args(create.get_args());
    let output = command.current_dir(folder.path()).output().unwrap();
    assert!(output.status.success());
    let trace = String::from_utf8(output.stderr).unwrap();
    let root = folder.path().display();
    for (made, above) in [("above", format!("{root}")), ("above/data", format!("{root}/above"))] {
        // The last call is the one that made it.
        let (_, rest) = trace.rsplit_once(&format!("mkdir(\"{made}\"")).unwrap();
        // What strace says of a thread may stand within the line.
        assert!(rest.contains(&format!("<{above}>")), "{made} isn't synced into the folder above: {trace}");
    }
}

fn event(line: &str) -> Option<Event> {
    if line.contains("HTTP/1.1 204") {
        return Some(Event::Answered);
    }
    if line.contains("pwrite64(") && line.contains("roster.sqlite-wal>") {
        return Some(Event::LogWritten);
    }
    // A call that another thread's line interrupts ends in a line of its own.
    let sync =
        line.contains("sync(") && line.contains("roster.sqlite-wal>") || line.contains("sync resumed>");
    (sync && line.trim_end().ends_with("= 0")).then_some(Event::LogSynced)
}
