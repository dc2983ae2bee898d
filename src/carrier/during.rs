//! When a behaviour of a carrier is in force: always, in windows of time, or while a regime is in
//! one of its states.

use super::regime::{RegimeSpec, Regimes};
use crate::engine::{SimDuration, SimTime};
use crate::language::{
    Fields, Node, Placed, PositiveDuration, Problems, Read, RunClock, Value, When, unknown_name,
};

/// When, in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum During {
    /// All the time.
    #[default]
    Always,
    /// In any of these.
    Windows(Vec<Window>),
    /// While the regime at this place is in this state.
    Regime {
        /// Its place among the model's.
        regime: usize,
        /// The state's place.
        state: usize,
    },
}

/// A stretch of time, which may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: SimTime,
    lasts: SimDuration,
    every: Option<SimDuration>,
}

/// When, as written.
#[derive(Clone, Debug, Default)]
pub(super) struct DuringSpec(Spec);

#[derive(Clone, Debug, Default)]
enum Spec {
    #[default]
    Always,
    Windows(Vec<WindowSpec>),
    Regime {
        name: Placed<String>,
        state: Placed<String>,
    },
}

#[derive(Clone, Debug)]
struct WindowSpec {
    at: Placed<When>,
    lasts: SimDuration,
    every: Option<SimDuration>,
}

impl During {
    /// Until when it is in force, if it is at `now`.
    #[inline]
    pub fn until(&self, now: SimTime, regimes: &mut Regimes) -> Option<SimTime> {
        match self {
            Self::Always => Some(SimTime::MAX),
            Self::Windows(windows) => windows.iter().filter_map(|w| w.until(now)).max(),
            Self::Regime { regime, state } => {
                let (is, until) = regimes.at(*regime, now);
                (is == *state).then_some(until)
            }
        }
    }
}

impl Window {
    /// From when to when it is open, if that does not come back.
    pub fn once(&self) -> Option<(SimTime, SimTime)> {
        self.every.is_none().then(|| (self.from, self.from + self.lasts))
    }

    /// When it ends, if it is open at `now`: its start belongs to it, its end does not.
    fn until(&self, now: SimTime) -> Option<SimTime> {
        if now < self.from {
            return None;
        }
        let gone = now.since(self.from);
        let into = match self.every {
            None => gone,
            Some(every) => SimDuration::from_ns(gone.ns() % every.ns()),
        };
        (into < self.lasts).then(|| now + (self.lasts - into))
    }
}

impl DuringSpec {
    /// When, in a run with this clock and these regimes, in name order.
    pub(super) fn resolve(
        &self,
        clock: &RunClock,
        regimes: &[(Placed<String>, Option<RegimeSpec>)],
        problems: &mut Problems,
    ) -> Option<During> {
        match &self.0 {
            Spec::Always => Some(During::Always),
            Spec::Windows(windows) => {
                let each = windows.iter().map(|window| match window.at.value.resolve(clock) {
                    Ok(from) => Some(Window { from, lasts: window.lasts, every: window.every }),
                    Err(label) => {
                        problems.add(window.at.place, label);
                        None
                    }
                });
                let windows: Vec<_> = each.collect();
                Some(During::Windows(windows.into_iter().collect::<Option<_>>()?))
            }
            Spec::Regime { name, state } => {
                let found = regimes.iter().position(|(known, _)| known.value == name.value);
                let Some(regime) = found else {
                    let known: Vec<&str> =
                        regimes.iter().map(|(name, _)| name.value.as_str()).collect();
                    unknown_name("regime", name, &known, problems);
                    return None;
                };
                // A regime that could not be read has left a problem of its own.
                let states = regimes[regime].1.as_ref()?.state_names();
                let Some(state_at) = states.iter().position(|known| *known == state.value) else {
                    unknown_name("state", state, &states, problems);
                    return None;
                };
                Some(During::Regime { regime, state: state_at })
            }
        }
    }
}

impl Read for DuringSpec {
    const EXAMPLE: &'static str = "{ at = \"10:00\", lasts = \"2h\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Array(_) = &node.value {
            let windows = Vec::<WindowSpec>::read(node, problems)?;
            if windows.is_empty() {
                problems.add_with_hint(
                    node.place,
                    "expected at least one window of time, found none",
                    format!("write, for example, `[{}]`", Self::EXAMPLE),
                );
                return None;
            }
            return Some(Self(Spec::Windows(windows)));
        }
        if node.child("regime").is_none() {
            let window = WindowSpec::read(node, problems)?;
            return Some(Self(Spec::Windows(vec![window])));
        }
        let mut fields = Fields::open(node, problems)?;
        let name = fields.required("regime", problems);
        let state = fields.required_like("is", "\"down\"", problems);
        fields.finish(problems);
        Some(Self(Spec::Regime { name: name?, state: state? }))
    }
}

impl Read for WindowSpec {
    const EXAMPLE: &'static str = DuringSpec::EXAMPLE;

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let at = fields.required("at", problems);
        let lasts = fields.required::<PositiveDuration>("lasts", problems);
        let every = fields.optional::<Placed<PositiveDuration>>("every", problems);
        fields.finish(problems);
        let (at, lasts, every) = (at?, lasts?.0, every?);
        if let Some(every) = every.as_ref().filter(|every| every.value.0 <= lasts) {
            problems.add_with_hint(
                every.place,
                "a window that comes back before it has ended is always open",
                "leave `during` out, or write a longer `every`, such as \"1d\"",
            );
            return None;
        }
        Some(Self { at, lasts, every: every.map(|every| every.value.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(secs: u64) -> SimDuration {
        SimDuration::from_secs(secs)
    }

    #[test]
    fn windows_open_at_their_start_and_come_back() {
        let once = Window { from: SimTime::ZERO + s(10), lasts: s(5), every: None };
        let again = Window { every: Some(s(20)), ..once };
        let until = |window: Window, at: u64| {
            window.until(SimTime::ZERO + s(at)).map(|end| end.ns() / 1_000_000_000)
        };
        for (at, first, second) in [
            (9, None, None),
            (10, Some(15), Some(15)),
            (14, Some(15), Some(15)),
            (15, None, None),
            (30, None, Some(35)),
            (36, None, None),
        ] {
            assert_eq!((until(once, at), until(again, at)), (first, second), "at {at} s");
        }
    }

    #[test]
    fn of_windows_that_overlap_the_last_to_end_counts() {
        let window = |from, lasts| Window { from: SimTime::ZERO + s(from), lasts, every: None };
        let during = During::Windows(vec![window(0, s(5)), window(3, s(9))]);
        let mut none = Regimes::default();
        assert_eq!(during.until(SimTime::ZERO + s(4), &mut none), Some(SimTime::ZERO + s(12)));
        assert_eq!(during.until(SimTime::ZERO + s(12), &mut none), None);
    }
}
