//! Quotas that carriers share: who waits for which, and who goes when one opens.
//!
//! A submission needs all quotas of its carrier at once. Where one is closed, the carrier stands in
//! that one's line, once, however many messages it has; when it opens, each carrier in line
//! submits one message, and stands behind the others again if it has more. So carriers take turns,
//! none keeps another's messages waiting for want of a quota that they do not share, and an opening
//! costs as much as it lets out.
//!
//! Who has a turn at one quota while another is closed lets the next go, and keeps the turn: when
//! the other opens, it goes, and the first makes up for it by opening later. So nobody who needs
//! several quotas waits for ever because they are never open at the same moment, and each is used
//! at its rate in the long run, now and then a message early.

use std::collections::VecDeque;

use super::event::Event;
use super::run::Run;
use super::task::TaskId;
use super::trace::Trace;
use crate::carrier::quota::Quota;
use crate::engine::SimTime;
use crate::engine::random::uniform;
use crate::measure::{Gauge, QuotaRecord, QuotaWindow};
use crate::model::{Model, QuotaId, Segments};

/// A quota as it is now.
#[derive(Debug)]
pub(super) struct QuotaState {
    quota: Quota,
    /// Carriers that wait for it.
    line: VecDeque<u32>,
    /// When it is looked at next; an event for another time is stale.
    wakes_at: SimTime,
    /// 1 while somebody waits for it.
    closed: Gauge,
    window: QuotaWindow,
    pub(super) record: QuotaRecord,
}

impl QuotaState {
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let state = |plan| Self {
            quota: Quota::new(plan),
            line: VecDeque::new(),
            wakes_at: SimTime::MAX,
            closed: Gauge::new(SimTime::ZERO, 0),
            window: QuotaWindow::default(),
            record: QuotaRecord::default(),
        };
        model.quotas.iter().map(state).collect()
    }

    /// Ends the window at `now`.
    pub(super) fn close_window(&mut self, now: SimTime) {
        let today = self.quota.today(now);
        let next = QuotaWindow { today, ..QuotaWindow::default() };
        let mut window = std::mem::replace(&mut self.window, next);
        window.closed = self.closed.close(now);
        self.record.windows.push(window);
    }
}

/// A bit for each of the first quotas of a carrier; none for those beyond.
fn bits() -> impl Iterator<Item = u64> {
    (0..).map(|nth| 1u64.checked_shl(nth).unwrap_or(0))
}

impl<T: Trace> Run<'_, T> {
    /// Whether all quotas of a carrier let a message through now; if not, it stands in line. Who
    /// has its `turn` at one does not look at who else stands in line, and keeps that turn if
    /// another quota is closed.
    pub(super) fn quotas_are_open(&mut self, carrier: usize, turn: Option<QuotaId>) -> bool {
        let model = self.model;
        if self.carriers[carrier].is_in_line {
            return false;
        }
        let quotas = &model.groups[self.carriers[carrier].group].template.quotas;
        for (&id, kept) in quotas.iter().zip(bits()) {
            let state = &mut self.quotas[id.index()];
            let is_open = match self.carriers[carrier].turns_kept & kept != 0 {
                true => !state.quota.is_used_up(self.now),
                false => {
                    let is_first = turn.is_some() || state.line.is_empty();
                    is_first && state.quota.opens_at(self.now) <= self.now
                }
            };
            if !is_open {
                let opens_at = state.quota.opens_at(self.now);
                let has_turn = quotas.iter().zip(bits()).find(|(other, _)| Some(**other) == turn);
                if let Some((_, kept)) = has_turn.filter(|_| turn != Some(id)) {
                    self.carriers[carrier].turns_kept |= kept;
                }
                self.stand_in_line(carrier, id, opens_at);
                return false;
            }
        }
        true
    }

    fn stand_in_line(&mut self, carrier: usize, id: QuotaId, opens_at: SimTime) {
        let state = &mut self.quotas[id.index()];
        if state.line.is_empty() {
            state.closed.rise(self.now);
        }
        state.line.push_back(carrier as u32);
        self.carriers[carrier].is_in_line = true;
        if state.wakes_at == SimTime::MAX {
            state.wakes_at = opens_at;
            self.calendar.schedule(opens_at, Event::Quota(u32::from(id.0)).pack());
        }
    }

    /// A quota may be open: carriers in line take turns.
    pub(super) fn on_quota(&mut self, quota: u32) {
        let at = quota as usize;
        if self.quotas[at].wakes_at != self.now {
            return;
        }
        self.books.events += 1;
        // Who stands in line meanwhile need not wake it.
        self.quotas[at].wakes_at = SimTime::ZERO;
        while self.quotas[at].quota.opens_at(self.now) <= self.now {
            let state = &mut self.quotas[at];
            let Some(carrier) = state.line.pop_front() else { break };
            if state.line.is_empty() {
                state.closed.fall(self.now);
            }
            self.carriers[carrier as usize].is_in_line = false;
            self.submit_in_turn(carrier as usize, QuotaId::from_index(at));
        }
        let state = &mut self.quotas[at];
        state.wakes_at = SimTime::MAX;
        if !state.line.is_empty() {
            state.wakes_at = state.quota.opens_at(self.now);
            self.calendar.schedule(state.wakes_at, Event::Quota(quota).pack());
        }
    }

    /// How many segments a message has, for what counts them.
    #[inline]
    pub(super) fn segments(&self, id: TaskId) -> u32 {
        let task = &self.tasks[id];
        let source = usize::from(task.source);
        match self.model.sources[source].segments {
            Segments::Fixed(count) => count,
            Segments::Mean(mean) => {
                let below = mean as u32;
                let draw = uniform(&mut task.luck.draws(self.keys.segments[source]));
                below + u32::from(draw < mean - f64::from(below))
            }
        }
    }

    /// Counts a submission against the quotas of its carrier; whether it is within all of them.
    pub(super) fn take_quotas(&mut self, carrier: usize, segments: u32) -> bool {
        let model = self.model;
        let mut is_within = true;
        let carrier = &mut self.carriers[carrier];
        carrier.turns_kept = 0;
        for id in &model.groups[carrier.group].template.quotas {
            let state = &mut self.quotas[id.index()];
            is_within &= state.quota.take(self.now, segments);
            state.window.taken += u64::from(segments);
            state.window.today = state.window.today.max(state.quota.today(self.now));
        }
        is_within
    }
}
