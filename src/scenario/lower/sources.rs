//! Traffic: where messages come from, where they go, what they cause.

use std::collections::BTreeSet;

use super::names::Names;
use super::operations::Operations;
use crate::carrier::Shares;
use crate::dist::Files;
use crate::engine::SimTime;
use crate::language::{Placed, Problems, RunClock};
use crate::model::{Callee, Cause, Entry, Source};
use crate::scenario::schema::{CauseSchema, Scenario, TrafficSchema};
use crate::traffic::{Traffic, TrafficSpec};

pub(super) fn lower(
    scenario: &Scenario,
    surroundings: &Surroundings<'_>,
    operations: &mut Operations,
    problems: &mut Problems,
) -> Option<Vec<Source>> {
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
pub(super) struct Surroundings<'a> {
    names: &'a Names,
    /// The clock and the end of the run; `None` is what could not be read.
    clock: Option<RunClock>,
    horizon: Option<SimTime>,
    files: &'a Files<'a>,
    /// The traffic that other traffic causes; `None` if not all of it could be read.
    caused: Option<BTreeSet<&'a str>>,
    /// The traffic of users who wait.
    closed_loops: BTreeSet<&'a str>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(
        scenario: &'a Scenario,
        names: &'a Names,
        clock: Option<RunClock>,
        horizon: Option<SimTime>,
        files: &'a Files<'a>,
    ) -> Self {
        let (caused, closed_loops) = (caused_names(scenario), closed_loops(scenario));
        Self { names, clock, horizon, files, caused, closed_loops }
    }

    fn source(
        &self,
        name: &Placed<String>,
        traffic: &TrafficSchema,
        operations: &mut Operations,
        problems: &mut Problems,
    ) -> Option<Source> {
        let nobody_causes = |caused: &BTreeSet<&str>| !caused.contains(name.value.as_str());
        let has_no_process = matches!(traffic.process, Some(None));
        if has_no_process && self.caused.as_ref().is_some_and(nobody_causes) {
            problems.add_with_hint(
                name.place,
                format!("nothing says when messages of `{}` come", name.value),
                "add a process, such as `poisson = { rate = \"40/s\" }`, or name it in another \
                 traffic's `causes`",
            );
        }
        let process = traffic.process.as_ref().and_then(|spec| match spec {
            None => Some(None),
            Some(spec) => self.process(spec, problems).map(Some),
        });
        let class = traffic.class.as_ref().map(|class| class.as_ref().unwrap_or(name));
        let class = class.and_then(|class| self.names.class(class, problems));
        let callee = traffic.to.as_ref().and_then(|to| self.names.callee(to, problems));
        let causes: Vec<Option<Cause>> =
            traffic.causes.iter().map(|cause| self.cause(cause.as_ref()?, problems)).collect();
        let (callee, client) = (callee?, traffic.client.as_ref()?);
        let sizes = &traffic.sizes;
        let entry = if client.is_patient() {
            if let Some(size) = &sizes.size {
                operations.note_size(callee, size.place);
            }
            match callee {
                Callee::Operation(operation) => Entry::Operation(operation),
                Callee::Group(group) => Entry::Group(group),
                Callee::Route(route) => Entry::Route(route),
            }
        } else {
            Entry::Client(operations.add_client(&name.value, callee, client, sizes))
        };
        Some(Source {
            name: name.value.clone(),
            class: class?,
            traffic: process?,
            entry,
            senders: traffic.senders.as_ref()?.as_ref().map(|s| Shares::new(&s.shares, s.count)),
            size: sizes.sent(),
            valid_for: traffic.valid_for?.map(|valid_for| valid_for.0),
            segments: traffic.segments?.0,
            causes: causes.into_iter().collect::<Option<_>>()?,
        })
    }

    fn process(&self, spec: &TrafficSpec, problems: &mut Problems) -> Option<Traffic> {
        let traffic = spec.resolve(self.clock.as_ref()?, self.files, problems);
        Some(traffic?.until(self.horizon?))
    }

    fn cause(&self, cause: &CauseSchema, problems: &mut Problems) -> Option<Cause> {
        let after = cause.after.as_ref().and_then(|after| after.resolve(self.files, problems));
        let caused = cause.traffic.as_ref()?;
        let source = self.names.source(caused, problems);
        if self.closed_loops.contains(caused.value.as_str()) {
            // The end of each would set one more user thinking.
            problems.add_with_hint(
                caused.place,
                format!("`{}` is a closed loop: its messages come from its users", caused.value),
                "name a `[traffic.<name>]` of its own for the messages that are caused",
            );
            return None;
        }
        Some(Cause { source: source?, share: cause.share?, after: after? })
    }
}

fn caused_names(scenario: &Scenario) -> Option<BTreeSet<&str>> {
    let all: Option<Vec<&TrafficSchema>> =
        scenario.traffic.items.iter().map(|(_, traffic)| traffic.as_ref()).collect();
    let causes = all?.into_iter().flat_map(|traffic| &traffic.causes);
    causes.map(|cause| Some(cause.as_ref()?.traffic.as_ref()?.value.as_str())).collect()
}

fn closed_loops(scenario: &Scenario) -> BTreeSet<&str> {
    let closed = |traffic: &TrafficSchema| {
        traffic.process.iter().flatten().any(|process| process.is_closed_loop())
    };
    let good = scenario.traffic.good();
    good.filter(|(_, traffic)| closed(traffic)).map(|(name, _)| name.value.as_str()).collect()
}

/// Messages that cause one another without end would never stop coming.
fn check_chains(scenario: &Scenario, problems: &mut Problems) {
    let items = &scenario.traffic.items;
    let certain = |index: usize| -> Vec<(usize, &Placed<String>)> {
        let causes = items[index].1.iter().flat_map(|traffic| traffic.causes.iter().flatten());
        let found = |caused: &Placed<String>| {
            items.binary_search_by(|(name, _)| name.value.cmp(&caused.value)).ok()
        };
        causes
            .filter(|cause| cause.share.is_some_and(|share| share >= 1.0))
            .filter_map(|cause| cause.traffic.as_ref())
            .filter_map(|caused| Some((found(caused)?, caused)))
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
            let Some((next, caused)) = left.pop() else {
                on_path[*at] = false;
                path.pop();
                continue;
            };
            if on_path[next] {
                problems.add_with_hint(
                    caused.place,
                    format!("`{}` causes itself, always", caused.value),
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
