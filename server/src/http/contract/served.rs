//! Where the contract is served: as JSON and YAML, in OpenAPI 3.1 and 3.0, each naming the origin that it is read from. What
//! the document says is for others to know.

use super::ORIGIN;
use crate::http::{origin::Origin, state::AppState, static_files::Template};
use axum::{
    Router,
    body::Bytes,
    extract::RawQuery,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value;
use std::sync::LazyLock;

/// The contract as `cargo xtask openapi` writes it. `cargo xtask openapi --check` fails where the file isn't what the operations
/// say. To put it together here would take a hundred megabytes.
const CURRENT: &str = include_str!("../../../../openapi/graph-v1.0.json");
/// The same in OpenAPI 3.0.
const LOWERED: &str = include_str!("../../../../openapi/graph-v1.0.openapi-3.0.json");

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// A text that is made when it is first asked for, or why it can't be.
type Document = LazyLock<Result<Template, String>>;

static JSON_3_1: Document = LazyLock::new(|| Ok(template(JSON, CURRENT)));
static YAML_3_1: Document = LazyLock::new(|| Ok(template(YAML, yaml(CURRENT)?)));
static JSON_3_0: Document = LazyLock::new(|| Ok(template(JSON, LOWERED)));
static YAML_3_0: Document = LazyLock::new(|| Ok(template(YAML, yaml(LOWERED)?)));

/// Each server's own copy names its own origin.
fn template(content_type: &'static str, text: impl Into<Bytes>) -> Template {
    Template::new(content_type, text, ORIGIN)
}

/// As readers of YAML 1.1 understand it too: to them `On` without quotes is true.
fn yaml(json: &str) -> Result<String, String> {
    let document: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    serde_saphyr::to_string(&document).map_err(|error| error.to_string())
}

pub(in crate::http) fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/openapi.json",
            get(|origin, query, headers| serve([&JSON_3_1, &JSON_3_0], origin, query, headers)),
        )
        .route(
            "/openapi.yaml",
            get(|origin, query, headers| serve([&YAML_3_1, &YAML_3_0], origin, query, headers)),
        )
}

/// Answers with the contract of this server: of 3.1 and 3.0 the one that the query names, the first where it names none.
async fn serve(
    [current, lowered]: [&'static Document; 2],
    origin: Origin,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let document = match versions(query.as_deref().unwrap_or_default()).as_slice() {
        [] => current,
        [version] if version == "3.1" => current,
        [version] if version == "3.0" => lowered,
        _ => return (StatusCode::BAD_REQUEST, WRONG_VERSION).into_response(),
    };
    match &**document {
        Ok(template) => template.answer(&origin.links, &headers),
        Err(cause) => {
            tracing::error!(cause, "the contract can't be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

const WRONG_VERSION: &str =
    "The parameter 'openapi' says in which version of OpenAPI the contract is wanted: 3.1 or 3.0, once.\n";

/// The values of the query's `openapi`.
fn versions(query: &str) -> Vec<String> {
    let parameters = url::form_urlencoded::parse(query.as_bytes());
    parameters.filter(|(name, _)| name == "openapi").map(|(_, value)| value.into_owned()).collect()
}
