//! The managed identity, as an operator names it while a server runs.

use crate::{
    commands::{folder, json_of, refusal},
    http_client,
    roster::{SAMPLE, Server, printed},
};
use serde_json::{Value, json};
use std::path::Path;

/// The sample's other application, whose interface tokens are asked for.
const OTHER: &str = "5a3e0000-0000-4000-8000-0000000000ab";

/// How the server answers a program that asks by these variables, in App Service's form.
async fn app_service(environment: &Value) -> (u16, Value) {
    let text = |name: &str| environment[name].as_str().unwrap();
    let asked = http_client::shared()
        .get(text("IDENTITY_ENDPOINT"))
        .query(&[("api-version", "2019-08-01"), ("resource", OTHER)])
        .header("X-IDENTITY-HEADER", text("IDENTITY_HEADER"));
    let answer = asked.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The same in the form of the Instance Metadata Service.
async fn instance_metadata(environment: &Value) -> (u16, Value) {
    let host = environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"].as_str().unwrap();
    let asked = http_client::shared()
        .get(format!("{host}/metadata/identity/oauth2/token"))
        .query(&[("api-version", "2018-02-01"), ("resource", OTHER)])
        .header("Metadata", "true");
    let answer = asked.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn programs_get_tokens_by_the_variables_that_are_printed_until_the_identity_is_unset() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample"]);
    let none = refusal(&["identity", "show", "--data", &data]).0;
    assert!(none.contains("there is no managed identity"), "{none}");
    let set = ["identity", "set", "--data", &data, "sample", "--url", &server.url];
    let first = json_of(&set);
    assert_eq!((&first["tenant"], &first["clientId"]), (&json!(SAMPLE[0]), &json!(SAMPLE[1])));
    let (status, answer) = app_service(&first["environment"]).await;
    assert_eq!((status, &answer["client_id"]), (200, &json!(SAMPLE[1])), "{answer}");
    let (status, answer) = instance_metadata(&first["environment"]).await;
    assert_eq!((status, &answer["resource"]), (200, &json!(OTHER)), "{answer}");
    let shown = json_of(&["identity", "show", "--data", &data]);
    assert_eq!((&shown["tenant"], &shown["clientId"]), (&json!(SAMPLE[0]), &json!(SAMPLE[1])));
    assert!(!shown.to_string().contains(first["environment"]["IDENTITY_HEADER"].as_str().unwrap()));

    // As a file of variables.
    let lines = printed(&set);
    let second: Value = lines
        .lines()
        .map(|line| line.split_once('=').unwrap())
        .map(|(k, v)| (k.to_owned(), Value::from(v)))
        .collect();
    let names: Vec<&String> = second.as_object().unwrap().keys().collect();
    assert_eq!(names, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_POD_IDENTITY_AUTHORITY_HOST"]);
    assert_eq!(app_service(&second).await.0, 200);
    assert_eq!(app_service(&first["environment"]).await.0, 401, "the header of before");

    assert_eq!(json_of(&["identity", "unset", "--data", &data]), json!({"managedIdentity": null}));
    assert_eq!(app_service(&second).await.0, 400);
    assert_eq!(instance_metadata(&second).await.0, 400);
    assert!(refusal(&["identity", "unset", "--data", &data]).0.contains("there is no managed identity"));
}

#[test]
fn an_identity_is_an_application_and_reached_on_this_machine() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    let set = |app: &str, url: &str| refusal(&["identity", "set", "--data", &data, app, "--url", url]).0;
    assert!(set("nobody", "http://localhost:8080").contains("no application named 'nobody'"));
    assert!(set(OTHER, "http://localhost:8080").contains(OTHER));
    for url in ["http://directory.example", "http://192.0.2.7:8080", "localhost:8080", "http://localhost/a"] {
        assert!(set("nobody", url).contains("--url"), "{url}");
    }
}
