//! Successful answers: Graph's headers, `@odata.context`, and stored texts put together without parsing
//! where no `$select` asks for it.

use super::{
    errors::{Failure, RequestFault},
    extract::Origin,
    paging::Collection,
};
use crate::{
    directory::Found,
    model::{
        self,
        kinds::ObjectKind,
        properties::{Entity, Held, Property, Returned},
        values::Document,
    },
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet};

const JSON: HeaderValue = HeaderValue::from_static(
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
);

/// What `$select` names, as written. `None`: the default set.
pub type Select<'q> = Option<&'q [String]>;

/// One object: 200.
pub fn entity(origin: &Origin, found: &Found, select: Select<'_>) -> Result<Response, Failure> {
    let entity = model::entity(found.kind);
    let context = context(origin, entity.set, select, "/$entity");
    let object = properties(entity, found, selected(entity, select).as_deref())?;
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

/// One object of whatever kind: 200, with its `@odata.type`.
pub fn directory_object(origin: &Origin, found: &Found, select: Select<'_>) -> Result<Response, Failure> {
    let context = context(origin, "directoryObjects", select, "/$entity");
    let entity = model::entity(found.kind);
    let object = typed(entity, found, selected(entity, select).as_deref())?;
    Ok(json(StatusCode::OK, with_members(&format!("\"@odata.context\":{}", quote(&context)), &object)))
}

/// A page of objects of one kind: 200.
pub fn entities(
    origin: &Origin,
    kind: ObjectKind,
    collection: &Collection,
    select: Select<'_>,
) -> Result<Response, Failure> {
    let entity = model::entity(kind);
    let context = context(origin, entity.set, select, "");
    let selected = selected(entity, select);
    page(&context, collection, |found| properties(entity, found, selected.as_deref()))
}

/// A page of objects of several kinds: 200. Each has its `@odata.type`.
pub fn directory_objects(
    origin: &Origin,
    collection: &Collection,
    select: Select<'_>,
) -> Result<Response, Failure> {
    let context = context(origin, "directoryObjects", select, "");
    let kinds: HashSet<ObjectKind> = collection.page.objects.iter().map(|found| found.kind).collect();
    let of_kind = |kind| (kind, selected(model::entity(kind), select));
    let by_kind: HashMap<ObjectKind, _> = kinds.into_iter().map(of_kind).collect();
    page(&context, collection, |found| {
        let selected = by_kind.get(&found.kind).and_then(Option::as_deref);
        typed(model::entity(found.kind), found, selected)
    })
}

/// A page of references: 200.
pub fn references(origin: &Origin, collection: &Collection) -> Result<Response, Failure> {
    let base = origin.base();
    let context = format!("{base}/$metadata#Collection($ref)");
    page(&context, collection, |found| {
        Ok(format!("{{\"@odata.id\":{}}}", quote(&format!("{base}/directoryObjects/{}", found.id))))
    })
}

fn page(
    context: &str,
    collection: &Collection,
    object: impl Fn(&Found) -> Result<String, Failure>,
) -> Result<Response, Failure> {
    let mut text = format!("{{\"@odata.context\":{}", quote(context));
    if let Some(count) = collection.count {
        text.push_str(&format!(",\"@odata.count\":{count}"));
    }
    if let Some(link) = &collection.next_link {
        text.push_str(&format!(",\"@odata.nextLink\":{}", quote(link)));
    }
    text.push_str(",\"value\":[");
    for (index, found) in collection.page.objects.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&object(found)?);
    }
    text.push_str("]}");
    Ok(json(StatusCode::OK, text))
}

/// A number alone: 200, `text/plain`.
pub fn count(count: u64) -> Response {
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    ([content_type], count.to_string()).into_response()
}

/// Nothing, of what another service did: 200.
pub fn done_elsewhere() -> Response {
    StatusCode::OK.into_response()
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

/// What `$select` names of an entity, in the order in which Graph prints it. `None`: the default set. Names that
/// the entity doesn't have select nothing (Graph ignores them); `*` leaves out what another service holds, and
/// what that service tells comes with the object's id.
fn selected(entity: &'static Entity, select: Select<'_>) -> Option<Vec<&'static Property>> {
    let names = select?;
    let star = names.iter().any(|wanted| wanted == "*");
    let with_id = names.iter().any(|wanted| entity.holds_elsewhere(wanted));
    let wanted = |property: &&Property| {
        (star && property.held == Held::InDirectory)
            || (with_id && property.name == "id")
            || names.iter().any(|wanted| wanted.eq_ignore_ascii_case(property.name))
    };
    let returned = entity.properties.iter().filter(|property| property.returned != Returned::Never);
    Some(returned.filter(wanted).collect())
}

/// An object's own text with its `@odata.type`.
fn typed(entity: &Entity, found: &Found, selected: Option<&[&Property]>) -> Result<String, Failure> {
    let object = properties(entity, found, selected)?;
    Ok(with_members(&format!("\"@odata.type\":\"#microsoft.graph.{}\"", entity.name), &object))
}

/// An object's own text: the default set as stored, or what was selected.
fn properties(entity: &Entity, found: &Found, selected: Option<&[&Property]>) -> Result<String, Failure> {
    match (&found.document, selected) {
        (Some(document), None) => Ok(document.default.clone()),
        (Some(document), Some(properties)) => some_of(document, properties),
        (None, _) => Ok(hidden(entity, found, selected)),
    }
}

fn some_of(document: &Document, properties: &[&Property]) -> Result<String, Failure> {
    let read = |text| -> Result<HashMap<&str, &RawValue>, Failure> {
        Ok(serde_json::from_str(text).map_err(|_| RequestFault::Internal)?)
    };
    let (default, rest) = (read(&document.default)?, read(&document.rest)?);
    let members = properties.iter().map(|property| {
        let value = default.get(property.name).or_else(|| rest.get(property.name));
        let value = value.map_or_else(|| property.nothing().to_string(), |value| value.get().to_owned());
        format!("\"{}\":{value}", property.name)
    });
    Ok(format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
}

/// The object of a kind that the caller may not read: its id, and `null` for all else that was asked for.
fn hidden(entity: &Entity, found: &Found, selected: Option<&[&Property]>) -> String {
    let by_default = || entity.properties.iter().filter(|property| property.returned == Returned::ByDefault);
    let asked = selected.map_or_else(|| by_default().collect(), <[_]>::to_vec);
    let mut text = format!("{{\"id\":\"{}\"", found.id);
    for property in asked.iter().filter(|property| property.name != "id") {
        text.push_str(&format!(",\"{}\":null", property.name));
    }
    text.push('}');
    text
}
