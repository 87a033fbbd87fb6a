//! The project's own tasks: `cargo xtask --help` lists them.

mod browser;
mod lint;
mod lower;
mod openapi;
mod roster;
mod run;
mod test;
mod tools;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the contract's files, or check that they are up to date
    Openapi(openapi::Openapi),
    /// Pass the tests: contract, formatting, lints, docs, unit and round-trip tests
    Test(test::Test),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Openapi(task) => task.run(),
        Task::Test(task) => task.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
