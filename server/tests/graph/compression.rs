//! Answers in gzip, for clients that accept it.

use crate::support::Tenant;
use flate2::read::GzDecoder;
use reqwest::{Method, Response, header::HeaderMap};
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
