//! Answers in gzip, for clients that accept it.

use crate::support::Tenant;
use flate2::read::GzDecoder;
use reqwest::{Method, Response, header::HeaderMap};
use roster_server::model::kinds::ObjectKind;
use serde_json::{Value, json};
use std::io::Read;

/// What an application that may do everything reads, and accepts in this coding.
async fn read(tenant: &Tenant, path: &str, accepts: &str) -> (HeaderMap, Vec<u8>) {
    let answer = tenant.raw(Method::GET, path).await.header("Accept-Encoding", accepts).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    whole(answer).await
}

async fn whole(answer: Response) -> (HeaderMap, Vec<u8>) {
    let headers = answer.headers().clone();
    (headers, answer.bytes().await.unwrap().into())
}

fn unzipped(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(body).read_to_end(&mut text).unwrap();
    text
}

#[tokio::test]
async fn a_page_is_compressed_where_the_client_accepts_it_and_says_the_same() {
    let tenant = Tenant::fresh().await;
    for number in 0..20 {
        tenant.user(&format!("user{number}")).await;
    }
    let (plain, text) = read(&tenant, "/users", "br").await;
    assert!(!plain.contains_key("content-encoding"));
    let (headers, body) = read(&tenant, "/users", "deflate, gzip;q=0.8").await;
    assert_eq!(headers["content-encoding"], "gzip");
    assert!(headers.get_all("vary").iter().any(|value| value == "accept-encoding"));
    assert_eq!(headers["content-type"], plain["content-type"]);
    assert_eq!(unzipped(&body), text);
    assert!(body.len() * 4 < text.len(), "{} of {}", body.len(), text.len());
}

#[tokio::test]
async fn what_is_short_goes_as_it_is_and_no_coding_that_is_demanded_hinders_an_answer() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    let path = format!("/users/{user}?$select=id");
    let (_, text) = read(&tenant, &path, "identity").await;
    for accepts in ["gzip", "br, identity;q=0", "*;q=0"] {
        let (headers, body) = read(&tenant, &path, accepts).await;
        assert!(!headers.contains_key("content-encoding"), "{accepts}");
        assert_eq!(body, text, "{accepts}");
    }
}

#[tokio::test]
async fn a_large_page_and_a_large_batch_are_compressed_too() {
    let tenant = Tenant::fresh().await;
    for number in 0..20 {
        let values =
            json!({"displayName": "x".repeat(6000), "userPrincipalName": format!("{number}@x.example")});
        tenant.object_with(ObjectKind::User, values).await;
    }
    let (_, text) = read(&tenant, "/users", "identity").await;
    assert!(text.len() > 64 << 10, "{}", text.len());
    let (headers, body) = read(&tenant, "/users", "gzip").await;
    assert_eq!(headers["content-encoding"], "gzip");
    assert!(!headers.contains_key("content-length") || headers["content-length"] == body.len().to_string());
    assert_eq!(unzipped(&body), text);
    let requests = (0..20).map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/users?$top=4"}));
    let batch = json!({"requests": requests.collect::<Vec<_>>()});
    let request = tenant.raw(Method::POST, "/$batch").await.header("Accept-Encoding", "gzip").json(&batch);
    let (headers, body) = whole(request.send().await.unwrap()).await;
    assert_eq!(headers["content-encoding"], "gzip");
    let answers: Value = serde_json::from_slice(&unzipped(&body)).unwrap();
    assert_eq!(answers["responses"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn caches_are_told_what_decides_whatever_is_answered() {
    let tenant = Tenant::fresh().await;
    let tag =
        whole(tenant.anonymous(Method::GET, "/v1.0/$metadata").send().await.unwrap()).await.0["etag"].clone();
    for (method, path) in
        [(Method::GET, "/v1.0/$metadata"), (Method::HEAD, "/v1.0/$metadata"), (Method::GET, "/health")]
    {
        for accepts in ["gzip", "identity"] {
            for tag in [None, Some(&tag)] {
                let mut request = tenant.anonymous(method.clone(), path).header("Accept-Encoding", accepts);
                if let Some(tag) = tag {
                    request = request.header("If-None-Match", tag);
                }
                let (headers, _) = whole(request.send().await.unwrap()).await;
                let told = headers.get_all("vary").iter().any(|value| value == "accept-encoding");
                assert!(told, "{method} {path} {accepts} {tag:?}");
            }
        }
    }
}

#[tokio::test]
async fn head_tells_no_length_that_get_would_not_send() {
    let tenant = Tenant::fresh().await;
    for number in 0..20 {
        tenant.user(&format!("user{number}")).await;
    }
    for (path, accepts) in
        [("/users", "gzip"), ("/users", "identity"), ("/$metadata", "gzip"), ("/$metadata", "identity")]
    {
        let ask = async |method| {
            let request = tenant.raw(method, path).await.header("Accept-Encoding", accepts);
            whole(request.send().await.unwrap()).await
        };
        let (got, (head, body)) = (ask(Method::GET).await, ask(Method::HEAD).await);
        assert!(body.is_empty());
        let length = head.get("content-length").map(|length| length.to_str().unwrap().to_owned());
        assert!(length.is_none_or(|length| length == got.1.len().to_string()), "{path} {accepts} {head:?}");
    }
}

#[tokio::test]
async fn documents_are_compressed_and_known_again_by_their_tags() {
    let tenant = Tenant::fresh().await;
    let get = || tenant.anonymous(Method::GET, "/v1.0/$metadata").header("Accept-Encoding", "gzip");
    let (headers, body) = whole(get().send().await.unwrap()).await;
    assert_eq!(headers["content-encoding"], "gzip");
    assert!(unzipped(&body).starts_with(b"<?xml"));
    assert!(headers["etag"].to_str().unwrap().starts_with("W/"), "the same for each coding");
    let again = get().header("If-None-Match", &headers["etag"]).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn a_token_is_never_compressed() {
    let tenant = Tenant::fresh().await;
    let url = format!("/{}/oauth2/v2.0/token", tenant.id());
    let request = tenant.anonymous(Method::POST, &url).header("Accept-Encoding", "gzip");
    let form = [("grant_type", "client_credentials"), ("client_id", &*"x".repeat(2000))];
    let (headers, _) = whole(request.form(&form).send().await.unwrap()).await;
    assert_eq!(headers["cache-control"], "no-store");
    assert!(!headers.contains_key("content-encoding"));
}
