//! Dependencies: that they are used, and their licences, sources and known vulnerabilities, by `deny.toml`.

use crate::{run, tools};

/// What cargo-deny prints when it can't reach the list of known vulnerabilities.
const NOT_FETCHED: &str = "failed to fetch advisory database";

/// Fails on a dependency that a package names and doesn't use.
pub fn check_used() -> Result<(), String> {
    run::captured(&mut tools::cargo_shear()?).map(drop)
}

/// Fails on a licence, a source or a version that isn't allowed, and on a dependency with a known vulnerability. If the list of
/// those can't be fetched, it says so and doesn't check them.
pub fn check() -> Result<(), String> {
    run::captured(tools::cargo_deny()?.args(["check", "bans", "licenses", "sources"]))?;
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
