//! What went over the links of a service's instances.

use super::figures::{Exactness, Figure, Unit};
use crate::measure::StationWindow;
use crate::model::Service;
use crate::stats::Ratio;

/// The network of a service's instances.
#[derive(Clone, Debug)]
pub struct Network {
    /// Use of the links outward, chatter included.
    pub out_used: Figure,
    /// Use of the links inward, chatter included.
    pub in_used: Figure,
    /// The share of the links that chatter took, each way.
    pub chatter: Figure,
    /// Bytes of messages and answers sent, a second.
    pub sent: Figure,
    /// Bytes of messages and answers received, a second.
    pub received: Figure,
    /// Time that messages and answers waited for a link, for each task that came.
    pub mean_wait: Figure,
}

impl Network {
    /// Of a service whose network may be short, from what it did in each replication.
    pub(super) fn of(
        service: &Service,
        exactness: Exactness,
        totals: &[StationWindow],
    ) -> Option<Self> {
        service.link.as_ref()?;
        let mean = |of: &dyn Fn(&StationWindow) -> f64| Figure {
            estimate: exactness.of_mean(&totals.iter().map(of).collect::<Vec<_>>()),
            unit: Unit::Share,
        };
        let ratio =
            |unit, top: &dyn Fn(&StationWindow) -> f64, bottom: &dyn Fn(&StationWindow) -> f64| {
                let parts: Vec<Ratio> =
                    totals.iter().map(|of| Ratio { top: top(of), bottom: bottom(of) }).collect();
                Figure { estimate: exactness.of_ratio(&parts), unit }
            };
        let secs = |of: &StationWindow| of.busy.length.as_secs_f64();
        Some(Self {
            out_used: mean(&|of| use_of(service, of).0),
            in_used: mean(&|of| use_of(service, of).1),
            chatter: mean(&|of| chatter(service, of)),
            sent: ratio(Unit::PerSecond, &|of| of.link.sent as f64, &secs),
            received: ratio(Unit::PerSecond, &|of| of.link.received as f64, &secs),
            mean_wait: ratio(Unit::Seconds, &|of| of.link.wait_sum as f64 * 1e-9, &|of| {
                of.arrived as f64
            }),
        })
    }
}

/// The use of a service's links in a window, outward and inward; nothing where it has none.
pub(super) fn use_of(service: &Service, window: &StationWindow) -> (f64, f64) {
    let Some(link) = &service.link else { return (0.0, 0.0) };
    let time = window.busy.length.ns() as f64 * f64::from(service.pool.instances);
    let share = |busy: u128| match time {
        0.0 => link.used(0.0),
        time => link.used((busy as f64 / time).min(1.0)),
    };
    (share(window.link.sending), share(window.link.receiving))
}

/// The share of a service's links that chatter takes each way; nothing where it has none.
fn chatter(service: &Service, window: &StationWindow) -> f64 {
    let Some(link) = &service.link else { return 0.0 };
    let secs = window.busy.length.as_secs_f64();
    if secs == 0.0 {
        return link.background();
    }
    let peers = f64::from(service.pool.cell_size()) - 1.0;
    // Who goes on after a preemption has been told of before.
    let told = window.started.saturating_sub(window.preempted) as f64;
    let bits = told * link.bytes_to_each * peers * 8.0;
    let all = link.bits_per_s as f64 * f64::from(service.pool.instances) * secs;
    (link.background() + bits / all).min(1.0)
}
