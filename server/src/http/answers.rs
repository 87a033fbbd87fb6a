//! Successful answers: Graph's headers, `@odata.context`, and stored texts put together without parsing
//! where no `$select` asks for it.

use super::{
    errors::{Failure, RequestFault},
    extract::Origin,
};
use crate::{
    directory::Found,
    model::{
        self,
        properties::{Document, Entity, Returned},
    },
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::value::RawValue;
use std::collections::HashMap;

const JSON: HeaderValue = HeaderValue::from_static(
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
);

/// What `$select` names, as written. `None`: the default set.
pub type Select<'q> = Option<&'q [String]>;

/// One object: 200.
pub fn entity(origin: &Origin, found: &Found, select: Select<'_>) -> Result<Response, Failure> {
    let entity = model::entity(found.kind);
    let context = context(origin, entity.set, select, "/$entity");
    let object = properties(entity, found, select)?;
    Ok(json(StatusCode::OK, with_members(&format!("\"@odata.context\":{}", quote(&context)), &object)))
}

/// A new object: 201, with its `Location`.
pub fn created(origin: &Origin, found: &Found) -> Result<Response, Failure> {
    let mut response = entity(origin, found, None)?;
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("{}/{}/{}", origin.base(), model::entity(found.kind).set, found.id);
    let location = HeaderValue::from_str(&location).map_err(|_| RequestFault::Internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// A page of objects of several kinds: 200.
pub fn directory_objects(
    origin: &Origin,
    page: &[Found],
    select: Select<'_>,
    next_link: Option<&str>,
    count: Option<u64>,
) -> Result<Response, Failure> {
    let context = context(origin, "directoryObjects", select, "");
    let mut text = format!("{{\"@odata.context\":{}", quote(&context));
    if let Some(count) = count {
        text.push_str(&format!(",\"@odata.count\":{count}"));
    }
    if let Some(link) = next_link {
        text.push_str(&format!(",\"@odata.nextLink\":{}", quote(link)));
    }
    text.push_str(",\"value\":[");
    for (index, found) in page.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let entity = model::entity(found.kind);
        let object = properties(entity, found, select)?;
        text.push_str(&with_members(
            &format!("\"@odata.type\":\"#microsoft.graph.{}\"", entity.name),
            &object,
        ));
    }
    text.push_str("]}");
    Ok(json(StatusCode::OK, text))
}

/// A number alone: 200, `text/plain`.
pub fn count(count: u64) -> Response {
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    ([content_type], count.to_string()).into_response()
}

/// Nothing: 204.
pub fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn json(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], text).into_response()
}

fn context(origin: &Origin, set: &str, select: Select<'_>, suffix: &str) -> String {
    let names = select.map(|names| format!("({})", names.join(","))).unwrap_or_default();
    format!("{}/$metadata#{set}{names}{suffix}", origin.base())
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Puts members in front of those of an object's text.
fn with_members(members: &str, object: &str) -> String {
    match object.strip_prefix('{') {
        Some("}") | None => format!("{{{members}}}"),
        Some(rest) => format!("{{{members},{rest}"),
    }
}

/// An object's own text: the default set as stored, or what `$select` names.
fn properties(entity: &Entity, found: &Found, select: Select<'_>) -> Result<String, Failure> {
    match (&found.document, select) {
        (Some(document), None) => Ok(document.default.clone()),
        (Some(document), Some(names)) => selected(entity, document, names),
        (None, _) => Ok(hidden(entity, found, select)),
    }
}

/// Whether `$select` names a property. Names that the entity doesn't have select nothing (Graph ignores them).
fn selects(names: &[String], name: &str) -> bool {
    names.iter().any(|wanted| wanted == "*" || wanted.eq_ignore_ascii_case(name))
}

fn selected(entity: &Entity, document: &Document, names: &[String]) -> Result<String, Failure> {
    let read = |text| -> Result<HashMap<&str, &RawValue>, Failure> {
        Ok(serde_json::from_str(text).map_err(|_| RequestFault::Internal)?)
    };
    let (default, rest) = (read(&document.default)?, read(&document.rest)?);
    let returned = entity.properties.iter().filter(|property| property.returned != Returned::Never);
    let members = returned.filter(|property| selects(names, property.name)).map(|property| {
        let value = default.get(property.name).or_else(|| rest.get(property.name));
        let nothing = if property.is_collection() { "[]" } else { "null" };
        format!("\"{}\":{}", property.name, value.map_or(nothing, |value| value.get()))
    });
    Ok(format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
}

/// The object of a kind that the caller may not read: its id, and `null` for all else that was asked for.
fn hidden(entity: &Entity, found: &Found, select: Select<'_>) -> String {
    let asked = |name: &str, returned: Returned| match select {
        None => returned == Returned::ByDefault,
        Some(names) => returned != Returned::Never && selects(names, name),
    };
    let mut text = format!("{{\"id\":\"{}\"", found.id);
    for property in entity.properties.iter().filter(|property| property.name != "id") {
        if asked(property.name, property.returned) {
            text.push_str(&format!(",\"{}\":null", property.name));
        }
    }
    text.push('}');
    text
}
