//! `summary.csv`: a row for each target and each headline figure of a class or a station.

use super::table::{Table, estimate, exact};
use crate::model::StationId;
use crate::report::words;
use crate::sweep::PointResult;
use crate::verdict::{Figure, TargetVerdict};

const HEADER: [&str; 9] =
    ["kind", "of", "figure", "value", "low", "high", "unit", "limit", "verdict"];

pub(super) fn table(result: &PointResult) -> Vec<u8> {
    let mut table = Table::new(HEADER);
    for (target, verdict) in result.model.targets.iter().zip(&result.assessment.targets) {
        let wanted = words::wanted(&result.model, target);
        row(&mut table, ["target", &target.name, &wanted], &verdict.measured, Some(verdict));
    }
    for (class, figures) in result.model.classes.iter().zip(&result.assessment.classes) {
        let mut add = |name: &str, figure: &Figure| {
            row(&mut table, ["class", &class.name, name], figure, None);
        };
        add("offered", &figures.offered);
        add("carried", &figures.carried);
        add("goodput", &figures.goodput);
        add("in time", &figures.in_time);
        add("mean latency", &figures.mean_latency);
        for (level, figure) in &figures.latency {
            add(&format!("{} latency", words::quantile_name(*level)), figure);
        }
    }
    for (index, figures) in result.assessment.stations.iter().enumerate() {
        let name = result.model.station_name(StationId::from_index(index));
        let kind = if figures.is_ours { "service" } else { "carriers" };
        let mut add = |what: &str, figure: &Figure| {
            row(&mut table, [kind, name, what], figure, None);
        };
        add("offered", &figures.offered);
        add("utilization", &figures.utilization);
        add("mean wait", &figures.mean_wait);
        add("mean queue", &figures.mean_queue);
    }
    table.bytes()
}

fn row(table: &mut Table, names: [&str; 3], figure: &Figure, verdict: Option<&TargetVerdict>) {
    let unit = figure.unit.name().to_owned();
    let limit = verdict.map(|verdict| exact(verdict.limit.value())).unwrap_or_default();
    let answer = verdict.map(|verdict| words::answer_code(verdict.answer)).unwrap_or_default();
    let cells = names.map(str::to_owned).into_iter().chain(estimate(figure.estimate));
    table.row(cells.chain([unit, limit, answer.to_owned()]));
}
