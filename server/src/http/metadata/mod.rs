//! `$metadata` and the service document: what there is, for programs and generators that read it. As in Graph, they need no token:
//! every `@odata.context` names the first. What they say follows from the property tables (`schema.rs`).

mod json;
mod schema;
mod xml;

use super::{origin::Origin, state::AppState, static_files::StaticFile};
use crate::odata::path::Version;
use axum::{
    Router,
    extract::{RawQuery, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use schema::Schema;
use serde_json::{Value, json};
use std::{fmt::Display, sync::LazyLock};

const XML: &str = "application/xml";
const JSON: &str = "application/json";

/// A file that is made when it is first asked for, or why it can't be.
type Document = LazyLock<Result<StaticFile, String>>;

static IN_XML: Document =
    LazyLock::new(|| Ok(StaticFile::new(XML, xml::write(&Schema::current()).map_err(words)?)));
static IN_JSON: Document = LazyLock::new(|| {
    let document = json::document(&Schema::current());
    Ok(StaticFile::new(JSON, serde_json::to_vec(&document).map_err(words)?))
});

fn words(error: impl Display) -> String {
    error.to_string()
}

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(&described(), get(service_document))
        .route(&format!("{}/$metadata", described()), get(metadata))
}

/// Whether a request, whose path has the contract's spelling, asks for one of the two.
pub(super) fn is_asked(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let after = request.uri().path().strip_prefix(&described());
    reads && matches!(after, Some("" | "/$metadata"))
}

/// Where what is described lies.
fn described() -> String {
    format!("/{}", Version::V1.name())
}

/// The entity data model, as XML unless JSON is asked for.
async fn metadata(RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let document = match wanted(query.as_deref().unwrap_or_default(), &headers) {
        Some(Format::Xml) => &IN_XML,
        Some(Format::Json) => &IN_JSON,
        None => return (StatusCode::BAD_REQUEST, WRONG_FORMAT).into_response(),
    };
    let mut response = match &**document {
        Ok(file) => file.answer(&headers),
        Err(cause) => {
            tracing::error!(cause, "the entity data model can't be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

const WRONG_FORMAT: &str =
    "The parameter '$format' says in which form the metadata is wanted: xml or json, once.\n";

/// A form of the entity data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Xml,
    Json,
}

/// The form that `$format` names, else the first that the client accepts by name. `None`: it names none that there is.
fn wanted(query: &str, headers: &HeaderMap) -> Option<Format> {
    let parameters = url::form_urlencoded::parse(query.as_bytes());
    let mut named =
        parameters.filter(|(name, _)| name.eq_ignore_ascii_case("$format")).map(|(_, value)| value);
    match (named.next(), named.next()) {
        (None, _) => Some(accepted(headers)),
        (Some(only), None) => format(&only),
        (Some(_), Some(_)) => None,
    }
}

fn accepted(headers: &HeaderMap) -> Format {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).find_map(format).unwrap_or(Format::Xml)
}

/// The form with this name or media type, whatever its parameters.
fn format(name: &str) -> Option<Format> {
    match name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "xml" | XML => Some(Format::Xml),
        "json" | JSON => Some(Format::Json),
        _ => None,
    }
}

/// The service document: the sets and singletons that there are.
async fn service_document(origin: Origin) -> Response {
    let Schema { sets, singletons, .. } = Schema::current();
    let entry = |kind: &str, name: &str| json!({"name": name, "kind": kind, "url": name});
    let sets = sets.iter().map(|set| entry("EntitySet", set.name));
    let singletons = singletons.iter().map(|one| entry("Singleton", one.name));
    let value: Value = sets.chain(singletons).collect();
    let context = format!("{}/$metadata", origin.base());
    ([(header::CONTENT_TYPE, JSON)], json!({"@odata.context": context, "value": value}).to_string())
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_that_the_query_names_else_the_first_that_is_accepted() {
        let wanted = |query: &str, accept: &[&'static str]| {
            let values = accept.iter().map(|value| (header::ACCEPT, HeaderValue::from_static(value)));
            wanted(query, &values.collect())
        };
        assert_eq!(wanted("", &[]), Some(Format::Xml));
        assert_eq!(wanted("", &["*/*"]), Some(Format::Xml));
        assert_eq!(
            wanted("", &["text/html, application/JSON;odata.metadata=full, application/xml"]),
            Some(Format::Json)
        );
        assert_eq!(wanted("$format=application/xml", &["application/json"]), Some(Format::Xml));
        assert_eq!(wanted("%24format=json&x=1", &[]), Some(Format::Json));
        assert_eq!(wanted("$format=atom", &[]), None);
        assert_eq!(wanted("$format=json&$format=xml", &[]), None);
    }
}
