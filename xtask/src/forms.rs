//! The contract in other forms: what `cargo xtask openapi` makes of it, and tests with the tools that each form is for. The
//! workflows and the overlay are written by hand, and tested here against the contract.

mod dereference;
mod mcp_tools;
mod postman;

use crate::{contract, lint, roster::Roster, run, tools};
pub use dereference::dereference;
pub use mcp_tools::list as mcp_tools;
pub use postman::collection as postman_collection;
use serde_json::Value;
use std::{fs, process::Command};

/// The contract without references.
pub const DEREFERENCED: &str = "graph-v1.0.dereferenced.json";
/// The tools of agents.
pub const MCP_TOOLS: &str = "mcp-tools.json";

/// The Postman collection.
pub const COLLECTION: &str = "roster.postman_collection.json";
/// The workflows, in Arazzo 1.0.
pub const WORKFLOWS: &str = "workflows.arazzo.yaml";
/// What turns the contract into one for clients of Microsoft's servers, as an overlay of version 1.0.
pub const REAL_GRAPH: &str = "real-graph.overlay.yaml";

/// Runs the workflows on a server of their own, as an application with the permissions that they name. Fails where a response isn't
/// what the workflow expects, or doesn't match the contract.
pub fn workflows() -> Result<(), String> {
    lint::with_redocly(&[&file(WORKFLOWS)])?;
    let roster = Roster::start()?;
    let roles = ["--role", "Group.ReadWrite.All", "--role", "User.Read.All"];
    let token = roster.token(&[&["--app", "sample"], &roles[..]].concat())?;
    let mut respect = tools::redocly()?;
    respect.args(["respect", &file(WORKFLOWS), "--server", &format!("graph={}/v1.0", roster.url)]);
    for input in [&format!("token={token}"), "user=ada@contoso.example", "otherUser=grace@contoso.example"] {
        respect.args(["--input", input]);
    }
    run::captured(respect.current_dir(run::root())).map(drop)
}

/// Applies the overlay and lints the result. Fails where an action of it matches nothing, and where something is left that says
/// more of Roster than of Graph.
pub fn real_graph() -> Result<(), String> {
    let folder = run::target().join("forms");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let result = folder.join("real-graph.json");
    let mut overlay = Command::new(tools::node()?.join("node_modules/.bin/openapi-format"));
    overlay.args([contract::FILE, "--overlayFile", &file(REAL_GRAPH), "--no-sort", "--verbose", "--output"]);
    let applied = run::captured(overlay.arg(&result).current_dir(run::root()))?;
    // It reports on its standard error.
    if !applied.complaints.contains("Unused actions: \t0\n") {
        return Err(applied.complaints);
    }
    let found = rosters_own(&contract::parse(&result)?);
    if !found.is_empty() {
        return Err(format!("{REAL_GRAPH} leaves {}", found.join(", ")));
    }
    lint::with_redocly(&[&result.to_string_lossy()])
}

/// What a document for clients of Microsoft's servers must not have: Roster's examples of responses, Roster's permissions, and
/// operations without a way to sign in.
fn rosters_own(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let text = document.to_string();
    let marks = ["\"x-permissions\"", "\"x-least-privilege\"", "#/components/examples/"];
    found.extend(marks.into_iter().filter(|mark| text.contains(mark)).map(str::to_owned));
    if document["components"].get("examples").is_some() {
        found.push("components.examples".into());
    }
    for operation in contract::operations(document) {
        let media = operation.responses().filter_map(|(_, response)| response["content"].as_object());
        if media.flat_map(|content| content.values()).any(|media| !media["example"].is_null()) {
            found.push(format!("an example in {}", operation.id()));
        }
        let ways = operation.said["security"].as_array().into_iter().flatten();
        if !ways.into_iter().any(|way| way.get("oauth2").is_some()) {
            found.push(format!("{} without oauth2", operation.id()));
        }
    }
    found
}

/// Sends the collection's requests that read, and the one that adds a member, to a server of their own. Each has a test in the
/// collection: that it succeeds.
pub fn collection() -> Result<(), String> {
    let contract = contract::read()?;
    let sent = contract::operations(&contract).filter(|operation| {
        let is_sent = operation.method == "get" || operation.id() == "add_group_member";
        operation.is_for_applications() && is_sent
    });
    let names = std::iter::once(postman::SIGN_IN).chain(sent.map(|operation| operation.text("summary")));
    let roster = Roster::start()?;
    let mut newman = Command::new(tools::node()?.join("node_modules/.bin/newman"));
    newman.args(["run", &file(COLLECTION), "--env-var", &format!("origin={}", roster.url)]);
    newman.args(names.flat_map(|name| ["--folder", name]));
    run::captured(newman.current_dir(run::root())).map(drop)
}

/// A file of the contract's folder.
fn file(name: &str) -> String {
    format!("openapi/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rosters_own_is_found_in_the_contract() {
        let found = rosters_own(&contract::read().unwrap()).join("; ");
        for part in
            ["x-permissions", "components.examples", "an example in list_users", "get_me without oauth2"]
        {
            assert!(found.contains(part), "{part}: {found}");
        }
    }
}
