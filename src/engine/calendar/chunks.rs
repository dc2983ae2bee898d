//! Memory of the ladder's buckets: chunks of one size from one store, so that what one bucket
//! gives back the next one uses, still warm.

use super::event::Event;

/// Events in a chunk: 1 KiB.
pub(super) const CHUNK: usize = 64;
/// A store of at most this many chunks (1 MiB) is never rebuilt.
const KEPT: usize = 1024;
/// A store with fewer chunks in use than one in this many is rebuilt.
const SPARSE: usize = 8;
const NONE: u32 = u32::MAX;

/// A bag of events: a chain of chunks, all full but the last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    first: u32,
    last: u32,
    len: u64,
}

/// The chunks of all buckets.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    events: Vec<Event>,
    /// For each chunk the next one of its bucket, or the next free one.
    next: Vec<u32>,
    free: u32,
    used: usize,
}

impl Bucket {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether the next event needs a further chunk.
    #[inline]
    pub(super) fn is_at_brim(&self) -> bool {
        self.len().is_multiple_of(CHUNK)
    }
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self { events: Vec::new(), next: Vec::new(), free: NONE, used: 0 }
    }

    /// Adds an event to a bucket that is not at its brim, or was just lengthened.
    #[inline]
    pub(super) fn append(&mut self, bucket: &mut Bucket, event: Event) {
        self.events[bucket.last as usize * CHUNK + bucket.len() % CHUNK] = event;
        bucket.len += 1;
    }

    /// Gives a bucket that is at its brim a further chunk: the one that was freed last.
    #[inline(never)]
    pub(super) fn lengthen(&mut self, bucket: &mut Bucket) {
        let chunk = self.free;
        if chunk == NONE {
            return self.grow(bucket);
        }
        self.free = self.next[chunk as usize];
        self.chain(bucket, chunk);
    }

    /// Empties `bucket` onto the end of `target`.
    pub(super) fn drain_into(&mut self, bucket: &mut Bucket, target: &mut Vec<Event>) {
        while let Some((chunk, len)) = self.unchain(bucket) {
            target.extend_from_slice(&self.events[chunk * CHUNK..chunk * CHUNK + len]);
        }
    }

    /// Moves a chunk of events from `bucket` to the front of `target`, and tells how many there
    /// are.
    pub(super) fn take(&mut self, bucket: &mut Bucket, target: &mut [Event; CHUNK]) -> usize {
        let Some((chunk, len)) = self.unchain(bucket) else { return 0 };
        target[..len].copy_from_slice(&self.events[chunk * CHUNK..chunk * CHUNK + len]);
        len
    }

    /// The first event of `bucket` (or any, if it is empty) and the bits in which others differ
    /// from it; not all of these once they exceed `enough`.
    pub(super) fn compare(&self, bucket: &Bucket, enough: u128) -> (Event, u128) {
        let first = self.events[bucket.first as usize * CHUNK];
        let (mut chunk, mut left, mut differ) = (bucket.first as usize, bucket.len(), 0);
        while left > 0 && differ <= enough {
            let events = &self.events[chunk * CHUNK..chunk * CHUNK + left.min(CHUNK)];
            differ = events.iter().fold(differ, |bits, event| bits | event.0 ^ first.0);
            left -= events.len();
            chunk = self.next[chunk] as usize;
        }
        (first, differ)
    }

    /// Whether so little is left of a peak that the memory is worth giving back.
    #[inline]
    pub(super) fn is_sparse(&self) -> bool {
        self.next.len() > KEPT && self.used * SPARSE < self.next.len()
    }

    /// Moves the events of `buckets`, which are all there are, to a store of their size.
    #[cold]
    pub(super) fn rebuild(&mut self, buckets: &mut [Bucket]) {
        let mut fresh = Self::new();
        let mut events = [Event::LAST; CHUNK];
        for bucket in buckets {
            let mut old = std::mem::take(bucket);
            loop {
                let len = self.take(&mut old, &mut events);
                if len == 0 {
                    break;
                }
                fresh.lengthen(bucket);
                events[..len].iter().for_each(|&event| fresh.append(bucket, event));
            }
        }
        *self = fresh;
    }

    pub(super) fn bytes(&self) -> usize {
        self.events.capacity() * size_of::<Event>() + self.next.capacity() * size_of::<u32>()
    }

    #[cold]
    fn grow(&mut self, bucket: &mut Bucket) {
        self.next.push(NONE);
        self.events.resize(self.next.len() * CHUNK, Event::LAST);
        self.chain(bucket, (self.next.len() - 1) as u32);
    }

    #[inline]
    fn chain(&mut self, bucket: &mut Bucket, chunk: u32) {
        if bucket.len == 0 {
            bucket.first = chunk;
        } else {
            self.next[bucket.last as usize] = chunk;
        }
        bucket.last = chunk;
        self.used += 1;
    }

    /// Frees the first chunk of `bucket` and tells its place and how many events it held. They
    /// stay there until a bucket is lengthened.
    #[inline]
    fn unchain(&mut self, bucket: &mut Bucket) -> Option<(usize, usize)> {
        if bucket.len == 0 {
            return None;
        }
        let (chunk, len) = (bucket.first as usize, bucket.len().min(CHUNK));
        bucket.len -= len as u64;
        bucket.first = std::mem::replace(&mut self.next[chunk], self.free);
        self.free = chunk as u32;
        self.used -= 1;
        Some((chunk, len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(chunks: &mut Chunks, bucket: &mut Bucket, events: std::ops::Range<u128>) {
        for event in events {
            if bucket.is_at_brim() {
                chunks.lengthen(bucket);
            }
            chunks.append(bucket, Event(event));
        }
    }

    fn drain(chunks: &mut Chunks, bucket: &mut Bucket) -> Vec<Event> {
        let mut events = Vec::new();
        chunks.drain_into(bucket, &mut events);
        events
    }

    #[test]
    fn buckets_share_chunks_and_keep_their_events_apart() {
        let mut chunks = Chunks::new();
        let mut buckets = [Bucket::default(); 3];
        for round in 0..50 {
            for (i, bucket) in (0..).zip(&mut buckets) {
                let from = 1000 * (i + 3 * round);
                fill(&mut chunks, bucket, from..from + 50 * (i + 1));
            }
            let drained = drain(&mut chunks, &mut buckets[round as usize % 3]);
            assert!(drained.is_sorted() && drained.len() >= 50);
        }
        let left: usize = buckets.iter_mut().map(|bucket| drain(&mut chunks, bucket).len()).sum();
        assert!(left <= 3 * 300);
        assert_eq!(chunks.used, 0);
        // At most two rounds of the largest bucket and three of the others were ever held.
        assert!(chunks.next.len() < 20, "{} chunks", chunks.next.len());
    }

    #[test]
    fn a_store_is_rebuilt_to_the_size_of_what_is_left() {
        let mut chunks = Chunks::new();
        let mut buckets = [Bucket::default(); 2];
        fill(&mut chunks, &mut buckets[0], 0..1_000_000);
        fill(&mut chunks, &mut buckets[1], 0..1_000);
        assert!(!chunks.is_sparse());
        drain(&mut chunks, &mut buckets[0]);
        assert!(chunks.is_sparse());
        chunks.rebuild(&mut buckets);
        assert!(chunks.bytes() < 64 << 10 && !chunks.is_sparse());
        let events: Vec<_> = (0..1_000).map(Event).collect();
        assert_eq!(drain(&mut chunks, &mut buckets[1]), events);
    }
}
