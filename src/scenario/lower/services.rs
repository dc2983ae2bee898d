//! Services: their pools, what their instances cost one another, how fast they compute.

use super::names::Names;
use crate::chatter::ChatterPlan;
use crate::dist::Files;
use crate::engine::{SimDuration, SimTime};
use crate::language::{Problems, RunClock};
use crate::model::Service;
use crate::scenario::schema::{Scenario, ServiceSchema, StallSchema};
use crate::service::{LinkPlan, Pace, PoolPlan};

pub(super) fn lower(
    scenario: &Scenario,
    names: &Names,
    clock: Option<&RunClock>,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Vec<Service>> {
    let services: Vec<Option<Service>> = scenario
        .services
        .items
        .iter()
        .map(|(name, service)| {
            let service = service.as_ref()?;
            let stalls = stalls(service, clock, problems);
            let router = match &service.pool.as_ref()?.router {
                Some(spec) => spec.resolve(files, problems).map(Some),
                None => Some(None),
            };
            let pool = service.pool.as_ref()?.lower(names.classes(), problems)?;
            let chatter = ChatterPlan::of(service.chatter.as_ref()?, pool.cell_size());
            let link = link(service, &pool, &chatter, problems)?;
            let pace = Pace::new(pool.instances, &stalls?, service.warm_up?, service.slow?);
            Some(Service {
                name: name.value.clone(),
                pool,
                // Known once all connections are.
                out_of: None,
                files: None,
                link,
                chatter,
                router: router?,
                pace,
                checks_deadlines: service.checks_deadlines?,
            })
        })
        .collect();
    services.into_iter().collect()
}

/// What each instance's link carries, if that is said.
fn link(
    service: &ServiceSchema,
    pool: &PoolPlan,
    chatter: &ChatterPlan,
    problems: &mut Problems,
) -> Option<Option<LinkPlan>> {
    match &service.bandwidth {
        None => None,
        Some(None) if chatter.has_sizes() => {
            problems.add_with_hint(
                service.chatter_place,
                "the `size` of chatter takes nothing from a network without a bandwidth",
                "add, for example, `bandwidth = \"1 Gbit/s\"` to the service",
            );
            None
        }
        Some(None) => Some(None),
        Some(Some(bandwidth)) if pool.balancer.shares_a_queue() => {
            problems.add_with_hint(
                bandwidth.place,
                "`bandwidth` where instances share a queue",
                "nothing says by whose link a message comes there: leave it out, or give the \
                 service another `balancer`",
            );
            None
        }
        Some(Some(bandwidth)) => {
            let ChatterPlan { bytes_per_s, bytes_to_each, .. } = *chatter;
            Some(Some(LinkPlan::new(bandwidth.value.bits_per_s, bytes_per_s, bytes_to_each)))
        }
    }
}

/// When a service's cores stand still.
fn stalls(
    service: &ServiceSchema,
    clock: Option<&RunClock>,
    problems: &mut Problems,
) -> Option<Vec<(SimTime, SimDuration)>> {
    let resolve = |stall: &StallSchema| match stall.at.value.resolve(clock?) {
        Ok(at) => Some((at, stall.lasts.0)),
        Err(label) => {
            problems.add(stall.at.place, label);
            None
        }
    };
    let stalls: Vec<_> = service.stalls.as_ref()?.iter().map(resolve).collect();
    stalls.into_iter().collect()
}
