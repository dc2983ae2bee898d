//! Where routes sent their messages, and how often they changed their mind.

use super::grid::{Column, Grid};
use crate::language::format;
use crate::report::words::{self, NOTHING};
use crate::sweep::PointResult;
use crate::verdict::Figure;

/// Carriers of routes that are listed.
const LISTED: usize = 20;

/// Routes by name, each with its carriers in its order.
pub(super) fn section(result: &PointResult) -> String {
    let model = &result.model;
    let all = model.routes.iter().zip(&result.assessment.routes);
    let rows: Vec<[String; 6]> = all
        .flat_map(|(plan, route)| {
            let providers = plan.providers.iter().zip(&route.providers).enumerate();
            providers.map(move |(nth, (&group, of))| {
                let name = if nth == 0 { plan.name.clone() } else { String::new() };
                let passed_on = match of.passed_on {
                    0.0 => NOTHING.to_owned(),
                    count => words::messages(count),
                };
                let switches = match plan.fail_over {
                    Some(_) => known(&of.switches, format::number),
                    None => NOTHING.to_owned(),
                };
                let out = match plan.fail_over {
                    Some(_) => known(&of.out, format::share),
                    None => NOTHING.to_owned(),
                };
                let group = model.groups[group].name.clone();
                [name, group, known(&of.sent, format::share), passed_on, out, switches]
            })
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("routes", Column::Words),
        ("to", Column::Words),
        ("sent", Column::Figures),
        ("passed\non", Column::Figures),
        ("time\nleft", Column::Figures),
        ("switches\nan hour", Column::Figures),
    ]);
    let more = rows.len().saturating_sub(LISTED);
    for row in rows.into_iter().take(LISTED) {
        grid.row(row);
    }
    let mut text = grid.text();
    if more > 0 {
        text += &format!("  and {} more of their carriers\n", format::count(more as u64));
    }
    text
}

fn known(figure: &Figure, show: impl Fn(f64) -> String) -> String {
    figure.estimate.map_or_else(|| NOTHING.to_owned(), |estimate| show(estimate.value))
}
