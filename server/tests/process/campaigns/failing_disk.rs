//! A disk that fails: strace lets the system's calls fail at random moments. Nothing is acknowledged that isn't there, and
//! a server whose commit failed ends, because it is then unknown what is on disk.

use crate::{
    campaign, dynamic_groups, index,
    ledger::{LARGE, Ledger},
    roster::{Server, roster},
};
use futures::future::join_all;
use rand::RngExt;
use std::{
    io::Read,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::time::timeout;

const ROUNDS: usize = 18;
const WRITERS: usize = 16;
/// After so many answers is looked whether the fault was met, and after so many at most it must have been: by then the log
/// was moved into the database several times.
const ANSWERS: usize = 200;
const MOST_ANSWERS: usize = 10_000;
/// More than the log ever has.
const NO_CHECKPOINTS: &str = "1000000";
/// So that the log is often moved into the database.
const LOG_PAGES: &str = "250";
/// The exit status that tells of a failing disk.
const DISK_FAILURE: i32 = 74;
const END: Duration = Duration::from_secs(60);

/// A fault of the disk's.
#[derive(Clone, Copy, Debug)]
struct Fault {
    calls: &'static str,
    file: &'static str,
    error: &'static str,
    /// Among how many such calls it comes.
    within: u32,
    /// Whether the server ends.
    ends: bool,
}

const FAULTS: [Fault; 9] = [
    Fault { calls: "pwrite64", file: "roster.sqlite-wal", error: "EIO", within: 300, ends: true },
    Fault { calls: "fsync,fdatasync", file: "roster.sqlite-wal", error: "EIO", within: 60, ends: true },
    Fault { calls: "pwrite64", file: "roster.sqlite-wal", error: "ENOSPC", within: 300, ends: false },
    // Moving the log into the database can wait: the log has it all.
    Fault { calls: "pwrite64", file: "roster.sqlite", error: "EIO", within: 30, ends: false },
    Fault { calls: "pwrite64", file: "roster.sqlite", error: "ENOSPC", within: 30, ends: false },
    Fault { calls: "fsync,fdatasync", file: "roster.sqlite", error: "EIO", within: 1, ends: false },
    // The index can be made anew.
    Fault { calls: "pwrite64", file: "index.sqlite-wal", error: "EIO", within: 30, ends: false },
    Fault { calls: "pwrite64", file: "index.sqlite-wal", error: "ENOSPC", within: 30, ends: false },
    Fault { calls: "pread64", file: "index.sqlite", error: "EIO", within: 5, ends: false },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_failing_disk_nothing_is_acknowledged_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Server::start(folder.path(), &[&["--sample"][..], &LARGE].concat()).terminate().success());
    let ledger = Ledger::default();
    let trace = folder.path().join("trace");
    let mut ended = 0;
    for round in campaign::rounds(ROUNDS) {
        let fault = FAULTS[round % FAULTS.len()];
        let (mut server, said) = start(folder.path(), fault, &trace);
        let token = server.sample_token().await;
        let enough = AtomicBool::new(false);
        let writers = (0..WRITERS).map(|_| ledger.write(&server, &token, || enough.load(Ordering::SeqCst)));
        if fault.ends {
            assert!(timeout(END, join_all(writers)).await.is_ok(), "{fault:?} didn't end the server");
            let status = server.end_within(END).await;
            let said = said.join().unwrap().unwrap();
            assert_eq!(status.code(), Some(DISK_FAILURE), "{said}");
            assert!(said.contains("the disk failed during a commit"), "{said}");
            ended += 1;
        } else {
            let meanwhile = async {
                for _ in 0..MOST_ANSWERS / ANSWERS {
                    ledger.answered_more(ANSWERS).await;
                    if is_met(&trace) {
                        break;
                    }
                }
                enough.store(true, Ordering::SeqCst);
            };
            tokio::join!(join_all(writers), meanwhile);
            server.kill();
            // At its end, the trace is whole.
            said.join().unwrap().unwrap();
        }
        assert!(is_met(&trace), "{fault:?} was not met");

        let mut server = Server::start(folder.path(), &LARGE);
        ledger.check(folder.path());
        ledger.check_served(&server, &server.sample_token().await).await;
        assert!(server.terminate().success());
        index::check(folder.path());
        dynamic_groups::check(folder.path());
    }
    campaign::report("failing_disk", format_args!("{}, none lost; {ended} ends", ledger.counts()));
}

/// Whether the trace shows a call that was made to fail.
fn is_met(trace: &Path) -> bool {
    std::fs::read_to_string(trace).unwrap().contains("(INJECTED)")
}

/// Starts a server whose disk fails after a while, once or from then on, and collects what it says.
fn start(
    folder: &Path,
    fault: Fault,
    trace: &Path,
) -> (Server, std::thread::JoinHandle<std::io::Result<String>>) {
    // A checkpoint syncs the log too, and can wait. The single call that fails must be a commit's where the server ends.
    let log_pages = ["--log-pages", if fault.ends { NO_CHECKPOINTS } else { LOG_PAGES }];
    let serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data"]);
    let Fault { calls, file, error, within, .. } = fault;
    let first = rand::rng().random_range(1..=within);
    let times = if rand::rng().random_bool(0.5) { "+" } else { "" };
    // With -D the server is this process's child, and strace its grandchild.
    let mut command = Command::new("strace");
    command.args(["-D", "-f", "-q", "-e", &format!("trace={calls}"), "-o"]).arg(trace);
    command.args(["-e", &format!("inject={calls}:error={error}:when={first}{times}"), "-P"]);
    command.arg(folder.join(file));
    command.arg(serve.get_program()).args(serve.get_args()).arg(folder).args(log_pages).args(LARGE);
    let mut server = Server::spawn(command.env("RUST_LOG", "error").stderr(Stdio::piped()));
    let mut errors = server.standard_error();
    let said = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).map(|_| text)
    });
    (server, said)
}
