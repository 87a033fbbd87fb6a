//! The binary `roster`.

use mimalloc::MiMalloc;
use roster_server::cli::Cli;
use std::process::ExitCode;

/// Requests take and give back memory on several threads at once, for which the system's allocator holds locks.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    Cli::read().run().await
}
