//! Successful answers: Graph's headers, `@odata.context`, and stored documents put together without parsing
//! where no `$select` asks for it.

use super::{
    errors::{Failure, RequestFault},
    extract::Caller,
    metadata_level::MetadataLevel,
    origin::Origin,
};
use crate::{
    directory::{Found, objects::Page},
    model::{
        self, ENTITIES,
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{Access, Grants},
        properties::{Entity, Property, Returned, Source},
        resources::Resource,
        values::{Document, Values},
    },
    odata::listing::Expansion,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// How an answer is written.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where this server is for the caller.
    pub origin: Origin,
    /// Whose objects are in it.
    tenant: TenantId,
    /// How much of OData's metadata stands in it.
    metadata: MetadataLevel,
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let origin = Origin::from_request_parts(parts, state).await?;
        let Caller { tenant, .. } = Caller::from_request_parts(parts, state).await?;
        Ok(Self { origin, tenant: tenant.id, metadata: MetadataLevel::accepted(&parts.headers) })
    }
}

impl Form {
    /// The URL that tells what an answer is. `None`: the caller doesn't want it.
    fn context_url(&self, fragment: &str) -> Option<String> {
        let is_told = self.metadata != MetadataLevel::None;
        is_told.then(|| format!("{}/$metadata#{fragment}", self.origin.base()))
    }

    /// The member of an answer that tells what it is, where there is one.
    fn context(&self, fragment: &str) -> String {
        self.context_url(fragment)
            .map_or_else(String::new, |url| format!("\"@odata.context\":{}", quote(&url)))
    }

    /// Objects of one kind, which the context tells.
    fn typed(&self) -> Annotations<'_> {
        Annotations { form: self, is_typed: true }
    }

    /// Objects of whatever kinds.
    fn untyped(&self) -> Annotations<'_> {
        Annotations { form: self, is_typed: false }
    }

    fn json(&self, status: StatusCode, text: String) -> Response {
        (status, [(header::CONTENT_TYPE, self.metadata.content_type())], text).into_response()
    }
}

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
pub fn entity(form: &Form, found: &Found, shown: Shown<'_>) -> Result<Response, Failure> {
    let entity = model::entity(found.kind);
    let context = form.context(&fragment(entity.set, shown, "/$entity"));
    let mut text = String::with_capacity(size(found));
    let (selected, expanding) = (selected(entity.properties, shown.select), Expanding::of(form, shown));
    write_object(&mut text, &context, form.typed(), found, selected.as_deref(), expanding.as_ref())?;
    Ok(form.json(StatusCode::OK, text))
}

/// A new object: 201, with its `Location`.
pub fn created(form: &Form, found: &Found) -> Result<Response, Failure> {
    let mut response = entity(form, found, Shown::default())?;
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("{}/{}/{}", form.origin.base(), model::entity(found.kind).set, found.id);
    let location = HeaderValue::from_str(&location).map_err(|_| RequestFault::Internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// One object of whatever kind: 200, with its `@odata.type`.
pub fn directory_object(form: &Form, found: &Found, shown: Shown<'_>) -> Result<Response, Failure> {
    let context = form.context(&fragment("directoryObjects", shown, "/$entity"));
    let selected = selected(model::entity(found.kind).properties, shown.select);
    let mut text = String::with_capacity(size(found));
    write_object(&mut text, &context, form.untyped(), found, selected.as_deref(), None)?;
    Ok(form.json(StatusCode::OK, text))
}

/// A page of objects of one kind: 200.
pub fn entities(
    form: &Form,
    kind: ObjectKind,
    collection: &Collection,
    shown: Shown<'_>,
) -> Result<Response, Failure> {
    let entity = model::entity(kind);
    let (selected, expanding) = (selected(entity.properties, shown.select), Expanding::of(form, shown));
    page(form, &fragment(entity.set, shown, ""), collection, |text, found| {
        write_object(text, "", form.typed(), found, selected.as_deref(), expanding.as_ref())
    })
}

/// A page of objects of several kinds: 200. Each has its `@odata.type`.
pub fn directory_objects(
    form: &Form,
    collection: &Collection,
    shown: Shown<'_>,
) -> Result<Response, Failure> {
    let selected = OfEachKind::of(form, shown.select);
    page(form, &fragment("directoryObjects", shown, ""), collection, |text, found| {
        selected.write(text, found)
    })
}

/// A page of references: 200.
pub fn references(form: &Form, collection: &Collection) -> Result<Response, Failure> {
    page(form, "Collection($ref)", collection, |text, found| {
        text.extend(["{\"@odata.id\":", &quote(&url(form, found)), "}"]);
        Ok(())
    })
}

/// Ids: 200.
pub fn ids(form: &Form, ids: &[ObjectId]) -> Response {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    let mut text = format!("{{{}", form.context("Collection(Edm.String)"));
    begin_member(&mut text, "value");
    text.extend(["[", &ids.join(","), "]}"]);
    form.json(StatusCode::OK, text)
}

/// What no document of an object holds, and has this context: 200.
pub fn written(form: &Form, fragment: &str, answer: &impl Serialize) -> Result<Response, Failure> {
    let text = serde_json::to_string(answer).map_err(|_| RequestFault::Internal)?;
    let context = form.context(fragment);
    let (context, rest) = (if context.is_empty() { context } else { context + "," }, members(&text));
    Ok(form.json(StatusCode::OK, format!("{{{context}{rest}}}")))
}

/// A reference to one object: 200.
pub fn reference(form: &Form, found: &Found) -> Response {
    let mut text = format!("{{{}", form.context("$ref"));
    begin_member(&mut text, "@odata.id");
    text.extend([&quote(&url(form, found)), "}"]);
    form.json(StatusCode::OK, text)
}

/// The URL of an object, as references have it.
fn url(form: &Form, found: &Found) -> String {
    format!("{}/directoryObjects/{}", form.origin.base(), found.id)
}

fn page(
    form: &Form,
    fragment: &str,
    collection: &Collection,
    write: impl Fn(&mut String, &Found) -> Result<(), Failure>,
) -> Result<Response, Failure> {
    let mut text = String::with_capacity(collection.page.objects.iter().map(size).sum());
    text.extend(["{", &form.context(fragment)]);
    if let Some(count) = collection.page.count {
        begin_member(&mut text, "@odata.count");
        text.push_str(&count.to_string());
    }
    if let Some(link) = &collection.next_link {
        begin_member(&mut text, "@odata.nextLink");
        text.push_str(&quote(link));
    }
    begin_member(&mut text, "value");
    text.push('[');
    write_each(&mut text, &collection.page.objects, write)?;
    text.push_str("]}");
    Ok(form.json(StatusCode::OK, text))
}

/// Whether something was done: 200.
pub fn truth(form: &Form, value: bool) -> Response {
    let mut text = format!("{{{}", form.context("Edm.Boolean"));
    begin_member(&mut text, "value");
    text.push_str(&format!("{value}}}"));
    form.json(StatusCode::OK, text)
}

/// A resource of the tenant: 200.
pub fn resource(form: &Form, resource: &'static Resource, values: &Values, shown: Shown<'_>) -> Response {
    let context = form.context_url(&fragment(resource.set, shown, "/$entity"));
    let context = context.map(|url| ("@odata.context".to_owned(), url.into()));
    let members: Values = context.into_iter().chain(shown_of(form, resource, values, shown)).collect();
    form.json(StatusCode::OK, Value::Object(members).to_string())
}

/// A new resource that is nowhere to be read: 201.
pub fn made_resource(form: &Form, resource: &'static Resource, values: &Values) -> Response {
    let mut response = self::resource(form, resource, values, Shown::default());
    *response.status_mut() = StatusCode::CREATED;
    response
}

/// A new resource of the tenant: 201, with its `Location`, which is this path under the version.
pub fn created_resource(
    form: &Form,
    path: &str,
    resource: &'static Resource,
    values: &Values,
) -> Result<Response, Failure> {
    let mut response = made_resource(form, resource, values);
    let location = HeaderValue::from_str(&format!("{}{path}", form.origin.base()));
    response.headers_mut().insert(header::LOCATION, location.map_err(|_| RequestFault::Internal)?);
    Ok(response)
}

/// Resources of the tenant, all of them or those of a page: 200.
pub fn resources(
    form: &Form,
    resource: &'static Resource,
    all: &[Values],
    next_link: Option<String>,
    shown: Shown<'_>,
) -> Response {
    let context = form.context_url(&fragment(resource.set, shown, ""));
    let context = context.map(|url| ("@odata.context".to_owned(), url.into()));
    let next_link = next_link.map(|url| ("@odata.nextLink".to_owned(), url.into()));
    let value = all.iter().map(|values| Value::Object(shown_of(form, resource, values, shown))).collect();
    let members: Values = context.into_iter().chain(next_link).chain([("value".to_owned(), value)]).collect();
    form.json(StatusCode::OK, Value::Object(members).to_string())
}

/// What is shown of a resource with these values.
fn shown_of(form: &Form, resource: &'static Resource, values: &Values, shown: Shown<'_>) -> Values {
    let is_full = form.metadata == MetadataLevel::Full;
    let odata_type = is_full.then(|| ("@odata.type".to_owned(), resource.odata_type().into()));
    let by_default =
        || resource.properties.iter().filter(|property| property.returned == Returned::ByDefault);
    let properties = selected(resource.properties, shown.select).unwrap_or_else(|| by_default().collect());
    let value =
        |property: &Property| values.get(property.name).cloned().unwrap_or_else(|| property.default_value());
    let members = properties.into_iter().map(|property| (property.name.to_owned(), value(property)));
    odata_type.into_iter().chain(members).collect()
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

/// What is shown of a set, as a context has it: `groups(id,members(displayName))/$entity`.
fn fragment(set: &str, shown: Shown<'_>, suffix: &str) -> String {
    let names = |select: Option<Select<'_>>| select.map(|select| select.names.join(","));
    let expanded = shown.expand.map(|Expanded { property, select }| {
        format!("{}({})", property.name(), names(select).unwrap_or_default())
    });
    let parts: Vec<_> = names(shown.select).into_iter().chain(expanded).collect();
    let parts = if parts.is_empty() { String::new() } else { format!("({})", parts.join(",")) };
    format!("{set}{parts}{suffix}")
}

fn quote(text: &str) -> String {
    Value::from(text).to_string()
}

/// What `$select` names of an entity, in the order in which Graph prints it. `None`: the default set. Names that
/// the entity doesn't have select nothing (Graph ignores them); `*` leaves out what another service holds and what the
/// caller may not read; what another service tells comes with the object's id.
fn selected(properties: &'static [Property], select: Option<Select<'_>>) -> Option<Vec<&'static Property>> {
    let Select { names, by } = select?;
    let is_named =
        |property: &Property| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(property.name));
    let star = names.iter().any(|wanted| wanted == "*");
    let with_id =
        properties.iter().any(|property| property.source == Source::OtherService && is_named(property));
    let wanted = |property: &&Property| {
        (star && property.source == Source::Directory && property.allows(Access::Read, by))
            || (with_id && property.name == "id")
            || is_named(property)
    };
    let returned = properties.iter().filter(|property| property.returned != Returned::Never);
    Some(returned.filter(wanted).collect())
}

/// What is selected of objects of several kinds.
struct OfEachKind<'f> {
    annotations: Annotations<'f>,
    selected: HashMap<ObjectKind, Option<Vec<&'static Property>>>,
}

impl<'f> OfEachKind<'f> {
    fn of(form: &'f Form, select: Option<Select<'_>>) -> Self {
        let selected =
            ENTITIES.iter().map(|entity| (entity.kind, selected(entity.properties, select))).collect();
        Self { annotations: form.untyped(), selected }
    }

    /// Writes an object with its annotations.
    fn write(&self, text: &mut String, found: &Found) -> Result<(), Failure> {
        let selected = self.selected.get(&found.kind).and_then(Option::as_deref);
        write_object(text, "", self.annotations, found, selected, None)
    }
}

/// How the objects are written that are shown with an object.
struct Expanding<'f> {
    property: NavigationProperty,
    selected: OfEachKind<'f>,
}

impl<'f> Expanding<'f> {
    fn of(form: &'f Form, shown: Shown<'_>) -> Option<Self> {
        let Expanded { property, select } = shown.expand?;
        Some(Self { property, selected: OfEachKind::of(form, select) })
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
        begin_member(text, self.property.name());
        text.push('[');
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
            }
            begin_member(text, self.property.name());
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

/// What OData tells of an object besides its properties.
#[derive(Clone, Copy)]
struct Annotations<'f> {
    form: &'f Form,
    /// Whether the answer's context tells of what kind it is.
    is_typed: bool,
}

impl Annotations<'_> {
    fn write(self, text: &mut String, entity: &Entity, id: ObjectId) {
        let Form { origin, tenant, metadata } = self.form;
        let is_full = *metadata == MetadataLevel::Full;
        if is_full || !self.is_typed && *metadata == MetadataLevel::Minimal {
            begin_member(text, "@odata.type");
            text.extend(["\"#microsoft.graph.", entity.name, "\""]);
        }
        if is_full {
            // The form in which Graph stores references to it.
            let stored = format!(
                "{}/v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{}",
                origin.links, entity.resource
            );
            let edited = format!("{}/{}('{id}')", origin.base(), entity.set);
            for (name, url) in [("@odata.id", stored), ("@odata.editLink", edited)] {
                begin_member(text, name);
                text.push_str(&quote(&url));
            }
        }
    }
}

/// Begins a member of an object whose text is open.
fn begin_member(text: &mut String, name: &str) {
    if !text.ends_with('{') {
        text.push(',');
    }
    text.extend(["\"", name, "\":"]);
}

/// Writes an object: the answer's context where it is all of the answer, its annotations, then the default set as stored, or what
/// was selected, then what is shown with it.
fn write_object(
    text: &mut String,
    context: &str,
    annotations: Annotations<'_>,
    found: &Found,
    selected: Option<&[&Property]>,
    expanding: Option<&Expanding<'_>>,
) -> Result<(), Failure> {
    let entity = model::entity(found.kind);
    text.extend(["{", context]);
    annotations.write(text, entity, found.id);
    match (&found.document, selected) {
        (Some(document), None) if !found.only_basics => {
            let members = members(&document.default);
            if !members.is_empty() && !text.ends_with('{') {
                text.push(',');
            }
            text.push_str(members);
        }
        (Some(document), Some(properties)) if !found.only_basics => {
            write_some(text, found, document, properties)?;
        }
        (shown, _) => {
            // Where the answer tells its type, the contract says what is never null.
            let can_be_null = |property: &Property| !annotations.is_typed || !property.always_has_value();
            write_limited(text, entity, found, shown.as_ref(), selected, can_be_null)?;
        }
    }
    if let (Some(expanding), Some(related)) = (expanding, &found.expanded)
        && expanding.shows(related)
    {
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
    for (property, value) in properties.iter().zip(values) {
        begin_member(text, property.name);
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
    begin_member(text, "id");
    text.extend(["\"", &found.id.to_string(), "\""]);
    if let Some(document) = shown {
        write_some(text, found, document, &basics)?;
    }
    for property in hidden.into_iter().filter(|property| can_be_null(property)) {
        begin_member(text, property.name);
        text.push_str("null");
    }
    Ok(())
}
