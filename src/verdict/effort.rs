//! What a service's time went to: useful work, retries, work for nobody, chatter, waiting.

use super::figures::{Exactness, Figure, Unit};
use crate::measure::StationWindow;
use crate::stats::Ratio;

/// Where the core time and the worker time of a service went.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Tasks that came, for each message that came to the system: first tries and retries.
    pub tasks_per_message: Figure,
    /// Of the core time that was used: work on first tries that somebody waited for.
    pub useful: Figure,
    /// Of the core time: work of further attempts.
    pub retries: Figure,
    /// Of the core time: work that nobody waited for any more when it was done.
    pub abandoned: Figure,
    /// Of the core time: what instances cost one another.
    pub chatter: Figure,
    /// Of the time for which workers were held: they waited for answers.
    pub waiting_for_answers: Figure,
}

impl Effort {
    /// Of a service, from what it did in each replication and the messages that came.
    pub(super) fn of(exactness: Exactness, totals: &[StationWindow], messages: &[u64]) -> Self {
        let share = |part: &dyn Fn(&StationWindow) -> f64,
                     whole: &dyn Fn(&StationWindow) -> f64| {
            let ratio = |of: &StationWindow| Ratio { top: part(of), bottom: whole(of) };
            let ratios: Vec<Ratio> = totals.iter().map(ratio).collect();
            Figure { estimate: exactness.of_share(&ratios), unit: Unit::Share }
        };
        let chatter = |of: &StationWindow| (of.chatter_on_core + of.chatter_off_core) as f64;
        let used = |of: &StationWindow| (of.on_core.integral + of.chatter_off_core) as f64;
        // Tasks have a core for their own work and for the chatter that they do first; what is told
        // of it is the work.
        let own = |of: &StationWindow| match of.on_core.integral {
            0 => 0.0,
            on_core => 1.0 - of.chatter_on_core as f64 / on_core as f64,
        };
        let retries = |of: &StationWindow| of.retry_work as f64 * own(of);
        let abandoned = |of: &StationWindow| of.abandoned_work as f64 * own(of);
        let wasted = |of: &StationWindow| retries(of) + abandoned(of) + chatter(of);
        let tasks = totals.iter().zip(messages);
        let tasks: Vec<Ratio> = tasks
            .map(|(of, &messages)| Ratio { top: of.arrived as f64, bottom: messages as f64 })
            .collect();
        Self {
            tasks_per_message: Figure {
                estimate: exactness.of_ratio(&tasks),
                unit: Unit::Messages,
            },
            useful: share(&|of| (used(of) - wasted(of)).max(0.0), &used),
            retries: share(&retries, &used),
            abandoned: share(&abandoned, &used),
            chatter: share(&chatter, &used),
            waiting_for_answers: share(&|of| of.calling.integral as f64, &|of| {
                of.busy.integral as f64
            }),
        }
    }
}
