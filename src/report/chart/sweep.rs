//! Figure: targets against the key that a sweep varies, a panel for each target.
//!
//! Numbers go along the x axis; names, such as options, get a row each.

use super::canvas::Canvas;
use super::frame::{Heading, Sample, page};
use super::scale::{Scale, extent};
use super::style;
use super::words::Quantity;

/// Targets with a panel.
const PANELS: usize = 6;

/// What came of each value that a sweep tried.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepFigure {
    /// Title and subtitle.
    pub heading: Heading,
    /// The key that varies, such as "instances of sender".
    pub key: String,
    /// What it was set to.
    pub tried: Tried,
    /// A panel for each target, at most six.
    pub targets: Vec<SweepTarget>,
}

/// The values of the key.
#[derive(Clone, Debug, PartialEq)]
pub enum Tried {
    /// Numbers and what they measure.
    Numbers(Quantity, Vec<f64>),
    /// Names, such as options.
    Names(Vec<String>),
}

/// One target, and how it fared at each value.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepTarget {
    /// Its name.
    pub name: String,
    /// What is measured, such as "p99 of otp".
    pub measure: String,
    /// Its unit.
    pub quantity: Quantity,
    /// On which side of `bound` it is met.
    pub wanted: Wanted,
    /// The bound, in the quantity's unit.
    pub bound: f64,
    /// A point for each value tried.
    pub points: Vec<SweepPoint>,
}

/// Which side of a bound is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// At the bound or below.
    AtMost,
    /// At the bound or above.
    AtLeast,
}

/// What was measured at one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepPoint {
    /// The estimate; NaN if there is none.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// Whether the target is met.
    pub met: Met,
}

/// Whether a target is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The runs do not tell.
    Undecided,
}

impl SweepFigure {
    /// The figure as a PNG.
    pub fn png(&self) -> Vec<u8> {
        match &self.tried {
            Tried::Numbers(quantity, values) => {
                super::sweep_numbers::png(self, &self.shown(), *quantity, values)
            }
            Tried::Names(names) => super::sweep_names::png(self, &self.shown(), names),
        }
    }

    /// The targets with a panel, in the given order. Of more than have room, those that some
    /// values meet and others do not come first, then those that are missed.
    fn shown(&self) -> Vec<SweepTarget> {
        let mut telling: Vec<usize> = (0..self.targets.len()).collect();
        telling.sort_by_key(|&at| self.targets[at].is_met_throughout());
        telling.sort_by_key(|&at| !self.targets[at].changes());
        telling.truncate(PANELS);
        telling.sort_unstable();
        telling.into_iter().map(|at| self.targets[at].clone()).collect()
    }

    /// What the marks mean, of those that occur.
    pub(super) fn legend(&self) -> Vec<(Sample, String)> {
        let shown = self.shown();
        let points = || shown.iter().flat_map(|target| &target.points);
        let mut items: Vec<(Sample, String)> = [Met::Yes, Met::Undecided, Met::No]
            .into_iter()
            .filter(|met| points().any(|point| point.met == *met))
            .map(|met| (Sample::Verdict(met), met.words().to_owned()))
            .collect();
        if points().any(|point| point.low < point.high) {
            items.push((Sample::Interval, "95 % interval".to_owned()));
        }
        let note = if self.targets.is_empty() {
            (Sample::Blank, "No target was tried.".to_owned())
        } else {
            (Sample::Fill(style::MET), "where the target is met".to_owned())
        };
        items.push(note);
        let more = self.targets.len() - shown.len();
        if more > 0 {
            let met = self.targets.iter().filter(|target| target.is_met_throughout()).count()
                - shown.iter().filter(|target| target.is_met_throughout()).count();
            let how = if met == more { ", met at all values," } else { "" };
            let text = match more {
                1 => format!("1 more target{how} is not shown"),
                _ => format!("{more} more targets{how} are not shown"),
            };
            items.push((Sample::Blank, text));
        }
        items
    }
}

impl SweepTarget {
    /// "at most 10 s".
    pub(super) fn bound_words(&self) -> String {
        let side = match self.wanted {
            Wanted::AtMost => "at most",
            Wanted::AtLeast => "at least",
        };
        format!("{side} {}", super::words::value(self.quantity, self.bound))
    }

    /// An axis that holds all points, their intervals and the bound: logarithmic if they differ
    /// by more than fiftyfold.
    pub(super) fn scale(&self, steps: usize) -> Scale {
        let mut values = vec![self.bound];
        values.extend(self.points.iter().flat_map(|point| [point.value, point.low, point.high]));
        let estimates: Vec<f64> =
            self.points.iter().map(|point| point.value).chain([self.bound]).collect();
        match extent(&estimates) {
            Some((low, high)) if low > 0.0 && high > 50.0 * low => {
                // An interval's end may reach zero, which a log axis has not.
                let positive: Vec<f64> = values.into_iter().filter(|v| *v >= low / 10.0).collect();
                Scale::log(self.quantity, &positive)
            }
            _ => Scale::linear(self.quantity, &values, steps),
        }
    }

    /// Whether some values tried meet it and others do not.
    fn changes(&self) -> bool {
        self.points.iter().any(|point| Some(point.met) != self.points.first().map(|of| of.met))
    }

    fn is_met_throughout(&self) -> bool {
        self.points.iter().all(|point| point.met == Met::Yes)
    }

    /// Whether any point is infinite.
    pub(super) fn never(&self) -> bool {
        self.points.iter().any(|point| point.value == f64::INFINITY)
    }
}

impl SweepPoint {
    /// Whether its interval has no upper end, though it is itself finite.
    pub(super) fn is_open(&self) -> bool {
        self.value.is_finite() && self.high == f64::INFINITY
    }
}

impl Met {
    fn words(self) -> &'static str {
        match self {
            Self::Yes => "met",
            Self::No => "not met",
            Self::Undecided => "undecided",
        }
    }
}

/// Radius of a point's mark.
pub(super) const RADIUS: f64 = 8.5;

/// Draws a point's mark: full if the target is met, hollow if not, half if undecided.
pub(super) fn draw_mark(canvas: &mut Canvas, (x, y): (f64, f64), met: Met) {
    let color = match met {
        Met::Yes => style::MARK_MET,
        Met::No => style::TARGET,
        Met::Undecided => style::MUTED,
    };
    canvas.disc((x, y), RADIUS + 2.0, style::PAPER);
    canvas.disc((x, y), RADIUS, color);
    match met {
        Met::Yes => {}
        Met::No => canvas.disc((x, y), RADIUS - 3.0, style::PAPER),
        Met::Undecided => canvas.between((x - RADIUS, x), style::PAPER, 1.0, |at| {
            let inner = RADIUS - 2.4;
            let reach = (inner * inner - (at - x) * (at - x)).sqrt();
            reach.is_finite().then_some((y - reach, y + reach))
        }),
    }
}

/// The width of the page that `columns` leave each, with `gap` between.
pub(super) fn column_width(columns: usize, gap: f64) -> f64 {
    let columns = columns.max(1) as f64;
    (page().width() - gap * (columns - 1.0)) / columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_that_are_missed_or_change_have_a_panel_before_those_that_are_met() {
        let target = |name: &str, met: [Met; 2]| SweepTarget {
            name: name.to_owned(),
            measure: String::new(),
            quantity: Quantity::Number,
            wanted: Wanted::AtMost,
            bound: 1.0,
            points: met.map(|met| SweepPoint { value: 1.0, low: 1.0, high: 1.0, met }).to_vec(),
        };
        let met = ["a", "b", "c", "d", "e", "f"].map(|name| target(name, [Met::Yes, Met::Yes]));
        let last = [target("g", [Met::No, Met::No]), target("h", [Met::No, Met::Yes])];
        let figure = SweepFigure {
            heading: Heading::default(),
            key: "k".to_owned(),
            tried: Tried::Numbers(Quantity::Number, vec![1.0, 2.0]),
            targets: met.into_iter().chain(last).collect(),
        };
        let names: Vec<String> = figure.shown().into_iter().map(|target| target.name).collect();
        assert_eq!(names, ["a", "b", "c", "d", "g", "h"]);
        let (_, said) = figure.legend().pop().unwrap();
        assert_eq!(said, "2 more targets, met at all values, are not shown");
    }
}
