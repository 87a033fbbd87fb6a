//! `cargo xtask torture`: the long form of the tests that try to break the server.

use crate::run;
use clap::Args;
use std::process::Command;

/// The environment's variable that the campaigns read.
const MINUTES: &str = "ROSTER_TORTURE_MINUTES";

/// Campaigns of one test binary that run at once: all of them.
const AT_ONCE: &str = "32";

/// Try to break the server for long: kill it, cut its power, fill its disk, flood it, attack it.
#[derive(Args)]
pub struct Torture {
    /// For how many minutes each campaign goes on
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Run only the campaigns whose name contains this
    #[arg(long, default_value = "")]
    only: String,
}

impl Torture {
    /// Runs the campaigns of the release build side by side. They print their counts.
    pub fn run(&self) -> Result<(), String> {
        let named = format!("campaigns::{}", self.only);
        let list = ["--test", "process", "--test", "graph", "--", "--list", &named];
        if !run::captured(tests().args(list))?.printed.contains(": test") {
            return Err("no campaign has such a name".into());
        }
        let begin = |binary: &str| {
            let mut tests = tests();
            tests.args(["--test", binary, "--", "--nocapture", "--test-threads", AT_ONCE, &named]);
            tests.env(MINUTES, self.minutes.to_string()).spawn().map_err(|error| error.to_string())
        };
        let running = [begin("process")?, begin("graph")?];
        let ends = running.map(|mut tests| tests.wait().is_ok_and(|status| status.success()));
        if ends == [true, true] { Ok(()) } else { Err("a campaign failed".into()) }
    }
}

fn tests() -> Command {
    run::cargo(&["test", "--release", "--package", "roster-server", "--features", "strace", "--no-fail-fast"])
}
