//! Random bytes as bodies, paths and whole requests: no 5xx, no panic, and the server goes on.

use crate::support::{Tenant, send};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Duration, timeout},
};

const EACH: usize = 5_000;
const AT_ONCE: usize = 16;

fn bytes(random: &mut StdRng) -> Vec<u8> {
    let length = random.random_range(0..200);
    // Half of them made of what means something in JSON and in URLs.
    let meaningful = random.random_bool(0.5);
    let byte = |random: &mut StdRng| {
        if meaningful {
            b"{}[]\":,@odata.id/$%()'0x -\\"[random.random_range(0..27)]
        } else {
            random.random()
        }
    };
    (0..length).map(|_| byte(random)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_bodies_and_paths_never_break_the_server() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let token = tenant.app_token(["Directory.ReadWrite.All"]).await;
    let seed: u64 = rand::random();
    let host = tenant.server.url.strip_prefix("http://").unwrap().to_owned();
    let work = (0..AT_ONCE).map(|worker| {
        let (host, token) = (host.clone(), token.clone());
        tokio::spawn(async move {
            let mut random = StdRng::seed_from_u64(seed.wrapping_add(worker as u64));
            for _ in 0..EACH / AT_ONCE {
                let body = bytes(&mut random);
                let path = format!("/v1.0/groups/{group}/members/$ref");
                let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                check(&host, &[head.as_bytes(), &body].concat(), seed).await;

                let path = bytes(&mut random);
                let tail = format!(" HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n");
                let plain: Vec<u8> = path.into_iter().filter(|byte| !b"\r\n ".contains(byte)).collect();
                check(&host, &[b"GET /v1.0/", &*plain, tail.as_bytes()].concat(), seed).await;
            }
        })
    });
    for outcome in futures::future::join_all(work).await {
        outcome.unwrap();
    }
    assert_eq!(send(tenant.anonymous(Method::GET, "/health")).await.status, 200);
}

/// Sends one request on a connection of its own; it is answered without a 5xx, or refused by closing.
async fn check(host: &str, request: &[u8], seed: u64) {
    let mut connection = TcpStream::connect(host).await.unwrap();
    let mut answer = Vec::new();
    let exchange = async {
        connection.write_all(request).await?;
        connection.read_to_end(&mut answer).await
    };
    let outcome = timeout(Duration::from_secs(120), exchange).await;
    let shown = String::from_utf8_lossy(request);
    assert!(outcome.is_ok(), "seed {seed}: no end after {shown}");
    let status = String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or("closed").to_owned();
    assert!(!status.starts_with('5'), "seed {seed}: {status} to {shown}");
}

#[tokio::test]
async fn too_many_and_too_large_headers_are_refused() {
    let tenant = Tenant::fresh().await;
    let mut many = tenant.anonymous(Method::GET, "/health");
    for number in 0..200 {
        many = many.header(format!("x-{number}"), "x");
    }
    assert_eq!(send(many).await.status, 431);
    let large = tenant.anonymous(Method::GET, "/health").header("x", "x".repeat(1_000_000));
    assert_eq!(send(large).await.status, 431);
}

#[tokio::test]
async fn long_ids_queries_and_tokens_are_refused() {
    let tenant = Tenant::fresh().await;
    let long = "x".repeat(20_000);
    for path in [
        format!("/groups/{long}"),
        format!("/users/{long}"),
        format!("/users/a?$select={long}"),
        format!("/users/a?$skiptoken={long}"),
    ] {
        let answer = send(tenant.raw(Method::GET, &path).await).await;
        assert!((400..500).contains(&answer.status.as_u16()), "{}", answer.status);
    }
    let token =
        send(tenant.anonymous(Method::GET, "/v1.0/users/a").bearer_auth(format!("{long}.{long}."))).await;
    assert_eq!(token.status, 401);
}
