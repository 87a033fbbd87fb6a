//! Successful answers: Graph's headers, `@odata.context`, and stored documents put together without parsing
//! where no `$select` asks for it.

use super::{
    contract::wire::{EvaluateDynamicMembershipResult, ExpressionEvaluationDetails, PropertyToEvaluate},
    errors::{Failure, RequestFault},
    extract::Caller,
    origin::Origin,
};
use crate::{
    directory::{Found, membership_rules::Evaluated, objects::Page},
    membership_rules::Explanation,
    model::{
        self, ENTITIES,
        ids::ObjectId,
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{Access, Grants},
        properties::{Entity, Property, Returned, Source},
        values::Document,
    },
    odata::listing::Expansion,
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::collections::HashMap;

const JSON: HeaderValue = HeaderValue::from_static(
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
);

/// What is shown of objects.
#[derive(Clone, Copy, Default)]
pub struct Shown<'q> {
    /// Their properties. `None`: the default set.
    select: Option<Select<'q>>,
    /// The objects with each of them.
    expand: Option<Expanded<'q>>,
}

/// What a `$select` names, as written, and who asks.
#[derive(Clone, Copy)]
struct Select<'q> {
    names: &'q [String],
    by: &'q Grants,
}

/// What is shown with an object: the objects of a navigation property, and what of them.
#[derive(Clone, Copy)]
struct Expanded<'q> {
    property: NavigationProperty,
    select: Option<Select<'q>>,
}

impl<'q> Shown<'q> {
    /// What a caller selects and expands.
    pub fn of(select: Option<&'q [String]>, expansion: Option<&'q Expansion>, caller: &'q Caller) -> Self {
        let of_names = |names| Select { names, by: &caller.grants };
        let expanded = |expansion: &'q Expansion| Expanded {
            property: expansion.property,
            select: expansion.select.as_deref().map(of_names),
        };
        Self { select: select.map(of_names), expand: expansion.map(expanded) }
    }
}

/// A page that is ready to be answered.
pub struct Collection {
    /// The objects.
    pub page: Page,
    /// The URL of the next page.
    pub next_link: Option<String>,
}

/// One object: 200.
pub fn entity(origin: &Origin, found: &Found, shown: Shown<'_>) -> Result<Response, Failure> {
    let entity = model::entity(found.kind);
    let context = quote(&context(origin, entity.set, shown, "/$entity"));
    let mut text = String::with_capacity(size(found));
    let first = ["\"@odata.context\":", &context];
    let expanding = Expanding::of(shown);
    write_object(
        &mut text,
        &first,
        entity,
        found,
        selected(entity, shown.select).as_deref(),
        expanding.as_ref(),
    )?;
    Ok(json(StatusCode::OK, text))
}

/// A new object: 201, with its `Location`.
pub fn created(origin: &Origin, found: &Found) -> Result<Response, Failure> {
    let mut response = entity(origin, found, Shown::default())?;
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("{}/{}/{}", origin.base(), model::entity(found.kind).set, found.id);
    let location = HeaderValue::from_str(&location).map_err(|_| RequestFault::Internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// One object of whatever kind: 200, with its `@odata.type`.
pub fn directory_object(origin: &Origin, found: &Found, shown: Shown<'_>) -> Result<Response, Failure> {
    let context = quote(&context(origin, "directoryObjects", shown, "/$entity"));
    let entity = model::entity(found.kind);
    let mut text = String::with_capacity(size(found));
    let first = ["\"@odata.context\":", &context, ",\"@odata.type\":\"#microsoft.graph.", entity.name, "\""];
    write_object(&mut text, &first, entity, found, selected(entity, shown.select).as_deref(), None)?;
    Ok(json(StatusCode::OK, text))
}

/// A page of objects of one kind: 200.
pub fn entities(
    origin: &Origin,
    kind: ObjectKind,
    collection: &Collection,
    shown: Shown<'_>,
) -> Result<Response, Failure> {
    let entity = model::entity(kind);
    let context = context(origin, entity.set, shown, "");
    let (selected, expanding) = (selected(entity, shown.select), Expanding::of(shown));
    page(&context, collection, |text, found| {
        write_object(text, &[], entity, found, selected.as_deref(), expanding.as_ref())
    })
}

/// A page of objects of several kinds: 200. Each has its `@odata.type`.
pub fn directory_objects(
    origin: &Origin,
    collection: &Collection,
    shown: Shown<'_>,
) -> Result<Response, Failure> {
    let context = context(origin, "directoryObjects", shown, "");
    let selected = OfEachKind::of(shown.select);
    page(&context, collection, |text, found| selected.write(text, found))
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

/// What a membership rule comes to: 200.
pub fn evaluated(origin: &Origin, evaluated: Evaluated) -> Result<Response, Failure> {
    let details = details(evaluated.explanation);
    let result = EvaluateDynamicMembershipResult {
        odata_context: format!("{}/$metadata#microsoft.graph.evaluateDynamicMembershipResult", origin.base()),
        membership_rule: evaluated.rule,
        membership_rule_evaluation_result: details.expression_result,
        membership_rule_evaluation_details: details,
    };
    let text = serde_json::to_string(&result).map_err(|_| RequestFault::Internal)?;
    Ok(json(StatusCode::OK, text))
}

fn details(of: Explanation) -> ExpressionEvaluationDetails {
    let property =
        |(name, value): (&str, _)| PropertyToEvaluate { property_name: name.into(), property_value: value };
    ExpressionEvaluationDetails {
        expression: of.expression,
        expression_result: of.result,
        property_to_evaluate: of.property.map(property),
        expression_evaluation_details: of.parts.into_iter().map(details).collect(),
    }
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
    if let Some(count) = collection.page.count {
        text.push_str(&format!(",\"@odata.count\":{count}"));
    }
    if let Some(link) = &collection.next_link {
        text.push_str(&format!(",\"@odata.nextLink\":{}", quote(link)));
    }
    text.push_str(",\"value\":[");
    write_each(&mut text, &collection.page.objects, write)?;
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

/// The context of what is shown of a set: `groups(id,members(displayName))/$entity`.
fn context(origin: &Origin, set: &str, shown: Shown<'_>, suffix: &str) -> String {
    let names = |select: Option<Select<'_>>| select.map(|select| select.names.join(","));
    let expanded = shown.expand.map(|Expanded { property, select }| {
        format!("{}({})", property.name(), names(select).unwrap_or_default())
    });
    let parts: Vec<_> = names(shown.select).into_iter().chain(expanded).collect();
    let parts = if parts.is_empty() { String::new() } else { format!("({})", parts.join(",")) };
    format!("{}/$metadata#{set}{parts}{suffix}", origin.base())
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

/// What is selected of objects of several kinds.
struct OfEachKind(HashMap<ObjectKind, Option<Vec<&'static Property>>>);

impl OfEachKind {
    fn of(select: Option<Select<'_>>) -> Self {
        Self(ENTITIES.iter().map(|entity| (entity.kind, selected(entity, select))).collect())
    }

    /// Writes an object with its `@odata.type`.
    fn write(&self, text: &mut String, found: &Found) -> Result<(), Failure> {
        let (entity, selected) = (model::entity(found.kind), self.0.get(&found.kind));
        let first = ["\"@odata.type\":\"#microsoft.graph.", entity.name, "\""];
        write_object(text, &first, entity, found, selected.and_then(Option::as_deref), None)
    }
}

/// How the objects are written that are shown with an object.
struct Expanding {
    property: NavigationProperty,
    selected: OfEachKind,
}

impl Expanding {
    fn of(shown: Shown<'_>) -> Option<Self> {
        let Expanded { property, select } = shown.expand?;
        Some(Self { property, selected: OfEachKind::of(select) })
    }

    /// Whether there is anything to write of these.
    fn shows(&self, related: &[Found]) -> bool {
        !self.property.is_single() || !related.is_empty()
    }

    /// Writes them as a member of the object that they are related to.
    fn write(&self, text: &mut String, related: &[Found]) -> Result<(), Failure> {
        if self.property.is_single() {
            return self.write_chain(text, related);
        }
        text.extend(["\"", self.property.name(), "\":["]);
        write_each(text, related, |text, found| self.selected.write(text, found))?;
        text.push(']');
        Ok(())
    }

    /// Writes the first as a member of the object that it is related to, the next as one of the first, and so on.
    fn write_chain(&self, text: &mut String, chain: &[Found]) -> Result<(), Failure> {
        for (index, found) in chain.iter().enumerate() {
            if index > 0 {
                // The one before is open again.
                text.pop();
                text.push(',');
            }
            text.extend(["\"", self.property.name(), "\":"]);
            self.selected.write(text, found)?;
        }
        text.extend(chain.iter().skip(1).map(|_| '}'));
        Ok(())
    }
}

/// Writes objects with commas between them.
fn write_each(
    text: &mut String,
    objects: &[Found],
    write: impl Fn(&mut String, &Found) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for (index, found) in objects.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(text, found)?;
    }
    Ok(())
}

/// About how many bytes an object's text has in an answer.
fn size(found: &Found) -> usize {
    const AROUND: usize = 256;
    AROUND + found.document.as_ref().map_or(0, |document| document.default.len())
}

/// Writes an object: `first`, which are members of the answer's own, then the default set as stored, or what was
/// selected, then what is shown with it.
fn write_object(
    text: &mut String,
    first: &[&str],
    entity: &Entity,
    found: &Found,
    selected: Option<&[&Property]>,
    expanding: Option<&Expanding>,
) -> Result<(), Failure> {
    text.push('{');
    text.extend(first.iter().copied());
    let begin = text.len();
    if !first.is_empty() {
        text.push(',');
    }
    let without = text.len();
    match (&found.document, selected) {
        (Some(document), None) if !found.only_basics => text.push_str(members(&document.default)),
        (Some(document), Some(properties)) if !found.only_basics => {
            write_some(text, found, document, properties)?;
        }
        (shown, _) => {
            // Where it has no type of its own, it is of the answer's, whose contract says what is never null.
            let has_own_type = first.iter().any(|member| member.contains("@odata.type"));
            let can_be_null = |property: &Property| has_own_type || !property.always_has_value();
            write_limited(text, entity, found, shown.as_ref(), selected, can_be_null)?;
        }
    }
    if text.len() == without {
        text.truncate(begin);
    }
    if let (Some(expanding), Some(related)) = (expanding, &found.expanded)
        && expanding.shows(related)
    {
        if !text.ends_with('{') {
            text.push(',');
        }
        expanding.write(text, related)?;
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

/// An object of which the caller may read the basic properties of this document, or nothing: its id, and `null` for all else that
/// was asked for and can be null.
fn write_limited(
    text: &mut String,
    entity: &Entity,
    found: &Found,
    shown: Option<&Document>,
    selected: Option<&[&Property]>,
    can_be_null: impl Fn(&Property) -> bool,
) -> Result<(), Failure> {
    let by_default = || entity.properties.iter().filter(|property| property.returned == Returned::ByDefault);
    let asked = selected.map_or_else(|| by_default().collect(), <[_]>::to_vec);
    let others = asked.into_iter().filter(|property| property.name != "id");
    let (basics, hidden): (Vec<_>, Vec<_>) = others.partition(|property| shown.is_some() && property.basic);
    text.extend(["\"id\":\"", &found.id.to_string(), "\""]);
    if let Some(document) = shown.filter(|_| !basics.is_empty()) {
        text.push(',');
        write_some(text, found, document, &basics)?;
    }
    for property in hidden.into_iter().filter(|property| can_be_null(property)) {
        text.extend([",\"", property.name, "\":null"]);
    }
    Ok(())
}
