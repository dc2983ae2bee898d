//! One file a subcommand: the only place with files, standard output, clocks and progress bars.

mod check;
mod load;
mod output;
mod progress;
mod run;
mod sweep;

use std::io::Write;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::verdict::Assessment;

/// Why a command could not run, as it is shown.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// How a command that ran came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Every target is met, or there is none.
    Met,
    /// A target is not met, or undecided.
    NotMet,
}

impl Verdict {
    fn of<'a>(mut assessments: impl Iterator<Item = &'a Assessment>) -> Self {
        if assessments.all(Assessment::all_met) { Self::Met } else { Self::NotMet }
    }
}

/// Runs the command; its exit code is 0, 1 or 2 as the help says.
pub fn dispatch(cli: Cli) -> ExitCode {
    let done = match &cli.command {
        Command::Run(args) => run::run(args),
        Command::Sweep(args) => sweep::run(args),
        Command::Check(args) => check::run(args),
    };
    match done {
        Ok(Verdict::Met) => ExitCode::SUCCESS,
        Ok(Verdict::NotMet) => ExitCode::from(1),
        Err(Failure(message)) => {
            // Nobody is left to tell if stderr is gone.
            let _ = writeln!(std::io::stderr(), "{}", message.trim_end());
            ExitCode::from(2)
        }
    }
}

/// Prints on stdout; a reader that has gone away is not an error.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("error: cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}
