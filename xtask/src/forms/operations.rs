//! The operations of the contract, as its other forms go over them.

use serde_json::Value;

/// One operation.
#[derive(Clone, Copy)]
pub struct Operation<'d> {
    /// In lower case, as the document has it.
    pub method: &'d str,
    /// With its parameters in braces.
    pub path: &'d str,
    /// What the document says of it.
    pub said: &'d Value,
}

impl<'d> Operation<'d> {
    /// One of its texts, empty where it has none.
    pub fn text(&self, name: &str) -> &'d str {
        self.said[name].as_str().unwrap_or_default()
    }

    /// Its parameters in this place: `path`, `query`, `header`.
    pub fn parameters(&self, place: &str) -> impl Iterator<Item = &'d Value> {
        let all = self.said["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(move |parameter| parameter["in"] == place)
    }

    /// Its body, where it takes one: the schema and the example beside it.
    pub fn body(&self) -> Option<&'d Value> {
        self.said["requestBody"]["content"].get("application/json")
    }
}

/// The operations of a document, in its order.
pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, said)| Operation { method, path, said })
    });
    all.filter(|operation| operation.said["operationId"].is_string())
}
