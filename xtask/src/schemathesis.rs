//! Tests the running server with requests that are generated from the contract: schemathesis, a property-based tester.

use crate::{
    contract::{self, Operation},
    roster::Roster,
    run, tools,
};
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

/// What can end or disable the caller itself, whose id earlier answers and examples tell. Each is tested on a server of its own.
const ENDING: [&str; 6] = [
    "delete_application",
    "delete_service_principal",
    "update_service_principal",
    "delete_directory_object",
    "update_me",
    "revoke_my_sign_in_sessions",
];

/// What wants a proof that nobody makes up: without one that counts it is 401.
const WANTING_PROOF: [&str; 4] = [
    "add_application_key",
    "remove_application_key",
    "add_service_principal_key",
    "remove_service_principal_key",
];

/// Fails on any answer that the contract doesn't promise.
pub fn run() -> Result<(), String> {
    let contract = contract::read()?;
    let (by_users, by_applications) = operations(&contract);
    let roles = application_permissions(&contract);
    let roles: Vec<&str> = roles.iter().flat_map(|role| ["--role", role]).collect();
    let application = |roster: &Roster| roster.token(&[&["--app", "sample"], &*roles].concat());
    test(application, "list_users", &by_applications)?;
    test(Roster::user_token, "get_me", &by_users)
}

/// Tests these operations as this caller, on separate servers. That `proof` is answered afterwards shows that the caller was
/// allowed to do something up to the end.
fn test(
    caller: impl Fn(&Roster) -> Result<String, String>,
    proof: &str,
    operations: &[&str],
) -> Result<(), String> {
    let (ending, others): (Vec<&str>, Vec<&str>) =
        operations.iter().partition(|operation| ENDING.contains(*operation));
    let (wanting_proof, others): (Vec<&str>, Vec<&str>) =
        others.into_iter().partition(|operation| WANTING_PROOF.contains(operation));
    let separately = ending.chunks(1).map(|operation| vec![operation]);
    for one_after_the_other in std::iter::once(vec![&*others, &*wanting_proof, &[proof]]).chain(separately) {
        let roster = Roster::start()?;
        let token = caller(&roster)?;
        one_after_the_other.into_iter().try_for_each(|operations| check(&roster, &token, operations))?;
    }
    Ok(())
}

/// Tests these operations. One that answers nothing but refusals of the caller wasn't tested: that fails too, but where a proof lacks.
fn check(roster: &Roster, token: &str, operations: &[&str]) -> Result<(), String> {
    if operations.is_empty() {
        return Ok(());
    }
    let warnings =
        if operations.iter().all(|it| WANTING_PROOF.contains(it)) { "off" } else { "missing_auth" };
    let folder = run::target().join("schemathesis");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    fs::write(folder.join("schemathesis.toml"), SETTINGS).map_err(|error| error.to_string())?;
    let mut command = Command::new(tools::python()?.join("schemathesis"));
    command.arg("run").arg(contract::path());
    command.args(["--url", &format!("{}/v1.0", roster.url), "--checks", CHECKS, "--max-examples", EXAMPLES]);
    command.args(["--phases", "examples,coverage,fuzzing", "--generation-deterministic", "--workers", "1"]);
    command.args(["--no-color", "--warnings", warnings, "--header"]);
    command.arg(format!("Authorization: Bearer {token}"));
    command.args(operations.iter().flat_map(|operation| ["--include-operation-id", operation]));
    let printed = run::captured(command.current_dir(folder))?.printed;
    printed.lines().filter(|line| line.contains(" generated, ")).for_each(|line| println!("     {line}"));
    Ok(())
}

/// The operations that only signed-in users may do, and the others.
fn operations(contract: &Value) -> (Vec<&str>, Vec<&str>) {
    let (applications, users): (Vec<_>, Vec<_>) =
        contract::operations(contract).partition(|operation| operation.is_for_applications());
    (ids(&users), ids(&applications))
}

fn ids<'d>(operations: &[Operation<'d>]) -> Vec<&'d str> {
    operations.iter().map(|operation| operation.id()).collect()
}

/// Every permission of an application that some operation names.
fn application_permissions(contract: &Value) -> BTreeSet<&str> {
    let alternatives = contract::operations(contract).flat_map(|operation| operation.permissions());
    let names = alternatives.filter_map(|alternative| alternative["application"].as_array());
    names.flatten().filter_map(Value::as_str).collect()
}
