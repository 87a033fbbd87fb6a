//! The examples that the contract shows of shapes.

use serde_json::{Value, json};

/// The example of a count.
pub(in crate::http::graph) const EXAMPLE_COUNT: &str = "12";

/// A user of the sample who isn't related to the group of the examples.
pub(in crate::http::graph) const ADDED: &str = "5a3e0000-0000-4000-8000-000000000102";

/// The example of a reference to this object.
pub(in crate::http::graph) fn reference(id: &str) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

/// The example of an answer whose content this is.
pub(in crate::http::graph) fn with_context(set: &str, suffix: &str, answer: Value) -> Value {
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#{set}{suffix}");
    let mut example = json!({"@odata.context": context});
    if let (Value::Object(example), Value::Object(answer)) = (&mut example, answer) {
        example.extend(answer);
    }
    example
}
