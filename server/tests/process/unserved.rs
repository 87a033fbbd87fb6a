//! What the log says of requests for what isn't served.

use crate::{
    http_client,
    roster::{Server, roster},
};
use reqwest::Method;
use serde_json::Value;
use std::{io::Read, process::Stdio};

#[tokio::test]
async fn the_log_names_the_path_of_what_is_not_served_and_of_nothing_else() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let serve =
        ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--log", "json", "--ephemeral", "--sample"];
    let mut server = Server::spawn(roster(&serve).env("RUST_LOG", "info").stderr(Stdio::from(writer)));
    let token = server.sample_token().await;
    let long = format!("/{}", "x".repeat(1000));
    let asked = [
        (Method::GET, "/groups/delta()?$filter=hidden", Some("/v1.0/groups/delta")),
        (Method::GET, "/nothing/at%0Aall?hidden", Some("/v1.0/nothing/at%0Aall")),
        (Method::PUT, "/users?hidden", Some("/v1.0/users")),
        (Method::GET, "/users?filter=hidden", None),
        (Method::GET, &*long, Some(&*format!("/v1.0{long}"))),
        (Method::GET, "/users?hidden", None),
        (Method::GET, "/users/nobody@contoso.example", None),
        (Method::GET, "/groups/x?hidden", None),
    ];
    for (method, path, _) in &asked {
        server.request(method.clone(), path, &token).send().await.unwrap();
    }
    http_client::shared().get(format!("{}/common/oauth2/nothing?hidden", server.url)).send().await.unwrap();
    assert!(server.terminate().success());
    let mut log = String::new();
    reader.read_to_string(&mut log).unwrap();

    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let requests: Vec<Value> = lines.filter(|line| line["fields"]["message"] == "request").collect();
    let named: Vec<Option<&str>> = requests.iter().map(|line| line["fields"]["path"].as_str()).collect();
    let mut expected = vec![None];
    expected.extend(asked.iter().map(|(_, _, path)| path.map(|path| &path[..path.len().min(256)])));
    expected.push(Some("/common/oauth2/nothing"));
    assert_eq!(named, expected, "the first is for the token");
    assert!(!log.contains("hidden") && !log.contains("ERROR"), "{log}");
}
