//! Times of a run in words: by the clock, or since the start where no clock means anything.

use jiff::civil::Time;

use super::chart::Origin;
use crate::engine::SimTime;
use crate::language::format;
use crate::model::{Mode, Model, RunPlan};

const NS_PER_DAY: u64 = 86_400_000_000_000;

/// Tells when something was: by the clock, or since the start where no clock means anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock<'a> {
    run: &'a RunPlan,
    origin: Origin,
}

impl<'a> Clock<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        Self { run: &model.run, origin: origin(&model.run) }
    }

    /// "10:02", "day 2, 10:02", "2022-11-25 10:02"; "after 2 h 31 min" without a clock.
    pub(super) fn at(self, time: SimTime) -> String {
        match self.origin {
            Origin::Elapsed => format!("after {}", elapsed(time)),
            Origin::TimeOfDay(_) | Origin::Dated(_) => self.civil(time),
        }
    }

    /// "at 10:02", "after 2 h 31 min".
    pub(super) fn by(self, time: SimTime) -> String {
        match self.origin {
            Origin::Elapsed => self.at(time),
            Origin::TimeOfDay(_) | Origin::Dated(_) => format!("at {}", self.civil(time)),
        }
    }

    /// "from 10:02 on", "after 2 h 31 min".
    pub(super) fn since(self, time: SimTime) -> String {
        match self.origin {
            Origin::Elapsed => self.at(time),
            Origin::TimeOfDay(_) | Origin::Dated(_) => format!("from {} on", self.civil(time)),
        }
    }

    /// "from 10:02 to 12:55", "from 1 h to 2 h after the start".
    pub(super) fn span(self, from: SimTime, until: SimTime) -> String {
        match self.origin {
            Origin::Elapsed => {
                format!("from {} to {} after the start", elapsed(from), elapsed(until))
            }
            Origin::TimeOfDay(_) | Origin::Dated(_) => {
                format!("from {} to {}", self.civil(from), self.civil(until))
            }
        }
    }

    fn civil(self, time: SimTime) -> String {
        let (start, civil) = (self.run.clock.start, self.run.clock.civil(time));
        let of_day = match civil.second() {
            0 => format!("{:02}:{:02}", civil.hour(), civil.minute()),
            second => format!("{:02}:{:02}:{second:02}", civil.hour(), civil.minute()),
        };
        // A run to midnight is over the same day.
        let end = self.run.clock.civil(SimTime::from_ns(self.run.horizon.ns().saturating_sub(1)));
        if start.date() == end.date() {
            return of_day;
        }
        match self.origin {
            Origin::Dated(_) => format!("{} {of_day}", civil.date()),
            Origin::TimeOfDay(_) | Origin::Elapsed => {
                let days = start.date().duration_until(civil.date()).as_hours() / 24;
                format!("day {}, {of_day}", days + 1)
            }
        }
    }
}

/// What the times of a run are told by. A run that starts at midnight of no particular date and
/// is over the same day most likely says nothing about clocks at all.
pub(super) fn origin(run: &RunPlan) -> Origin {
    let start = run.clock.start;
    let says_nothing =
        !run.clock.is_dated() && start.time() == Time::midnight() && run.horizon.ns() < NS_PER_DAY;
    match run.mode {
        Mode::Steady => Origin::Elapsed,
        Mode::Terminating if says_nothing => Origin::Elapsed,
        Mode::Terminating if run.clock.is_dated() => Origin::Dated(start),
        Mode::Terminating => Origin::TimeOfDay(start.time()),
    }
}

fn elapsed(time: SimTime) -> String {
    format::duration(time.since(SimTime::ZERO))
}

#[cfg(test)]
mod tests {
    use super::super::tests::model;
    use super::*;

    #[test]
    fn times_are_told_as_the_scenario_tells_them() {
        let check = |run: &str, at_s: u64, said: &str| {
            let text = format!(
                "[run]\n{run}\n[traffic.m]\nto = 's.go'\nconstant = {{ rate = '1/h' }}\n\
                 [service.s]\ninstances = 1\nworkers = 1\n[service.s.operation.go]\nwork = '1s'"
            );
            let at = SimTime::from_ns(at_s * 1_000_000_000);
            assert_eq!(Clock::of(&model(&text, &[])).at(at), said, "{run}");
        };
        check("start = '09:50'\nhorizon = '4h'", 720, "10:02");
        check("start = '09:50'\nhorizon = '4h'\nwindow = '30s'", 750, "10:02:30");
        check("start = '22:00'\nhorizon = '2h'", 3_600, "23:00");
        check("start = '22:00'\nhorizon = '4h'", 7_500, "day 2, 00:05");
        check("start = '2022-11-25 22:00'\nhorizon = '4h'", 7_500, "2022-11-26 00:05");
        check("horizon = '4h'", 7_500, "after 2 h 5 min");
        check("horizon = '1d'", 7_500, "02:05");
        check("start = '09:50'\nmode = 'steady'\nhorizon = '4h'", 7_500, "after 2 h 5 min");
    }
}
