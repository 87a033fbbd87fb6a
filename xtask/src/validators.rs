//! The running server behind validators of the contract: they stand between client and server, and hold each request and
//! each answer against it. `tools/requests.mjs` sends each operation's example through them.

use crate::{contract, roster::Roster, run, tools};
use std::process::Command;

/// Behind Prism.
pub fn prism() -> Result<(), String> {
    exchange("prism.mjs")
}

/// Behind express-openapi-validator.
pub fn express() -> Result<(), String> {
    exchange("express-openapi-validator.mjs")
}

/// Fails on any request or answer that the validator of this script finds against the contract.
fn exchange(script: &str) -> Result<(), String> {
    let server = Roster::start()?;
    // Between them they may do everything.
    let application = server.token(&["--app", "sample-all"])?;
    let user = server.user_token()?;
    let mut command = Command::new("node");
    command.arg(run::root().join("xtask/tools").join(script));
    command.arg(contract::path()).arg(&server.url).arg(tools::node()?);
    run::captured(command.args([application, user])).map(drop)
}
