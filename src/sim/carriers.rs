//! What a carrier is, as we see it now: our queue for it, what it has not answered, what keeps us
//! from submitting more.

use super::sessions::SessionState;
use super::task::Task;
use crate::carrier::overload::Arrival;
use crate::carrier::{Meter, Overload, Quiet, Verdict};
use crate::engine::{Queue, SimTime};
use crate::measure::CarrierRecord;
use crate::model::Model;
use crate::service::Line;

/// A carrier as it is now, seen from our side.
#[derive(Debug)]
pub(super) struct CarrierState {
    pub(super) group: usize,
    /// Messages that wait with us.
    pub(super) queue: Line<Task>,
    /// Messages that it refused; they go first.
    pub(super) refused: Queue<Task>,
    /// Submissions without acknowledgement, and how many there may be.
    pub(super) outstanding: u32,
    window: u32,
    /// What the carrier takes, where it is the carrier that minds.
    limit: Option<Meter>,
    /// What we submit at most, of our own accord.
    pace: Option<Meter>,
    /// What it takes while it punishes us.
    penalty: Option<Box<Penalty>>,
    /// When nothing is submitted.
    quiet: Option<Quiet>,
    /// Nothing is submitted before.
    pub(super) paused_until: SimTime,
    /// Whether it stands in the line of a quota.
    pub(super) is_in_line: bool,
    /// Of its quotas, in order, those at which it has had its turn and could not go for another: a
    /// bit for each of the first 64.
    pub(super) turns_kept: u64,
    /// When the next submission is to be tried; an event for another time is stale.
    pub(super) try_at: SimTime,
    /// Messages that may wait with us,
    room: u32,
    /// and their segments, where that is bounded.
    room_in_time: Option<u32>,
    /// Segments of those that wait, counted where they are bounded.
    segments_waiting: u64,
    pub(super) record: CarrierRecord,
    /// There only if it holds sessions.
    pub(super) sessions: Option<Box<SessionState>>,
}

/// A rate that is cut for a while.
#[derive(Debug)]
struct Penalty {
    meter: Meter,
    until: SimTime,
}

impl CarrierState {
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let mut carriers = Vec::with_capacity(model.carriers() as usize);
        for (group, plan) in model.groups.iter().enumerate() {
            let template = &plan.template;
            for member in 0..plan.count as usize {
                let rate =
                    plan.rates.get(member).map(|&rate| Meter::new(rate, plan.bursts[member]));
                let own = template.pace.map(|pace| Meter::new(pace, 1));
                let sessions = SessionState::of(plan);
                let (limit, pace) = match template.overload {
                    // Who is told nothing does not wait in our queue, whatever the rate.
                    _ if sessions.as_ref().is_some_and(|state| state.is_silent()) => (None, None),
                    // We keep to its rate, so there is nothing left for it to mind.
                    Overload::Paced => (None, rate.or(own)),
                    Overload::Throttle(_)
                    | Overload::Drop(_)
                    | Overload::Hold(_)
                    | Overload::Penalty(_)
                    | Overload::Queue(_) => (rate, own),
                };
                carriers.push(Self {
                    group,
                    queue: Line::new(&template.discipline),
                    refused: Queue::new(),
                    outstanding: 0,
                    window: template.window.unwrap_or(u32::MAX),
                    limit,
                    pace,
                    penalty: None,
                    quiet: template.quiet,
                    paused_until: SimTime::ZERO,
                    is_in_line: false,
                    turns_kept: 0,
                    try_at: SimTime::MAX,
                    room: template.queue.length_at_most.unwrap_or(u32::MAX),
                    room_in_time: template.queue.room_in_time(plan.rate_of(member as u32)),
                    segments_waiting: 0,
                    record: CarrierRecord::default(),
                    sessions,
                });
            }
        }
        carriers
    }

    /// Messages that wait with us.
    #[inline]
    pub(super) fn waiting(&self) -> u32 {
        self.queue.len() + self.refused.len()
    }

    /// Whether one more message of so many segments may wait.
    #[inline]
    pub(super) fn has_room(&self, segments: impl FnOnce() -> u32) -> bool {
        let has_time = match self.room_in_time {
            None => true,
            Some(room) => self.segments_waiting + u64::from(segments()) <= u64::from(room),
        };
        has_time && self.waiting() < self.room
    }

    /// Whether it matters how many segments wait.
    #[inline]
    pub(super) fn counts_segments(&self) -> bool {
        self.room_in_time.is_some()
    }

    /// So many more segments wait.
    pub(super) fn segments_joined(&mut self, segments: u32) {
        self.segments_waiting += u64::from(segments);
    }

    /// So many wait no longer.
    pub(super) fn segments_left(&mut self, segments: u32) {
        self.segments_waiting -= u64::from(segments);
    }

    /// From when on the next submission may go; never while its window is full.
    #[inline]
    pub(super) fn opens_at(&self, now: SimTime) -> SimTime {
        if self.outstanding >= self.window {
            return SimTime::MAX;
        }
        let paced = self.pace.map_or(SimTime::ZERO, |pace| pace.conforms_from());
        let punished = match &self.penalty {
            None => SimTime::ZERO,
            Some(penalty) => penalty.meter.conforms_from().min(penalty.until),
        };
        let opens = paced.max(self.paused_until).max(punished);
        match &self.quiet {
            None => opens,
            Some(quiet) => quiet.over_at(opens.max(now)),
        }
    }

    /// Counts a submission of so many segments that goes out at `now`.
    #[inline]
    pub(super) fn take_pace(&mut self, now: SimTime, segments: u32) {
        if let Some(pace) = &mut self.pace {
            pace.take_many(now, segments);
        }
        if let Some(penalty) = &mut self.penalty {
            if penalty.until <= now {
                self.penalty = None;
            } else {
                penalty.meter.take_many(now, segments);
            }
        }
    }

    /// What the carrier says to a submission that nothing but its rate speaks against.
    pub(super) fn by_its_rate(
        &mut self,
        overload: &Overload,
        now: SimTime,
        segments: u32,
    ) -> Verdict {
        let Some(limit) = &mut self.limit else { return Verdict::Accept };
        let turn = limit.leaves(now);
        let is_over = !limit.take_many(now, segments);
        overload.on_arrival(Arrival { now, turn, is_over })
    }

    /// From now on the carrier takes less, until `until`.
    pub(super) fn punish(&mut self, per_s: f64, now: SimTime, until: SimTime) {
        let mut meter = Meter::new(per_s, 1);
        meter.take(now);
        self.penalty = Some(Box::new(Penalty { meter, until }));
    }

    /// Notes that one more may wait.
    pub(super) fn note_length(&mut self) {
        self.record.queue_max = self.record.queue_max.max(u64::from(self.waiting()));
    }
}
