//! `cargo xtask bench`: the release binary under load, beside references that are measured in the same run. A ratio tells
//! how near the server comes to what the machine can do; an absolute figure tells of the machine.

mod directory;
mod load;
mod process;
mod reference;
mod scenario;
mod world;

use crate::run;
use clap::Args;
pub use reference::Reference;
use scenario::{Outcome, Scenario};
use serde_json::json;
use std::{fs, path::PathBuf, time::Duration};
use world::World;

/// Rounds that are measured, each of the reference and then of ours.
const ROUNDS: usize = 3;

/// Measure the release binary beside what the machine can do.
#[derive(Args)]
pub struct Bench {
    /// Run only the scenarios with these names, or whose names begin with them
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// How long each round takes
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Write the figures into this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Bench {
    /// Builds the server and this program as releases, and lets the latter measure.
    pub fn run(&self) -> Result<(), String> {
        if cfg!(debug_assertions) {
            let packages = ["--package", "roster-server", "--package", "xtask"];
            run::succeed(run::cargo(&["build", "--release", "--quiet", "--bins"]).args(packages))?;
            let release = run::target().join("release/xtask");
            return run::succeed(std::process::Command::new(release).args(std::env::args_os().skip(1)));
        }
        let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        let outcomes = runtime.block_on(self.measure())?;
        if let Some(file) = &self.json {
            let text = format!("{:#}\n", json!({"scenarios": outcomes}));
            fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        let missed = outcomes.iter().filter(|outcome| outcome.is_reached() == Some(false)).count();
        if missed == 0 { Ok(()) } else { Err(format!("{missed} below their bars")) }
    }

    async fn measure(&self) -> Result<Vec<Outcome>, String> {
        let wanted = |scenario: &Scenario| {
            self.only.is_empty() || self.only.iter().any(|name| scenario.name.starts_with(name.as_str()))
        };
        let scenarios: Vec<Scenario> = scenario::all().into_iter().filter(wanted).collect();
        if scenarios.is_empty() {
            return Err("no scenario has such a name".into());
        }
        eprintln!("making a directory of {} users ...", directory::LARGE + directory::OTHERS);
        let mut world = World::create().await?;
        let mut outcomes = Vec::new();
        println!("{HEADINGS}");
        for scenario in scenarios {
            let outcome = scenario.run(&mut world, Duration::from_secs_f64(self.seconds)).await;
            let outcome = outcome.map_err(|error| format!("{}: {error}", scenario.name))?;
            println!("{}", line(&outcome));
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

const HEADINGS: &str = "| scenario | ours | against | reference | ratio | at least | aim | | p50 / p99 / p99.9 ms | CPU µs | peak MB |
|---|---:|---|---:|---:|---:|---:|---|---:|---:|---:|";

/// One line of the table.
fn line(outcome: &Outcome) -> String {
    let digits = |value: f64| {
        if value >= 1000.0 {
            format!("{value:.0}")
        } else if value >= 10.0 {
            format!("{value:.1}")
        } else {
            format!("{value:.2}")
        }
    };
    let optional = |value: Option<f64>| value.map(digits).unwrap_or_default();
    let verdict = match outcome.is_reached() {
        Some(true) => "reached",
        Some(false) => "missed",
        None => "",
    };
    let unit = outcome.unit;
    let with_unit = |value: f64| format!("{} {unit}", digits(value));
    let latency = outcome.latency_ms.map(|latency| latency.map(digits).join(" / ")).unwrap_or_default();
    let ratio = outcome.reference.map(|_| outcome.ratio);
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {verdict} | {latency} | {} | {} |",
        outcome.name,
        with_unit(outcome.ours),
        outcome.against,
        outcome.reference.map(with_unit).unwrap_or_default(),
        optional(ratio),
        optional(outcome.bar),
        optional(outcome.aim),
        optional(outcome.processor_us),
        optional(outcome.peak_memory_mb),
    )
}
