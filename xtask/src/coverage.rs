//! Contract coverage: the tests saw each response that the contract promises. They record what they saw in the file that
//! `ROSTER_CONTRACT_COVERAGE` names.

use crate::{contract, run};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf};

/// The variable that tells the tests where to write.
pub const VARIABLE: &str = "ROSTER_CONTRACT_COVERAGE";

/// Responses that no test provokes, and why.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// The file that the tests write to, empty.
pub fn begin() -> Result<PathBuf, String> {
    let file = run::target().join("contract-coverage.txt");
    fs::create_dir_all(run::target())
        .and_then(|()| fs::write(&file, ""))
        .map_err(|error| error.to_string())?;
    Ok(file)
}

/// Fails on a promised response that wasn't seen, and on an exception that isn't needed.
pub fn check() -> Result<(), String> {
    let read =
        |path: PathBuf| fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()));
    let seen = read(run::target().join("contract-coverage.txt"))?;
    let seen: BTreeSet<String> = seen.lines().map(str::to_owned).collect();
    let promised = promised(&contract::read()?);
    let missed: Vec<&String> = promised.difference(&seen).collect();
    println!(
        "       {} of {} answers that the contract promises were seen",
        promised.len() - missed.len(),
        promised.len()
    );
    let excepted = |answer: &str| EXCEPTIONS.iter().any(|(exception, _)| *exception == answer);
    let missed: Vec<&str> =
        missed.into_iter().map(String::as_str).filter(|answer| !excepted(answer)).collect();
    let needless: Vec<&str> =
        EXCEPTIONS.iter().map(|(answer, _)| *answer).filter(|answer| seen.contains(*answer)).collect();
    match (missed.as_slice(), needless.as_slice()) {
        ([], []) => Ok(()),
        ([], needless) => Err(format!("no exceptions are needed for {}", needless.join(", "))),
        (missed, _) => Err(format!("no test saw {}", missed.join(", "))),
    }
}

/// `operation status` of each answer.
fn promised(contract: &Value) -> BTreeSet<String> {
    let answers = contract::operations(contract).flat_map(|operation| {
        operation.responses().map(move |(status, _)| format!("{} {status}", operation.id()))
    });
    answers.collect()
}
