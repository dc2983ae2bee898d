//! The tables of a sweep: a row for each value tried, and each target, class or station.

use super::table::{Table, estimate, exact};
use super::{classes, stations};
use crate::model::StationId;
use crate::report::words;
use crate::sweep::PointResult;

/// `sweep.csv`: every target at every value.
pub(super) fn targets(key: &str, points: &[(String, PointResult)]) -> Vec<u8> {
    let mut table = Table::new([
        key, "target", "wanted", "measured", "low", "high", "unit", "limit", "verdict", "reason",
        "binds",
    ]);
    for (value, point) in points {
        let verdicts = point.model.targets.iter().zip(&point.assessment.targets);
        for (index, (target, verdict)) in verdicts.enumerate() {
            let bindings = point.assessment.bindings.iter();
            let binding = bindings.filter(|binding| binding.target == Some(index));
            let stations = binding.map(|binding| point.model.station_name(binding.station));
            let names = [value.clone(), target.name.clone(), words::wanted(&point.model, target)];
            let measured = estimate(verdict.measured.estimate);
            let rest = [
                verdict.measured.unit.name().to_owned(),
                exact(verdict.limit.value()),
                words::answer_code(verdict.answer).to_owned(),
                verdict.reason.map(words::reason_code).unwrap_or_default().to_owned(),
                words::list(&stations.collect::<Vec<_>>()),
            ];
            table.row(names.into_iter().chain(measured).chain(rest));
        }
    }
    table.bytes()
}

/// `sweep_classes.csv`: every class at every value.
pub(super) fn classes(key: &str, points: &[(String, PointResult)]) -> Vec<u8> {
    let figures = points.first().map_or(&[][..], |(_, point)| &point.assessment.classes);
    let columns = classes::figure_columns(figures);
    let mut table = Table::new([key.to_owned(), "class".to_owned()].into_iter().chain(columns));
    for (value, point) in points {
        for (class, figures) in point.model.classes.iter().zip(&point.assessment.classes) {
            let names = [value.clone(), class.name.clone()];
            table.row(names.into_iter().chain(classes::figure_cells(figures)));
        }
    }
    table.bytes()
}

/// `sweep_stations.csv`: every service and carrier group at every value.
pub(super) fn stations(key: &str, points: &[(String, PointResult)]) -> Vec<u8> {
    let names = [key, "station", "owner", "binds"].map(str::to_owned);
    let mut table = Table::new(names.into_iter().chain(stations::figure_columns()));
    for (value, point) in points {
        for (index, figures) in point.assessment.stations.iter().enumerate() {
            let station = StationId::from_index(index);
            let mut bindings = point.assessment.bindings.iter();
            let binds = bindings.any(|of| of.target.is_some() && of.station == station);
            let names = [
                value.clone(),
                point.model.station_name(station).to_owned(),
                words::owner(figures.is_ours).to_owned(),
                binds.to_string(),
            ];
            table.row(names.into_iter().chain(stations::figure_cells(figures)));
        }
    }
    table.bytes()
}
