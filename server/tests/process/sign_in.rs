//! Signing in across the ends of the process: what was given counts with the next one, and what was used up stays used up.

use crate::{
    browser::{Browser, Page},
    http_client,
    roster::{SAMPLE, Server},
};
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::HashMap;

/// A public client of Microsoft's, which every tenant has.
const CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const ADA: &str = "5a3e0000-0000-4000-8000-000000000101";
const REDIRECT: &str = "http://localhost:5000";
// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn authorize() -> String {
    let fields = [
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid offline_access https://graph.microsoft.com/.default"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("/{}/oauth2/v2.0/authorize?{query}", SAMPLE[0])
}

fn code(page: Page) -> String {
    let location = page.location.unwrap_or_else(|| panic!("{}", page.html));
    let (_, query) = location.split_once('?').unwrap();
    let mut fields: HashMap<String, String> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    fields.remove("code").unwrap_or_else(|| panic!("{location}"))
}

async fn token(server: &Server, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let path = format!("{}/{}/oauth2/v2.0/token", server.url, SAMPLE[0]);
    let form = [&[("client_id", CLIENT)], form].concat();
    let answer = http_client::shared().post(path).form(&form).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn redeem(server: &Server, code: &str) -> (StatusCode, Value) {
    let grant =
        [("grant_type", "authorization_code"), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
    token(server, &[&grant[..], &[("code", code)]].concat()).await
}

async fn refresh(server: &Server, refresh_token: &Value) -> (StatusCode, Value) {
    let refresh_token = refresh_token.as_str().unwrap();
    token(server, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

/// Has a browser find its server at this origin. Cookies are named after the port, which a server that starts again usually keeps.
fn find_at(browser: &mut Browser, origin: &str) {
    let port = |origin: &str| format!("-{}", origin.rsplit_once(':').unwrap().1);
    let (before, after) = (port(&browser.origin), port(origin));
    let cookies = browser.cookies.drain();
    browser.cookies = cookies.map(|(name, value)| (name.replacen(&before, &after, 1), value)).collect();
    browser.origin = origin.to_owned();
}

#[tokio::test]
async fn codes_refresh_tokens_and_sessions_survive_a_kill_and_what_was_used_stays_used() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut server = Server::start(&data, &["--sample"]);
    let mut browser = Browser::at(&server.url);
    let page = browser.get(&authorize()).await;
    let page = browser.submit(&page, &[("account", ADA)]).await;
    let given = code(browser.follow(page).await);
    server.kill();

    let mut server = Server::start(&data, &["--sample"]);
    find_at(&mut browser, &server.url);
    let (status, first) = redeem(&server, &given).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    let (status, second) = refresh(&server, &first["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK, "{second}");
    let another = code(browser.get(&authorize()).await);
    server.kill();

    let server = Server::start(&data, &["--sample"]);
    find_at(&mut browser, &server.url);
    assert_eq!(redeem(&server, &another).await.0, StatusCode::OK);
    assert_eq!(refresh(&server, &second["refresh_token"]).await.0, StatusCode::OK);
    let (status, again) = redeem(&server, &given).await;
    assert_eq!((status, &again["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()));
    assert_eq!(
        refresh(&server, &second["refresh_token"]).await.0,
        StatusCode::BAD_REQUEST,
        "it ended its family"
    );
    let page = browser.get(&format!("{}&prompt=none", authorize())).await;
    assert!(!code(page).is_empty(), "the session is there");
}

#[tokio::test]
async fn accounts_are_chosen_only_where_just_this_machine_reaches_a_server_for_tests() {
    let folder = tempfile::tempdir().unwrap();
    for (name, more, chosen) in [
        ("sample", &["--sample"][..], true),
        ("secret", &["--sample", "--sample-secret", "a-secret-of-our-own", "--allow-remote"], false),
        ("public", &["--sample", "--public-url", "http://localhost:1"], false),
        ("asked", &["--sample", "--sign-in", "password"], false),
    ] {
        let server = Server::start(&folder.path().join(name), more);
        let page = Browser::at(&server.url).get(&authorize()).await;
        assert_eq!(
            (page.status, &page.headers["cache-control"]),
            (200, &"no-store".parse().unwrap()),
            "{name}"
        );
        assert!(page.html.contains("<title>Sign in</title>"), "{name}: {}", page.html);
        assert_eq!(page.html.contains("Ada Lovelace"), chosen, "{name}");
        assert_eq!(page.html.contains("type=\"password\""), !chosen, "{name}");
    }
}
