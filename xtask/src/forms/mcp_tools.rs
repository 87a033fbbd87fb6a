//! The operations as tools of agents, in the form in which MCP lists them (`tools/list`). Agents take names of properties that
//! fit `^[a-zA-Z0-9_.-]{1,64}$`, and Graph has others: a tool has names that fit, and `_meta.request` tells how its arguments
//! become a request.

use crate::contract::{Operation, operations};
use serde_json::{Map, Value, json};

/// The names of a tool: the one that fits, and Graph's.
type Names = Map<String, Value>;

/// The list, from a document without references.
pub fn list(document: &Value) -> Result<Value, String> {
    let tools = operations(document)
        .map(|operation| tool(operation).map_err(|message| format!("{}: {message}", operation.id())));
    Ok(json!({"tools": tools.collect::<Result<Vec<_>, _>>()?}))
}

fn tool(operation: Operation<'_>) -> Result<Value, String> {
    let mut names = Names::new();
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut request = json!({"method": operation.method.to_uppercase(), "path": operation.path});
    for place in ["path", "query", "header"] {
        let mut here = Vec::new();
        for parameter in operation.parameters(place) {
            let name = fitting(parameter["name"].as_str().unwrap_or_default(), &mut names)?;
            let mut schema = parameter["schema"].clone();
            schema["description"] = parameter["description"].clone();
            if parameter["required"] == true {
                required.push(name.clone());
            }
            here.push(name.clone());
            properties.insert(name, schema);
        }
        if place != "path" {
            request[place] = json!(here);
        }
    }
    if let Some(body) = operation.body() {
        properties.insert("body".into(), body_schema(&body["schema"], &mut names)?);
        required.push("body".into());
    }
    names.retain(|fit, name| fit != name);
    let description = translated(operation.text("description"), &names);
    request["names"] = Value::Object(names);
    let destroys = ["delete", "patch"].contains(&operation.method);
    Ok(json!({
        "name": operation.id(),
        "title": operation.text("summary"),
        "description": description,
        "inputSchema": {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        },
        "annotations": {
            "readOnlyHint": operation.method == "get",
            "destructiveHint": destroys,
        },
        "_meta": {"request": request},
    }))
}

/// A body's schema with names that fit. Graph's others stand at its top; one further down fails.
fn body_schema(schema: &Value, names: &mut Names) -> Result<Value, String> {
    let mut fitted = schema.clone();
    let mut properties = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        all_fit(property)?;
        properties.insert(fitting(name, names)?, property.clone());
    }
    fitted["properties"] = Value::Object(properties);
    if let Some(required) = schema["required"].as_array() {
        let fit = required.iter().filter_map(Value::as_str).map(|name| fitting(name, names));
        fitted["required"] = json!(fit.collect::<Result<Vec<_>, _>>()?);
    }
    if let Some(members) = fitted.as_object_mut() {
        // They say nothing of what the body may be.
        members.retain(|name, _| !name.starts_with("x-"));
    }
    Ok(fitted)
}

fn all_fit(schema: &Value) -> Result<(), String> {
    match schema {
        Value::Object(members) => {
            let names = members.get("properties").and_then(Value::as_object).into_iter().flatten();
            if let Some((name, _)) = names.into_iter().find(|(name, _)| !fits(name)) {
                return Err(format!("{name} doesn't fit, and doesn't stand at the top of a body"));
            }
            members.values().try_for_each(all_fit)
        }
        Value::Array(items) => items.iter().try_for_each(all_fit),
        _ => Ok(()),
    }
}

/// The name that fits in place of Graph's: `select` for `$select`, `members.odata.bind` for `members@odata.bind`, and `odata.id` for
/// both `@odata.id` and `@id`, in which OData lets the namespace be left out.
fn fitting(name: &str, names: &mut Names) -> Result<String, String> {
    let fit = match name.strip_prefix('@') {
        Some(rest) if !rest.starts_with("odata.") => format!("odata.{rest}"),
        _ => name.trim_start_matches(['$', '@']).replace('@', "."),
    };
    if !fits(&fit) || names.get(&fit).is_some_and(|other| other != name) {
        return Err(format!("there is no name that fits in place of {name}"));
    }
    names.insert(fit.clone(), name.into());
    Ok(fit)
}

/// A text with the names of the tool's arguments, where it has Graph's in backticks.
fn translated(text: &str, names: &Names) -> String {
    let names = names.iter().filter_map(|(fit, name)| Some((fit, name.as_str()?)));
    names.fold(text.into(), |text: String, (fit, name)| {
        text.replace(&format!("`{name}`"), &format!("`{fit}`"))
    })
}

fn fits(name: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || ['_', '.', '-'].contains(&letter);
    (1..=64).contains(&name.len()) && name.chars().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "reads better with json! in the call")]
    fn listed(parameters: Value, body: Value) -> Result<Value, String> {
        let add = json!({
            "operationId": "add", "summary": "Add", "description": "Adds, and shows what `$select` names, with `@odata.type`.",
            "parameters": parameters,
            "requestBody": {"content": {"application/json": {"schema": body}}},
        });
        Ok(list(&json!({"paths": {"/groups/{id}/$ref": {"post": add}}}))?["tools"][0].clone())
    }

    #[test]
    fn names_fit_and_the_way_back_to_graphs_is_told() {
        let parameters = json!([
            {"in": "path", "name": "id", "required": true, "schema": {"type": "string"}, "description": "Its id."},
            {"in": "query", "name": "$select", "schema": {"type": "string"}, "description": "What to show."},
        ]);
        let body = json!({
            "type": "object", "required": ["@odata.id"], "x-permissions": {},
            "properties": {"@odata.id": {"type": "string"}, "members@odata.bind": {"type": "array"}},
        });
        let tool = listed(parameters, body).unwrap();
        let input = &tool["inputSchema"];
        assert_eq!(input["properties"]["select"]["description"], "What to show.");
        assert_eq!(tool["description"], "Adds, and shows what `select` names, with `@odata.type`.");
        assert_eq!(input["required"], json!(["id", "body"]));
        let body = json!({
            "type": "object", "required": ["odata.id"],
            "properties": {"odata.id": {"type": "string"}, "members.odata.bind": {"type": "array"}},
        });
        assert_eq!(input["properties"]["body"], body);
        let request = json!({
            "method": "POST", "path": "/groups/{id}/$ref", "query": ["select"], "header": [],
            "names": {
                "select": "$select", "odata.id": "@odata.id", "members.odata.bind": "members@odata.bind",
            },
        });
        assert_eq!(tool["_meta"]["request"], request);
    }

    #[test]
    fn names_that_can_not_fit_or_would_be_two_things_are_refused() {
        for (body, name) in [
            (json!({"properties": {"a b": {}}}), "a b"),
            (json!({"properties": {"a": {}, "$a": {}}}), "$a"),
            (json!({"properties": {"@odata.a": {}, "@a": {}}}), "@a"),
            (json!({"properties": {"a": {"items": {"properties": {"@odata.type": {}}}}}}), "@odata.type"),
        ] {
            let message = listed(json!([]), body).unwrap_err();
            assert!(message.starts_with("add: ") && message.contains(name), "{message}");
        }
    }
}
