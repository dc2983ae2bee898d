//! Calls that wait for themselves, and messages that are handed round for ever.

use super::operations::Operations;
use crate::language::Problems;
use crate::model::{Callee, OperationId, SiteId, Step, Times};

/// Records each cycle of calls, and each cycle of hand-overs that no message can leave.
pub(super) fn check(operations: &Operations, problems: &mut Problems) {
    let calls = |operation: OperationId| -> Vec<SiteId> {
        operations.calls_of(Callee::Operation(operation)).collect()
    };
    let before = problems.len();
    report(operations, calls, "these calls wait for one another", CALL_HINT, problems);
    let handed_on = |operation: OperationId| -> Vec<SiteId> {
        let certain = |step: &Step| match step {
            Step::HandTo { site, times, .. } if is_certain(*times) => Some(*site),
            Step::Call { site, times, .. } if is_certain(*times) => Some(*site),
            Step::HandTo { .. }
            | Step::Call { .. }
            | Step::Work(_)
            | Step::Delay(_)
            | Step::End => None,
        };
        operations.steps_of(operation).filter_map(certain).collect()
    };
    // A circle of calls that are certain is one of both kinds.
    if problems.len() == before {
        report(operations, handed_on, "messages go round here for ever", HAND_HINT, problems);
    }
}

const CALL_HINT: &str = "a worker that waits for an answer cannot be part of it: hand one of \
                         these on with `hand-to`, which does not wait";
const HAND_HINT: &str = "give one of the steps on the way a `probability` below 100 %";

fn is_certain(times: Times) -> bool {
    match times {
        Times::Once | Times::Fixed(_) => true,
        Times::Chance(share) => share >= 1.0,
        Times::Mean(mean) => mean >= 1.0,
    }
}

/// Looks for a way from each operation back to itself, and records the first found of each cycle.
fn report(
    operations: &Operations,
    ways: impl Fn(OperationId) -> Vec<SiteId>,
    label: &str,
    hint: &str,
    problems: &mut Problems,
) {
    let mut done = vec![false; operations.operations.len()];
    for start in 0..operations.operations.len() {
        let mut path: Vec<(OperationId, Vec<SiteId>)> = Vec::new();
        let id = OperationId::from_index(start);
        if done[start] {
            continue;
        }
        path.push((id, ways(id)));
        while let Some((_, left)) = path.last_mut() {
            let Some(site) = left.pop() else {
                let (over, _) = path.pop().expect("the loop looked at its last element");
                done[over.index()] = true;
                continue;
            };
            let Callee::Operation(next) = operations.sites[site.index()].callee else { continue };
            if let Some(at) = path.iter().position(|(operation, _)| *operation == next) {
                let names: Vec<&str> = path[at..]
                    .iter()
                    .map(|(operation, _)| operations.operations[operation.index()].name.as_str())
                    .chain([operations.operations[next.index()].name.as_str()])
                    .collect();
                let label = format!("{label}: `{}`", names.join("` → `"));
                if let Some(place) = operations.site_places.get(site.index()) {
                    problems.add_with_hint(*place, label, hint);
                }
            } else if !done[next.index()] {
                let further = ways(next);
                path.push((next, further));
            }
        }
    }
}
