//! SIGTERM under load: requests under way are answered, what isn't answered isn't done, and the server ends soon.

use crate::{campaign, ledger::Ledger, roster::Server};
use futures::future::join_all;
use rand::RngExt;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const ROUNDS: usize = if cfg!(feature = "strace") { 20 } else { 5 };
const WRITERS: usize = 32;

/// Container runtimes wait ten seconds before they kill.
const END: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_told_to_stop_has_answered_all_that_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::of_a_clean_end();
    let mut slowest = Duration::ZERO;
    for _ in campaign::rounds(ROUNDS) {
        let mut server = Server::start(folder.path(), &["--sample"]);
        let token = server.sample_token().await;
        let writers = (0..WRITERS).map(|_| ledger.write(&server, &token, || false));
        let stop = async {
            ledger.acknowledged_more(rand::rng().random_range(1..200)).await;
            server.signal("TERM");
            Instant::now()
        };
        let (_, told) = tokio::join!(join_all(writers), stop);
        assert!(server.end_within(campaign::limit(END)).await.success());
        slowest = slowest.max(told.elapsed());
        ledger.check(folder.path());
    }
    let counts = ledger.counts();
    campaign::report("shutdown", format_args!("{counts}, none lost; the slowest end took {slowest:.1?}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_and_one_that_never_ends_holds_nothing_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &["--sample"]);
    let token = server.sample_token().await;
    let body = r#"{"displayName":"late","mailEnabled":false,"mailNickname":"late","securityEnabled":true}"#;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let begin = async |sent: &str| {
        let mut connection = TcpStream::connect(&address).await.unwrap();
        let length = body.len();
        let head = format!(
            "POST /v1.0/groups HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nexpect: 100-continue\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        // The server reads the body: the request is under way.
        let mut go_on = [0; 25];
        connection.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        connection.write_all(sent.as_bytes()).await.unwrap();
        connection
    };
    let (half, rest) = body.split_at(body.len() / 2);
    let (mut late, _never) = (begin(half).await, begin(half).await);
    let mut idle = TcpStream::connect(&address).await.unwrap();
    idle.write_all(format!("GET /health HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    // Answered from here on.
    idle.read_u8().await.unwrap();

    server.signal("TERM");
    // Idle connections are ended at once: the signal was heard.
    let mut answered = Vec::new();
    timeout(campaign::limit(END), idle.read_to_end(&mut answered)).await.unwrap().unwrap();
    assert!(TcpStream::connect(&address).await.is_err(), "no connection is accepted");
    late.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(campaign::limit(END), late.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.end_within(campaign::limit(END)).await.success());
}
