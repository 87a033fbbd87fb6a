//! `cargo xtask torture`: the long form of the tests that try to break the server.

use crate::run;
use clap::Args;
use std::process::{Child, Command};

/// The environment variable that the campaigns read.
const MINUTES: &str = "ROSTER_TORTURE_MINUTES";

/// Campaigns of one test binary that run at once: all of them.
const AT_ONCE: &str = "32";

/// The campaigns that measure times, which the tests don't run. They run one after the other, without others beside them that
/// would change what is measured.
const TIMED: [&str; 2] = ["campaigns::overload", "campaigns::fairness"];

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
    /// Runs the campaigns of the release build: those that measure times, and then the others side by side. They print their
    /// counts.
    pub fn run(&self) -> Result<(), String> {
        let named = format!("campaigns::{}", self.only);
        let list = ["--test", "process", "--test", "graph", "--", "--list", &named];
        if !run::captured(tests().args(list))?.printed.contains(": test") {
            return Err("no campaign has such a name".into());
        }
        let mut passed = true;
        for timed in TIMED.into_iter().filter(|timed| timed.starts_with(&named) || named.starts_with(timed)) {
            let name = if named.len() > timed.len() { &named } else { timed };
            passed &= ends_well(self.begin(&["--test", "process", "--", name, "--ignored"], "1")?);
        }
        let begin = |binary| self.begin(&["--test", binary, "--", &named], AT_ONCE);
        passed &= [begin("process")?, begin("graph")?].map(ends_well) == [true, true];
        if passed { Ok(()) } else { Err("a campaign failed".into()) }
    }

    /// Starts the campaigns that these arguments name, this many at once.
    fn begin(&self, arguments: &[&str], at_once: &str) -> Result<Child, String> {
        let mut tests = tests();
        tests.args(arguments).args(["--nocapture", "--test-threads", at_once]);
        tests.env(MINUTES, self.minutes.to_string()).spawn().map_err(|error| error.to_string())
    }
}

fn ends_well(mut tests: Child) -> bool {
    tests.wait().is_ok_and(|status| status.success())
}

fn tests() -> Command {
    run::cargo(&["test", "--release", "--package", "roster-server", "--features", "strace", "--no-fail-fast"])
}
