//! What bodies may cost: their size, their shape, and the memory of all of them together.

use crate::support::{Server, Tenant, send};
use base64::{Engine, engine::general_purpose::STANDARD};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use roster_server::{
    http::{state::Settings, transport::Limits},
    model::kinds::ObjectKind,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use uuid::Uuid;

const LIMIT: Duration = Duration::from_secs(60);

/// Longer than any test takes.
const FOREVER: Duration = Duration::from_secs(3600);

/// More than half of the memory that the bodies of one tenant have.
const LARGE: usize = 64 << 10;

fn group_of(description: &str) -> Value {
    json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true,
        "description": description})
}

/// Sends a large body until it is answered with this status; until then only with 201 or 429.
async fn post_until(tenant: Tenant, status: u16) {
    let answered = timeout(LIMIT, async {
        // White space counts like anything else.
        let body = format!("{}{}", " ".repeat(LARGE), group_of("d"));
        loop {
            let request =
                tenant.raw(Method::POST, "/groups").await.header("content-type", "application/json");
            let answer = send(request.body(body.clone())).await;
            if answer.status == status {
                return answer;
            }
            assert!([201, 429].contains(&answer.status.as_u16()), "{answer:?}");
        }
    });
    let answer = answered.await.unwrap();
    assert!(status != 429 || answer.headers.contains_key("retry-after"), "{answer:?}");
}

#[tokio::test]
async fn bodies_of_a_tenant_share_a_memory_and_those_beyond_it_are_put_off_but_not_another_tenants() {
    let settings = Settings { body_memory: 8 * LARGE, body_stall_time: FOREVER, ..Settings::default() };
    let server: &'static Server = Box::leak(Box::new(Server::start_with(settings, Limits::default())));
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    let address = server.url.strip_prefix("http://").unwrap();
    let token = tenant.app_token(["Group.ReadWrite.All"]).await;
    let body = format!("{}{}", " ".repeat(LARGE), group_of("d"));
    let length = body.len();
    let head = format!(
        "POST /v1.0/groups HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let hold = async || {
        let mut held = TcpStream::connect(address).await.unwrap();
        held.write_all(head.as_bytes()).await.unwrap();
        held.write_all(&body.as_bytes()[..length - 1]).await.unwrap();
        held
    };
    let mut held = hold().await;
    loop {
        tokio::select! {
            () = post_until(tenant, 429) => break,
            // It is the one that is answered 429 if another body came first.
            answered = held.readable() => answered.unwrap(),
        }
        held = hold().await;
    }
    post_until(other, 201).await;
    held.write_all(b"}").await.unwrap();
    let mut answer = String::new();
    timeout(LIMIT, held.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    post_until(tenant, 201).await;
}

#[tokio::test]
async fn large_answers_that_are_not_read_share_a_memory_and_those_beyond_it_are_put_off() {
    let settings = Settings { answer_memory: 4 * (4 << 20), ..Settings::default() };
    let server: &'static Server = Box::leak(Box::new(Server::start_with(settings, Limits::default())));
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    for number in 0..60 {
        let values = json!({"displayName": "g", "mailNickname": format!("g{number}"), "mailEnabled": false,
            "securityEnabled": true, "membershipRule": "x".repeat(3000), "classification": "x".repeat(1000),
            "resourceBehaviorOptions": vec!["x".repeat(200); 200]});
        tenant.group(values).await;
    }
    let unread = ask_until_put_off(&tenant, "/groups").await;
    assert_eq!(send(other.raw(Method::GET, "/groups").await).await.status, 200);
    drop(unread);
    let again = async { while send(tenant.raw(Method::GET, "/groups").await).await.status != 200 {} };
    timeout(LIMIT, again).await.unwrap();
}

#[tokio::test]
async fn so_do_those_of_one_object_with_others_that_are_expanded() {
    let settings = Settings { answer_memory: 4 * (4 << 20), ..Settings::default() };
    let server: &'static Server = Box::leak(Box::new(Server::start_with(settings, Limits::default())));
    let tenant = server.tenant().await;
    let manager = tenant.user("grace").await;
    for _ in 0..20 {
        let report = json!({"displayName": "x".repeat(120 << 10)});
        tenant.manage(tenant.object_with(ObjectKind::User, report).await, manager).await;
    }
    let path = format!("/users/{manager}?$expand=directReports");
    let unread = ask_until_put_off(&tenant, &path).await;
    assert_eq!(send(tenant.raw(Method::GET, &format!("/users/{manager}")).await).await.status, 200);
    drop(unread);
    let again = async { while send(tenant.raw(Method::GET, &path).await).await.status != 200 {} };
    timeout(LIMIT, again).await.unwrap();
}

#[tokio::test]
async fn so_do_those_that_are_compressed() {
    let settings = Settings { answer_memory: 4 * (4 << 20), ..Settings::default() };
    let server: &'static Server = Box::leak(Box::new(Server::start_with(settings, Limits::default())));
    let tenant = server.tenant().await;
    for seed in 0..20 {
        // What is random can't be compressed to much less.
        let bytes: Vec<u8> = StdRng::seed_from_u64(seed).random_iter().take(90 << 10).collect();
        let values =
            json!({"displayName": STANDARD.encode(bytes), "userPrincipalName": format!("{seed}@x.example")});
        tenant.object_with(ObjectKind::User, values).await;
    }
    let (path, gzip) = ("/users?$top=999", "accept-encoding: gzip\r\n");
    let compressed = tenant.raw(Method::GET, path).await.header("accept-encoding", "gzip");
    assert_eq!(send(compressed).await.headers["content-encoding"], "gzip");
    let unread = ask_with_until_put_off(&tenant, path, gzip).await;
    assert_eq!(send(tenant.raw(Method::GET, "/users?$select=id").await).await.status, 200);
    drop(unread);
    let again = async { while send(tenant.raw(Method::GET, path).await).await.status != 200 {} };
    timeout(LIMIT, again).await.unwrap();
}

#[tokio::test]
async fn so_do_those_of_resources_of_the_tenant() {
    let settings = Settings { answer_memory: 4 * (4 << 20), ..Settings::default() };
    let server: &'static Server = Box::leak(Box::new(Server::start_with(settings, Limits::default())));
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    for number in 0..20 {
        tenant.product(Uuid::from_u128(number), json!({"skuPartNumber": "x".repeat(120 << 10)})).await;
    }
    let unread = ask_until_put_off(&tenant, "/subscribedSkus").await;
    assert_eq!(send(other.raw(Method::GET, "/subscribedSkus").await).await.status, 200);
    drop(unread);
    let again = async { while send(tenant.raw(Method::GET, "/subscribedSkus").await).await.status != 200 {} };
    timeout(LIMIT, again).await.unwrap();
}

/// Asks so again and again, and reads no answer further than its status, until one is put off.
async fn ask_until_put_off(tenant: &Tenant, path: &str) -> Vec<TcpStream> {
    ask_with_until_put_off(tenant, path, "").await
}

/// The same, with these headers.
async fn ask_with_until_put_off(tenant: &Tenant, path: &str, headers: &str) -> Vec<TcpStream> {
    let address = tenant.server.url.strip_prefix("http://").unwrap();
    let token = tenant.app_token(["Directory.Read.All"]).await;
    let request = format!(
        "GET /v1.0{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n{headers}\r\n"
    );
    let ask = async {
        let mut unread = Vec::new();
        loop {
            let mut connection = TcpStream::connect(address).await.unwrap();
            connection.write_all(request.as_bytes()).await.unwrap();
            let mut status = [0; "HTTP/1.1 200".len()];
            connection.read_exact(&mut status).await.unwrap();
            // The system takes some of it, however little is read.
            unread.push(connection);
            if status.ends_with(b"429") {
                return unread;
            }
            assert!(status.ends_with(b"200"), "{status:?}");
        }
    };
    timeout(LIMIT, ask).await.unwrap()
}

#[tokio::test]
async fn a_body_of_too_many_values_or_levels_is_refused_wherever_they_stand() {
    let tenant = Tenant::fresh().await;
    for name in ["description", "beside@odata.unread"] {
        for (value, status, code) in [
            (format!("[{}1]", "1,".repeat(10_000)), 413, "RequestEntityTooLarge"),
            (format!("{}1{}", "[".repeat(64), "]".repeat(64)), 400, "BadRequest"),
        ] {
            let mut body = group_of("d").to_string();
            body.insert_str(1, &format!("\"{name}\":{value},"));
            let request =
                tenant.raw(Method::POST, "/groups").await.header("content-type", "application/json");
            let answer = send(request.body(body)).await.refusal();
            assert_eq!((answer.0, &*answer.1), (status, code), "{name} {}", answer.2);
        }
    }
}

#[tokio::test]
async fn a_form_of_more_than_16_kib_is_refused() {
    let tenant = Tenant::fresh().await;
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    for (length, expected) in [(8 << 10, "unsupported_grant_type"), ((16 << 10) + 1, "invalid_request")] {
        let body = format!("grant_type=x&client_id=x&client_secret=x&x={}", "x".repeat(length));
        let request = tenant.anonymous(Method::POST, &path);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        assert_eq!(send(request).await.json()["error"], expected, "{length}");
    }
}

/// Reads an answer, and gives its status.
async fn read_status(connection: &mut TcpStream) -> u16 {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(LIMIT, connection.read_u8()).await.unwrap().unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(!head.contains("connection: close"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    connection.read_exact(&mut body).await.unwrap();
    head[9..12].parse().unwrap()
}

#[tokio::test]
async fn every_refusal_that_comes_before_the_body_keeps_the_connection() {
    let limits = Limits { drain_time: FOREVER, ..Limits::default() };
    let server: &'static Server = Box::leak(Box::new(Server::start_with(Settings::default(), limits)));
    let tenant = server.tenant().await;
    let address = server.url.strip_prefix("http://").unwrap();
    let group = tenant.security_group("readers").await;
    let (all, none) = (tenant.app_token(["Group.ReadWrite.All"]).await, tenant.app_token([]).await);
    let token_endpoint = format!("/{}/oauth2/v2.0/token", Uuid::nil());
    for (target, token, header, expected) in [
        ("POST /v1.0/groups", "x.y.z", JSON, 401),
        ("POST /v1.0/nothing", &*all, JSON, 400),
        ("PUT /v1.0/groups", &*all, JSON, 405),
        ("POST /v1.0/groups", &*none, JSON, 403),
        ("PATCH /v1.0/groups/no-id", &*all, JSON, 400),
        (&*format!("PATCH /v1.0/groups/{group}?$select=id"), &*all, JSON, 400),
        ("POST /v1.0/groups", &*all, "content-type: text/plain", 400),
        ("POST /v1.0/groups", &*all, "x: y", 400),
        (&*format!("POST {token_endpoint}"), &*all, JSON, 400),
        ("POST /health", &*all, JSON, 405),
    ] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        for _ in 0..2 {
            let head = format!(
                "{target} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n{header}\r\ncontent-length: 50000\r\n\r\n"
            );
            connection.write_all(head.as_bytes()).await.unwrap();
            // So that the head comes by itself.
            tokio::task::yield_now().await;
            connection.write_all(&[b' '; 50_000]).await.unwrap();
            assert_eq!(read_status(&mut connection).await, expected, "{target}");
        }
        connection
            .write_all(format!("GET /health HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        assert_eq!(read_status(&mut connection).await, 200, "{target}");
    }
}

const JSON: &str = "content-type: application/json";
