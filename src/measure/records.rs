//! What one run leaves behind: counts, levels and histograms by class and station. Integers.

use super::{Gauge, Histogram, Ledger, Level, RecentHistogram, Spent};
use crate::engine::{SimDuration, SimTime};

/// Ends that a message can come to; see the simulator's `Outcome`.
pub const OUTCOMES: usize = 5;

/// Why a run ended before its horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Messages in the system would have taken more than the memory budget.
    Memory,
    /// The event budget was used up.
    Events,
    /// What followed within one instant came to no end: users who think for no time, whose
    /// requests take none, for example.
    Instant,
}

/// All that one run measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurements {
    /// When it ended: the horizon, or earlier at a bound.
    pub end: SimTime,
    /// The bound that it ended at, if it did.
    pub stopped: Option<Bound>,
    /// Events that took place: arrivals, ends of states, timers that fired.
    pub events: u64,
    /// By class, in the model's order.
    pub classes: Vec<ClassRecord>,
    /// By station, in the model's order: services, then groups of carriers.
    pub stations: Vec<StationRecord>,
    /// By carrier, in the model's order.
    pub carriers: Vec<CarrierRecord>,
    /// Messages in the system, by window.
    pub in_system: Vec<Level>,
    /// By class and station.
    pub shares: Vec<Share>,
    /// By route, in the model's order.
    pub routes: Vec<RouteRecord>,
    /// By quota, in the model's order.
    pub quotas: Vec<QuotaRecord>,
    /// By class and group of carriers, over the whole run.
    pub ledgers: Vec<Ledger>,
    /// By limit of the targets, in the order of the model's limits.
    pub limits: Vec<LimitRecord>,
    /// By class, and by block of windows: where the time of those delivered in it went.
    pub spent: Vec<Vec<Spent>>,
}

/// One class of messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassRecord {
    /// By window.
    pub windows: Vec<ClassWindow>,
    /// Latencies of the delivered, by block of windows, by time of delivery.
    pub latency: Vec<Histogram>,
    /// Ages of the messages in flight at the end.
    pub ages: Histogram,
    /// Of those in flight at the end: how many waited in a queue of ours.
    pub queued_at_end: u64,
}

/// One class in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassWindow {
    /// Messages that came.
    pub arrived: u64,
    /// Messages that ended, by outcome, whenever they came.
    pub ended: [u64; OUTCOMES],
    /// Copies delivered beside the first, from attempts that had been abandoned.
    pub duplicates: u64,
    /// Of the delivered, those within their class's deadline.
    pub in_time: u64,
    /// Latencies of the delivered, summed, in nanoseconds.
    pub latency_sum: u128,
    /// Their median, 95th and 99th percentile in nanoseconds; absent where none was delivered.
    pub latency_quantiles: Option<[u64; 3]>,
}

/// One service, or one group of carriers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StationRecord {
    /// By window.
    pub windows: Vec<StationWindow>,
    /// Waiting times of those that were served, by block of windows.
    pub waits: Vec<Histogram>,
    /// Tasks that waited at the end.
    pub waiting_at_end: u64,
    /// Workers that held a task at the end; of carriers, submissions without acknowledgement.
    pub busy_at_end: u64,
    /// Messages that paused at the end before they are submitted to a carrier again.
    pub pausing_at_end: u64,
}

/// One station in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StationWindow {
    /// Tasks that came, first tries and retries.
    pub arrived: u64,
    /// Tasks that a worker took; of carriers, submissions after which there was no further one.
    pub started: u64,
    /// Of carriers: segments that used their rate, those of all submissions where we keep to it, of
    /// these submissions where the carrier does.
    pub segments: u64,
    /// Of those, how many had waited.
    pub waited: u64,
    /// Their waiting times, summed, in nanoseconds.
    pub wait_sum: u128,
    /// Tasks that left the station served; of carriers, accepted messages.
    pub served: u64,
    /// Tasks that a full queue turned away.
    pub rejected: u64,
    /// Of those, for whom their instance had no file handle left.
    pub out_of_files: u64,
    /// Calls that failed before they were sent: the caller's instance had no connection.
    pub unconnected: u64,
    /// Tasks that waited too long.
    pub expired: u64,
    /// Tasks that were cancelled by their callers.
    pub cancelled: u64,
    /// Of those, how many still waited.
    pub withdrawn: u64,
    /// Tasks that lost their worker to one more urgent, and went back in line.
    pub preempted: u64,
    /// Waiting times of those that left the queue unserved, expired or withdrawn, summed, in
    /// nanoseconds.
    pub unserved_wait_sum: u128,
    /// Time that workers waited for a core, summed, in nanoseconds.
    pub core_wait_sum: u128,
    /// Core time that went to further attempts of calls, in nanoseconds,
    pub retry_work: u128,
    /// and to work that nobody waited for any more when it was done.
    pub abandoned_work: u128,
    /// Core time that chatter took ahead of messages' work, in nanoseconds: cores had no other
    /// time for it.
    pub chatter_on_core: u128,
    /// Core time that chatter took of cores that were idle, in nanoseconds.
    pub chatter_off_core: u128,
    /// Submissions that carriers refused.
    pub throttled: u64,
    /// Messages that carriers dropped silently.
    pub dropped: u64,
    /// Messages that carriers held back.
    pub held: u64,
    /// Submissions that carriers answered with an error, or not at all,
    pub errors: u64,
    /// and of those, how many left the outcome unknown.
    pub unclean: u64,
    /// Messages whose last submission met with an error.
    pub failed: u64,
    /// Of those rejected, or expired for want of an answer: who found no channel, or no place on
    /// the node of their room;
    pub blocked: u64,
    /// and of those, for whom other nodes had one.
    pub stranded: u64,
    /// INVITEs that callers sent again, having heard nothing,
    pub retransmitted: u64,
    /// and those that a trunk took up though their callers were set up already, or gone.
    pub in_vain: u64,
    /// Workers that held a message; of carriers, submissions without acknowledgement.
    pub busy: Level,
    /// Workers that computed.
    pub on_core: Level,
    /// Tasks that waited for a worker, or for a carrier.
    pub queue: Level,
    /// Workers that waited for a core.
    pub ready: Level,
    /// Workers that waited for answers.
    pub calling: Level,
    /// What went over the links of its instances.
    pub link: LinkWindow,
}

/// The links of a service's instances in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkWindow {
    /// Bytes of messages and answers that its instances began to send,
    pub sent: u128,
    /// and that began to come in, or joined those that wait to.
    pub received: u128,
    /// Time that links were busy outward with what the background of chatter leaves of them,
    /// summed over instances, in nanoseconds;
    pub sending: u128,
    /// the same inward.
    pub receiving: u128,
    /// Time that messages and answers waited for others, outward and inward, of those that came,
    /// summed, in nanoseconds.
    pub wait_sum: u128,
}

impl LinkWindow {
    /// Joins the window that follows this one.
    fn extend(&mut self, next: &Self) {
        self.sent += next.sent;
        self.received += next.received;
        self.sending += next.sending;
        self.receiving += next.receiving;
        self.wait_sum += next.wait_sum;
    }
}

/// What a route sent where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteRecord {
    /// By carrier or group that it leads to, in the route's order, and window.
    pub providers: Vec<Vec<RouteWindow>>,
}

/// One carrier or group of a route in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouteWindow {
    /// Messages that the route sent there,
    pub sent: u64,
    /// and those among them that had failed at another.
    pub passed_on: u64,
    /// How often it was left, or taken back.
    pub switches: u64,
    /// 1 while it was left.
    pub out: Level,
}

/// What carriers took of one quota.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuotaRecord {
    /// By window.
    pub windows: Vec<QuotaWindow>,
}

/// One quota in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaWindow {
    /// Segments that were submitted.
    pub taken: u64,
    /// The most that had been taken of one day's at any moment in it.
    pub today: u64,
    /// 1 while it was closed and somebody waited for it.
    pub closed: Level,
}

/// One carrier over the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CarrierRecord {
    /// Messages that came for it.
    pub arrived: u64,
    /// Submissions, again after a refusal included.
    pub submitted: u64,
    /// Submissions accepted.
    pub accepted: u64,
    /// Submissions refused for our rate, or while we are suspended.
    pub throttled: u64,
    /// Messages dropped silently.
    pub dropped: u64,
    /// Messages held back.
    pub held: u64,
    /// Submissions answered with an error, or not at all,
    pub errors: u64,
    /// and of those, how many left the outcome unknown.
    pub unclean: u64,
    /// Messages whose last submission met with an error.
    pub failed: u64,
    /// Messages turned away by, or expired in, our queue for it.
    pub refused: u64,
    /// Waiting times in our queue of submissions that were not refused, summed.
    pub wait_sum: u128,
    /// The longest of them.
    pub wait_max: SimDuration,
    /// Submissions without acknowledgement × nanoseconds.
    pub outstanding: u128,
    /// Messages in our queue at the end.
    pub queued_at_end: u64,
    /// The longest our queue was.
    pub queue_max: u64,
    /// Of video rooms: the most that one of them had at once.
    pub largest_room: u64,
}

/// One class at one station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Tasks of the class that were served.
    pub started: u64,
    /// Their waiting times, summed, in nanoseconds.
    pub wait_sum: u128,
    /// What those that had not been served by the end had waited, summed.
    pub age_sum: u128,
    /// Time that workers with tasks of the class waited for a core, summed, in nanoseconds.
    pub core_wait_sum: u128,
    /// What those that still waited for a core at the end had waited, summed.
    pub core_age_sum: u128,
    /// Time that what is sent from here, and answers that come here, waited for the links of its
    /// instances, summed, in nanoseconds. What comes to be served waits at the station meanwhile.
    pub link_wait_sum: u128,
    /// Parts of messages of the class that ended there, by outcome.
    pub ended: [u64; OUTCOMES],
}

/// Messages of a class against one limit, by the window in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitRecord {
    /// Delivered within the limit.
    pub within: Vec<u64>,
    /// In flight at the end, and not yet older than the limit: nothing can be said of them.
    pub open: Vec<u64>,
}

/// The levels of a station as they change.
#[derive(Clone, Debug)]
pub struct StationGauges {
    /// See [`StationWindow::busy`].
    pub busy: Gauge,
    /// See [`StationWindow::on_core`].
    pub on_core: Gauge,
    /// See [`StationWindow::queue`].
    pub queue: Gauge,
    /// See [`StationWindow::ready`].
    pub ready: Gauge,
    /// See [`StationWindow::calling`].
    pub calling: Gauge,
    /// Waiting times in the current block of windows, of those that waited at all.
    waits: RecentHistogram,
    /// How many did not, in the windows that are over.
    waits_of_zero: u64,
    /// The sum of the waiting times in the windows that are over.
    wait_sum: u128,
    /// The current window's counts.
    pub window: StationWindow,
}

impl StationGauges {
    /// A station at rest.
    pub fn new() -> Self {
        let idle = Gauge::new(SimTime::ZERO, 0);
        Self {
            busy: idle,
            on_core: idle,
            queue: idle,
            ready: idle,
            calling: idle,
            waits: RecentHistogram::new(),
            waits_of_zero: 0,
            wait_sum: 0,
            window: StationWindow::default(),
        }
    }

    /// One task was taken after waiting for `wait`.
    #[inline]
    pub fn started(&mut self, wait: SimDuration) {
        self.window.started += 1;
        if wait > SimDuration::ZERO {
            self.window.waited += 1;
            self.waits.record(wait.ns());
        }
    }

    /// One task left the queue unserved at `now`, after waiting for `wait`.
    pub fn left_unserved(&mut self, now: SimTime, wait: SimDuration) {
        self.queue.fall(now);
        self.window.unserved_wait_sum += u128::from(wait.ns());
    }

    /// One worker had a core at `now`, or left, after waiting for `wait`.
    pub fn waited_for_core(&mut self, now: SimTime, wait: SimDuration) {
        self.ready.fall(now);
        self.window.core_wait_sum += u128::from(wait.ns());
    }

    /// Ends the window at `now`.
    pub fn close_window(&mut self, now: SimTime) -> StationWindow {
        let mut window = std::mem::take(&mut self.window);
        window.busy = self.busy.close(now);
        window.on_core = self.on_core.close(now);
        window.queue = self.queue.close(now);
        window.ready = self.ready.close(now);
        window.calling = self.calling.close(now);
        let sum = self.waits.exact().sum();
        window.wait_sum = sum - self.wait_sum;
        self.wait_sum = sum;
        self.waits_of_zero += window.started - window.waited;
        window
    }

    /// Ends the block of windows whose last has been closed; its waiting times go to `waits`.
    pub fn close_block(&mut self, waits: &mut Histogram) {
        self.waits.drain_into(waits);
        waits.record_zeros(self.waits_of_zero);
        (self.waits_of_zero, self.wait_sum) = (0, 0);
    }
}

impl Default for StationGauges {
    fn default() -> Self {
        Self::new()
    }
}

impl StationWindow {
    /// Joins the window that follows this one.
    pub fn extend(&mut self, next: &Self) {
        self.arrived += next.arrived;
        self.started += next.started;
        self.segments += next.segments;
        self.waited += next.waited;
        self.wait_sum += next.wait_sum;
        self.served += next.served;
        self.rejected += next.rejected;
        self.out_of_files += next.out_of_files;
        self.unconnected += next.unconnected;
        self.expired += next.expired;
        self.cancelled += next.cancelled;
        self.withdrawn += next.withdrawn;
        self.preempted += next.preempted;
        self.unserved_wait_sum += next.unserved_wait_sum;
        self.core_wait_sum += next.core_wait_sum;
        self.retry_work += next.retry_work;
        self.abandoned_work += next.abandoned_work;
        self.chatter_on_core += next.chatter_on_core;
        self.chatter_off_core += next.chatter_off_core;
        self.throttled += next.throttled;
        self.dropped += next.dropped;
        self.held += next.held;
        self.errors += next.errors;
        self.unclean += next.unclean;
        self.failed += next.failed;
        self.blocked += next.blocked;
        self.stranded += next.stranded;
        self.retransmitted += next.retransmitted;
        self.in_vain += next.in_vain;
        self.busy.extend(&next.busy);
        self.on_core.extend(&next.on_core);
        self.queue.extend(&next.queue);
        self.ready.extend(&next.ready);
        self.calling.extend(&next.calling);
        self.link.extend(&next.link);
    }
}

impl Share {
    /// Takes in what `other` counted.
    pub fn add(&mut self, other: &Self) {
        self.started += other.started;
        self.wait_sum += other.wait_sum;
        self.age_sum += other.age_sum;
        self.core_wait_sum += other.core_wait_sum;
        self.core_age_sum += other.core_age_sum;
        self.link_wait_sum += other.link_wait_sum;
        for (sum, ended) in self.ended.iter_mut().zip(other.ended) {
            *sum += ended;
        }
    }
}

impl ClassRecord {
    /// Messages that came in windows from `from` on.
    pub fn arrived(&self, from: usize) -> u64 {
        self.windows[from..].iter().map(|window| window.arrived).sum()
    }

    /// Messages that ended so in windows from `from` on.
    pub fn ended(&self, from: usize, outcome: usize) -> u64 {
        self.windows[from..].iter().map(|window| window.ended[outcome]).sum()
    }
}
