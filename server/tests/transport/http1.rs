//! Which connections keep their slots when there are more connections than slots, and which are kept after an answer.

use crate::server::{FOREVER, LARGE, LIMIT, SLOTS, default_like, impatient, patient, start, start_until};
use axum::{
    Router,
    body::{Body, Bytes},
    routing::get,
};
use roster_server::http::transport::{self, Endpoint, Limits};
use std::{
    convert::Infallible,
    future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::timeout,
};

/// A request with a body of one byte.
fn request(path: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n.")
}

async fn send(connection: &mut TcpStream, text: &str) {
    connection.write_all(text.as_bytes()).await.unwrap();
}

/// The head of the next answer. `None` where the connection ended instead.
async fn read_head(connection: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// Asks for an echo, and gives the head of the answer.
async fn ask(connection: &mut TcpStream) -> Option<String> {
    connection.write_all(request("/echo").as_bytes()).await.ok()?;
    let head = read_head(connection).await?;
    connection.read_u8().await.ok()?;
    Some(head)
}

fn is_last(head: &str) -> bool {
    head.contains("connection: close\r\n")
}

/// Asks once, over a new connection.
async fn ask_once(address: SocketAddr) -> (TcpStream, String) {
    let asked = timeout(LIMIT, async {
        let mut connection = TcpStream::connect(address).await.unwrap();
        let head = ask(&mut connection).await.unwrap();
        (connection, head)
    });
    asked.await.unwrap()
}

#[tokio::test]
async fn a_request_has_the_scheme_of_its_connection() {
    let (address, _) = start(patient()).await;
    let mut connection = TcpStream::connect(address).await.unwrap();
    send(&mut connection, "GET /scheme HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    let mut answer = String::new();
    timeout(LIMIT, connection.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.ends_with("\r\n\r\nhttp"), "{answer}");
}

#[tokio::test]
async fn an_idle_client_loses_its_slot_to_a_new_connection() {
    let (address, _) = start(impatient()).await;
    let mut idle = Vec::new();
    for _ in 0..10 * SLOTS {
        idle.push(ask_once(address).await.0);
    }
    let ended = timeout(LIMIT, idle[0].read(&mut [0])).await.unwrap();
    assert_eq!(ended.unwrap(), 0, "the connection that was idle longest is still there");
}

#[tokio::test]
async fn a_client_that_sends_nothing_loses_its_slot_to_a_new_connection() {
    clients_that_send_this_lose_their_slots("").await;
}

#[tokio::test]
async fn a_client_in_the_middle_of_a_head_loses_its_slot_to_a_new_connection() {
    clients_that_send_this_lose_their_slots("POST /echo").await;
}

#[tokio::test]
async fn a_client_that_has_not_sent_its_first_request_yet_keeps_its_slot_for_a_while() {
    let (address, _) = start(Limits { connections: 1, ..default_like() }).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    let next = tokio::spawn(ask_once(address));
    // It is answered though the other one waits, and then it is idle.
    assert!(timeout(LIMIT, ask(&mut first)).await.unwrap().is_some());
    next.await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_loses_its_slot_to_a_new_connection() {
    clients_that_send_this_lose_their_slots("GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
}

async fn clients_that_send_this_lose_their_slots(text: &str) {
    let (address, _) = start(impatient()).await;
    let mut slow = Vec::new();
    for _ in 0..3 * SLOTS {
        let mut connection = TcpStream::connect(address).await.unwrap();
        send(&mut connection, text).await;
        slow.push(connection);
    }
    ask_once(address).await;
}

#[tokio::test]
async fn a_request_that_has_arrived_keeps_its_slot_until_it_is_answered() {
    for path in ["/held/body-read-late", "/held/body-unread"] {
        let (address, release) = start(impatient()).await;
        let mut held = TcpStream::connect(address).await.unwrap();
        send(&mut held, &request(path)).await;
        // Each takes the slot of the one before: the only other one.
        let mut others = Vec::new();
        for _ in 0..5 * SLOTS {
            others.push(ask_once(address).await);
        }
        release.notify_one();
        let head = timeout(LIMIT, read_head(&mut held)).await.unwrap();
        assert!(head.unwrap().starts_with("HTTP/1.1 200"), "{path}");
    }
}

#[tokio::test]
async fn a_busy_client_is_told_with_an_answer_that_its_slot_goes_to_a_new_connection() {
    let (address, _) = start(Limits { connections: 1, ..patient() }).await;
    let (mut busy, head) = ask_once(address).await;
    assert!(!is_last(&head), "there is no other connection");
    let next = tokio::spawn(ask_once(address));
    let told = timeout(LIMIT, async { while !is_last(&ask(&mut busy).await.unwrap()) {} });
    told.await.unwrap();
    next.await.unwrap();
}

#[tokio::test]
async fn a_busy_client_of_http_1_0_is_told_too() {
    let (address, _) = start(Limits { connections: 1, ..patient() }).await;
    let mut busy = TcpStream::connect(address).await.unwrap();
    let asked = "POST /echo HTTP/1.0\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\n.";
    send(&mut busy, asked).await;
    let head = read_head(&mut busy).await.unwrap();
    assert!(head.contains("connection: keep-alive\r\n"), "there is no other connection");
    let next = tokio::spawn(ask_once(address));
    let told = timeout(LIMIT, async {
        loop {
            busy.read_u8().await.unwrap();
            send(&mut busy, asked).await;
            let head = read_head(&mut busy).await.unwrap();
            if !head.contains("keep-alive") {
                return head;
            }
        }
    });
    assert!(is_last(&told.await.unwrap()));
    next.await.unwrap();
}

#[tokio::test]
async fn clients_that_never_pause_share_the_slots() {
    let (address, _) = start(patient()).await;
    let answered: [AtomicUsize; 5 * SLOTS] = Default::default();
    let all_are_answered = || answered.iter().all(|answers| answers.load(Ordering::Relaxed) >= 3);
    let clients = answered.iter().map(|answers| async move {
        while !all_are_answered() {
            let mut connection = TcpStream::connect(address).await.unwrap();
            while !all_are_answered() {
                let head = ask(&mut connection).await.unwrap();
                answers.fetch_add(1, Ordering::Relaxed);
                if is_last(&head) {
                    break;
                }
            }
        }
    });
    timeout(LIMIT, futures::future::join_all(clients)).await.unwrap();
}

#[tokio::test]
async fn a_listener_that_stops_waits_for_no_new_connection_and_no_idle_client() {
    let (stop, stopped) = oneshot::channel();
    let (address, _, serving) = start_until(patient(), async { stopped.await.unwrap() }).await;
    let mut idle = Vec::new();
    for _ in 0..SLOTS {
        idle.push(ask_once(address).await);
    }
    let _next = TcpStream::connect(address).await.unwrap();
    stop.send(()).unwrap();
    timeout(LIMIT, serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_listener_that_stops_sends_every_piece_of_an_answer() {
    let (stop, stopped) = oneshot::channel();
    let (address, _, serving) = start_until(patient(), async { stopped.await.unwrap() }).await;
    let mut connection = TcpStream::connect(address).await.unwrap();
    // Of this version, so that the end of the connection is that of the answer.
    send(&mut connection, "GET /pieces HTTP/1.0\r\n\r\n").await;
    read_head(&mut connection).await.unwrap();
    // The first piece is sent whole, the second one begun.
    let mut body = vec![0; LARGE + 1];
    connection.read_exact(&mut body).await.unwrap();
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {}
    timeout(LIMIT, connection.read_to_end(&mut body)).await.unwrap().unwrap();
    assert_eq!(body.len(), 2 * LARGE);
    timeout(LIMIT, serving).await.unwrap().unwrap();
}

/// A server that reads no body, and one connection to it.
async fn connect_to_one_that_reads_no_body(drain_time: Duration) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(async || "refused");
    let limits = Limits { drain_time, ..patient() };
    tokio::spawn(transport::serve(vec![Endpoint::plain(listener)], app, limits, future::pending()));
    TcpStream::connect(address).await.unwrap()
}

async fn read_answer(connection: &mut TcpStream) -> String {
    let head = timeout(LIMIT, read_head(connection)).await.unwrap().unwrap();
    let mut body = [0; "refused".len()];
    connection.read_exact(&mut body).await.unwrap();
    head
}

#[tokio::test]
async fn little_is_sent_to_a_client_that_reads_nothing() {
    const FRAME: usize = 16 << 10;
    let (written, write) = (Arc::new(AtomicUsize::new(0)), Bytes::from(vec![b'.'; FRAME]));
    let count = written.clone();
    let endless = move || {
        let count = count.clone();
        let frames = std::iter::repeat_with(move || {
            count.fetch_add(FRAME, Ordering::Relaxed);
            Ok::<_, Infallible>(write.clone())
        });
        async { Body::from_stream(futures::stream::iter(frames)) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/endless", get(endless)).fallback(async || "refused");
    let limits = Limits { threads: 1, ..patient() };
    tokio::spawn(transport::serve(vec![Endpoint::plain(listener)], app, limits, future::pending()));

    let mut slow = TcpStream::connect(address).await.unwrap();
    send(&mut slow, "GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert!(read_head(&mut slow).await.is_some());
    let mut other = TcpStream::connect(address).await.unwrap();
    let mut seen = 0;
    // The thread takes turns: if it writes nothing between many answers to others, it waits for the client.
    loop {
        for _ in 0..100 {
            send(&mut other, "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
            read_answer(&mut other).await;
        }
        match written.load(Ordering::Relaxed) {
            now if now == seen => break,
            now => seen = now,
        }
    }
    assert!(seen < 2 << 20, "{seen} bytes were taken from the server");
}

#[tokio::test]
async fn a_request_that_is_answered_before_its_body_has_come_keeps_its_connection() {
    let mut connection = connect_to_one_that_reads_no_body(FOREVER).await;
    for _ in 0..3 {
        for (head, body) in [
            ("content-length: 100000", vec![b'.'; 100_000]),
            ("transfer-encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n".to_vec()),
        ] {
            send(&mut connection, &format!("POST / HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n")).await;
            // So that the head comes by itself.
            tokio::task::yield_now().await;
            connection.write_all(&body).await.unwrap();
            let head = read_answer(&mut connection).await;
            assert!(!is_last(&head), "{head}");
        }
    }
}

#[tokio::test]
async fn a_connection_whose_body_does_not_come_is_announced_to_close() {
    for more in ["", "expect: 100-continue\r\n"] {
        let drain_time = if more.is_empty() { Duration::ZERO } else { FOREVER };
        let mut connection = connect_to_one_that_reads_no_body(drain_time).await;
        let head = format!("POST / HTTP/1.1\r\nhost: localhost\r\n{more}content-length: 1\r\n\r\n");
        send(&mut connection, &head).await;
        let head = read_answer(&mut connection).await;
        assert!(is_last(&head), "{head}");
        assert_eq!(connection.read(&mut [0]).await.unwrap(), 0, "it does end");
    }
}
