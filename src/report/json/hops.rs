//! Where the time of a class's delivered messages went.

use serde::Serialize;

use super::figure::Number;
use crate::model::Model;
use crate::verdict::{Hop, TimeByHop};

/// Where the time of a class went, all replications together.
#[derive(Debug, Serialize)]
pub(super) struct TimeDocument<'a> {
    /// The class.
    class: &'a str,
    /// Messages delivered, in all replications.
    messages: u64,
    /// The slowest of them: 1 %, and as many more as took about as long as the fastest of these.
    slowest_messages: u64,
    /// All of the slowest took at least this.
    slowest_from_s: f64,
    /// Parts of their time, which together are all of it.
    hops: Vec<HopDocument<'a>>,
}

/// A part of the time of messages.
#[derive(Debug, Serialize)]
struct HopDocument<'a> {
    /// The service or carrier group; null for what happens at none.
    station: Option<&'a str>,
    /// "waiting", "waiting-for-core", "work", "pause", "round-trip", "held", "delivery",
    /// "given-up", "network" or "back-off".
    doing: &'static str,
    /// Of all messages: time of one, on average.
    all_mean_s: Number,
    /// Of all messages: share of their time.
    all_share: Number,
    /// Of the slowest: time of one, on average.
    slowest_mean_s: Number,
    /// Of the slowest: share of their time.
    slowest_share: Number,
}

impl<'a> TimeDocument<'a> {
    pub(super) fn of(model: &'a Model, class: &'a str, time: &TimeByHop) -> Self {
        let mean = |ns: u128, count: u64| Number(ns as f64 / 1e9 / count as f64);
        let share = |ns: u128, whole: u128| Number(ns as f64 / whole as f64);
        let hop = |hop: &Hop| HopDocument {
            station: hop.station.map(|station| model.station_name(station)),
            doing: hop.doing.name(),
            all_mean_s: mean(hop.all_ns, time.messages),
            all_share: share(hop.all_ns, time.all_ns()),
            slowest_mean_s: mean(hop.slowest_ns, time.slowest),
            slowest_share: share(hop.slowest_ns, time.slowest_ns()),
        };
        Self {
            class,
            messages: time.messages,
            slowest_messages: time.slowest,
            slowest_from_s: time.slowest_from_ns as f64 / 1e9,
            hops: time.hops.iter().map(hop).collect(),
        }
    }
}
