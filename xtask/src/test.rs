//! `cargo xtask test`: the whole of what must pass, the same on a laptop and in CI.

use crate::{
    browser, consumers, coverage, dependencies, documents, forms, lint, openapi, run, schemathesis,
    validators,
};
use clap::Args;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// The environment's variable that says for how many seconds tests make up input.
const INPUT_SECONDS: &str = "ROSTER_INPUT_SECONDS";

/// Pass the tests.
#[derive(Args)]
pub struct Test {
    /// Also what needs more than Rust and curl on the machine (strace, Node.js, Python, Go, Java, Maven, Chromium)
    #[arg(long)]
    all: bool,
}

/// How many tests passed and failed.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
}

impl Test {
    /// Runs the task: each step, those after a failed one too, and the sum last.
    pub fn run(&self) -> Result<(), String> {
        let mut tally = Tally::default();
        // First, before anything builds the client from a contract that is out of date.
        tally.step("contract", openapi::check_files());
        tally.step("contract, compared with the released one", openapi::compare_with_released());
        tally.step("formatting", run::succeed(&mut run::cargo(&["fmt", "--all", "--check"])));
        let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        tally.step("lints", run::succeed(&mut run::cargo(&clippy)));
        let doc = ["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"];
        tally.step("docs", run::succeed(run::cargo(&doc).env("RUSTDOCFLAGS", "-D warnings")));
        let strace: &[&str] = if self.all { &["--features", "roster-server/strace"] } else { &[] };
        let seen = coverage::begin()?;
        let mut tests = run::cargo(&[&["test", "--workspace", "--no-fail-fast"], strace].concat());
        tests.env(coverage::VARIABLE, seen);
        if self.all {
            tests.env(INPUT_SECONDS, "60");
        }
        tally.tests(tests)?;
        tally.step("contract, covered", coverage::check());
        tally.step("documents, followed", documents::follow());
        if self.all {
            tally.step("dependencies", dependencies::check());
            tally.step("dependencies, used", dependencies::check_used());
            tally.step("contract, linted", lint::contract());
            tally.step("contract, kept by the running server", schemathesis::run());
            tally.step("contract, kept behind Prism", validators::prism());
            tally.step("contract, kept behind express-openapi-validator", validators::express());
            tally.step("workflows, followed", forms::workflows());
            tally.step("overlay for Microsoft's servers", forms::real_graph());
            tally.step("Postman collection", forms::collection());
            tally.step("TypeScript client", consumers::typescript());
            tally.step("Python client", consumers::python());
            tally.step("TypeScript client by hey-api", consumers::hey_api());
            tally.step("Go client by ogen", consumers::ogen());
            tally.step("Go client by openapi-generator", consumers::openapi_generator_go());
            tally.step("Rust client by openapi-generator", consumers::openapi_generator_rust());
            tally.step("documents with other languages, followed", documents::follow_other_languages());
            tally.step("documentation, in a browser", browser::docs_page());
            tally.step("documentation, published", browser::published());
            tally.step("pages of other origins", browser::cross_origin());
        }
        println!("{} passed, {} failed", tally.passed, tally.failed);
        if tally.failed == 0 { Ok(()) } else { Err("some of it failed".into()) }
    }
}

impl Tally {
    fn step(&mut self, name: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => {
                println!("ok     {name}");
                self.passed += 1;
            }
            Err(message) => {
                println!("FAILED {name}: {message}");
                self.failed += 1;
            }
        }
    }

    /// Runs a `cargo test`, shows what it prints, and adds up its sums.
    fn tests(&mut self, mut command: Command) -> Result<(), String> {
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        let before = self.failed;
        for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
            let line = line.map_err(|error| error.to_string())?;
            println!("{line}");
            if let Some(sum) = line.strip_prefix("test result: ") {
                self.passed += number_before(sum, " passed");
                self.failed += number_before(sum, " failed");
            }
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        if !status.success() && self.failed == before {
            // It didn't come as far as a test.
            self.step("cargo test", Err(status.to_string()));
        }
        Ok(())
    }
}

fn number_before(text: &str, word: &str) -> u32 {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
