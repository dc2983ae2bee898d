//! From what was written to what is true: names to ids, sections to tables, and the checks that
//! only the whole scenario can make.

mod connections;
mod cycles;
mod groups;
mod handles;
mod limits;
mod names;
mod operations;
mod quotas;
mod routes;
mod run;
mod services;
mod sessions;
mod sources;
mod targets;

use super::schema::Scenario;
use crate::dist::{Dist, Files};
use crate::engine::SimDuration;
use crate::language::Problems;
use crate::model::{Model, Step};
use crate::policy::Timeout;
use names::Names;
use operations::Operations;

/// Rings beside the calendar: more would cost every event more than they save.
const MOST_LANES: usize = 12;
/// Most instances of all services together: some 400 MB a replication.
const MOST_INSTANCES: u64 = 10_000_000;

/// The model of a scenario; `None` after recording at least one problem.
pub(super) fn lower(
    scenario: Scenario,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Model> {
    let names = Names::of(&scenario, problems);
    let clock = scenario.run.as_ref().and_then(run::clock);
    let horizon = scenario.run.as_ref().and_then(|run| run::horizon(run, problems));
    let run = scenario.run.as_ref().and_then(|run| run::lower(run, clock, horizon, problems));
    let asked = horizon.map(|horizon| run::asked(&scenario, horizon, problems));
    let run = run.zip(asked).and_then(|(run, asked)| run::with_windows(run, &asked, problems));
    let regimes = groups::regimes(&scenario, files, problems);
    let quotas = quotas::lower(&scenario, clock.as_ref(), problems);
    let groups = groups::lower(&scenario, clock.as_ref(), files, names.classes(), problems);
    check_instances(&scenario, problems);
    // What follows has positions in tables.
    if !limits::check(&scenario, problems) {
        return None;
    }
    let routes = routes::lower(&scenario, &names, problems);
    let mut operations = Operations::of(&scenario, &names, files, problems);
    let surroundings = sources::Surroundings::of(&scenario, &names, clock, horizon, files);
    let sources = sources::lower(&scenario, &surroundings, &mut operations, problems);
    let times = targets::Times { clock, horizon };
    let targets = targets::lower(&scenario, &names, &times, problems);
    let mut services = services::lower(&scenario, &names, clock.as_ref(), files, problems);
    cycles::check(&operations, problems);
    operations.check_ejections(&scenario, problems);
    operations.check_sizes(&scenario, problems);
    connections::settle(&mut operations, &scenario, problems);
    if let Some(services) = &mut services {
        handles::settle(services, &operations, &scenario, problems);
    }
    if !problems.is_empty() {
        return None;
    }
    let (run, groups, targets) = (run?, groups?, targets?);
    let limits = targets::limits(&targets);
    let classes = targets::classes(names.classes(), &limits);
    let operations = operations.finish(&scenario);
    let mut model = Model {
        title: scenario.title.unwrap_or_default(),
        run,
        classes,
        sources: sources?,
        services: services?,
        operations: operations.operations,
        steps: operations.steps,
        step_services: operations.step_services,
        carrier_step: operations.carrier_step,
        cancels_callers: operations.cancels_callers,
        sites: operations.sites,
        groups,
        routes: routes?,
        regimes: regimes?,
        quotas: quotas?,
        targets,
        limits,
        constant_delays: Vec::new(),
    };
    model.constant_delays = constant_delays(&model);
    Some(model)
}

/// Every instance takes memory, whether it is used or not.
fn check_instances(scenario: &Scenario, problems: &mut Problems) {
    let mut all = 0;
    for (name, service) in scenario.services.good() {
        all += service.pool.as_ref().map_or(0, |pool| u64::from(pool.instances));
        if all > MOST_INSTANCES {
            let label = format!("more than {MOST_INSTANCES} instances in all, up to here");
            return problems.add(name.place, label);
        }
    }
}

/// The constant lengths that events are put off by, timers first.
fn constant_delays(model: &Model) -> Vec<SimDuration> {
    let sites = &model.sites;
    let timeouts = sites.iter().filter_map(|site| site.timeout).map(|Timeout { after, .. }| after);
    let pauses =
        sites.iter().filter_map(|site| site.retry.as_ref()).flat_map(|r| r.constant_pauses());
    let validity = model.sources.iter().filter_map(|source| source.valid_for);
    let ages = model.services.iter().filter_map(|service| service.pool.queue.age_at_most);
    let carrier_ages = model.groups.iter().filter_map(|group| group.template.queue.age_at_most);
    let steps = model.steps.iter().filter_map(|step| match step {
        Step::Work(dist) | Step::Delay(dist) => Some(dist),
        Step::Call { .. } | Step::HandTo { .. } | Step::End => None,
    });
    let resends = model.groups.iter().filter_map(|group| group.template.resend.as_ref());
    let pauses = pauses.chain(resends.flat_map(|resend| resend.constant_pauses()));
    let waits = model.groups.iter().filter_map(|group| group.template.answer_timeout);
    let pauses = pauses.chain(waits);
    let hops = sites.iter().filter_map(|site| site.latency.as_ref());
    let routers = model.services.iter().filter_map(|service| service.router.as_ref());
    let trips = model
        .groups
        .iter()
        .flat_map(|group| [&group.template.round_trip, &group.template.delivery]);
    let constant = steps.chain(hops).chain(routers).chain(trips).filter_map(|dist| match dist {
        Dist::Constant(length) => Some(*length),
        _ => None,
    });
    let mut delays: Vec<SimDuration> = Vec::new();
    for delay in
        timeouts.chain(validity).chain(pauses).chain(ages).chain(carrier_ages).chain(constant)
    {
        if delays.len() < MOST_LANES && delay > SimDuration::ZERO && !delays.contains(&delay) {
            delays.push(delay);
        }
    }
    delays
}
