//! Every target against the key that was varied.

use crate::engine::SimDuration;
use crate::language::units::{Count, Rate, Share};
use crate::language::{Node, Place, Problems, Read};
use crate::report::chart::{
    Heading, Met, Quantity, SweepFigure, SweepPoint, SweepTarget, Tried, Wanted,
};
use crate::report::words;
use crate::stats::Limit;
use crate::sweep::PointResult;
use crate::verdict::{Answer, TargetVerdict, Unit};

pub(super) fn figure(key: &str, points: &[(String, PointResult)], heading: Heading) -> SweepFigure {
    let values: Vec<&str> = points.iter().map(|(value, _)| value.as_str()).collect();
    let targets = points.first().map_or(0, |(_, first)| first.model.targets.len());
    SweepFigure {
        heading,
        key: key.to_owned(),
        tried: tried(&values),
        targets: (0..targets).map(|target| one_target(points, target)).collect(),
    }
}

fn one_target(points: &[(String, PointResult)], at: usize) -> SweepTarget {
    let (_, first) = &points[0];
    let (target, verdict) = (&first.model.targets[at], &first.assessment.targets[at]);
    SweepTarget {
        name: target.name.clone(),
        measure: words::measure(&first.model, target),
        quantity: match verdict.measured.unit {
            Unit::Seconds => Quantity::Duration,
            Unit::Share => Quantity::Share,
            Unit::Messages | Unit::PerHour => Quantity::Number,
            Unit::PerSecond => Quantity::PerSecond,
        },
        wanted: match verdict.limit {
            Limit::AtMost(_) => Wanted::AtMost,
            Limit::AtLeast(_) => Wanted::AtLeast,
        },
        bound: verdict.limit.value(),
        points: points.iter().map(|(_, point)| mark(&point.assessment.targets[at])).collect(),
    }
}

fn mark(verdict: &TargetVerdict) -> SweepPoint {
    let met = match verdict.answer {
        Answer::Met => Met::Yes,
        Answer::NotMet => Met::No,
        Answer::Undecided => Met::Undecided,
    };
    if words::grows(verdict) {
        return SweepPoint { value: f64::INFINITY, low: f64::INFINITY, high: f64::INFINITY, met };
    }
    let value = verdict.measured.estimate.map_or(f64::NAN, |estimate| estimate.value);
    let interval = verdict.measured.estimate.and_then(|estimate| estimate.interval);
    let (low, high) = interval.map_or((value, value), |interval| (interval.low, interval.high));
    SweepPoint { value, low, high, met }
}

/// What values may measure, and how one is read.
type Kind = (Quantity, fn(&str) -> Option<f64>);

/// The values as numbers, if all of them are of one kind.
fn tried(values: &[&str]) -> Tried {
    let kinds: [Kind; 5] = [
        (Quantity::Number, |text| {
            text.replace('_', "").parse().ok().filter(|v: &f64| v.is_finite())
        }),
        (Quantity::Number, |text| read::<Count>(text).map(|count| count.0 as f64)),
        (Quantity::Duration, |text| read::<SimDuration>(text).map(SimDuration::as_secs_f64)),
        (Quantity::PerSecond, |text| read::<Rate>(text).map(|rate| rate.per_s)),
        (Quantity::Share, |text| read::<Share>(text).map(|share| share.0)),
    ];
    for (quantity, number) in kinds {
        let numbers: Option<Vec<f64>> = values.iter().map(|text| number(unquoted(text))).collect();
        if let Some(numbers) = numbers {
            return Tried::Numbers(quantity, numbers);
        }
    }
    Tried::Names(values.iter().map(|text| unquoted(text).to_owned()).collect())
}

/// Reads a text as a scenario would.
fn read<T: Read>(text: &str) -> Option<T> {
    T::read(&Node::new(text, Place::default()), &mut Problems::new())
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(text)
}
