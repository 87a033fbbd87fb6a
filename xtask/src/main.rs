//! The project's own tasks: `cargo xtask --help` lists them.

mod bench;
mod breaking;
mod browser;
mod consumers;
mod contract;
mod coverage;
mod dependencies;
mod documents;
mod forms;
mod lint;
mod lower;
mod markdown;
mod openapi;
mod portal;
mod publish;
mod release;
mod roster;
mod run;
mod schemathesis;
mod test;
mod tools;
mod torture;
mod validators;

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
    /// Measure the release binary beside what the machine can do
    Bench(bench::Bench),
    /// Follow the documents as a newcomer does: run their command lines in an empty folder
    Documents(documents::Documents),
    /// Write the contract's files, check them, compare them with the released contract, or release them
    Openapi(openapi::Openapi),
    /// Write the folder that is published: the contract in each form, its site, its sums
    Publish(publish::Publish),
    /// Serve the handlers that the bench measures the server against
    #[command(hide = true)]
    Reference(bench::Reference),
    /// Pass the tests: contract, formatting, lints, docs, unit and round-trip tests
    Test(test::Test),
    /// Try to break the server for long: kill it, cut its power, fill its disk, flood it, attack it
    Torture(torture::Torture),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Bench(task) => task.run(),
        Task::Documents(task) => task.run(),
        Task::Openapi(task) => task.run(),
        Task::Publish(task) => task.run(),
        Task::Reference(task) => task.run(),
        Task::Test(task) => task.run(),
        Task::Torture(task) => task.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
