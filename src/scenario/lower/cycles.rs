//! Calls that wait for themselves or too deep, and messages that are handed round for ever.

use super::operations::Operations;
use crate::language::{Problems, format};
use crate::model::{Callee, OperationId, SiteId, Step, Times};

/// Most calls in a chain of which each waits for the next. A caller that gives up takes back what
/// it called before itself, one call inside the other; so deep, the stack holds them many times
/// over, and no system has as many tiers.
const MOST_NESTED: u32 = 1_000;

/// Records each cycle of calls, calls that are nested too deep, and each cycle of hand-overs that
/// no message can leave.
pub(super) fn check(operations: &Operations, problems: &mut Problems) {
    let calls = |operation: OperationId| -> Vec<SiteId> {
        operations.calls_of(Callee::Operation(operation)).collect()
    };
    let before = problems.len();
    let callees_first =
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
    // A circle of calls that are certain is one of both kinds, and has no depth.
    if problems.len() == before {
        check_depth(operations, &callees_first, problems);
        report(operations, handed_on, "messages go round here for ever", HAND_HINT, problems);
    }
}

const CALL_HINT: &str = "a worker that waits for an answer cannot be part of it: hand one of \
                         these on with `hand-to`, which does not wait";
const DEPTH_HINT: &str = "hand the message on with `hand-to` on the way, which does not wait";
const HAND_HINT: &str = "give one of the steps on the way a `probability` below 100 %";

fn is_certain(times: Times) -> bool {
    match times {
        Times::Once | Times::Fixed(_) => true,
        Times::Chance(share) => share >= 1.0,
        Times::Mean(mean) => mean >= 1.0,
    }
}

/// Records the first call found that is one too deep.
fn check_depth(operations: &Operations, callees_first: &[OperationId], problems: &mut Problems) {
    let mut nested = vec![0; operations.operations.len()];
    for &operation in callees_first {
        for site in operations.calls_of(Callee::Operation(operation)) {
            let Callee::Operation(next) = operations.sites[site.index()].callee else { continue };
            let deep = nested[next.index()] + 1;
            // The call of a traffic's client, which has no place, is one more at the very top.
            if deep > MOST_NESTED
                && let Some(place) = operations.site_places.get(site.index())
            {
                let most = format::count(u64::from(MOST_NESTED));
                let label = format!("from here on, more than {most} calls wait for one another");
                return problems.add_with_hint(*place, label, DEPTH_HINT);
            }
            nested[operation.index()] = deep.max(nested[operation.index()]);
        }
    }
}

/// Looks for a way from each operation back to itself, and records the first found of each cycle.
/// Returns all operations, those that a way leads to before those that it comes from.
fn report(
    operations: &Operations,
    ways: impl Fn(OperationId) -> Vec<SiteId>,
    label: &str,
    hint: &str,
    problems: &mut Problems,
) -> Vec<OperationId> {
    let count = operations.operations.len();
    let (mut done, mut order) = (vec![false; count], Vec::with_capacity(count));
    let mut on_path = vec![false; count];
    for start in 0..count {
        let mut path: Vec<(OperationId, Vec<SiteId>)> = Vec::new();
        let id = OperationId::from_index(start);
        if done[start] {
            continue;
        }
        path.push((id, ways(id)));
        on_path[start] = true;
        while let Some((_, left)) = path.last_mut() {
            let Some(site) = left.pop() else {
                let (over, _) = path.pop().expect("the loop looked at its last element");
                (done[over.index()], on_path[over.index()]) = (true, false);
                order.push(over);
                continue;
            };
            let Callee::Operation(next) = operations.sites[site.index()].callee else { continue };
            if on_path[next.index()] {
                let name = |operation: OperationId| &*operations.operations[operation.index()].name;
                let ring = path.iter().map(|(operation, _)| *operation);
                let names: Vec<&str> = ring
                    .skip_while(|operation| *operation != next)
                    .chain([next])
                    .map(name)
                    .collect();
                let label = format!("{label}: `{}`", names.join("` → `"));
                if let Some(place) = operations.site_places.get(site.index()) {
                    problems.add_with_hint(*place, label, hint);
                }
            } else if !done[next.index()] {
                on_path[next.index()] = true;
                path.push((next, ways(next)));
            }
        }
    }
    order
}
