//! Figures as PNG bytes: each is a pure function of plain data, one file a figure.
//!
//! No figure touches files, clocks or fonts of the system, and equal data gives equal bytes. What
//! is undefined (NaN) leaves a gap; what is infinite is drawn in a lane of its own, "never".
//!
//! In reading order: `style` (colours, sizes), `text` and `canvas` (drawing), `words`, `scale` and
//! `clock` (values, axes), `panel` and `frame` (what figures share), then the figures.

mod canvas;
mod clock;
mod fill;
mod frame;
mod hops;
mod latency_distribution;
mod latency_over_time;
mod load;
mod outcomes;
mod panel;
mod resources;
mod scale;
mod series;
mod style;
mod sweep;
mod sweep_names;
mod sweep_numbers;
mod text;
mod words;

pub use clock::{Origin, Timeline};
pub use frame::Heading;
pub use hops::{ClassHops, HopPiece, HopsBar, HopsFigure};
pub use latency_distribution::{DistributionClass, DistributionFigure, QuantileTarget};
pub use latency_over_time::{LatencyClass, LatencyFigure, QuantileCurve};
pub use load::{Flow, LoadFigure};
pub use outcomes::{ClassOutcomes, Outcome, OutcomesFigure};
pub use resources::{Owner, Resource, ResourcesFigure};
pub use series::{Curve, Level};
pub use sweep::{Met, SweepFigure, SweepPoint, SweepTarget, Tried, Wanted};
pub use words::Quantity;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod previews;
