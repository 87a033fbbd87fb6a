//! What Azure API Management can't import of an OpenAPI document, by its page *API import restrictions*, and the form of a document
//! that it can. Other portals can import every document that it can.

use crate::contract::{self, Operation};
use serde_json::Value;
use std::collections::BTreeSet;

/// The largest document that is imported inline, in bytes.
const MAX_SIZE: usize = 4 << 20;

/// The longest operationId that becomes the operation's name unchanged.
const MAX_OPERATION_ID: usize = 76;

/// The document with the responses that its operations share in their places, as among the components they aren't read; without examples of
/// responses, which aren't either; and with any object where a schema contains itself.
pub fn importable(document: &Value) -> Value {
    let mut importable = document.clone();
    let items = importable["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let operations = items.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut());
    let responses = operations.filter_map(|operation| operation.get_mut("responses")?.as_object_mut());
    for response in responses.flat_map(|responses| responses.values_mut()) {
        let shared = response["$ref"].as_str().and_then(|name| document.pointer(name.strip_prefix('#')?));
        if let Some(shared) = shared {
            *response = shared.clone();
        }
    }
    if let Some(components) = importable["components"].as_object_mut() {
        components.remove("responses");
        components.remove("examples");
    }
    without_examples(&mut importable);
    for (name, schema) in importable["components"]["schemas"].as_object_mut().into_iter().flatten() {
        let itself = format!("#/components/schemas/{name}");
        end_at(schema, &itself);
    }
    importable
}

/// Takes the named examples away that bodies have.
fn without_examples(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.contains_key("schema") {
                members.remove("examples");
            }
            members.values_mut().for_each(without_examples);
        }
        Value::Array(items) => items.iter_mut().for_each(without_examples),
        _ => {}
    }
}

/// Has any object stand where this is referred to.
fn end_at(value: &mut Value, target: &str) {
    match value {
        Value::Object(members) if members.get("$ref").is_some_and(|reference| reference == target) => {
            *value = serde_json::json!({"type": "object"});
        }
        Value::Object(members) => members.values_mut().for_each(|member| end_at(member, target)),
        Value::Array(items) => items.iter_mut().for_each(|item| end_at(item, target)),
        _ => {}
    }
}

/// Everything that can't be imported, with its place, of a document of this many bytes. Empty: all can be.
pub fn restrictions(document: &Value, size: usize) -> Vec<String> {
    let mut found = Vec::new();
    let version = document["openapi"].as_str().unwrap_or_default();
    if !["3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.1.0", "3.1.1"].contains(&version) {
        found.push(format!("OpenAPI {version}"));
    }
    if size > MAX_SIZE {
        found.push("more than 4 MB".into());
    }
    references(document, "", &mut found);
    for (name, _) in document["components"]["schemas"].as_object().into_iter().flatten() {
        if contains(document, name, name, &mut BTreeSet::new()) {
            found.push(format!("the schema {name} contains itself"));
        }
    }
    for operation in contract::operations(document) {
        check_operation(operation, &mut found);
    }
    found
}

fn check_operation(operation: Operation<'_>, found: &mut Vec<String>) {
    let Operation { method, path, said, .. } = operation;
    let place = format!("{} {path}", method.to_uppercase());
    match operation.id().len() {
        0 => found.push(format!("{place} has no operationId")),
        length if length > MAX_OPERATION_ID => found.push(format!("{place} has a long operationId")),
        _ => {}
    }
    let bodies = operation.responses().map(|(_, response)| response);
    for body in bodies.chain([&said["requestBody"]]) {
        let media = body["content"].as_object().into_iter().flat_map(|content| content.values());
        if media
            .map(|media| &media["schema"])
            .any(|schema| schema.is_object() && schema.get("$ref").is_none())
        {
            found.push(format!("{place} has a body whose schema isn't a component"));
        }
    }
    let mut names: Vec<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    for parameter in said["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let is_query = parameter["in"] == "query";
        if is_query && parameter["required"] == true {
            names.push(name);
        }
        if is_query && parameter["schema"]["type"] == "array" && parameter["explode"] == false {
            found.push(format!("{place} takes an array in one {name}"));
        }
    }
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        found.push(format!("{place} has two parameters with the same name"));
    }
}

/// References to components that aren't read.
fn references(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                // Headers and examples are left out of an import, wherever they stand.
                let parts = ["schemas", "securitySchemes", "headers", "examples"];
                let read = parts.map(|part| format!("#/components/{part}/"));
                if !read.iter().any(|prefix| target.starts_with(prefix.as_str())) {
                    found.push(format!("{place} refers to {target}"));
                }
            }
            members.iter().for_each(|(name, member)| references(member, &format!("{place}/{name}"), found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, place, found)),
        _ => {}
    }
}

/// Whether a schema, or one that it refers to, refers to `wanted`.
fn contains(document: &Value, schema: &str, wanted: &str, seen: &mut BTreeSet<String>) -> bool {
    let mut named = Vec::new();
    targets(&document["components"]["schemas"][schema], &mut named);
    named
        .iter()
        .any(|name| *name == wanted || seen.insert(name.clone()) && contains(document, name, wanted, seen))
}

fn targets(value: &Value, named: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str);
            named.extend(target.and_then(|target| target.rsplit('/').next()).map(str::to_owned));
            members.values().for_each(|member| targets(member, named));
        }
        Value::Array(items) => items.iter().for_each(|item| targets(item, named)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "openapi": "3.1.0",
            "paths": {"/groups/{id}": {"get": {
                "operationId": "get_group",
                "parameters": [{"name": "$top", "in": "query", "required": false, "schema": {"type": "integer"}}],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Group"}}}}},
            }}},
            "components": {"schemas": {"Group": {"properties": {"id": {"type": "string"}}}}},
        })
    }

    #[test]
    fn a_plain_document_can_be_imported() {
        assert_eq!(restrictions(&document(), 1000), Vec::<String>::new());
    }

    #[test]
    fn responses_that_operations_share_are_put_in_their_places() {
        let mut sharing = document();
        let responses = &mut sharing["paths"]["/groups/{id}"]["get"]["responses"];
        let shared = responses["200"].take();
        responses["200"] = json!({"$ref": "#/components/responses/Group"});
        sharing["components"]["responses"] = json!({"Group": shared});
        assert!(!restrictions(&sharing, 1000).is_empty());
        assert_eq!(importable(&sharing), document());
    }

    #[test]
    fn what_can_not_be_imported_is_named_with_its_place() {
        let get = "/paths/~1groups~1{id}/get";
        let group = json!({"$ref": "#/components/schemas/Group"});
        for (place, value, named) in [
            ("/openapi".to_owned(), json!("3.2.0"), "OpenAPI 3.2.0"),
            ("/info".into(), json!("x".repeat(MAX_SIZE)), "4 MB"),
            (format!("{get}/operationId"), Value::Null, "GET /groups/{id} has no operationId"),
            (format!("{get}/operationId"), json!("x".repeat(77)), "long operationId"),
            (
                format!("{get}/responses/200/content/application~1json/schema"),
                json!({"type": "string"}),
                "isn't a component",
            ),
            (
                format!("{get}/parameters/0"),
                json!({"name": "id", "in": "query", "required": true}),
                "with the same name",
            ),
            (format!("{get}/parameters/0"), json!({"$ref": "#/components/parameters/top"}), "refers to"),
            (
                format!("{get}/parameters/0"),
                json!({"name": "x", "in": "query", "explode": false, "schema": {"type": "array"}}),
                "array",
            ),
            ("/components/schemas/Group/properties/id".into(), group, "Group contains itself"),
        ] {
            let mut document = document();
            let (parent, name) = place.rsplit_once('/').unwrap();
            let parent = if parent.is_empty() { Some(&mut document) } else { document.pointer_mut(parent) };
            let name = name.replace("~1", "/");
            match parent.unwrap() {
                Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
                object => object[&name] = value,
            }
            let found = restrictions(&document, document.to_string().len()).join("; ");
            assert!(found.contains(named), "{place}: {found}");
        }
    }
}
