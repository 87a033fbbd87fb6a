//! `cargo xtask torture`: the long form of the tests that try to break the server.

use crate::run;
use clap::Args;

/// The environment's variable that the campaigns read.
const MINUTES: &str = "ROSTER_TORTURE_MINUTES";

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
    /// Runs the campaigns of the release build, which print their counts. Those of one test binary run side by side.
    pub fn run(&self) -> Result<(), String> {
        let test =
            ["test", "--release", "--package", "roster-server", "--features", "strace", "--no-fail-fast"];
        let named = format!("campaigns::{}", self.only);
        let mut tests = run::cargo(&test);
        tests.args(["--test", "process", "--test", "graph", "--", "--nocapture", &named]);
        run::succeed(tests.env(MINUTES, self.minutes.to_string()))
    }
}
