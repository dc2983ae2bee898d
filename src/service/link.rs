//! The network of an instance: a link that carries so much each way, one message after the other.
//!
//! Each direction is a single server, first come, first served: a message of `b` bytes keeps it for
//! 8·b/bandwidth. When it is through follows from when it came, and from when the one before was
//! through (Lindley's recursion), so that no event is needed for it. All times are kept in 2⁻⁴⁰ ns;
//! a message is through at the whole nanosecond before.
//!
//! Chatter that goes on all the time has its part of the bandwidth for itself, and messages have
//! the rest; where it fills the link, nothing else ever passes. What is told for each message
//! (`broadcast`) takes its turn: at the one who tells as a transmission of its own, at those who
//! listen in aggregate, as early as their links have time for it.

use crate::engine::{SimDuration, SimTime};

/// Fractions of a nanosecond are kept in so many bits.
const FRACTION: u32 = 40;
/// Later than any run: sums of many of them fit.
const NEVER: u128 = (SimTime::MAX.ns() as u128) << FRACTION;

/// What the link of each instance of a service carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkPlan {
    /// Bits a second, each way, at least 1.
    pub bits_per_s: u64,
    /// Bits a second that chatter takes all the time, each way.
    background: u64,
    /// Bytes that a message costs on the way to each other instance of its cell.
    pub bytes_to_each: f64,
}

impl LinkPlan {
    /// Of a link whose chatter is `bytes_per_s` each way, to the nearest bit, and `bytes_to_each`
    /// for each message.
    pub fn new(bits_per_s: u64, bytes_per_s: f64, bytes_to_each: f64) -> Self {
        Self { bits_per_s, background: (8.0 * bytes_per_s).round() as u64, bytes_to_each }
    }

    /// Whether chatter leaves nothing of it.
    pub fn is_full(&self) -> bool {
        self.background >= self.bits_per_s
    }

    /// The share of it that chatter takes all the time, at most 1.
    pub fn background(&self) -> f64 {
        self.background.min(self.bits_per_s) as f64 / self.bits_per_s as f64
    }

    /// The share of a link that is in use if it is busy for the share `busy` of the time, with what
    /// the background leaves.
    pub fn used(&self, busy: f64) -> f64 {
        self.background() + (1.0 - self.background()) * busy
    }
}

/// One direction of one instance's link.
#[derive(Clone, Copy, Debug, Default)]
struct Wire {
    /// When all that came so far is through.
    free_at: u128,
    /// How long it was, or will be, busy with that.
    assigned: u128,
}

impl Wire {
    /// Something that takes `cost` comes at `now`: how long it waits, and when it is through.
    fn take(&mut self, now: u128, cost: u128) -> (u128, u128) {
        let start = self.free_at.max(now);
        self.free_at = start.saturating_add(cost).min(2 * NEVER);
        self.assigned += self.free_at - start;
        (start - now, self.free_at)
    }

    /// How long it has been busy up to `now`.
    fn busy_until(&self, now: u128) -> u128 {
        self.assigned - self.free_at.saturating_sub(now)
    }
}

/// What a message meets with on a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// How long it takes, its own transmission included; [`SimDuration::MAX`] if it never ends.
    pub takes: SimDuration,
    /// How much of it is waiting for others.
    pub waits: SimDuration,
}

/// The links of a cell.
#[derive(Clone, Debug)]
pub struct Links {
    /// What a byte takes, in 2⁻⁴⁰ ns.
    per_byte: u128,
    /// What a message costs the link of each other member.
    per_message: u128,
    /// What messages have cost every member's way in so far.
    charged: u128,
    outward: Vec<Wire>,
    inward: Vec<Listener>,
    /// What was told of busy links so far, outward and inward, in ns.
    told: (u128, u128),
}

/// The way in of a member, which listens to its peers.
#[derive(Clone, Copy, Debug, Default)]
struct Listener {
    wire: Wire,
    /// How much of what was charged it has taken over, or was spared,
    taken: u128,
    /// and up to when.
    settled: u128,
}

impl Listener {
    /// Takes over what its peers have told it, spread as early as there was time for it.
    fn settle(&mut self, charged: u128, now: u128) {
        self.wire.take(self.settled, charged - self.taken);
        (self.taken, self.settled) = (charged, now);
    }
}

impl Links {
    /// Of a cell of `instances` at rest.
    pub fn new(plan: &LinkPlan, instances: u32) -> Self {
        // To the next 2⁻⁴⁰ ns, so that three thirds are a whole.
        let per_byte = match plan.bits_per_s.checked_sub(plan.background) {
            None | Some(0) => NEVER,
            Some(left) => (8_000_000_000_u128 << FRACTION).div_ceil(u128::from(left)),
        };
        Self {
            per_byte,
            per_message: ((plan.bytes_to_each * per_byte as f64) as u128).min(NEVER),
            charged: 0,
            outward: vec![Wire::default(); instances as usize],
            inward: vec![Listener::default(); instances as usize],
            told: (0, 0),
        }
    }

    /// `bytes` leave `instance`, starting at `now`.
    pub fn send(&mut self, instance: u32, bytes: u64, now: SimTime) -> Passage {
        let cost = self.per_byte.saturating_mul(u128::from(bytes));
        passage(self.outward[instance as usize].take(fine(now), cost), now)
    }

    /// `bytes` reach `instance` at `now`.
    pub fn receive(&mut self, instance: u32, bytes: u64, now: SimTime) -> Passage {
        let cost = self.per_byte.saturating_mul(u128::from(bytes));
        let (charged, listener) = (self.charged, &mut self.inward[instance as usize]);
        listener.settle(charged, fine(now));
        passage(listener.wire.take(fine(now), cost), now)
    }

    /// `instance` tells all others of a message that it takes at `now`.
    pub fn broadcast(&mut self, instance: u32, now: SimTime) {
        if self.per_message == 0 {
            return;
        }
        let peers = self.outward.len() as u128 - 1;
        self.outward[instance as usize].take(fine(now), peers.saturating_mul(self.per_message));
        self.charged = self.charged.saturating_add(self.per_message);
        let own = &mut self.inward[instance as usize].taken;
        *own = own.saturating_add(self.per_message).min(self.charged);
    }

    /// How long, since this was asked before, the ways out and the ways in of all members were busy
    /// up to `now`, in nanoseconds. To ask changes nothing else.
    pub fn tell_busy(&mut self, now: SimTime) -> (u128, u128) {
        let (at, charged) = (fine(now), self.charged);
        let outward: u128 = self.outward.iter().map(|wire| wire.busy_until(at)).sum();
        let settled = |listener: &Listener| {
            let mut listener = *listener;
            listener.settle(charged, at);
            listener.wire.busy_until(at)
        };
        let inward: u128 = self.inward.iter().map(settled).sum();
        let total = (outward >> FRACTION, inward >> FRACTION);
        let (out_before, in_before) = std::mem::replace(&mut self.told, total);
        // What listeners hear in aggregate may turn out later than it was told.
        (total.0.saturating_sub(out_before), total.1.saturating_sub(in_before))
    }
}

fn fine(time: SimTime) -> u128 {
    u128::from(time.ns()) << FRACTION
}

fn passage((waits, through): (u128, u128), now: SimTime) -> Passage {
    let whole = |fine: u128| u64::try_from(fine >> FRACTION).unwrap_or(u64::MAX);
    if through >= NEVER {
        // All that anybody will ever see of it is that it waits.
        return Passage { takes: SimDuration::MAX, waits: SimDuration::MAX };
    }
    let takes = SimTime::from_ns(whole(through)).since(now);
    Passage { takes, waits: SimDuration::from_ns(whole(waits)).min(takes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> SimDuration {
        SimDuration::from_millis(ms)
    }

    fn at(length: u64) -> SimTime {
        SimTime::ZERO + ms(length)
    }

    fn passage(takes: u64, waits: u64) -> Passage {
        Passage { takes: ms(takes), waits: ms(waits) }
    }

    #[test]
    fn messages_pass_one_after_the_other() {
        // A byte takes a millisecond.
        let mut links = Links::new(&LinkPlan::new(8_000, 0.0, 0.0), 2);
        assert_eq!(links.send(0, 10, at(5)), passage(10, 0));
        assert_eq!(links.send(0, 10, at(7)), passage(18, 8));
        // Each way and each instance by itself.
        assert_eq!(links.receive(0, 10, at(7)), passage(10, 0));
        assert_eq!(links.send(1, 1, at(7)), passage(1, 0));
        assert_eq!(links.tell_busy(at(8)), (3_000_000 + 1_000_000, 1_000_000));
        assert_eq!(links.tell_busy(at(30)), (17_000_000, 9_000_000));
        assert_eq!(links.send(0, 0, at(30)), passage(0, 0));
    }

    #[test]
    fn thirds_of_a_nanosecond_add_up() {
        // Three bytes take 8 ns.
        let mut links = Links::new(&LinkPlan::new(3_000_000_000, 0.0, 0.0), 1);
        let through: Vec<u64> =
            (0..6).map(|_| links.send(0, 1, SimTime::ZERO).takes.ns()).collect();
        assert_eq!(through, [2, 5, 8, 10, 13, 16]);
    }

    #[test]
    fn chatter_leaves_the_rest_and_may_leave_nothing() {
        // 250 bytes a second of 1,000.
        let mut links = Links::new(&LinkPlan::new(8_000, 250.0, 0.0), 2);
        assert_eq!(links.send(0, 3, at(0)), passage(4, 0));
        let plan = LinkPlan::new(8_000, 1_000.0, 0.0);
        let mut links = Links::new(&plan, 2);
        assert_eq!(links.send(0, 1, at(0)).takes, SimDuration::MAX);
        assert_eq!(links.receive(1, 1, at(0)).takes, SimDuration::MAX);
        assert_eq!(links.receive(1, 0, at(0)).takes, SimDuration::MAX, "behind the other");
        assert_eq!((plan.used(0.0), LinkPlan::new(8_000, 250.0, 0.0).used(0.5)), (1.0, 0.625));
    }

    #[test]
    fn what_is_broadcast_takes_its_turn() {
        // 5 ms to each of two others.
        let mut links = Links::new(&LinkPlan::new(8_000, 0.0, 5.0), 3);
        links.broadcast(0, at(0));
        links.broadcast(0, at(0));
        assert_eq!(links.send(0, 1, at(12)), passage(9, 8));
        // Peers have heard most of it by then; the one who told has nothing to hear.
        assert_eq!(links.receive(1, 1, at(7)), passage(4, 3));
        assert_eq!(links.receive(0, 1, at(7)), passage(1, 0));
        assert_eq!(links.tell_busy(at(100)), (21_000_000, 11_000_000 + 1_000_000 + 10_000_000));
    }

    #[test]
    fn a_link_that_never_ends_counts_as_busy_ever_after() {
        let mut links = Links::new(&LinkPlan::new(1, 0.0, 0.0), 1);
        for _ in 0..9 {
            assert_eq!(links.send(0, 1_000_000_000_000, at(0)).takes, SimDuration::MAX);
        }
        assert_eq!(links.tell_busy(at(50)), (50_000_000, 0));
    }
}
