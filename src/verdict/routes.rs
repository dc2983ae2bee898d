//! Where routes sent their messages, and how often they changed their mind.

use super::figures::{Exactness, Figure, Unit};
use super::period::Period;
use crate::measure::{Measurements, RouteWindow};
use crate::model::Model;
use crate::stats::Ratio;

/// What one route did.
#[derive(Clone, Debug)]
pub struct RouteFigures {
    /// How often an hour it left a carrier or took one back.
    pub switches: Figure,
    /// By carrier or group, in the route's order.
    pub providers: Vec<ProviderFigures>,
}

/// What a route did with one carrier or group.
#[derive(Clone, Debug)]
pub struct ProviderFigures {
    /// The share of the route's messages that it sent there.
    pub sent: Figure,
    /// How often an hour it was left or taken back.
    pub switches: Figure,
    /// The share of the time in which it was left.
    pub out: Figure,
    /// Messages sent there that had failed at another, a replication.
    pub passed_on: f64,
}

pub(super) fn of(model: &Model, runs: &[Measurements], period: &Period) -> Vec<RouteFigures> {
    let exactness = Exactness::of(model);
    let one = |route: usize| {
        // By replication and provider.
        let totals: Vec<Vec<RouteWindow>> = runs
            .iter()
            .map(|run| &run.routes[route].providers)
            .map(|each| each.iter().map(|windows| total(&windows[period.first..])).collect())
            .collect();
        let hourly = |of: &dyn Fn(&[RouteWindow]) -> u64| Figure {
            estimate: exactness.of_mean(
                &totals
                    .iter()
                    .map(|run| an_hour(of(run), run[0].out.length.as_secs_f64()))
                    .collect::<Vec<_>>(),
            ),
            unit: Unit::PerHour,
        };
        let provider = |nth: usize| {
            let sent: Vec<Ratio> = totals
                .iter()
                .map(|run| Ratio {
                    top: run[nth].sent as f64,
                    bottom: run.iter().map(|of| of.sent as f64).sum(),
                })
                .collect();
            let out: Vec<f64> = totals.iter().map(|run| run[nth].out.mean()).collect();
            let passed_on: u64 = totals.iter().map(|run| run[nth].passed_on).sum();
            ProviderFigures {
                sent: Figure { estimate: exactness.of_share(&sent), unit: Unit::Share },
                switches: hourly(&|run| run[nth].switches),
                out: Figure { estimate: exactness.of_mean(&out), unit: Unit::Share },
                passed_on: passed_on as f64 / runs.len() as f64,
            }
        };
        RouteFigures {
            switches: hourly(&|run| run.iter().map(|of| of.switches).sum()),
            providers: (0..model.routes[route].providers.len()).map(provider).collect(),
        }
    };
    (0..model.routes.len()).map(one).collect()
}

fn total(windows: &[RouteWindow]) -> RouteWindow {
    let mut total = RouteWindow::default();
    for window in windows {
        total.sent += window.sent;
        total.passed_on += window.passed_on;
        total.switches += window.switches;
        total.out.extend(&window.out);
    }
    total
}

fn an_hour(count: u64, secs: f64) -> f64 {
    if secs > 0.0 { count as f64 * 3_600.0 / secs } else { 0.0 }
}
