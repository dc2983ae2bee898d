//! Limits of senders, in name order, and which carriers are under them.

use super::groups::LEAST_PER_S;
use crate::carrier::quota::{DailyCap, QuotaPlan};
use crate::engine::{SimDuration, SimTime};
use crate::language::{Placed, Problems, RunClock, UtcOffset, unknown_name};
use crate::model::QuotaId;
use crate::scenario::schema::{LimitSchema, Scenario};

const DAY: SimDuration = SimDuration::from_secs(86_400);
/// Most limits of a scenario: positions take 16 bits.
const MOST: usize = 60_000;

/// The limits of a scenario.
pub(super) fn lower(
    scenario: &Scenario,
    clock: Option<&RunClock>,
    problems: &mut Problems,
) -> Option<Vec<QuotaPlan>> {
    let items = &scenario.limits.items;
    if let Some((name, _)) = items.get(MOST) {
        problems.add(name.place, "more than 60,000 limits in all, up to here");
        return None;
    }
    let quotas: Vec<_> = items
        .iter()
        .map(|(name, limit)| quota(name, limit.as_ref()?, scenario, clock, problems))
        .collect();
    quotas.into_iter().collect()
}

fn quota(
    name: &Placed<String>,
    limit: &LimitSchema,
    scenario: &Scenario,
    clock: Option<&RunClock>,
    problems: &mut Problems,
) -> Option<QuotaPlan> {
    let all = || scenario.carriers.good().chain(scenario.groups.good()).map(|(_, one)| one);
    let is = |other: &Placed<String>| other.value == name.value;
    let is_under = all().any(|carrier| carrier.limits.iter().any(is));
    let connects = all().any(|carrier| carrier.connections.as_ref().is_some_and(|c| is(&c.of)));
    if is_under && limit.rate.is_none() && limit.daily_cap.is_none() {
        problems.add_with_hint(
            limit.place,
            "this limits nothing",
            "add, for example, `rate = \"1/s\"` or `daily-cap = 200_000`",
        );
        return None;
    }
    if connects && !is_under && (limit.rate.is_some() || limit.daily_cap.is_some()) {
        problems.add_with_hint(
            limit.place,
            format!("only connections are of `{}`: no carrier keeps to its rate", name.value),
            format!("name it in a carrier too, `limits = [\"{}\"]`", name.value),
        );
        return None;
    }
    if let Some(rate) = limit.rate.as_ref().filter(|rate| rate.value.per_s < LEAST_PER_S) {
        problems.add(rate.place, "this is less than one message in eleven days");
        return None;
    }
    let daily = match limit.daily_cap {
        None => None,
        Some(segments) => {
            let first_reset = first_midnight(clock?, limit.zone);
            Some(DailyCap { segments, first_reset, beyond: limit.beyond })
        }
    };
    Some(QuotaPlan {
        name: name.value.clone(),
        count: limit.count,
        per_s: limit.rate.as_ref().map(|rate| rate.value.per_s),
        burst: limit.burst,
        daily,
        lead_time: limit.lead_time,
    })
}

/// The first midnight of a zone after the start of the run.
fn first_midnight(clock: &RunClock, zone: Option<UtcOffset>) -> SimTime {
    let minutes = |zone: UtcOffset| i64::from(zone.minutes());
    let ahead = minutes(zone.unwrap_or(clock.zone)) - minutes(clock.zone);
    let into_day = clock.into_day(SimTime::ZERO).ns() as i64 + ahead * 60_000_000_000;
    let left = DAY.ns() - into_day.rem_euclid(DAY.ns() as i64) as u64;
    SimTime::ZERO + SimDuration::from_ns(left)
}

/// The limit of that name.
pub(super) fn find(
    name: &Placed<String>,
    scenario: &Scenario,
    problems: &mut Problems,
) -> Option<QuotaId> {
    let known = scenario.limits.names();
    let found = known.binary_search(&name.value.as_str()).ok();
    if found.is_none() {
        unknown_name("limit", name, &known, problems);
    }
    found.filter(|&at| at < MOST).map(QuotaId::from_index)
}
