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

impl Doing {
    /// As tables and documents name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::WaitingForCore => "waiting-for-core",
            Self::Work => "work",
            Self::Pause => "pause",
            Self::RoundTrip => "round-trip",
            Self::Held => "held",
            Self::Delivery => "delivery",
            Self::GivenUp => "given-up",
            Self::Network => "network",
            Self::BackOff => "back-off",
        }
    }

    /// Whether nothing was done for the message meanwhile.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Waiting | Self::WaitingForCore)
    }
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
/// Messages of about the same latency share a row, made when the first of them ends, and a row is
/// as wide as 2⁻⁶ of its latency, so that the slowest 1 % can be told from the rest at the end. A
/// part has a column from when a message first spent time on it: most never have one.
#[derive(Clone, Debug)]
pub struct RecentSpent {
    /// By bucket of latency: the row, from 1; 0 where there is none.
    row_of: Vec<u32>,
    /// By row: its bucket.
    bucket_of: Vec<u32>,
    /// By part: its column, from 1; 0 where it has none. The first column counts messages.
    column_of: Vec<u32>,
    columns: usize,
    /// Columns that there is room for.
    stride: usize,
    /// By row and column: nanoseconds.
    sums: Vec<u64>,
    /// By bucket and part: what 64 bits could not hold.
    spilled: BTreeMap<(u32, u32), u128>,
}

/// A row of sums.
#[derive(Clone, Copy, Debug)]
pub struct RowId(usize);

impl RecentSpent {
    /// Nothing yet, of messages whose time has so many parts.
    pub fn new(parts: usize) -> Self {
        Self {
            row_of: vec![0; Bucket::BROAD],
            bucket_of: Vec::new(),
            column_of: vec![0; parts],
            columns: 1,
            stride: 4,
            sums: Vec::new(),
            spilled: BTreeMap::new(),
        }
    }

    /// Counts a message that took `ns`; the row to which the parts of its time belong.
    #[inline]
    pub fn count(&mut self, ns: u64) -> RowId {
        let bucket = Bucket::broad_index(ns);
        let row = match self.row_of[bucket] {
            0 => self.open_row(bucket),
            row => row as usize - 1,
        };
        self.sums[row * self.stride] += 1;
        RowId(row)
    }

    /// A message of `row` spent so long on `part`.
    #[inline]
    pub fn add(&mut self, RowId(row): RowId, part: usize, ns: u64) {
        let column = match self.column_of[part] {
            0 => self.open_column(part),
            column => column as usize,
        };
        let sum = &mut self.sums[row * self.stride + column];
        match sum.checked_add(ns) {
            Some(more) => *sum = more,
            None => {
                let full = std::mem::replace(sum, ns);
                let of = (self.bucket_of[row], part as u32);
                *self.spilled.entry(of).or_default() += u128::from(full);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn open_row(&mut self, bucket: usize) -> usize {
        self.bucket_of.push(bucket as u32);
        let rows = self.bucket_of.len();
        self.row_of[bucket] = rows as u32;
        self.sums.resize(rows * self.stride, 0);
        rows - 1
    }

    #[cold]
    #[inline(never)]
    fn open_column(&mut self, part: usize) -> usize {
        if self.columns == self.stride {
            let old = self.stride;
            self.stride *= 2;
            let mut sums = vec![0; self.bucket_of.len() * self.stride];
            for (new, old) in sums.chunks_mut(self.stride).zip(self.sums.chunks(old)) {
                new[..old.len()].copy_from_slice(old);
            }
            self.sums = sums;
        }
        let column = self.columns;
        self.columns += 1;
        self.column_of[part] = column as u32;
        column
    }

    /// Takes all sums out.
    pub fn take(&mut self) -> Spent {
        let columns = || (0..).zip(&self.column_of).filter(|(_, column)| **column > 0);
        let parts: Vec<u32> = columns().map(|(part, _)| part).collect();
        let spilled = std::mem::take(&mut self.spilled);
        let mut taken =
            Spent { rows: Vec::with_capacity(self.bucket_of.len()), sums: Vec::new(), parts };
        taken.sums.reserve_exact(self.bucket_of.len() * taken.parts.len());
        self.bucket_of.sort_unstable();
        for &bucket in &self.bucket_of {
            let row = std::mem::take(&mut self.row_of[bucket as usize]) as usize - 1;
            let sums = &self.sums[row * self.stride..(row + 1) * self.stride];
            taken.rows.push((bucket, sums[0]));
            taken.sums.extend(columns().map(|(part, column)| {
                let more = spilled.get(&(bucket, part)).copied().unwrap_or(0);
                u128::from(sums[*column as usize]) + more
            }));
        }
        self.bucket_of.clear();
        self.sums.clear();
        taken
    }
}

/// Where the time of messages went, by their latency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Buckets of latency, in order, and the messages of each.
    rows: Vec<(u32, u64)>,
    /// The parts that messages spent time on, in order.
    parts: Vec<u32>,
    /// By row and part: nanoseconds.
    sums: Vec<u128>,
}

/// What several blocks of windows, and several runs, know together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PooledSpent {
    /// By bucket of latency: messages, and by part their time in nanoseconds.
    rows: BTreeMap<u32, (u64, BTreeMap<u32, u128>)>,
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

impl PooledSpent {
    /// Adds what `block` holds.
    pub fn merge(&mut self, block: &Spent) {
        let parts = block.parts.len();
        for (at, (bucket, messages)) in block.rows.iter().enumerate() {
            let own = self.rows.entry(*bucket).or_default();
            own.0 += messages;
            let sums = &block.sums[at * parts..(at + 1) * parts];
            for (part, sum) in block.parts.iter().zip(sums).filter(|(_, sum)| **sum > 0) {
                *own.1.entry(*part).or_default() += sum;
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
        for (bucket, (messages, parts)) in self.rows.iter().rev() {
            if sum.messages >= wanted {
                break;
            }
            sum.messages += messages;
            sum.at_least = Bucket::broad(*bucket as usize).lower;
            for (place, ns) in parts {
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
            let row = recent.count(1_000_000);
            recent.add(row, 1, 1_000_000);
        }
        let row = recent.count(5_000_000);
        recent.add(row, 0, 5_000_000);
        let (block, mut spent) = (recent.take(), PooledSpent::default());
        assert!(recent.take().rows.is_empty());
        spent.merge(&block);
        let slowest = spent.slowest(1);
        assert_eq!((slowest.messages, &slowest.parts), (1, &BTreeMap::from([(0, 5_000_000)])));
        assert!((4_900_000..=5_000_000).contains(&slowest.at_least), "{slowest:?}");
        spent.merge(&block);
        let all = spent.all();
        assert_eq!(all.messages, 200);
        assert_eq!(all.parts, BTreeMap::from([(0, 10_000_000), (1, 198_000_000)]));
        // Two are wanted more than the two that took 5 ms: those of 1 ms come together.
        assert_eq!(spent.slowest(3).messages, 200);
    }

    #[test]
    fn sums_of_any_size_and_number_are_exact() {
        let mut recent = RecentSpent::new(PARTS.count());
        let mut wanted = BTreeMap::new();
        for part in (0..PARTS.count()).rev() {
            let row = recent.count(1 << 62);
            for _ in 0..=part {
                recent.add(row, part, u64::MAX - 1);
            }
            wanted.insert(part as u32, (part as u128 + 1) * (u128::from(u64::MAX) - 1));
        }
        let mut spent = PooledSpent::default();
        spent.merge(&recent.take());
        let all = spent.all();
        assert_eq!((all.messages, all.parts), (PARTS.count() as u64, wanted));
    }
}
