//! `cargo xtask test`: the whole of what must pass, the same on a laptop and in CI.

use crate::{
    browser, consumers, coverage, dependencies, documents, forms, lint, openapi, roster, run, schemathesis,
    validators,
};
use clap::Args;
use std::{
    io::{BufRead, BufReader},
    ops::AddAssign,
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

/// The environment's variable that says for how many seconds tests make up input.
const INPUT_SECONDS: &str = "ROSTER_INPUT_SECONDS";

/// Pass the tests.
#[derive(Args)]
pub struct Test {
    /// Also what needs more than Rust and curl on the machine (strace, Node.js, Python, Go, Java, Maven, Chromium)
    #[arg(long)]
    all: bool,
    /// Take only the steps whose names contain this
    #[arg(long, value_name = "WORDS", default_value = "")]
    only: String,
}

/// A step: its name, and what fails with the reason.
type Step = (&'static str, fn() -> Result<(), String>);

/// What comes before the tests. The contract is first, before anything builds the client from one that is out of date.
const BEFORE: [Step; 5] = [
    ("contract", openapi::check_files),
    ("contract, compared with the released one", openapi::compare_with_released),
    ("formatting", check_format),
    ("lints", lint_code),
    ("docs", make_docs),
];

/// The step of `cargo test`.
const TESTS: &str = "tests";

/// What comes after the tests.
const AFTER: [Step; 2] = [("contract, covered", coverage::check), ("documents, followed", documents::follow)];

/// What needs more than Rust and curl. Most of it keeps one core busy, or waits, so two of these steps run side by side, and one
/// beside the tests: none writes where another one does. What takes long is begun first.
const FULL: [Step; 25] = [
    ("dependencies", dependencies::check),
    ("dependencies, used", dependencies::check_used),
    ("contract, linted", lint::contract),
    ("overlay for Microsoft's servers", forms::real_graph),
    ("release binary", roster::build),
    ("documents with Go, followed", documents::follow_go),
    ("contract, kept by the running server", schemathesis::run),
    ("Go client by ogen", consumers::ogen),
    ("Go client by openapi-generator", consumers::openapi_generator_go),
    ("contract, kept behind express-openapi-validator", validators::express),
    ("contract, kept behind Prism", validators::prism),
    ("documents with Java, followed", documents::follow_java),
    ("documents with Python, followed", documents::follow_python),
    ("documents with JavaScript, followed", documents::follow_javascript),
    ("documentation, in a browser", browser::docs_page),
    ("signing in, in a browser", browser::signing_in),
    ("documentation, published", browser::published),
    ("pages of other origins", browser::cross_origin),
    ("workflows, followed", forms::workflows),
    ("Postman collection", forms::collection),
    ("TypeScript client", consumers::typescript),
    ("Python client", consumers::python),
    ("TypeScript client by hey-api", consumers::hey_api),
    ("TypeScript client by odata2ts, of $metadata", consumers::odata2ts),
    // It builds where the tests are built, and would wait for them.
    ("Rust client by openapi-generator", consumers::openapi_generator_rust),
];

/// How many tests passed and failed.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
}

impl Test {
    /// Runs the task: each step, those after a failed one too, and the sum last.
    pub fn run(&self) -> Result<(), String> {
        let full = if self.all { &FULL[..] } else { &[] };
        let full = Mutex::new(self.asked(full));
        let tally = thread::scope(|scope| {
            let beside = scope.spawn(|| Tally::of(&full));
            let mut tally = self.built()?;
            tally += Tally::of(&full);
            tally += beside.join().unwrap_or(Tally { passed: 0, failed: 1 });
            Ok::<_, String>(tally)
        })?;
        println!("{} passed, {} failed", tally.passed, tally.failed);
        match tally {
            Tally { passed: 0, failed: 0 } => Err("no step has such a name".into()),
            Tally { failed: 0, .. } => Ok(()),
            _ => Err("some of it failed".into()),
        }
    }

    /// What cargo builds and tests.
    fn built(&self) -> Result<Tally, String> {
        let mut tally = Tally::of(&Mutex::new(self.asked(&BEFORE)));
        if TESTS.contains(&self.only) {
            let seen = coverage::begin()?;
            tally.tests(self.tests().env(coverage::VARIABLE, seen))?;
        }
        tally += Tally::of(&Mutex::new(self.asked(&AFTER)));
        Ok(tally)
    }

    fn asked<'s>(&self, steps: &'s [Step]) -> impl Iterator<Item = &'s Step> {
        steps.iter().filter(|(name, _)| name.contains(&self.only))
    }

    fn tests(&self) -> Command {
        let strace: &[&str] = if self.all { &["--features", "roster-server/strace"] } else { &[] };
        let mut tests = run::cargo(&[&["test", "--workspace", "--no-fail-fast"], strace].concat());
        if self.all {
            tests.env(INPUT_SECONDS, "60");
        }
        tests
    }
}

fn check_format() -> Result<(), String> {
    run::succeed(&mut run::cargo(&["fmt", "--all", "--check"]))
}

fn lint_code() -> Result<(), String> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    run::succeed(&mut run::cargo(&clippy))
}

fn make_docs() -> Result<(), String> {
    let doc = ["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"];
    run::succeed(run::cargo(&doc).env("RUSTDOCFLAGS", "-D warnings"))
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// Takes the steps from a queue, one after the other, until there are none.
    fn of<'s>(queue: &Mutex<impl Iterator<Item = &'s Step>>) -> Self {
        let mut tally = Self::default();
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        while let Some((name, step)) = next() {
            let began = Instant::now();
            let outcome = step();
            tally.step(&format!("{name} ({} s)", began.elapsed().as_secs()), outcome);
        }
        tally
    }

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
    fn tests(&mut self, command: &mut Command) -> Result<(), String> {
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
