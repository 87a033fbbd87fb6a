//! `roster completions`: what a shell needs to complete commands and their flags.

use super::{Cli, Error, print};
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  roster completions bash > ~/.local/share/bash-completion/completions/roster")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<(), Error> {
        let mut script = Vec::new();
        // Into memory first: it would panic where its output isn't read.
        generate(self.shell, &mut Cli::command(), "roster", &mut script);
        print(String::from_utf8_lossy(&script).trim_end())
    }
}
