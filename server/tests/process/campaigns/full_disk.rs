//! A full disk: no write is acknowledged that isn't there, reads go on, and writes do once there is space again.

use crate::{
    campaign,
    disk::Disk,
    dynamic_groups, index,
    ledger::{LARGE, Ledger},
    roster::{Server, roster},
};
use futures::future::join_all;
use rand::RngExt;
use reqwest::StatusCode;
use std::{
    fs::OpenOptions,
    io::Write,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

const ROUNDS: usize = 3;
const WRITERS: usize = 16;
/// The logs of the directory and of the index become 16 MB long before they begin anew.
const SIZE: u64 = 64 << 20;
/// What the ballast leaves free for the writers to fill.
const FREE: std::ops::Range<u64> = 64 << 10..2 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_nothing_is_acknowledged_that_is_not_there_and_reads_go_on() {
    let (mut acknowledged, mut put_off) = (0, 0);
    for _ in campaign::rounds(ROUNDS) {
        let disk = Disk::of_size(SIZE);
        let (data, ballast) = (disk.path().join("data"), disk.path().join("ballast"));
        let ledger = Ledger::default();
        let mut server = start(&data);
        let token = server.sample_token().await;
        write_meanwhile(&ledger, &server, &token, async || {
            for _ in 0..2 {
                fill(&ballast);
                ledger.put_off_more(100).await;
                assert!(reads(&server, &token).await, "reads go on");
                std::fs::remove_file(&ballast).unwrap();
                ledger.acknowledged_more(100).await;
            }
            fill(&ballast);
            ledger.put_off_more(20).await;
        })
        .await;
        if rand::rng().random_bool(0.5) {
            server.kill();
        } else {
            assert!(server.terminate().success());
        }

        let mut server = start(&data);
        let token = server.sample_token().await;
        assert!(reads(&server, &token).await, "a server starts on a full disk, and reads");
        ledger.check(&data);
        ledger.check_served(&server, &token).await;
        std::fs::remove_file(&ballast).unwrap();
        write_meanwhile(&ledger, &server, &token, async || ledger.acknowledged_more(20).await).await;
        ledger.check(&data);
        assert!(server.terminate().success());
        index::check(&data);
        dynamic_groups::check(&data);
        acknowledged += ledger.acknowledged();
        put_off += ledger.put_off();
    }
    campaign::report(
        "full_disk",
        format_args!("{acknowledged} writes acknowledged, none lost, {put_off} put off"),
    );
}

/// Starts a server that doesn't log each write that it refuses for the time being.
fn start(data: &Path) -> Server {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--sample", "--data"];
    Server::spawn(roster(&serve).arg(data).args(LARGE).env("RUST_LOG", "off"))
}

/// Writes as long as something else is done.
async fn write_meanwhile(ledger: &Ledger, server: &Server, token: &str, meanwhile: impl AsyncFn()) {
    let done = AtomicBool::new(false);
    let writers = (0..WRITERS).map(|_| ledger.write(server, token, || done.load(Ordering::SeqCst)));
    let meanwhile = async {
        meanwhile().await;
        done.store(true, Ordering::SeqCst);
    };
    tokio::join!(join_all(writers), meanwhile);
}

async fn reads(server: &Server, token: &str) -> bool {
    let mut answers = Vec::new();
    for path in [
        "/groups?$top=999",
        "/users?$select=id,department",
        "/groups/5a3e0000-0000-4000-8000-000000000201/members",
    ] {
        answers.push(server.get(path, token).send().await.unwrap().status());
    }
    answers.iter().all(|status| *status == StatusCode::OK)
}

/// Fills most of the disk.
fn fill(ballast: &Path) {
    let mut file = OpenOptions::new().create_new(true).write(true).open(ballast).unwrap();
    while file.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(rand::rng().random_range(FREE))).unwrap();
}
