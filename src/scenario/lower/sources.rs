//! Traffic: where messages come from, where they go, what they cause.

use std::collections::BTreeSet;

use super::names::Names;
use super::operations::Operations;
use crate::dist::Files;
use crate::language::{Placed, Problems};
use crate::model::{Callee, Cause, ClassId, Entry, RunPlan, Source};
use crate::scenario::schema::{CauseSchema, Scenario, TrafficSchema};

pub(super) fn lower(
    scenario: &Scenario,
    names: &Names,
    operations: &mut Operations,
    run: &RunPlan,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Vec<Source>> {
    let surroundings = Surroundings {
        names,
        run,
        files,
        caused: caused_names(scenario),
        closed_loops: closed_loops(scenario),
    };
    let mut sources = Vec::new();
    for (name, traffic) in &scenario.traffic.items {
        let source = traffic
            .as_ref()
            .and_then(|traffic| surroundings.source(name, traffic, operations, problems));
        sources.push(source);
    }
    check_chains(scenario, problems);
    sources.into_iter().collect()
}

/// What a source is lowered by, beside what is written of it.
struct Surroundings<'a> {
    names: &'a Names,
    run: &'a RunPlan,
    files: &'a Files<'a>,
    /// The traffic that other traffic causes; `None` if not all of it could be read.
    caused: Option<BTreeSet<&'a str>>,
    /// The traffic of users who wait.
    closed_loops: BTreeSet<&'a str>,
}

impl Surroundings<'_> {
    fn source(
        &self,
        name: &Placed<String>,
        traffic: &TrafficSchema,
        operations: &mut Operations,
        problems: &mut Problems,
    ) -> Option<Source> {
        let nobody_causes = |caused: &BTreeSet<&str>| !caused.contains(name.value.as_str());
        if traffic.process.is_none() && self.caused.as_ref().is_some_and(nobody_causes) {
            problems.add_with_hint(
                name.place,
                format!("nothing says when messages of `{}` come", name.value),
                "add a process, such as `poisson = { rate = \"40/s\" }`, or name it in another \
                 traffic's `causes`",
            );
        }
        let process = traffic.process.as_ref();
        let process = process.map(|spec| spec.resolve(&self.run.clock, self.files, problems));
        let class = traffic.class.as_ref().unwrap_or(name);
        let class: ClassId = self.names.class(class, problems)?;
        let callee = self.names.callee(&traffic.to, problems);
        let causes: Vec<Option<Cause>> =
            traffic.causes.iter().map(|cause| self.cause(cause, problems)).collect();
        let callee = callee?;
        let entry = if traffic.client.is_patient() {
            match callee {
                Callee::Operation(operation) => Entry::Operation(operation),
                Callee::Group(group) => Entry::Group(group),
            }
        } else {
            Entry::Client(operations.add_client(&name.value, callee, &traffic.client))
        };
        Some(Source {
            name: name.value.clone(),
            class,
            traffic: match process {
                None => None,
                Some(process) => Some(process?.until(self.run.horizon)),
            },
            entry,
            causes: causes.into_iter().collect::<Option<_>>()?,
        })
    }

    fn cause(&self, cause: &CauseSchema, problems: &mut Problems) -> Option<Cause> {
        let Placed { value, place } = &cause.traffic;
        let source = self.names.source(&cause.traffic, problems);
        if self.closed_loops.contains(value.as_str()) {
            // The end of each would set one more user thinking.
            problems.add_with_hint(
                *place,
                format!("`{value}` is a closed loop: its messages come from its users"),
                "name a `[traffic.<name>]` of its own for the messages that are caused",
            );
            return None;
        }
        let after = cause.after.resolve(self.files, problems);
        Some(Cause { source: source?, share: cause.share, after: after? })
    }
}

fn caused_names(scenario: &Scenario) -> Option<BTreeSet<&str>> {
    let all: Option<Vec<&TrafficSchema>> =
        scenario.traffic.items.iter().map(|(_, traffic)| traffic.as_ref()).collect();
    let causes = all?.into_iter().flat_map(|traffic| &traffic.causes);
    Some(causes.map(|cause| cause.traffic.value.as_str()).collect())
}

fn closed_loops(scenario: &Scenario) -> BTreeSet<&str> {
    let closed = |traffic: &TrafficSchema| {
        traffic.process.as_ref().is_some_and(|process| process.is_closed_loop())
    };
    let good = scenario.traffic.good();
    good.filter(|(_, traffic)| closed(traffic)).map(|(name, _)| name.value.as_str()).collect()
}

/// Messages that cause one another without end would never stop coming.
fn check_chains(scenario: &Scenario, problems: &mut Problems) {
    let items = &scenario.traffic.items;
    let certain = |index: usize| -> Vec<(usize, &CauseSchema)> {
        let causes = items[index].1.iter().flat_map(|traffic| &traffic.causes);
        let found = |cause: &'_ CauseSchema| {
            items.binary_search_by(|(name, _)| name.value.cmp(&cause.traffic.value)).ok()
        };
        causes
            .filter(|cause| cause.share >= 1.0)
            .filter_map(|cause| Some((found(cause)?, cause)))
            .collect()
    };
    let (mut seen, mut on_path) = (vec![false; items.len()], vec![false; items.len()]);
    for start in 0..items.len() {
        if seen[start] {
            continue;
        }
        let mut path = vec![(start, certain(start))];
        (seen[start], on_path[start]) = (true, true);
        while let Some((at, left)) = path.last_mut() {
            let Some((next, cause)) = left.pop() else {
                on_path[*at] = false;
                path.pop();
                continue;
            };
            if on_path[next] {
                problems.add_with_hint(
                    cause.traffic.place,
                    format!("`{}` causes itself, always", cause.traffic.value),
                    "give one of the causes on the way a share below 100 %",
                );
                return;
            }
            if !seen[next] {
                (seen[next], on_path[next]) = (true, true);
                path.push((next, certain(next)));
            }
        }
    }
}
