//! Targets that are asked of each window of time: which windows can be read, and in how many of
//! them the target holds.

use std::ops::Range;

use super::figures::Unit;
use super::quotas;
use super::stations::Capacity;
use super::targets::{Measured, Reason, View};
use crate::engine::SimTime;
use crate::measure::{Measurements, StationWindow};
use crate::model::{Limit as LatencyLimit, StationId, Windowed};
use crate::stats::{Decision, Limit, Ratio, Zone, decide};

/// Messages beyond a quantile, on its thinner side, that a window is expected to have before the
/// quantile is read from it: the rule of thumb from which on a binomial count is roughly normal
/// (Cochran, *Biometrics* 10, 1954). Of a p99 that makes 500 messages. With 62 the p99 is all but
/// the slowest of them, and says more about that one than about the window.
const EXPECTED_BEYOND: f64 = 5.0;

/// The windows of a target, summed over replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowsRead {
    /// Windows that the target was read from.
    pub read: u64,
    /// Windows that had messages, but too few to read a share of them.
    pub thin: u64,
    /// Messages that a window needs to be read; 1 where any number will do.
    pub needed: u64,
    /// Of those that were read, the one in which the target was furthest from holding.
    pub worst: Option<WorstWindow>,
}

/// The window in which a windowed target was furthest from holding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorstWindow {
    /// When it begins.
    pub from: SimTime,
    /// The share delivered within the limit, or the use of capacity: mean over replications.
    pub value: f64,
}

/// What one window of one replication says.
enum Reading {
    /// Its figure, and whether that keeps the limit.
    Read { value: f64, holds: bool },
    /// Messages came, but too few to tell.
    Thin,
    /// Nothing came that could be judged.
    Empty,
}

/// The messages that a window needs before a share of them is held against `share`.
///
/// All and none are not quantiles: a single message can show that they are missed.
fn needed_for(share: f64) -> u64 {
    let thinner = share.min(1.0 - share);
    if thinner <= 0.0 {
        return 1;
    }
    // 1 − 0.9 is a little less than 0.1: that is not to cost a message.
    (EXPECTED_BEYOND / thinner * (1.0 - 1e-9)).ceil() as u64
}

/// What `within` of `messages` say about a share of at least `share`.
///
/// Too few messages are still enough where even as many more as are missing, all of them in time,
/// could not make up for those that were late.
fn read(within: f64, messages: f64, share: f64) -> Reading {
    let missing = needed_for(share) as f64 - messages;
    if messages <= 0.0 {
        Reading::Empty
    } else if missing <= 0.0 {
        Reading::Read { value: within / messages, holds: within / messages >= share }
    } else if (within + missing) / (messages + missing) < share {
        Reading::Read { value: within / messages, holds: false }
    } else {
        Reading::Thin
    }
}

/// The windows of all replications as they are read.
#[derive(Default)]
struct Tally {
    /// By replication: windows that hold, over those that were read.
    read: Vec<Ratio>,
    /// The same, as if every thin window held.
    hopeful: Vec<Ratio>,
    thin: u64,
    /// By window: sum of the figures, and how many replications gave one.
    figures: Vec<(f64, f64)>,
}

impl Tally {
    fn begin_replication(&mut self) {
        self.read.push(Ratio::default());
        self.hopeful.push(Ratio::default());
    }

    fn add(&mut self, window: usize, reading: &Reading) {
        if self.figures.len() <= window {
            self.figures.resize(window + 1, (0.0, 0.0));
        }
        let read = self.read.last_mut().expect("a replication has begun");
        let hopeful = self.hopeful.last_mut().expect("a replication has begun");
        match *reading {
            Reading::Empty => {}
            Reading::Thin => {
                self.thin += 1;
                (hopeful.top, hopeful.bottom) = (hopeful.top + 1.0, hopeful.bottom + 1.0);
            }
            Reading::Read { value, holds } => {
                let held = f64::from(u8::from(holds));
                (read.top, read.bottom) = (read.top + held, read.bottom + 1.0);
                (hopeful.top, hopeful.bottom) = (hopeful.top + held, hopeful.bottom + 1.0);
                let (sum, count) = self.figures[window];
                self.figures[window] = (sum + value, count + 1.0);
            }
        }
    }

    /// The window whose mean figure is furthest on the wrong side, and that mean.
    fn worst(&self, limit: Limit) -> Option<(usize, f64)> {
        let known = self.figures.iter().enumerate().filter(|(_, (_, count))| *count > 0.0);
        let means = known.map(|(window, (sum, count))| (window, sum / count));
        means.reduce(|worst, next| {
            let is_worse = match limit {
                Limit::AtMost(_) => next.1 > worst.1,
                Limit::AtLeast(_) => next.1 < worst.1,
            };
            if is_worse { next } else { worst }
        })
    }
}

impl View<'_> {
    /// The share of windows in which at least `share` of the messages that came were delivered
    /// within `limit`.
    pub(super) fn delivered_in_windows(
        &self,
        windowed: Windowed,
        limit: LatencyLimit,
        share: f64,
    ) -> Measured {
        let needed = needed_for(share);
        self.in_windows(windowed, Limit::AtLeast(share), needed, |run, windows| {
            let Ratio { top, bottom } = self.delivered_parts(run, limit, windows);
            read(top, bottom, share)
        })
    }

    /// The share of windows in which the station is at most so busy.
    pub(super) fn busy_in_windows(
        &self,
        windowed: Windowed,
        station: StationId,
        at_most: f64,
    ) -> Measured {
        let capacity = Capacity::of(self.model, station.index());
        self.in_windows(windowed, Limit::AtMost(at_most), 1, |run, windows| {
            let mut joined = StationWindow::default();
            for window in &run.stations[station.index()].windows[windows.clone()] {
                joined.extend(window);
            }
            let (workers, cores) = capacity.used(&joined);
            let limits = self.limits_of(station).map(|quota| {
                quotas::used_in(&self.model.quotas[quota], run, quota, windows.clone())
            });
            let value = limits.fold(workers.max(cores), f64::max);
            Reading::Read { value, holds: value <= at_most }
        })
    }

    fn in_windows(
        &self,
        windowed: Windowed,
        limit: Limit,
        needed: u64,
        reading: impl Fn(&Measurements, Range<usize>) -> Reading,
    ) -> Measured {
        let per = (windowed.per.ns() / self.model.run.window.ns()) as usize;
        let mut tally = Tally::default();
        for run in self.runs {
            tally.begin_replication();
            let windows = run.in_system.len();
            for (index, start) in (self.period.first..windows).step_by(per).enumerate() {
                tally.add(index, &reading(run, start..(start + per).min(windows)));
            }
        }
        let worst = tally.worst(limit).map(|(index, value)| {
            let window = self.period.first + index * per;
            WorstWindow {
                from: SimTime::from_ns(self.model.run.window.ns() * window as u64),
                value,
            }
        });
        // Counts of windows are far below 2⁵³.
        let read = tally.read.iter().map(|part| part.bottom).sum::<f64>() as u64;
        let limit = Limit::AtLeast(windowed.share);
        let measured = self.share(&tally.read, 1.0, limit);
        // What few windows say is no answer about all of them, unless it is one whatever the
        // others would have said.
        let is_missed_anyway = || {
            let hopeful = self.share(&tally.hopeful, 1.0, limit);
            let zone = Zone { relative: 0.0, floor: 0.0 };
            hopeful.is_ok_and(|hopeful| decide(&hopeful, limit, zone) == Decision::NotMet)
        };
        let is_told = tally.thin <= read || is_missed_anyway();
        Measured {
            measured: if is_told { measured } else { Err(Reason::ThinWindows { needed }) },
            unit: Unit::Share,
            limit,
            windows: Some(WindowsRead { read, thin: tally.thin, needed, worst }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_messages_are_expected_beyond_a_quantile() {
        assert_eq!(needed_for(0.99), 500);
        assert_eq!(needed_for(0.999), 5_000);
        assert_eq!(needed_for(0.9), 50);
        assert_eq!(needed_for(0.5), 10);
        assert_eq!(needed_for(0.05), 100);
        assert_eq!((needed_for(0.0), needed_for(1.0)), (1, 1));
    }

    #[test]
    fn a_window_is_read_from_so_many_messages_on() {
        assert!(matches!(read(495.0, 500.0, 0.99), Reading::Read { holds: true, .. }));
        assert!(matches!(read(494.0, 500.0, 0.99), Reading::Read { holds: false, .. }));
        assert!(matches!(read(499.0, 499.0, 0.99), Reading::Thin));
        assert!(matches!(read(0.0, 0.0, 0.99), Reading::Empty));
        assert!(matches!(read(1.0, 1.0, 1.0), Reading::Read { holds: true, .. }));
    }

    #[test]
    fn few_messages_are_enough_where_more_could_not_make_up_for_them() {
        // Five late of 500 are allowed, whatever the other 438 do; six are not.
        assert!(matches!(read(57.0, 62.0, 0.99), Reading::Thin));
        assert!(matches!(read(56.0, 62.0, 0.99), Reading::Read { holds: false, .. }));
    }
}
