//! The entity data model as JSON (OData CSDL JSON 4.01). What it says is for `schema.rs`.

use super::schema::{
    ALIAS, Action, CONTAINER, EntitySet, EntityType, Member, NAMESPACE, Schema, Type, uncapitalized,
};
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// All of it as one document.
pub(super) fn document(schema: &Schema) -> Value {
    let mut namespace = Object::new();
    namespace.insert("$Alias".into(), ALIAS.into());
    for enumeration in &schema.enum_types {
        let members = enumeration.members.iter().enumerate();
        let mut object = of_kind("EnumType");
        object.extend(members.map(|(value, name)| ((*name).to_owned(), value.into())));
        namespace.insert(uncapitalized(enumeration.name), object.into());
    }
    namespace.extend(schema.entity_types.iter().map(|entity| (entity.name.into(), entity_type(entity))));
    for complex in &schema.complex_types {
        let mut object = of_kind("ComplexType");
        object.extend(complex.properties.iter().map(property));
        namespace.insert(complex.name.clone(), object.into());
    }
    for action in &schema.actions {
        let overloads = namespace.entry(action.name).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(overloads) = overloads {
            overloads.push(overload(action));
        }
    }
    let mut container = of_kind("EntityContainer");
    container.extend(schema.sets.iter().map(|set| (set.name.into(), entity_set(set, true))));
    container.extend(schema.singletons.iter().map(|one| (one.name.into(), entity_set(one, false))));
    namespace.insert(CONTAINER.into(), container.into());
    json!({
        "$Version": "4.01", "$EntityContainer": format!("{NAMESPACE}.{CONTAINER}"), NAMESPACE: namespace,
    })
}

fn of_kind(kind: &str) -> Object {
    Object::from_iter([("$Kind".to_owned(), kind.into())])
}

fn entity_type(entity: &EntityType) -> Value {
    let mut object = of_kind("EntityType");
    object.extend(entity.base.map(|base| ("$BaseType".to_owned(), format!("{ALIAS}.{base}").into())));
    object.extend(entity.is_abstract.then(|| ("$Abstract".to_owned(), true.into())));
    object.extend(entity.is_open.then(|| ("$OpenType".to_owned(), true.into())));
    object.extend(entity.key.map(|key| ("$Key".to_owned(), json!([key]))));
    object.extend(entity.properties.iter().map(property));
    object.extend(entity.navigation.iter().map(|navigation| {
        let mut object = of_kind("NavigationProperty");
        object.extend(typed(&navigation.kind));
        object.extend(entity.contains_targets.then(|| ("$ContainsTarget".to_owned(), true.into())));
        // A collection isn't nullable: it can be empty.
        object.extend((!navigation.kind.is_collection).then(|| ("$Nullable".to_owned(), true.into())));
        (navigation.name.to_owned(), object.into())
    }));
    object.into()
}

fn property(member: &Member) -> (String, Value) {
    (member.name.to_owned(), described(member).into())
}

/// What is left out is said by that: a text, one value, not null.
fn described(member: &Member) -> Object {
    let mut object = typed(&member.kind);
    object.extend(member.is_nullable.then(|| ("$Nullable".to_owned(), true.into())));
    object
}

fn typed(kind: &Type) -> Object {
    let collection = kind.is_collection.then(|| ("$Collection".to_owned(), true.into()));
    let name = (kind.name != "Edm.String").then(|| ("$Type".to_owned(), kind.name.clone().into()));
    collection.into_iter().chain(name).collect()
}

fn overload(action: &Action) -> Value {
    let named = |name: &str, object: Object| {
        let mut parameter = Object::from_iter([("$Name".to_owned(), name.into())]);
        parameter.extend(object);
        Value::from(parameter)
    };
    let bound = named("bindingParameter", typed(&action.bound_to));
    let others = action.parameters.iter().map(|parameter| named(parameter.name, described(parameter)));
    let mut object = of_kind("Action");
    object.insert("$IsBound".into(), true.into());
    object.insert("$Parameter".into(), [bound].into_iter().chain(others).collect());
    object.extend(action.returns.as_ref().map(|kind| ("$ReturnType".to_owned(), typed(kind).into())));
    object.into()
}

fn entity_set(set: &EntitySet, is_collection: bool) -> Value {
    let mut object = Object::new();
    object.extend(is_collection.then(|| ("$Collection".to_owned(), true.into())));
    object.insert("$Type".into(), set.of.replacen(ALIAS, NAMESPACE, 1).into());
    if !set.bindings.is_empty() {
        let bindings = set.bindings.iter().map(|(path, target)| ((*path).to_owned(), (*target).into()));
        object.insert("$NavigationPropertyBinding".into(), Object::from_iter(bindings).into());
    }
    object.into()
}
