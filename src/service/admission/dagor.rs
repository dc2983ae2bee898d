//! DAGOR: while messages wait too long inside, the least important are turned away at the door.
//!
//! Importance is the lane of the message's class, then the hour's luck of its user: a user is in or
//! out for the hour with all that it does, and the next hour it is somebody else's turn. After
//! each window of time or of messages, whichever is over first, the door is narrowed or widened so
//! that 5 % fewer or 1 % more of the window's messages would have passed.
//!
//! Source: H. Zhou et al., Overload Control for Scaling WeChat Microservices, SoCC 2018
//! (arXiv:1806.04075), section 4: 20 ms, 1 s, 2,000 requests, α = 5 %, β = 1 %, 128 levels of
//! users.

use crate::engine::random::below;
use crate::engine::{Key, Luck, Purpose, SimDuration, SimTime};
use crate::language::{Choice, Fields, Node, PositiveDuration, Problems, Read, Share, Whole};
use crate::service::lanes::{Lanes, LanesSpec};

/// Levels of users within a lane.
const USERS: u32 = 128;
const MILLION: u64 = 1_000_000;
const HOUR: SimDuration = SimDuration::from_secs(3600);

/// DAGOR among known classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Dagor {
    /// How important each class is.
    pub lanes: Lanes,
    settings: Settings,
}

/// DAGOR as written.
#[derive(Clone, Debug, PartialEq)]
pub struct DagorSpec {
    lanes: LanesSpec,
    settings: Settings,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Settings {
    /// The mean wait above which the service is overloaded.
    mean_wait: SimDuration,
    /// How long a window is.
    window: SimDuration,
    /// How many messages a worker may have taken until a window is over.
    messages: u32,
    /// By how many of a million the door is narrowed.
    fewer: u64,
    /// By how many of a million it is widened.
    more: u64,
}

/// `{ dagor = { … } }`.
impl Read for DagorSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["dagor"], problems)?;
        let mut fields = Fields::open(choice.settings(problems)?, problems)?;
        let second = PositiveDuration(SimDuration::from_secs(1));
        let wait = PositiveDuration(SimDuration::from_millis(20));
        let lanes = fields.required("lanes", problems);
        let mean_wait = fields.or("mean-wait", wait, problems);
        let window = fields.or("window", second, problems);
        let messages = fields.or("messages", Whole::<1, 1_000_000_000>(2000), problems);
        let fewer = fields.or("fewer", Share(0.05), problems);
        let more = fields.or("more", Share(0.01), problems);
        fields.finish(problems);
        let of_million = |share: Share| (share.0 * MILLION as f64 + 0.5) as u64;
        let settings = Settings {
            mean_wait: mean_wait?.0,
            window: window?.0,
            messages: messages?.0 as u32,
            fewer: of_million(fewer?),
            more: of_million(more?),
        };
        Some(Self { lanes: lanes?, settings })
    }
}

impl DagorSpec {
    /// DAGOR where the classes are `classes`, in the order of their numbers; `None` after recording
    /// what is wrong with its lanes.
    pub fn resolve(&self, classes: &[String], problems: &mut Problems) -> Option<Dagor> {
        let lanes = self.lanes.resolve(classes, problems)?;
        Some(Dagor { lanes, settings: self.settings })
    }
}

/// The door of one instance, or of one service, as it is now.
#[derive(Clone, Debug)]
pub struct DagorGate {
    settings: Settings,
    /// Messages that came in this window, by importance, the greatest first.
    came: Vec<u32>,
    /// The least important that passes.
    least: usize,
    until: SimTime,
    /// Messages that workers took in this window, and how long they had waited together.
    taken: u32,
    waited_ns: u128,
    luck: (Key, Purpose),
}

impl DagorGate {
    /// Before anything came: everybody passes.
    pub fn new(dagor: &Dagor) -> Self {
        let came = vec![0; (dagor.lanes.count() * USERS) as usize];
        // The same for everybody, always: services agree on who is important.
        let key = Key::new(0, 0, "dagor");
        Self {
            settings: dagor.settings,
            least: came.len() - 1,
            came,
            until: SimTime::ZERO + dagor.settings.window,
            taken: 0,
            waited_ns: 0,
            luck: (key, Purpose::from(key)),
        }
    }

    /// Whether a message passes that comes at `now`; `level` is that of its class in
    /// [`Dagor::lanes`].
    pub fn admit(&mut self, now: SimTime, level: u8, user: u32) -> bool {
        self.close_if_over(now);
        let importance = (u32::from(level) * USERS + self.luck_of(user, now)) as usize;
        self.came[importance] += 1;
        importance <= self.least
    }

    /// A worker has taken a message that had waited for `wait`; at once is a wait of zero.
    pub fn started(&mut self, now: SimTime, wait: SimDuration) {
        self.close_if_over(now);
        self.taken += 1;
        self.waited_ns += u128::from(wait.ns());
        if self.taken >= self.settings.messages {
            self.close(now);
        }
    }

    /// The user's level in this hour.
    fn luck_of(&self, user: u32, now: SimTime) -> u32 {
        let (key, purpose) = self.luck;
        let hour = now.ns() / HOUR.ns();
        below(&mut Luck::of_message(key, hour << 32 | u64::from(user)).draws(purpose), USERS)
    }

    fn close_if_over(&mut self, now: SimTime) {
        if now >= self.until {
            // Windows that nobody came in, after the one that is closed.
            let quiet = now.since(self.until).ns() / self.settings.window.ns();
            self.close(now);
            self.least = self.least.saturating_add(quiet as usize).min(self.came.len() - 1);
        }
    }

    fn close(&mut self, now: SimTime) {
        let bearable = u128::from(self.settings.mean_wait.ns()) * u128::from(self.taken);
        if self.waited_ns > bearable {
            self.narrow();
        } else {
            self.widen();
        }
        self.came.fill(0);
        self.until = now + self.settings.window;
        (self.taken, self.waited_ns) = (0, 0);
    }

    /// Messages of the window that passed.
    fn passed(&self) -> u64 {
        self.came[..=self.least].iter().map(|&came| u64::from(came)).sum()
    }

    /// Fewer, until at most 95 % of those would have passed. The most important always do.
    fn narrow(&mut self) {
        let mut passed = self.passed();
        let wanted = passed * (MILLION - self.settings.fewer);
        while self.least > 0 && passed * MILLION > wanted {
            passed -= u64::from(self.came[self.least]);
            self.least -= 1;
        }
    }

    /// More, if only by a level, until at least 101 % would have.
    fn widen(&mut self) {
        let mut passed = self.passed();
        let wanted = passed * (MILLION + self.settings.more);
        let top = self.came.len() - 1;
        while self.least < top {
            self.least += 1;
            passed += u64::from(self.came[self.least]);
            if passed * MILLION >= wanted {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;

    const USUAL: Settings = Settings {
        mean_wait: SimDuration::from_millis(20),
        window: SimDuration::from_secs(1),
        messages: 2000,
        fewer: 50_000,
        more: 10_000,
    };

    /// A door with two lanes.
    fn gate(settings: Settings) -> DagorGate {
        DagorGate::new(&Dagor { lanes: Lanes::of_levels(vec![0, 1]), settings })
    }

    fn at_ms(ms: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_millis(ms)
    }

    /// A second from `ms` on in which 1,000 users of each lane come once and 1,000 messages start
    /// after `wait` ms: how many of each lane passed.
    fn second(gate: &mut DagorGate, ms: u64, wait: u64) -> [usize; 2] {
        let mut passed = [0, 0];
        for user in 0..1000 {
            for level in [0, 1] {
                passed[usize::from(level)] += usize::from(gate.admit(at_ms(ms), level, user));
            }
            gate.started(at_ms(ms), SimDuration::from_millis(wait));
        }
        passed
    }

    #[test]
    fn the_less_important_lane_gives_way_five_per_cent_a_window_and_comes_back_by_one() {
        let mut gate = gate(USUAL);
        assert_eq!(second(&mut gate, 0, 21), [1000, 1000]);
        let [first, other] = second(&mut gate, 1000, 21);
        // At most 1,900 of 2,000; a level more or less of some 8 users (mean 1,000 ÷ 128; 24 would
        // be five standard deviations).
        assert!(first == 1000 && (900 - 24..=900).contains(&other), "{first} {other}");
        let wider = gate.least;
        let [_, other_then] = second(&mut gate, 2000, 20);
        assert!(gate.least < wider && other_then < other);
        let before = gate.least;
        // 20 ms are bearable: at least 1 % more.
        let [first, third] = second(&mut gate, 3000, 20);
        assert!(gate.least > before && first == 1000);
        assert!(third * 100 >= other_then * 101 && third <= other_then + 19 + 24, "{third}");
    }

    #[test]
    fn the_most_important_level_always_passes_and_a_quiet_time_opens_the_door() {
        let mut gate = gate(USUAL);
        for window in 0..200 {
            second(&mut gate, window * 1000, 500);
        }
        assert_eq!(gate.least, 0);
        // Nobody came for 100 windows after the one that is closed then.
        gate.admit(at_ms(300_000), 0, 0);
        assert_eq!(gate.least, 100);
        gate.admit(at_ms(900_000), 0, 0);
        assert_eq!(gate.least, 2 * 128 - 1);
    }

    #[test]
    fn a_window_is_over_after_so_many_messages_too() {
        let mut gate = gate(Settings { messages: 10, ..USUAL });
        (0..20).for_each(|user| assert!(gate.admit(at_ms(0), 1, user)));
        (0..10).for_each(|_| gate.started(at_ms(5), SimDuration::from_secs(1)));
        assert!(gate.least < 2 * 128 - 1 && gate.until == at_ms(1005));
    }

    #[test]
    fn a_user_keeps_its_level_for_an_hour() {
        let gate = gate(USUAL);
        let levels = |ms| (0..1000).map(|user| gate.luck_of(user, at_ms(ms))).collect::<Vec<_>>();
        assert_eq!(levels(0), levels(3_599_999));
        let moved = levels(0).iter().zip(levels(3_600_000)).filter(|(a, b)| **a != *b).count();
        // All but one in 128: 992.2, standard deviation 2.8.
        assert!((978..=1000).contains(&moved), "{moved}");
        // χ² with 127 degrees of freedom: 127 + 5 × √254.
        let mut seen = [0u32; 128];
        (0..12_800).for_each(|user| seen[gate.luck_of(user, SimTime::ZERO) as usize] += 1);
        let chi: f64 = seen.iter().map(|&n| (f64::from(n) - 100.0) * (f64::from(n) - 100.0)).sum();
        assert!(chi / 100.0 < 207.0, "{chi}");
    }

    #[test]
    fn its_keys_are_read() {
        let text = "x.dagor = { lanes = ['otp'], mean-wait = '5ms', messages = 7, fewer = '10%' }";
        let document = Document::parse("test", text).unwrap();
        let mut problems = Problems::new();
        let spec = DagorSpec::read(document.get("x").unwrap(), &mut problems).unwrap();
        let classes = ["news".to_owned(), "otp".to_owned()];
        let dagor = spec.resolve(&classes, &mut problems).unwrap();
        assert!(problems.is_empty());
        let mean_wait = SimDuration::from_millis(5);
        let settings = Settings { mean_wait, messages: 7, fewer: 100_000, ..USUAL };
        assert_eq!(dagor, Dagor { lanes: Lanes::of_levels(vec![1, 0]), settings });
    }
}
