//! The contract as the linters of other ecosystems see it: redocly and spectral, with the rules that they bring, and the
//! parsers on which other tools are built.

use crate::{contract, run, tools};
use std::process::Command;

const DOCUMENTS: [&str; 3] =
    [contract::FILE, "openapi/graph-v1.0.openapi-3.0.json", "openapi/graph-v1.0.dereferenced.json"];

/// Fails on any error or warning, and where a document isn't OpenAPI by OpenAPI's own schema.
pub fn contract() -> Result<(), String> {
    with_redocly(&DOCUMENTS)?;
    let mut spectral = Command::new(tools::node()?.join("node_modules/.bin/spectral"));
    spectral
        .args(["lint", "--ruleset", "xtask/tools/spectral.yaml", "--fail-severity", "warn"])
        .args(DOCUMENTS);
    run::captured(spectral.current_dir(run::root()))?;
    let mut parser = Command::new("node");
    parser.arg("xtask/tools/swagger-parser.mjs").arg(tools::node()?).args(DOCUMENTS);
    run::captured(parser.current_dir(run::root()))?;
    let mut validator = Command::new(tools::python()?.join("openapi-spec-validator"));
    run::captured(validator.args(DOCUMENTS).current_dir(run::root())).map(drop)
}

/// Fails where redocly's strictest own rules find anything in these documents.
pub fn with_redocly(documents: &[&str]) -> Result<(), String> {
    let mut redocly = tools::redocly()?;
    redocly.args(["lint", "--extends", "recommended-strict", "--format", "summary"]).args(documents);
    run::captured(redocly.current_dir(run::root())).map(drop)
}
