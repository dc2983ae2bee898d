//! How much of each limit of senders was used, and how long carriers waited for it.

use std::ops::Range;

use super::figures::{Exactness, Figure, Unit};
use super::period::Period;
use crate::measure::{Level, Measurements, QuotaWindow};
use crate::model::{Beyond, Model, QuotaPlan};

/// What carriers took of one limit.
#[derive(Clone, Debug)]
pub struct QuotaFigures {
    /// Segments a second that were submitted under it.
    pub taken: Figure,
    /// Of what it allows: of its rate, or of its daily cap on the days that the measured period
    /// touches, whichever is more.
    pub utilization: Figure,
    /// The share of the time in which a carrier waited for it.
    pub closed: Figure,
}

pub(super) fn of(model: &Model, runs: &[Measurements], period: &Period) -> Vec<QuotaFigures> {
    let exactness = Exactness::of(model);
    let one = |quota: usize| {
        let plan = &model.quotas[quota];
        let totals: Vec<QuotaWindow> =
            runs.iter().map(|run| total(&run.quotas[quota].windows[period.first..])).collect();
        let used: Vec<f64> = runs.iter().map(|run| used(plan, run, quota, period)).collect();
        let mean = |of: &dyn Fn(&QuotaWindow) -> f64, unit| Figure {
            estimate: exactness.of_mean(&totals.iter().map(of).collect::<Vec<_>>()),
            unit,
        };
        QuotaFigures {
            taken: mean(&per_s, Unit::PerSecond),
            utilization: Figure { estimate: exactness.of_mean(&used), unit: Unit::Share },
            closed: mean(&|window| window.closed.mean(), Unit::Share),
        }
    };
    (0..model.quotas.len()).map(one).collect()
}

fn total(windows: &[QuotaWindow]) -> QuotaWindow {
    let mut total = QuotaWindow { taken: 0, today: 0, closed: Level::default() };
    for window in windows {
        total.taken += window.taken;
        total.today = total.today.max(window.today);
        total.closed.extend(&window.closed);
    }
    total
}

fn per_s(window: &QuotaWindow) -> f64 {
    let secs = window.closed.length.as_secs_f64();
    if secs > 0.0 { window.taken as f64 / secs } else { 0.0 }
}

/// The share of a quota that one replication used in the measured period.
pub(super) fn used(plan: &QuotaPlan, run: &Measurements, quota: usize, period: &Period) -> f64 {
    let total = total(&run.quotas[quota].windows[period.first..]);
    let of_days = |days: u64| total.taken as f64 / (allowance(plan) * days as f64);
    let cap = plan.daily.map(|cap| of_days(cap.days(period.from, run.end)));
    rate_used(plan, &total).max(cap.unwrap_or(0.0))
}

/// The share of a quota that was used in some windows of a replication: of a daily cap, what had
/// been taken of the day by then.
pub(super) fn used_in(
    plan: &QuotaPlan,
    run: &Measurements,
    quota: usize,
    windows: Range<usize>,
) -> f64 {
    let total = total(&run.quotas[quota].windows[windows]);
    rate_used(plan, &total).max(total.today as f64 / allowance(plan))
}

/// Segments a day, without end where there is no cap.
fn allowance(plan: &QuotaPlan) -> f64 {
    plan.daily.map_or(f64::INFINITY, |cap| cap.segments as f64 * f64::from(plan.count))
}

fn rate_used(plan: &QuotaPlan, window: &QuotaWindow) -> f64 {
    plan.per_s.map_or(0.0, |rate| per_s(window) / (rate * f64::from(plan.count)))
}

/// How much a quota stood in the way in a window: what of its rate was used, or how long somebody
/// waited for it. A daily cap stands in nobody's way until it is reached, and what is beyond a
/// strict one does not wait.
pub(super) fn pressure(plan: &QuotaPlan, window: &QuotaWindow) -> f64 {
    let is_strict = plan.daily.is_some_and(|cap| cap.beyond == Beyond::Fail);
    let is_beyond = is_strict && window.taken > 0 && window.today as f64 > allowance(plan);
    let beyond = if is_beyond { 1.0 } else { 0.0 };
    rate_used(plan, window).max(window.closed.mean()).max(beyond)
}
