//! The keys of one replication: every purpose that a message draws for, prepared once.

use super::steps::PlannedStep;
use crate::dist::Dist;
use crate::engine::{Key, Luck, Purpose, SimDuration};
use crate::model::{Model, Step};

/// Purposes of one call site.
#[derive(Clone, Copy, Debug)]
pub(super) struct SiteLuck {
    /// Tells what is called from here apart from what is called elsewhere.
    pub(super) child: Key,
    /// How often it is called.
    pub(super) times: Purpose,
    /// The way there.
    pub(super) there: Purpose,
    /// The way back.
    pub(super) back: Purpose,
}

/// Purposes of one carrier group.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupLuck {
    /// Which member.
    pub(super) member: Purpose,
    /// From submission to acknowledgement.
    pub(super) round_trip: Purpose,
    /// From acceptance to the recipient.
    pub(super) delivery: Purpose,
    /// Whether it is lost without a word.
    pub(super) loss: Purpose,
}

/// Purposes of one cause of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct CauseLuck {
    /// The caused message's luck.
    pub(super) child: Key,
    /// Whether it is caused.
    pub(super) share: Purpose,
    /// When.
    pub(super) after: Purpose,
}

/// A length drawn before it is needed.
///
/// A draw is a chain of some sixty operations that wait for one another. Begun when a worker takes
/// a task, it is over by the time that the task computes, and costs next to nothing. As it depends
/// on luck and purpose alone, it is right for whoever has these.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ahead(Option<(Luck, Purpose, SimDuration)>);

impl Ahead {
    /// Draws the length of the step that a task is about to take.
    #[inline(always)]
    pub(super) fn prepare(&mut self, planned: PlannedStep<'_>, luck: Luck) {
        if let Step::Work(length) | Step::Delay(length) = planned.step {
            let drawn = length.sample(&mut luck.draws(planned.purpose));
            self.0 = Some((luck, planned.purpose, drawn));
        }
    }

    /// A length drawn from `dist`.
    #[inline(always)]
    pub(super) fn draw(&self, dist: &Dist, luck: Luck, purpose: Purpose) -> SimDuration {
        match self.0 {
            Some((of, for_what, length)) if of == luck && for_what == purpose => length,
            Some(_) | None => dist.sample(&mut luck.draws(purpose)),
        }
    }
}

/// All keys of one replication.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// By step: its duration.
    pub(super) steps: Vec<Purpose>,
    /// By site.
    pub(super) sites: Vec<SiteLuck>,
    /// By service: which instance.
    pub(super) services: Vec<Purpose>,
    /// By group.
    pub(super) groups: Vec<GroupLuck>,
    /// By source: its messages.
    pub(super) sources: Vec<Key>,
    /// By source: the think times of its users.
    pub(super) thinks: Vec<Purpose>,
    /// By source and cause.
    pub(super) causes: Vec<Vec<CauseLuck>>,
    /// Sets a further attempt's luck apart from the one before.
    pub(super) retry: Key,
}

impl Keys {
    /// The keys of `replication` of `model`.
    pub(super) fn new(model: &Model, replication: u32) -> Self {
        let key = |name: &str| Key::new(model.run.seed, replication, name);
        let purpose = |name: &str| Purpose::from(key(name));
        Self {
            steps: step_purposes(model, purpose),
            sites: model
                .sites
                .iter()
                .map(|site| SiteLuck {
                    child: key(&format!("site/{}", site.name)),
                    times: purpose(&format!("site/{}/times", site.name)),
                    there: purpose(&format!("site/{}/there", site.name)),
                    back: purpose(&format!("site/{}/back", site.name)),
                })
                .collect(),
            services: model
                .services
                .iter()
                .map(|service| purpose(&format!("service/{}/instance", service.name)))
                .collect(),
            groups: model
                .groups
                .iter()
                .map(|group| GroupLuck {
                    member: purpose(&format!("carrier/{}/member", group.name)),
                    round_trip: purpose(&format!("carrier/{}/round-trip", group.name)),
                    delivery: purpose(&format!("carrier/{}/delivery", group.name)),
                    loss: purpose(&format!("carrier/{}/loss", group.name)),
                })
                .collect(),
            sources: model
                .sources
                .iter()
                .map(|source| key(&format!("traffic/{}", source.name)))
                .collect(),
            thinks: model
                .sources
                .iter()
                .map(|source| purpose(&format!("traffic/{}/think", source.name)))
                .collect(),
            causes: model
                .sources
                .iter()
                .map(|source| {
                    let each = source.causes.iter().enumerate().map(|(nth, cause)| {
                        let caused = &model.sources[cause.source.index()].name;
                        let name = format!("traffic/{}/causes/{caused}/{nth}", source.name);
                        CauseLuck {
                            child: key(&name),
                            share: purpose(&format!("{name}/share")),
                            after: purpose(&format!("{name}/after")),
                        }
                    });
                    each.collect()
                })
                .collect(),
            retry: key("retry"),
        }
    }
}

/// The purpose of each step's duration: the nth of its kind in its operation, so that a step of
/// another kind put in between changes nobody's luck.
fn step_purposes(model: &Model, purpose: impl Fn(&str) -> Purpose) -> Vec<Purpose> {
    let mut purposes = vec![purpose("none"); model.steps.len()];
    for operation in &model.operations {
        let (mut works, mut delays) = (0, 0);
        let first = usize::from(operation.first_step);
        for (step, purpose_of) in model.steps[first..].iter().zip(&mut purposes[first..]) {
            let (kind, nth) = match step {
                Step::Work(_) => ("work", &mut works),
                Step::Delay(_) => ("delay", &mut delays),
                Step::Call { .. } | Step::HandTo { .. } => continue,
                Step::End => break,
            };
            *nth += 1;
            *purpose_of = purpose(&format!("operation/{}/{kind}/{nth}", operation.name));
        }
    }
    purposes
}
