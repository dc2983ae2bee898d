//! The result of one point: targets and verdicts, what binds, classes, stations, notes.

use serde::Serialize;

use super::figure::{Figure, Number};
use super::hops::TimeDocument;
use super::ledgers::{self, Ledger, LimitFigures};
use super::routes::{self, RouteFigures};
use crate::model::{Mode, StationId};
use crate::report::{text, words};
use crate::sim::Outcome;
use crate::stats::Limit;
use crate::stats::warmup::CutBy;
use crate::sweep::PointResult;
use crate::verdict::{self, Binding, Cause, ClassFigures, Reason, StationFigures, Steadiness};

/// The result of one point.
#[derive(Debug, Serialize)]
pub(super) struct ResultDocument<'a> {
    /// What the scenario is called; empty if it does not say.
    title: &'a str,
    /// "terminating" or "steady".
    mode: &'static str,
    /// The date and time of day at which the run starts.
    start: String,
    /// How long each run is.
    horizon_s: f64,
    /// The seed.
    seed: u64,
    /// Replications that were run.
    replications: usize,
    /// Messages that came in a run, on average.
    messages: f64,
    /// Whether every target is met; true if there is none.
    all_met: bool,
    /// By name.
    targets: Vec<Target<'a>>,
    /// What binds each target that is not met; where all are, what is nearest to binding.
    bindings: Vec<BindingDocument<'a>>,
    /// By name.
    classes: Vec<Class<'a>>,
    /// By name of the class: where the time of the delivered went.
    time_by_hop: Vec<TimeDocument<'a>>,
    /// Services by name, then carrier groups by name.
    stations: Vec<Station<'a>>,
    /// Routes to carriers, by name.
    routes: Vec<RouteFigures<'a>>,
    /// Limits of senders, by name.
    limits: Vec<LimitFigures<'a>>,
    /// What became of messages at carriers, in truth and in report: by class and carrier group.
    ledgers: Vec<Ledger<'a>>,
    /// The part of each run that counts.
    period: Period,
    /// How precise the figures are; null where a fixed number of replications was asked for.
    precision: Option<Precision>,
    /// What the figures have to be read with, in words.
    notes: Vec<NoteDocument>,
}

/// One target and its verdict.
#[derive(Debug, Serialize)]
struct Target<'a> {
    /// Its name.
    name: &'a str,
    /// What it asks, in words.
    wanted: String,
    /// What was measured; of a target on windows, the share of windows in which it held.
    measured: Figure,
    /// What it is held against.
    limit: LimitDocument,
    /// How far it is on the right side of the limit; negative on the wrong side.
    margin: Option<Figure>,
    /// "met", "not-met" or "undecided".
    verdict: &'static str,
    /// What the verdict has to be read with, or why there is none.
    reason: Option<ReasonDocument>,
    /// Whether it would be missed even if no message had waited, so that no capacity mends it.
    is_slow_by_itself: bool,
    /// Of a target on windows, what they were; null of others.
    windows: Option<Windows>,
}

/// The windows of a target, summed over replications.
#[derive(Debug, Serialize)]
struct Windows {
    /// Windows that the target was read from.
    read: u64,
    /// Windows that had messages, but too few to read a share of them.
    too_few_messages: u64,
    /// Messages that a window needs to be read.
    needed: u64,
    /// Of those that were read, the worst.
    worst: Option<WorstWindow>,
}

/// The window in which a target was furthest from holding.
#[derive(Debug, Serialize)]
struct WorstWindow {
    /// When it begins, since the start.
    from_s: f64,
    /// The share delivered within the limit, or of capacity used, on average over replications.
    value: Number,
}

/// A limit.
#[derive(Debug, Serialize)]
struct LimitDocument {
    /// "at-most" or "at-least".
    side: &'static str,
    /// In the unit of what is measured.
    value: Number,
}

/// Why a verdict is what it is.
#[derive(Debug, Serialize)]
struct ReasonDocument {
    /// "one-replication", "marginal", "no-messages", "few-tail-observations", "thin-windows",
    /// "stopped-early", "unstable" or "not-stationary".
    code: &'static str,
    /// Of "few-tail-observations": how many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<u64>,
    /// Of "few-tail-observations": how many there would have to be; of "thin-windows": messages
    /// that a window would have to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<u64>,
}

/// What stands in the way of a target.
#[derive(Debug, Serialize)]
struct BindingDocument<'a> {
    /// The target; null where all are met, and this is nearest to binding.
    target: Option<&'a str>,
    /// The service or carrier group.
    station: &'a str,
    /// "ours" or "carrier".
    owner: &'static str,
    /// What of it is short; the README lists all.
    cause: &'static str,
    /// Of "validity" and "deadline": the cause that messages waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<&'static str>,
    /// Of "limit": which.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'a str>,
    /// Its use of capacity.
    utilization: Number,
    /// When it was saturated; null if it never was.
    saturation: Option<Saturation>,
    /// Most messages that waited for it, on average over replications.
    most_waiting: Number,
    /// When that was, since the start.
    most_waiting_at_s: f64,
    /// The station where the waiting shows, if that is another.
    shows_at: Option<&'a str>,
    /// The share of the class's waiting or losses that this explains.
    share: Number,
}

/// From when to when a station was saturated.
#[derive(Debug, Serialize)]
struct Saturation {
    /// Since the start.
    from_s: f64,
    /// Since the start.
    until_s: f64,
    /// The share of that time in which it was.
    share: Number,
}

/// What became of a class.
#[derive(Debug, Serialize)]
struct Class<'a> {
    /// Its name.
    name: &'a str,
    /// Messages that came in a run, on average.
    messages: f64,
    /// Messages that came, a second.
    offered: Figure,
    /// Messages delivered, a second.
    carried: Figure,
    /// Messages delivered in time, a second.
    goodput: Figure,
    /// Shares of messages.
    outcomes: Outcomes,
    /// Mean latency of the delivered.
    latency_mean: Figure,
    /// Quantiles of latency; failures count as never.
    latency_quantiles: Vec<Quantile>,
}

/// Where the messages of a class ended, in shares of them; they add up to one.
#[derive(Debug, Serialize)]
struct Outcomes {
    delivered_in_time: Figure,
    delivered_late: Figure,
    rejected: Figure,
    expired: Figure,
    failed: Figure,
    lost: Figure,
    in_flight: Figure,
    /// Copies delivered beside the first, beside the sum.
    duplicates: Figure,
}

/// A quantile of latency.
#[derive(Debug, Serialize)]
struct Quantile {
    /// Which, from 0 to 1.
    level: f64,
    /// The latency.
    latency: Figure,
}

/// What one service or carrier group did.
#[derive(Debug, Serialize)]
struct Station<'a> {
    /// Its name.
    name: &'a str,
    /// "ours" or "carrier".
    owner: &'static str,
    /// Tasks that came, a second: first tries and retries.
    offered: Figure,
    /// Tasks that were served, a second.
    served: Figure,
    /// The busier of the two that follow.
    utilization: Figure,
    /// Workers that held a message; of carriers, the use of their windows.
    workers_or_window: Figure,
    /// Cores that computed; of carriers, the use of their rate.
    cores_or_rate: Figure,
    /// Mean wait of those that were served.
    wait_mean: Figure,
    /// Mean time that a task waited for a core while it held a worker; null of carriers.
    core_wait_mean: Figure,
    /// 99th percentile of waits of those that were served.
    wait_p99_s: Option<Number>,
    /// Mean number waiting.
    queue_mean: Figure,
    /// Mean number of workers that waited for a core.
    waiting_for_core_mean: Figure,
    /// Most waiting at once.
    queue_max: Figure,
    /// What the time of a service went to; null of carriers.
    effort: Option<Effort>,
    /// What went over the links of a service; null where its network is never short.
    network: Option<Network>,
    /// What a trunk or rooms held; null of all others.
    sessions: Option<Sessions>,
    /// Tasks a run that a full queue turned away.
    rejected: f64,
    /// Of those, for whom their instance had no file handle left.
    out_of_files: f64,
    /// Tasks a run that waited too long.
    expired: f64,
    /// Tasks a run that their callers cancelled.
    cancelled: f64,
    /// Submissions a run that carriers refused.
    throttled: f64,
    /// Messages a run that carriers dropped silently.
    dropped: f64,
    /// Messages a run that carriers held back.
    held: f64,
    /// Submissions a run that carriers answered with an error or not at all.
    errors: f64,
    /// Messages a run whose last submission met with an error.
    failed: f64,
}

/// The part of each run that counts.
#[derive(Debug, Serialize)]
struct Period {
    /// Where it begins, since the start: the length of the warm-up that is left out.
    from_s: f64,
    /// What asked for that much: "mser-5" or "tenth"; null where nothing is left out.
    cut_by: Option<&'static str>,
    /// "not-asked", "steady", "wants-more", "not-stationary", "unstable" or "unknown".
    steadiness: &'static str,
    /// When the first replication ended early, since the start; null if none did.
    stopped_at_s: Option<f64>,
}

/// How precise the figures are.
#[derive(Debug, Serialize)]
struct Precision {
    /// The relative half-width asked for.
    wanted: Number,
    /// The widest of any target's figure.
    reached: Number,
    /// Whether that is enough.
    is_met: bool,
}

/// Something that the figures have to be read with.
#[derive(Debug, Serialize)]
struct NoteDocument {
    /// In words.
    text: String,
    /// Whether it takes something away from the figures.
    is_warning: bool,
}

impl<'a> ResultDocument<'a> {
    pub(super) fn of(result: &'a PointResult) -> Self {
        let (model, assessment) = (&result.model, &result.assessment);
        let runs = assessment.replications as f64;
        let station = |(at, figures): (usize, &'a StationFigures)| {
            Station::of(model.station_name(StationId::from_index(at)), figures)
        };
        let classes = model.classes.iter().zip(&assessment.classes);
        let times = model.classes.iter().zip(&assessment.time_by_hop);
        let note = |note: text::Note| NoteDocument { text: note.text, is_warning: note.is_warning };
        Self {
            title: &model.title,
            mode: match model.run.mode {
                Mode::Terminating => "terminating",
                Mode::Steady => "steady",
            },
            start: model.run.clock.start.to_string(),
            horizon_s: model.run.horizon.as_secs_f64(),
            seed: model.run.seed,
            replications: assessment.replications,
            messages: assessment.classes.iter().map(|class| class.arrived as f64).sum::<f64>()
                / runs,
            all_met: assessment.all_met(),
            targets: (0..model.targets.len()).map(|at| Target::of(result, at)).collect(),
            bindings: assessment.bindings.iter().map(|of| binding(result, of)).collect(),
            classes: classes.map(|(class, of)| Class::of(&class.name, of, runs)).collect(),
            time_by_hop: times.map(|(of, time)| TimeDocument::of(model, &of.name, time)).collect(),
            stations: assessment.stations.iter().enumerate().map(station).collect(),
            routes: routes::routes(result),
            limits: ledgers::limits(result),
            ledgers: ledgers::ledgers(result),
            period: period(&assessment.period),
            precision: result.precision.map(|precision| Precision {
                wanted: Number(precision.wanted),
                reached: Number(precision.reached),
                is_met: precision.is_met,
            }),
            notes: text::notes(result).into_iter().map(note).collect(),
        }
    }
}

impl<'a> Target<'a> {
    fn of(result: &'a PointResult, at: usize) -> Self {
        let (target, verdict) = (&result.model.targets[at], &result.assessment.targets[at]);
        let margin = |margin| {
            let estimate = Some(margin);
            Figure::of(&verdict::Figure { estimate, unit: verdict.measured.unit })
        };
        Self {
            name: &target.name,
            wanted: words::wanted(&result.model, target),
            measured: Figure::of(&verdict.measured),
            limit: LimitDocument {
                side: match verdict.limit {
                    Limit::AtMost(_) => "at-most",
                    Limit::AtLeast(_) => "at-least",
                },
                value: Number(verdict.limit.value()),
            },
            margin: verdict.margin.map(margin),
            verdict: words::answer_code(verdict.answer),
            is_slow_by_itself: result.assessment.slow_by_themselves.contains(&at),
            windows: verdict.windows.map(|windows| Windows {
                read: windows.read,
                too_few_messages: windows.thin,
                needed: windows.needed,
                worst: windows.worst.map(|worst| WorstWindow {
                    from_s: worst.from.as_secs_f64(),
                    value: Number(worst.value),
                }),
            }),
            reason: verdict.reason.map(|reason| {
                let (found, needed) = match reason {
                    Reason::FewTailObservations { found, needed } => (Some(found), Some(needed)),
                    Reason::ThinWindows { needed } => (None, Some(needed)),
                    Reason::OneReplication
                    | Reason::Marginal
                    | Reason::NoMessages
                    | Reason::StoppedEarly
                    | Reason::Unstable
                    | Reason::NotStationary => (None, None),
                };
                ReasonDocument { code: words::reason_code(reason), found, needed }
            }),
        }
    }
}

fn binding<'a>(result: &'a PointResult, of: &Binding) -> BindingDocument<'a> {
    let model = &result.model;
    BindingDocument {
        target: of.target.map(|target| model.targets[target].name.as_str()),
        station: model.station_name(of.station),
        owner: words::owner(of.is_ours),
        cause: words::cause_code(of.cause),
        waits_for: of.waits_for.map(words::cause_code),
        limit: match of.cause {
            Cause::Limit(limit) => Some(&model.quotas[limit.index()].name),
            _ => None,
        },
        utilization: Number(of.utilization),
        saturation: of.saturation.map(|saturation| Saturation {
            from_s: saturation.from.as_secs_f64(),
            until_s: saturation.until.as_secs_f64(),
            share: Number(saturation.share),
        }),
        most_waiting: Number(of.worst_queue.0),
        most_waiting_at_s: of.worst_queue.1.as_secs_f64(),
        shows_at: of.shows_at.map(|station| model.station_name(station)),
        share: Number(of.share),
    }
}

impl<'a> Class<'a> {
    fn of(name: &'a str, of: &ClassFigures, runs: f64) -> Self {
        let outcome = |outcome: Outcome| Figure::of(&of.outcomes[outcome.index()]);
        let quantile = |(level, figure): &(f64, verdict::Figure)| Quantile {
            level: *level,
            latency: Figure::of(figure),
        };
        Self {
            name,
            messages: of.arrived as f64 / runs,
            offered: Figure::of(&of.offered),
            carried: Figure::of(&of.carried),
            goodput: Figure::of(&of.goodput),
            outcomes: Outcomes {
                delivered_in_time: Figure::of(&of.in_time),
                delivered_late: Figure::of(&of.late),
                rejected: outcome(Outcome::Rejected),
                expired: outcome(Outcome::Expired),
                failed: outcome(Outcome::Failed),
                lost: outcome(Outcome::Lost),
                in_flight: Figure::of(&of.in_flight),
                duplicates: Figure::of(&of.duplicates),
            },
            latency_mean: Figure::of(&of.mean_latency),
            latency_quantiles: of.latency.iter().map(quantile).collect(),
        }
    }
}

/// What the time of a service went to.
#[derive(Debug, Serialize)]
struct Effort {
    /// Tasks that came, for each message that came to the system.
    tasks_per_message: Figure,
    /// Of its core time: work on first tries that somebody waited for.
    useful_share: Figure,
    /// Work of further attempts.
    retry_share: Figure,
    /// Work that nobody waited for any more when it was done.
    abandoned_share: Figure,
    /// What instances cost one another.
    chatter_share: Figure,
    /// Of the time for which workers were held: they waited for answers.
    waiting_for_answers_share: Figure,
}

impl Effort {
    fn of(of: &verdict::Effort) -> Self {
        Self {
            tasks_per_message: Figure::of(&of.tasks_per_message),
            useful_share: Figure::of(&of.useful),
            retry_share: Figure::of(&of.retries),
            abandoned_share: Figure::of(&of.abandoned),
            chatter_share: Figure::of(&of.chatter),
            waiting_for_answers_share: Figure::of(&of.waiting_for_answers),
        }
    }
}

/// What went over the links of a service.
#[derive(Debug, Serialize)]
struct Network {
    /// Use of the links outward, chatter included.
    out_used_share: Figure,
    /// Use of the links inward, chatter included.
    in_used_share: Figure,
    /// What of the links chatter took, each way.
    chatter_share: Figure,
    /// Bytes of messages and answers sent, a second.
    bytes_sent: Figure,
    /// Bytes of messages and answers received, a second.
    bytes_received: Figure,
    /// What messages and answers waited for a link, for each task that came.
    wait_mean: Figure,
}

/// What a trunk or rooms held.
#[derive(Debug, Serialize)]
struct Sessions {
    /// Sessions that there is room for.
    room_for: u64,
    /// Sessions held, on average over time.
    in_use_mean: Figure,
    /// Most held at once.
    in_use_max: Figure,
    /// Attempts a run that found no channel or place.
    blocked: f64,
    /// Of those, for whom another node had one.
    blocked_with_room_elsewhere: f64,
    /// INVITEs a run that were sent again,
    invites_again: f64,
    /// and those that a trunk took up for nobody.
    invites_in_vain: f64,
    /// The most that one room had at once; null of trunks.
    largest_room: Option<f64>,
}

impl Sessions {
    fn of(of: &verdict::SessionFigures) -> Self {
        Self {
            room_for: of.capacity,
            in_use_mean: Figure::of(&of.in_use),
            in_use_max: Figure::of(&of.most),
            blocked: of.blocked,
            blocked_with_room_elsewhere: of.stranded,
            invites_again: of.retransmitted,
            invites_in_vain: of.in_vain,
            largest_room: of.largest_room,
        }
    }
}

impl Network {
    fn of(of: &verdict::Network) -> Self {
        Self {
            out_used_share: Figure::of(&of.out_used),
            in_used_share: Figure::of(&of.in_used),
            chatter_share: Figure::of(&of.chatter),
            bytes_sent: Figure::of(&of.sent),
            bytes_received: Figure::of(&of.received),
            wait_mean: Figure::of(&of.mean_wait),
        }
    }
}

impl<'a> Station<'a> {
    fn of(name: &'a str, of: &StationFigures) -> Self {
        Self {
            name,
            owner: words::owner(of.is_ours),
            offered: Figure::of(&of.offered),
            served: Figure::of(&of.served),
            utilization: Figure::of(&of.utilization),
            workers_or_window: Figure::of(&of.workers),
            cores_or_rate: Figure::of(&of.cores),
            wait_mean: Figure::of(&of.mean_wait),
            core_wait_mean: Figure::of(&of.mean_core_wait),
            wait_p99_s: of.p99_wait_s.map(Number),
            queue_mean: Figure::of(&of.mean_queue),
            waiting_for_core_mean: Figure::of(&of.mean_ready),
            queue_max: Figure::of(&of.max_queue),
            effort: of.effort.as_ref().map(Effort::of),
            network: of.network.as_ref().map(Network::of),
            sessions: of.sessions.as_ref().map(Sessions::of),
            rejected: of.rejected,
            out_of_files: of.out_of_files,
            expired: of.expired,
            cancelled: of.cancelled,
            throttled: of.throttled,
            dropped: of.dropped,
            held: of.held,
            errors: of.errors,
            failed: of.failed,
        }
    }
}

fn period(of: &verdict::Period) -> Period {
    Period {
        from_s: of.from.as_secs_f64(),
        cut_by: of.cut_by.map(|by| match by {
            CutBy::Mser5 => "mser-5",
            CutBy::Tenth => "tenth",
        }),
        steadiness: match of.steadiness {
            Steadiness::NotAsked => "not-asked",
            Steadiness::Steady => "steady",
            Steadiness::WantsMore => "wants-more",
            Steadiness::NotStationary => "not-stationary",
            Steadiness::Unstable => "unstable",
            Steadiness::Unknown => "unknown",
        },
        stopped_at_s: of.stopped.map(|(_, at)| at.as_secs_f64()),
    }
}
