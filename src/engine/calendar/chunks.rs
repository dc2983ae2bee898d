//! Memory of the ladder's buckets: chunks of one size from one store, so that what one bucket
//! gives back the next one uses, still warm.

use super::event::Event;

/// Events in a chunk, 16 bytes each.
pub(super) const CHUNK: usize = 64;
const NONE: u32 = u32::MAX;
/// Below this many chunks (1 MiB) nothing is given back to the allocator.
const KEEP: usize = 1024;

/// A bag of events: a chain of chunks, all full but the last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    first: u32,
    last: u32,
    pub(super) len: u64,
}

/// The chunks of all buckets.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    events: Vec<Event>,
    /// For each chunk the next one in its bucket, or in the free chain.
    next: Vec<u32>,
    free: u32,
    used: usize,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self { events: Vec::new(), next: Vec::new(), free: NONE, used: 0 }
    }

    #[inline]
    pub(super) fn append(&mut self, bucket: &mut Bucket, event: Event) {
        let offset = bucket.len as usize % CHUNK;
        if offset == 0 {
            self.lengthen(bucket);
        }
        self.events[bucket.last as usize * CHUNK + offset] = event;
        bucket.len += 1;
    }

    /// Empties `bucket` onto the end of `target`.
    pub(super) fn drain_into(&mut self, bucket: &mut Bucket, target: &mut Vec<Event>) {
        while let Some((chunk, len)) = self.unchain(bucket) {
            target.extend_from_slice(&self.events[chunk * CHUNK..chunk * CHUNK + len]);
        }
    }

    /// Copies the first chunk of `bucket` out, frees it, and tells how many events it held.
    pub(super) fn take_chunk(&mut self, bucket: &mut Bucket, to: &mut [Event; CHUNK]) -> usize {
        let Some((chunk, len)) = self.unchain(bucket) else { return 0 };
        to[..len].copy_from_slice(&self.events[chunk * CHUNK..chunk * CHUNK + len]);
        len
    }

    pub(super) fn bytes(&self) -> usize {
        self.events.capacity() * size_of::<Event>() + self.next.capacity() * size_of::<u32>()
    }

    #[inline(never)]
    fn lengthen(&mut self, bucket: &mut Bucket) {
        let chunk = if self.free == NONE {
            self.next.push(NONE);
            self.events.resize(self.next.len() * CHUNK, Event::LAST);
            (self.next.len() - 1) as u32
        } else {
            let chunk = self.free;
            self.free = self.next[chunk as usize];
            chunk
        };
        self.used += 1;
        if bucket.len == 0 {
            bucket.first = chunk;
        } else {
            self.next[bucket.last as usize] = chunk;
        }
        bucket.last = chunk;
    }

    /// Frees the first chunk of `bucket`; its events stay readable until the next append.
    #[inline]
    fn unchain(&mut self, bucket: &mut Bucket) -> Option<(usize, usize)> {
        if bucket.len == 0 {
            return None;
        }
        let len = bucket.len.min(CHUNK as u64);
        let chunk = bucket.first;
        bucket.len -= len;
        bucket.first = std::mem::replace(&mut self.next[chunk as usize], self.free);
        self.free = chunk;
        self.used -= 1;
        Some((chunk as usize, len as usize))
    }
}
