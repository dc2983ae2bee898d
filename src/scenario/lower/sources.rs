//! Traffic: where messages come from, where they go, what they cause.

use super::names::Names;
use super::operations::Operations;
use crate::dist::Files;
use crate::language::{Placed, Problems, RunClock};
use crate::model::{Callee, Cause, Entry, Source};
use crate::scenario::schema::{CauseSchema, Scenario, TrafficSchema};

pub(super) fn lower(
    scenario: &Scenario,
    names: &Names,
    operations: &mut Operations,
    clock: Option<&RunClock>,
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
    clock: Option<&RunClock>,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Source> {
    let has_no_process = matches!(traffic.process, Some(None));
    if has_no_process && knows_causes(scenario) && !caused.contains(&name.value.as_str()) {
        problems.add_with_hint(
            name.place,
            format!("nothing says when messages of `{}` come", name.value),
            "add a process, such as `poisson = { rate = \"40/s\" }`, or name it in another \
             traffic's `causes`",
        );
    }
    let process = traffic.process.as_ref().and_then(|spec| match spec {
        None => Some(None),
        Some(spec) => clock.and_then(|clock| spec.resolve(clock, files, problems)).map(Some),
    });
    let class = traffic.class.as_ref().map(|class| class.as_ref().unwrap_or(name));
    let class = class.and_then(|class| names.class(class, problems));
    let callee = traffic.to.as_ref().and_then(|to| names.callee(to, problems));
    let causes: Vec<Option<Cause>> = traffic
        .causes
        .iter()
        .map(|cause| lower_cause(cause.as_ref()?, scenario, names, files, problems))
        .collect();
    let (callee, client) = (callee?, traffic.client.as_ref()?);
    let entry = if client.is_patient() {
        match callee {
            Callee::Operation(operation) => Entry::Operation(operation),
            Callee::Group(group) => Entry::Group(group),
        }
    } else {
        Entry::Client(operations.add_client(&name.value, callee, client))
    };
    Some(Source {
        name: name.value.clone(),
        class: class?,
        traffic: process?,
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
    let after = cause.after.as_ref().and_then(|after| after.resolve(files, problems));
    let caused = cause.traffic.as_ref()?;
    let source = names.source(caused, problems);
    let mut closed = scenario.traffic.good().filter(|(_, traffic)| {
        traffic.process.iter().flatten().any(|process| process.is_closed_loop())
    });
    if closed.any(|(name, _)| name.value == caused.value) {
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

/// Whether it is known of all traffic what it causes.
fn knows_causes(scenario: &Scenario) -> bool {
    let is_known =
        |cause: &Option<CauseSchema>| cause.as_ref().is_some_and(|cause| cause.traffic.is_some());
    scenario.traffic.items.iter().all(|(_, traffic)| {
        traffic.as_ref().is_some_and(|traffic| traffic.causes.iter().all(is_known))
    })
}

/// The traffic that other traffic causes.
fn caused_names(scenario: &Scenario) -> Vec<&str> {
    let causes = scenario.traffic.good().flat_map(|(_, traffic)| traffic.causes.iter().flatten());
    causes.filter_map(|cause| Some(cause.traffic.as_ref()?.value.as_str())).collect()
}

/// Messages that cause one another without end would never stop coming.
fn check_chains(scenario: &Scenario, problems: &mut Problems) {
    let certain = |name: &str| {
        let traffic = scenario.traffic.good().find(|(known, _)| known.value == name);
        let causes = traffic.into_iter().flat_map(|(_, traffic)| traffic.causes.iter().flatten());
        causes
            .filter(|cause| cause.share.is_some_and(|share| share >= 1.0))
            .filter_map(|cause| cause.traffic.as_ref())
    };
    for (name, _) in scenario.traffic.good() {
        let mut seen = vec![name.value.as_str()];
        let mut at = 0;
        while at < seen.len() {
            for caused in certain(seen[at]) {
                if caused.value == name.value {
                    problems.add_with_hint(
                        caused.place,
                        format!("`{}` causes itself, always", name.value),
                        "give one of the causes on the way a share below 100 %",
                    );
                    return;
                }
                if !seen.contains(&caused.value.as_str()) {
                    seen.push(&caused.value);
                }
            }
            at += 1;
        }
    }
}
