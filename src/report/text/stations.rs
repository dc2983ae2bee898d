//! Services and carrier groups, the busiest first. Columns that say nothing are left out.

use super::grid::{Column, Grid};
use crate::language::format;
use crate::model::{Model, StationId};
use crate::report::words::{self, NOTHING};
use crate::sweep::PointResult;
use crate::verdict::{Capacity, Figure, QuotaFigures, StationFigures, Steadiness};

/// Services that are listed.
const SERVICES: usize = 20;
/// Carrier groups that are listed.
const GROUPS: usize = 10;

/// One station to be listed.
struct Listed<'a> {
    model: &'a Model,
    station: StationId,
    figures: &'a StationFigures,
    /// Whether its backlog may grow without end, so that means mean nothing.
    is_unstable: bool,
}

/// A column: its heading and its cells.
type ColumnOf<'a> = (&'static str, fn(&Listed<'a>) -> Option<String>);

/// The services.
pub(super) fn services(result: &PointResult) -> String {
    let columns: [ColumnOf<'_>; 13] = [
        ("instances", |of| {
            let pool = &of.model.services.get(of.station.index())?.pool;
            Some(format::count(u64::from(pool.instances)))
        }),
        ("offered", |of| known(&of.figures.offered)),
        ("workers\nbusy", |of| busy(&of.figures.workers)),
        ("cores\nbusy", |of| busy(&of.figures.cores)),
        ("mean\nwait", Listed::mean_wait),
        ("p99\nwait", Listed::p99_wait),
        ("wait for\na core", Listed::mean_core_wait),
        ("mean\nqueue", Listed::mean_queue),
        ("longest\nqueue", Listed::longest_queue),
        ("rejected", |of| count(of.figures.rejected)),
        ("out of\nfiles", |of| count(of.figures.out_of_files)),
        ("expired", |of| count(of.figures.expired)),
        ("cancelled", |of| count(of.figures.cancelled)),
    ];
    let all = 0..result.model.services.len();
    section(result, all, ("service", "services"), SERVICES, &columns)
}

/// What the services' time went to, where it is not all useful work of their own.
pub(super) fn effort(result: &PointResult) -> String {
    let of_services = &result.assessment.stations[..result.model.services.len()];
    let has_more = of_services.iter().filter_map(|of| of.effort.as_ref()).any(|effort| {
        let more =
            [&effort.retries, &effort.abandoned, &effort.chatter, &effort.waiting_for_answers];
        more.into_iter().any(|figure| some_of(figure).is_some())
    });
    if !has_more {
        return String::new();
    }
    let columns: [ColumnOf<'_>; 6] = [
        ("tasks a\nmessage", |of| known(&of.figures.effort.as_ref()?.tasks_per_message)),
        ("useful\nwork", |of| busy(&of.figures.effort.as_ref()?.useful)),
        ("retries", |of| some_of(&of.figures.effort.as_ref()?.retries)),
        ("work for\nnobody", |of| some_of(&of.figures.effort.as_ref()?.abandoned)),
        ("chatter", |of| some_of(&of.figures.effort.as_ref()?.chatter)),
        ("workers held\nby calls", |of| some_of(&of.figures.effort.as_ref()?.waiting_for_answers)),
    ];
    let all = 0..result.model.services.len();
    section(result, all, ("core time", "services"), SERVICES, &columns)
}

/// What went over the network of services, where it may be short.
pub(super) fn network(result: &PointResult) -> String {
    let services = &result.model.services;
    let has_links = services.iter().any(|service| service.link.is_some());
    if !has_links {
        return String::new();
    }
    let columns: [ColumnOf<'_>; 7] = [
        ("bandwidth", |of| {
            let link = of.model.services.get(of.station.index())?.link?;
            Some(format::bandwidth(link.bits_per_s))
        }),
        ("out\nbusy", |of| busy(&of.figures.network.as_ref()?.out_used)),
        ("in\nbusy", |of| busy(&of.figures.network.as_ref()?.in_used)),
        ("chatter", |of| some_of(&of.figures.network.as_ref()?.chatter)),
        ("bytes\nsent", |of| known(&of.figures.network.as_ref()?.sent)),
        ("bytes\nreceived", |of| known(&of.figures.network.as_ref()?.received)),
        ("wait for the\nlink a task", |of| known(&of.figures.network.as_ref()?.mean_wait)),
    ];
    section(result, 0..services.len(), ("network", "services"), SERVICES, &columns)
}

/// The carrier groups.
pub(super) fn carriers(result: &PointResult) -> String {
    let columns: [ColumnOf<'_>; 15] = [
        ("carriers", |of| {
            let group = of.station.index() - of.model.services.len();
            Some(format::count(u64::from(of.model.groups[group].count)))
        }),
        ("rate", |of| Capacity::of(of.model, of.station.index()).rate.map(format::rate)),
        ("offered", |of| known(&of.figures.offered)),
        ("rate\nused", |of| {
            Capacity::of(of.model, of.station.index()).rate?;
            busy(&of.figures.cores)
        }),
        ("window\nused", |of| {
            Capacity::of(of.model, of.station.index()).workers?;
            busy(&of.figures.workers)
        }),
        ("mean\nwait", Listed::mean_wait),
        ("p99\nwait", Listed::p99_wait),
        ("longest\nqueue", Listed::longest_queue),
        ("throttled", |of| count(of.figures.throttled)),
        ("held", |of| count(of.figures.held)),
        ("dropped", |of| count(of.figures.dropped)),
        ("errors", |of| count(of.figures.errors)),
        ("failed", |of| count(of.figures.failed)),
        ("rejected", |of| count(of.figures.rejected)),
        ("expired", |of| count(of.figures.expired)),
    ];
    let services = result.model.services.len();
    let all = services..result.model.stations();
    let all = all.filter(|&station| result.assessment.stations[station].sessions.is_none());
    section(result, all, ("carriers", "carrier groups"), GROUPS, &columns)
}

/// What holds calls and visits for their length.
pub(super) fn sessions(result: &PointResult) -> String {
    let columns: [ColumnOf<'_>; 14] = [
        ("room\nfor", |of| Some(format::count(of.figures.sessions.as_ref()?.capacity))),
        ("offered", |of| known(&of.figures.offered)),
        ("in use", |of| known(&of.figures.sessions.as_ref()?.in_use)),
        ("at\nmost", |of| known(&of.figures.sessions.as_ref()?.most)),
        ("used", |of| busy(&of.figures.workers)),
        ("setups", |of| Capacity::of(of.model, of.station.index()).rate.map(format::rate)),
        ("setups\nused", |of| {
            Capacity::of(of.model, of.station.index()).rate?;
            busy(&of.figures.cores)
        }),
        ("mean wait\nfor setup", |of| {
            Capacity::of(of.model, of.station.index()).rate?;
            of.mean_wait()
        }),
        ("blocked", |of| count(of.figures.sessions.as_ref()?.blocked)),
        ("with room\nelsewhere", |of| count(of.figures.sessions.as_ref()?.stranded)),
        ("INVITEs\nagain", |of| count(of.figures.sessions.as_ref()?.retransmitted)),
        ("largest\nroom", |of| count(of.figures.sessions.as_ref()?.largest_room?)),
        ("rejected", |of| count(of.figures.rejected)),
        ("expired", |of| count(of.figures.expired)),
    ];
    let services = result.model.services.len();
    let all = services..result.model.stations();
    let all = all.filter(|&station| result.assessment.stations[station].sessions.is_some());
    section(result, all, ("sessions", "that hold sessions"), GROUPS, &columns)
}

/// The limits of senders, the one that is waited for most first.
pub(super) fn limits(result: &PointResult) -> String {
    let mut all: Vec<_> = result.model.quotas.iter().zip(&result.assessment.quotas).collect();
    all.retain(|(plan, _)| plan.total_rate().is_some());
    let closed = |of: &QuotaFigures| of.closed.estimate.map_or(0.0, |estimate| estimate.value);
    all.sort_by(|(_, a), (_, b)| closed(b).total_cmp(&closed(a)));
    let rest = all.split_off(GROUPS.min(all.len()));
    if all.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("limits", Column::Words),
        ("number", Column::Figures),
        ("rate\neach", Column::Figures),
        ("a day\neach", Column::Figures),
        ("taken", Column::Figures),
        ("used", Column::Figures),
        ("time\nwaited for", Column::Figures),
    ]);
    let nothing = || NOTHING.to_owned();
    for (plan, figures) in all {
        grid.row([
            plan.name.clone(),
            format::count(u64::from(plan.count)),
            plan.per_s.map_or_else(nothing, format::rate),
            plan.daily.map_or_else(nothing, |cap| format::count(cap.segments)),
            known(&figures.taken).unwrap_or_else(nothing),
            busy(&figures.utilization).unwrap_or_else(nothing),
            words::busy(closed(figures)),
        ]);
    }
    let mut text = grid.text();
    if !rest.is_empty() {
        text += &format!("  and {} more limits\n", format::count(rest.len() as u64));
    }
    text
}

fn section<'a>(
    result: &'a PointResult,
    stations: impl Iterator<Item = usize>,
    (heading, kind): (&str, &str),
    most: usize,
    columns: &[ColumnOf<'a>],
) -> String {
    let mut listed: Vec<Listed<'_>> = stations
        .map(|station| Listed {
            model: &result.model,
            station: StationId::from_index(station),
            figures: &result.assessment.stations[station],
            is_unstable: result.assessment.period.steadiness == Steadiness::Unstable,
        })
        .collect();
    listed.sort_by(|a, b| b.busy().total_cmp(&a.busy()));
    let rest = listed.split_off(most.min(listed.len()));
    if listed.is_empty() {
        return String::new();
    }
    let told: Vec<&ColumnOf<'_>> =
        columns.iter().filter(|(_, cell)| listed.iter().any(|of| cell(of).is_some())).collect();
    let table = |told: &[&ColumnOf<'a>]| {
        let mut headings = vec![(heading, Column::Words)];
        headings.extend(told.iter().map(|&&(heading, _)| (heading, Column::Figures)));
        let mut grid = Grid::new(&headings);
        for of in &listed {
            let name = of.model.station_name(of.station).to_owned();
            let cells = told.iter().map(|(_, cell)| cell(of).unwrap_or_else(|| NOTHING.to_owned()));
            grid.row(std::iter::once(name).chain(cells));
        }
        grid
    };
    // Columns that a page has no room for go on in a table below, so that none is cut or runs over.
    let mut text = String::new();
    let mut rest_of = told.as_slice();
    while !rest_of.is_empty() {
        let fits = |count: &usize| table(&rest_of[..*count]).could_fit();
        let count = (1..=rest_of.len()).rev().find(fits).unwrap_or(1);
        text += &table(&rest_of[..count]).text();
        rest_of = &rest_of[count..];
    }
    if let Some(busiest) = rest.first() {
        let (count, busy) = (format::count(rest.len() as u64), words::busy(busiest.busy()));
        text += &format!("  and {count} more {kind}, at most {busy} busy\n");
    }
    text
}

impl Listed<'_> {
    fn busy(&self) -> f64 {
        self.figures.utilization.estimate.map_or(0.0, |estimate| estimate.value)
    }

    fn mean_wait(&self) -> Option<String> {
        if self.is_unstable { None } else { known(&self.figures.mean_wait) }
    }

    fn mean_core_wait(&self) -> Option<String> {
        let waits = |of: &Figure| of.estimate.is_some_and(|estimate| estimate.value > 0.0);
        let is_told = !self.is_unstable && waits(&self.figures.mean_core_wait);
        is_told.then(|| words::bare(&self.figures.mean_core_wait))
    }

    fn p99_wait(&self) -> Option<String> {
        if self.is_unstable { None } else { self.figures.p99_wait_s.map(format::seconds) }
    }

    fn mean_queue(&self) -> Option<String> {
        if self.is_unstable { None } else { known(&self.figures.mean_queue) }
    }

    fn longest_queue(&self) -> Option<String> {
        known(&self.figures.max_queue)
    }
}

fn known(figure: &Figure) -> Option<String> {
    figure.estimate.map(|_| words::bare(figure))
}

fn busy(figure: &Figure) -> Option<String> {
    figure.estimate.map(|estimate| words::busy(estimate.value))
}

/// A share that is more than nothing.
fn some_of(figure: &Figure) -> Option<String> {
    figure.estimate.filter(|estimate| estimate.value > 0.0).map(|of| words::busy(of.value))
}

/// Tasks or messages a run, if there are any.
fn count(average: f64) -> Option<String> {
    (average > 0.0).then(|| words::messages(average))
}
