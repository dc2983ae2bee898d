//! The buckets of one limit: one for each sender or class, or one for all.

use std::collections::BTreeMap;

use super::{Per, Question};
use crate::engine::{Due, Gcra, SimTime};

/// Fewer buckets than this are never looked through for those that are full again.
const FEW: usize = 64;

/// Equal buckets by whose they are. A bucket that is full again is as good as none.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    gcra: Gcra,
    per: Per,
    shapes: bool,
    used: BTreeMap<u32, Due>,
    /// The number of buckets at which the full ones are looked for again: twice as many as were
    /// left the last time, so that looking costs each newcomer a constant on average.
    look_at: usize,
}

impl Buckets {
    /// Buckets that turn away what does not conform.
    pub(super) fn rejecting(gcra: Gcra, per: Per) -> Self {
        Self { gcra, per, shapes: false, used: BTreeMap::new(), look_at: FEW }
    }

    /// Buckets whose burst is room to wait in.
    pub(super) fn shaping(gcra: Gcra, per: Per) -> Self {
        Self { shapes: true, ..Self::rejecting(gcra, per) }
    }

    /// Whether the message may pass.
    #[inline]
    pub(super) fn conforms(&self, now: SimTime, question: Question) -> bool {
        let due = self.used.get(&self.owner(question)).copied().unwrap_or_default();
        self.gcra.conforms_from(due) <= now
    }

    /// Counts a message that conforms: when it passes.
    #[inline]
    pub(super) fn take(&mut self, now: SimTime, question: Question) -> SimTime {
        if self.used.len() >= self.look_at {
            let gcra = self.gcra;
            self.used.retain(|_, due| !gcra.is_rested(*due, now));
            self.look_at = FEW.max(2 * self.used.len());
        }
        let due = self.used.entry(self.owner(question)).or_default();
        let leaves = if self.shapes { self.gcra.leaves(*due, now) } else { now };
        let conforms = self.gcra.take(due, now);
        debug_assert!(conforms, "only a message that conforms is counted");
        leaves
    }

    fn owner(&self, question: Question) -> u32 {
        match self.per {
            Per::Service => 0,
            Per::Class => question.class,
            Per::Sender => question.sender,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::{Meter, SimDuration};

    fn from(sender: u32) -> Question {
        Question { sender, class: 0 }
    }

    #[test]
    fn senders_who_have_rested_are_forgotten() {
        let mut buckets = Buckets::rejecting(Gcra::new(10.0, 1), Per::Sender);
        for ms in 0..100_000 {
            buckets.take(SimTime::from_ns(ms * 1_000_000), from(ms as u32));
            // A bucket is full again after 100 ms, in which 101 come.
            assert!(buckets.used.len() <= 2 * 101, "{} buckets at {ms} ms", buckets.used.len());
        }
    }

    proptest! {
        /// To forget who has rested changes nothing: against a meter for each that forgets nothing.
        #[test]
        fn forgetting_changes_no_answer(
            rate in prop_oneof![Just(1e3), Just(115_000.0), Just(3.0)],
            burst in 1..4u32,
            steps in prop::collection::vec((0..3_000_000u64, 0..400u32), 0..800),
        ) {
            let mut buckets = Buckets::rejecting(Gcra::new(rate, burst), Per::Sender);
            let mut meters: Vec<Meter> = (0..400).map(|_| Meter::new(rate, burst)).collect();
            let mut now = SimTime::ZERO;
            for (gap, sender) in steps {
                now += SimDuration::from_ns(gap);
                let conforms = buckets.conforms(now, from(sender));
                prop_assert_eq!(meters[sender as usize].take(now), conforms);
                if conforms {
                    prop_assert_eq!(buckets.take(now, from(sender)), now);
                }
            }
        }

        /// A leaky bucket is a queue that is served every 10 ns: against a list of all departures.
        #[test]
        fn a_leaky_bucket_is_a_queue(
            room in 0..4u32,
            gaps in prop::collection::vec(0..25u64, 0..200),
        ) {
            let mut buckets = Buckets::shaping(Gcra::new(1e8, room + 1), Per::Service);
            let (mut departures, mut now) = (Vec::<u64>::new(), 0);
            for gap in gaps {
                now += gap;
                let waiting = departures.iter().filter(|&&departure| departure > now).count();
                let next = departures.last().map_or(now, |last| now.max(last + 10));
                let fits = next == now || waiting < room as usize;
                let time = SimTime::from_ns(now);
                prop_assert_eq!(buckets.conforms(time, from(0)), fits);
                if fits {
                    prop_assert_eq!(buckets.take(time, from(0)).ns(), next);
                    departures.push(next);
                }
            }
        }
    }
}
