//! Successful answers: Graph's headers, `@odata.context`, and stored documents put together without parsing
//! where no `$select` asks for it.

use super::{
    errors::{Failure, RequestFault},
    extract::Caller,
    origin::Origin,
};
use crate::{
    directory::{Found, objects::Page},
    model::{
        self,
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Access, Grants},
        properties::{Entity, Property, Returned, Source},
        values::Document,
    },
    odata::query::Query,
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::collections::{HashMap, HashSet};

const JSON: HeaderValue = HeaderValue::from_static(
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
);

/// What a `$select` names, as written, and who asks.
#[derive(Clone, Copy)]
pub struct Select<'q> {
    names: &'q [String],
    by: &'q Grants,
}

impl<'q> Select<'q> {
    /// That of a caller's query. `None`: the default set.
    pub fn of(query: &'q Query, caller: &'q Caller) -> Option<Self> {
        Some(Self { names: query.select.as_deref()?, by: &caller.grants })
    }
}

/// A page that is ready to be answered.
pub struct Collection {
    /// The objects.
    pub page: Page,
    /// The URL of the next page.
    pub next_link: Option<String>,
    /// How many objects there are in all, where the caller asked for it.
    pub count: Option<u64>,
}

/// One object: 200.
pub fn entity(origin: &Origin, found: &Found, select: Option<Select<'_>>) -> Result<Response, Failure> {
    let entity = model::entity(found.kind);
    let context = quote(&context(origin, entity.set, select, "/$entity"));
    let mut text = String::with_capacity(size(found));
    let first = ["\"@odata.context\":", &context];
    write_object(&mut text, &first, entity, found, selected(entity, select).as_deref())?;
    Ok(json(StatusCode::OK, text))
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
pub fn directory_object(
    origin: &Origin,
    found: &Found,
    select: Option<Select<'_>>,
) -> Result<Response, Failure> {
    let context = quote(&context(origin, "directoryObjects", select, "/$entity"));
    let entity = model::entity(found.kind);
    let mut text = String::with_capacity(size(found));
    let first = ["\"@odata.context\":", &context, ",\"@odata.type\":\"#microsoft.graph.", entity.name, "\""];
    write_object(&mut text, &first, entity, found, selected(entity, select).as_deref())?;
    Ok(json(StatusCode::OK, text))
}

/// A page of objects of one kind: 200.
pub fn entities(
    origin: &Origin,
    kind: ObjectKind,
    collection: &Collection,
    select: Option<Select<'_>>,
) -> Result<Response, Failure> {
    let entity = model::entity(kind);
    let context = context(origin, entity.set, select, "");
    let selected = selected(entity, select);
    page(&context, collection, |text, found| write_object(text, &[], entity, found, selected.as_deref()))
}

/// A page of objects of several kinds: 200. Each has its `@odata.type`.
pub fn directory_objects(
    origin: &Origin,
    collection: &Collection,
    select: Option<Select<'_>>,
) -> Result<Response, Failure> {
    let context = context(origin, "directoryObjects", select, "");
    let kinds: HashSet<ObjectKind> = collection.page.objects.iter().map(|found| found.kind).collect();
    let of_kind = |kind| (kind, selected(model::entity(kind), select));
    let by_kind: HashMap<ObjectKind, _> = kinds.into_iter().map(of_kind).collect();
    page(&context, collection, |text, found| {
        let (entity, selected) = (model::entity(found.kind), by_kind.get(&found.kind));
        let first = ["\"@odata.type\":\"#microsoft.graph.", entity.name, "\""];
        write_object(text, &first, entity, found, selected.and_then(Option::as_deref))
    })
}

/// A page of references: 200.
pub fn references(origin: &Origin, collection: &Collection) -> Result<Response, Failure> {
    let context = format!("{}/$metadata#Collection($ref)", origin.base());
    page(&context, collection, |text, found| {
        text.extend(["{\"@odata.id\":", &quote(&url(origin, found)), "}"]);
        Ok(())
    })
}

/// Ids: 200.
pub fn ids(origin: &Origin, ids: &[ObjectId]) -> Response {
    let context = quote(&format!("{}/$metadata#Collection(Edm.String)", origin.base()));
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    json(StatusCode::OK, format!("{{\"@odata.context\":{context},\"value\":[{}]}}", ids.join(",")))
}

/// A reference to one object: 200.
pub fn reference(origin: &Origin, found: &Found) -> Response {
    let context = quote(&format!("{}/$metadata#$ref", origin.base()));
    let id = quote(&url(origin, found));
    json(StatusCode::OK, format!("{{\"@odata.context\":{context},\"@odata.id\":{id}}}"))
}

/// The URL of an object, as references have it.
fn url(origin: &Origin, found: &Found) -> String {
    format!("{}/directoryObjects/{}", origin.base(), found.id)
}

fn page(
    context: &str,
    collection: &Collection,
    write: impl Fn(&mut String, &Found) -> Result<(), Failure>,
) -> Result<Response, Failure> {
    let mut text = String::with_capacity(collection.page.objects.iter().map(size).sum());
    text.extend(["{\"@odata.context\":", &quote(context)]);
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
        write(&mut text, found)?;
    }
    text.push_str("]}");
    Ok(json(StatusCode::OK, text))
}

/// Only a number: 200, `text/plain`.
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

fn context(origin: &Origin, set: &str, select: Option<Select<'_>>, suffix: &str) -> String {
    let names = select.map(|select| format!("({})", select.names.join(","))).unwrap_or_default();
    format!("{}/$metadata#{set}{names}{suffix}", origin.base())
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What `$select` names of an entity, in the order in which Graph prints it. `None`: the default set. Names that
/// the entity doesn't have select nothing (Graph ignores them); `*` leaves out what another service holds and what the
/// caller may not read; what another service tells comes with the object's id.
fn selected(entity: &'static Entity, select: Option<Select<'_>>) -> Option<Vec<&'static Property>> {
    let Select { names, by } = select?;
    let star = names.iter().any(|wanted| wanted == "*");
    let with_id = names.iter().any(|wanted| entity.is_from_other_service(wanted));
    let wanted = |property: &&Property| {
        (star && property.source == Source::Directory && property.allows(Access::Read, by))
            || (with_id && property.name == "id")
            || names.iter().any(|wanted| wanted.eq_ignore_ascii_case(property.name))
    };
    let returned = entity.properties.iter().filter(|property| property.returned != Returned::Never);
    Some(returned.filter(wanted).collect())
}

/// About how many bytes an object's text has in an answer.
fn size(found: &Found) -> usize {
    const AROUND: usize = 256;
    AROUND + found.document.as_ref().map_or(0, |document| document.default.len())
}

/// Writes an object: `first`, which are members of the answer's own, then the default set as stored, or what was
/// selected.
fn write_object(
    text: &mut String,
    first: &[&str],
    entity: &Entity,
    found: &Found,
    selected: Option<&[&Property]>,
) -> Result<(), Failure> {
    text.push('{');
    text.extend(first.iter().copied());
    let begin = text.len();
    if !first.is_empty() {
        text.push(',');
    }
    let without = text.len();
    match (&found.document, selected) {
        (Some(document), None) => text.push_str(members(&document.default)),
        (Some(document), Some(properties)) => write_some(text, found, document, properties)?,
        (None, _) => write_hidden(text, entity, found, selected),
    }
    if text.len() == without {
        text.truncate(begin);
    }
    text.push('}');
    Ok(())
}

/// The members of an object's text, without the braces.
fn members(object: &str) -> &str {
    object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default()
}

fn write_some(
    text: &mut String,
    found: &Found,
    document: &Document,
    properties: &[&Property],
) -> Result<(), Failure> {
    let values = document.pick(properties).ok_or(RequestFault::Internal)?;
    for (index, (property, value)) in properties.iter().zip(values).enumerate() {
        text.extend([if index > 0 { ",\"" } else { "\"" }, property.name, "\":"]);
        match value {
            _ if property.name == "id" => text.extend(["\"", &found.id.to_string(), "\""]),
            Some(value) => text.push_str(value.get()),
            None => text.push_str(&property.default_value().to_string()),
        }
    }
    Ok(())
}

/// The object of a kind that the caller may not read: its id, and `null` for all else that was asked for.
fn write_hidden(text: &mut String, entity: &Entity, found: &Found, selected: Option<&[&Property]>) {
    let by_default = || entity.properties.iter().filter(|property| property.returned == Returned::ByDefault);
    let asked = selected.map_or_else(|| by_default().collect(), <[_]>::to_vec);
    text.extend(["\"id\":\"", &found.id.to_string(), "\""]);
    for property in asked.iter().filter(|property| property.name != "id") {
        text.extend([",\"", property.name, "\":null"]);
    }
}
