//! The memory that connections hold: it is bounded, and others are served meanwhile.

use super::connection::Connection;
use crate::{campaign, roster::Server};
use futures::future::join_all;
use std::time::Duration;
use tokio::time::timeout;

/// Connections of each shape.
const CONNECTIONS: usize = 1500;
/// How many of them send at once.
const AT_ONCE: usize = 50;
/// Bytes that are sent one by one.
const BY_BYTES: usize = 100;
/// Requests beside them.
const SERVED: usize = 100;
/// The most memory that the server may have had. The bodies alone, of 256 KiB each, would be more if none were bounded.
const MEMORY: u64 = 256 << 20;
/// The most with nobody there, its own code included.
const MEMORY_ALONE: u64 = 128 << 20;
/// What hasn't come by then won't come.
const LIMIT: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_shape_of_requests_takes_more_memory_than_the_server_may_have() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    for _ in campaign::rounds(1) {
        for shape in SHAPES {
            let folder = tempfile::tempdir().unwrap();
            let server = Server::start(folder.path(), &["--sample"]);
            let token = server.sample_token().await;
            let bytes = (shape.bytes)(&token);
            let mut held = Vec::new();
            for _ in 0..CONNECTIONS / AT_ONCE {
                held.extend(join_all((0..AT_ONCE).map(|_| hold(&server, &bytes))).await);
            }
            // Served while they are held, and often enough for all that was sent to be read.
            for _ in 0..SERVED {
                let answer = server.get("/users?$top=1", &token).send();
                let answer = timeout(LIMIT, answer).await.unwrap().unwrap();
                assert_eq!(answer.status(), 200, "{}", shape.name);
            }
            let peak = server.peak_memory();
            campaign::report("memory", format_args!("{} x {}: {} MiB", held.len(), shape.name, peak >> 20));
            assert!(peak < MEMORY, "{}: {peak} bytes", shape.name);
        }
    }
}

#[tokio::test]
async fn a_server_of_which_only_the_contract_is_read_takes_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--sample"]);
    for path in ["/openapi.json", "/openapi.yaml", "/openapi.json?openapi=3.0", "/openapi.yaml?openapi=3.0"] {
        let answer = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap();
    }
    let peak = server.peak_memory();
    campaign::report("memory", format_args!("alone: {} MiB", peak >> 20));
    assert!(peak < MEMORY_ALONE, "{peak} bytes");
}

/// A new connection on which this was sent, the last of it byte by byte.
async fn hold(server: &Server, bytes: &[u8]) -> Connection {
    let mut connection = Connection::to(&server.url).await;
    let (at_once, by_bytes) = bytes.split_at(bytes.len().saturating_sub(BY_BYTES));
    let send = async {
        connection.send(at_once).await?;
        for byte in by_bytes {
            // So that the server can read each by itself.
            tokio::task::yield_now().await;
            connection.send(&[*byte]).await?;
        }
        Ok::<_, std::io::Error>(())
    };
    // The server may end it before all is sent.
    let _ = timeout(LIMIT, send).await.unwrap();
    connection
}

/// What each connection sends.
struct Shape {
    name: &'static str,
    bytes: fn(token: &str) -> Vec<u8>,
}

const SHAPES: [Shape; 13] = [
    Shape {
        name: "a head that never ends",
        bytes: |_| format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(60_000)).into(),
    },
    Shape { name: "a form but for its last byte", bytes: |_| form(16 << 10, (16 << 10) - 1) },
    Shape { name: "a form of a megabyte but for its last byte", bytes: |_| form(1 << 20, (1 << 20) - 1) },
    Shape {
        name: "a body without a token but for its last byte",
        bytes: |_| post("x.y.z", &vec![b' '; MAX_BODY - 1], 1),
    },
    Shape { name: "a body but for its last byte", bytes: |token| post(token, &vec![b' '; MAX_BODY - 1], 1) },
    Shape { name: "a body in small chunks without an end", bytes: |token| chunked(token) },
    Shape { name: "annotations that nothing reads", bytes: |token| post(token, &annotations(), 0) },
    Shape { name: "as many values as a body may have", bytes: |token| post(token, &values(), 0) },
    Shape { name: "a contract that isn't read", bytes: |_| get("/openapi.json") },
    Shape { name: "a contract as YAML that isn't read", bytes: |_| get("/openapi.yaml?openapi=3.0") },
    Shape { name: "a contract in gzip that isn't read", bytes: |_| zipped("/openapi.json", "") },
    Shape { name: "metadata in gzip that isn't read", bytes: |_| zipped("/v1.0/$metadata", "") },
    Shape {
        name: "pages in gzip that aren't read",
        bytes: |token| zipped("/v1.0/users?$top=999", token).repeat(100),
    },
];

/// The largest body that is read.
const MAX_BODY: usize = 256 << 10;

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into()
}

/// A request of a client that accepts gzip.
fn zipped(path: &str, token: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .into()
}

/// A request of this many bytes at the token endpoint, of which some are sent.
fn form(length: usize, sent: usize) -> Vec<u8> {
    let head = format!(
        "POST /5a3e0000-0000-4000-8000-000000000000/oauth2/v2.0/token HTTP/1.1\r\nhost: localhost\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), &vec![b'x'; sent]].concat()
}

fn head(token: &str, length: &str) -> String {
    format!(
        "POST /v1.0/groups HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{length}\r\n\r\n"
    )
}

/// A request with this body, of which so many bytes more are announced.
fn post(token: &str, body: &[u8], missing: usize) -> Vec<u8> {
    let length = format!("content-length: {}", body.len() + missing);
    [head(token, &length).as_bytes(), body].concat()
}

fn chunked(token: &str) -> Vec<u8> {
    let mut bytes = head(token, "transfer-encoding: chunked").into_bytes();
    bytes.extend(b"1\r\n \r\n".repeat(MAX_BODY / 8));
    bytes
}

fn annotations() -> Vec<u8> {
    let item = "{\"a\":[[],{\"b\":[1]}]},";
    let items = item.repeat(MAX_BODY / item.len() - 10);
    format!("{{\"x@y\":[{items}1]}}").into()
}

fn values() -> Vec<u8> {
    let items = "{\"a\":0},".repeat(4_990);
    format!("{{\"groupTypes\":[{items}1]}}").into()
}
