//! What a carrier, and a group of carriers made from one template, are.

use super::quota::QuotaId;
use super::{Behaviour, Overload, Quiet, Resend, SessionPlan, Shares};
use crate::dist::Dist;
use crate::engine::SimDuration;
use crate::service::{Discipline, QueueBounds};

/// Carriers that share a template, and the law that divides traffic among them.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    /// As written: `[carrier-group.NAME]`, or `[carrier.NAME]` for a group of one.
    pub name: String,
    /// Position of the first member among all carriers of the model.
    pub first: u32,
    /// Members, at least 1.
    pub count: u32,
    /// How traffic divides over the members.
    pub shares: Shares,
    /// What the members have in common.
    pub template: CarrierPlan,
    /// Messages a second that each member takes; empty where there is no limit.
    pub rates: Vec<f64>,
    /// Messages that may go at once, by member, at least 1.
    pub bursts: Vec<u32>,
}

/// What one carrier is like.
#[derive(Clone, Debug)]
pub struct CarrierPlan {
    /// Submissions that may be unacknowledged at once: binds × window. `None`: no limit.
    pub window: Option<u32>,
    /// From submission to acknowledgement.
    pub round_trip: Dist,
    /// From acceptance to the recipient.
    pub delivery: Dist,
    /// What it does with submissions above its rate.
    pub overload: Overload,
    /// How it treats messages whatever the load; each is asked in turn, and the first that has
    /// something to say decides.
    pub behaviours: Vec<Behaviour>,
    /// When a message that it answered with an error is submitted again.
    pub resend: Option<Resend>,
    /// How long we wait for an answer; without it, as long as it takes.
    pub answer_timeout: Option<SimDuration>,
    /// The quotas that a submission needs, all at once, in the order of asking: of a model, by
    /// name.
    pub quotas: Vec<QuotaId>,
    /// What its window is made of, if it is one of connections.
    pub connections: Option<Connections>,
    /// Messages a second that we submit to each member at most, of our own accord.
    pub pace: Option<f64>,
    /// The share of accepted messages that it loses without a word, whatever the load.
    pub silent_loss: f64,
    /// When we submit nothing.
    pub quiet: Option<Quiet>,
    /// Who is next in our queue for each member,
    pub discipline: Discipline,
    /// and its bounds.
    pub queue: QueueBounds,
    /// What it holds for the length of a session, if a message begins one.
    pub sessions: Option<SessionPlan>,
}

/// Connections that addresses of ours hold, each for one message at a time.
#[derive(Clone, Debug)]
pub struct Connections {
    /// Whose number is that of the addresses.
    pub of: QuotaId,
    /// Connections of each.
    pub each: u32,
    /// Messages that a connection carries before it is made anew,
    pub messages: u32,
    /// and how long that takes.
    pub set_up: Option<Dist>,
}

impl CarrierPlan {
    /// Whether every message is accepted, but for those that are lost silently.
    pub fn is_plain(&self) -> bool {
        self.overload == Overload::Paced
            && self.behaviours.is_empty()
            && self.answer_timeout.is_none()
            && self.quotas.is_empty()
            && !self.sets_up_connections()
            && self.sessions.is_none()
    }
}

impl CarrierPlan {
    /// Whether it matters who sends a message.
    pub fn asks_for_senders(&self) -> bool {
        matches!(self.discipline, Discipline::Fair(_))
    }

    /// Whether some submissions take longer, for a connection that is made for them.
    pub fn sets_up_connections(&self) -> bool {
        self.connections.as_ref().is_some_and(|of| of.set_up.is_some())
    }
}

impl GroupPlan {
    /// Messages a second that all members take, as far as their rates limit it.
    pub fn total_rate(&self) -> Option<f64> {
        (!self.rates.is_empty()).then(|| self.rates.iter().sum())
    }

    /// Messages a second that the windows of all members let through on average: binds × window ÷
    /// round trip.
    pub fn window_rate(&self) -> Option<f64> {
        let round_trip = self.template.round_trip.mean();
        let window = f64::from(self.template.window?);
        (round_trip > 0.0).then(|| window / round_trip * f64::from(self.count))
    }

    /// Messages a second that member `index` is sent at most, where a rate limits that: what the
    /// carrier takes, or what we submit of our own accord.
    pub fn rate_of(&self, index: u32) -> Option<f64> {
        let rate = self.rates.get(index as usize).copied();
        rate.into_iter().chain(self.template.pace).reduce(f64::min)
    }

    /// The name of member `index`.
    pub fn member_name(&self, index: u32) -> String {
        if self.count == 1 { self.name.clone() } else { format!("{}/{}", self.name, index + 1) }
    }
}
