//! Where the time of each class's delivered messages went, and where that of the slowest did.

use super::grid::{Column, Grid};
use crate::language::format;
use crate::report::words;
use crate::sweep::PointResult;
use crate::verdict::{Hop, Steadiness, TimeByHop};

/// Parts below this share of all messages' time, and of the slowest messages', are told together.
const LEAST_SHARE: f64 = 0.01;
/// Classes that are told; the tables have all.
const CLASSES: usize = 8;

/// A row for each part of a class's time. A backlog that grows without end has no such table.
pub(super) fn section(result: &PointResult) -> String {
    let classes = || {
        let all = result.model.classes.iter().zip(&result.assessment.time_by_hop);
        all.filter(|(_, time)| time.all_ns() > 0)
    };
    if result.assessment.period.steadiness == Steadiness::Unstable || classes().count() == 0 {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("where the\ntime goes", Column::Words),
        ("", Column::Words),
        ("share\nof all", Column::Figures),
        ("mean\nof all", Column::Figures),
        ("share of\nslowest", Column::Figures),
        ("mean of\nslowest", Column::Figures),
    ]);
    for (class, time) in classes().take(CLASSES) {
        let told = Told { time, share_told: true };
        let slowest = format!(
            "{} slowest, from {}",
            format::share(time.slowest_share()),
            format::seconds(time.slowest_from_ns as f64 / 1e9)
        );
        let whole = (time.all_ns(), time.slowest_ns());
        grid.row(told.row(class.name.clone(), slowest, whole));
        let told = Told { time, share_told: false };
        let mut hops: Vec<&Hop> = time.hops.iter().filter(|hop| told.is_large(hop)).collect();
        hops.sort_by_key(|hop| std::cmp::Reverse((hop.slowest_ns, hop.all_ns)));
        for hop in &hops {
            let station = hop.station.map_or("", |station| result.model.station_name(station));
            let sums = (hop.all_ns, hop.slowest_ns);
            grid.row(told.row(format!("  {station}"), words::doing(hop.doing).to_owned(), sums));
        }
        let rest = |of: fn(&Hop) -> u128| -> u128 {
            time.hops.iter().filter(|hop| !told.is_large(hop)).map(of).sum()
        };
        let sums = (rest(|hop| hop.all_ns), rest(|hop| hop.slowest_ns));
        if sums.0 > 0 {
            grid.row(told.row(String::new(), "other".to_owned(), sums));
        }
    }
    let mut text = grid.text();
    let more = classes().count().saturating_sub(CLASSES);
    if more > 0 {
        text += &format!("  {more} more in `time_by_hop.csv`.\n");
    }
    text
}

/// How a class's parts are told.
struct Told<'a> {
    time: &'a TimeByHop,
    /// Whether the row is that of the whole, whose share says nothing.
    share_told: bool,
}

impl Told<'_> {
    fn is_large(&self, hop: &Hop) -> bool {
        let (all, slowest) = self.shares((hop.all_ns, hop.slowest_ns));
        all >= LEAST_SHARE || slowest >= LEAST_SHARE
    }

    /// Shares of the time of all, and of the slowest.
    fn shares(&self, (all, slowest): (u128, u128)) -> (f64, f64) {
        let of = |part: u128, whole: u128| part as f64 / whole.max(1) as f64;
        (of(all, self.time.all_ns()), of(slowest, self.time.slowest_ns()))
    }

    fn row(&self, name: String, what: String, sums: (u128, u128)) -> [String; 6] {
        let (all, slowest) = self.shares(sums);
        let mean = |ns: u128, count: u64| format::seconds(ns as f64 / 1e9 / count.max(1) as f64);
        let share = |share: f64| match self.share_told {
            true => String::new(),
            false => words::busy(share),
        };
        [
            name,
            what,
            share(all),
            mean(sums.0, self.time.messages),
            share(slowest),
            mean(sums.1, self.time.slowest),
        ]
    }
}
