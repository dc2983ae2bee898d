//! The binary: parse arguments, run the command, exit with its code.

use std::process::ExitCode;

use clap::Parser;
use surgeplan::{cli::Cli, commands};

fn main() -> ExitCode {
    // A reader that closes the pipe early (`| head`) ends the program, not its wits.
    let cli = Cli::parse();
    commands::dispatch(cli)
}
