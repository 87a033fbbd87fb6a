//! `cargo xtask bench`: the release binary under load, beside references that are measured in the same run. A ratio tells
//! how near the server comes to what the machine can do; an absolute figure tells of the machine.

mod batches;
mod creations;
mod directory;
mod dynamic_groups;
mod index;
mod large_scenarios;
mod load;
mod nested_directory;
mod people;
mod process;
mod query_scenarios;
mod reference;
mod scenario;
mod seeded;
mod tls;
mod world;

use crate::run;
use clap::Args;
use large_scenarios::Large;
use nested_directory::Sizes;
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
    /// How long `long-creations` takes, which runs only where it is named
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0)]
    creating: f64,
    /// How many rules `dynamic-groups` has, which runs only where it is named
    #[arg(long, value_name = "NUMBER", default_value_t = 500)]
    rules: usize,
    #[command(flatten)]
    sizes: Sizes,
    /// Keep the directory of queries and nesting in this folder, or use the one that was kept there
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
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
        let (large, nested) = (self.wanted(large_scenarios::all()), self.wanted(query_scenarios::all()));
        let is_named = |scenario: &str| self.only.iter().any(|name| scenario.starts_with(name.as_str()));
        let (creates_long, has_rules) = (is_named(creations::NAME), is_named(dynamic_groups::NAME));
        if large.is_empty() && nested.is_empty() && !creates_long && !has_rules {
            return Err("no scenario has such a name".into());
        }
        let time = Duration::from_secs_f64(self.seconds);
        let mut outcomes = Vec::new();
        if !large.is_empty() {
            outcomes = run_all(&mut World::<Large>::create().await?, large, time).await?;
        }
        if !nested.is_empty() || creates_long || has_rules {
            let mut world = World::<Sizes>::create(self.sizes, self.keep.as_deref()).await?;
            outcomes.extend(run_all(&mut world, nested, time).await?);
            let mut long = Vec::new();
            if creates_long {
                let creating = Duration::from_secs_f64(self.creating);
                long.extend(creations::create_long(&mut world, creating).await?);
            }
            if has_rules {
                long.extend(dynamic_groups::measure(&mut world, self.rules, time).await?);
            }
            long.iter().for_each(|outcome| println!("{}", line(outcome)));
            outcomes.extend(long);
        }
        Ok(outcomes)
    }

    fn wanted<D>(&self, scenarios: Vec<Scenario<D>>) -> Vec<Scenario<D>> {
        let is_wanted = |scenario: &Scenario<D>| {
            self.only.is_empty() || self.only.iter().any(|name| scenario.name.starts_with(name.as_str()))
        };
        scenarios.into_iter().filter(is_wanted).collect()
    }
}

async fn run_all<D>(
    world: &mut World<D>,
    scenarios: Vec<Scenario<D>>,
    time: Duration,
) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    println!("{HEADINGS}");
    for scenario in scenarios {
        let outcome = scenario.run(world, time).await;
        let outcome = outcome.map_err(|error| format!("{}: {error}", scenario.name))?;
        println!("{}", line(&outcome));
        outcomes.push(outcome);
    }
    Ok(outcomes)
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
