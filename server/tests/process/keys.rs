//! The signing keys: a new one is taken over while a server runs, and what the ones before signed counts until it has ended.

use crate::{
    commands::{folder, json_of, refusal},
    http_client,
    roster::{SAMPLE, Server, printed, run},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use roster_server::{
    auth::{keys, retired_keys::RetiredKeys},
    model::clock::Clock,
};
use serde_json::Value;
use std::{fs, path::Path, thread, time::Duration};
use tokio::time::{sleep, timeout};

/// More than anything here takes, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(60);

const RETIRED: &str = "retired-keys.pem";

/// The names of the keys that `roster keys` prints: first that of the one that signs.
fn ids(printed: &Value) -> Vec<String> {
    let keys = printed["keys"].as_array().unwrap();
    assert!(keys[0]["countsUntil"].is_null() && keys[1..].iter().all(|key| key["countsUntil"].is_string()));
    keys.iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

/// The names of the keys that the server publishes.
async fn published(server: &Server) -> Vec<String> {
    let url = format!("{}/{}/discovery/v2.0/keys", server.url, SAMPLE[0]);
    let keys: Value = http_client::shared().get(url).send().await.unwrap().json().await.unwrap();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Waits until the server publishes these keys.
async fn publishes(server: &Server, expected: &[String]) {
    let wait = async {
        while published(server).await != expected {
            sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(timeout(LIMIT, wait).await.is_ok(), "{:?}, not {expected:?}", published(server).await);
}

/// The name of the key that signed a token.
fn signer(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

fn token(data: &str) -> String {
    printed(&["token", "--data", data, "--app", "sample"])
}

async fn status(server: &Server, token: &str) -> StatusCode {
    server.get("/groups", token).send().await.unwrap().status()
}

#[tokio::test]
async fn a_new_key_signs_while_what_the_ones_before_signed_and_sealed_is_known() {
    let (_keep, data) = folder();
    let mut server = Server::start(Path::new(&data), &["--sample"]);
    let first = token(&data);
    let page: Value = server.get("/users?$top=1", &first).send().await.unwrap().json().await.unwrap();
    let next = page["@odata.nextLink"].as_str().unwrap();
    let before = ids(&json_of(&["keys", "list", "--data", &data]));
    assert_eq!((published(&server).await, signer(&first)), (before.clone(), before[0].clone()));
    for number in 2..4 {
        let rotated = ids(&json_of(&["keys", "rotate", "--data", &data]));
        assert_eq!(rotated.len(), number);
        publishes(&server, &rotated).await;
        let new = token(&data);
        assert_eq!(signer(&new), rotated[0]);
        for token in [&first, &new] {
            assert_eq!(status(&server, token).await, StatusCode::OK);
        }
        let next = http_client::shared().get(next).bearer_auth(&new).send().await.unwrap();
        assert_eq!(next.status(), StatusCode::OK, "a page token of the first key");
    }
    let listed = printed(&["keys", "list", "--data", &data]);
    let mut lines = listed.lines();
    assert!(lines.next().unwrap().ends_with("  signs"), "{listed}");
    assert!(lines.clone().count() == 2 && lines.all(|line| line.contains("  counts until 20")), "{listed}");
    assert!(server.terminate().success());
    let again = Server::start(Path::new(&data), &["--sample"]);
    assert_eq!(status(&again, &first).await, StatusCode::OK, "after a restart too");
    #[cfg(unix)]
    for name in ["signing-key.pem", RETIRED] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(Path::new(&data).join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_retired_key_that_is_taken_away_verifies_nothing_any_more() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample"]);
    let first = token(&data);
    let rotated = ids(&json_of(&["keys", "rotate", "--data", &data]));
    publishes(&server, &rotated).await;
    assert_eq!(status(&server, &first).await, StatusCode::OK);
    fs::remove_file(Path::new(&data).join(RETIRED)).unwrap();
    publishes(&server, &rotated[..1]).await;
    assert_eq!(status(&server, &first).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&server, &token(&data)).await, StatusCode::OK);
}

#[tokio::test]
async fn keys_whose_tokens_have_ended_are_removed_when_a_server_starts_and_while_it_runs() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data, "--id", SAMPLE[0]]);
    let file = Path::new(&data).join(RETIRED);
    let ended = || {
        let clock = Clock::default();
        clock.advance(-2 * 60 * 60);
        let mut retired = RetiredKeys::default();
        retired.add(&keys::generate().unwrap(), clock.now()).unwrap();
        // As private as the server makes it.
        let new = tempfile::NamedTempFile::new_in(&data).unwrap();
        fs::write(new.path(), retired.write().unwrap()).unwrap();
        new.persist(&file).unwrap();
    };
    ended();
    let server = Server::start(Path::new(&data), &[]);
    assert!(!file.exists());
    ended();
    let gone = async {
        while file.exists() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, gone).await.unwrap();
    let signs = ids(&json_of(&["keys", "list", "--data", &data]));
    assert_eq!(signs.len(), 1);
    publishes(&server, &signs).await;
}

#[tokio::test]
async fn a_server_goes_on_with_its_keys_where_new_ones_cannot_be_used() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample"]);
    let first = token(&data);
    let known = published(&server).await;
    let file = Path::new(&data).join("signing-key.pem");
    let before = fs::read(&file).unwrap();
    for broken in [Some("nothing that could be used"), None] {
        match broken {
            Some(text) => fs::write(&file, text).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        // Long enough for the server to look.
        for _ in 0..150 {
            assert_eq!(published(&server).await, known);
            sleep(Duration::from_millis(10)).await;
        }
    }
    assert!(!file.exists(), "the server makes none in its place");
    assert_eq!(status(&server, &first).await, StatusCode::OK);
    fs::write(&file, before).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let rotated = ids(&json_of(&["keys", "rotate", "--data", &data]));
    publishes(&server, &rotated).await;
    assert_eq!(status(&server, &first).await, StatusCode::OK);
}

#[test]
fn keys_that_are_made_at_the_same_time_are_all_kept() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    assert!(refusal(&["keys", "list", "--data", &data]).0.contains("there is no key yet"));
    let first = ids(&json_of(&["keys", "rotate", "--data", &data]));
    assert_eq!(first.len(), 2, "where there was none, one is made that is retired");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(run(&["keys", "rotate", "--data", &data]).status.success()));
        }
    });
    let all = ids(&json_of(&["keys", "list", "--data", &data]));
    assert_eq!(all.len(), 6);
    assert!(all.ends_with(&first), "{all:?} {first:?}");
}

#[test]
fn no_more_keys_are_made_than_are_kept() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    for _ in 0..16 {
        printed(&["keys", "rotate", "--data", &data]);
    }
    let before = ids(&json_of(&["keys", "list", "--data", &data]));
    assert!(refusal(&["keys", "rotate", "--data", &data]).0.contains("as many keys"));
    assert_eq!(ids(&json_of(&["keys", "list", "--data", &data])), before);
}
