//! The interactive documentation, `/docs/`: Swagger UI over the contract that this server serves, all of it from the
//! binary. It knows no operation, and reads the contract as any client does.

use super::{errors::Failure, state::AppState, static_files::StaticFile};
use crate::{directory::sample, model::ids::AppId};
use axum::{
    Router,
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde_json::json;
use std::{collections::HashMap, sync::LazyLock};
use utoipa_swagger_ui::Config;

/// The page loads from this server and calls this server. Swagger UI's own images are in its style sheet, as `data:`.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// What goes with every answer under `/docs`.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Swagger UI's files that the page needs. The rest of its distribution isn't served.
const SWAGGER_UI: [(&str, &str); 3] =
    [("swagger-ui.css", STYLE), ("swagger-ui-bundle.js", SCRIPT), ("favicon-32x32.png", "image/png")];

/// The files by their names. The page itself has none.
static FILES: LazyLock<HashMap<&str, StaticFile>> = LazyLock::new(|| {
    let ours = [
        ("", StaticFile::new(HTML, include_str!("docs/index.html"))),
        ("docs.js", StaticFile::new(SCRIPT, include_str!("docs/docs.js"))),
        ("docs.css", StaticFile::new(STYLE, include_str!("docs/docs.css"))),
    ];
    let theirs = SWAGGER_UI.into_iter().filter_map(|(name, content_type)| {
        let file = utoipa_swagger_ui::serve(name, Config::default().into()).ok().flatten()?;
        let ready = if file.gzpipped { StaticFile::in_gzip } else { StaticFile::new };
        Some((name, ready(content_type, file.bytes.into_owned())))
    });
    ours.into_iter().chain(theirs).collect()
});

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(file))
        .route("/docs/sample.json", get(sample_application))
        .route("/docs/{*file}", get(file))
        .layer(middleware::map_response(with_headers))
}

/// Leads a browser from `/` to the documentation. Other clients are answered as Graph would.
pub(super) async fn lead_browsers(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && request.uri().path() == "/" && accepts_html(request.headers()) {
        ([(header::VARY, "Accept")], Redirect::to("/docs")).into_response()
    } else {
        next.run(request).await
    }
}

/// Whether a page is asked for by name, as browsers do. Programs take `*/*`, or JSON.
fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|list| list.split(',')).filter_map(|range| range.split(';').next());
    types.any(|name| name.trim().eq_ignore_ascii_case("text/html"))
}

async fn with_headers(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS);
    response
}

async fn file(path: RawPathParams, headers: HeaderMap) -> Response {
    let name = path.iter().next().map(|(_, value)| value).unwrap_or_default();
    FILES.get(name).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |text| text.answer(&headers))
}

/// How the page gets a token for an application of the sample's, while one has the public secret. A server on which one had
/// it when it started answers only to loopback names.
async fn sample_application(State(app): State<AppState>) -> Result<Response, Failure> {
    let Some(app_id) = public_application(&app).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let sample = json!({
        "tenant": sample::TENANT.to_string(),
        "client_id": app_id.to_string(),
        "client_secret": sample::APP_SECRET,
    });
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, sample.to_string()).into_response())
}

async fn public_application(app: &AppState) -> Result<Option<AppId>, Failure> {
    match app.store.find_tenant(sample::TENANT).await? {
        Some(tenant) => Ok(app.store.tenant(tenant).read(sample::public_application).await?),
        None => Ok(None),
    }
}
