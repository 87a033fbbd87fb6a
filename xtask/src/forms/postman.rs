//! The operations as a Postman collection (format 2.1), which Bruno and Insomnia import too: a folder for each tag, each request with
//! the contract's example. It is set to a server with the sample directory, and its first request gets a token there.
//! Nothing in it has an id, so that the same contract gives the same text.

use crate::contract::{Operation, operations};
use roster_server::directory::sample;
use serde_json::{Value, json};

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The request that gets a token.
pub const SIGN_IN: &str = "Get a token";

/// The collection, from a document without references.
pub fn collection(document: &Value) -> Value {
    let tags = document["tags"].as_array().into_iter().flatten().map(|tag| folder(document, tag));
    let variables = [
        ("origin", "http://127.0.0.1:8080".to_owned()),
        ("tenant", sample::TENANT.to_string()),
        ("clientId", sample::ALL_APP_ID.to_string()),
        ("clientSecret", sample::APP_SECRET.into()),
        ("token", String::new()),
    ];
    json!({
        "info": {
            "name": document["info"]["title"],
            "description": "Made from the contract. The variables are those of a server with the sample directory: \
                `roster serve --ephemeral --sample`. Send `Get a token` first.",
            "schema": SCHEMA,
        },
        "auth": {"type": "bearer", "bearer": pairs([("token", "{{token}}".into())])},
        "variable": pairs(variables),
        "event": test("pm.test('succeeds', () => pm.response.to.be.success);"),
        "item": std::iter::once(sign_in()).chain(tags).collect::<Vec<_>>(),
    })
}

fn sign_in() -> Value {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "{{clientId}}"),
        ("client_secret", "{{clientSecret}}"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    json!({
        "name": SIGN_IN,
        "event": test("pm.collectionVariables.set('token', pm.response.json().access_token);"),
        "request": {
            "method": "POST",
            "auth": {"type": "noauth"},
            "url": url(&["{{tenant}}", "oauth2", "v2.0", "token"]),
            "body": {"mode": "urlencoded", "urlencoded": pairs(form.map(|(name, value)| (name, value.into())))},
            "description": "By an application's secret. The other requests carry the token.",
        },
    })
}

fn folder(document: &Value, tag: &Value) -> Value {
    let here = operations(document).filter(|operation| operation.said["tags"][0] == tag["name"]);
    json!({"name": tag["name"], "description": tag["description"], "item": here.map(item).collect::<Vec<_>>()})
}

fn item(operation: Operation<'_>) -> Value {
    let segments = operation.path.split('/').filter(|segment| !segment.is_empty());
    let segments = segments.map(|segment| match segment.strip_prefix('{') {
        Some(name) => format!(":{}", name.trim_end_matches('}')),
        None => segment.to_owned(),
    });
    let path: Vec<String> = std::iter::once("v1.0".into()).chain(segments).collect();
    let mut url = url(&path);
    url["variable"] = parameters(operation, "path");
    url["query"] = parameters(operation, "query");
    let mut request = json!({
        "method": operation.method.to_uppercase(),
        "url": url,
        "header": parameters(operation, "header"),
        "description": operation.text("description"),
    });
    if let Some(body) = operation.body() {
        let raw = format!("{:#}", body["example"]);
        request["body"] = json!({"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}});
    }
    json!({"name": operation.text("summary"), "request": request})
}

fn url(path: &[impl AsRef<str> + serde::Serialize]) -> Value {
    let joined: String = path.iter().flat_map(|segment| ["/", segment.as_ref()]).collect();
    json!({"raw": format!("{{{{origin}}}}{joined}"), "host": ["{{origin}}"], "path": path})
}

/// Parameters with their examples.
fn parameters(operation: Operation<'_>, place: &str) -> Value {
    let parameters = operation.parameters(place).map(|parameter| {
        let value = match &parameter["example"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // A query option that isn't required narrows the request down. It is one click away.
        let disabled = place == "query" && parameter["required"] != true;
        json!({
            "key": parameter["name"],
            "value": value,
            "description": parameter["description"],
            "disabled": disabled,
        })
    });
    parameters.collect()
}

fn pairs<const N: usize>(pairs: [(&str, String); N]) -> Value {
    pairs.into_iter().map(|(key, value)| json!({"key": key, "value": value, "type": "string"})).collect()
}

fn test(script: &str) -> Value {
    json!([{"listen": "test", "script": {"type": "text/javascript", "exec": [script]}}])
}
