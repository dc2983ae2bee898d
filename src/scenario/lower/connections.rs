//! Connections: which instances of a caller find room at a callee that allows only so many.

use std::collections::BTreeMap;

use super::operations::Operations;
use crate::language::Problems;
use crate::model::{Callee, ServiceId, SiteId, Step};
use crate::scenario::schema::Scenario;

/// Gives each site the instances of its caller that are connected to its callee.
///
/// Every worker of an instance keeps its connections open, whether it uses them or not, and an
/// instance needs all of its own. Callers find room in name order, instances in order of number.
pub(super) fn settle(operations: &mut Operations, scenario: &Scenario, problems: &mut Problems) {
    // What an instance of the one needs at the other: calls share its connections.
    let mut needs: BTreeMap<(ServiceId, ServiceId), (u64, Vec<SiteId>)> = BTreeMap::new();
    for (site, of_worker) in &operations.connections {
        let Some(caller) = caller_of(operations, *site) else { continue };
        let callee = match operations.sites[site.index()].callee {
            Callee::Operation(operation) => operations.operations[operation.index()].service,
            Callee::Group(_) | Callee::Route(_) => None,
        };
        let limit = callee.map(|callee| most_of(scenario, callee));
        let (Some(callee), Some(Some(Some(_)))) = (callee, limit) else {
            if limit != Some(None) {
                problems.add_with_hint(
                    of_worker.place,
                    "nothing limits the connections to what is called here",
                    "set `connections-at-most` in the service that is called, or leave this out",
                );
            }
            continue;
        };
        let need = needs.entry((callee, caller)).or_default();
        need.0 = need.0.max(u64::from(of_worker.value));
        need.1.push(*site);
    }
    let mut left: BTreeMap<ServiceId, u64> = BTreeMap::new();
    for ((callee, caller), (of_worker, sites)) in needs {
        let most = most_of(scenario, callee).flatten().unwrap_or(u32::MAX);
        let room = left.entry(callee).or_insert(u64::from(most));
        let pool = scenario.services.items[caller.index()].1.as_ref();
        let Some(pool) = pool.and_then(|service| service.pool.as_ref()) else { continue };
        let of_instance = of_worker * u64::from(pool.workers);
        let connected = (*room / of_instance).min(u64::from(pool.instances));
        *room -= connected * of_instance;
        for site in sites {
            operations.sites[site.index()].connected = connected as u32;
        }
    }
}

/// The service whose workers call from a site.
fn caller_of(operations: &Operations, site: SiteId) -> Option<ServiceId> {
    let calls = |step: &Step| matches!(step, Step::Call { site: own, .. } if *own == site);
    let at = operations.steps.iter().position(calls)?;
    operations.step_services[at]
}

/// The connections that a service allows; `None` if that could not be read.
fn most_of(scenario: &Scenario, service: ServiceId) -> Option<Option<u32>> {
    scenario.services.items[service.index()].1.as_ref()?.connections_at_most
}
