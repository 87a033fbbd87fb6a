//! What is built in from elsewhere: that it is used, and its licences, sources and known faults, as `deny.toml` asks.

use crate::{run, tools};

/// How cargo-deny says that it couldn't reach the list of known faults.
const NOT_FETCHED: &str = "failed to fetch advisory database";

/// Fails on a dependency that a package names and doesn't use.
pub fn check_used() -> Result<(), String> {
    run::captured(&mut tools::cargo_shear()?).map(drop)
}

/// Fails on a licence, a source or a version that isn't allowed, and on a dependency with a known fault. Where the list of
/// known faults can't be fetched, that is said, and they aren't looked at.
pub fn check() -> Result<(), String> {
    run::succeed(tools::cargo_deny()?.args(["check", "bans", "licenses", "sources"]))?;
    match run::captured(tools::cargo_deny()?.args(["check", "advisories"])) {
        Ok(_) => Ok(()),
        Err(message) if message.contains(NOT_FETCHED) => {
            println!(
                "       the list of known faults can't be fetched from here: advisories weren't looked at"
            );
            Ok(())
        }
        Err(message) => Err(message),
    }
}
