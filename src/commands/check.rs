//! `surgeplan check`: validates scenarios without running them.

use super::load::{Override, Scenario};
use super::{Failure, Verdict, print};
use crate::cli::CheckArgs;
use crate::model::Model;

/// Checks every file, and shows the problems of all.
pub(super) fn run(args: &CheckArgs) -> Result<Verdict, Failure> {
    let mut failures = Vec::new();
    for file in &args.files {
        let checked = Scenario::load(file, &Override::all_set(&args.set))
            .and_then(|scenario| scenario.model().map(|model| (scenario.remarks(&model), model)));
        match checked {
            Ok((remarks, model)) => {
                print(&format!("{}: ok, {}\n", file.display(), summary(&model)))?;
                for remark in remarks {
                    print(&format!("  note: {remark}\n"))?;
                }
            }
            Err(Failure(message)) => failures.push(message),
        }
    }
    if failures.is_empty() { Ok(Verdict::Met) } else { Err(Failure::new(failures.join("\n"))) }
}

fn summary(model: &Model) -> String {
    let count = |number: usize, one: &str, many: &str| {
        format!("{number} {}", if number == 1 { one } else { many })
    };
    [
        count(model.sources.len(), "traffic stream", "traffic streams"),
        count(model.services.len(), "service", "services"),
        count(model.carriers() as usize, "carrier", "carriers"),
        count(model.targets.len(), "target", "targets"),
    ]
    .join(", ")
}
