//! `cargo xtask openapi`: the contract's files, emitted from the server's routes.

use crate::{
    contract::{self, FOLDER},
    forms, lower, release, run,
};
use clap::Args;
use serde_json::Value;
use similar::TextDiff;
use std::{fs, path::Path};

/// Write the contract's files, or check them.
#[derive(Args)]
#[group(multiple = false)]
pub struct Openapi {
    /// Change nothing; fail where a file isn't what the server says, or a released one was altered
    #[arg(long)]
    check: bool,
    /// List what changed since the released contract; fail where a breaking change comes without a new version, or
    /// any change without a line in openapi/CHANGELOG.md
    #[arg(long)]
    breaking: bool,
    /// Make the contract the released one
    ///
    /// First set its version in server/src/http/contract/mod.rs, give openapi/CHANGELOG.md a section for it, and run
    /// `cargo xtask openapi`. This checks all that --check and --breaking do, and writes openapi/released. Without that
    /// folder the contract is released for the first time: before anybody relies on it, delete the folder to begin anew.
    #[arg(long)]
    release: bool,
}

struct File {
    name: &'static str,
    text: String,
}

impl Openapi {
    /// Runs the task.
    pub fn run(&self) -> Result<(), String> {
        if self.breaking {
            return compare_with_released();
        }
        if self.check {
            return check_files();
        }
        let folder = run::root().join(FOLDER);
        let contract = contract()?;
        if self.release {
            check(&folder, &files(&contract)?)?;
            release::Contract::new(&folder, &contract).release(&pretty(&contract)?)
        } else {
            write(&folder, &files(&contract)?)
        }
    }
}

/// Fails, with the difference and what repairs it, where a checked-in file isn't what the server says or what was
/// released.
pub fn check_files() -> Result<(), String> {
    let folder = run::root().join(FOLDER);
    check(&folder, &files(&contract()?)?)?;
    release::unaltered(&folder)
}

/// Fails where the contract changed since its release in a way that its version and changelog don't tell.
pub fn compare_with_released() -> Result<(), String> {
    release::Contract::new(&run::root().join(FOLDER), &contract()?).compare()
}

fn contract() -> Result<Value, String> {
    roster_server::http::document().map_err(|error| error.to_string())
}

fn files(contract: &Value) -> Result<Vec<File>, String> {
    let lowered = lower::lower(contract).map_err(|found| {
        format!(
            "{} at {} can't be said in OpenAPI 3.0: say it otherwise in the server, or teach xtask/src/lower.rs",
            found.what, found.at
        )
    })?;
    let dereferenced = forms::dereference(contract)?;
    Ok(vec![
        File { name: contract::NAME, text: pretty(contract)? },
        File { name: "graph-v1.0.openapi-3.0.json", text: pretty(&lowered)? },
        File { name: "operations.txt", text: operations(contract) },
        // On one line: indented it would be more than twice as large, and larger than tools like to read.
        File { name: forms::DEREFERENCED, text: format!("{dereferenced}\n") },
        File { name: forms::MCP_TOOLS, text: pretty(&forms::mcp_tools(&dereferenced)?)? },
        File { name: forms::COLLECTION, text: pretty(&forms::postman_collection(&dereferenced))? },
    ])
}

fn pretty(document: &Value) -> Result<String, String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// One operation a line, with what it needs below: easy to review.
fn operations(contract: &Value) -> String {
    let mut text = String::from(
        "# Written by `cargo xtask openapi`. Any line of permissions is enough; `and`: all of them.\n",
    );
    for operation in contract::operations(contract) {
        let method = operation.method.to_uppercase();
        text.push_str(&format!("\n{method:6} {}  {}\n", operation.path, operation.id()));
        for entry in operation.permissions() {
            let limited =
                entry["limitedTo"].as_str().map(|part| format!(" (only {part})")).unwrap_or_default();
            let alternatives = entry.as_object().into_iter().flatten();
            for (kind, names) in alternatives.filter_map(|(kind, names)| Some((kind, names.as_array()?))) {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                let names = if names.is_empty() { "any".into() } else { names.join(" and ") };
                text.push_str(&format!("       {kind:11} {names}{limited}\n"));
            }
        }
    }
    text
}

fn write(folder: &Path, files: &[File]) -> Result<(), String> {
    for file in files {
        let path = folder.join(file.name);
        if fs::read_to_string(&path).is_ok_and(|there| there == file.text) {
            continue;
        }
        fs::write(&path, &file.text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("wrote {FOLDER}/{}", file.name);
    }
    Ok(())
}

fn check(folder: &Path, files: &[File]) -> Result<(), String> {
    let mut stale = Vec::new();
    for file in files {
        let there = fs::read_to_string(folder.join(file.name)).unwrap_or_default();
        if there != file.text {
            // The others differ in what follows from the first. A file of one line has no difference that can be read.
            if stale.is_empty() && file.text.lines().nth(1).is_some() {
                let difference = TextDiff::from_lines(&there, &file.text);
                let (checked_in, emitted) = (format!("{FOLDER}/{}", file.name), "what the server says");
                eprintln!("{}", difference.unified_diff().header(&checked_in, emitted));
            }
            stale.push(file.name);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} in {FOLDER}/ not what the server says: run `cargo xtask openapi` and commit the result",
        stale.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_checked_in_contract_is_what_the_server_says() {
        check_files().unwrap();
    }

    #[test]
    fn the_contract_fits_the_released_one() {
        compare_with_released().unwrap();
    }

    /// Each property of each schema: whether it may be null, must be there, and which words it takes.
    fn promises(document: &Value) -> Vec<(String, bool, bool, Vec<Value>)> {
        let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
        let properties = schemas.flat_map(|(name, schema)| {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties.map(move |(property, of)| (name, &schema["required"], property, of))
        });
        let promise = |(name, required, property, of): (&String, &Value, &String, &Value)| {
            let null = |one: &Value| *one == "null" || one["type"] == "null";
            let kinds = of["type"].as_array().or(of["oneOf"].as_array());
            let nullable = of["nullable"] == true || kinds.is_some_and(|kinds| kinds.iter().any(null));
            let required = required.as_array().is_some_and(|names| names.iter().any(|name| name == property));
            let words = of["enum"].as_array().or(of["items"]["enum"].as_array()).cloned().unwrap_or_default();
            (format!("{name}.{property}"), nullable, required, words)
        };
        properties.map(promise).collect()
    }

    #[test]
    fn both_documents_say_the_same_of_null_of_words_and_of_what_must_be_there() {
        let files = files(&contract().unwrap()).unwrap();
        let [first, lowered] = [0, 1].map(|index| serde_json::from_str(&files[index].text).unwrap());
        let promised = promises(&first);
        assert!(promised.len() > 500 && promised.iter().any(|(_, nullable, ..)| *nullable));
        assert_eq!(promised, promises(&lowered));
    }

    #[test]
    fn a_file_edited_by_hand_is_named_with_what_repairs_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(&contract().unwrap()).unwrap();
        write(folder.path(), &files).unwrap();
        check(folder.path(), &files).unwrap();
        let edited = files[0].text.replacen("/users", "/people", 1);
        fs::write(folder.path().join(contract::NAME), edited).unwrap();
        let message = check(folder.path(), &files).unwrap_err();
        assert_eq!(
            message,
            "graph-v1.0.json in openapi/ not what the server says: run `cargo xtask openapi` and commit the result"
        );
    }

    #[test]
    fn what_openapi_3_0_lacks_is_named_with_its_place_and_what_to_do() {
        let mut contract = contract().unwrap();
        contract["components"]["schemas"]["User"]["properties"]["displayName"]["prefixItems"] = json!([]);
        let Err(message) = files(&contract) else { panic!("lowered") };
        assert_eq!(
            message,
            "prefixItems at /components/schemas/User/properties/displayName/prefixItems can't be said in OpenAPI 3.0: \
             say it otherwise in the server, or teach xtask/src/lower.rs"
        );
    }
}
