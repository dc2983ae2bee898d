//! Bursts: crowds that come at random times, each with a size and a length of its own.
//!
//! Bursts start as a Poisson process of `per-day`; each lifts the rate to `size` times what it
//! would be, for `duration`. The size is a bounded Pareto: most bursts are small, a few are huge.
//! Where bursts overlap, their excesses over 1 add up. None is under way when the run starts.
//!
//! Defaults from mentions of stocks on Twitter, 5-minute counts over 55 days (Numenta Anomaly
//! Benchmark, realTweets): 0.7 to 3.7 bursts a day above three times the local median, tail
//! exponents 1.3 to 2.6 and sizes up to 18 to 113 times, lasting 5 minutes (median) and 10 to 20
//! (90 % point). Hence 3 a day, sizes from 3 to 50 with shape 2, lognormal lengths with median
//! 5 min and 90 % point 15 min; the roundings are judgement.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::dist::{Dist, DistSpec, Files, Law, Lognormal, Pareto, exponential, normal};
use crate::engine::{Key, SimDuration, Stream};
use crate::language::units::Factor;
use crate::language::{Fields, Node, Place, Placed, Problems, Read};

use super::line::{Line, NEVER};

/// What a scenario says about random bursts.
#[derive(Clone, Debug)]
pub(super) struct BurstsSpec {
    gap_ns: f64,
    size: Size,
    duration: DistSpec,
}

/// Random bursts, ready to happen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bursts {
    gap_ns: f64,
    size: Pareto,
    duration: Dist,
}

const DAY_NS: f64 = 86_400e9;
const DEFAULT_PER_DAY: f64 = 3.0;
/// More than one a second is a modulated rate, not bursts.
const PER_DAY_MAX: f64 = 86_400.0;
/// Beyond, the rate is that of a crowd that never leaves; and each takes memory.
const UNDER_WAY_MAX: f64 = 1e6;
/// Beyond, a message a month becomes many a second.
const TIMES_MAX: f64 = 1e6;

/// How many times the rate a burst makes of it.
#[derive(Clone, Debug)]
struct Size(Pareto);

impl Read for BurstsSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let per_day = fields.optional::<Placed<Factor>>("per-day", problems);
        let size = fields.or("size", Size(Pareto::new(3.0, 50.0, 2.0)), problems);
        let duration = fields.or("duration", default_duration(), problems);
        fields.finish(problems);
        let (per_day, size, duration) = (per_day?, size?, duration?);
        if let Some(found) = per_day.as_ref().filter(|found| found.value.0 > PER_DAY_MAX) {
            let hint = "for a rate that changes within seconds, take `mmpp`";
            problems.add_with_hint(found.place, "expected at most 86,400 bursts a day", hint);
            return None;
        }
        let per_day = per_day.map_or(DEFAULT_PER_DAY, |found| found.value.0);
        Some(Self { gap_ns: DAY_NS / per_day, size, duration })
    }
}

impl Read for Size {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let minimum = fields.optional::<Placed<Factor>>("minimum", problems);
        let maximum = fields.optional::<Placed<Factor>>("maximum", problems);
        let shape = fields.optional::<Placed<Factor>>("shape", problems);
        let place = fields.place();
        fields.finish(problems);
        let (minimum, maximum, shape) = (minimum?, maximum?, shape?);
        let figure = |given: &Option<Placed<Factor>>, default| {
            given.as_ref().map_or((default, place), |given| (given.value.0, given.place))
        };
        let ((minimum, low), (maximum, high)) = (figure(&minimum, 3.0), figure(&maximum, 50.0));
        let (shape, at) = figure(&shape, 2.0);
        let before = problems.len();
        if minimum < 1.0 {
            problems.add(low, "expected a burst of at least 1 times the rate");
        }
        if maximum > TIMES_MAX {
            problems.add(high, "expected a burst of at most 1,000,000 times the rate");
        }
        if maximum <= minimum {
            problems.add(high, "expected a `maximum` above the `minimum`");
        }
        if !(0.05..=1000.0).contains(&shape) {
            problems.add(at, "expected a shape from 0.05 to 1000");
        }
        (problems.len() == before).then(|| Self(Pareto::new(minimum, maximum, shape)))
    }
}

/// Median 5 min, 90 % point 15 min.
fn default_duration() -> DistSpec {
    let sigma = libm::log(3.0) / normal::quantile(0.9);
    let median = SimDuration::from_secs(300).ns() as f64;
    Dist::Lognormal(Lognormal::new(median, sigma)).into()
}

impl BurstsSpec {
    /// The bursts that are written at `place`; `None` after recording what is wrong.
    pub(super) fn resolve(
        &self,
        place: Place,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Option<Bursts> {
        let duration = self.duration.resolve(files, problems)?;
        let bursts = Bursts { gap_ns: self.gap_ns, size: self.size.0, duration };
        if bursts.mean_under_way() > UNDER_WAY_MAX {
            let label = "on average, more than a million of these bursts would be under way";
            problems.add_with_hint(place, label, "let them come more rarely, or end sooner");
            return None;
        }
        Some(bursts)
    }
}

impl Bursts {
    /// The factor to be expected once bursts have been coming for long.
    pub(super) fn mean_factor(&self) -> f64 {
        1.0 + self.mean_under_way() * (self.size.mean() - 1.0)
    }

    /// How many are under way then: with Poisson starts, duration/gap on average (M/G/∞).
    fn mean_under_way(&self) -> f64 {
        self.duration.mean() * 1e9 / self.gap_ns
    }
}

/// The bursts of one replication. Starts, sizes and lengths have streams of their own, so that
/// another law for one leaves the others alone.
#[derive(Clone, Debug)]
pub(super) struct BurstWalk {
    bursts: Bursts,
    starts: Stream,
    sizes: Stream,
    durations: Stream,
    next_start: u64,
    /// End and excess of each burst under way, the first to end on top.
    under_way: BinaryHeap<Reverse<(u64, Excess)>>,
    /// All their excesses.
    sum: Excess,
}

/// An excess over 1 in units of 2⁻⁶⁰: sums are exact, so that what a burst adds it also takes
/// away, in whatever order bursts end. Of a factor of 1.004 or more, no digit is lost.
type Excess = u128;

const EXCESS_UNITS: f64 = (1_u64 << 60) as f64;

impl BurstWalk {
    pub(super) fn start(bursts: &Bursts, key: Key) -> Self {
        let [starts, sizes, durations] = [0, 1, 2].map(|i| Stream::from(key.nth(i)));
        let mut walk = Self {
            bursts: bursts.clone(),
            starts,
            sizes,
            durations,
            next_start: 0,
            under_way: BinaryHeap::new(),
            sum: 0,
        };
        walk.draw_next_start();
        walk
    }

    /// The factor from `at` on; `at` never before that of the call before.
    pub(super) fn line(&mut self, at: u64) -> Line {
        while self.next_start <= at {
            let excess = self.bursts.size.sample(&mut self.sizes) - 1.0;
            let length = self.bursts.duration.sample(&mut self.durations).ns();
            let excess = (excess * EXCESS_UNITS) as Excess;
            self.under_way.push(Reverse((self.next_start + length, excess)));
            self.sum += excess;
            self.draw_next_start();
        }
        let mut end = NEVER;
        while let Some(&Reverse((ends, excess))) = self.under_way.peek() {
            if ends > at {
                end = ends;
                break;
            }
            self.under_way.pop();
            self.sum -= excess;
        }
        let factor = 1.0 + self.sum as f64 / EXCESS_UNITS;
        Line::flat(factor, end.min(self.next_start).min(NEVER))
    }

    fn draw_next_start(&mut self) {
        let gap = self.bursts.gap_ns * exponential::unit(&mut self.starts);
        // At least a nanosecond, so that a run gets on.
        self.next_start = self.next_start.saturating_add((gap as u64).max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::Exponential;

    #[test]
    fn the_time_average_is_the_mean_factor() {
        let bursts = Bursts {
            gap_ns: 3600e9,
            size: Pareto::new(3.0, 50.0, 2.0),
            duration: Dist::Constant(SimDuration::from_secs(1800)),
        };
        // Excess × length summed over the bursts of 4 years is compound Poisson.
        let horizon = 4.0 * 365.0 * DAY_NS;
        let mut walk = BurstWalk::start(&bursts, Key::new(1, 0, "bursts"));
        let (mut at, mut area) = (0, 0.0);
        while (at as f64) < horizon {
            let line = walk.line(at);
            assert!(line.end > at);
            area += (line.from - 1.0) * (line.end - at) as f64;
            at = line.end;
        }
        let count = horizon / bursts.gap_ns;
        let excess = bursts.size.mean() - 1.0;
        let size2 = bursts.size.mean() * bursts.size.mean() * (1.0 + bursts.size.cv2());
        let square = size2 - 2.0 * bursts.size.mean() + 1.0;
        let (wanted, error) = (count * excess * 1800e9, (count * square).sqrt() * 1800e9);
        assert!((area - wanted).abs() < 5.0 * error, "{area}, not {wanted} ± {error}");
        assert!((bursts.mean_factor() - (1.0 + 0.5 * excess)).abs() < 1e-12);
    }

    #[test]
    fn factors_are_those_of_the_bursts_under_way_however_many() {
        let bursts = |hours| Bursts {
            gap_ns: 1e9,
            size: Pareto::new(3.0, 50.0, 2.0),
            duration: Dist::Exponential(Exponential::new(hours * 3600e9)),
        };
        let key = Key::new(5, 0, "bursts");
        // The same bursts, looked at one by one.
        let mut walk = BurstWalk::start(&bursts(0.1), key);
        let [mut starts, mut sizes, mut durations] = [0, 1, 2].map(|i| Stream::from(key.nth(i)));
        let (mut at, mut all) = (0, Vec::new());
        for _ in 0..1000 {
            at += (1e9 * exponential::unit(&mut starts)) as u64;
            let excess = walk.bursts.size.sample(&mut sizes) - 1.0;
            all.push((at, at + walk.bursts.duration.sample(&mut durations).ns(), excess));
        }
        let (mut now, mut most) = (0, 0);
        while now < at {
            let line = walk.line(now);
            let under_way = all.iter().filter(|(start, end, _)| *start <= now && now < *end);
            let wanted = under_way.clone().fold(1.0, |sum, (_, _, excess)| sum + excess);
            assert!((line.from - wanted).abs() <= wanted * 1e-13, "{} not {wanted}", line.from);
            most = most.max(under_way.count());
            now = line.end;
        }
        assert!(most > 200, "{most}");
        // Ten thousand times as many under way take little longer: this would take a minute if
        // each were looked at each time.
        let (mut walk, mut now) = (BurstWalk::start(&bursts(100.0), key), 0);
        while now < 500_000_000_000_000 {
            now = walk.line(now).end;
        }
        assert!(walk.under_way.len() > 100_000);
    }

    #[test]
    fn the_default_length_has_its_two_points() {
        let duration =
            default_duration().resolve(&|_| Err("no files".to_owned()), &mut Problems::new());
        let quantile = |p| duration.as_ref().unwrap().quantile(p).unwrap().as_secs_f64();
        assert!((quantile(0.5) - 300.0).abs() < 1e-6 && (quantile(0.9) - 900.0).abs() < 1e-6);
    }
}
