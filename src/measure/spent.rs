//! Where the time of delivered messages went, by how long they took: exact sums.

use std::collections::BTreeMap;

use super::histogram::Bucket;

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

/// The sums of those delivered since they were last taken, of messages whose time has two parts:
/// they wait and are worked on, once. Recording takes a nanosecond or two.
#[derive(Clone, Debug)]
pub struct RecentVisits {
    /// The two parts, in order.
    parts: [u32; 2],
    /// By bucket of latency.
    rows: Vec<Visits>,
    /// By bucket: what 64 bits could not hold.
    spilled: BTreeMap<u32, [u128; 2]>,
}

/// Visits of about the same length.
#[derive(Clone, Copy, Debug, Default)]
struct Visits {
    messages: u64,
    /// Nanoseconds, by part.
    sums: [u64; 2],
}

impl RecentVisits {
    /// Nothing yet; the parts of messages' time, in order.
    pub fn new(wait: usize, work: usize) -> Self {
        assert!(wait < work, "parts come in order");
        let rows = vec![Visits::default(); Bucket::BROAD];
        Self { parts: [wait as u32, work as u32], rows, spilled: BTreeMap::new() }
    }

    /// Counts a message that waited and was worked on for so many nanoseconds.
    #[inline]
    pub fn record(&mut self, waited: u64, worked: u64) {
        let bucket = Bucket::broad_index(waited + worked);
        let row = &mut self.rows[bucket];
        row.messages += 1;
        let (waits, few_waits) = row.sums[0].overflowing_add(waited);
        let (works, few_works) = row.sums[1].overflowing_add(worked);
        row.sums = [waits, works];
        if few_waits | few_works {
            self.spill(bucket as u32, [few_waits, few_works]);
        }
    }

    /// Notes which sums have come round to zero.
    #[cold]
    #[inline(never)]
    fn spill(&mut self, bucket: u32, came_round: [bool; 2]) {
        let spilled = self.spilled.entry(bucket).or_default();
        for (sum, came_round) in spilled.iter_mut().zip(came_round) {
            *sum += u128::from(came_round) << 64;
        }
    }

    /// Takes all sums out.
    pub fn take(&mut self) -> Spent {
        let spilled = std::mem::take(&mut self.spilled);
        let mut taken = Spent { parts: self.parts.to_vec(), ..Spent::default() };
        for (bucket, row) in (0..).zip(&mut self.rows).filter(|(_, row)| row.messages > 0) {
            let Visits { messages, sums } = std::mem::take(row);
            let more = spilled.get(&bucket).copied().unwrap_or_default();
            taken.rows.push((bucket, messages));
            taken.sums.extend(sums.iter().zip(more).map(|(sum, more)| u128::from(*sum) + more));
        }
        taken
    }
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

    /// Counts a message that took `ns` and stands for `messages`; the row to which the parts of
    /// their time belong.
    #[inline]
    pub fn count(&mut self, ns: u64, messages: u64) -> RowId {
        let bucket = Bucket::broad_index(ns);
        let row = match self.row_of[bucket] {
            0 => self.open_row(bucket),
            row => row as usize - 1,
        };
        self.sums[row * self.stride] += messages;
        RowId(row)
    }

    /// Messages of `row` spent so long on `part`.
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
    /// Their time by place among the [`Parts`](super::Parts), summed, in nanoseconds.
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

    const PARTS: usize = 18;

    #[test]
    fn the_slowest_are_told_from_the_rest() {
        let mut recent = RecentSpent::new(PARTS);
        for _ in 0..99 {
            let row = recent.count(1_000_000, 1);
            recent.add(row, 1, 1_000_000);
        }
        let row = recent.count(5_000_000, 1);
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
        let mut recent = RecentSpent::new(PARTS);
        let mut wanted = BTreeMap::new();
        for part in (0..PARTS).rev() {
            let row = recent.count(1 << 62, 1);
            for _ in 0..=part {
                recent.add(row, part, u64::MAX - 1);
            }
            wanted.insert(part as u32, (part as u128 + 1) * (u128::from(u64::MAX) - 1));
        }
        let mut spent = PooledSpent::default();
        spent.merge(&recent.take());
        let all = spent.all();
        assert_eq!((all.messages, all.parts), (PARTS as u64, wanted));
    }

    #[test]
    fn visits_are_summed_as_parts_are() {
        let (mut visits, mut recent) = (RecentVisits::new(5, 6), RecentSpent::new(PARTS));
        for at in 0..100 {
            let (waited, worked) = (at << 55, (100 - at) << 55);
            visits.record(waited, worked);
            let row = recent.count(waited + worked, 1);
            recent.add(row, 5, waited);
            recent.add(row, 6, worked);
        }
        // 100 × 2⁵⁵ ns, a hundred times: more than 64 bits hold.
        let taken = visits.take();
        assert_eq!(taken.sums.iter().sum::<u128>(), 10_000 << 55);
        assert_eq!(taken, recent.take());
        assert!(visits.take().rows.is_empty());
    }
}
