//! More than a server can take: every request is answered or told to retry, nothing acknowledged is lost, and slow clients don't
//! lock others out.

use crate::{
    campaign, http_client,
    ledger::Ledger,
    roster::{Server, roster},
};
use futures::future::join_all;
use reqwest::StatusCode;
use std::{
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Barrier,
    time::{interval, timeout},
};

/// Clients of a flood, more than there are slots in the tests.
const CONNECTIONS: usize = 200;
const FEW_FILES: &str = "-n 128";
/// Clients of a flood that is measured.
const FLOOD: usize = 3000;
/// Fewer slow clients than there are slots, and more.
const SLOW_CLIENTS: [usize; 2] = [1200, 5000];
const REQUESTS_BESIDE: usize = 30;
const MEMORY: u64 = 256 << 20;
/// What hasn't come by then won't come.
const LIMIT: Duration = Duration::from_secs(120);
/// How soon the server answers after a flood.
const SOON: Duration = Duration::from_secs(1);
/// How soon it answers beside slow clients: at once as long as there are slots, else once some have stalled for ten seconds.
const BESIDE_SLOW: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(15)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_to_more_clients_than_slots_is_there_and_the_server_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = start_with_files(FEW_FILES, folder.path());
    let token = server.sample_token().await;
    let ledger = Ledger::default();
    for _ in campaign::rounds(1) {
        flood(&mut server, &token, &ledger, CONNECTIONS).await;
        assert!(is_answered(&server, &token, LIMIT).await, "the flood is over, the server still busy");
        ledger.check(folder.path());
    }
    assert!(ledger.acknowledged() > 0, "none got anything: {}", ledger.counts());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures the machine: `cargo xtask torture` runs it, by itself and in a release build"]
async fn a_flood_leaves_no_request_without_an_answer_and_is_over_when_it_ends() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &["--sample"]);
    let token = server.sample_token().await;
    let ledger = Ledger::default();
    let mut slowest = Duration::ZERO;
    for _ in campaign::rounds(1) {
        flood(&mut server, &token, &ledger, FLOOD).await;
        let over = Instant::now();
        assert!(is_answered(&server, &token, SOON).await, "the flood is over, the server still busy");
        slowest = slowest.max(over.elapsed());
        ledger.check(folder.path());
    }
    assert_eq!(ledger.unanswered_creations(), 0, "without an answer: {}", ledger.counts());
    assert!(server.peak_memory() < MEMORY, "{} bytes", server.peak_memory());
    let memory = server.peak_memory() >> 20;
    let counts = ledger.counts();
    campaign::report(
        "flood",
        format_args!("{counts}, none lost; a new client after it waited {slowest:.1?} at most; {memory} MiB"),
    );
}

/// So many clients that each send one request, all at once, over new connections.
async fn flood(server: &mut Server, token: &str, ledger: &Ledger, clients: usize) {
    // Those that are idle since the last round may be ended just when they are used again.
    server.leave_connections();
    let server = &*server;
    join_all((0..clients).map(|_| ledger.create(server, token))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures the machine: `cargo xtask torture` runs it, by itself and in a release build"]
async fn slow_clients_do_not_lock_others_out() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    for (clients, limit) in SLOW_CLIENTS.into_iter().zip(BESIDE_SLOW) {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path(), &["--sample"]);
        let token = server.sample_token().await;
        let address = server.url.strip_prefix("http://").unwrap().to_owned();
        let mut slowest = Duration::ZERO;
        for _ in campaign::rounds(1) {
            let all_are_there = Arc::new(Barrier::new(clients + 1));
            let slow: Vec<_> = (0..clients)
                .map(|number| {
                    let (address, token, all_are_there) =
                        (address.clone(), token.clone(), all_are_there.clone());
                    tokio::spawn(be_slow(Slowness::of(number), address, token, all_are_there))
                })
                .collect();
            all_are_there.wait().await;
            for _ in 0..REQUESTS_BESIDE {
                let began = Instant::now();
                assert!(is_answered(&server, &token, limit).await, "{clients} slow clients keep others out");
                slowest = slowest.max(began.elapsed());
            }
            slow.iter().for_each(tokio::task::JoinHandle::abort);
        }
        assert!(server.peak_memory() < MEMORY, "{} bytes", server.peak_memory());
        let memory = server.peak_memory() >> 20;
        campaign::report(
            "slow clients",
            format_args!("beside {clients} of them the slowest answer took {slowest:.1?}; {memory} MiB"),
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_few_files_takes_fewer_connections_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_with_files(FEW_FILES, folder.path());
    let token = server.sample_token().await;
    let address = server.url.strip_prefix("http://").unwrap();
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.extend(timeout(LIMIT, TcpStream::connect(address)).await);
    }
    assert!(is_answered(&server, &token, LIMIT).await);
}

#[test]
fn a_server_asks_for_as_many_files_as_it_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_with_files("-Sn 256", folder.path());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let files: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max open files")).unwrap().split_whitespace().collect();
    assert_eq!(files[3], files[4], "the soft limit is the hard one");
}

/// Starts a server in a shell that sets a limit of files.
fn start_with_files(limit: &str, folder: &Path) -> Server {
    let serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--sample", "--data"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")]);
    Server::spawn(shell.arg(serve.get_program()).args(serve.get_args()).arg(folder).env("RUST_LOG", "off"))
}

/// Whether a new client gets a write and a read done soon.
async fn is_answered(server: &Server, token: &str, soon: Duration) -> bool {
    let client = http_client::new();
    let body = serde_json::json!({"displayName": "beside", "mailEnabled": false, "mailNickname": "beside",
        "securityEnabled": true});
    let url = format!("{}/v1.0/groups", server.url);
    let both = async {
        let write = client.post(&url).bearer_auth(token).json(&body).send().await?;
        let read = client.get(format!("{url}?$top=1")).bearer_auth(token).send().await?;
        Ok::<_, reqwest::Error>([write.status(), read.status()])
    };
    matches!(timeout(soon, both).await, Ok(Ok([StatusCode::CREATED, StatusCode::OK])))
}

/// How a client is slow.
#[derive(Clone, Copy)]
enum Slowness {
    /// It sends nothing.
    Idle,
    /// It sends a byte of its head each second.
    Head,
    /// It never sends the end of its body.
    Body,
    /// It keeps sending requests, and reads no answer.
    Reading,
}

impl Slowness {
    fn of(number: usize) -> Self {
        [Self::Idle, Self::Head, Self::Body, Self::Reading][number % 4]
    }
}

/// Runs as long as there is a server, with a new connection whenever the server ends one.
async fn be_slow(slowness: Slowness, address: String, token: String, all_are_there: Arc<Barrier>) {
    let mut first = Some(TcpStream::connect(&address).await.unwrap());
    all_are_there.wait().await;
    loop {
        let next = match first.take() {
            Some(first) => Ok(first),
            None => TcpStream::connect(&address).await,
        };
        let Ok(mut connection) = next else { return };
        let head = format!("host: {address}\r\nauthorization: Bearer {token}\r\n");
        // An error: the server ended it.
        let _ = match slowness {
            Slowness::Idle => read_to_end(&mut connection).await,
            Slowness::Head => drip(&mut connection, head.as_bytes()).await,
            Slowness::Body => {
                let request = format!(
                    "POST /v1.0/groups HTTP/1.1\r\n{head}content-type: application/json\r\ncontent-length: 900\r\n\r\n{{"
                );
                match connection.write_all(request.as_bytes()).await {
                    Ok(()) => read_to_end(&mut connection).await,
                    failed => failed,
                }
            }
            Slowness::Reading => ask_on(&mut connection, &head).await,
        };
    }
}

async fn read_to_end(connection: &mut TcpStream) -> std::io::Result<()> {
    let mut sink = [0; 1024];
    while connection.read(&mut sink).await? > 0 {}
    Ok(())
}

async fn drip(connection: &mut TcpStream, head: &[u8]) -> std::io::Result<()> {
    connection.write_all(b"GET /v1.0/groups HTTP/1.1\r\n").await?;
    let mut seconds = interval(Duration::from_secs(1));
    for byte in head {
        seconds.tick().await;
        connection.write_all(&[*byte]).await?;
    }
    Ok(())
}

async fn ask_on(connection: &mut TcpStream, head: &str) -> std::io::Result<()> {
    let request = format!("GET /openapi.json HTTP/1.1\r\n{head}\r\n");
    loop {
        connection.write_all(request.as_bytes()).await?;
    }
}
