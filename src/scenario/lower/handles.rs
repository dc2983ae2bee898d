//! Threads and file handles: what an instance needs of them for itself, and what is left.

use std::collections::BTreeMap;

use super::operations::Operations;
use crate::language::Problems;
use crate::model::{Callee, Resource, Service, ServiceId, Step};
use crate::scenario::schema::Scenario;

/// Gives each service the file handles that its instances have left for messages, or what they
/// have too little of to work at all.
pub(super) fn settle(
    services: &mut [Service],
    operations: &Operations,
    scenario: &Scenario,
    problems: &mut Problems,
) {
    for (index, (service, (_, schema))) in
        services.iter_mut().zip(&scenario.services.items).enumerate()
    {
        let Some(schema) = schema else { continue };
        let threads_at_most = schema.threads_at_most.iter().flatten().next();
        let files_at_most = schema.files_at_most.iter().flatten().next();
        for (what, key, need, limit) in [
            ("threads", "threads-at-most", service.chatter.threads, threads_at_most),
            ("files", "files-at-most", service.chatter.files, files_at_most),
        ] {
            if need > 0 && limit.is_none() {
                problems.add_with_hint(
                    schema.chatter_place,
                    format!("nothing limits the `{what}` that peers take"),
                    format!("add, for example, `{key} = 4096` to the service"),
                );
            }
        }
        if let Some(files) = files_at_most
            && service.pool.balancer.shares_a_queue()
        {
            problems.add_with_hint(
                files.place,
                "`files-at-most` where instances share a queue",
                "nobody can tell which instance has the messages that wait there: leave it out, \
                 or give the service another `balancer`",
            );
        }
        let threads = u64::from(service.pool.workers) + service.chatter.threads;
        let files = service.chatter.files + connections(operations, index, service.pool.workers);
        let most = |limit: Option<&crate::language::Placed<u32>>| {
            limit.map_or(u64::MAX, |limit| u64::from(limit.value))
        };
        service.out_of = if service.chatter.has_no_room {
            Some(Resource::Peers)
        } else if threads > most(threads_at_most) {
            Some(Resource::Threads)
        } else if files > most(files_at_most) {
            Some(Resource::Files)
        } else {
            None
        };
        service.files = files_at_most.map(|most| {
            u32::try_from(u64::from(most.value).saturating_sub(files)).unwrap_or(u32::MAX)
        });
    }
}

/// Connections that an instance keeps open to those that it calls. Calls of one service share
/// them.
fn connections(operations: &Operations, caller: usize, workers: u32) -> u64 {
    let mut of_worker: BTreeMap<ServiceId, u64> = BTreeMap::new();
    for (site, connections) in &operations.connections {
        let calls = |step: &Step| matches!(step, Step::Call { site: own, .. } if own == site);
        let at = operations.steps.iter().position(calls);
        let own = at.and_then(|at| operations.step_services[at]);
        let Callee::Operation(callee) = operations.sites[site.index()].callee else { continue };
        let callee = operations.operations[callee.index()].service;
        if let (Some(own), Some(callee)) = (own, callee)
            && own.index() == caller
        {
            let most = of_worker.entry(callee).or_default();
            *most = (*most).max(u64::from(connections.value));
        }
    }
    of_worker.values().sum::<u64>() * u64::from(workers)
}
