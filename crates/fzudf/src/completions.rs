//! `fzudf completions`: what a shell needs to complete the command line.

use crate::{cli::Cli, exit::Failure, stdout};
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    // Not straight to stdout, where a reader that leaves early would be a panic.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "fzudf", &mut script);
    stdout::print(&String::from_utf8_lossy(&script))
}
