//! What clients of HTTP/2 may do to a server by TLS: memory is bounded, and others are served meanwhile.

use crate::{campaign, roster::Server};
use futures::future::join_all;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Connections of each shape.
const CONNECTIONS: usize = 200;
/// How many of them send at once.
const AT_ONCE: usize = 50;
/// Requests beside them.
const SERVED: usize = 100;
/// The most memory that the server may have had: twice as much as with HTTP/1.1 beside what it has in any case.
const MEMORY: u64 = 280 << 20;
/// What hasn't come by then won't come.
const LIMIT: Duration = Duration::from_secs(120);
/// Streams that are begun on a connection: as many as a client may have at once.
const STREAMS: u32 = 100;

/// What each connection sends after the preface.
struct Shape {
    name: &'static str,
    bytes: fn(token: &str) -> Vec<u8>,
}

const SHAPES: [Shape; 9] = [
    Shape {
        name: "answers of which nothing is taken",
        bytes: |_| [settings(0), streams(|stream| get(stream, "/openapi.json", ""))].concat(),
    },
    Shape {
        name: "pages of which a byte is taken",
        bytes: |token| [settings(1), streams(|stream| get(stream, "/v1.0/users?$top=999", token))].concat(),
    },
    Shape {
        name: "answers that aren't read",
        bytes: |token| {
            let wide = [settings(u32::MAX >> 1), window(0, u32::MAX >> 2)].concat();
            [wide, streams(|stream| get(stream, "/v1.0/users?$top=999", token))].concat()
        },
    },
    Shape {
        name: "heads that never end",
        bytes: |_| {
            let begun = frame(HEADERS, END_STREAM, 1, &head("GET", "/health", ""));
            [settings(0), begun, frame(CONTINUATION, 0, 1, &large_header()).repeat(50)].concat()
        },
    },
    Shape {
        name: "large heads without their bodies",
        bytes: |_| {
            let begin = |stream| {
                let block = [head("POST", "/v1.0/groups", "x.y.z"), large_header()].concat();
                frame(HEADERS, END_HEADERS, stream, &block)
            };
            [settings(0), streams(begin)].concat()
        },
    },
    Shape {
        name: "bodies but for their ends",
        bytes: |token| {
            let begin = |stream| {
                let head = frame(HEADERS, END_HEADERS, stream, &head("POST", "/v1.0/groups", token));
                // All of them together have the window that the protocol begins with.
                [head, frame(DATA, 0, stream, &[b' '; 600])].concat()
            };
            [settings(0), streams(begin)].concat()
        },
    },
    Shape {
        name: "streams that are given up as soon as they are begun",
        bytes: |_| {
            let give_up = |number| {
                let reset = frame(RST_STREAM, 0, 2 * number + 1, &8_u32.to_be_bytes());
                [get(2 * number + 1, "/v1.0/groups", "x.y.z"), reset].concat()
            };
            [settings(0), (0..2000_u32).flat_map(give_up).collect()].concat()
        },
    },
    Shape { name: "settings without end", bytes: |_| settings(0).repeat(20_000) },
    Shape {
        name: "pings without end",
        bytes: |_| [settings(0), frame(PING, 0, 0, &[0; 8]).repeat(20_000)].concat(),
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_shape_of_streams_takes_more_memory_than_the_server_may_have() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    for _ in campaign::rounds(1) {
        for shape in SHAPES {
            let folder = tempfile::tempdir().unwrap();
            let server = Server::start(folder.path(), &["--sample", "--listen-tls", "127.0.0.1:0"]);
            let token = server.sample_token().await;
            let bytes = (shape.bytes)(&token);
            let client = Client::of(&server);
            let mut held = Vec::new();
            for _ in 0..CONNECTIONS / AT_ONCE {
                held.extend(join_all((0..AT_ONCE).map(|_| client.hold(&bytes))).await);
            }
            for _ in 0..SERVED {
                let answer = server.get("/users?$top=1", &token).send();
                let answer = timeout(LIMIT, answer).await.unwrap().unwrap();
                assert_eq!(answer.status(), 200, "{}", shape.name);
            }
            let peak = server.peak_memory();
            campaign::report("http2", format_args!("{} x {}: {} MiB", held.len(), shape.name, peak >> 20));
            assert!(peak < MEMORY, "{}: {peak} bytes", shape.name);
        }
    }
}

/// A client that speaks HTTP/2 frame by frame.
struct Client {
    tls: TlsConnector,
    address: String,
}

impl Client {
    fn of(server: &Server) -> Self {
        let announced = |name: &str| server.announced[name].as_str().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(announced("ca")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let address = announced("tlsUrl").trim_start_matches("https://").to_owned();
        Self { tls: Arc::new(config).into(), address }
    }

    /// A new connection on which this was sent. The server may have ended it before all was.
    async fn hold(&self, bytes: &[u8]) -> TlsStream<TcpStream> {
        let hold = async {
            let stream = TcpStream::connect(&self.address).await.unwrap();
            let name = ServerName::try_from("127.0.0.1").unwrap();
            let mut stream = self.tls.connect(name, stream).await.unwrap();
            let _ = stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
            for piece in bytes.chunks(16 << 10) {
                if stream.write_all(piece).await.is_err() {
                    break;
                }
                // What the server says to it is read, so that it goes on; what is answered has no window.
                let mut said = [0; 4096];
                let _ = timeout(Duration::from_millis(1), stream.read(&mut said)).await;
            }
            stream
        };
        timeout(LIMIT, hold).await.unwrap()
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A frame (RFC 9113, 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The window of each stream's answer.
fn settings(window: u32) -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[&[0, 4][..], &window.to_be_bytes()].concat())
}

fn window(stream: u32, more: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &more.to_be_bytes())
}

/// As many streams as there may be.
fn streams(begin: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    (0..STREAMS).flat_map(|number| begin(2 * number + 1)).collect()
}

fn get(stream: u32, path: &str, token: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &head("GET", path, token))
}

/// A head, without Huffman codes and without anything that later heads would build on (RFC 7541, 6.2.2).
fn head(method: &str, path: &str, token: &str) -> Vec<u8> {
    let mut block = [literal(b":method", method.as_bytes()), literal(b":scheme", b"https")].concat();
    block.extend(literal(b":path", path.as_bytes()));
    block.extend(literal(b":authority", b"localhost"));
    if !token.is_empty() {
        block.extend(literal(b"authorization", format!("Bearer {token}").as_bytes()));
    }
    block
}

/// A header that is about as long as heads may be, twice in a frame's size.
fn large_header() -> Vec<u8> {
    [literal(b"x", &[b'x'; 7000]), literal(b"y", &[b'y'; 7000])].concat()
}

fn literal(name: &[u8], value: &[u8]) -> Vec<u8> {
    [&[0][..], &length(name), name, &length(value), value].concat()
}

/// A length as an integer with a prefix of seven bits (RFC 7541, 5.1).
fn length(text: &[u8]) -> Vec<u8> {
    let Some(mut rest) = text.len().checked_sub(127) else { return vec![u8::try_from(text.len()).unwrap()] };
    let mut bytes = vec![127];
    while rest >= 128 {
        bytes.push(u8::try_from(rest % 128 + 128).unwrap());
        rest /= 128;
    }
    bytes.push(u8::try_from(rest).unwrap());
    bytes
}
