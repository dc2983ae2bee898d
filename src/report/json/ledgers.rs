//! Limits of senders, and what became of messages at carriers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figure::Figure;
use crate::sweep::PointResult;

/// A limit of senders.
#[derive(Debug, Serialize)]
pub(super) struct LimitFigures<'a> {
    /// Its name.
    name: &'a str,
    /// How many numbers, addresses, codes hold it.
    number: u32,
    /// Segments a second that each may send; null where there is no such limit.
    rate_each_per_s: Option<f64>,
    /// Segments a day that each may send; null where there is no such limit.
    daily_cap_each: Option<u64>,
    /// How long it takes to get more; null where nothing is said.
    lead_time_s: Option<f64>,
    /// Segments submitted, a second.
    taken: Figure,
    /// Of what it allows.
    utilization: Figure,
    /// The share of the time in which a carrier waited for it.
    closed: Figure,
}

/// Two accounts of the messages of a class that came for a carrier group, in shares of them.
#[derive(Debug, Serialize)]
pub(super) struct Ledger<'a> {
    /// The class.
    class: &'a str,
    /// The carrier or group; null for all together.
    group: Option<&'a str>,
    /// Messages that came in a run, on average.
    messages: f64,
    /// What became of them; adds up to one, duplicates apart.
    truth: BTreeMap<&'static str, Figure>,
    /// What the platform believes from the answers that it got; adds up to one.
    report: BTreeMap<&'static str, Figure>,
}

pub(super) fn limits(result: &PointResult) -> Vec<LimitFigures<'_>> {
    let all = result.model.quotas.iter().zip(&result.assessment.quotas);
    let limit = all.map(|(plan, of)| LimitFigures {
        name: &plan.name,
        number: plan.count,
        rate_each_per_s: plan.per_s,
        daily_cap_each: plan.daily.map(|cap| cap.segments),
        lead_time_s: plan.lead_time.map(|time| time.as_secs_f64()),
        taken: Figure::of(&of.taken),
        utilization: Figure::of(&of.utilization),
        closed: Figure::of(&of.closed),
    });
    limit.collect()
}

pub(super) fn ledgers(result: &PointResult) -> Vec<Ledger<'_>> {
    let model = &result.model;
    let shares = |entries: &[(&'static str, crate::verdict::Figure)]| {
        entries.iter().map(|(name, figure)| (*name, Figure::of(figure))).collect()
    };
    let ledger = result.assessment.ledgers.iter().map(|of| Ledger {
        class: &model.classes[of.class].name,
        group: of.group.map(|group| model.groups[group].name.as_str()),
        messages: of.came,
        truth: shares(&of.truth),
        report: shares(&of.report),
    });
    ledger.collect()
}
