//! The contract's document: where it is checked in, and its operations. What is done with them is elsewhere.

use crate::run;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of the contract's files, seen from the root of the workspace.
pub const FOLDER: &str = "openapi";
/// The document's name in that folder.
pub const NAME: &str = "graph-v1.0.json";
/// The document, seen from the root of the workspace.
pub const FILE: &str = "openapi/graph-v1.0.json";

/// Where the document is.
pub fn path() -> PathBuf {
    run::root().join(FILE)
}

/// The document as it is checked in.
pub fn read() -> Result<Value, String> {
    parse(&path())
}

/// A document in JSON.
pub fn parse(path: &Path) -> Result<Value, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

/// One operation.
#[derive(Clone, Copy)]
pub struct Operation<'d> {
    /// In lower case, as the document has it.
    pub method: &'d str,
    /// With its parameters in braces.
    pub path: &'d str,
    /// What the document says of it.
    pub said: &'d Value,
    document: &'d Value,
}

impl<'d> Operation<'d> {
    /// Its id, empty where it has none.
    pub fn id(self) -> &'d str {
        self.text("operationId")
    }

    /// One of its texts, empty where it has none.
    pub fn text(self, name: &str) -> &'d str {
        self.said[name].as_str().unwrap_or_default()
    }

    /// Its parameters in this place: `path`, `query`, `header`.
    pub fn parameters(self, place: &str) -> impl Iterator<Item = &'d Value> {
        let all = self.said["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(move |parameter| parameter["in"] == place)
    }

    /// Its body, where it takes one: the schema and the example beside it.
    pub fn body(self) -> Option<&'d Value> {
        self.said["requestBody"]["content"].get("application/json")
    }

    /// Its responses, by status.
    pub fn responses(self) -> impl Iterator<Item = (&'d str, &'d Value)> {
        let all = self.said["responses"].as_object().into_iter().flatten();
        all.map(move |(status, response)| {
            let place = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            let shared = place.and_then(|place| self.document.pointer(place));
            (status.as_str(), shared.unwrap_or(response))
        })
    }

    /// The permissions of which any is enough: to a kind of caller, the names that it needs together. One that is enough only for
    /// a part says for which (`limitedTo`).
    pub fn permissions(self) -> &'d [Value] {
        self.said["x-permissions"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether applications may do it. Others are for signed-in users only.
    pub fn is_for_applications(self) -> bool {
        self.permissions().iter().any(|alternative| alternative.get("application").is_some())
    }
}

/// The operations of a document, in its order.
pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(move |(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, said)| Operation { method, path, said, document })
    });
    // What else stands beside methods is text or a list.
    all.filter(|operation| operation.said.is_object())
}
