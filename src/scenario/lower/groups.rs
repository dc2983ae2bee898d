//! Carriers and carrier groups, in name order.

use crate::carrier::{CarrierPlan, GroupPlan, Overload, Shares};
use crate::dist::{Dist, DistSpec, Files};
use crate::engine::SimDuration;
use crate::language::{Problems, RunClock};
use crate::scenario::schema::{CarrierSchema, RateSchema, Scenario};

/// Most carriers of all groups together.
const MOST_CARRIERS: u32 = 1_000_000;

pub(super) fn lower(
    scenario: &Scenario,
    clock: Option<&RunClock>,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Vec<GroupPlan>> {
    let mut all: Vec<_> = scenario.carriers.items.iter().chain(&scenario.groups.items).collect();
    all.sort_by(|(a, _), (b, _)| a.value.cmp(&b.value));
    let mut first = 0;
    let mut groups = Vec::new();
    let mut complete = true;
    for (name, carrier) in all {
        let group = carrier
            .as_ref()
            .and_then(|carrier| group(&name.value, first, carrier, clock, files, problems));
        let Some(group) = group else {
            complete = false;
            continue;
        };
        first += group.count;
        groups.push(group);
        if first > MOST_CARRIERS {
            problems.add(name.place, format!("more than {MOST_CARRIERS} carriers in all"));
            return None;
        }
    }
    complete.then_some(groups)
}

fn group(
    name: &str,
    first: u32,
    carrier: &CarrierSchema,
    clock: Option<&RunClock>,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<GroupPlan> {
    let mut dist = |spec: &Option<DistSpec>| match spec {
        None => Some(Dist::Constant(SimDuration::ZERO)),
        Some(spec) => spec.resolve(files, problems),
    };
    let (round_trip, delivery) = (dist(&carrier.round_trip), dist(&carrier.delivery));
    let (written, count) = (carrier.shares.as_ref()?, carrier.count?);
    let shares = Shares::new(&written.value, count);
    let rates = match carrier.rate {
        None => Vec::new(),
        Some(RateSchema::Each(rate)) => vec![rate; count as usize],
        Some(RateSchema::Total(rate)) => {
            (0..count).map(|member| rate * shares.of(member)).collect()
        }
    };
    if rates.iter().any(|&rate| rate < 1e-6) {
        let label = "a carrier's part of `total-rate` is less than one message in eleven days";
        problems.add(written.place, label);
        return None;
    }
    let overload = match carrier.overload {
        None => Overload::Paced,
        Some(spec) => spec.resolve(clock?),
    };
    let bursts = rates.iter().map(|&rate| carrier.burst.unwrap_or(usual_burst(rate, overload)));
    Some(GroupPlan {
        name: name.to_owned(),
        first,
        count,
        shares,
        bursts: bursts.collect(),
        rates,
        template: CarrierPlan {
            window: carrier.window,
            round_trip: round_trip?,
            delivery: delivery?,
            overload,
            pace: carrier.pace,
            silent_loss: carrier.silent_loss,
            queue: carrier.queue,
        },
    })
}

/// Where we keep to a rate, messages are spaced evenly. A carrier that minds its rate itself counts
/// by the second (Twilio error 30001, SMPP throttling), so it takes a second's worth at once.
fn usual_burst(rate: f64, overload: Overload) -> u32 {
    match overload {
        Overload::Paced => 1,
        Overload::Throttle(_) | Overload::Drop(_) | Overload::Hold(_) => {
            rate.clamp(1.0, f64::from(u32::MAX)) as u32
        }
    }
}
