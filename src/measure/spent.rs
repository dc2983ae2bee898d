//! Where the time of delivered messages went, by how long they took: exact sums.

use std::collections::BTreeMap;

use super::histogram::Bucket;

/// What a message did for a part of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// It waited: at a service's door, for a worker, for a carrier to take it.
    Waiting,
    /// Its worker waited for a core.
    WaitingForCore,
    /// It was computed on.
    Work,
    /// It paused by plan, at a service or before a call of its client.
    Pause,
    /// It was submitted, and the carrier had not answered.
    RoundTrip,
    /// Its carrier held it.
    Held,
    /// It was on its way from the carrier to the recipient.
    Delivery,
    /// It had an attempt out that was given up, or overtaken by a copy sent later.
    GivenUp,
    /// It was on its way between callers and callees.
    Network,
    /// It paused before the next attempt.
    BackOff,
}

/// What may happen at a service, in the order of its parts.
const AT_SERVICE: [Doing; 5] =
    [Doing::Waiting, Doing::Work, Doing::WaitingForCore, Doing::Pause, Doing::GivenUp];
/// What may happen at a group of carriers.
const AT_GROUP: [Doing; 5] =
    [Doing::Waiting, Doing::RoundTrip, Doing::Held, Doing::Delivery, Doing::GivenUp];
/// What happens at no station.
const BETWEEN: [Doing; 3] = [Doing::Network, Doing::BackOff, Doing::Pause];

/// The parts that the time of a model's messages may have: places in a row of sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Services; the first stations are theirs.
    pub services: usize,
    /// Services and groups of carriers.
    pub stations: usize,
}

impl Parts {
    /// How many there are.
    pub fn count(self) -> usize {
        self.stations * AT_SERVICE.len() + BETWEEN.len()
    }

    /// The place of what happens at a station.
    ///
    /// # Panics
    /// If no message can do this there.
    #[inline]
    pub fn at(self, station: usize, doing: Doing) -> usize {
        let kinds = if station < self.services { &AT_SERVICE } else { &AT_GROUP };
        station * kinds.len() + place(kinds, doing)
    }

    /// The place of what happens at no station.
    ///
    /// # Panics
    /// If it does happen at one.
    #[inline]
    pub fn between(self, doing: Doing) -> usize {
        self.stations * AT_SERVICE.len() + place(&BETWEEN, doing)
    }

    /// The station, if it is one's, and what happens, at a place.
    pub fn part(self, place: usize) -> (Option<usize>, Doing) {
        let (station, nth) = (place / AT_SERVICE.len(), place % AT_SERVICE.len());
        if station >= self.stations {
            (None, BETWEEN[nth])
        } else if station < self.services {
            (Some(station), AT_SERVICE[nth])
        } else {
            (Some(station), AT_GROUP[nth])
        }
    }
}

#[inline]
fn place(kinds: &[Doing], doing: Doing) -> usize {
    kinds.iter().position(|kind| *kind == doing).expect("callers know what happens where")
}

/// The sums of those delivered since they were last taken.
///
/// Messages of about the same latency share a row, made when the first of them ends: its first
/// place is their number, and the others are the parts of their time, in nanoseconds. Rows are as
/// wide as 2⁻⁶ of their latency, so that the slowest 1 % can be told from the rest at the end.
#[derive(Clone, Debug)]
pub struct RecentSpent {
    parts: usize,
    /// By bucket of latency: the row, from 1; 0 where there is none.
    row_of: Vec<u32>,
    rows: Vec<u128>,
}

impl RecentSpent {
    /// Nothing yet, of messages whose time has so many parts.
    pub fn new(parts: usize) -> Self {
        Self { parts, row_of: vec![0; Bucket::BROAD], rows: Vec::new() }
    }

    /// Counts a message that took `ns`; returns the sums to which the parts of its time belong.
    #[inline]
    pub fn count(&mut self, ns: u64) -> &mut [u128] {
        let bucket = Bucket::broad_index(ns);
        let row = match self.row_of[bucket] {
            0 => self.open(bucket),
            row => row,
        };
        let from = (row as usize - 1) * (self.parts + 1);
        let row = &mut self.rows[from..from + self.parts + 1];
        row[0] += 1;
        &mut row[1..]
    }

    #[cold]
    #[inline(never)]
    fn open(&mut self, bucket: usize) -> u32 {
        self.rows.resize(self.rows.len() + self.parts + 1, 0);
        self.row_of[bucket] = (self.rows.len() / (self.parts + 1)) as u32;
        self.row_of[bucket]
    }

    /// Takes all sums out.
    pub fn take(&mut self) -> Spent {
        let rows = std::mem::take(&mut self.rows);
        let mut taken = Spent::default();
        for (bucket, row) in self.row_of.iter_mut().enumerate().filter(|(_, row)| **row > 0) {
            let from = (std::mem::take(row) as usize - 1) * (self.parts + 1);
            let sums = &rows[from..from + self.parts + 1];
            let parts = sums[1..].iter().enumerate().filter(|(_, sum)| **sum > 0);
            let parts = parts.map(|(place, sum)| (place as u32, *sum)).collect();
            taken.rows.insert(bucket as u32, Row { messages: sums[0] as u64, parts });
        }
        taken
    }
}

/// Where the time of messages went, by their latency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// By bucket of latency.
    rows: BTreeMap<u32, Row>,
}

/// Messages of about the same latency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    messages: u64,
    /// Places and sums in nanoseconds, those of zero left out.
    parts: BTreeMap<u32, u128>,
}

/// Messages, and where their time went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentSum {
    /// How many they are.
    pub messages: u64,
    /// None of them took less, in nanoseconds.
    pub at_least: u64,
    /// Their time by place among the [`Parts`], summed, in nanoseconds.
    pub parts: BTreeMap<u32, u128>,
}

impl Spent {
    /// Adds what `other` holds.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, row) in &other.rows {
            let own = self.rows.entry(*bucket).or_default();
            own.messages += row.messages;
            for (place, sum) in &row.parts {
                *own.parts.entry(*place).or_default() += sum;
            }
        }
    }

    /// All messages.
    pub fn all(&self) -> SpentSum {
        self.slowest(u64::MAX)
    }

    /// The slowest messages: `wanted` of them, and those that took about as long as the fastest of
    /// these; all, if they are fewer.
    pub fn slowest(&self, wanted: u64) -> SpentSum {
        let mut sum = SpentSum { messages: 0, at_least: 0, parts: BTreeMap::new() };
        for (bucket, row) in self.rows.iter().rev() {
            if sum.messages >= wanted {
                break;
            }
            sum.messages += row.messages;
            sum.at_least = Bucket::broad(*bucket as usize).lower;
            for (place, ns) in &row.parts {
                *sum.parts.entry(*place).or_default() += ns;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: Parts = Parts { services: 2, stations: 3 };

    #[test]
    fn every_part_has_a_place_of_its_own() {
        let parts: Vec<(Option<usize>, Doing)> =
            (0..PARTS.count()).map(|place| PARTS.part(place)).collect();
        for (place, &(station, doing)) in parts.iter().enumerate() {
            let back = match station {
                Some(station) => PARTS.at(station, doing),
                None => PARTS.between(doing),
            };
            assert_eq!(back, place);
        }
        assert_eq!(parts[10], (Some(2), Doing::Waiting));
        assert_eq!(parts[11], (Some(2), Doing::RoundTrip));
        assert_eq!(parts[17], (None, Doing::Pause));
    }

    #[test]
    fn the_slowest_are_told_from_the_rest() {
        let mut recent = RecentSpent::new(PARTS.count());
        for _ in 0..99 {
            recent.count(1_000_000)[1] += 1_000_000;
        }
        recent.count(5_000_000)[0] += 5_000_000;
        let mut spent = recent.take();
        assert_eq!(recent.take(), Spent::default());
        let slowest = spent.slowest(1);
        assert_eq!((slowest.messages, &slowest.parts), (1, &BTreeMap::from([(0, 5_000_000)])));
        assert!((4_900_000..=5_000_000).contains(&slowest.at_least), "{slowest:?}");
        spent.merge(&spent.clone());
        let all = spent.all();
        assert_eq!(all.messages, 200);
        assert_eq!(all.parts, BTreeMap::from([(0, 10_000_000), (1, 198_000_000)]));
        // Two are wanted more than the two that took 5 ms: those of 1 ms come together.
        assert_eq!(spent.slowest(3).messages, 200);
    }
}
