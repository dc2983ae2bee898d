//! What routes sent where over the part of the run that counts.

use super::table::{Table, estimate, estimate_columns, number};
use crate::sweep::PointResult;

/// `routes.csv`: a row for each carrier or group of each route.
pub(super) fn routes(result: &PointResult) -> Vec<u8> {
    let mut header = ["route", "to"].map(str::to_owned).to_vec();
    let names = ["sent_share", "left_share", "switches_per_h", "route_switches_per_h"];
    header.extend(names.iter().flat_map(|name| estimate_columns(name)));
    header.push("passed_on".to_owned());
    let mut table = Table::new(&header);
    for (plan, route) in result.model.routes.iter().zip(&result.assessment.routes) {
        for (&group, of) in plan.providers.iter().zip(&route.providers) {
            let names = [plan.name.clone(), result.model.groups[group].name.clone()];
            let figures = [&of.sent, &of.out, &of.switches, &route.switches];
            let cells = figures.into_iter().flat_map(|figure| estimate(figure.estimate));
            table.row(names.into_iter().chain(cells).chain([number(of.passed_on)]));
        }
    }
    table.bytes()
}
