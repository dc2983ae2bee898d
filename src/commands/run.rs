//! `surgeplan run`: one scenario, its report, its tables and its pictures.

use super::load::{Override, Scenario};
use super::output::Folder;
use super::progress::Bar;
use super::{Failure, Verdict, print};
use crate::cli::{Common, Format, RunArgs};
use crate::report::{self, About};
use crate::sim::{self, TextTrace};
use crate::{sweep, verdict};

/// Lines of a trace that are printed; it is for reading.
const TRACE_LINES: usize = 100_000;

/// Runs the scenario.
pub(super) fn run(args: &RunArgs) -> Result<Verdict, Failure> {
    let common = &args.common;
    let scenario = Scenario::load(&common.file, &overrides(common))?;
    let model = scenario.model()?;
    if args.trace {
        return trace(&model);
    }
    let folder = Folder::prepare(common.out.as_deref(), &scenario, &report::RUN_FILES)?;
    let about = About { remarks: scenario.remarks(&model), ..about(&scenario, common) };
    let bar = Bar::new(common.quiet);
    let (result, files) = on_threads(common, || {
        let result = sweep::run_point(model, &bar);
        let files = report::run_files(&result, &about, !common.no_charts);
        (result, files)
    })?;
    bar.clear();
    folder.write(&files)?;
    if !common.quiet {
        print(&match common.format {
            Format::Text => {
                let text = report::run_text(&result, &about);
                format!("{text}\n{}", listing(&folder, &files))
            }
            Format::Json => report::run_json(&result, &about),
        })?;
    }
    Ok(Verdict::of(std::iter::once(&result.assessment)))
}

/// The keys that options set.
pub(super) fn overrides(common: &Common) -> Vec<Override> {
    let seed = common
        .seed
        .map(|seed| Override { option: "--seed", assignment: format!("run.seed={seed}") });
    let replications = common.replications.map(|count| Override {
        option: "--replications",
        assignment: format!("run.replications={count}"),
    });
    Override::all_set(&common.set).into_iter().chain(seed).chain(replications).collect()
}

pub(super) fn about(scenario: &Scenario, common: &Common) -> About {
    About {
        version: env!("CARGO_PKG_VERSION"),
        scenario: scenario.stem.clone(),
        scenario_digest: scenario.document.digest(),
        overrides: overrides(common).into_iter().map(|set| set.assignment).collect(),
        files: scenario.files(),
        remarks: Vec::new(),
    }
}

pub(super) fn on_threads<T: Send>(
    common: &Common,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Failure> {
    sweep::on_threads(common.threads.map(usize::from), work)
        .map_err(|reason| Failure::new(format!("error: cannot start threads: {reason}")))
}

/// What was written where.
pub(super) fn listing(folder: &Folder, files: &[(String, Vec<u8>)]) -> String {
    let pictures = files.iter().filter(|(name, _)| name.ends_with(".png")).count();
    let mut names: Vec<&str> = files
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !name.ends_with(".png"))
        .collect();
    names.sort_unstable();
    let pictures = match pictures {
        0 => None,
        1 => Some("1 picture".to_owned()),
        many => Some(format!("{many} pictures")),
    };
    let items: Vec<&str> = names.into_iter().chain(pictures.as_deref()).collect();
    folded(&format!("  {}/:", folder.shown()), &items)
}

/// Columns that printed lines keep to, as the report does.
const WIDTH: usize = 100;

/// `items` after `start`, with commas between, going on in the next line where one is full.
fn folded(start: &str, items: &[&str]) -> String {
    let mut lines = vec![start.to_owned()];
    for (at, item) in items.iter().enumerate() {
        let comma = if at + 1 < items.len() { "," } else { "" };
        let line = lines.last_mut().expect("there is a first line");
        if line.chars().count() + 1 + item.chars().count() + comma.len() > WIDTH {
            lines.push(format!("    {item}{comma}"));
        } else {
            line.push_str(&format!(" {item}{comma}"));
        }
    }
    lines.join("\n") + "\n"
}

/// Prints the first replication event by event.
fn trace(model: &crate::model::Model) -> Result<Verdict, Failure> {
    let (measurements, trace) = sim::run_traced(model, 0, TextTrace::new(TRACE_LINES));
    let mut text = trace.lines.join("\n");
    text.push('\n');
    if trace.dropped > 0 {
        text.push_str(&format!(
            "… and {} lines more: shorten the run with `--set run.horizon=\"10s\"`\n",
            trace.dropped
        ));
    }
    print(&text)?;
    let assessment = verdict::Assessment::of(model, std::slice::from_ref(&measurements));
    Ok(Verdict::of(std::iter::once(&assessment)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_goes_on_in_the_next_line() {
        assert_eq!(
            folded("  results/x/:", &["a.csv", "1 picture"]),
            "  results/x/: a.csv, 1 picture\n"
        );
        let names: Vec<String> = (0..40).map(|at| format!("table_{at}.csv")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let text = folded("  results/x/:", &names);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.split_whitespace().skip(1).collect::<Vec<_>>().join(" "), names.join(", "));
    }
}
