//! Tests the running server with requests that are generated from the contract: schemathesis, a property-based tester.

use crate::{roster::Roster, run, tools};
use serde_json::Value;
use std::{collections::BTreeSet, fs, process::Command};

/// How many requests are generated for each operation, and for each way of generating them.
const EXAMPLES: &str = "50";

/// The checks that fit Graph. Left out are:
/// - `negative_data_rejection`: Graph ignores query options without `$` and annotations that it doesn't know;
/// - `positive_data_acceptance`: rules that no schema states decide too, and random ids name nothing;
/// - `missing_required_header`: it asks for 406, where Graph answers 400;
/// - `unsupported_method`: it asks for `Allow`, which Graph doesn't send;
/// - `use_after_free`, `ensure_resource_availability`: they follow links, which the contract has none of.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,ignored_auth";

/// 501 isn't a server error here: Graph has more operations and query options.
const SETTINGS: &str = "\
[warnings]
fail-on = [\"missing_auth\"]
[checks.not_a_server_error]
expected-statuses = [\"2xx\", \"3xx\", \"4xx\", \"501\"]
";

/// What can end the caller itself, whose id earlier answers and examples tell. It comes last.
const ENDING: [&str; 3] = ["delete_service_principal", "update_service_principal", "delete_directory_object"];

/// Fails on any answer that the contract doesn't promise.
pub fn run() -> Result<(), String> {
    let contract = contract()?;
    let (by_users, by_applications) = operations(&contract);
    let roles = application_permissions(&contract);
    let roles: Vec<&str> = roles.iter().flat_map(|role| ["--role", role]).collect();
    test(&[&["--app", "sample"], &*roles].concat(), "list_users", &by_applications)?;
    let user = ["--user", "5a3e0000-0000-4000-8000-000000000109"];
    let scopes = ["--scope", "User.ReadWrite", "--scope", "Directory.AccessAsUser.All"];
    test(&[&user[..], &scopes[..]].concat(), "get_me", &by_users)
}

/// Tests these operations as this caller, on a separate server. That `proof` is answered afterwards shows that the caller was
/// allowed to do something up to the end.
fn test(caller: &[&str], proof: &str, operations: &[&str]) -> Result<(), String> {
    let roster = Roster::start()?;
    let token = roster.token(caller)?;
    let (ending, others): (Vec<&str>, Vec<&str>) =
        operations.iter().partition(|operation| ENDING.contains(*operation));
    for operations in [&*others, &[proof], &*ending] {
        check(&roster, &token, operations)?;
    }
    Ok(())
}

/// Tests these operations. One that answers nothing but refusals of the caller wasn't tested: that fails too.
fn check(roster: &Roster, token: &str, operations: &[&str]) -> Result<(), String> {
    let folder = run::target().join("schemathesis");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    fs::write(folder.join("schemathesis.toml"), SETTINGS).map_err(|error| error.to_string())?;
    let mut command = Command::new(tools::python()?.join("schemathesis"));
    command.arg("run").arg(run::root().join("openapi/graph-v1.0.json"));
    command.args(["--url", &format!("{}/v1.0", roster.url), "--checks", CHECKS, "--max-examples", EXAMPLES]);
    command.args(["--phases", "examples,coverage,fuzzing", "--generation-deterministic", "--workers", "1"]);
    command.args(["--no-color", "--warnings", "missing_auth", "--header"]);
    command.arg(format!("Authorization: Bearer {token}"));
    command.args(operations.iter().flat_map(|operation| ["--include-operation-id", operation]));
    run::succeed(command.current_dir(folder))
}

fn contract() -> Result<Value, String> {
    let contract = fs::read_to_string(run::root().join("openapi/graph-v1.0.json"));
    serde_json::from_str(&contract.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
}

/// The operations that only signed-in users may do, and the others.
fn operations(contract: &Value) -> (Vec<&str>, Vec<&str>) {
    let items = contract["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    let operations = items.flat_map(|item| item.as_object().into_iter().flat_map(|item| item.values()));
    let by_users = |operation: &&Value| {
        !alternatives(operation).iter().any(|alternative| alternative.get("application").is_some())
    };
    let named = |operation: &'_ Value| operation["operationId"].is_string();
    let (users, applications): (Vec<&Value>, Vec<&Value>) =
        operations.filter(|operation| named(operation)).partition(by_users);
    (ids(&users), ids(&applications))
}

fn ids<'d>(operations: &[&'d Value]) -> Vec<&'d str> {
    operations.iter().filter_map(|operation| operation["operationId"].as_str()).collect()
}

/// Every permission of an application that some operation names.
fn application_permissions(contract: &Value) -> Vec<String> {
    let items = contract["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    let operations = items.flat_map(|item| item.as_object().into_iter().flat_map(|item| item.values()));
    let entries = operations.flat_map(alternatives).filter_map(|entry| entry["application"].as_array());
    let names: BTreeSet<&str> = entries.flatten().filter_map(Value::as_str).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// The alternatives of what an operation needs.
fn alternatives(operation: &Value) -> &[Value] {
    operation["x-permissions"].as_array().map(Vec::as_slice).unwrap_or_default()
}
