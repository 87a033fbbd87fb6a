//! `/$batch`: requests that come together. Each is answered as one that comes by itself, but for its token: the batch's is
//! verified once. What stands in a batch, and in which order its requests run, is `odata::batch`'s.

use crate::{
    http::{
        authenticate,
        body::{self, BodyShare, MAX_BATCH, SMALL_ANSWER},
        contract::wire::{BatchRequests, BatchResponses},
        envelope::{self, CLIENT_REQUEST_ID, TIME_LIMIT},
        errors::{Failure, RequestFault},
        extract::{Caller, read_json},
        operation::Operation,
        origin::Origin,
        panicked,
        paths::{GraphPath, Paths},
        state::AppState,
        transport::App,
    },
    model::permissions::SEND_BATCH,
    odata::{
        batch::{self, BatchRequest, Schedule, is_json},
        path::Version,
    },
};
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header, request, response},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{
    FutureExt, StreamExt,
    stream::{self, FuturesUnordered},
};
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    convert::Infallible,
    mem,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tower::{ServiceExt, service_fn};
use utoipa::openapi::path::HttpMethod;

/// So long before a batch's own time is up that of its requests is: it is answered all the same.
const TIME_TO_ANSWER: Duration = Duration::from_secs(1);

/// What is encoded of a URL as it is written.
const NOT_IN_URLS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Headers of a connection or of who sends it: of a request in a batch they count for nothing.
const NOT_OF_REQUESTS: [HeaderName; 10] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Headers of a connection: an answer in a batch doesn't show them, nor those for pages of other origins.
const NOT_OF_ANSWERS: [HeaderName; 5] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::DATE, header::TRANSFER_ENCODING, header::VARY];

pub(super) fn operations() -> Vec<Operation> {
    let url = "/users/5a3e0000-0000-4000-8000-000000000101?$select=id,displayName";
    let reference = "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000102";
    let members = "/groups/5a3e0000-0000-4000-8000-000000000201/members";
    let requests = json!({"requests": [
        {"id": "1", "method": "GET", "url": url},
        {"id": "2", "method": "POST", "url": format!("{members}/$ref"),
            "headers": {"Content-Type": "application/json"}, "body": {"@odata.id": reference}},
        {"id": "3", "method": "GET", "url": format!("{members}/$count"),
            "headers": {"ConsistencyLevel": "eventual"}, "dependsOn": ["2"]},
    ]});
    let context = "https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)/$entity";
    let user = json!({"@odata.context": context, "id": "5a3e0000-0000-4000-8000-000000000101", "displayName": "Ada Lovelace"});
    let json =
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    let request_id = "0b5b1f5e-5d3c-4b7e-8a55-0d8f7f2f3c11";
    let headers = |more: Value| {
        let mut headers = json!({"Cache-Control": "no-cache", "OData-Version": "4.0", "request-id": request_id,
            "client-request-id": request_id});
        if let (Value::Object(headers), Value::Object(more)) = (&mut headers, more) {
            headers.extend(more);
        }
        headers
    };
    let responses = json!({"responses": [
        {"id": "1", "status": 200, "headers": headers(json!({"Content-Type": json})), "body": user},
        {"id": "2", "status": 204, "headers": headers(json!({}))},
        {"id": "3", "status": 200, "headers": headers(json!({"Content-Type": "text/plain"})), "body": "3"},
    ]});
    let send = Operation::shaped(&SEND_BATCH, HttpMethod::Post, batch::PATH, "send_batch", post(send))
        .summary("batches", "Send requests together")
        .description(
            "Runs up to twenty requests, each as if it came by itself with the batch's token, and answers what each is answered, \
             in the order in which they are done. A request runs once those that `dependsOn` names have succeeded; where one \
             of them fails, it is answered 424. All others run side by side. Nothing is undone where a request fails.",
        )
        .description(
            "URLs are relative, with or without a slash at the beginning, and with or without the version. A write has a body, and a \
             body a `Content-Type`. No batch stands in another.",
        )
        .concept("json-batching")
        .body::<BatchRequests>("The requests.", requests)
        .answers::<BatchResponses>("What each request is answered.", "application/json", responses);
    vec![send]
}

/// The operations of Graph's, for batches of requests to them.
#[derive(Clone)]
pub(in crate::http) struct Operations {
    router: Router,
    paths: Arc<Paths>,
    /// Where batches are sent.
    path: Arc<str>,
}

impl Operations {
    /// What this router answers, whose paths have these spellings.
    pub(in crate::http) fn new(router: Router, paths: Arc<Paths>) -> Self {
        Self { router, paths, path: format!("/{}{}", Version::V1.name(), batch::PATH).into() }
    }

    /// Answers requests, and leaves in a batch what it needs to ask for others.
    pub(in crate::http) fn serve(self) -> impl App {
        service_fn(move |mut request: Request| {
            if request.uri().path() == &*self.path {
                request.extensions_mut().insert(Asked { operations: self.clone(), at: Instant::now() });
            }
            self.router.clone().oneshot(request)
        })
    }
}

/// What a batch can ask for, and when it came. A request within a batch lacks it.
#[derive(Clone)]
struct Asked {
    operations: Operations,
    at: Instant,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.remove().ok_or(Failure::Request(RequestFault::NestedBatch))
    }
}

/// The requests of a batch.
struct Requests(Vec<BatchRequest>);

impl FromRequest<AppState> for Requests {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Failure> {
        read_json(request, app, MAX_BATCH, |bytes, take| {
            take(bytes.len())?;
            Ok(Self(batch::read(bytes).map_err(RequestFault::from)?))
        })
        .await
    }
}

async fn send(
    caller: Caller,
    State(app): State<AppState>,
    origin: Origin,
    Asked { operations, at }: Asked,
    headers: HeaderMap,
    Requests(requests): Requests,
) -> Result<Response, Failure> {
    let share = app.answer_budget.share();
    let client_request_id = headers.get(CLIENT_REQUEST_ID).cloned();
    let ends = at + TIME_LIMIT - TIME_TO_ANSWER;
    let batch = Batch { app, operations, caller, origin, client_request_id, ends, share };
    Ok(batch.app.store.together(batch.answer(requests)).await)
}

/// A batch that is being answered.
struct Batch {
    app: AppState,
    operations: Operations,
    caller: Caller,
    origin: Origin,
    client_request_id: Option<HeaderValue>,
    /// When the time of its requests is up.
    ends: Instant,
    /// What its answers have of the memory for answers.
    share: BodyShare,
}

impl Batch {
    /// Runs all requests, each as soon as it can.
    async fn answer(&self, requests: Vec<BatchRequest>) -> Response {
        let mut schedule = Schedule::of(&requests);
        let mut answers = Vec::with_capacity(requests.len());
        let mut waiting: Vec<Option<BatchRequest>> = requests.into_iter().map(Some).collect();
        let (mut ready, mut running) = (schedule.first(), FuturesUnordered::new());
        loop {
            for place in mem::take(&mut ready) {
                let Some(request) = waiting[place].take() else { continue };
                running.push(async move { (place, self.answer_one(request, None).await) });
            }
            let Some((place, answer)) = running.next().await else { break };
            let next = schedule.answered(place, answer.succeeded());
            answers.push(answer);
            for request in next.failed.into_iter().filter_map(|place| waiting[place].take()) {
                answers.push(self.answer_one(request, Some(RequestFault::FailedDependency)).await);
            }
            ready = next.ready;
        }
        response(answers, &self.share)
    }

    /// Answers one of its requests as one that comes by itself, or refuses it for this.
    async fn answer_one(&self, asked: BatchRequest, fault: Option<RequestFault>) -> Answer {
        let id = asked.id.clone();
        let mut request = self.request(asked);
        if let Some(fault) = fault {
            request = Err(fault);
        }
        let (request, fault) =
            request.map_or_else(|fault| (nothing(), Some(fault)), |request| (request, None));
        let time = self.ends.saturating_duration_since(Instant::now());
        let run = async |request| match fault {
            Some(fault) => Failure::from(fault).into_response(),
            None => self.run(request).await.unwrap_or_else(IntoResponse::into_response),
        };
        let response = envelope::answered(&self.app, request, self.origin.clone(), time, run).await;
        let (parts, body) = response.into_parts();
        // It is there as a whole.
        let body = body.collect().now_or_never().and_then(Result::ok).unwrap_or_default().to_bytes();
        Answer { id, parts, body }
    }

    /// What stands in the batch as a request.
    fn request(&self, asked: BatchRequest) -> Result<Request, RequestFault> {
        let method = match asked.method.to_ascii_uppercase().as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PATCH" => Method::PATCH,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => return Err(RequestFault::Method),
        };
        let uri = uri(&asked.url, self.origin.version)?;
        let mut headers = headers(&asked.headers)?;
        if let Some(id) = &self.client_request_id {
            headers.entry(CLIENT_REQUEST_ID).or_insert_with(|| id.clone());
        }
        let content = asked.into_content().map_err(|_| RequestFault::InBatch("body"))?;
        let body = if content.is_empty() { Body::empty() } else { Body::from(content) };
        let mut request = Request::new(body);
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
        let mut request = self.operations.paths.rewrite(request);
        request.extensions_mut().insert(self.caller);
        Ok(request)
    }

    async fn run(&self, request: Request) -> Result<Response, Failure> {
        let tenant = self.caller.tenant;
        authenticate::check_tenant(&self.app, request.extensions(), tenant).await?;
        let (owner, reads) = (Some(tenant.id), request.method() == Method::GET);
        if !reads {
            // Before anything is done: what is done isn't refused.
            self.share.take(owner, SMALL_ANSWER)?;
        }
        let answered = AssertUnwindSafe(self.operations.router.clone().oneshot(request)).catch_unwind().await;
        let Ok(response) = answered.unwrap_or_else(|cause| Ok(panicked(cause)));
        let size = usize::try_from(response.body().size_hint().lower()).unwrap_or(usize::MAX);
        if !reads {
            self.share.give_back(SMALL_ANSWER.saturating_sub(size));
        } else if size < SMALL_ANSWER {
            // What isn't smaller counts already.
            self.share.take(owner, size)?;
        }
        Ok(response)
    }
}

/// A request of which nothing can be read.
fn nothing() -> Request {
    let mut request = Request::default();
    request.extensions_mut().insert(GraphPath::default());
    request
}

/// A URL of a batch, under this version where it names none.
fn uri(url: &str, version: Version) -> Result<Uri, RequestFault> {
    let path = url.strip_prefix('/').unwrap_or(url);
    let first = path.split(['/', '?']).next().unwrap_or_default();
    let path = utf8_percent_encode(path, NOT_IN_URLS);
    let uri = match Version::named(first) {
        Some(_) => format!("/{path}"),
        None => format!("/{}/{path}", version.name()),
    };
    uri.try_into().map_err(|_| RequestFault::InBatch("URL"))
}

fn headers(written: &[(String, String)]) -> Result<HeaderMap, RequestFault> {
    let mut headers = HeaderMap::with_capacity(written.len());
    for (name, value) in written {
        let header = (HeaderName::try_from(name), HeaderValue::try_from(value));
        let (Ok(name), Ok(value)) = header else { return Err(RequestFault::InBatch("headers")) };
        if !NOT_OF_REQUESTS.contains(&name) {
            headers.append(name, value);
        }
    }
    Ok(headers)
}

/// What a request of a batch is answered.
struct Answer {
    id: String,
    parts: response::Parts,
    body: Bytes,
}

impl Answer {
    fn succeeded(&self) -> bool {
        !self.parts.status.is_client_error() && !self.parts.status.is_server_error()
    }
}

/// The answer of a batch. What was made of it in memory counts for the share, or by itself, until it is sent.
fn response(answers: Vec<Answer>, share: &BodyShare) -> Response {
    let mut text = Text::of(&answers);
    text.push(r#"{"responses":["#);
    for (index, answer) in answers.into_iter().enumerate() {
        text.push(if index > 0 { r#",{"id":"# } else { r#"{"id":"# });
        text.write(&answer.id);
        text.push(r#","status":"#);
        text.write(&answer.parts.status.as_u16());
        text.push(r#","headers":{"#);
        text.write_headers(&answer.parts.headers);
        text.push("}");
        text.write_body(&answer.parts.headers, answer.body);
        text.push("}");
    }
    text.push("]}");
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let (length, counts) = (text.length(), text.before.is_empty());
    let mut response = (json, [(header::CONTENT_LENGTH, length)], text.into_body(share)).into_response();
    if counts && length >= SMALL_ANSWER {
        response.extensions_mut().insert(share.clone());
    }
    response
}

/// A JSON text that is being written. What is long in it isn't copied.
struct Text {
    before: Vec<Bytes>,
    last: Vec<u8>,
}

impl Text {
    /// Nothing yet, with room for these answers.
    fn of(answers: &[Answer]) -> Self {
        const HEADERS: usize = 512;
        let small = answers.iter().map(|answer| answer.body.len()).filter(|size| *size < SMALL_ANSWER);
        let room = small.map(|size| size + HEADERS).sum();
        Self { before: Vec::new(), last: Vec::with_capacity(room) }
    }

    fn push(&mut self, text: &str) {
        self.last.extend_from_slice(text.as_bytes());
    }

    fn write(&mut self, value: &impl Serialize) {
        // Writing text and numbers to a vector can't fail.
        let _ = serde_json::to_writer(&mut self.last, value);
    }

    fn write_headers(&mut self, headers: &HeaderMap) {
        let is_shown = |name: &&HeaderName| {
            !NOT_OF_ANSWERS.contains(name) && !name.as_str().starts_with("access-control-")
        };
        for (index, name) in headers.keys().filter(is_shown).enumerate() {
            let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            let mut text = Cow::from(values.next().unwrap_or_default());
            for more in values {
                text.to_mut().extend([", ", more]);
            }
            self.push(if index > 0 { ",\"" } else { "\"" });
            self.push(&spelled(name));
            self.push("\":");
            self.write(&text);
        }
    }

    /// Writes a body as its type says that it stands in a batch. One that is empty isn't there.
    fn write_body(&mut self, headers: &HeaderMap, body: Bytes) {
        if body.is_empty() {
            return;
        }
        self.push(r#","body":"#);
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        if !is_json(essence) {
            match str::from_utf8(&body) {
                Ok(text) if essence.starts_with("text/") => self.write(&text),
                _ => self.write(&URL_SAFE_NO_PAD.encode(&body)),
            }
        } else if body.len() < SMALL_ANSWER {
            self.last.extend_from_slice(&body);
        } else {
            self.before.extend([mem::take(&mut self.last).into(), body]);
        }
    }

    fn length(&self) -> usize {
        self.before.iter().map(Bytes::len).sum::<usize>() + self.last.len()
    }

    fn into_body(self, share: &BodyShare) -> Body {
        let last = body::held(self.last.into(), share);
        if self.before.is_empty() {
            return Body::from(last);
        }
        let pieces = self.before.into_iter().chain([last]).map(Ok::<_, Infallible>);
        Body::from_stream(stream::iter(pieces))
    }
}

/// A header's name as clients of batches look for it.
fn spelled(name: &HeaderName) -> Cow<'_, str> {
    match name.as_str() {
        ids @ ("request-id" | "client-request-id") => ids.into(),
        "cache-control" => "Cache-Control".into(),
        "content-type" => "Content-Type".into(),
        "etag" => "ETag".into(),
        "odata-entityid" => "OData-EntityId".into(),
        "odata-version" => "OData-Version".into(),
        "www-authenticate" => "WWW-Authenticate".into(),
        other => {
            let mut begins = true;
            let spell = |letter: char| {
                let begun = mem::replace(&mut begins, letter == '-');
                if begun { letter.to_ascii_uppercase() } else { letter }
            };
            other.chars().map(spell).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_under_the_version_however_it_is_written() {
        for (written, expected) in [
            ("/me", "/v1.0/me"),
            ("me", "/v1.0/me"),
            ("/v1.0/me", "/v1.0/me"),
            ("V1.0/me", "/V1.0/me"),
            ("/beta/me", "/beta/me"),
            ("?x", "/v1.0/?x"),
            ("", "/v1.0/"),
            ("v1.0", "/v1.0"),
            ("/v1.0?x", "/v1.0?x"),
            ("//v1.0/me", "/v1.0//v1.0/me"),
            ("https://graph.microsoft.com/v1.0/me", "/v1.0/https://graph.microsoft.com/v1.0/me"),
            ("/users?$filter=city eq null&$top=5", "/v1.0/users?$filter=city%20eq%20null&$top=5"),
            ("/users/a%40b.example?$search=\"d:ä\"", "/v1.0/users/a%40b.example?$search=%22d:%C3%A4%22"),
            ("/users/a\r\nHost: x", "/v1.0/users/a%0D%0AHost:%20x"),
        ] {
            assert_eq!(
                uri(written, Version::V1).map(|uri| uri.to_string()),
                Ok(expected.to_owned()),
                "{written}"
            );
        }
        assert_eq!(uri("/me", Version::Beta).unwrap(), "/beta/me");
        assert_eq!(uri(&"x".repeat(70_000), Version::V1), Err(RequestFault::InBatch("URL")));
    }

    #[test]
    fn headers_of_connections_and_of_callers_count_for_nothing() {
        let written = |name: &str, value: &str| headers(&[(name.into(), value.into())]);
        for name in ["Authorization", "HOST", "content-length", "Transfer-Encoding", "Connection", "Expect"] {
            assert_eq!(written(name, "x").map(|headers| headers.len()), Ok(0), "{name}");
        }
        assert_eq!(written("consistencylevel", "eventual").map(|headers| headers.len()), Ok(1));
        for (name, value) in [("", "x"), ("a b", "x"), ("é", "x"), ("a", "x\ny"), ("a:", "x")] {
            assert_eq!(written(name, value), Err(RequestFault::InBatch("headers")), "{name}: {value}");
        }
        let both = [("prefer".to_owned(), "a".to_owned()), ("Prefer".into(), "b".into())];
        assert_eq!(headers(&both).unwrap().get_all("prefer").iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn headers_are_spelled_as_clients_look_for_them() {
        for (name, expected) in [
            ("content-type", "Content-Type"),
            ("location", "Location"),
            ("retry-after", "Retry-After"),
            ("odata-version", "OData-Version"),
            ("request-id", "request-id"),
            ("www-authenticate", "WWW-Authenticate"),
        ] {
            assert_eq!(spelled(&HeaderName::from_static(name)), expected);
        }
    }
}
