//! What has to hold.

use super::{ClassId, StationId};
use crate::engine::{SimDuration, SimTime};

/// One target of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// As written: `[target]` NAME.
    pub name: String,
    /// What is asked.
    pub criterion: Criterion,
    /// The share of the limit within which met and not met make no difference.
    pub indifference: f64,
}

/// What a target asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Criterion {
    /// The `quantile` of the class's latency is at most `limit`.
    Latency {
        /// Whose latency.
        class: ClassId,
        /// Which quantile, within 0..1.
        quantile: f64,
        /// At most this.
        limit: SimDuration,
        /// In each window, instead of over the whole run.
        windowed: Option<Windowed>,
    },
    /// At least `share` of the class's messages are delivered within `limit`.
    Delivered {
        /// Whose messages.
        class: ClassId,
        /// Within this of their arrival.
        limit: SimDuration,
        /// Share of all that arrived, within 0..=1.
        share: f64,
        /// In each window, instead of over the whole run.
        windowed: Option<Windowed>,
    },
    /// At most `share` of the messages are rejected, expire, fail or are lost.
    Loss {
        /// Whose messages; `None` for everybody's.
        class: Option<ClassId>,
        /// Share of all that arrived.
        share: f64,
    },
    /// From `by` on, to the end, at most `at_most` messages wait.
    Backlog {
        /// Where; `None` for the whole system.
        station: Option<StationId>,
        /// From when on.
        by: SimTime,
        /// Messages that may wait.
        at_most: u64,
    },
    /// The station is busy at most this share of its capacity.
    Utilization {
        /// Which.
        station: StationId,
        /// Share of its capacity.
        at_most: f64,
        /// In each window, instead of over the whole run.
        windowed: Option<Windowed>,
    },
}

impl Target {
    /// The windows that it is asked of; `None` of one that is asked of the whole run.
    pub fn windowed(&self) -> Option<Windowed> {
        match self.criterion {
            Criterion::Latency { windowed, .. }
            | Criterion::Delivered { windowed, .. }
            | Criterion::Utilization { windowed, .. } => windowed,
            Criterion::Loss { .. } | Criterion::Backlog { .. } => None,
        }
    }
}

/// A target that is asked of windows of time: of the messages that arrived in each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windowed {
    /// How long each window is: a multiple of the windows of the time line.
    pub per: SimDuration,
    /// The share of windows in which it has to hold, within 0..=1.
    pub share: f64,
}
