//! `[target]`: names to ids, and the limits that are counted message by message.

use super::names::Names;
use crate::engine::{SimDuration, SimTime};
use crate::language::{Placed, Problems, RunClock, When};
use crate::model::{Class, ClassId, Criterion, Limit, Target, Windowed};
use crate::scenario::schema::{CriterionSchema, Scenario, TargetSchema};

/// All targets, in name order.
pub(super) fn lower(
    scenario: &Scenario,
    names: &Names,
    times: &Times,
    problems: &mut Problems,
) -> Option<Vec<Target>> {
    let lowered: Vec<Option<Target>> = scenario
        .targets
        .good()
        .map(|(name, target)| {
            let criterion = criterion(target, names, times, problems)?;
            let indifference = target.indifference?;
            Some(Target { name: name.value.clone(), criterion, indifference })
        })
        .collect();
    lowered.into_iter().collect()
}

fn criterion(
    target: &TargetSchema,
    names: &Names,
    times: &Times,
    problems: &mut Problems,
) -> Option<Criterion> {
    let class = |name: &Option<Placed<String>>, problems: &mut Problems| {
        name.as_ref().and_then(|name| names.class(name, problems))
    };
    let station = |name: &Option<Placed<String>>, problems: &mut Problems| {
        name.as_ref().and_then(|name| names.station(name, problems))
    };
    Some(match &target.criterion {
        CriterionSchema::Latency { class: name, quantile, limit } => {
            let class = class(name, problems);
            let windowed = windowed(target)?;
            Criterion::Latency { class: class?, quantile: (*quantile)?, limit: (*limit)?, windowed }
        }
        CriterionSchema::Delivered { class: name, limit, share } => {
            let class = class(name, problems);
            let windowed = windowed(target)?;
            Criterion::Delivered { class: class?, limit: (*limit)?, share: (*share)?, windowed }
        }
        CriterionSchema::Loss { class: name, share } => {
            let class = match name.as_ref()? {
                None => None,
                name => Some(class(name, problems)?),
            };
            Criterion::Loss { class, share: (*share)? }
        }
        CriterionSchema::Backlog { station: name, by, at_most } => {
            let by = by.as_ref().and_then(|by| times.before_the_end(by, problems));
            let station = match name.as_ref()? {
                None => None,
                name => Some(station(name, problems)?),
            };
            Criterion::Backlog { station, by: by?, at_most: (*at_most)? }
        }
        CriterionSchema::Utilization { station: name, at_most } => {
            let station = station(name, problems);
            let windowed = windowed(target)?;
            Criterion::Utilization { station: station?, at_most: (*at_most)?, windowed }
        }
    })
}

/// What is known of the run's times; `None` is what could not be read.
pub(super) struct Times {
    pub(super) clock: Option<RunClock>,
    pub(super) horizon: Option<SimTime>,
}

impl Times {
    /// When `written` is, if that is before the end of the run.
    fn before_the_end(&self, written: &Placed<When>, problems: &mut Problems) -> Option<SimTime> {
        let at = match written.value.resolve(self.clock.as_ref()?) {
            Ok(at) => at,
            Err(reason) => {
                problems.add(written.place, reason);
                return None;
            }
        };
        if at < self.horizon? {
            return Some(at);
        }
        problems.add_with_hint(
            written.place,
            "this is not before the end of the run",
            "make the horizon longer, or the time earlier",
        );
        None
    }
}

/// Whether the target is windowed; how many windows of the time line it takes is known later.
fn windowed(target: &TargetSchema) -> Option<Option<Windowed>> {
    let windowed = target.windowed.as_ref()?;
    Some(
        windowed
            .as_ref()
            .map(|windowed| Windowed { per: windowed.per.value, share: windowed.share }),
    )
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
