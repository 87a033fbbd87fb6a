//! `cargo xtask openapi`: the contract's files, emitted from the server's routes.

use crate::{lower, run};
use clap::Args;
use serde_json::{Map, Value};
use similar::TextDiff;
use std::{fs, path::Path};

const FOLDER: &str = "openapi";

/// Write the contract's files, or check them.
#[derive(Args)]
pub struct Openapi {
    /// Change nothing; fail where a file isn't what the server says
    #[arg(long)]
    check: bool,
}

struct File {
    name: &'static str,
    text: String,
}

impl Openapi {
    /// Runs the task.
    pub fn run(&self) -> Result<(), String> {
        let folder = run::root().join(FOLDER);
        let files = files()?;
        if self.check { check(&folder, &files) } else { write(&folder, &files) }
    }
}

/// Fails, with the difference and what repairs it, where a checked-in file isn't what the server says.
pub fn check_files() -> Result<(), String> {
    check(&run::root().join(FOLDER), &files()?)
}

fn files() -> Result<Vec<File>, String> {
    let contract =
        serde_json::to_value(roster_server::http::contract()).map_err(|error| error.to_string())?;
    let lowered = lower::lower(&contract)
        .map_err(|found| format!("{} at {} can't be said in OpenAPI 3.0", found.what, found.at))?;
    Ok(vec![
        File { name: "graph-v1.0.json", text: pretty(&contract)? },
        File { name: "graph-v1.0.openapi-3.0.json", text: pretty(&lowered)? },
        File { name: "operations.txt", text: operations(&contract) },
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
    let none = Map::new();
    for (path, item) in contract["paths"].as_object().unwrap_or(&none) {
        for (method, operation) in item.as_object().unwrap_or(&none) {
            let Some(id) = operation["operationId"].as_str() else { continue };
            text.push_str(&format!("\n{:6} {path}  {id}\n", method.to_uppercase()));
            for entry in operation["security"].as_array().map(Vec::as_slice).unwrap_or_default() {
                for (scheme, scopes) in entry.as_object().unwrap_or(&none) {
                    let scopes = scopes.as_array().map(Vec::as_slice).unwrap_or_default();
                    let scopes: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
                    text.push_str(&format!("       {scheme:11} {}\n", scopes.join(" and ")));
                }
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
            let difference = TextDiff::from_lines(&there, &file.text);
            let (checked_in, emitted) = (format!("{FOLDER}/{}", file.name), "what the server says");
            eprintln!("{}", difference.unified_diff().header(&checked_in, emitted));
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
    #[test]
    fn the_checked_in_contract_is_what_the_server_says() {
        super::check_files().unwrap();
    }
}
