//! Every refusal and failure that the contract promises of an operation, provoked.

use crate::{
    operations::{Objects, Operation, operations, reference},
    support::{Answer, Server, Tenant, refused, send},
};
use axum::{extract::Request, middleware::Next, response::IntoResponse};
use reqwest::{Method, RequestBuilder};
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

/// The user that examples name.
const SAMPLE_USER: &str = "5a3e0000-0000-4000-8000-000000000101";

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

/// Compares a refusal with the contract's example for this status, except for what differs between any two requests.
fn assert_is_as_shown(operation: &Operation, answer: &Answer) {
    let told = |mut body: Value| {
        let request = body["error"].as_object_mut().and_then(|error| error.remove("innerError"));
        let ids = ["date", "request-id", "client-request-id"];
        assert!(request.is_some_and(|request| ids.iter().all(|id| request[id].is_string())), "{body}");
        body
    };
    let shown = operation.example(answer.status.as_u16());
    assert!(shown.is_object(), "{} has no example of {}", operation.id, answer.status);
    assert_eq!(told(answer.json()), told(shown.clone()), "{} {}", operation.id, answer.status);
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
    let path = format!("/v1.0{path}{more}");
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
            assert_is_as_shown(operation, &answer);
        }
    }
}

#[tokio::test]
async fn every_error_answer_has_one_example_and_no_other() {
    for operation in operations() {
        for (status, answer) in operation.responses.as_object().unwrap() {
            let content = answer["content"].as_object().into_iter().flatten();
            let examples: Vec<_> =
                content.map(|(_, content)| (content["example"].is_null(), &content["examples"])).collect();
            // Answers without a body have none.
            let wanted = if answer["content"].is_null() { vec![] } else { vec![(false, &Value::Null)] };
            assert_eq!(examples, wanted, "{} {status}", operation.id);
            assert!(!examples.is_empty() || status.starts_with('2'), "{} {status}", operation.id);
        }
    }
}

#[tokio::test]
async fn a_caller_without_a_token_or_permission_is_refused_as_the_contract_shows() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    let powerless = tenant.user_token(objects.user, ["openid"]).await;
    for operation in operations() {
        for (token, status) in [(None, 401), (Some(&*powerless), 403)] {
            let answer = objects.send(&tenant, operation, token).await;
            assert_eq!(answer.status, status, "{} {}", operation.id, answer.text);
            assert_is_as_shown(operation, &answer);
        }
    }
}

#[tokio::test]
async fn the_request_that_the_contract_shows_finds_nothing_in_an_empty_directory() {
    let tenant = Tenant::fresh().await;
    let all = || Permission::ALL.iter().map(|permission| permission.name());
    let user = SAMPLE_USER.parse().unwrap();
    // Only a user may delete any object, and a user who creates a group becomes its owner.
    let [signed_in, application] = [tenant.user_token(user, all()).await, tenant.app_token(all()).await];
    for operation in operations().iter().filter(|operation| promises(operation, 404)) {
        let path = format!("/v1.0{}", operation.example_path());
        let mut body = operation.body_example.clone();
        let mut token = &signed_in;
        if operation.id == "create_group" {
            body["members@odata.bind"] = json!([reference(user)["@odata.id"]]);
            token = &application;
        } else if operation.path.ends_with("/$ref") {
            body = reference(user);
        }
        let mut request = tenant.anonymous(operation.method.clone(), &path).bearer_auth(token);
        request = request.header("ConsistencyLevel", "eventual");
        if !matches!(operation.method, Method::GET | Method::DELETE) {
            request = request.json(&body);
        }
        let answer = send(request).await;
        assert_eq!(answer.status, 404, "{} {}", operation.id, answer.text);
        assert_is_as_shown(operation, &answer);
    }
}

/// A request that gets an operation wrong as its example of 400 says.
async fn wrong_request(tenant: &Tenant, operation: &Operation, objects: &Objects) -> RequestBuilder {
    let all = || Permission::ALL.iter().map(|permission| permission.name());
    let (mut path, mut body) = objects.request(operation);
    let target = operation.example(400)["error"]["details"][0]["target"].as_str();
    let mut token = tenant.user_token(objects.user, all()).await;
    match operation.id.as_str() {
        "add_group_member" => body = Some(reference(objects.member)),
        "add_group_owner" => body = Some(reference(objects.owner)),
        "remove_group_owner" => {}
        _ if operation.takes_reference() => path.truncate(path.find('?').unwrap()),
        "create_user" => {
            body.as_mut().unwrap()["userPrincipalName"] = json!(format!("ada@{}", tenant.domain()));
        }
        "get_me" | "update_me" => token = tenant.app_token(all()).await,
        "get_user" | "delete_user" => path += "?$top=1",
        id if id.starts_with("create_") => {
            body.as_mut().unwrap().as_object_mut().unwrap().remove(target.unwrap());
        }
        id if id.starts_with("update_") => body = Some(json!({target.unwrap(): "two\nlines"})),
        id if id.starts_with("list_") => path += "?$top=1000",
        id if id.starts_with("count_") => {}
        _ => {
            let (before, rest) = operation.path.split_once('{').unwrap();
            let (_, after) = rest.split_once('}').unwrap();
            path = format!("{before}readers{after}");
        }
    }
    let request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}")).bearer_auth(token);
    if let Some(body) = &body { request.json(body) } else { request }
}

#[tokio::test]
async fn a_request_that_gets_an_operation_wrong_is_told_so_as_the_contract_shows() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        let answer = send(wrong_request(&tenant, operation, &objects).await).await;
        assert_eq!(answer.status, 400, "{} {}", operation.id, answer.text);
        assert_is_as_shown(operation, &answer);
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
        let body = json!({"description": "x".repeat(1 << 20)});
        let answer = ask(&tenant, operation, &objects, "", Some(body)).await;
        assert_eq!(answer.status, 413, "{}", operation.id);
        assert_is_as_shown(operation, &answer);
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
            if value == "gzip" {
                assert_is_as_shown(operation, &answer);
            }
            asked += 1;
        }
    }
    assert!(asked >= 40, "{asked} requests");
}

#[tokio::test]
async fn every_operation_that_names_objects_says_when_one_is_absent() {
    let tenant = Tenant::fresh().await;
    let there = Objects::of(&tenant).await;
    let absent = Objects { user: there.user, ..Objects::absent() };
    for operation in operations().iter().filter(|operation| promises(operation, 404)) {
        let answer = match operation.id.as_str() {
            "get_user" | "update_user" | "get_me" | "update_me" => {
                ask(&tenant, operation, &Objects::absent(), "", None).await
            }
            // The user of the token is found, and what a body names isn't.
            "create_group" => {
                let body = json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g",
                    "securityEnabled": true, "members@odata.bind": [format!("https://graph.microsoft.com/v1.0/users/{}", absent.group)]});
                ask(&tenant, operation, &there, "", Some(body)).await
            }
            _ => ask(&tenant, operation, &absent, "", None).await,
        };
        assert_eq!(answer.status, 404, "{} {}", operation.id, answer.text);
    }
}

#[tokio::test]
async fn every_operation_that_says_so_names_an_option_of_graphs_that_it_does_not_have() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        assert_eq!(promises(operation, 501), operation.method == Method::GET, "{}", operation.id);
        if operation.method == Method::GET {
            let option = if operation.id.starts_with("get_") { "$expand" } else { "$filter" };
            let answer = ask(&tenant, operation, &objects, &format!("?{option}=x"), None).await;
            assert_eq!(answer.status, 501, "{}", operation.id);
            assert_is_as_shown(operation, &answer);
        }
    }
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
            let value = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            (parameter["in"] == "query").then(|| format!("{name}={value}"))
        });
        let query = format!("?{}", options.collect::<Vec<_>>().join("&"));
        let answer = ask(&tenant, operation, &objects, &query, None).await.json();
        assert_eq!(context(operation.example(200)), context(&answer), "{}", operation.id);
        for name in shown.keys() {
            assert!(answer.get(name).is_some(), "{} {name}", operation.id);
        }
        if shown.contains_key("value") {
            assert_eq!(shown.len(), answer.as_object().unwrap().len(), "{}: {answer}", operation.id);
        }
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
    let objects = Objects::of(&tenant).await;
    let mut sent = 0;
    for operation in operations() {
        let mut example = operation.body_example.clone();
        if example.is_null() {
            continue;
        }
        // The example's object is of the sample.
        if let Some(url) = example.get_mut("@odata.id") {
            *url = url
                .as_str()
                .unwrap()
                .replace("5a3e0000-0000-4000-8000-000000000102", &objects.user.to_string())
                .into();
        }
        let answer = ask(&tenant, operation, &objects, "", Some(example)).await;
        assert!(answer.status.is_success(), "{} {}", operation.id, answer.text);
        sent += 1;
    }
    assert!(sent >= 8, "{sent} examples");
    assert_eq!(send(tenant.anonymous(Method::GET, "/health")).await.status, 200);
}
