//! Routes to carriers.

use serde::Serialize;

use super::figure::Figure;
use crate::sweep::PointResult;

/// A route.
#[derive(Debug, Serialize)]
pub(super) struct RouteFigures<'a> {
    /// Its name.
    name: &'a str,
    /// How often an hour it left a carrier or took one back.
    switches: Figure,
    /// In the route's order.
    to: Vec<ProviderFigures<'a>>,
}

/// A carrier or group that a route leads to.
#[derive(Debug, Serialize)]
struct ProviderFigures<'a> {
    /// Its name.
    name: &'a str,
    /// The share of the route's messages that went there.
    sent: Figure,
    /// The share of the time in which it was left.
    left: Figure,
    /// How often an hour it was left or taken back.
    switches: Figure,
    /// Messages sent there that had failed at another, a replication.
    passed_on: f64,
}

pub(super) fn routes(result: &PointResult) -> Vec<RouteFigures<'_>> {
    let model = &result.model;
    let all = model.routes.iter().zip(&result.assessment.routes);
    let route = all.map(|(plan, of)| RouteFigures {
        name: &plan.name,
        switches: Figure::of(&of.switches),
        to: plan
            .providers
            .iter()
            .zip(&of.providers)
            .map(|(&group, of)| ProviderFigures {
                name: &model.groups[group].name,
                sent: Figure::of(&of.sent),
                left: Figure::of(&of.out),
                switches: Figure::of(&of.switches),
                passed_on: of.passed_on,
            })
            .collect(),
    });
    route.collect()
}
