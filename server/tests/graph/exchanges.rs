//! Checks every exchange with a server of these tests against the contract: the test gets 599 with the reason for what the contract
//! doesn't promise. The responses that were seen are recorded for `cargo xtask test`, which requires each that the contract
//! promises.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use flate2::read::GzDecoder;
use futures::StreamExt;
use http_body_util::BodyExt;
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use regex::Regex;
use roster_server::http::{self, OperationId};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    convert::Infallible,
    fs::OpenOptions,
    io::{Read, Write},
    sync::{Arc, LazyLock, Mutex},
};
use tower::{Service, ServiceExt};

/// What HTTP itself and the envelope put into answers: the contract describes it once, in its introduction.
const HEADERS_OF_ALL: [&str; 13] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "allow",
    "cache-control",
    "content-encoding",
    "client-request-id",
    "content-length",
    "content-type",
    "date",
    "odata-version",
    "preference-applied",
    "request-id",
    "vary",
];

/// What is said of a request before it is one for an operation, or to one that no HTTP library sends: the contract doesn't show it.
const OF_HTTP: [&str; 3] = [
    "This server has the sample directory, whose secret is public: it answers only to loopback names.",
    "The request must name the host that it is for, once, in its Host header.",
    "The request's body ended too early.",
];

/// What is said of a `$filter`, `$search`, `$orderby` or `$expand` that can't be read, or of a membership rule, depends on where that is: the
/// contract has one example of each.
static OF_SYNTAX: LazyLock<Regex> = LazyLock::new(|| {
    let place = r"at position \d+ in '(?s:.*)'\.";
    let faults = [
        r"An identifier was expected at position \d+\.",
        r"Recursion depth exceeded allowed limit\.",
        r"The text is longer than 8192 bytes\.",
        r"A list holds more than 1000 values\.",
        &format!(r"Syntax error(?:: character '(?s:.)' is not valid)? {place}"),
        &format!("There is an unterminated string literal {place}"),
        &format!(r"(?:Expression|'\('|'\)' or operator|'\)' or ',') expected {place}"),
    ]
    .join("|");
    let of_what = "Invalid filter clause: |Parsing OData Select and Expand failed: ";
    let of_rule = r"Dynamic membership rule validation error: .* \(position \d+\)";
    Regex::new(&format!("^(?:(?:{of_what})?(?:{faults})|{of_rule})$")).unwrap()
});

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let document = http::document().unwrap();
    let mut closed = document["components"].clone();
    for schema in closed["schemas"].as_object_mut().unwrap().values_mut() {
        let schema = schema.as_object_mut().unwrap();
        if schema.contains_key("properties") {
            schema.entry("additionalProperties").or_insert(false.into());
        }
    }
    Contract { document, closed, validators: Mutex::default() }
});

struct Contract {
    document: Value,
    /// Its components with every schema of an object closed that doesn't say that it is open: no answer holds what
    /// isn't described.
    closed: Value,
    validators: Mutex<HashMap<(String, Of), Arc<Validator>>>,
}

/// What a schema describes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    Answers,
    Requests,
}

/// What is known of a request once it is answered.
struct Exchange {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Serves a request, and checks the exchange against the contract.
pub async fn checked<S>(app: S, request: Request) -> Result<Response, Infallible>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    let (parts, body) = request.into_parts();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let exchange = Exchange {
        method: parts.method.clone(),
        path: parts.uri.path().into(),
        query: parts.uri.query().unwrap_or_default().into(),
        headers: parts.headers.clone(),
        body: Vec::new(),
    };
    let answer = app.oneshot(Request::from_parts(parts, listened_to(body, sent.clone()))).await?;
    let (parts, body) = answer.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    };
    let exchange = Exchange { body: std::mem::take(&mut *sent.lock().unwrap()), ..exchange };
    let id = parts.extensions.get::<OperationId>().map(|id| id.as_str().to_owned());
    let shown = unzipped(&parts.headers, &body);
    Ok(match CONTRACT.check(&exchange, id.as_deref(), parts.status, &parts.headers, &shown) {
        Ok(operation) => {
            operation.iter().for_each(|id| saw(id, parts.status));
            Response::from_parts(parts, Body::from(body))
        }
        Err(broken) => {
            let said = format!(
                "the contract is broken: {} {} answered {}: {broken}",
                exchange.method, exchange.path, parts.status
            );
            eprintln!("{said}");
            (StatusCode::from_u16(599).unwrap(), said).into_response()
        }
    })
}

/// What a body says, however it is coded.
fn unzipped(headers: &HeaderMap, body: &Bytes) -> Bytes {
    // The answer to HEAD has no body.
    if body.is_empty() || headers.get("content-encoding").is_none_or(|coding| coding != "gzip") {
        return body.clone();
    }
    let mut text = Vec::new();
    GzDecoder::new(&**body).read_to_end(&mut text).unwrap();
    text.into()
}

/// A body whose bytes are also kept as they are read. One that the server may refuse by its announced size goes
/// through as it is.
fn listened_to(body: Body, sent: Arc<Mutex<Vec<u8>>>) -> Body {
    if axum::body::HttpBody::size_hint(&body).upper().is_some_and(|size| size > 1 << 20) {
        return body;
    }
    Body::from_stream(body.into_data_stream().inspect(move |part| {
        if let Ok(part) = part {
            sent.lock().unwrap().extend_from_slice(part);
        }
    }))
}

impl Contract {
    /// Which operation it was, where it was one.
    fn check(
        &self,
        exchange: &Exchange,
        id: Option<&str>,
        status: StatusCode,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Option<String>, String> {
        // HEAD and OPTIONS are HTTP's own; the answer of a served path to another method belongs to no operation.
        // What isn't served lies at no operation, though `/users/delta` fits `/users/{id}`.
        let of_http = [Method::HEAD, Method::OPTIONS].contains(&exchange.method);
        let is_unserved = status == StatusCode::NOT_IMPLEMENTED && id.is_none();
        if of_http || is_unserved || status == StatusCode::METHOD_NOT_ALLOWED {
            return Ok(None);
        }
        let Some((id, operation)) = self.operation(exchange, id) else {
            // What describes operations is none. It isn't logged as one, and each spelling of its path is tried.
            let text = String::from_utf8_lossy(body);
            let describes = ["<edmx:Edmx", "\"$EntityContainer\"", "\"kind\":\"EntitySet\""];
            let describes = describes.iter().any(|part| text.contains(part));
            let is_served = status.is_success() && exchange.path.starts_with("/v1.0/") && !describes;
            return if is_served { Err("no operation of the contract is this".into()) } else { Ok(None) };
        };
        let responses = &operation["responses"];
        let creates =
            responses["201"].is_object() && (headers.contains_key("location") || responses["204"].is_null());
        if headers.contains_key("preference-applied") && creates {
            return check_minimal(status, headers, body).map(|()| None);
        }
        let Some(promised) = operation["responses"].get(status.as_str()) else {
            return Err(format!("{id} doesn't promise this status"));
        };
        let place = promised["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
        let promised = place.and_then(|place| self.document.pointer(place)).unwrap_or(promised);
        check_headers(promised, headers)?;
        self.check_body(promised, headers, body)?;
        if status.is_success() {
            check_query(operation, exchange)?;
            self.check_request_body(operation, exchange)?;
        } else {
            self.check_refusal(promised, body)?;
        }
        Ok(Some(id.to_owned()))
    }

    /// The operation that answered, or that this path and method name.
    fn operation(&self, exchange: &Exchange, id: Option<&str>) -> Option<(&str, &Value)> {
        let path: Vec<&str> = exchange.path.strip_prefix("/v1.0/").unwrap_or_default().split('/').collect();
        let paths = self.document["paths"].as_object()?.iter();
        let operations = paths.flat_map(|(template, item)| {
            item.as_object()
                .into_iter()
                .flatten()
                .map(move |(method, operation)| (template, method, operation))
        });
        let fits = |template: &str, method: &str| {
            let template = template.trim_start_matches('/').split('/');
            method.eq_ignore_ascii_case(exchange.method.as_str())
                && template.clone().count() == path.len()
                && template.zip(&path).all(|(wanted, there)| wanted.starts_with('{') || wanted == *there)
        };
        let mut found = operations.filter_map(|(template, method, operation)| {
            let named = operation["operationId"].as_str()?;
            let is_it = id.map_or_else(|| fits(template, method), |id| id == named);
            // `/groups/$count` fits `/groups/{id}` too: the template without a parameter wins.
            is_it.then_some((template.contains('{'), named, operation))
        });
        let first = found.next()?;
        let best = found.fold(first, |best, other| if best.0 && !other.0 { other } else { best });
        Some((best.1, best.2))
    }

    fn check_body(&self, promised: &Value, headers: &HeaderMap, body: &Bytes) -> Result<(), String> {
        let content_type = headers.get("content-type").and_then(|kind| kind.to_str().ok());
        let essence = content_type.map(|kind| kind.split(';').next().unwrap_or_default());
        let Some(content) = promised["content"].as_object() else {
            return if body.is_empty() { Ok(()) } else { Err("a body where none is promised".into()) };
        };
        let essence = essence.ok_or("no content type")?;
        let media = content.get(essence).ok_or_else(|| format!("the content type {essence}"))?;
        let value = match essence {
            "text/plain" => String::from_utf8_lossy(body).into(),
            _ => serde_json::from_slice(body).map_err(|error| format!("the body: {error}"))?,
        };
        let level = content_type.and_then(|kind| kind.split("odata.metadata=").nth(1)?.split(';').next());
        self.validate(&media["schema"], Of::Answers, &value, |error| is_of_metadata(error, level))
    }

    /// A refusal says what one of the examples says, all of which are provoked elsewhere.
    fn check_refusal(&self, promised: &Value, body: &Bytes) -> Result<(), String> {
        let codes = |error: &Value| (error["code"].clone(), error["details"][0]["code"].clone());
        let answered: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &answered["error"];
        let message = error["message"].as_str().unwrap_or_default();
        let shown = promised["content"]["application/json"]["examples"].as_object();
        let is_shown = OF_HTTP.contains(&message)
            || OF_SYNTAX.is_match(message)
            || shown.into_iter().flatten().any(|(_, example)| {
                let shared = example["$ref"].as_str().and_then(|place| self.document.pointer(&place[1..]));
                let shown = &shared.unwrap_or(example)["value"]["error"];
                codes(shown) == codes(error) && says(shown["message"].as_str().unwrap_or_default(), message)
            });
        if is_shown { Ok(()) } else { Err(format!("no example says {error}")) }
    }

    /// What was accepted fits the contract too, but for annotations, for words in another case, which are taken
    /// as Graph takes them, and for empty lists where nothing is set, which any body may have.
    fn check_request_body(&self, operation: &Value, exchange: &Exchange) -> Result<(), String> {
        let Some(content) = operation["requestBody"]["content"].as_object() else { return Ok(()) };
        if exchange.body.is_empty() && operation["requestBody"]["required"] == json!(false) {
            return Ok(());
        }
        let mut value: Value =
            serde_json::from_slice(&exchange.body).map_err(|error| format!("the request's body: {error}"))?;
        let schema = &content["application/json"]["schema"];
        let name = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()).unwrap_or_default();
        let named = &self.document["components"]["schemas"][name]["properties"];
        let known = |name: &String| !name.contains('@') || named.get(name).is_some();
        value.as_object_mut().ok_or("the request's body isn't an object")?.retain(|name, _| known(name));
        let is_taken = |error: &ValidationError<'_>| is_in_another_case(error) || names_empty_lists(error);
        self.validate(schema, Of::Requests, &value, is_taken)
            .map_err(|error| format!("accepted a body against the contract: {error}"))
    }

    fn validate(
        &self,
        schema: &Value,
        of: Of,
        value: &Value,
        is_taken: impl Fn(&ValidationError<'_>) -> bool,
    ) -> Result<(), String> {
        let validator = self.validator(schema, of);
        let errors = validator.iter_errors(value).filter(|error| !is_taken(error));
        let mut errors = errors.map(|error| format!("{}: {error:.300}", error.instance_path()));
        errors.next().map_or(Ok(()), Err)
    }

    fn validator(&self, schema: &Value, of: Of) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let make = || {
            let mut whole = schema.as_object().cloned().unwrap_or_default();
            let components = if of == Of::Answers { &self.closed } else { &self.document["components"] };
            whole.insert("components".into(), components.clone());
            Arc::new(
                jsonschema::options().should_validate_formats(true).build(&Value::Object(whole)).unwrap(),
            )
        };
        validators.entry((schema.to_string(), of)).or_insert_with(make).clone()
    }
}

/// Whether a message is the one that is shown, but for names, ids, values and kinds in it.
fn says(shown: &str, message: &str) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        let quoted = r"\B'.*?'\B";
        let id = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b";
        let number = r"\b\d+ (?:and|to|characters|items)\b|(?:operators|height): \d+\b";
        let function = r"\b\w+\(Edm\b";
        let property = r"\b[Pp]roperty \w+|\b[a-z]+[A-Z]\w+ should|extension_\w+";
        let kind =
            r"\b[Aa] (?:device|service principal|security group|Microsoft 365 group)\b|ResourceType=\w+";
        let of_batch = r"\b[Rr]equest (?:Id|id :) \S+";
        let of_credential = r"Issuer \S+|Subject: \S+|paramValue: \S+,|with name \S+";
        let all = [quoted, id, number, function, property, kind, of_batch, of_credential];
        Regex::new(&all.join("|")).unwrap()
    });
    let pieces: Vec<&str> = NAMED.split(shown).collect();
    let [first, between @ .., last] = pieces.as_slice() else { return shown == message };
    let rest = message.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    let found = rest.and_then(|rest| {
        between.iter().try_fold(rest, |rest, piece| rest.split_once(piece).map(|(_, rest)| rest))
    });
    found.is_some()
}

/// Whether it is only that an answer has less or more of OData's metadata than schemas say, as its type tells.
fn is_of_metadata(error: &ValidationError<'_>, level: Option<&str>) -> bool {
    const OF_EACH_OBJECT: [&str; 3] = ["@odata.type", "@odata.id", "@odata.editLink"];
    match (level, error.kind()) {
        (Some("none"), ValidationErrorKind::Required { property }) => {
            ["@odata.context", "@odata.type"].iter().any(|name| property == name)
        }
        (Some("full"), ValidationErrorKind::AdditionalProperties { unexpected }) => {
            unexpected.iter().all(|name| OF_EACH_OBJECT.contains(&name.as_str()))
        }
        _ => false,
    }
}

/// Whether all that is too much in an object are empty lists.
fn names_empty_lists(error: &ValidationError<'_>) -> bool {
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().all(|name| error.instance()[name] == json!([]))
        }
        _ => false,
    }
}

/// Whether it is only that a word has another case.
fn is_in_another_case(error: &ValidationError<'_>) -> bool {
    match error.kind() {
        ValidationErrorKind::Enum { options } => options.as_array().into_iter().flatten().any(|word| {
            let (word, there) = (word.as_str(), error.instance().as_str());
            word.zip(there).is_some_and(|(word, there)| word.eq_ignore_ascii_case(there))
        }),
        // The word, or null.
        ValidationErrorKind::OneOfNotValid { context } => {
            context.iter().any(|errors| errors.iter().all(is_in_another_case))
        }
        _ => false,
    }
}

/// Each header that is promised is there, and no other but those of every answer.
fn check_headers(promised: &Value, headers: &HeaderMap) -> Result<(), String> {
    let none = Map::new();
    let promised = promised["headers"].as_object().unwrap_or(&none);
    if let Some((name, _)) = promised.iter().find(|(name, _)| !headers.contains_key(name.as_str())) {
        return Err(format!("the header {name} is missing"));
    }
    let is_promised = |name: &str| promised.keys().any(|promised| promised.eq_ignore_ascii_case(name));
    match headers.keys().find(|name| !HEADERS_OF_ALL.contains(&name.as_str()) && !is_promised(name.as_str()))
    {
        Some(name) => Err(format!("the header {name} isn't promised")),
        None => Ok(()),
    }
}

/// What the contract's introduction says of creations that are only said to be done.
fn check_minimal(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Result<(), String> {
    let applied = headers.get("preference-applied").is_some_and(|applied| applied == "return=minimal");
    let is_where = headers.get("location").is_some_and(|place| headers.get("odata-entityid") == Some(place));
    if status == StatusCode::NO_CONTENT && applied && is_where && body.is_empty() {
        Ok(())
    } else {
        Err(format!("a creation that is only said to be done has {headers:?} and {body:?}"))
    }
}

/// OData's options in the query are among the operation's parameters, and what it requires is there.
fn check_query(operation: &Value, exchange: &Exchange) -> Result<(), String> {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let has = |place: &str, name: &str| {
        let named =
            |parameter: &Value| parameter["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(name));
        parameters.iter().any(|parameter| parameter["in"] == place && named(parameter))
    };
    for (name, _) in url::form_urlencoded::parse(exchange.query.as_bytes()) {
        if name.starts_with('$') && !has("query", &name) {
            return Err(format!("it took the query option {name}, which it doesn't promise to"));
        }
    }
    let required =
        parameters.iter().filter(|parameter| parameter["in"] == "header" && parameter["required"] == true);
    for name in required.filter_map(|parameter| parameter["name"].as_str()) {
        if !exchange.headers.contains_key(name) {
            return Err(format!("it did without the header {name}, which it says that it requires"));
        }
    }
    Ok(())
}

/// Records that a response with this status was seen, once.
fn saw(id: &str, status: StatusCode) {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let line = format!("{id} {}", status.as_u16());
    // Only `cargo xtask coverage` asks for it.
    let Some(file) = std::env::var_os("ROSTER_CONTRACT_COVERAGE") else { return };
    if SEEN.lock().unwrap().insert(line.clone()) {
        let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

#[test]
fn what_the_contract_does_not_promise_is_noticed() {
    let exchange = Exchange {
        method: Method::GET,
        path: "/v1.0/groups/$count".into(),
        query: String::new(),
        headers: HeaderMap::from_iter([("consistencylevel".parse().unwrap(), "eventual".parse().unwrap())]),
        body: Vec::new(),
    };
    let headers =
        |kind: &'static str| HeaderMap::from_iter([("content-type".parse().unwrap(), kind.parse().unwrap())]);
    let check = |status, headers: &HeaderMap, body: &'static str| {
        CONTRACT.check(&exchange, None, status, headers, &Bytes::from(body))
    };
    let counted = Ok(Some("count_groups".to_owned()));
    assert_eq!(check(StatusCode::OK, &headers("text/plain"), "3"), counted);
    check(StatusCode::ACCEPTED, &headers("text/plain"), "3").unwrap_err();
    check(StatusCode::OK, &headers("text/plain"), "three").unwrap_err();
    check(StatusCode::OK, &headers("application/json"), "3").unwrap_err();
    let mut more = headers("text/plain");
    more.insert("x-more", "1".parse().unwrap());
    check(StatusCode::OK, &more, "3").unwrap_err();
    let refused = |code: &str, message: &str| {
        let error = json!({"error": {"code": code, "message": message}}).to_string().leak();
        check(StatusCode::BAD_REQUEST, &headers("application/json"), error)
    };
    let (code, message) =
        ("Request_UnsupportedQuery", "The query option '$o' is not supported by this request.");
    assert_eq!(refused(code, message), counted);
    assert_eq!(refused(code, &message.replace("$o", "an 'other' option")), counted);
    refused("Request_Unheard", message).unwrap_err();
    refused(code, "m").unwrap_err();
    let error = json!({"error": {"code": code, "message": message, "colour": "red"}}).to_string().leak();
    check(StatusCode::BAD_REQUEST, &headers("application/json"), error).unwrap_err();
    let error = json!({"error": {"code": code, "message": message}}).to_string().leak();
    check(StatusCode::SERVICE_UNAVAILABLE, &headers("application/json"), error).unwrap_err();
}
