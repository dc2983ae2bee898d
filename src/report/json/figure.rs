//! Figures in documents.

use serde::{Serialize, Serializer};

use crate::verdict;

/// A number. JSON has no infinity: what is infinite (a latency that never ends) is the text
/// "infinite" or "-infinite"; what is undefined is null.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) f64);

/// A figure with its interval.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Figure {
    /// The figure; null where there is nothing to tell it from.
    value: Option<Number>,
    /// The lower end of its 95 % interval; null where one replication has none.
    low: Option<Number>,
    /// The upper end.
    high: Option<Number>,
    /// What it is in: "s", "share" (of one), "messages", "1/s" or "1/h".
    unit: &'static str,
}

impl Figure {
    pub(super) fn of(figure: &verdict::Figure) -> Self {
        let interval = figure.estimate.and_then(|estimate| estimate.interval);
        Self {
            value: figure.estimate.map(|estimate| Number(estimate.value)),
            low: interval.map(|interval| Number(interval.low)),
            high: interval.map(|interval| Number(interval.high)),
            unit: figure.unit.name(),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_finite() => serializer.serialize_f64(value),
            value if value.is_nan() => serializer.serialize_none(),
            value if value > 0.0 => serializer.serialize_str("infinite"),
            _ => serializer.serialize_str("-infinite"),
        }
    }
}
