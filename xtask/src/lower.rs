//! OpenAPI 3.1 to 3.0.3, for progenitor and for portals that read no newer version. It refuses what it doesn't know, with the
//! place, instead of dropping it.

use serde_json::{Map, Value, json};

/// A place in the document that can't be said in OpenAPI 3.0.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Where: a JSON pointer.
    pub at: String,
    /// What.
    pub what: String,
}

type Lowered<T> = Result<T, Unsupported>;

/// Keywords that a schema may hold and that mean the same in both versions.
const SAME: [&str; 22] = [
    "title",
    "description",
    "default",
    "deprecated",
    "example",
    "enum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "uniqueItems",
    "writeOnly",
    "maxProperties",
    "minProperties",
    "x-permissions",
];

/// Lowers a whole document.
pub fn lower(document: &Value) -> Lowered<Value> {
    let schemas = &document["components"]["schemas"];
    let lowering = Lowering { schemas };
    let mut lowered = lowering.walk(document, "")?;
    lowered["openapi"] = json!("3.0.3");
    Ok(lowered)
}

struct Lowering<'d> {
    schemas: &'d Value,
}

impl Lowering<'_> {
    /// Everything that isn't a schema: walks down to the schemas in it.
    fn walk(&self, value: &Value, at: &str) -> Lowered<Value> {
        match value {
            Value::Array(items) => {
                let items =
                    items.iter().enumerate().map(|(index, item)| self.walk(item, &format!("{at}/{index}")));
                items.collect()
            }
            Value::Object(members) => {
                let mut lowered = Map::new();
                for (name, member) in members {
                    let here = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                    match name.as_str() {
                        "webhooks" | "jsonSchemaDialect" | "pathItems" => {
                            return Err(unsupported(&here, name));
                        }
                        "example" | "examples" => lowered.insert(name.clone(), member.clone()),
                        "schema" => lowered.insert(name.clone(), self.schema(member, &here)?),
                        "schemas" if at == "/components" => {
                            lowered.insert(name.clone(), self.each(member, &here)?)
                        }
                        "identifier" if at == "/info/license" => None,
                        _ => lowered.insert(name.clone(), self.walk(member, &here)?),
                    };
                }
                Ok(Value::Object(lowered))
            }
            plain => Ok(plain.clone()),
        }
    }

    /// A map of schemas.
    fn each(&self, value: &Value, at: &str) -> Lowered<Value> {
        let members = value.as_object().ok_or_else(|| unsupported(at, "not a map of schemas"))?;
        members
            .iter()
            .map(|(name, schema)| Ok((name.clone(), self.schema(schema, &format!("{at}/{name}"))?)))
            .collect()
    }

    fn schema(&self, schema: &Value, at: &str) -> Lowered<Value> {
        let keywords = schema.as_object().ok_or_else(|| unsupported(at, "a schema that isn't an object"))?;
        if let Some(reference) = keywords.get("$ref") {
            return self.reference(keywords, reference, at);
        }
        if let Some(one_of) = keywords.get("oneOf") {
            return self.nullable_reference(keywords, one_of, at);
        }
        let mut lowered = Map::new();
        for (name, value) in keywords {
            let here = format!("{at}/{name}");
            match name.as_str() {
                "type" => lower_type(value, &mut lowered, &here)?,
                "properties" => {
                    lowered.insert(name.clone(), self.each(value, &here)?);
                }
                "items" => {
                    lowered.insert(name.clone(), self.schema(value, &here)?);
                }
                "additionalProperties" => {
                    let value = if value.is_boolean() { value.clone() } else { self.schema(value, &here)? };
                    lowered.insert(name.clone(), value);
                }
                "allOf" | "anyOf" => {
                    let parts = value.as_array().ok_or_else(|| unsupported(&here, name))?;
                    let parts =
                        parts.iter().enumerate().map(|(i, part)| self.schema(part, &format!("{here}/{i}")));
                    lowered.insert(name.clone(), parts.collect::<Lowered<_>>()?);
                }
                "examples" => {
                    let first = value.as_array().and_then(|examples| examples.first());
                    // utoipa writes a single example that is no array as it is.
                    lowered.insert("example".into(), first.unwrap_or(value).clone());
                }
                "const" => {
                    lowered.insert("enum".into(), json!([value]));
                }
                "exclusiveMinimum" | "exclusiveMaximum" => {
                    let bound = if name == "exclusiveMinimum" { "minimum" } else { "maximum" };
                    lowered.insert(bound.into(), value.clone());
                    lowered.insert(name.clone(), json!(true));
                }
                "propertyNames" if *value == json!({"type": "string"}) => {}
                same if SAME.contains(&same) => {
                    lowered.insert(name.clone(), value.clone());
                }
                _ => return Err(unsupported(&here, name)),
            }
        }
        Ok(Value::Object(lowered))
    }

    /// A reference with siblings becomes `allOf` beside them.
    fn reference(&self, keywords: &Map<String, Value>, reference: &Value, at: &str) -> Lowered<Value> {
        let mut lowered = self.siblings(keywords, "$ref", at)?;
        if lowered.is_empty() {
            return Ok(json!({"$ref": reference}));
        }
        lowered.insert("allOf".into(), json!([{"$ref": reference}]));
        Ok(Value::Object(lowered))
    }

    /// What stands beside a keyword, lowered like a schema of its own.
    fn siblings(&self, keywords: &Map<String, Value>, beside: &str, at: &str) -> Lowered<Map<String, Value>> {
        let siblings = keywords.iter().filter(|(name, _)| *name != beside);
        let siblings: Map<String, Value> =
            siblings.map(|(name, value)| (name.clone(), value.clone())).collect();
        match self.schema(&Value::Object(siblings), at)? {
            Value::Object(lowered) if !lowered.contains_key("allOf") => Ok(lowered),
            _ => Err(unsupported(at, &format!("{beside} beside allOf"))),
        }
    }

    /// `oneOf` of a reference and null: the only `oneOf` there is.
    fn nullable_reference(&self, keywords: &Map<String, Value>, one_of: &Value, at: &str) -> Lowered<Value> {
        let parts = one_of.as_array().map(Vec::as_slice).unwrap_or_default();
        let null = json!({"type": "null"});
        let target = parts.iter().find(|part| **part != null);
        let (Some(target), 2, true) = (target, parts.len(), parts.contains(&null)) else {
            return Err(unsupported(at, "oneOf of anything but a reference and null"));
        };
        let reference =
            target["$ref"].as_str().ok_or_else(|| unsupported(at, "oneOf without a reference"))?;
        let name = reference.rsplit('/').next().unwrap_or_default();
        let kind = self.schemas[name]["type"]
            .as_str()
            .ok_or_else(|| unsupported(at, "a reference to no plain type"))?;
        if let Some(other) = target
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .find(|name| !["$ref", "description"].contains(&name.as_str()))
        {
            return Err(unsupported(&format!("{at}/oneOf"), &format!("{other} beside $ref")));
        }
        let mut lowered = self.siblings(keywords, "oneOf", at)?;
        if let Some(description) = target.get("description") {
            lowered.entry("description").or_insert_with(|| description.clone());
        }
        lowered.insert("type".into(), kind.into());
        lowered.insert("allOf".into(), json!([{"$ref": reference}]));
        lowered.insert("nullable".into(), true.into());
        Ok(Value::Object(lowered))
    }
}

/// A type, or a type and null.
fn lower_type(value: &Value, lowered: &mut Map<String, Value>, at: &str) -> Lowered<()> {
    let kinds: Vec<&str> = match value {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut real = kinds.iter().filter(|&&kind| kind != "null");
    let (Some(kind), None) = (real.next(), real.next()) else {
        return Err(unsupported(at, "not exactly one type beside null"));
    };
    lowered.insert("type".into(), (*kind).into());
    if kinds.contains(&"null") {
        lowered.insert("nullable".into(), true.into());
    }
    Ok(())
}

fn unsupported(at: &str, what: &str) -> Unsupported {
    Unsupported { at: at.into(), what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "reads better with json! in the call")]
    fn schema(schema: Value) -> Lowered<Value> {
        let document = json!({"components": {"schemas": {"Colour": {"type": "string"}, "Tested": schema}}});
        lower(&document).map(|lowered| lowered["components"]["schemas"]["Tested"].clone())
    }

    #[test]
    fn a_type_with_null_becomes_nullable() {
        assert_eq!(
            schema(json!({"type": ["string", "null"]})),
            Ok(json!({"type": "string", "nullable": true}))
        );
        assert!(schema(json!({"type": ["string", "integer"]})).is_err());
    }

    #[test]
    fn a_reference_or_null_takes_the_type_of_its_target() {
        let one_of =
            json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Colour", "description": "d"}]});
        let lowered = json!({"description": "d", "type": "string",
            "allOf": [{"$ref": "#/components/schemas/Colour"}], "nullable": true});
        assert_eq!(schema(one_of), Ok(lowered));
        assert!(schema(json!({"oneOf": [{"type": "string"}, {"type": "integer"}]})).is_err());
    }

    #[test]
    fn a_reference_keeps_its_siblings() {
        let reference = json!({"$ref": "#/components/schemas/Colour"});
        assert_eq!(schema(reference.clone()), Ok(reference));
        let described = json!({"$ref": "#/components/schemas/Colour", "description": "d"});
        let lowered = json!({"description": "d", "allOf": [{"$ref": "#/components/schemas/Colour"}]});
        assert_eq!(schema(described), Ok(lowered));
    }

    #[test]
    fn what_stands_beside_a_reference_is_lowered_or_refused_too() {
        let colour = "#/components/schemas/Colour";
        let lowered = json!({"example": "red", "allOf": [{"$ref": colour}]});
        assert_eq!(schema(json!({"$ref": colour, "examples": ["red"]})), Ok(lowered));
        let failed = schema(json!({"$ref": colour, "if": {}})).unwrap_err();
        assert_eq!(failed.at, "/components/schemas/Tested/if");
        let failed = schema(json!({"oneOf": [{"type": "null"}, {"$ref": colour}], "if": {}})).unwrap_err();
        assert_eq!(failed.at, "/components/schemas/Tested/if");
        assert!(schema(json!({"oneOf": [{"type": "null"}, {"$ref": colour, "maxLength": 3}]})).is_err());
    }

    #[test]
    fn examples_const_and_exclusive_bounds_are_written_the_old_way() {
        assert_eq!(schema(json!({"examples": ["a", "b"]})), Ok(json!({"example": "a"})));
        assert_eq!(schema(json!({"const": "a"})), Ok(json!({"enum": ["a"]})));
        assert_eq!(
            schema(json!({"exclusiveMinimum": 0})),
            Ok(json!({"minimum": 0, "exclusiveMinimum": true}))
        );
        assert_eq!(schema(json!({"propertyNames": {"type": "string"}})), Ok(json!({})));
    }

    #[test]
    fn what_properties_need_is_said_in_the_same_way() {
        let needs =
            json!({"type": "object", "x-permissions": {"colour": [{"application": ["Colour.Read"]}]}});
        assert_eq!(schema(needs.clone()), Ok(needs));
        assert!(schema(json!({"type": "object", "x-colour": "red"})).is_err());
    }

    #[test]
    fn what_is_not_understood_fails_with_its_place() {
        let failed = schema(json!({"type": "array", "prefixItems": []})).unwrap_err();
        assert_eq!(failed.at, "/components/schemas/Tested/prefixItems");
        let failed = schema(json!({"properties": {"a": {"if": {}}}})).unwrap_err();
        assert_eq!(failed.at, "/components/schemas/Tested/properties/a/if");
        assert_eq!(lower(&json!({"webhooks": {}})).unwrap_err().at, "/webhooks");
    }

    #[test]
    fn schemas_of_operations_are_lowered_and_properties_named_like_keywords_are_not_taken_for_them() {
        let document = json!({"paths": {"/x": {"get": {"parameters": [{"schema": {"type": ["string", "null"]}}]}}},
            "components": {"schemas": {"A": {"properties": {"const": {"type": "string"}, "schema": {"const": 1}}}}}});
        let lowered = lower(&document).unwrap();
        let parameter = &lowered["paths"]["/x"]["get"]["parameters"][0]["schema"];
        assert_eq!(*parameter, json!({"type": "string", "nullable": true}));
        let properties = &lowered["components"]["schemas"]["A"]["properties"];
        assert_eq!(*properties, json!({"const": {"type": "string"}, "schema": {"enum": [1]}}));
        assert_eq!(lowered["openapi"], "3.0.3");
    }
    #[test]
    fn what_named_examples_hold_is_left_as_it_is() {
        let examples = json!({"one": {"value": {"schema": {"const": 1}, "webhooks": null}}});
        let document = json!({"paths": {"/x": {"get": {"responses": {"400": {"content": {"application/json":
            {"examples": examples}}}}}}}, "components": {"examples": examples}});
        let lowered = lower(&document).unwrap();
        assert_eq!(lowered["components"], document["components"]);
        assert_eq!(lowered["paths"], document["paths"]);
    }
}
