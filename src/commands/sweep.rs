//! `surgeplan sweep`: one scenario, one key varied.

use super::load::{Scenario, refusal};
use super::output::Folder;
use super::progress::Bar;
use super::run::{about, listing, on_threads, overrides};
use super::{Failure, Verdict, print};
use crate::cli::{Format, SweepArgs};
use crate::model::Model;
use crate::report;
use crate::scenario::NAMED;
use crate::sweep::{self, Vary};

/// Runs the scenario once for each value.
pub(super) fn run(args: &SweepArgs) -> Result<Verdict, Failure> {
    let common = &args.common;
    let vary = Vary::parse(&args.vary)
        .map_err(|error| Failure::new(format!("error: in `--vary {}`, {error}", args.vary)))?;
    let scenario = Scenario::load(&common.file, &overrides(common))?;
    // Every point is checked before the first one runs.
    let models: Vec<Result<Model, Failure>> = vary
        .values
        .iter()
        .map(|value| {
            let mut document = scenario.document.clone();
            match document.set_known("--vary", &format!("{}={value}", vary.key), &NAMED) {
                Ok(()) => scenario.model_of(&document),
                Err(problems) => Err(refusal(&document, &problems)),
            }
        })
        .collect();
    let models = all_or_problems(models)?;
    let folder = Folder::prepare(common.out.as_deref(), &scenario, &report::SWEEP_FILES)?;
    let mut about = about(&scenario, common);
    for model in &models {
        about.remarks.extend(scenario.remarks(model));
    }
    about.remarks.dedup();
    let bar = Bar::new(common.quiet);
    let (points, files) = on_threads(common, || {
        let results = sweep::run_points(models, &bar);
        let points: Vec<_> = vary.values.iter().cloned().zip(results).collect();
        let files = report::sweep_files(&vary.key, &points, &about, !common.no_charts);
        (points, files)
    })?;
    bar.clear();
    folder.write(&files)?;
    if !common.quiet {
        print(&match common.format {
            Format::Text => {
                let text = report::sweep_text(&vary.key, &points, &about);
                format!("{text}\n{}", listing(&folder, &files))
            }
            Format::Json => report::sweep_json(&vary.key, &points, &about),
        })?;
    }
    Ok(Verdict::of(points.iter().map(|(_, result)| &result.assessment)))
}

/// The models, or the problems of all values that have some. Where every value has, it is the key
/// or the scenario, and the first value's problems tell as much as all.
fn all_or_problems(models: Vec<Result<Model, Failure>>) -> Result<Vec<Model>, Failure> {
    let count = models.len();
    let (mut good, mut failures) = (Vec::with_capacity(count), Vec::new());
    for model in models {
        match model {
            Ok(model) => good.push(model),
            Err(Failure(message)) => failures.push(message),
        }
    }
    if failures.len() == count {
        failures.truncate(1);
    }
    if failures.is_empty() { Ok(good) } else { Err(Failure::new(failures.join("\n"))) }
}
