//! The outer layer of every request: its ids, its time limit, the host that the caller used, Graph's error
//! envelope, and one line in the log.

use super::{
    contract::wire::InnerError,
    cross_origin,
    errors::{Failure, RequestFault},
    origin::Origin,
    paths::GraphPath,
    state::AppState,
};
use crate::odata::path::Version;
use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version as HttpVersion, header,
        uri::{Authority, Scheme},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// The id that a client gives a request.
pub(super) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// How long a request may take, its body included.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The name of this machine for itself.
const LOCAL: &str = "localhost";

/// The longest host with its port, in bytes: a name has 253 at most.
const MAX_HOST: usize = 260;

/// How much of a path the log shows, in bytes.
const MAX_PATH: usize = 256;

/// After how many seconds to try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// The operation's id, for the log. Each operation leaves its own in the answer.
#[derive(Debug, Clone, Default)]
pub struct OperationId(Arc<str>);

impl OperationId {
    /// Wraps an operation's id.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Wraps a request in all of it.
pub(super) async fn envelope(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let host = host(&request);
    let origin = origin(&request, host.as_deref(), app.public_url.as_ref());
    let refused = match host {
        None => Some(RequestFault::NoHost),
        Some(host) if app.loopback_only && !is_loopback(&host) => Some(RequestFault::Host),
        Some(_) => None,
    };
    answered(&app, request, origin, TIME_LIMIT, async |request| match refused {
        Some(fault) => Failure::from(fault).into_response(),
        None => next.run(request).await,
    })
    .await
}

/// The answer of a request from a caller at this origin, which `answer` makes within this time.
pub(super) async fn answered(
    app: &AppState,
    mut request: Request,
    mut origin: Origin,
    time: Duration,
    answer: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let began = Instant::now();
    let ids = Ids::of(request.headers());
    let path = request.extensions().get::<GraphPath>();
    let graph = path.is_some();
    origin.version = path.map_or(origin.version, |path| path.version);
    let (method, uri) = (request.method().clone(), request.uri().clone());
    request.extensions_mut().insert(origin.clone());
    if !graph {
        // What is public writes its errors itself.
        request.extensions_mut().insert(ids.clone());
    }
    // Held until the request is answered.
    let share = (!request.body().is_end_stream()).then(|| app.body_budget.share());
    if let Some(share) = &share {
        request.extensions_mut().insert(share.clone());
    }
    let mut response = timeout(time, answer(request))
        .await
        .unwrap_or_else(|_| Failure::from(RequestFault::TimedOut).into_response());
    let failure = response.extensions_mut().remove::<Arc<Failure>>();
    if let Some(failure) = &failure {
        write_error(&mut response, failure, &ids, &origin.links, app);
    }
    let headers = response.headers_mut();
    if graph && failure.is_some() {
        // What is refused here or has panicked came past no layer that says so.
        cross_origin::open(headers);
    }
    headers.insert(REQUEST_ID, ids.server.clone());
    headers.insert(CLIENT_REQUEST_ID, ids.client.clone());
    if graph {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
    }
    log(&response, &method, &uri, failure.as_deref(), &ids, began);
    response
}

/// The ids of a request.
#[derive(Clone)]
pub(super) struct Ids {
    /// The server's own, which finds it in the log.
    pub(super) server: HeaderValue,
    /// The client's, or the same.
    client: HeaderValue,
}

impl Ids {
    /// A new id for the request, and the client's own for it where it sent one.
    #[expect(clippy::disallowed_methods, reason = "a request's id is no id of the directory's")]
    fn of(headers: &HeaderMap) -> Self {
        let server = HeaderValue::from_str(&Uuid::new_v4().to_string());
        let server = server.unwrap_or(HeaderValue::from_static("unknown"));
        let sent = headers.get(CLIENT_REQUEST_ID).filter(|id| id.len() <= 128 && id.to_str().is_ok());
        Self { client: sent.cloned().unwrap_or_else(|| server.clone()), server }
    }
}

/// Whether a host is this machine itself. A page from elsewhere reaches a loopback server by a name of its own.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or_else(|_| name.eq_ignore_ascii_case(LOCAL), |address| address.is_loopback())
}

/// Where this server is for the caller, who reached it by this host.
fn origin(request: &Request, host: Option<&str>, public_url: Option<&Arc<str>>) -> Origin {
    // Only a call within this process, as in tests, comes without one.
    let scheme = request.extensions().get().cloned().unwrap_or(Scheme::HTTP);
    let request: Arc<str> = format!("{scheme}://{}", host.unwrap_or(LOCAL)).into();
    let version = Version::default();
    Origin { links: public_url.unwrap_or(&request).clone(), request, version }
}

/// The host and port that the caller used: the request target's, else the Host header's (RFC 9112, 3.2). An empty port is
/// none (RFC 3986, 6.2.3). `None`: there is no host, there are several, or it can't be one. Falling back to `localhost`
/// would open a hole for DNS rebinding: browsers send host names that this check refuses.
fn host(request: &Request) -> Option<String> {
    let mut sent = request.headers().get_all(header::HOST).iter();
    // There both say the same (RFC 9113, 8.3.1).
    let is_http2 = request.version() == HttpVersion::HTTP_2;
    let host = match (request.uri().authority(), sent.next(), sent.next()) {
        (_, _, Some(_)) => return None,
        (Some(authority), Some(host), None)
            if is_http2 && host.as_bytes() != authority.as_str().as_bytes() =>
        {
            return None;
        }
        (Some(authority), _, None) => authority.as_str(),
        (None, Some(host), None) => host.to_str().ok()?,
        // Version 1.0 knew no hosts.
        (None, None, None) if request.version() == HttpVersion::HTTP_10 => LOCAL,
        (None, None, None) => return None,
    };
    let host = host.strip_suffix(':').unwrap_or(host);
    can_be_host(host).then(|| host.to_owned())
}

/// Whether this can be a host, with a port or without one.
fn can_be_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if text.len() > MAX_HOST || !text.chars().all(plain) {
        return false;
    }
    text.parse::<Authority>().is_ok_and(|authority| {
        let name = authority.host();
        let port = &text[name.len()..];
        let has_port = port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        !name.is_empty() && (port.is_empty() || has_port)
    })
}

fn write_error(response: &mut Response, failure: &Failure, ids: &Ids, origin: &str, app: &AppState) {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let answer = failure.answer();
    let status = answer.status;
    let body = answer.body(InnerError {
        date: Some(app.store.clock().now().format("%Y-%m-%dT%H:%M:%S").to_string()),
        request_id: Some(text(&ids.server)),
        client_request_id: Some(text(&ids.client)),
    });
    let body = serde_json::to_vec(&body).unwrap_or_default();
    *response.status_mut() = status;
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match status {
        StatusCode::UNAUTHORIZED => {
            let challenge = format!(
                "Bearer realm=\"\", authorization_uri=\"{origin}/common/oauth2/authorize\", client_id=\"{}\"",
                crate::auth::tokens::GRAPH_APP_ID
            );
            headers.extend(HeaderValue::from_str(&challenge).map(|value| (header::WWW_AUTHENTICATE, value)));
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        _ => {}
    }
}

/// One line for each request. Never a token, never a body, never a query; only 5xx are errors, with their cause. What
/// isn't served is no error, and has its path.
fn log(
    response: &Response,
    method: &Method,
    uri: &Uri,
    failure: Option<&Failure>,
    ids: &Ids,
    began: Instant,
) {
    let operation = response.extensions().get::<OperationId>().map_or("-", OperationId::as_str);
    let status = response.status().as_u16();
    let code = failure.map_or("-", |failure| failure.answer().code);
    let request_id = ids.server.to_str().unwrap_or_default();
    let duration_ms = (began.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    // What is public has forms of its own.
    let is_unserved = failure.map_or(matches!(status, 405 | 501), Failure::is_unserved);
    let path = is_unserved.then(|| shown(uri.path()));
    match failure.filter(|_| status >= 500 && path.is_none()) {
        Some(cause) => {
            tracing::error!(%method, operation, status, code, duration_ms, request_id, %cause, "request failed");
        }
        None => tracing::info!(%method, operation, status, code, duration_ms, request_id, path, "request"),
    }
}

/// The beginning of a path. The log's form escapes what isn't text in it.
fn shown(path: &str) -> &str {
    &path[..path.floor_char_boundary(MAX_PATH)]
}
