//! Three objects of each kind for queries to tell apart: one has a value of every property that queries can ask for. The other two,
//! made before it and after it, have none but what they must have, and other ones there.

use crate::{
    query_support::{self, Line},
    support::{Tenant, send},
};
use reqwest::Method;
use roster_server::model::{
    ENTITIES,
    ids::ObjectId,
    kinds::ObjectKind,
    properties::{Entity, Format, Kind, Property},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An object as the directory has it.
#[derive(Debug, Clone)]
pub struct Object {
    pub id: Uuid,
    /// All that `$select` shows of the properties that queries can ask for.
    pub values: Value,
}

impl Object {
    /// Its values at the path of a line. None are null.
    pub fn at(&self, line: &Line) -> Vec<Value> {
        let (name, part) = line.names();
        let items = |value: &Value| match value {
            Value::Null => vec![],
            Value::Array(items) => items.clone(),
            single => vec![single.clone()],
        };
        let of_property = items(&self.values[name]);
        match part {
            None => of_property,
            Some(part) => of_property.iter().flat_map(|item| items(&item[part])).collect(),
        }
    }
}

/// A tenant with the objects.
pub struct Objects {
    pub tenant: Tenant,
    objects: BTreeMap<&'static str, [Object; 3]>,
}

/// What texts begin with: of the objects in the order in which they are made.
const WORDS: [&str; 3] = ["Agate", FULL, "Basalt"];
/// That of the object which has all values.
const FULL: &str = "Quartz";
/// What all times are.
const TIME: &str = "2026-03-01T12:00:00Z";

impl Objects {
    pub async fn fresh() -> Self {
        let tenant = Tenant::bare().await;
        let mut objects = BTreeMap::new();
        for entity in ENTITIES {
            let of_kind =
                WORDS.map(async |word| read(&tenant, entity, create(&tenant, entity, word).await).await);
            let [before, full, after] = of_kind;
            objects.insert(entity.name, [before.await, full.await, after.await]);
        }
        Self { tenant, objects }
    }

    /// The objects of this kind, in the order in which they were made.
    pub fn of(&self, entity: &Entity) -> &[Object; 3] {
        &self.objects[entity.name]
    }

    /// A value to ask a line for: that of the object which has all, where it has one.
    pub fn value(&self, line: &Line) -> Value {
        let full = self.full(line.entity).at(line);
        full.first().cloned().unwrap_or_else(|| match line.kind {
            "time" => TIME.into(),
            "flag" => true.into(),
            _ => Value::Null,
        })
    }

    /// The one that has all values.
    pub fn full(&self, entity: &Entity) -> &Object {
        &self.of(entity)[1]
    }
}

async fn create(tenant: &Tenant, entity: &'static Entity, word: &str) -> Uuid {
    let values = values(tenant, entity, word);
    match entity.kind {
        ObjectKind::Group => tenant.group(values).await,
        kind => tenant.object_with(kind, values).await,
    }
}

async fn read(tenant: &Tenant, entity: &Entity, id: Uuid) -> Object {
    let asked = query_support::lines().into_iter().filter(|line| line.entity.name == entity.name);
    let names: Vec<_> = asked.filter_map(|line| Some(line.property()?.property.name)).collect();
    let path = format!("/{}/{id}?$select={}", entity.set, names.join(","));
    let answer = send(tenant.raw(Method::GET, &path).await).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    Object { id, values: answer.json() }
}

/// The values of an object, as an import has them.
fn values(tenant: &Tenant, entity: &Entity, word: &str) -> Value {
    let full = word == FULL;
    let asked = query_support::lines();
    let is_asked = |property: &Property| {
        asked.iter().any(|line| line.entity.name == entity.name && line.names().0 == property.name)
    };
    let given = entity.properties.iter().filter(|property| property.name != "id");
    let given = given.filter(|property| property.required || full && is_asked(property));
    let mut values: Map<_, _> =
        given.map(|property| (property.name.to_owned(), sample(tenant, property, word))).collect();
    // What a group may be is decided by these together.
    if entity.kind == ObjectKind::Group {
        let traits = json!({"mailEnabled": full, "securityEnabled": !full, "groupTypes": if full { vec!["Unified"] } else { vec![] }});
        values.extend(traits.as_object().unwrap().clone());
        values.remove("isAssignableToRole");
    }
    values.remove("passwordProfile");
    values.remove("deletedDateTime");
    values.into()
}

fn sample(tenant: &Tenant, property: &Property, word: &str) -> Value {
    let full = word == FULL;
    match property.kind {
        Kind::Boolean => full.into(),
        Kind::Int32 => if full { 2 } else { 1 }.into(),
        Kind::DateTime => TIME.into(),
        Kind::String => text(tenant, property, word).into(),
        Kind::Strings => json!([text(tenant, property, word)]),
        Kind::Object(complex) => parts(tenant, complex.properties, word),
        Kind::Objects(complex) => json!([parts(tenant, complex.properties, word)]),
    }
}

fn parts(tenant: &Tenant, properties: &[Property], word: &str) -> Value {
    let parts = properties.iter().map(|part| (part.name.to_owned(), sample(tenant, part, word)));
    Value::Object(parts.collect())
}

/// A text with a quote in it where it can have one.
fn text(tenant: &Tenant, property: &Property, word: &str) -> String {
    match property.format {
        Format::OneOf(words) => words.members[usize::from(word != FULL)].into(),
        Format::Guid | Format::Identifier => ObjectId::random().to_string(),
        Format::Country => word[..1].to_uppercase() + "A",
        Format::MailNickname => word.to_lowercase(),
        Format::UserPrincipalName => tenant.upn(&word.to_lowercase()),
        Format::MailAddress => format!("{word}@contoso.example").to_lowercase(),
        // An import asks for no form.
        _ => format!("{word} O'x"),
    }
}
