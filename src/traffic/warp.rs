//! Operational time: arrivals at unit rate, carried over to simulated time by the integrated rate.
//!
//! An inhomogeneous process is a unit-rate process seen through Λ⁻¹, where Λ(t) is the rate
//! integrated up to t (Çinlar 1975, chapter 4.7). The rate is straight on each stretch, so Λ⁻¹ is
//! closed: a division on a flat stretch, a square root on a sloped one. No thinning, so a message
//! keeps its draw when the rate changes: common random numbers across loads and profiles.

use super::line::{Line, NEVER};

/// What gives the rate, stretch after stretch.
pub(super) trait Rate {
    /// The rate per second from `at` on, `at` never before that of the call before; `None` once
    /// nothing will ever come.
    fn line(&mut self, at: u64) -> Option<Line>;
}

/// Where a process stands in simulated time.
///
/// Positions are whole nanoseconds plus a fraction: rounding never adds up, so a rate holds over
/// billions of arrivals.
#[derive(Clone, Debug)]
pub(super) struct Warp {
    at: u64,
    fraction: f64,
    end: u64,
    /// Nanoseconds to the unit on a flat stretch, [`NO_SHORT_CUT`] on any other.
    ns_per_unit: f64,
    /// Units per nanosecond here and at the end, and their change per nanosecond.
    rate: f64,
    end_rate: f64,
    slope: f64,
    /// Where nobody asks any more.
    last: u64,
}

/// So long that no step of it ends before a stretch does.
const NO_SHORT_CUT: f64 = 1e300;

impl Warp {
    /// At the start of a run of which nothing counts from `last` on: a rate that changes often
    /// is not followed any further in search of the next arrival.
    pub(super) fn until(last: u64) -> Self {
        Self {
            at: 0,
            fraction: 0.0,
            end: 0,
            ns_per_unit: NO_SHORT_CUT,
            rate: 0.0,
            end_rate: 0.0,
            slope: 0.0,
            last,
        }
    }

    /// Moves on by `units` of operational time and says where that is; `None` if nothing comes
    /// before the end of time, or of the rate.
    #[inline]
    pub(super) fn advance(&mut self, units: f64, rate: &mut impl Rate) -> Option<u64> {
        let length = self.fraction + units * self.ns_per_unit;
        // The cast saturates at 2⁶³ − 1, so the sum stays below 2⁶⁴. (By way of i64: x86 has no
        // instruction for u64.)
        let whole = length as i64;
        let at = self.at + whole as u64;
        if at < self.end {
            self.at = at;
            self.fraction = length - whole as f64;
            return Some(at);
        }
        self.advance_across(units, rate)
    }

    #[cold]
    fn advance_across(&mut self, mut units: f64, rate: &mut impl Rate) -> Option<u64> {
        loop {
            let length = (self.end - self.at) as f64 - self.fraction;
            let mass = length * 0.5 * (self.rate + self.end_rate);
            if units < mass {
                return Some(self.advance_within(units, length));
            }
            units -= mass;
            (self.at, self.fraction) = (self.end, 0.0);
            (self.rate, self.end_rate, self.slope) = (0.0, 0.0, 0.0);
            if self.end >= self.last {
                return None;
            }
            match rate.line(self.end) {
                Some(line) => self.enter(line),
                None => self.end = NEVER,
            }
        }
    }

    /// Starts on the stretch that begins here.
    fn enter(&mut self, line: Line) {
        self.end = line.end;
        (self.rate, self.end_rate) = (line.from * 1e-9, line.to * 1e-9);
        if line.is_flat() {
            self.slope = 0.0;
            self.ns_per_unit = if line.from > 0.0 { 1e9 / line.from } else { NO_SHORT_CUT };
        } else {
            self.slope = (self.end_rate - self.rate) / (line.end - self.at) as f64;
            self.ns_per_unit = NO_SHORT_CUT;
        }
    }

    /// Moves on by fewer `units` than the `length` that is left of this stretch holds.
    fn advance_within(&mut self, units: f64, length: f64) -> u64 {
        let step = if self.slope == 0.0 {
            units * self.ns_per_unit
        } else {
            // The root of rate·x + slope·x²/2 = units that loses no digits for small slopes.
            let under = self.rate * self.rate + 2.0 * self.slope * units;
            2.0 * units / (self.rate + under.max(0.0).sqrt())
        };
        let step = step.min(length);
        self.rate = (self.rate + self.slope * step).max(0.0);
        let moved = self.fraction + step;
        let whole = moved as u64;
        self.at = (self.at + whole).min(self.end);
        self.fraction = if self.at < self.end { moved - whole as f64 } else { 0.0 };
        self.at
    }
}
