//! Who gets a place when there are more clients than places.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::{Router, body::Bytes, routing::post};
use roster_server::http::{limits::Limits, listener};
use std::{
    future,
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Longer than any test takes.
const FOREVER: Duration = Duration::from_secs(3600);
/// What never comes within it won't come.
const LIMIT: Duration = Duration::from_secs(60);
const PLACES: usize = 2;
const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n.";

/// Limits under which nobody loses a place but by what a test changes of them.
fn patient() -> Limits {
    Limits { connections: PLACES, patience: FOREVER, idle_time: FOREVER, ..Limits::default() }
}

/// Starts a listener whose answers are what was sent.
async fn start(limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", post(|body: Bytes| async { body }));
    tokio::spawn(listener::serve(listener, app, limits, future::pending()));
    address
}

/// Sends a request and returns the answer's head. `None` where the connection ended instead.
async fn ask(connection: &mut TcpStream) -> Option<String> {
    connection.write_all(REQUEST).await.ok()?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n.") {
        let count = connection.read_buf(&mut answer).await.ok()?;
        (count > 0).then_some(())?;
    }
    Some(String::from_utf8(answer).unwrap())
}

fn is_last(answer: &str) -> bool {
    answer.contains("connection: close\r\n")
}

/// Connects anew and asks once.
async fn ask_anew(address: SocketAddr) -> (TcpStream, String) {
    let asked = timeout(LIMIT, async {
        let mut connection = TcpStream::connect(address).await.unwrap();
        let answer = ask(&mut connection).await.unwrap();
        (connection, answer)
    });
    asked.await.unwrap()
}

#[tokio::test]
async fn an_idle_client_gives_its_place_to_a_newcomer() {
    let address = start(Limits { idle_time: Duration::ZERO, ..patient() }).await;
    let mut idle = Vec::new();
    for _ in 0..10 * PLACES {
        idle.push(ask_anew(address).await.0);
    }
    let ended = timeout(LIMIT, idle[0].read(&mut [0])).await.unwrap();
    assert_eq!(ended.unwrap(), 0, "who was idle longest is still connected");
}

#[tokio::test]
async fn a_client_that_sends_nothing_loses_its_place_to_a_newcomer() {
    those_who_sent_lose_their_places(b"").await;
}

#[tokio::test]
async fn a_client_in_the_middle_of_a_head_loses_its_place_to_a_newcomer() {
    those_who_sent_lose_their_places(&REQUEST[..5]).await;
}

#[tokio::test]
async fn a_client_in_the_middle_of_a_body_loses_its_place_to_a_newcomer() {
    those_who_sent_lose_their_places(&REQUEST[..REQUEST.len() - 1]).await;
}

async fn those_who_sent_lose_their_places(part: &[u8]) {
    let address = start(Limits { patience: Duration::ZERO, ..patient() }).await;
    let mut halfway = Vec::new();
    for _ in 0..10 * PLACES {
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(part).await.unwrap();
        halfway.push(connection);
    }
    ask_anew(address).await;
}

#[tokio::test]
async fn a_busy_client_is_told_with_an_answer_that_its_place_goes_to_a_newcomer() {
    let address = start(Limits { connections: 1, ..patient() }).await;
    let (mut busy, answer) = ask_anew(address).await;
    assert!(!is_last(&answer), "nobody else is there");
    let newcomer = tokio::spawn(ask_anew(address));
    let told = timeout(LIMIT, async { while !is_last(&ask(&mut busy).await.unwrap()) {} });
    told.await.unwrap();
    newcomer.await.unwrap();
}

#[tokio::test]
async fn clients_that_ask_on_and_on_share_the_places() {
    const CLIENTS: usize = 5 * PLACES;
    let address = start(patient()).await;
    let answered: &[AtomicUsize; CLIENTS] = Box::leak(Box::default());
    let all_are_answered = || answered.iter().all(|answers| answers.load(Ordering::Relaxed) >= 3);
    let clients = answered.iter().map(|answers| async move {
        while !all_are_answered() {
            let mut connection = TcpStream::connect(address).await.unwrap();
            while !all_are_answered() {
                let answer = ask(&mut connection).await.unwrap();
                answers.fetch_add(1, Ordering::Relaxed);
                if is_last(&answer) {
                    break;
                }
            }
        }
    });
    timeout(LIMIT, futures::future::join_all(clients)).await.unwrap();
}
