//! The keys of one replication: every purpose that a message draws for, prepared once.

use super::steps::PlannedStep;
use super::task::Due;
use crate::carrier::GroupPlan;
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
    /// Pauses before further attempts.
    pub(super) pause: Purpose,
    /// Whether a guard lets an attempt out.
    pub(super) guard: Purpose,
    /// Copies of one attempt.
    pub(super) copy: Key,
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
    /// The pause before it is submitted again.
    pub(super) resend: Purpose,
    /// Copies that are delivered though the carrier said otherwise.
    pub(super) copy: Key,
    /// Whether a connection is made for it,
    pub(super) connects: Purpose,
    /// and how long that takes.
    pub(super) set_up: Purpose,
    /// Whether a call is answered,
    pub(super) answer: Purpose,
    /// after ringing how long,
    pub(super) ring: Purpose,
    /// and how long a session lasts.
    pub(super) holding: Purpose,
    /// Which room a join is for,
    pub(super) room: Purpose,
    /// and which node that goes to.
    pub(super) node: Purpose,
}

/// Purposes of one route.
#[derive(Clone, Copy, Debug)]
pub(super) struct RouteLuck {
    /// Which of its carriers.
    pub(super) choice: Purpose,
    /// Whether the message is a probe.
    pub(super) probe: Purpose,
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

/// How long the first steps of a source's next messages take, drawn before they come.
///
/// A draw is a chain of some sixty operations that wait for one another. Many at a time they wait
/// together, and nothing waits for them. As a draw depends on luck and purpose alone, it is the
/// same whenever it is made.
#[derive(Clone, Debug)]
pub(super) struct FirstSteps {
    /// The step among the model's.
    step: u16,
    lengths: Box<[SimDuration; BLOCK]>,
}

const BLOCK: usize = 32;

impl FirstSteps {
    /// For messages whose first step is `step`, if its length is drawn.
    pub(super) fn of(model: &Model, step: u16) -> Option<Self> {
        drawn_length(&model.steps[usize::from(step)])?;
        Some(Self { step, lengths: Box::new([SimDuration::ZERO; BLOCK]) })
    }

    /// What is known of the message `number` of the source with key `source`, who follow one
    /// another.
    #[inline]
    pub(super) fn due(&mut self, steps: &[PlannedStep<'_>], source: Key, number: u64) -> Due {
        let place = (number % BLOCK as u64) as usize;
        if place == 0 {
            self.draw(steps[usize::from(self.step)], source, number);
        }
        Due::after(self.lengths[place])
    }

    #[inline(never)]
    fn draw(&mut self, planned: PlannedStep<'_>, source: Key, first: u64) {
        let length = drawn_length(planned.step).expect("asked for when this was made");
        let draws = std::array::from_fn(|nth| {
            Luck::of_message(source, first + nth as u64).draws(planned.purpose)
        });
        *self.lengths = length.sample_each(draws);
    }
}

/// What a task that is about to take a step can know of its length.
#[inline]
pub(super) fn foresee(planned: PlannedStep<'_>, luck: Luck) -> Due {
    match drawn_length(planned.step) {
        Some(length) => Due::after(length.sample(&mut luck.draws(planned.purpose))),
        None => Due::OPEN,
    }
}

/// The length of a step, if it differs from message to message.
#[inline]
fn drawn_length(step: &Step) -> Option<&Dist> {
    match step {
        Step::Work(Dist::Constant(_)) | Step::Delay(Dist::Constant(_)) => None,
        Step::Work(length) | Step::Delay(length) => Some(length),
        Step::Call { .. } | Step::HandTo { .. } | Step::End => None,
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
    /// By service: who gives way where its queue is full.
    pub(super) victims: Vec<Purpose>,
    /// By service: which cell a sender is in.
    pub(super) cells: Vec<Key>,
    /// By service: which cell of its sender's hand.
    pub(super) hands: Vec<Purpose>,
    /// By service: how long the way to a cell is.
    pub(super) routers: Vec<Purpose>,
    /// By group.
    pub(super) groups: Vec<GroupLuck>,
    /// By route.
    pub(super) routes: Vec<RouteLuck>,
    /// By group and behaviour.
    pub(super) behaviours: Vec<Vec<Purpose>>,
    /// By source: its messages.
    pub(super) sources: Vec<Key>,
    /// By source: who sends its messages.
    pub(super) senders: Vec<Purpose>,
    /// By source: how many segments a message has.
    pub(super) segments: Vec<Purpose>,
    /// By source: the think times of its users.
    pub(super) thinks: Vec<Purpose>,
    /// By source and cause.
    pub(super) causes: Vec<Vec<CauseLuck>>,
    /// Which of many messages accounts are kept of.
    pub(super) accounts: Key,
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
                    pause: purpose(&format!("site/{}/pause", site.name)),
                    guard: purpose(&format!("site/{}/guard", site.name)),
                    copy: key(&format!("site/{}/copy", site.name)),
                    there: purpose(&format!("site/{}/there", site.name)),
                    back: purpose(&format!("site/{}/back", site.name)),
                })
                .collect(),
            services: model
                .services
                .iter()
                .map(|service| purpose(&format!("service/{}/instance", service.name)))
                .collect(),
            victims: model
                .services
                .iter()
                .map(|service| purpose(&format!("service/{}/victim", service.name)))
                .collect(),
            cells: model
                .services
                .iter()
                .map(|service| key(&format!("service/{}/cell", service.name)))
                .collect(),
            hands: model
                .services
                .iter()
                .map(|service| purpose(&format!("service/{}/hand", service.name)))
                .collect(),
            routers: model
                .services
                .iter()
                .map(|service| purpose(&format!("service/{}/router", service.name)))
                .collect(),
            groups: model
                .groups
                .iter()
                .map(|group| GroupLuck {
                    member: purpose(&format!("carrier/{}/member", group.name)),
                    round_trip: purpose(&format!("carrier/{}/round-trip", group.name)),
                    delivery: purpose(&format!("carrier/{}/delivery", group.name)),
                    loss: purpose(&format!("carrier/{}/loss", group.name)),
                    resend: purpose(&format!("carrier/{}/resend", group.name)),
                    copy: key(&format!("carrier/{}/copy", group.name)),
                    connects: purpose(&format!("carrier/{}/connects", group.name)),
                    set_up: purpose(&format!("carrier/{}/set-up", group.name)),
                    answer: purpose(&format!("carrier/{}/answer", group.name)),
                    ring: purpose(&format!("carrier/{}/ring", group.name)),
                    holding: purpose(&format!("carrier/{}/holding", group.name)),
                    room: purpose(&format!("carrier/{}/room", group.name)),
                    node: purpose(&format!("carrier/{}/node", group.name)),
                })
                .collect(),
            routes: model
                .routes
                .iter()
                .map(|route| RouteLuck {
                    choice: purpose(&format!("route/{}/choice", route.name)),
                    probe: purpose(&format!("route/{}/probe", route.name)),
                })
                .collect(),
            behaviours: model.groups.iter().map(|group| of_behaviours(group, purpose)).collect(),
            sources: model
                .sources
                .iter()
                .map(|source| key(&format!("traffic/{}", source.name)))
                .collect(),
            senders: model
                .sources
                .iter()
                .map(|source| purpose(&format!("traffic/{}/sender", source.name)))
                .collect(),
            segments: model
                .sources
                .iter()
                .map(|source| purpose(&format!("traffic/{}/segments", source.name)))
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
            accounts: key("accounts"),
            retry: key("retry"),
        }
    }
}

/// The purpose of each behaviour of a group: the nth of its kind.
fn of_behaviours(group: &GroupPlan, purpose: impl Fn(&str) -> Purpose) -> Vec<Purpose> {
    let behaviours = &group.template.behaviours;
    let each = behaviours.iter().enumerate().map(|(at, behaviour)| {
        let kind = behaviour.name();
        let nth = behaviours[..at].iter().filter(|other| other.name() == kind).count();
        purpose(&format!("carrier/{}/{kind}/{nth}", group.name))
    });
    each.collect()
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
