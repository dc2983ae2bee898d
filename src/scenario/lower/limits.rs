//! How much a scenario may hold: positions in the model's tables take 16 bits.

use crate::language::{Place, Problems, format};
use crate::scenario::schema::{Client, OperationSchema, Scenario, StepSchema};

/// Most services, most traffics, most carriers and groups, and most steps of all operations.
const MOST: usize = 60_000;
/// Steps of the client of a traffic with a timeout or retries: its call, and the end.
const CLIENT_STEPS: usize = 2;

/// Whether the tables can hold the scenario; records, where the first thing too many stands, that
/// they cannot.
///
/// Every operation ends with a step and every call site belongs to one, so that the limit on steps
/// holds for operations and call sites too.
pub(super) fn check(scenario: &Scenario, problems: &mut Problems) -> bool {
    let before = problems.len();
    let one = |place: Place| (place, 1);
    let services = scenario.services.items.iter().map(|(name, _)| one(name.place));
    at_most("services", services, problems);
    let traffic = scenario.traffic.items.iter().map(|(name, _)| one(name.place));
    at_most("traffics", traffic, problems);
    let carriers = scenario.carrier_names().map(|name| one(name.place));
    at_most("carriers, groups, trunks and rooms", carriers, problems);
    let routes = scenario.routes.items.iter().map(|(name, _)| one(name.place));
    at_most("routes", routes, problems);
    let operations = scenario
        .services
        .items
        .iter()
        .flat_map(|(_, service)| service.iter().flat_map(|service| &service.operations.items));
    let of_operations =
        operations.map(|(name, operation)| (name.place, operation.as_ref().map_or(0, steps) + 1));
    let of_clients = scenario.traffic.good().map(|(name, traffic)| {
        let patient = traffic.client.as_ref().is_none_or(Client::is_patient);
        (name.place, if patient { 0 } else { CLIENT_STEPS })
    });
    at_most("steps of operations and clients", of_operations.chain(of_clients), problems);
    problems.len() == before
}

/// How many steps an operation comes to, without its end.
fn steps(operation: &OperationSchema) -> usize {
    let each = |step: &StepSchema| match step {
        StepSchema::Work(_) | StepSchema::Delay(_) | StepSchema::HandTo { .. } => 1,
        StepSchema::Call(calls) => calls.len(),
    };
    operation.steps.iter().map(each).sum()
}

fn at_most(what: &str, counts: impl Iterator<Item = (Place, usize)>, problems: &mut Problems) {
    let mut all = 0;
    for (place, count) in counts {
        all += count;
        if all > MOST {
            let most = format::count(MOST as u64);
            problems.add(place, format!("more than {most} {what} in all, up to here"));
            return;
        }
    }
}
