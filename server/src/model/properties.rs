//! The property table: each entity is declared once, and its contract, `$select`, creation, checks,
//! defaults and stored documents all read that declaration. One more property is one more line.
//!
//! A table says what is true of a property alone. What joins two properties, or needs a look into the
//! directory, is a rule of the `directory` layer.

use chrono::DateTime;
use serde_json::{Map, Value};

/// An entity of Graph's directory and all its properties, in the order in which Graph prints them.
#[derive(Debug)]
pub struct Entity {
    /// Its name in the singular, as in `#microsoft.graph.group`.
    pub name: &'static str,
    /// Its entity set, as in `/groups` and `$metadata#groups`.
    pub set: &'static str,
    /// Its name in the directory's error messages, as in `resource 'Group'`.
    pub resource: &'static str,
    /// What it is, for the contract.
    pub description: &'static str,
    /// Its properties.
    pub properties: &'static [Property],
}

/// A complex type: a value made of named parts.
#[derive(Debug)]
pub struct Complex {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it is, for the contract.
    pub description: &'static str,
    /// Its parts.
    pub properties: &'static [Property],
}

/// One property: everything that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Its name on the wire.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// What it means, for the contract.
    pub description: &'static str,
    /// Whether and when answers hold it.
    pub returned: Returned,
    /// When a caller may set it.
    pub written: Written,
    /// Whether creation demands it.
    pub required: bool,
    /// The most characters a string may have.
    pub max: Option<usize>,
    /// What more a value must satisfy.
    pub format: Format,
}

/// The type of a property's value.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `Edm.String`.
    String,
    /// `Edm.Boolean`.
    Boolean,
    /// `Edm.Int32`.
    Int32,
    /// `Edm.DateTimeOffset`.
    DateTime,
    /// `Collection(Edm.String)`, never null.
    Strings,
    /// A complex type.
    Object(&'static Complex),
    /// A collection of a complex type, never null.
    Objects(&'static Complex),
}

/// Whether and when answers hold a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Always, `null` or empty where it has no value.
    ByDefault,
    /// Only where `$select` names it.
    OnSelect,
    /// Never: it is written only.
    Never,
}

/// When a caller may set a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Never: the directory computes it.
    ReadOnly,
    /// When the object is made, and not again.
    AtCreation,
    /// When the object is made and later.
    Always,
}

/// What more a value must satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Nothing.
    Any,
    /// One of these words, in any case; kept in this spelling.
    OneOf(&'static [&'static str]),
    /// The local part of a mail address, as Graph's group page restricts it.
    MailNickname,
    /// `alias@domain` of the characters that a sign-in name may have.
    UserPrincipalName,
    /// A mail address: one `@` with something on both sides, no white space.
    MailAddress,
    /// A country's two letters (ISO 3166).
    Country,
}

/// A property that Graph returns by default and nobody sets.
pub const fn property(name: &'static str, kind: Kind, description: &'static str) -> Property {
    Property {
        name,
        kind,
        description,
        returned: Returned::ByDefault,
        written: Written::ReadOnly,
        required: false,
        max: None,
        format: Format::Any,
    }
}

impl Property {
    /// Only `$select` shows it.
    pub const fn on_select(mut self) -> Self {
        self.returned = Returned::OnSelect;
        self
    }

    /// No answer shows it.
    pub const fn never_returned(mut self) -> Self {
        self.returned = Returned::Never;
        self
    }

    /// Callers set it at any time.
    pub const fn writable(mut self) -> Self {
        self.written = Written::Always;
        self
    }

    /// Callers set it at creation only.
    pub const fn at_creation(mut self) -> Self {
        self.written = Written::AtCreation;
        self
    }

    /// Creation demands it.
    pub const fn required(mut self) -> Self {
        self.written = Written::Always;
        self.required = true;
        self
    }

    /// The most characters it may have.
    pub const fn max(mut self, characters: usize) -> Self {
        self.max = Some(characters);
        self
    }

    /// What more its value must satisfy.
    pub const fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Whether its value is a collection: `[]` instead of `null` where there is none.
    pub const fn is_collection(&self) -> bool {
        matches!(self.kind, Kind::Strings | Kind::Objects(_))
    }

    /// What it is where nothing was set.
    fn nothing(&self) -> Value {
        if self.is_collection() { Value::Array(Vec::new()) } else { Value::Null }
    }

    /// Brings a value into the form that is kept. `None`: it doesn't fit.
    fn accept(&self, value: &Value) -> Option<Value> {
        match (self.kind, value) {
            (Kind::String, Value::String(text)) => self.accept_text(text),
            (Kind::Boolean, Value::Bool(_)) => Some(value.clone()),
            (Kind::Int32, Value::Number(number)) => {
                number.as_i64().filter(|n| i32::try_from(*n).is_ok()).map(Value::from)
            }
            (Kind::DateTime, Value::String(text)) => {
                DateTime::parse_from_rfc3339(text).ok().map(|_| value.clone())
            }
            (Kind::Strings, Value::Array(items)) => {
                let accept = |item: &Value| self.accept_text(item.as_str()?);
                items.iter().map(accept).collect::<Option<_>>().map(Value::Array)
            }
            (Kind::Object(complex), Value::Object(parts)) => complex.accept(parts),
            (Kind::Objects(complex), Value::Array(items)) => {
                let accept = |item: &Value| complex.accept(item.as_object()?);
                items.iter().map(accept).collect::<Option<_>>().map(Value::Array)
            }
            _ => None,
        }
    }

    fn accept_text(&self, text: &str) -> Option<Value> {
        if self.max.is_some_and(|max| text.chars().count() > max) || text.chars().any(|c| c == '\0') {
            return None;
        }
        if let Format::OneOf(words) = self.format {
            return words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|&word| word.into());
        }
        (!self.required || !text.trim().is_empty()).then_some(())?;
        self.format.holds(text).then(|| text.into())
    }
}

impl Format {
    fn holds(self, text: &str) -> bool {
        match self {
            Self::Any | Self::OneOf(_) => true,
            Self::MailNickname => {
                !text.is_empty()
                    && text.is_ascii()
                    && !text.contains(|c: char| "@()\\[]\";:<>, ".contains(c) || c.is_ascii_control())
            }
            Self::UserPrincipalName => text.split_once('@').is_some_and(|(alias, domain)| {
                let allowed = |c: char| c.is_ascii_alphanumeric() || "'.-_!#^~".contains(c);
                !alias.is_empty()
                    && alias.len() <= 64
                    && !domain.is_empty()
                    && alias.chars().all(allowed)
                    && !domain.starts_with('.')
                    && !domain.ends_with('.')
                    && domain.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
            }),
            Self::MailAddress => text.split_once('@').is_some_and(|(local, domain)| {
                let bad = |c: char| c.is_whitespace() || c.is_control() || c == '@';
                !local.is_empty() && !domain.is_empty() && !local.contains(bad) && !domain.contains(bad)
            }),
            Self::Country => text.len() == 2 && text.chars().all(|c| c.is_ascii_alphabetic()),
        }
    }
}

impl Complex {
    fn accept(&self, parts: &Map<String, Value>) -> Option<Value> {
        let known = |name: &String| self.properties.iter().any(|property| property.name == name);
        if !parts.keys().all(|name| name.contains('@') || known(name)) {
            return None;
        }
        let mut accepted = Map::new();
        for property in self.properties {
            if let Some(value) = parts.get(property.name).filter(|value| !value.is_null()) {
                accepted.insert(property.name.into(), property.accept(value)?);
            }
        }
        Some(Value::Object(accepted))
    }
}

/// Why the table refuses a body. `http/errors.rs` has the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PropertyFault {
    /// The entity has no such property.
    #[error("unknown property '{0}'")]
    Unknown(String),
    /// Nobody sets it (at this moment of an object's life).
    #[error("property '{0}' is read-only")]
    ReadOnly(&'static str),
    /// Its value is of another type, too long or of a wrong form.
    #[error("invalid value of property '{0}'")]
    Invalid(&'static str),
    /// Creation demands it.
    #[error("property '{0}' is required")]
    Required(&'static str),
}

/// An object's stored texts: the default set apart from the rest, so that a page without `$select` puts
/// texts together and parses nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// A JSON object of the properties that are returned by default, all of them.
    pub default: String,
    /// A JSON object of those that `$select` alone shows, where they have a value.
    pub rest: String,
}

impl Entity {
    /// The property of this name, in any case: Graph's names are unique without it.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name.eq_ignore_ascii_case(name))
    }

    /// Checks the body of a creation. What is `null` counts as absent; names with `@` in them are annotations
    /// and not looked at.
    pub fn check_creation(&self, body: &Map<String, Value>) -> Result<Map<String, Value>, PropertyFault> {
        let mut values = Map::new();
        for (name, value) in body.iter().filter(|(name, _)| !name.contains('@')) {
            let property = self
                .properties
                .iter()
                .find(|property| property.name == name)
                .ok_or_else(|| PropertyFault::Unknown(name.clone()))?;
            if property.written == Written::ReadOnly {
                return Err(PropertyFault::ReadOnly(property.name));
            }
            if value.is_null() && !property.is_collection() {
                continue;
            }
            let value = property.accept(value).ok_or(PropertyFault::Invalid(property.name))?;
            values.insert(name.clone(), value);
        }
        let missing = |property: &&Property| property.required && !values.contains_key(property.name);
        match self.properties.iter().find(missing) {
            Some(property) => Err(PropertyFault::Required(property.name)),
            None => Ok(values),
        }
    }

    /// Writes an object's values as the texts that are stored.
    pub fn document(&self, values: &Map<String, Value>) -> Document {
        let mut default = Map::new();
        let mut rest = Map::new();
        for property in self.properties {
            let value = values.get(property.name).cloned();
            match property.returned {
                Returned::ByDefault => {
                    default.insert(property.name.into(), value.unwrap_or_else(|| property.nothing()));
                }
                Returned::OnSelect => {
                    if let Some(value) = value {
                        rest.insert(property.name.into(), value);
                    }
                }
                Returned::Never => {}
            }
        }
        Document { default: Value::Object(default).to_string(), rest: Value::Object(rest).to_string() }
    }

    /// `#microsoft.graph.{name}`, as `@odata.type` says it.
    pub fn odata_type(&self) -> String {
        format!("#microsoft.graph.{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{application, device, group, org_contact, service_principal, user};
    use serde_json::json;

    fn entities() -> [&'static Entity; 6] {
        [
            &user::USER,
            &group::GROUP,
            &device::DEVICE,
            &service_principal::SERVICE_PRINCIPAL,
            &org_contact::ORG_CONTACT,
            &application::APPLICATION,
        ]
    }

    #[test]
    fn no_table_names_a_property_twice_and_each_has_an_id() {
        for entity in entities() {
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
        for property in entities().iter().flat_map(|entity| entity.properties) {
            assert!(!property.required || property.written != Written::ReadOnly, "{}", property.name);
            assert!(
                property.returned != Returned::Never || property.written != Written::ReadOnly,
                "{} would be neither read nor written",
                property.name
            );
        }
    }

    #[test]
    fn a_document_holds_the_whole_default_set_and_only_what_was_set_of_the_rest() {
        let values = json!({"displayName": "Ada", "department": "Engines"});
        let document = user::USER.document(values.as_object().unwrap());
        let default: Map<String, Value> = serde_json::from_str(&document.default).unwrap();
        let by_default = user::USER.properties.iter().filter(|p| p.returned == Returned::ByDefault);
        assert!(by_default.map(|p| p.name).eq(default.keys().map(String::as_str)));
        assert_eq!(default["businessPhones"], json!([]));
        assert_eq!(document.rest, r#"{"department":"Engines"}"#);
    }

    #[test]
    fn a_creation_is_checked_property_by_property() {
        let check = |body: Value| group::GROUP.check_creation(body.as_object().unwrap());
        let good =
            json!({"displayName": "A", "mailEnabled": false, "mailNickname": "a", "securityEnabled": true});
        assert!(check(good.clone()).is_ok());
        let with = |name: &str, value: Value| {
            let mut body = good.clone();
            body[name] = value;
            check(body)
        };
        assert_eq!(with("colour", json!("red")), Err(PropertyFault::Unknown("colour".into())));
        assert_eq!(with("id", json!("x")), Err(PropertyFault::ReadOnly("id")));
        assert_eq!(with("displayName", json!(7)), Err(PropertyFault::Invalid("displayName")));
        assert_eq!(with("displayName", json!("x".repeat(257))), Err(PropertyFault::Invalid("displayName")));
        assert_eq!(with("displayName", Value::Null), Err(PropertyFault::Required("displayName")));
        assert_eq!(with("groupTypes", Value::Null), Err(PropertyFault::Invalid("groupTypes")));
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
}
