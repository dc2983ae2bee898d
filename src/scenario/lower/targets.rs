//! `[target]`: names to ids, and the limits that are counted message by message.

use super::names::Names;
use crate::engine::SimDuration;
use crate::language::Problems;
use crate::model::{Class, ClassId, Criterion, Limit, RunPlan, Target, Windowed};
use crate::scenario::schema::{CriterionSchema, Scenario, TargetSchema};

/// All targets, in name order.
pub(super) fn lower(
    scenario: &Scenario,
    names: &Names,
    run: &RunPlan,
    problems: &mut Problems,
) -> Option<Vec<Target>> {
    let lowered: Vec<Option<Target>> = scenario
        .targets
        .good()
        .map(|(name, target)| {
            let criterion = criterion(target, names, run, problems)?;
            Some(Target { name: name.value.clone(), criterion, indifference: target.indifference })
        })
        .collect();
    lowered.into_iter().collect()
}

fn criterion(
    target: &TargetSchema,
    names: &Names,
    run: &RunPlan,
    problems: &mut Problems,
) -> Option<Criterion> {
    Some(match &target.criterion {
        CriterionSchema::Latency { class, quantile, limit } => Criterion::Latency {
            class: names.class(class, problems)?,
            quantile: *quantile,
            limit: *limit,
            windowed: windowed(target),
        },
        CriterionSchema::Delivered { class, limit, share } => Criterion::Delivered {
            class: names.class(class, problems)?,
            limit: *limit,
            share: *share,
            windowed: windowed(target),
        },
        CriterionSchema::Loss { class, share } => Criterion::Loss {
            class: match class {
                None => None,
                Some(class) => Some(names.class(class, problems)?),
            },
            share: *share,
        },
        CriterionSchema::Backlog { station, by, at_most } => {
            let station = match station {
                None => None,
                Some(station) => Some(names.station(station, problems)?),
            };
            let at = match by.value.resolve(&run.clock) {
                Ok(at) => at,
                Err(reason) => {
                    problems.add(by.place, reason);
                    return None;
                }
            };
            if at >= run.horizon {
                problems.add_with_hint(
                    by.place,
                    "this is not before the end of the run",
                    "make the horizon longer, or the time earlier",
                );
                return None;
            }
            Criterion::Backlog { station, by: at, at_most: *at_most }
        }
        CriterionSchema::Utilization { station, at_most } => Criterion::Utilization {
            station: names.station(station, problems)?,
            at_most: *at_most,
            windowed: windowed(target),
        },
    })
}

/// A windowed target; how many windows of the time line it takes is known later.
fn windowed(target: &TargetSchema) -> Option<Windowed> {
    target
        .windowed
        .as_ref()
        .map(|windowed| Windowed { per: windowed.per.value, share: windowed.share })
}

/// The limits on latency that targets name, each once, in order.
pub(super) fn limits(targets: &[Target]) -> Vec<Limit> {
    let limit = |target: &Target| match target.criterion {
        Criterion::Latency { class, limit, .. } | Criterion::Delivered { class, limit, .. } => {
            Some(Limit { class, within: limit })
        }
        Criterion::Loss { .. } | Criterion::Backlog { .. } | Criterion::Utilization { .. } => None,
    };
    let mut limits: Vec<Limit> = targets.iter().filter_map(limit).collect();
    limits.sort_unstable();
    limits.dedup();
    limits
}

/// The classes, each with the tightest of its limits as deadline.
pub(super) fn classes(names: &[String], limits: &[Limit]) -> Vec<Class> {
    let class = |(index, name): (usize, &String)| {
        let id = ClassId::from_index(index);
        let own = limits.iter().filter(|limit| limit.class == id);
        let deadline: Option<SimDuration> = own.map(|limit| limit.within).min();
        Class { name: name.clone(), deadline }
    };
    names.iter().enumerate().map(class).collect()
}
