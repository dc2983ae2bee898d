//! CoDel, controlled delay: first in first out, and when even the shortest wait of an interval was
//! too long (a *standing* queue, no passing burst), some of those who wait are shed.
//!
//! Two laws say who: folly's, which is the usual one for requests, and that of RFC 8289, made for
//! packets. Both look at somebody when a worker would take it.

use super::Taken;
use super::roll::Roll;
use crate::engine::{Id, Linked, SimDuration, SimTime, Slab};
use crate::language::{Choice, Fields, Node, PositiveDuration, Problems, Read};

/// The settings of CoDel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codel {
    /// The longest wait that is no sign of overload.
    pub target: SimDuration,
    /// How long every wait has to be longer than that.
    pub interval: SimDuration,
    /// Who is shed then.
    pub law: CodelLaw,
}

/// Whom CoDel sheds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodelLaw {
    /// For an interval, everybody who has waited for more than twice the target (folly
    /// `executors/Codel.cpp`).
    Folly,
    /// One now, one after the interval ÷ √2, one after the interval ÷ √3 more, and so on until a
    /// wait is below the target (RFC 8289, section 5).
    Rfc8289,
}

impl Default for Codel {
    /// 5 ms and 100 ms: folly and RFC 8289 agree.
    fn default() -> Self {
        let (target, interval) = (SimDuration::from_millis(5), SimDuration::from_millis(100));
        Self { target, interval, law: CodelLaw::Folly }
    }
}

impl Codel {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let usual = Self::default();
        let target = fields.or("target", PositiveDuration(usual.target), problems);
        let interval = fields.or("interval", PositiveDuration(usual.interval), problems);
        let law = fields.or("law", usual.law, problems);
        let (target, interval) = (target?.0, interval?.0);
        if interval <= target {
            let wrong = fields.node("interval").or(fields.node("target"));
            problems.add_with_hint(
                wrong.map_or(fields.place(), |node| node.place),
                "the interval has to be longer than the target",
                "the usual ones are `target = \"5ms\"` and `interval = \"100ms\"`",
            );
            return None;
        }
        Some(Self { target, interval, law: law? })
    }
}

impl Read for CodelLaw {
    const EXAMPLE: &'static str = "\"folly\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["folly", "rfc8289"], problems)?;
        choice.without_settings(problems)?;
        Some(if choice.name == "folly" { Self::Folly } else { Self::Rfc8289 })
    }
}

/// A queue that knows since when each waits.
#[derive(Debug)]
pub(super) struct CodelLine<T> {
    roll: Roll<T, SimTime>,
    control: Control,
}

#[derive(Debug)]
enum Control {
    Folly(Sloughing),
    Rfc8289(ControlLaw),
}

impl<T: Linked> CodelLine<T> {
    pub(super) const fn new(settings: Codel) -> Self {
        let control = match settings.law {
            CodelLaw::Folly => Control::Folly(Sloughing::new(settings)),
            CodelLaw::Rfc8289 => Control::Rfc8289(ControlLaw::new(settings)),
        };
        Self { roll: Roll::new(), control }
    }

    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>, now: SimTime) {
        self.roll.join(slab, id, now);
    }

    pub(super) fn pop(&mut self, slab: &mut Slab<T>, now: SimTime) -> Option<Taken<T>> {
        let Some(next) = self.roll.oldest() else {
            match &mut self.control {
                Control::Folly(control) => control.on_idle(now),
                Control::Rfc8289(control) => control.on_idle(),
            }
            return None;
        };
        let wait = now.since(self.roll.leave(slab, next));
        let is_shed = match &mut self.control {
            Control::Folly(control) => control.sheds(wait, now),
            Control::Rfc8289(control) => control.sheds(wait, self.roll.len(), now),
        };
        Some(if is_shed { Taken::Shed(next) } else { Taken::Serve(next) })
    }

    pub(super) fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.roll.leave(slab, id);
    }

    pub(super) fn len(&self) -> u32 {
        self.roll.len()
    }

    pub(super) fn oldest(&self) -> Option<Id<T>> {
        self.roll.oldest()
    }
}

/// The law of folly.
#[derive(Debug)]
struct Sloughing {
    settings: Codel,
    /// When this interval is over.
    until: SimTime,
    /// The shortest wait of this interval; `None` until there is one.
    least: Option<SimDuration>,
    /// Whether that of the last interval was above the target.
    overloaded: bool,
}

impl Sloughing {
    const fn new(settings: Codel) -> Self {
        // At the start workers idle.
        let least = Some(SimDuration::ZERO);
        Self { settings, until: SimTime::ZERO, least, overloaded: false }
    }

    fn sheds(&mut self, wait: SimDuration, now: SimTime) -> bool {
        if let Some(least) = self.least
            && now > self.until
        {
            self.overloaded = least > self.settings.target;
            self.until = now + self.settings.interval;
            self.least = None;
        }
        // The first of an interval is always served.
        let is_first = self.least.is_none();
        self.least = Some(self.least.map_or(wait, |least| least.min(wait)));
        !is_first && self.overloaded && wait > self.settings.target + self.settings.target
    }

    /// A worker idles: whoever comes next does not wait, and folly would see that. The line does
    /// not, as that one does not join it.
    fn on_idle(&mut self, now: SimTime) {
        self.sheds(SimDuration::ZERO, now);
    }
}

/// The law of RFC 8289, in terms of its pseudocode. There, `deque` drops in a loop; here every turn
/// of the loop is a question of its own, at the same time.
#[derive(Debug)]
struct ControlLaw {
    settings: Codel,
    /// When waits will have been above the target for an interval.
    first_above: Option<SimTime>,
    dropping: bool,
    drop_next: SimTime,
    count: u32,
    last_count: u32,
    before: Before,
}

/// What became of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Served,
    /// It was dropped, and began a time of dropping.
    DroppedFirst,
    /// It was dropped in such a time.
    Dropped,
}

impl ControlLaw {
    const fn new(settings: Codel) -> Self {
        Self {
            settings,
            first_above: None,
            dropping: false,
            drop_next: SimTime::ZERO,
            count: 0,
            last_count: 0,
            before: Before::Served,
        }
    }

    /// Whether somebody is shed who waited for `wait`, with `behind` others behind it.
    fn sheds(&mut self, wait: SimDuration, behind: u32, now: SimTime) -> bool {
        let may_drop = self.may_drop(wait, behind, now);
        match std::mem::replace(&mut self.before, Before::Served) {
            Before::DroppedFirst => return false,
            Before::Dropped if may_drop => self.drop_next = self.after(self.drop_next),
            Before::Dropped | Before::Served => {}
        }
        if self.dropping {
            self.dropping = may_drop;
            let drops = may_drop && now >= self.drop_next;
            if drops {
                self.count = self.count.saturating_add(1);
                self.before = Before::Dropped;
            }
            drops
        } else {
            if may_drop {
                self.begin_to_drop(now);
            }
            may_drop
        }
    }

    /// `dodequeue`: whether waits have been above the target for an interval.
    fn may_drop(&mut self, wait: SimDuration, behind: u32, now: SimTime) -> bool {
        // A packet's worth behind it is no backlog.
        if wait < self.settings.target || behind <= 1 {
            self.first_above = None;
            return false;
        }
        match self.first_above {
            Some(time) => now >= time,
            None => {
                self.first_above = Some(now + self.settings.interval);
                false
            }
        }
    }

    fn begin_to_drop(&mut self, now: SimTime) {
        let drops = self.count - self.last_count;
        let lately = now.since(self.drop_next).ns() < 16 * self.settings.interval.ns();
        // Soon after the last time, it goes on at the pace that was enough then.
        self.count = if drops > 1 && lately { drops } else { 1 };
        self.last_count = self.count;
        self.drop_next = self.after(now);
        self.dropping = true;
        self.before = Before::DroppedFirst;
    }

    /// The interval ÷ √count after `time`.
    fn after(&self, time: SimTime) -> SimTime {
        let squared = u128::from(self.settings.interval.ns()).pow(2) / u128::from(self.count);
        time + SimDuration::from_ns(squared.isqrt() as u64)
    }

    /// A worker found nobody.
    fn on_idle(&mut self) {
        self.first_above = None;
        self.dropping &= self.before == Before::DroppedFirst;
        self.before = Before::Served;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::line::Discipline;
    use crate::service::line::tests::{Out, Play, at_ms, ticket};

    #[test]
    fn folly_sheds_the_long_waits_of_the_interval_after_a_bad_one() {
        let mut play = Play::new(&Discipline::Codel(Codel::default()));
        for ms in [0, 1, 2, 120, 121, 122, 215, 230, 318, 330] {
            play.push(ticket(ms));
        }
        // The interval until 106 ms: nobody waits for less than 6 ms.
        assert_eq!(play.take(at_ms(6)), Some(Out::Served(0)));
        assert_eq!(play.take(at_ms(10)), Some(Out::Served(1)));
        // That until 210 ms: the first is served, then whoever waited for more than 10 ms goes.
        assert_eq!(play.take(at_ms(110)), Some(Out::Served(2)));
        assert_eq!(play.take(at_ms(131)), Some(Out::Shed(3)));
        assert_eq!(play.take(at_ms(131)), Some(Out::Served(4)));
        assert_eq!(play.take(at_ms(132)), Some(Out::Served(5)));
        // That until 320 ms: again after nothing shorter than 10 ms.
        assert_eq!(play.take(at_ms(220)), Some(Out::Served(6)));
        assert_eq!(play.take(at_ms(260)), Some(Out::Shed(7)));
        // 5 ms was not above the target: no more shedding.
        assert_eq!(play.take(at_ms(321)), Some(Out::Served(8)));
        assert_eq!(play.take(at_ms(400)), Some(Out::Served(9)));
    }

    #[test]
    fn an_idle_worker_is_a_wait_of_nothing() {
        let last = |idles: bool| {
            let mut play = Play::new(&Discipline::Codel(Codel::default()));
            (0..4).for_each(|_| play.push(ticket(0)));
            assert_eq!(play.take(at_ms(50)), Some(Out::Served(0)));
            assert_eq!(play.take(at_ms(151)), Some(Out::Served(1)));
            assert_eq!(play.take(at_ms(152)), Some(Out::Shed(2)));
            if idles {
                assert_eq!(play.take(at_ms(153)), Some(Out::Shed(3)));
                assert_eq!(play.take(at_ms(154)), None);
            }
            (0..2).for_each(|_| play.push(ticket(300)));
            std::iter::from_fn(|| play.take(at_ms(311))).last()
        };
        assert_eq!(last(true), Some(Out::Served(5)));
        assert_eq!(last(false), Some(Out::Shed(5)));
    }

    /// Everybody waits for 50 ms, a worker asks every 10 ms. When are they shed?
    #[test]
    fn rfc_8289_sheds_at_a_growing_pace_until_a_wait_is_short() {
        let settings = Codel { law: CodelLaw::Rfc8289, ..Codel::default() };
        let mut control = ControlLaw::new(settings);
        let (long, short) = (SimDuration::from_millis(50), SimDuration::from_millis(4));
        let mut shed = Vec::new();
        for ms in (0..500).step_by(10) {
            while control.sheds(long, 9, at_ms(ms)) {
                shed.push(ms);
            }
        }
        // Above since 0, so first at 100; then 100/√1, 100/√2, 100/√3, … later: 200, 270.7, 328.4,
        // 378.4, 423.2, 464.0.
        assert_eq!(shed, [100, 200, 280, 330, 380, 430, 470]);
        // 501.8 would be next, but a wait is short at 500.
        assert!(!control.sheds(short, 9, at_ms(500)));
        assert!((510..610).step_by(10).all(|ms| !control.sheds(long, 9, at_ms(ms))));
        // Seven were shed the last time, six beside the first: it goes on at 100/√6 = 40.8.
        assert!(control.sheds(long, 9, at_ms(610)));
        assert!(!control.sheds(long, 9, at_ms(610)));
        assert!(!control.sheds(long, 9, at_ms(650)));
        assert!(control.sheds(long, 9, at_ms(651)));
    }

    #[test]
    fn rfc_8289_never_sheds_the_last_two() {
        let settings = Codel { law: CodelLaw::Rfc8289, ..Codel::default() };
        let mut play = Play::new(&Discipline::Codel(settings));
        (0..5).for_each(|_| play.push(ticket(0)));
        assert_eq!(play.take(at_ms(100)), Some(Out::Served(0)));
        assert_eq!(play.take(at_ms(200)), Some(Out::Shed(1)));
        assert_eq!(play.take(at_ms(200)), Some(Out::Served(2)));
        assert_eq!(play.take(at_ms(400)), Some(Out::Served(3)));
        assert_eq!(play.take(at_ms(500)), Some(Out::Served(4)));
    }
}
