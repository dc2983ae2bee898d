//! Traffic: where messages come from, where they go, what they cause.

use super::names::Names;
use super::operations::Operations;
use crate::dist::Files;
use crate::language::{Placed, Problems, RunClock};
use crate::model::{Callee, Cause, ClassId, Entry, Source};
use crate::scenario::schema::{CauseSchema, Scenario, TrafficSchema};

pub(super) fn lower(
    scenario: &Scenario,
    names: &Names,
    operations: &mut Operations,
    clock: &RunClock,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Vec<Source>> {
    let caused = caused_names(scenario);
    let mut sources = Vec::new();
    for (name, traffic) in &scenario.traffic.items {
        let source = traffic.as_ref().and_then(|traffic| {
            source(name, traffic, scenario, &caused, names, operations, clock, files, problems)
        });
        sources.push(source);
    }
    check_chains(scenario, problems);
    sources.into_iter().collect()
}

#[expect(clippy::too_many_arguments, reason = "all of them are the surroundings of one source")]
fn source(
    name: &Placed<String>,
    traffic: &TrafficSchema,
    scenario: &Scenario,
    caused: &[&str],
    names: &Names,
    operations: &mut Operations,
    clock: &RunClock,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Source> {
    let knows_causes = scenario.traffic.items.iter().all(|(_, traffic)| traffic.is_some());
    if knows_causes && traffic.process.is_none() && !caused.contains(&name.value.as_str()) {
        problems.add_with_hint(
            name.place,
            format!("nothing says when messages of `{}` come", name.value),
            "add a process, such as `poisson = { rate = \"40/s\" }`, or name it in another \
             traffic's `causes`",
        );
    }
    let process = traffic.process.as_ref().map(|spec| spec.resolve(clock, files, problems));
    let class = traffic.class.as_ref().unwrap_or(name);
    let class: ClassId = names.class(class, problems)?;
    let callee = names.callee(&traffic.to, problems);
    let causes: Vec<Option<Cause>> = traffic
        .causes
        .iter()
        .map(|cause| lower_cause(cause, scenario, names, files, problems))
        .collect();
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
            Some(process) => Some(process?),
        },
        entry,
        causes: causes.into_iter().collect::<Option<_>>()?,
    })
}

fn lower_cause(
    cause: &CauseSchema,
    scenario: &Scenario,
    names: &Names,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Cause> {
    let source = names.source(&cause.traffic, problems);
    let mut closed = scenario.traffic.good().filter(|(_, traffic)| {
        traffic.process.as_ref().is_some_and(|process| process.is_closed_loop())
    });
    if closed.any(|(name, _)| name.value == cause.traffic.value) {
        // The end of each would set one more user thinking.
        problems.add_with_hint(
            cause.traffic.place,
            format!("`{}` is a closed loop: its messages come from its users", cause.traffic.value),
            "name a `[traffic.<name>]` of its own for the messages that are caused",
        );
        return None;
    }
    let after = cause.after.resolve(files, problems);
    Some(Cause { source: source?, share: cause.share, after: after? })
}

/// The traffic that other traffic causes.
fn caused_names(scenario: &Scenario) -> Vec<&str> {
    let causes = scenario.traffic.good().flat_map(|(_, traffic)| &traffic.causes);
    causes.map(|cause| cause.traffic.value.as_str()).collect()
}

/// Messages that cause one another without end would never stop coming.
fn check_chains(scenario: &Scenario, problems: &mut Problems) {
    let certain = |name: &str| {
        let traffic = scenario.traffic.good().find(|(known, _)| known.value == name);
        traffic
            .into_iter()
            .flat_map(|(_, traffic)| traffic.causes.iter().filter(|cause| cause.share >= 1.0))
    };
    for (name, _) in scenario.traffic.good() {
        let mut seen = vec![name.value.as_str()];
        let mut at = 0;
        while at < seen.len() {
            for cause in certain(seen[at]) {
                if cause.traffic.value == name.value {
                    problems.add_with_hint(
                        cause.traffic.place,
                        format!("`{}` causes itself, always", name.value),
                        "give one of the causes on the way a share below 100 %",
                    );
                    return;
                }
                if !seen.contains(&cause.traffic.value.as_str()) {
                    seen.push(&cause.traffic.value);
                }
            }
            at += 1;
        }
    }
}
