//! The contract as it is served, and its own examples.

use crate::{
    operations::responses,
    support::{Tenant, send},
};
use reqwest::Method;
use roster_server::http;
use serde_json::Value;
use std::collections::HashSet;

/// What each address serves: its content type, and the checked-in document that it is.
const DOCUMENTS: [(&str, &str, &str); 6] = [
    ("/openapi.json", "application/json", "graph-v1.0.json"),
    ("/openapi.json?openapi=3.1", "application/json", "graph-v1.0.json"),
    ("/openapi.json?openapi=3.0", "application/json", "graph-v1.0.openapi-3.0.json"),
    ("/openapi.yaml", "application/yaml", "graph-v1.0.json"),
    ("/openapi.yaml?openapi=3.1", "application/yaml", "graph-v1.0.json"),
    ("/openapi.yaml?openapi=3.0", "application/yaml", "graph-v1.0.openapi-3.0.json"),
];

#[test]
fn the_operations_say_what_is_checked_in() {
    let said = serde_json::to_string_pretty(&http::document().unwrap()).unwrap() + "\n";
    let checked_in = std::fs::read_to_string("../openapi/graph-v1.0.json").unwrap();
    assert!(said == checked_in, "`cargo xtask openapi` writes it anew");
}

#[tokio::test]
async fn the_contract_is_served_as_it_is_checked_in() {
    let tenant = Tenant::fresh().await;
    for (path, content_type, file) in DOCUMENTS {
        let served = send(tenant.anonymous(Method::GET, path)).await;
        assert_eq!(
            (served.status.as_u16(), &served.headers["content-type"]),
            (200, &content_type.parse().unwrap())
        );
        assert!(!served.headers.contains_key("odata-version"), "{path} isn't Graph's");
        let checked_in = std::fs::read_to_string(format!("../openapi/{file}")).unwrap();
        let checked_in = checked_in.replace("http://127.0.0.1:8080", tenant.origin());
        if content_type == "application/json" {
            // A comparison that doesn't print 360 kB.
            assert!(served.text == checked_in, "{path} isn't openapi/{file}");
        } else {
            let same = yaml_serde::from_str::<Value>(&served.text).unwrap()
                == serde_json::from_str::<Value>(&checked_in).unwrap();
            assert!(same, "{path} doesn't say what openapi/{file} says");
        }
    }
}

#[tokio::test]
async fn the_tools_of_agents_are_served_as_they_are_checked_in() {
    let tenant = Tenant::fresh().await;
    let served = send(tenant.anonymous(Method::GET, "/mcp-tools.json")).await;
    let content_type = &served.headers["content-type"];
    assert_eq!((served.status.as_u16(), content_type), (200, &"application/json".parse().unwrap()));
    let checked_in = std::fs::read_to_string("../openapi/mcp-tools.json").unwrap();
    assert!(served.text == checked_in, "it isn't openapi/mcp-tools.json");
}

#[tokio::test]
async fn a_client_that_has_a_document_already_is_not_sent_it_again() {
    let tenant = Tenant::fresh().await;
    let get = async |path: &str, known: &str| {
        send(tenant.anonymous(Method::GET, path).header("if-none-match", known)).await
    };
    let mut tags = HashSet::new();
    for (path, _, _) in DOCUMENTS {
        let first = get(path, "\"another\"").await;
        assert_eq!(
            (first.status.as_u16(), &first.headers["cache-control"]),
            (200, &"no-cache".parse().unwrap())
        );
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        let again = get(path, &tag).await;
        assert_eq!((again.status.as_u16(), &*again.text), (304, ""), "{path}");
        assert_eq!(again.headers["etag"], tag);
        tags.insert(tag);
    }
    assert_eq!(tags.len(), 4, "a tag for each text");
}

#[tokio::test]
async fn a_host_with_an_empty_port_leaves_the_documents_as_valid_as_they_are() {
    let tenant = Tenant::fresh().await;
    for (path, _, _) in DOCUMENTS {
        let served = send(tenant.anonymous(Method::GET, path).header("host", "localhost:")).await;
        // Each JSON is YAML too.
        let document = yaml_serde::from_str::<Value>(&served.text).unwrap();
        let origin = &document["servers"][0]["variables"]["origin"]["default"];
        assert_eq!(*origin, "http://localhost", "{path}");
    }
}

#[tokio::test]
async fn other_versions_of_openapi_are_refused() {
    let tenant = Tenant::fresh().await;
    for query in ["openapi=3.2", "openapi=", "openapi", "openapi=2.0", "openapi=3.0&openapi=3.1"] {
        for name in ["json", "yaml"] {
            let answer = send(tenant.anonymous(Method::GET, &format!("/openapi.{name}?{query}"))).await;
            assert_eq!(answer.status, 400, "{query}");
            assert!(answer.text.contains("3.1 or 3.0"), "{}", answer.text);
        }
    }
    let other = send(tenant.anonymous(Method::GET, "/openapi.json?version=2&openapi=3%2E0")).await;
    assert_eq!(other.json()["openapi"], "3.0.3");
}

#[tokio::test]
async fn health_is_public() {
    let tenant = Tenant::fresh().await;
    let answer = send(tenant.anonymous(Method::GET, "/health")).await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (200, Some("ok")));
}

#[test]
fn operations_parameters_schemas_properties_and_words_are_described() {
    let contract = http::document().unwrap();
    let described = |value: &Value| value["description"].as_str().is_some_and(|text| !text.trim().is_empty());
    let mut missing = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(_, value)| value.is_object()) {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let answers = responses(operation);
            let answers = answers.as_object().unwrap().values();
            if ![operation].into_iter().chain(parameters).chain(answers).all(described) {
                missing.push(format!("{method} {path}"));
            }
        }
    }
    for (name, schema) in contract["components"]["schemas"].as_object().unwrap() {
        if !described(schema) {
            missing.push(name.clone());
        }
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            let named = [schema, &schema["items"], &schema["oneOf"][1]];
            let named = named.into_iter().find_map(|schema| schema["$ref"].as_str()?.strip_prefix('#'));
            let words =
                named.and_then(|place| contract.pointer(place)?["enum"].as_array()).into_iter().flatten();
            let text = schema["description"].as_str().unwrap_or_default();
            let is_told = |word: &str| word.starts_with('#') || text.contains(&format!("`{word}`"));
            assert!(schema.get("enum").is_none(), "{name}.{property} has words without a name");
            if !described(schema) || !words.filter_map(Value::as_str).all(is_told) {
                missing.push(format!("{name}.{property}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn each_operation_names_its_page_its_ways_to_a_token_and_the_least_permissions() {
    const PAGES: &str = "https://learn.microsoft.com/graph/";
    let contract = http::document().unwrap();
    let items = contract["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap()).filter(|(_, it)| it.is_object());
    for (method, operation) in operations {
        let id = operation["operationId"].as_str().unwrap();
        let page = operation["externalDocs"]["url"].as_str().and_then(|url| url.strip_prefix(PAGES));
        assert!(page.is_some_and(|page| page.contains('-')), "{id}");
        let pages = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let is_action = method == "post";
        let pages = pages.is_some_and(|schema| schema.ends_with("Collection") && !is_action);
        assert_eq!(operation.get("x-ms-pageable").is_some(), pages, "{id}");
        let least = |kind: &str| operation["x-least-privilege"].get(kind).is_some();
        let named = |kind: &str| {
            operation["x-permissions"].as_array().unwrap().iter().any(|entry| entry.get(kind).is_some())
        };
        for kind in ["delegated", "application"] {
            assert_eq!(least(kind), named(kind), "{id}");
        }
        let schemes: Vec<_> = operation["security"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|entry| entry.as_object().unwrap().keys())
            .collect();
        let by_applications = named("application") && !id.ends_with("_me");
        assert_eq!(schemes, if by_applications { vec!["oauth2", "bearer"] } else { vec!["bearer"] }, "{id}");
    }
}
