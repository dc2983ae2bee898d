//! How much of each limit of senders was used, and how long carriers waited for it.

use super::figures::{Exactness, Figure, Unit};
use super::period::Period;
use crate::measure::{Level, Measurements, QuotaWindow};
use crate::model::{Model, QuotaId};

/// What carriers took of one limit.
#[derive(Clone, Debug)]
pub struct QuotaFigures {
    /// Segments a second that were submitted under it.
    pub taken: Figure,
    /// Of what it allows.
    pub utilization: Figure,
    /// The share of the time in which a carrier waited for it.
    pub closed: Figure,
}

pub(super) fn of(model: &Model, runs: &[Measurements], period: &Period) -> Vec<QuotaFigures> {
    let exactness = Exactness::of(model);
    let one = |quota: usize| {
        let totals: Vec<QuotaWindow> =
            runs.iter().map(|run| total(&run.quotas[quota].windows[period.first..])).collect();
        let mean = |of: &dyn Fn((&QuotaWindow, &Measurements)) -> f64, unit| Figure {
            estimate: exactness.of_mean(&totals.iter().zip(runs).map(of).collect::<Vec<_>>()),
            unit,
        };
        let plan = &model.quotas[quota];
        let of_days = |(window, run): (&QuotaWindow, &Measurements)| {
            plan.by_days(period.from, run.end).map_or(0.0, |cap| match cap {
                0.0 => 0.0,
                cap => window.taken as f64 / cap,
            })
        };
        QuotaFigures {
            taken: mean(&|(window, _)| per_s(window), Unit::PerSecond),
            utilization: mean(
                &|of| used_of_rate(model, QuotaId::from_index(quota), of.0).max(of_days(of)),
                Unit::Share,
            ),
            closed: mean(&|(window, _)| window.closed.mean(), Unit::Share),
        }
    };
    (0..model.quotas.len()).map(one).collect()
}

fn total(windows: &[QuotaWindow]) -> QuotaWindow {
    let mut total = QuotaWindow { taken: 0, closed: Level::default() };
    for window in windows {
        total.taken += window.taken;
        total.closed.extend(&window.closed);
    }
    total
}

fn per_s(window: &QuotaWindow) -> f64 {
    let secs = window.closed.length.as_secs_f64();
    if secs > 0.0 { window.taken as f64 / secs } else { 0.0 }
}

/// The share of a quota's rate that was used in a window; nothing where it has none. (What a day's
/// cap comes to in a window says nothing: it may all be used within an hour.)
fn used_of_rate(model: &Model, quota: QuotaId, window: &QuotaWindow) -> f64 {
    let plan = &model.quotas[quota.index()];
    plan.per_s.map_or(0.0, |per_s_each| per_s(window) / (per_s_each * f64::from(plan.count)))
}

/// How much a quota stood in the way in a window: what of its rate was used, or how long somebody
/// waited for it.
pub(super) fn pressure(model: &Model, quota: QuotaId, window: &QuotaWindow) -> f64 {
    used_of_rate(model, quota, window).max(window.closed.mean())
}
