//! What a scenario says that can run, but is probably not meant so.

use crate::language::Document;
use crate::model::{Callee, Entry, Model, OperationId, StationId, Step};

/// What of a scenario is probably not meant so, in sentences.
pub fn remarks(_: &Document, model: &Model) -> Vec<String> {
    idle_stations(model).into_iter().collect()
}

/// Services and carriers that no message can come to.
fn idle_stations(model: &Model) -> Option<String> {
    let reached = reached(model);
    let idle: Vec<String> = (0..model.stations())
        .filter(|&station| !reached[station])
        .map(|station| format!("`{}`", model.station_name(StationId::from_index(station))))
        .collect();
    let (last, others) = idle.split_last()?;
    Some(match others {
        [] => format!("Nothing is sent to {last}."),
        others => format!("Nothing is sent to {} and {last}.", others.join(", ")),
    })
}

/// By station: whether a message can come there, on any way from any traffic.
fn reached(model: &Model) -> Vec<bool> {
    let entries = model.sources.iter().map(|source| match source.entry {
        Entry::Operation(operation) | Entry::Client(operation) => Callee::Operation(operation),
        Entry::Group(group) => Callee::Group(group),
    });
    let mut ahead: Vec<Callee> = entries.collect();
    let mut operations = vec![false; model.operations.len()];
    let mut stations = vec![false; model.stations()];
    while let Some(callee) = ahead.pop() {
        match callee {
            Callee::Group(group) => stations[model.group_station(group).index()] = true,
            Callee::Operation(operation) if operations[operation.index()] => {}
            Callee::Operation(operation) => {
                operations[operation.index()] = true;
                if let Some(service) = model.operations[operation.index()].service {
                    stations[model.service_station(service).index()] = true;
                }
                ahead.extend(callees(model, operation));
            }
        }
    }
    stations
}

/// Whom the steps of an operation call, or hand messages to.
fn callees(model: &Model, operation: OperationId) -> impl Iterator<Item = Callee> {
    steps(model, operation).filter_map(|step| match step {
        Step::Call { site, .. } | Step::HandTo { site, .. } => {
            Some(model.sites[site.index()].callee)
        }
        Step::Work(_) | Step::Delay(_) | Step::End => None,
    })
}

fn steps(model: &Model, operation: OperationId) -> impl Iterator<Item = &Step> {
    let first = usize::from(model.operations[operation.index()].first_step);
    model.steps[first..].iter().take_while(|step| !matches!(step, Step::End))
}
