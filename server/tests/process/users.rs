//! Passwords of users, as an operator sets them while a server runs.

use crate::{
    commands::folder,
    http_client,
    roster::{SAMPLE, Server, printed, roster},
};
use serde_json::Value;
use std::{
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

const ADA: &str = "ada@contoso.example";

/// Sets a password that is written to the command's standard input.
fn set(data: &str, user: &str, typed: &str, more: &[&str]) -> Output {
    let mut command = roster(&[&["user", "set-password", "--data", data, user], more].concat());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that is refused before may be gone.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

/// The number by which the server refuses a client that shows this password. One that is right is refused for another reason, as
/// nobody has consented.
async fn refused_by(server: &Server, password: &str) -> u64 {
    let [tenant, client_id, client_secret] = SAMPLE;
    let form = [
        ("grant_type", "password"),
        ("client_id", client_id),
        ("client_secret", client_secret),
        ("scope", "User.Read"),
        ("username", ADA),
        ("password", password),
    ];
    let endpoint = format!("{}/{tenant}/oauth2/v2.0/token", server.url);
    let answer = http_client::shared().post(endpoint).form(&form).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["error_codes"][0].as_u64().unwrap()
}

const WRONG: u64 = 50126;
const MUST_CHANGE: u64 = 50055;

#[tokio::test]
async fn a_password_is_read_from_standard_input_and_counts_at_once() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample", "--allow-password-grant"]);
    let token = printed(&["token", "--data", &data, "--app", "sample"]);
    let changed_at = async || {
        let path = format!("/users/{ADA}?$select=lastPasswordChangeDateTime");
        let user: Value = server.get(&path, &token).send().await.unwrap().json().await.unwrap();
        user["lastPasswordChangeDateTime"].as_str().unwrap_or_else(|| panic!("{user}")).to_owned()
    };
    let before = changed_at().await;
    assert_eq!(refused_by(&server, "An engine, analytical").await, WRONG);
    for (typed, password) in [
        ("An engine, analytical", "An engine, analytical"),
        ("Bernoulli's numbers 7\n", "Bernoulli's numbers 7"),
        ("  Spaces count 8 \r\n", "  Spaces count 8 "),
    ] {
        let output = set(&data, ADA, typed, &[]);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(said(&output), format!("{ADA} has a new password\n"));
        let refused = refused_by(&server, password).await;
        assert!(refused != WRONG && refused != MUST_CHANGE, "{refused}");
        assert_eq!(refused_by(&server, &password[1..]).await, WRONG);
    }
    assert!(changed_at().await >= before);
    let output = set(&data, ADA, "Bernoulli's numbers 9\n", &["--must-change", "--format", "json"]);
    assert_eq!(said(&output), format!("{{\"user\":\"{ADA}\",\"mustChange\":true}}\n"));
    assert_eq!(refused_by(&server, "Bernoulli's numbers 9").await, MUST_CHANGE);
}

#[test]
fn a_weak_password_more_lines_and_an_unknown_user_are_refused() {
    let (_keep, data) = folder();
    drop(Server::start(Path::new(&data), &["--sample"]));
    let (long, endless) = ("Aa1 ".repeat(65), "Aa1 ".repeat(10_000));
    for (user, typed, words) in [
        (ADA, "", "8 to 256 characters"),
        (ADA, "Short 1", "8 to 256 characters"),
        (ADA, "allsmallletters", "8 to 256 characters"),
        (ADA, &*long, "8 to 256 characters"),
        (ADA, &*endless, "8 to 256 characters"),
        (ADA, "Bernoulli's\nnumbers 7\n", "one line"),
        ("nobody@contoso.example", "Bernoulli's numbers 7\n", "nobody@contoso.example"),
    ] {
        let output = set(&data, user, typed, &[]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{user} {typed:.20}");
        let said = said(&output);
        assert!(said.contains(words), "{said}");
        assert!(typed.len() < 8 || !said.contains(typed), "{said}");
    }
}
