//! What happened when: a row for each window of time and each class or station.
//!
//! Counts are means over the replications that reached the window, quantiles means over those
//! that have any.

use super::table::{Column, Table, exact, maybe, number};
use crate::engine::SimTime;
use crate::measure::{ClassWindow, StationWindow};
use crate::model::StationId;
use crate::report::pool::{mean, of_window, windows};
use crate::report::words;
use crate::sim::Outcome;
use crate::sweep::PointResult;
use crate::verdict::Capacity;

/// Counts of one class in one window, by column.
const OF_CLASS: [Column<ClassWindow, f64>; 8] = [
    ("offered", |of| of.arrived as f64),
    ("delivered", |of| of.ended[Outcome::Delivered.index()] as f64),
    ("in_time", |of| of.in_time as f64),
    ("rejected", |of| of.ended[Outcome::Rejected.index()] as f64),
    ("expired", |of| of.ended[Outcome::Expired.index()] as f64),
    ("failed", |of| of.ended[Outcome::Failed.index()] as f64),
    ("lost", |of| of.ended[Outcome::Lost.index()] as f64),
    ("duplicates", |of| of.duplicates as f64),
];

/// Counts of one station in one window, by column.
const OF_STATION: [Column<StationWindow, f64>; 15] = [
    ("arrived", |of| of.arrived as f64),
    ("started", |of| of.started as f64),
    ("served", |of| of.served as f64),
    ("waited", |of| of.waited as f64),
    ("rejected", |of| of.rejected as f64),
    ("expired", |of| of.expired as f64),
    ("cancelled", |of| of.cancelled as f64),
    ("throttled", |of| of.throttled as f64),
    ("dropped", |of| of.dropped as f64),
    ("held", |of| of.held as f64),
    ("errors", |of| of.errors as f64),
    ("failed", |of| of.failed as f64),
    ("queue_mean", |of| of.queue.mean()),
    ("queue_max", |of| of.queue.max as f64),
    ("waiting_for_core_mean", |of| of.ready.mean()),
];

/// `timeline.csv`: messages that came and that ended in each window, by class; latencies are of
/// those delivered in it.
pub(super) fn classes(result: &PointResult) -> Vec<u8> {
    let mut header = vec!["start_s", "clock", "class"];
    header.extend(OF_CLASS.iter().map(|(name, _)| *name));
    header.extend(["latency_mean_s", "latency_p50_s", "latency_p95_s", "latency_p99_s"]);
    let mut table = Table::new(header);
    for index in 0..windows(result) {
        for (at, class) in result.model.classes.iter().enumerate() {
            let all: Vec<&ClassWindow> =
                of_window(result, index, |run| &run.classes[at].windows).collect();
            let counts = OF_CLASS.iter().map(|(_, of)| maybe(mean(all.iter().map(|one| of(one)))));
            let sum: f64 = all.iter().map(|one| one.latency_sum as f64 / 1e9).sum();
            let delivered: u64 = all.iter().map(|one| one.ended[Outcome::Delivered.index()]).sum();
            let quantile = |which: usize| {
                let known = all.iter().filter_map(|one| one.latency_quantiles);
                maybe(mean(known.map(|quantiles| quantiles[which] as f64 / 1e9)))
            };
            let latencies = [
                // Of none delivered, 0 ÷ 0 leaves the cell empty.
                number(sum / delivered as f64),
                quantile(0),
                quantile(1),
                quantile(2),
            ];
            let when = time(result, index).into_iter().chain([class.name.clone()]);
            table.row(when.chain(counts).chain(latencies));
        }
    }
    table.bytes()
}

/// `stations_timeline.csv`: what services and carrier groups did in each window.
pub(super) fn stations(result: &PointResult) -> Vec<u8> {
    let mut header = vec!["start_s", "clock", "station", "owner"];
    header.extend(["utilization", "workers_or_window_used", "cores_or_rate_used"]);
    header.extend(OF_STATION.iter().map(|(name, _)| *name));
    header.push("wait_mean_s");
    let mut table = Table::new(header);
    for index in 0..windows(result) {
        for at in 0..result.model.stations() {
            let station = StationId::from_index(at);
            let capacity = Capacity::of(&result.model, at);
            let all: Vec<&StationWindow> =
                of_window(result, index, |run| &run.stations[at].windows).collect();
            let used: Vec<(f64, f64)> = all.iter().map(|one| capacity.used(one)).collect();
            let shares = [
                mean(used.iter().map(|(a, b)| a.max(*b))),
                mean(used.iter().map(|(workers, _)| *workers)),
                mean(used.iter().map(|(_, cores)| *cores)),
            ];
            let counts =
                OF_STATION.iter().map(|(_, of)| maybe(mean(all.iter().map(|one| of(one)))));
            let waits: f64 = all.iter().map(|one| one.wait_sum as f64 / 1e9).sum();
            let started: u64 = all.iter().map(|one| one.started).sum();
            let owner = words::owner(result.model.is_ours(station));
            let names = [result.model.station_name(station).to_owned(), owner.to_owned()];
            let row = time(result, index).into_iter().chain(names).chain(shares.map(maybe));
            table.row(row.chain(counts).chain([number(waits / started as f64)]));
        }
    }
    table.bytes()
}

/// When a window starts: in seconds since the start of the run, and by the scenario's clock.
fn time(result: &PointResult, window: usize) -> [String; 2] {
    let run = &result.model.run;
    let start = SimTime::from_ns(run.window.ns() * window as u64);
    // A space between date and time: spreadsheets read that as a time.
    let clock = run.clock.civil(start).to_string().replace('T', " ");
    [exact(start.as_secs_f64()), clock]
}
