//! The command line: what can be typed. No logic.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Will this plan carry the load? Simulates a communications platform message by message, and
/// says whether its targets are met, how sure that is, and what binds.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = EXAMPLES_AND_EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES_AND_EXIT_CODES: &str = "Examples:
  surgeplan check mine.toml
  surgeplan run mine.toml --set service.api.instances=40
  surgeplan sweep mine.toml --vary service.api.instances=8..128

Exit codes, for every command:
  0  done, and every target is met (or there is none)
  1  done, and a target is not met, or undecided; of a sweep, at any of its values
  2  could not run: a problem in the scenario, the arguments or the output folder";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a scenario: report, tables and pictures.
    Run(RunArgs),
    /// Run a scenario with one key varied: targets against the values tried.
    Sweep(SweepArgs),
    /// Validate scenarios without running them.
    Check(CheckArgs),
}

/// What every command that runs a scenario takes.
#[derive(Args, Debug)]
pub struct Common {
    /// The scenario, a TOML file.
    pub file: PathBuf,
    /// Set a key of the scenario, such as `service.api.instances=40` or
    /// `carrier.operator.rate=300/s`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The seed, instead of the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How many replications, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub replications: Option<u32>,
    /// Where tables and pictures go [default: results/FILE-STEM].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What is printed on stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Threads to run on [default: one a core]; results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Draw no pictures.
    #[arg(long)]
    pub no_charts: bool,
    /// No progress on stderr, no report on stdout; files and exit code only.
    #[arg(long)]
    pub quiet: bool,
}

/// `surgeplan run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// Print what happens in the first replication, event by event, instead of the report; for
    /// small runs.
    #[arg(long, conflicts_with_all = ["format", "quiet"])]
    pub trace: bool,
}

/// `surgeplan sweep`.
#[derive(Args, Debug)]
pub struct SweepArgs {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// The key to vary and its values: `service.api.instances=8,16,32..128`, or
    /// `carrier.operator.rate=100/s,200/s`. `A..B` doubles from A up to B, `A..B+S` goes in steps
    /// of S, `A..B*F` by factors of F; A and B may have a unit: `8/s..128/s`.
    #[arg(long, value_name = "KEY=VALUES")]
    pub vary: String,
}

/// `surgeplan check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The scenarios.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Set a key of each scenario first.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// What is printed on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A report for people.
    Text,
    /// The whole result as one document.
    Json,
}
