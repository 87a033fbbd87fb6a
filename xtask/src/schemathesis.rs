//! The running server against requests that are made up from the contract: schemathesis, a property-based tester.

use crate::{roster::Roster, run, tools};
use serde_json::Value;
use std::{fs, process::Command};

/// How many requests are made up for each operation, and for each way of making them.
const EXAMPLES: &str = "50";

/// Those that fit Graph. Left out are:
/// - `negative_data_rejection`: Graph ignores query options without `$` and annotations that it doesn't know;
/// - `positive_data_acceptance`: rules that no schema says decide too, and random ids name nothing;
/// - `missing_required_header`: it asks for 406, where Graph answers 400;
/// - `unsupported_method`: it asks for `Allow`, which Graph doesn't send;
/// - `use_after_free`, `ensure_resource_availability`: they follow links, which the contract has none of.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,ignored_auth";

/// Operations that signed-in users alone may do.
const BY_USERS: [&str; 4] = ["get_me", "update_me", "create_device", "delete_directory_object"];

/// What the user may who does them: nothing that would end the user's own account.
const SCOPES: [&str; 4] = ["--scope", "User.ReadWrite", "--scope", "Directory.AccessAsUser.All"];

/// Fails on any answer that the contract doesn't promise.
pub fn run() -> Result<(), String> {
    let roster = Roster::start()?;
    let roles = application_permissions()?;
    let roles: Vec<&str> = roles.iter().flat_map(|role| ["--role", role]).collect();
    let application = roster.token(&[&["--app", "sample"], &*roles].concat())?;
    let user = roster.token(&[&["--user", "5a3e0000-0000-4000-8000-000000000109"], &SCOPES[..]].concat())?;
    let of = |option: &'static str| BY_USERS.into_iter().flat_map(move |id| [option, id]);
    check(&roster, &application, &of("--exclude-operation-id").collect::<Vec<_>>())?;
    check(&roster, &user, &of("--include-operation-id").collect::<Vec<_>>())
}

fn check(roster: &Roster, token: &str, operations: &[&str]) -> Result<(), String> {
    let folder = run::target().join("schemathesis");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut command = Command::new(tools::python()?.join("schemathesis"));
    command.arg("run").arg(run::root().join("openapi/graph-v1.0.json"));
    command.args(["--url", &format!("{}/v1.0", roster.url), "--checks", CHECKS, "--max-examples", EXAMPLES]);
    command.args(["--phases", "examples,coverage,fuzzing", "--generation-deterministic", "--workers", "1"]);
    command.args(["--no-color", "--warnings", "off", "--header", &format!("Authorization: Bearer {token}")]);
    run::succeed(command.args(operations).current_dir(folder))
}

/// Every permission that an application can have, as the contract lists them.
fn application_permissions() -> Result<Vec<String>, String> {
    let contract = fs::read_to_string(run::root().join("openapi/graph-v1.0.json"));
    let contract: Value = serde_json::from_str(&contract.map_err(|error| error.to_string())?)
        .map_err(|error| error.to_string())?;
    let flows = &contract["components"]["securitySchemes"]["application"]["flows"];
    let scopes = flows["clientCredentials"]["scopes"].as_object();
    Ok(scopes.into_iter().flat_map(|scopes| scopes.keys()).cloned().collect())
}
