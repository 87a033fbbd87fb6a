//! The contract with each reference replaced by what it refers to, for tools that follow none. What contains itself is shown once, and
//! further down is any object. It lacks the named examples, which would stand in it once for each operation.

use serde_json::{Map, Value};

/// Replaces all references of a document. What stands beside one wins over what it refers to. Fails where a reference leads
/// nowhere.
pub fn dereference(document: &Value) -> Result<Value, String> {
    let mut rest = document.clone();
    if let Some(components) = rest["components"].as_object_mut() {
        // What only references name.
        components.retain(|name, _| name == "securitySchemes");
    }
    Document(document).resolve(&rest, &mut Vec::new())
}

struct Document<'d>(&'d Value);

impl<'d> Document<'d> {
    /// A value without references. `within` are those that led to it.
    fn resolve(&self, value: &'d Value, within: &mut Vec<&'d str>) -> Result<Value, String> {
        match value {
            Value::Object(members) => {
                let mut resolved = match members.get("$ref").and_then(Value::as_str) {
                    Some(reference) => self.follow(reference, within)?,
                    None => Map::new(),
                };
                let is_left_out =
                    |name: &str, member: &Value| name == "$ref" || name == "examples" && member.is_object();
                for (name, member) in members.iter().filter(|(name, member)| !is_left_out(name, member)) {
                    resolved.insert(name.clone(), self.resolve(member, within)?);
                }
                Ok(Value::Object(resolved))
            }
            Value::Array(items) => items.iter().map(|item| self.resolve(item, within)).collect(),
            plain => Ok(plain.clone()),
        }
    }

    /// The object that a reference names.
    fn follow(&self, reference: &'d str, within: &mut Vec<&'d str>) -> Result<Map<String, Value>, String> {
        if within.contains(&reference) {
            return Ok(Map::from_iter([("type".into(), "object".into())]));
        }
        let target = reference.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
        let target = target.ok_or_else(|| format!("{reference} leads nowhere"))?;
        within.push(reference);
        let resolved = self.resolve(target, within)?;
        within.pop();
        match resolved {
            Value::Object(members) => Ok(members),
            _ => Err(format!("{reference} is no object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[expect(clippy::needless_pass_by_value, reason = "reads better with json! in the call")]
    fn dereferenced(body: Value, schemas: Value) -> Result<Value, String> {
        let whole = dereference(&json!({"body": body, "components": {"schemas": schemas}}))?;
        assert_eq!(whole["components"], json!({}));
        Ok(whole["body"].clone())
    }

    #[test]
    fn a_reference_becomes_what_it_refers_to_and_what_stands_beside_it_wins() {
        let schemas = json!({
            "Group": {"description": "A group.", "properties": {"owner": {"$ref": "#/components/schemas/User"}}},
            "User": {"type": "object"},
        });
        let body = json!([{"$ref": "#/components/schemas/Group", "description": "The new one."}]);
        let resolved = json!([{"description": "The new one.", "properties": {"owner": {"type": "object"}}}]);
        assert_eq!(dereferenced(body, schemas), Ok(resolved));
    }

    #[test]
    fn named_examples_are_left_out() {
        let body = json!({"examples": {"one": {"value": 1}}, "schema": {"examples": ["a"]}});
        assert_eq!(dereferenced(body, json!({})), Ok(json!({"schema": {"examples": ["a"]}})));
    }

    #[test]
    fn what_contains_itself_is_shown_once_and_a_reference_to_nothing_is_named() {
        let group = json!({"$ref": "#/components/schemas/Group"});
        let once = json!({"items": {"type": "object"}});
        assert_eq!(dereferenced(group.clone(), json!({"Group": {"items": group}})), Ok(once));
        assert_eq!(dereferenced(group, json!({})), Err("#/components/schemas/Group leads nowhere".into()));
    }
}
