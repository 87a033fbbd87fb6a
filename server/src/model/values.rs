//! Values held against the property tables: what a body may set, how an update changes an object, and the
//! documents that are stored. Knows one object at a time and nothing of the directory.

pub use super::properties::Values;

use super::{
    draft::Draft,
    ids::ObjectId,
    names,
    properties::{
        Complex, Entity, Enumeration, Format, Initial, Kind, Mutability, Property, Returned, Source,
    },
    resources::Resource,
};
use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use regex::Regex;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};
use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::{self, Write},
    sync::LazyLock,
};
use url::Url;

/// Why the table refuses a body. `http/errors/` has the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PropertyFault {
    /// The entity has no such property.
    #[error("unknown property '{0}'")]
    Unknown(String),
    /// No application declared these extensions.
    #[error("unknown extensions {0:?}")]
    UnknownExtensions(Vec<String>),
    /// Callers can't set it (at this moment of an object's life).
    #[error("property '{0}' is read-only")]
    ReadOnly(&'static str),
    /// It was set, and stays as it is.
    #[error("property '{0}' is immutable")]
    Immutable(&'static str),
    /// Its value is of a wrong form or length.
    #[error("invalid value of property '{0}'")]
    Invalid(&'static str),
    /// Its text, or one of its texts, is too short or too long.
    #[error("property '{property}' has {min} to {max} characters")]
    Length {
        /// The property.
        property: &'static str,
        /// The fewest characters.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// What should be an object's id is none.
    #[error("an identifier that isn't a GUID")]
    Identifier,
    /// More objects are named than this.
    #[error("more than {0} identifiers")]
    TooManyIdentifiers(usize),
    /// It must have a value.
    #[error("property '{0}' is required")]
    Required(&'static str),
    /// A collection can be empty, and not null.
    #[error("null for property '{property}' of type '{kind}'")]
    NullCollection {
        /// The property.
        property: &'static str,
        /// The name of its type.
        kind: String,
    },
    /// One of a collection's values is null.
    #[error("null within property '{0}'")]
    NullItem(&'static str),
    /// A single value of another type.
    #[error("'{literal}' isn't of type '{kind}'")]
    Literal {
        /// The value.
        literal: String,
        /// The name of the type that it should have.
        kind: String,
    },
    /// An object or an array where a single value is due, or the reverse.
    #[error("property '{property}' is a {found}, not a {expected}")]
    Node {
        /// The property.
        property: &'static str,
        /// What stands there.
        found: Node,
        /// What should stand there.
        expected: Node,
    },
    /// Its value isn't the object, or the array of objects, that is due.
    #[error("property '{0}' doesn't match its schema")]
    Schema(&'static str),
}

/// What the JSON text of a value begins with, by the names of OData's readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// A text, a number, a truth value or null.
    PrimitiveValue,
    /// An array.
    StartArray,
    /// An object.
    StartObject,
}

impl Node {
    fn of(value: &Value) -> Self {
        match value {
            Value::Array(_) => Self::StartArray,
            Value::Object(_) => Self::StartObject,
            _ => Self::PrimitiveValue,
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl PropertyFault {
    /// The same fault of a part of this property. That a part's value doesn't fit is said of the whole, and what no
    /// answer shows isn't repeated.
    fn within(self, whole: &Property) -> Self {
        match self {
            Self::Invalid(_) | Self::Length { .. } => Self::Invalid(whole.name),
            Self::Literal { .. } if whole.returned == Returned::Never => Self::Invalid(whole.name),
            fault => fault,
        }
    }
}

/// An object's stored document: the default set apart from the rest, so that a page without `$select` puts
/// JSON together and parses nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// A JSON object of the properties that are returned by default, all of them.
    pub default: String,
    /// A JSON object of those that only `$select` shows, where they have a value. `None`: it wasn't read.
    pub rest: Option<String>,
}

impl Document {
    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.default.len() + self.rest.as_ref().map_or(0, String::len)
    }

    /// The values that were stored. `None`: this isn't all of what was stored.
    pub fn values(&self) -> Option<Values> {
        let mut values: Values = serde_json::from_str(&self.default).ok()?;
        let rest: Values = serde_json::from_str(self.rest.as_ref()?).ok()?;
        values.retain(|_, value| !value.is_null());
        values.extend(rest);
        Some(values)
    }

    /// Those of these collections in which nothing is. None where this isn't all of what was stored.
    pub fn empty_among<'p>(&self, collections: Vec<&'p Property>) -> Vec<&'p Property> {
        let picked = self.rest.as_ref().and_then(|_| self.pick(&collections)).unwrap_or_default();
        let is_empty = |list: Option<&RawValue>| list.is_none_or(|list| list.get() == "[]");
        let each = collections.into_iter().zip(picked);
        each.filter(|(_, list)| is_empty(*list)).map(|(collection, _)| collection).collect()
    }

    /// The JSON of these properties' values, in their order. `None` for the id, which is known without a document, for one that
    /// has no value, and for all where this isn't what was stored.
    pub fn pick(&self, properties: &[&Property]) -> Option<Vec<Option<&RawValue>>> {
        let mut picked = vec![None; properties.len()];
        let mut left = properties.iter().filter(|property| property.name != "id").count();
        for object in [Some(&self.default), self.rest.as_ref()].into_iter().flatten() {
            let mut text = serde_json::Deserializer::from_str(object);
            let picker = Picker { properties, picked: &mut picked, left: &mut left };
            let read = picker.deserialize(&mut text);
            // An object that isn't read to its end is an error too.
            if left == 0 {
                return Some(picked);
            }
            read.ok()?;
        }
        Some(picked)
    }
}

/// Picks some members out of a JSON object, without reading the others' values, and stops at the last of them.
struct Picker<'p, 'd> {
    properties: &'p [&'p Property],
    picked: &'p mut [Option<&'d RawValue>],
    /// How many of them aren't picked yet, without the id.
    left: &'p mut usize,
}

impl<'d> DeserializeSeed<'d> for Picker<'_, 'd> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, object: D) -> Result<(), D::Error> {
        object.deserialize_map(self)
    }
}

impl<'d> Visitor<'d> for Picker<'_, 'd> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'d>>(self, mut members: M) -> Result<(), M::Error> {
        while *self.left > 0
            && let Some(name) = members.next_key::<&str>()?
        {
            match self.properties.iter().position(|property| property.name == name && name != "id") {
                Some(index) => {
                    *self.left -= usize::from(self.picked[index].is_none());
                    self.picked[index] = Some(members.next_value()?);
                }
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// When a body is held against a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Creation,
    Update,
}

impl Entity {
    /// The body without its empty lists for collections that are empty so far, which `still_empty` picks out of those that have
    /// one. They change nothing, whether callers may set the collection or not: generated clients send one for every collection
    /// that they know.
    pub fn without_idle_lists<'b>(
        &self,
        body: &'b Values,
        still_empty: impl FnOnce(Vec<&'static Property>) -> Vec<&'static Property>,
    ) -> Cow<'b, Values> {
        let lists = body.iter().filter(|(_, value)| value.as_array().is_some_and(Vec::is_empty));
        let properties = lists.filter_map(|(name, _)| self.property_as_written(name));
        let idle = still_empty(properties.filter(|property| property.is_collection()).collect());
        if idle.is_empty() {
            return Cow::Borrowed(body);
        }
        let is_idle = |name: &str| idle.iter().any(|property| property.name == name);
        let others = body.iter().filter(|(name, _)| !is_idle(name));
        Cow::Owned(others.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// Checks the body of a creation, and gives the new object's values. What is `null` counts as absent, and so do empty
    /// lists, but where a list is demanded; names with `@` in them are annotations and not looked at.
    pub fn check_creation(&self, body: &Values) -> Result<Values, PropertyFault> {
        let body = self.without_idle_lists(body, |mut lists| {
            lists.retain(|list| !list.required);
            lists
        });
        let changes = check_creation(self.properties, &body)?;
        let mut draft = Draft::of_new(self.initial_values());
        self.apply(&mut draft, &changes)?;
        Ok(draft.into_values())
    }

    /// What the directory keeps of a new object of which nothing was set.
    pub fn initial_values(&self) -> Values {
        let own = self.properties.iter().filter(|property| property.source == Source::Directory);
        let initial = own.filter(|property| property.initial != Initial::Nothing);
        initial.map(|property| (property.name.to_owned(), property.default_value())).collect()
    }

    /// Checks the body of an update, and gives what it sets: `null` takes a value away. What it names that stays as it
    /// is isn't looked at.
    pub fn check_update(&self, body: &Values) -> Result<Values, PropertyFault> {
        check_update(self.properties, body)
    }

    /// Changes an object's values as a checked update says. What is set once keeps its value.
    pub fn apply(&self, draft: &mut Draft, changes: &Values) -> Result<(), PropertyFault> {
        for property in self.properties {
            let Some(change) = changes.get(property.name) else { continue };
            let current = draft.get(property.name);
            if property.mutability == Mutability::Once && current.is_some_and(|current| current != change) {
                return Err(PropertyFault::Immutable(property.name));
            }
            let value = match (property.kind, change) {
                (Kind::Object(complex), Value::Object(parts)) => complex.merge(current, parts),
                _ => change.clone(),
            };
            draft.set(property.name, value);
        }
        Ok(())
    }

    /// Writes an object's values as the document that is stored.
    pub fn document(&self, values: &Values) -> Document {
        let (mut default, mut rest) = (String::from("{"), String::from("{"));
        for property in self.properties {
            match (property.returned, values.get(property.name)) {
                (Returned::ByDefault, Some(value)) => write_member(&mut default, property.name, value),
                (Returned::ByDefault, None) => {
                    write_member(&mut default, property.name, &property.default_value())
                }
                (Returned::OnSelect, Some(value)) => write_member(&mut rest, property.name, value),
                (Returned::OnSelect, None) | (Returned::Never, _) => {}
            }
        }
        Document { default: default + "}", rest: Some(rest + "}") }
    }
}

impl Resource {
    /// Checks the body of a creation, and gives what it sets. What is `null` counts as absent.
    pub fn check_creation(&self, body: &Values) -> Result<Values, PropertyFault> {
        check_creation(self.properties, body)
    }

    /// Checks the body of an update, and gives what it sets: `null` takes a value away.
    pub fn check_update(&self, body: &Values) -> Result<Values, PropertyFault> {
        check_update(self.properties, body)
    }
}

fn check_creation(properties: &'static [Property], body: &Values) -> Result<Values, PropertyFault> {
    let changes = check(properties, body, Moment::Creation, |property| match property.is_collection() {
        true => Err(property.refuse_null()),
        false => Ok(None),
    })?;
    let missing = |property: &&Property| property.required && !changes.contains_key(property.name);
    match properties.iter().find(missing) {
        Some(property) => Err(PropertyFault::Required(property.name)),
        None => Ok(changes),
    }
}

fn check_update(properties: &'static [Property], body: &Values) -> Result<Values, PropertyFault> {
    check(properties, body, Moment::Update, |property| match property.nullable {
        true => Ok(Some(Value::Null)),
        false => Err(property.refuse_null()),
    })
}

fn check(
    properties: &'static [Property],
    body: &Values,
    moment: Moment,
    null: impl Fn(&Property) -> Result<Option<Value>, PropertyFault>,
) -> Result<Values, PropertyFault> {
    let mut changes = Values::new();
    for (name, value) in body.iter().filter(|(name, _)| !name.contains('@')) {
        let property = properties.iter().find(|property| property.name == name);
        let property = property.ok_or_else(|| unknown(name, body))?;
        match (property.mutability, moment) {
            (Mutability::Unchanged, Moment::Update) => continue,
            (Mutability::AtCreation, Moment::Update) => {
                return Err(PropertyFault::Immutable(property.name));
            }
            (Mutability::ReadOnly, _) | (Mutability::Unchanged | Mutability::Later, Moment::Creation) => {
                return Err(PropertyFault::ReadOnly(property.name));
            }
            _ => {}
        }
        let value = match value {
            Value::Null => null(property)?,
            value => Some(property.accept(value)?),
        };
        if let Some(value) = value {
            changes.insert(name.clone(), value);
        }
    }
    Ok(changes)
}

/// Adds a member to the text of a JSON object that isn't closed yet.
fn write_member(object: &mut String, name: &str, value: &Value) {
    let separator = if object.len() > 1 { "," } else { "" };
    // Writing to a string can't fail.
    let _ = write!(object, "{separator}\"{name}\":{value}");
}

/// The fault of a name that no property has. Extensions are told together.
fn unknown(name: &str, body: &Values) -> PropertyFault {
    let is_extension = |name: &str| name.starts_with("extension_");
    if is_extension(name) {
        PropertyFault::UnknownExtensions(body.keys().filter(|name| is_extension(name)).cloned().collect())
    } else {
        PropertyFault::Unknown(name.into())
    }
}

impl Property {
    /// What it is where nothing was set.
    pub fn default_value(&self) -> Value {
        match self.initial {
            Initial::Nothing if self.is_collection() => Value::Array(Vec::new()),
            Initial::Nothing => Value::Null,
            Initial::False => false.into(),
            Initial::True => true.into(),
            Initial::Zero => 0.into(),
            Initial::Text(text) => text.into(),
            Initial::Parts => match self.kind {
                Kind::Object(complex) => complex.merge(None, &Values::new()),
                _ => Value::Null,
            },
        }
    }

    /// Why it can't be null.
    fn refuse_null(&self) -> PropertyFault {
        if self.is_collection() {
            PropertyFault::NullCollection { property: self.name, kind: self.kind.name() }
        } else if self.required {
            PropertyFault::Required(self.name)
        } else {
            PropertyFault::Invalid(self.name)
        }
    }

    /// Brings a value into the form that is kept.
    fn accept(&self, value: &Value) -> Result<Value, PropertyFault> {
        match (self.kind, value) {
            (Kind::String, Value::String(text)) => self.accept_text(text),
            (Kind::Boolean, Value::Bool(_)) => Ok(value.clone()),
            (Kind::Int32, Value::Number(number)) => {
                let number = number.as_i64().filter(|n| i32::try_from(*n).is_ok());
                number.map(Value::from).ok_or_else(|| self.refuse_literal(value))
            }
            (Kind::DateTime, Value::String(text)) => {
                accept_time(text).ok_or_else(|| self.refuse_literal(value))
            }
            (Kind::Strings, Value::Array(items)) => self.accept_items(items, |item| match item {
                Value::String(text) => self.accept_text(text),
                Value::Null => Err(PropertyFault::NullItem(self.name)),
                item => Err(self.refuse_type(item)),
            }),
            (Kind::Object(complex), Value::Object(parts)) => {
                complex.accept(parts).map(Value::Object).map_err(|fault| fault.within(self))
            }
            (Kind::Objects(complex), Value::Array(items)) => self.accept_items(items, |item| {
                let parts = item.as_object().ok_or(PropertyFault::Schema(self.name))?;
                let parts = complex.accept(parts).map_err(|fault| fault.within(self))?;
                Ok(complex.merge(None, &parts))
            }),
            (Kind::Object(_) | Kind::Objects(_), _) => Err(PropertyFault::Schema(self.name)),
            (Kind::Strings, value) => Err(self.refuse_node(value, Node::StartArray)),
            (Kind::String | Kind::Boolean | Kind::Int32 | Kind::DateTime, value) => {
                Err(self.refuse_type(value))
            }
        }
    }

    fn accept_items(
        &self,
        items: &[Value],
        accept: impl Fn(&Value) -> Result<Value, PropertyFault>,
    ) -> Result<Value, PropertyFault> {
        if items.len() > self.max_items {
            return Err(match self.format {
                Format::Identifier => PropertyFault::TooManyIdentifiers(self.max_items),
                _ => PropertyFault::Invalid(self.name),
            });
        }
        items.iter().map(accept).collect::<Result<_, _>>().map(Value::Array)
    }

    fn accept_text(&self, text: &str) -> Result<Value, PropertyFault> {
        let fits = (self.min..=self.max).contains(&text.chars().count());
        if !fits && self.tells_length {
            return Err(PropertyFault::Length { property: self.name, min: self.min, max: self.max });
        }
        let blank = self.required && text.trim().is_empty();
        let accepted = (fits && !blank && !text.contains('\0')).then(|| self.format.accept(text)).flatten();
        accepted.ok_or(match self.format {
            Format::Identifier => PropertyFault::Identifier,
            _ => PropertyFault::Invalid(self.name),
        })
    }

    /// The fault of a value where a single one of another type is due.
    fn refuse_type(&self, value: &Value) -> PropertyFault {
        match Node::of(value) {
            Node::PrimitiveValue => self.refuse_literal(value),
            Node::StartArray | Node::StartObject => self.refuse_node(value, Node::PrimitiveValue),
        }
    }

    fn refuse_node(&self, value: &Value, expected: Node) -> PropertyFault {
        PropertyFault::Node { property: self.name, found: Node::of(value), expected }
    }

    fn refuse_literal(&self, value: &Value) -> PropertyFault {
        let literal = match value {
            Value::Bool(true) => "True".into(),
            Value::Bool(false) => "False".into(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let kind = if self.is_collection() { Kind::String } else { self.kind };
        PropertyFault::Literal { literal, kind: kind.name() }
    }
}

/// A time in the form that is kept. `None`: it isn't one.
fn accept_time(text: &str) -> Option<Value> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let in_range = (1..=9999).contains(&time.year());
    in_range.then(|| time.to_rfc3339_opts(SecondsFormat::AutoSi, true).into())
}

impl Complex {
    /// Checks the parameters of an action, which this declares.
    pub fn check_parameters(&self, body: &Values) -> Result<Values, PropertyFault> {
        let given = self.accept(body)?;
        let missing = |parameter: &&Property| parameter.required && !given.contains_key(parameter.name);
        match self.properties.iter().find(missing) {
            Some(parameter) => Err(PropertyFault::Required(parameter.name)),
            None => Ok(given),
        }
    }

    /// Checks the parts that a value names. `null` is kept: an update takes that part away.
    fn accept(&self, parts: &Values) -> Result<Values, PropertyFault> {
        let named = parts.iter().filter(|(name, _)| !name.contains('@'));
        named
            .map(|(name, value)| {
                let part = self.properties.iter().find(|part| part.name == name);
                let part = part.ok_or_else(|| PropertyFault::Unknown(name.clone()))?;
                let value = match value {
                    Value::Null if part.nullable => Value::Null,
                    Value::Null => return Err(part.refuse_null()),
                    value => part.accept(value)?,
                };
                Ok((name.clone(), value))
            })
            .collect()
    }

    /// A value with all parts: those named as given, the others as they are where none was set.
    pub fn whole(&self, parts: &Values) -> Values {
        match self.merge(None, parts) {
            Value::Object(whole) => whole,
            _ => Values::new(),
        }
    }

    /// A value with all parts: those named as given, the others as they were.
    fn merge(&self, current: Option<&Value>, parts: &Values) -> Value {
        let kept = |name: &str| current.and_then(|current| current.get(name));
        let part = |part: &Property| {
            let value = match (part.kind, parts.get(part.name)) {
                (Kind::Object(complex), Some(Value::Object(parts))) => {
                    Some(complex.merge(kept(part.name), parts))
                }
                (_, given) => given.or_else(|| kept(part.name)).cloned(),
            };
            (part.name.to_owned(), value.unwrap_or_else(|| part.default_value()))
        };
        Value::Object(self.properties.iter().map(part).collect())
    }
}

impl Format {
    /// The text in the form that is kept.
    fn accept(self, text: &str) -> Option<Value> {
        match self {
            Self::OneOf(Enumeration { members, .. }) => {
                members.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|&word| word.into())
            }
            Self::SomeOf(Enumeration { members, .. }) => {
                let known =
                    |word: &str| members.iter().find(|own| own.eq_ignore_ascii_case(word.trim())).copied();
                let words: Option<Vec<&str>> = text.split(',').map(known).collect();
                words.map(|words| words.join(",").into())
            }
            // Some clients send the lines of a PEM as they are.
            Self::Base64 => {
                let one_line: String = text.split_ascii_whitespace().collect();
                self.holds(&one_line).then(|| one_line.into())
            }
            Self::Guid | Self::Identifier => text.parse::<ObjectId>().ok().map(|id| id.to_string().into()),
            _ => self.holds(text).then(|| text.into()),
        }
    }

    /// Whether this character can stand in such a text.
    pub fn takes(self, character: char) -> bool {
        self.holds(character.encode_utf8(&mut [0; 4]))
    }

    fn holds(self, text: &str) -> bool {
        static COMPILED: LazyLock<HashMap<&str, Regex>> = LazyLock::new(|| {
            let patterns = Format::WITH_PATTERN.into_iter().filter_map(Format::pattern);
            patterns.filter_map(|pattern| Some((pattern, Regex::new(pattern).ok()?))).collect()
        });
        let fits = self
            .pattern()
            .is_none_or(|pattern| COMPILED.get(pattern).is_some_and(|compiled| compiled.is_match(text)));
        fits && match self {
            Self::UniqueName => names::is_name(text),
            Self::RedirectUri => Url::parse(text).is_ok(),
            Self::NativeRedirectUri => is_native_redirect_uri(text),
            _ => true,
        }
    }
}

/// Schemes that name no application: what they lead to is run, shown or read by the browser itself.
const NO_SCHEMES: [&str; 8] =
    ["about", "blob", "data", "file", "ftp", "javascript", "vbscript", "view-source"];

/// Whether users of an installed application can be led to this URI.
fn is_native_redirect_uri(text: &str) -> bool {
    let Ok(uri) = Url::parse(text) else { return false };
    match uri.scheme() {
        "http" | "https" => Format::RedirectUri.holds(text),
        scheme => !NO_SCHEMES.contains(&scheme),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ENTITIES, group, service_principal, user};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_well_known_clients_are_led_to_is_what_applications_can_have() {
        let clients = crate::model::well_known_applications::CLIENTS;
        for uri in clients.iter().flat_map(|client| client.redirect_uris) {
            assert!(Format::NativeRedirectUri.holds(uri), "{uri}");
        }
        for uri in
            ["javascript:alert(1)", "data:text/html,a", "http://contoso.example/", "contoso", "https://"]
        {
            assert!(!Format::NativeRedirectUri.holds(uri), "{uri}");
        }
    }

    #[test]
    fn no_table_names_a_property_twice_and_each_has_an_id() {
        for entity in ENTITIES {
            let mut names: Vec<_> = entity.properties.iter().map(|p| p.name.to_lowercase()).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", entity.name);
            assert!(entity.property("id").is_some(), "{}", entity.name);
        }
    }

    #[test]
    fn what_is_required_can_be_written_and_only_answers_without_it_are_write_only() {
        for property in ENTITIES.iter().flat_map(|entity| entity.properties) {
            assert!(!property.required || property.mutability.at_creation(), "{}", property.name);
            assert!(
                property.returned != Returned::Never || property.mutability != Mutability::ReadOnly,
                "{} would be neither read nor written",
                property.name
            );
        }
    }

    #[test]
    fn permissions_of_properties_are_for_what_can_be_done_and_guard_nothing_that_answers_hold_unasked() {
        for property in ENTITIES.iter().flat_map(|entity| entity.properties) {
            let needs = property.needs;
            let name = property.name;
            assert!(needs.read.is_none() || property.returned == Returned::OnSelect, "{name}");
            assert!(needs.creation.is_none() || property.mutability.at_creation(), "{name}");
            assert!(needs.update.is_none() || property.mutability.later(), "{name}");
            if let Kind::Object(complex) | Kind::Objects(complex) = property.kind {
                let parts = complex.properties.iter().map(|part| part.needs);
                assert!(
                    parts
                        .flat_map(|needs| [needs.read, needs.creation, needs.update])
                        .all(|need| need.is_none()),
                    "{name}: a part isn't asked for by itself"
                );
            }
        }
    }

    #[test]
    fn what_is_initially_set_fits_its_own_line() {
        for property in ENTITIES.iter().flat_map(|entity| entity.properties) {
            if property.initial != Initial::Nothing {
                assert_eq!(
                    property.accept(&property.default_value()),
                    Ok(property.default_value()),
                    "{}",
                    property.name
                );
            }
        }
    }

    #[test]
    fn a_document_holds_the_whole_default_set_and_only_what_was_set_of_the_rest() {
        let values = json!({"displayName": "Ada", "department": "Engines"});
        let document = user::USER.document(values.as_object().unwrap());
        let default: Values = serde_json::from_str(&document.default).unwrap();
        let by_default = user::USER.properties.iter().filter(|p| p.returned == Returned::ByDefault);
        assert!(by_default.map(|p| p.name).eq(default.keys().map(String::as_str)));
        assert_eq!(default["businessPhones"], json!([]));
        assert_eq!(document.rest.as_deref(), Some(r#"{"department":"Engines"}"#));
    }

    #[test]
    fn collections_are_empty_where_nothing_was_stored_and_unknown_where_not_all_was_read() {
        let values =
            json!({"displayName": "Ada", "businessPhones": [], "otherMails": ["ada@contoso.example"]});
        let whole = user::USER.document(values.as_object().unwrap());
        let collections: Vec<_> = ["businessPhones", "otherMails", "imAddresses"]
            .map(|name| user::USER.property_as_written(name).unwrap())
            .into();
        let empty = |document: &Document| -> Vec<_> {
            document.empty_among(collections.clone()).iter().map(|collection| collection.name).collect()
        };
        assert_eq!(empty(&whole), ["businessPhones", "imAddresses"]);
        assert!(empty(&Document { rest: None, ..whole.clone() }).is_empty());
        assert!(empty(&Document { rest: Some("{".into()), ..whole }).is_empty());
    }

    #[test]
    fn a_creation_is_checked_property_by_property() {
        let check = |body: Value| group::GROUP.check_creation(body.as_object().unwrap());
        let good =
            json!({"displayName": "A", "mailEnabled": false, "mailNickname": "a", "securityEnabled": true});
        assert!(check(good.clone()).is_ok());
        let body = json!({"appId": "5a3e0000-0000-4000-8000-000000000392"});
        let initial = service_principal::SERVICE_PRINCIPAL.check_creation(body.as_object().unwrap()).unwrap();
        assert_eq!(
            (&initial["accountEnabled"], &initial["appRoleAssignmentRequired"]),
            (&json!(true), &json!(false))
        );
        let with = |name: &str, value: Value| {
            let mut body = good.clone();
            body[name] = value;
            check(body)
        };
        assert_eq!(with("colour", json!("red")), Err(PropertyFault::Unknown("colour".into())));
        assert_eq!(with("id", json!("x")), Err(PropertyFault::ReadOnly("id")));
        assert_eq!(with("unseenCount", json!(7)), Err(PropertyFault::ReadOnly("unseenCount")));
        let seven = PropertyFault::Literal { literal: "7".into(), kind: "Edm.String".into() };
        assert_eq!(with("displayName", json!(7)), Err(seven));
        assert_eq!(with("displayName", json!("x".repeat(257))), Err(PropertyFault::Invalid("displayName")));
        assert_eq!(with("displayName", Value::Null), Err(PropertyFault::Required("displayName")));
        let null =
            PropertyFault::NullCollection { property: "groupTypes", kind: "Collection(Edm.String)".into() };
        assert_eq!(with("groupTypes", Value::Null), Err(null));
        assert!(with("description", Value::Null).is_ok());
        assert_eq!(with("visibility", json!("private")).unwrap()["visibility"], "Private");
        for bad in ["", "a b", "a@b", "a(b", "é", "a\"b", &"x".repeat(65)] {
            assert_eq!(
                with("mailNickname", json!(bad)),
                Err(PropertyFault::Invalid("mailNickname")),
                "{bad}"
            );
        }
        assert!(with("mailNickname", json!("a.b-c_d")).is_ok());
    }

    proptest! {
        #[test]
        fn every_unique_name_has_the_pattern_that_the_contract_says(text in ".*") {
            let pattern = Regex::new(Format::UniqueName.pattern().unwrap()).unwrap();
            prop_assert!(pattern.is_match(&text) || !names::is_name(&text));
            let shown = Regex::new(Format::DisplayName.pattern().unwrap()).unwrap();
            prop_assert!(shown.is_match(&text) || !names::is_name(&text));
        }
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let update = |values: Value, body: Value| {
            let changes = user::USER.check_update(body.as_object().unwrap())?;
            let mut draft = Draft::of_stored(values.as_object().unwrap().clone());
            user::USER.apply(&mut draft, &changes)?;
            Ok::<_, PropertyFault>(Value::Object(draft.into_values()))
        };
        let ada = json!({"displayName": "Ada", "city": "London"});
        assert_eq!(update(ada.clone(), json!({})), Ok(ada.clone()));
        assert_eq!(update(ada.clone(), json!({"city": null})), Ok(json!({"displayName": "Ada"})));
        assert_eq!(
            update(ada.clone(), json!({"city": "Turin"})),
            Ok(json!({"displayName": "Ada", "city": "Turin"}))
        );
        let required = Err(PropertyFault::Required("displayName"));
        assert_eq!(update(ada.clone(), json!({"displayName": null})), required);
        let null = PropertyFault::NullCollection {
            property: "businessPhones",
            kind: "Collection(Edm.String)".into(),
        };
        assert_eq!(update(ada.clone(), json!({"businessPhones": null})), Err(null));
        let phones = Err(PropertyFault::Invalid("businessPhones"));
        assert_eq!(update(ada, json!({"businessPhones": ["1", "2"]})), phones);
    }

    #[test]
    fn an_update_of_a_complex_value_leaves_the_parts_that_it_does_not_name() {
        let mut draft = Draft::default();
        let mut set = |body: Value| {
            let changes = user::USER.check_update(body.as_object().unwrap()).unwrap();
            user::USER.apply(&mut draft, &changes).unwrap();
            draft.get("employeeOrgData").cloned()
        };
        let both = json!({"costCenter": "1", "division": null});
        assert_eq!(set(json!({"employeeOrgData": {"costCenter": "1"}})), Some(both));
        let both = json!({"costCenter": "1", "division": "2"});
        assert_eq!(set(json!({"employeeOrgData": {"division": "2"}})), Some(both));
        let one = json!({"costCenter": null, "division": "2"});
        assert_eq!(set(json!({"employeeOrgData": {"costCenter": null}})), Some(one));
        assert_eq!(set(json!({"employeeOrgData": null})), None);
    }

    #[test]
    fn times_are_kept_in_utc_and_what_is_set_once_stays() {
        let changes = json!({"employeeHireDate": "2026-03-01T01:30:00+02:00"});
        let changes = user::USER.check_update(changes.as_object().unwrap()).unwrap();
        assert_eq!(changes["employeeHireDate"], "2026-02-28T23:30:00Z");
        for beyond in ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"] {
            let changes = json!({"employeeHireDate": beyond});
            let refusal = user::USER.check_update(changes.as_object().unwrap());
            let literal =
                PropertyFault::Literal { literal: beyond.into(), kind: "Edm.DateTimeOffset".into() };
            assert_eq!(refusal, Err(literal), "{beyond}");
        }
        let changes = json!({"uniqueName": "readers"});
        let changes = group::GROUP.check_update(changes.as_object().unwrap()).unwrap();
        let mut draft = Draft::default();
        group::GROUP.apply(&mut draft, &changes).unwrap();
        assert_eq!(group::GROUP.apply(&mut draft, &changes), Ok(()), "the same again");
        let other = json!({"uniqueName": "writers"});
        let refusal = group::GROUP.apply(&mut draft, other.as_object().unwrap());
        assert_eq!(refusal, Err(PropertyFault::Immutable("uniqueName")));
    }
}
