//! kill -9 at random moments: what was acknowledged is there, what was refused is not, nothing is there in part.

use crate::{
    campaign, counts, dynamic_groups, http_client, index,
    ledger::{LARGE, Ledger},
    roster::Server,
};
use futures::future::join_all;
use rand::RngExt;
use std::time::{Duration, Instant};

/// Fewer among the other tests: a start of the debug build takes half a second.
const ROUNDS: usize = if cfg!(feature = "strace") { 50 } else { 12 };
const WRITERS: usize = 32;

/// Writes that are acknowledged before the first kill: enough for groups that are so large that their counts are kept.
const FIRST: usize = 16 * WRITERS;

/// How soon a server answers after the one before it was killed. Half of the starts must be as fast: other campaigns may use the
/// processors meanwhile.
const START: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::default();
    let mut starts = Vec::new();
    for round in campaign::rounds(ROUNDS) {
        let mut server = start(&folder, &ledger, &mut starts).await;
        let token = server.sample_token().await;
        ledger.check_served(&server, &token).await;
        let writers = (0..WRITERS).map(|_| ledger.write(&server, &token, || false));
        let killer = async {
            let enough = if round == 0 { FIRST } else { rand::rng().random_range(1..200) };
            ledger.acknowledged_more(enough).await;
            server.signal("KILL");
        };
        tokio::join!(join_all(writers), killer);
        server.kill();
    }
    let mut server = start(&folder, &ledger, &mut starts).await;
    ledger.check_served(&server, &server.sample_token().await).await;
    server.kill();
    index::check(folder.path());
    let followed = dynamic_groups::check(folder.path());
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let counts = counts::kept_groups(&database);
    assert!(counts > 0, "no group's count was kept");
    starts.sort();
    let (median, slowest) = (starts[starts.len() / 2], starts[starts.len() - 1]);
    assert!(median < campaign::limit(START), "{starts:?}");
    let starts = format!("starts took {median:.1?}, the slowest {slowest:.1?}");
    campaign::report(
        "kill",
        format_args!(
            "{}, none lost, {counts} kept counts right, {followed} members by rules; {starts}",
            ledger.counts()
        ),
    );
}

/// Starts a server on what the one before left. Only this server recovers the database: reading it before would recover it too.
async fn start(folder: &tempfile::TempDir, ledger: &Ledger, starts: &mut Vec<Duration>) -> Server {
    let is_new = !folder.path().join("roster.sqlite").exists();
    let began = Instant::now();
    let server = Server::start(folder.path(), &[&["--sample"][..], &LARGE].concat());
    assert_eq!(
        http_client::shared().get(format!("{}/health", server.url)).send().await.unwrap().status(),
        200
    );
    if !is_new {
        starts.push(began.elapsed());
        ledger.check(folder.path());
    }
    server
}
