//! The contract in other forms: what `cargo xtask openapi` makes of it, and tests with the tools that each form is for. The
//! workflows and the overlay are written by hand, and tested here against the contract.

mod dereference;
mod mcp_tools;
mod operations;
mod postman;

use crate::{lint, roster::Roster, run, tools};
pub use dereference::dereference;
pub use mcp_tools::list as mcp_tools;
pub use postman::collection as postman_collection;
use serde_json::Value;
use std::{fs, process::Command};

const CONTRACT: &str = "openapi/graph-v1.0.json";

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

/// Applies the overlay and lints the result. Fails where an action of it matches nothing.
pub fn real_graph() -> Result<(), String> {
    let folder = run::target().join("forms");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let result = folder.join("real-graph.json");
    let mut overlay = Command::new(tools::node()?.join("node_modules/.bin/openapi-format"));
    overlay.args([CONTRACT, "--overlayFile", &file(REAL_GRAPH), "--no-sort", "--verbose", "--output"]);
    let applied = run::captured(overlay.arg(&result).current_dir(run::root()))?;
    // It reports on its standard error.
    if !applied.complaints.contains("Unused actions: \t0\n") {
        return Err(applied.complaints);
    }
    lint::with_redocly(&[&result.to_string_lossy()])
}

/// Sends the collection's requests that read, and the one that adds a member, to a server of their own. Each has a test in the
/// collection: that it succeeds.
pub fn collection() -> Result<(), String> {
    let contract = fs::read_to_string(run::root().join(CONTRACT)).map_err(|error| error.to_string())?;
    let contract: Value = serde_json::from_str(&contract).map_err(|error| error.to_string())?;
    let sent = operations::operations(&contract).filter(|operation| {
        let id = operation.text("operationId");
        // `get_me` needs a signed-in user.
        (operation.method == "get" && id != "get_me") || id == "add_group_member"
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
