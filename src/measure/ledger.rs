//! Two accounts of what came for a carrier: what became of it in truth, and what the platform
//! believes from the answers that it got.

/// The messages of one class that came for one group of carriers. A message that a caller sends
/// again comes again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Messages that came.
    pub came: u64,
    /// What became of them.
    pub truth: Truth,
    /// What the platform believes.
    pub report: Report,
}

/// What became of messages: each stands once, its copies beside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Turned away by our full queue.
    pub rejected: u64,
    /// Too old in our queue.
    pub expired: u64,
    /// Taken back by their callers before the carrier had taken them.
    pub cancelled: u64,
    /// Answered with an error for the last time, and not delivered.
    pub failed: u64,
    /// Accepted by the carrier, and never delivered.
    pub lost: u64,
    /// Delivered, at least once.
    pub delivered: u64,
    /// In our queue at the end.
    pub queued: u64,
    /// Elsewhere at the end: submitted, held by the carrier, on the way to the recipient, or
    /// pausing before the next submission.
    pub in_flight: u64,
    /// Copies delivered beside the first; not part of the sum.
    pub duplicates: u64,
}

/// What answers made the platform believe of messages: each stands once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Turned away by our full queue.
    pub rejected: u64,
    /// Too old in our queue.
    pub expired: u64,
    /// Taken back by their callers.
    pub cancelled: u64,
    /// Answered with an error that says so, for the last time.
    pub failed: u64,
    /// Answered with an error that says nothing, or not at all, for the last time.
    pub unknown: u64,
    /// Acknowledged.
    pub delivered: u64,
    /// Without a last answer at the end.
    pub pending: u64,
}

impl Ledger {
    /// Takes in what `other` counted.
    pub fn add(&mut self, other: &Self) {
        self.came += other.came;
        let (truth, more) = (&mut self.truth, &other.truth);
        truth.rejected += more.rejected;
        truth.expired += more.expired;
        truth.cancelled += more.cancelled;
        truth.failed += more.failed;
        truth.lost += more.lost;
        truth.delivered += more.delivered;
        truth.queued += more.queued;
        truth.in_flight += more.in_flight;
        truth.duplicates += more.duplicates;
        let (report, more) = (&mut self.report, &other.report);
        report.rejected += more.rejected;
        report.expired += more.expired;
        report.cancelled += more.cancelled;
        report.failed += more.failed;
        report.unknown += more.unknown;
        report.delivered += more.delivered;
        report.pending += more.pending;
    }
}

impl Truth {
    /// All messages: as many as came.
    pub fn sum(&self) -> u64 {
        let Self {
            rejected, expired, cancelled, failed, lost, delivered, queued, in_flight, ..
        } = self;
        rejected + expired + cancelled + failed + lost + delivered + queued + in_flight
    }
}

impl Report {
    /// All messages: as many as came.
    pub fn sum(&self) -> u64 {
        let Self { rejected, expired, cancelled, failed, unknown, delivered, pending } = self;
        rejected + expired + cancelled + failed + unknown + delivered + pending
    }
}
