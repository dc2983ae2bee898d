//! What figures over time are made of: series with intervals, and lines to hold them against.

/// A series with the interval of each value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// One value for each time; NaN where there is none.
    pub values: Vec<f64>,
    /// Lower and upper ends of each value's interval, drawn as a band; may be empty.
    pub interval: Option<(Vec<f64>, Vec<f64>)>,
}

/// A horizontal line with words at its end: a capacity or a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// What stands at its end, such as "us-carriers: 4,000/s".
    pub label: String,
    /// Where it lies, in the axis's unit.
    pub value: f64,
}

impl Curve {
    /// A series without intervals.
    pub fn exact(values: Vec<f64>) -> Self {
        Self { values, interval: None }
    }

    /// All finite numbers that its axis must hold.
    pub(super) fn reach(&self) -> impl Iterator<Item = f64> {
        let interval = self.interval.iter().flat_map(|(low, high)| low.iter().chain(high));
        self.values.iter().chain(interval).copied().filter(|v| v.is_finite())
    }
}

/// The greatest of the values that are defined; zero if none is.
pub(super) fn highest(values: &[f64]) -> f64 {
    values.iter().copied().filter(|v| !v.is_nan()).fold(0.0, f64::max)
}
