//! Every refusal and failure that the contract promises of an operation, provoked.

use crate::{
    error_examples::difference,
    operations::{Objects, Operation, operations, text},
    support::{Answer, Server, Tenant, refused, send},
};
use axum::{extract::Request, middleware::Next, response::IntoResponse};
use reqwest::Method;
use roster_server::{
    directory::Policy,
    http::{
        self,
        errors::{Failure, RequestFault},
    },
    model::permissions::Permission,
    store::{self, domains::Given},
};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The header that asks the test's layer for a fault of the server's own.
const FAULT: &str = "x-fault";

fn faulty() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        Server::start_within(Policy::default(), None, |router| router.layer(axum::middleware::from_fn(fault)))
    })
}

async fn fault(request: Request, next: Next) -> axum::response::Response {
    let failure: Failure = match request.headers().get(FAULT).map(axum::http::HeaderValue::as_bytes) {
        Some(b"429") => store::Error::TenantOverloaded.into(),
        Some(b"500") => store::Error::Corrupt("a test's fault").into(),
        Some(b"503") => store::Error::Overloaded.into(),
        Some(b"504") => RequestFault::TimedOut.into(),
        _ => return next.run(request).await,
    };
    failure.into_response()
}

/// Whether the contract promises an answer of this status.
fn promises(operation: &Operation, status: u16) -> bool {
    operation.responses.get(status.to_string()).is_some()
}

async fn ask(
    tenant: &Tenant,
    operation: &Operation,
    objects: &Objects,
    more: &str,
    body: Option<Value>,
) -> Answer {
    let (path, sample) = objects.request(operation);
    let all = Permission::ALL.iter().map(|permission| permission.name());
    let token = tenant.user_token(objects.user, all).await;
    let more = if path.contains('?') { more.replacen('?', "&", 1) } else { more.into() };
    let counts = operation.is_advanced() && !more.contains("$count");
    let count = if counts { "&$count=true" } else { "" };
    let path = format!("/v1.0{path}{more}{count}");
    let mut request = tenant.anonymous(operation.method.clone(), &path).bearer_auth(token);
    request = request.header("ConsistencyLevel", "eventual");
    if let Some(body) = body.or(sample) {
        request = request.json(&body);
    }
    send(request).await
}

#[tokio::test]
async fn every_operation_fails_as_it_says_whatever_breaks_in_the_server() {
    let tenant = faulty().tenant().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        for status in [429, 500, 503, 504] {
            let (path, _) = objects.request(operation);
            let request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}"));
            let answer = send(request.header(FAULT, status)).await;
            assert_eq!(answer.status, status, "{} {}", operation.id, answer.text);
            for shown in operation.error_examples().iter().filter(|shown| shown.status == status) {
                assert_eq!(difference(operation, shown, &answer), None);
            }
        }
    }
}

#[test]
fn every_answer_has_an_example_and_every_error_named_ones() {
    for operation in operations() {
        for (status, answer) in operation.responses.as_object().unwrap() {
            for content in answer["content"].as_object().into_iter().flatten().map(|(_, content)| content) {
                let (one, named) = (!content["example"].is_null(), content["examples"].is_object());
                let is_success = status.starts_with('2');
                assert_eq!((one, named), (is_success, !is_success), "{} {status}", operation.id);
            }
        }
    }
}

#[test]
fn no_operation_forgets_what_it_is_refused_for() {
    let sent = |operation: &Operation, name: &str| {
        operation.error_examples().iter().any(|shown| shown.status == 400 && shown.name == name)
    };
    for operation in operations() {
        let id = &operation.id;
        let absent = operation.error_examples().iter().filter(|shown| shown.status == 404).count();
        let is_reference = operation.is_of_reference();
        let named = usize::from(operation.path.contains('{')) + usize::from(is_reference);
        assert!(absent >= named, "{id} names {named} objects and shows {absent} that aren't there");
        if operation.has_body {
            let of_its_own = match id.as_str() {
                "send_batch" => "malformedBatch",
                _ if is_reference => "noReference",
                _ => "invalidValue",
            };
            assert!(sent(operation, of_its_own), "{id} shows nothing of what its body can get wrong");
        }
        let counts = operation.path.ends_with("$count");
        let reads = operation.method == Method::GET && !counts || id.ends_with("_by_ids");
        assert_eq!(promises(operation, 501), reads, "{id}");
    }
}

#[tokio::test]
async fn every_operation_refuses_a_query_option_that_it_does_not_take() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        let answer = ask(&tenant, operation, &objects, "?$fantasy=1", None).await;
        assert_eq!(answer.status, 400, "{} {}", operation.id, answer.text);
    }
}

#[tokio::test]
async fn every_operation_with_a_body_refuses_one_that_is_too_large() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations().iter().filter(|operation| promises(operation, 413)) {
        let size = if operation.id == "send_batch" { 4 << 20 } else { 1 << 20 };
        let body = json!({"description": "x".repeat(size)});
        let answer = ask(&tenant, operation, &objects, "", Some(body)).await;
        assert_eq!(answer.status, 413, "{}", operation.id);
    }
}

#[tokio::test]
async fn every_operation_with_a_body_refuses_one_that_is_encoded_or_in_another_charset() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    let all = Permission::ALL.iter().map(|permission| permission.name());
    let token = tenant.user_token(objects.user, all).await;
    let charset =
        "The Content-Type header must stand once, be readable, and name no charset other than UTF-8.";
    let encoded = "The request's body is encoded as its Content-Encoding header says, which this server doesn't \
        decode. Send it as it is.";
    let mut asked = 0;
    for operation in operations() {
        let (path, Some(body)) = objects.request(operation) else { continue };
        assert!(promises(operation, 415), "{}", operation.id);
        for (name, value, message) in [
            ("content-type", "application/json; charset=utf-16", charset),
            ("content-type", "application/json; charset", charset),
            ("content-encoding", "gzip", encoded),
            ("content-encoding", "identity, identity", encoded),
        ] {
            let request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}"));
            let request = request.bearer_auth(&token).header(name, value).json(&body);
            let answer = send(request).await;
            let refusal = refused(415, "UnsupportedMediaType", message);
            assert_eq!(answer.refusal(), refusal, "{} {name}: {value}", operation.id);
            asked += 1;
        }
    }
    assert!(asked >= 40, "{asked} requests");
}

#[tokio::test]
async fn the_examples_of_the_contract_fit_their_schemas() {
    let contract = http::document().unwrap();
    let mut checked = 0;
    check_examples(&contract, &contract, "", &mut checked);
    assert!(checked > 100, "{checked} examples");
}

/// Each `example` beside a `schema`, and each of `examples` inside a schema.
fn check_examples(contract: &Value, value: &Value, place: &str, checked: &mut usize) {
    let check = |schema: &Value, example: &Value| {
        let mut whole = schema.as_object().cloned().unwrap_or_default();
        whole.insert("components".into(), contract["components"].clone());
        let validator =
            jsonschema::options().should_validate_formats(true).build(&Value::Object(whole)).unwrap();
        let errors: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{place}: {errors:?}");
    };
    match value {
        Value::Object(members) => {
            if let (Some(schema), Some(example)) = (members.get("schema"), members.get("example")) {
                check(schema, example);
                *checked += 1;
            }
            if let (Some(_), Some(Value::Array(examples))) = (members.get("type"), members.get("examples")) {
                for example in examples {
                    check(value, example);
                    *checked += 1;
                }
            }
            if let (Some(_), Some(example)) = (members.get("type"), members.get("example")) {
                check(value, example);
                *checked += 1;
            }
            for (name, member) in members {
                check_examples(contract, member, &format!("{place}/{name}"), checked);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_examples(contract, item, &format!("{place}/{index}"), checked);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_examples_of_what_is_read_have_the_form_of_what_the_example_requests_get() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    let context = |body: &Value| {
        let url = body["@odata.context"].as_str().unwrap();
        url.split_once("$metadata").unwrap().1.to_owned()
    };
    let mut read = 0;
    for operation in operations().iter().filter(|operation| operation.method == Method::GET) {
        let Some(shown) = operation.example(200).as_object() else { continue };
        let options = operation.parameters.as_array().into_iter().flatten().filter_map(|parameter| {
            let (name, example) = (parameter["name"].as_str()?, parameter.get("example")?);
            (parameter["in"] == "query").then(|| format!("{name}={}", text(example)))
        });
        let query = format!("?{}", options.collect::<Vec<_>>().join("&"));
        let answer = ask(&tenant, operation, &objects, &query, None).await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", operation.id);
        let answer = answer.json();
        assert!(answer["@odata.context"].is_string(), "{}: {answer}", operation.id);
        assert_eq!(context(operation.example(200)), context(&answer), "{}", operation.id);
        for name in shown.keys() {
            assert!(answer.get(name).is_some(), "{} {name}", operation.id);
        }
        assert_eq!(shown.len(), answer.as_object().unwrap().len(), "{}: {answer}", operation.id);
        read += 1;
    }
    assert!(read >= 15, "{read} examples");
}

#[tokio::test]
async fn the_examples_of_bodies_are_accepted() {
    let tenant = Tenant::fresh().await;
    // The domain of the sample, which the examples are of.
    let domain = "contoso.example".parse().unwrap();
    assert_eq!(tenant.server.store.add_domain(tenant.store_tenant(), domain).await.unwrap(), Given::New);
    let (objects, empty) = (Objects::of(&tenant).await, Tenant::fresh().await);
    let mut sent = 0;
    for operation in operations() {
        let mut example = operation.body_example.clone();
        if example.is_null() {
            continue;
        }
        // The example's object is of the sample.
        if let Some(url) = example.get_mut("@odata.id") {
            let given = url.as_str().unwrap();
            *url = given.replace("5a3e0000-0000-4000-8000-000000000102", &objects.user.to_string()).into();
        }
        if let Some(user) = example.get_mut("userId") {
            *user = objects.user.to_string().into();
        }
        if let Some(member) = example.get_mut("memberId") {
            *member = objects.user.to_string().into();
        }
        if let Some(group) = example.get_mut("groupId") {
            *group = objects.unified.to_string().into();
        }
        if let Some(key_id) = example.get_mut("keyId") {
            *key_id = objects.request(operation).1.unwrap()["keyId"].clone();
        }
        if example.get("proof").is_some()
            || example.get("appRoleId").is_some()
            || example.get("clientId").is_some()
        {
            example = objects.request(operation).1.unwrap();
        }
        let tenant = if operation.is_once() { &empty } else { &tenant };
        let answer = ask(tenant, operation, &objects, "", Some(example)).await;
        assert!(answer.status.is_success(), "{} {}", operation.id, answer.text);
        sent += 1;
    }
    assert!(sent >= 8, "{sent} examples");
    assert_eq!(send(tenant.anonymous(Method::GET, "/health")).await.status, 200);
}
