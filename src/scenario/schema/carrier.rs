//! `[carrier.NAME]` and `[carrier-group.NAME]`: what we do not own.

use crate::carrier::overload::OverloadSpec;
use crate::carrier::{BehaviourSpec, QuietSpec, Resend, SharesSpec};
use crate::dist::DistSpec;
use crate::engine::SimDuration;
use crate::language::{
    Fields, Node, Placed, PositiveDuration, Problems, Rate, Read, Share, Whole, format,
};
use crate::service::CarrierQueueSpec;

/// Most carriers of one group.
const MOST_CARRIERS: u64 = 100_000;
/// Most submissions that may be unacknowledged at once.
const MOST_WINDOW: u64 = 1_000_000;
/// A window where only binds are given: the setting reported for kannel's max-pending-submits.
const USUAL_WINDOW: u64 = 10;
/// Most of all binds together.
const MOST_BINDS_TIMES_WINDOW: u64 = 1_000_000_000;

/// A carrier, or the template of a group. What could not be read has left a problem, and stands as
/// if it had not been written, save count and shares, which have to fit each other.
#[derive(Debug)]
pub(in crate::scenario) struct CarrierSchema {
    pub(in crate::scenario) count: Option<u32>,
    pub(in crate::scenario) shares: Option<Placed<SharesSpec>>,
    pub(in crate::scenario) rate: Option<Placed<RateSchema>>,
    pub(in crate::scenario) burst: Option<u32>,
    pub(in crate::scenario) window: Option<u32>,
    pub(in crate::scenario) round_trip: Option<DistSpec>,
    pub(in crate::scenario) delivery: Option<DistSpec>,
    pub(in crate::scenario) overload: Option<OverloadSpec>,
    pub(in crate::scenario) behaviours: Vec<BehaviourSpec>,
    pub(in crate::scenario) resend: Option<Resend>,
    pub(in crate::scenario) answer_timeout: Option<SimDuration>,
    pub(in crate::scenario) limits: Vec<Placed<String>>,
    pub(in crate::scenario) connections: Option<ConnectionsSchema>,
    pub(in crate::scenario) pace: Option<Placed<f64>>,
    pub(in crate::scenario) silent_loss: f64,
    pub(in crate::scenario) quiet: Option<QuietSpec>,
    pub(in crate::scenario) queue: CarrierQueueSpec,
}

/// Connections that addresses of ours hold.
#[derive(Debug)]
pub(in crate::scenario) struct ConnectionsSchema {
    pub(in crate::scenario) of: Placed<String>,
    pub(in crate::scenario) each: u32,
    pub(in crate::scenario) messages: u32,
    pub(in crate::scenario) set_up: Option<DistSpec>,
}

impl Read for ConnectionsSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let of = fields.required_like("of", "\"ips\"", problems);
        let each = fields.required_like::<Whole<1, MOST_WINDOW>>("each", "5", problems);
        let messages = fields.optional::<Placed<Whole<1, MOST_WINDOW>>>("messages", problems);
        let set_up = fields.optional::<Placed<DistSpec>>("set-up", problems);
        fields.finish(problems);
        let (messages, set_up) = (messages?, set_up?);
        if let (Some(messages), None) = (&messages, &set_up) {
            let label = "how many messages a connection carries matters only if it takes time";
            problems.add_with_hint(messages.place, label, "add, for example, `set-up = \"300ms\"`");
        }
        if let (None, Some(set_up)) = (&messages, &set_up) {
            let label = "nothing says how many messages a connection carries";
            problems.add_with_hint(set_up.place, label, "add, for example, `messages = 50`");
        }
        Some(Self {
            of: of?,
            each: each?.0 as u32,
            messages: messages.map_or(1, |messages| messages.value.0 as u32),
            set_up: set_up.map(|set_up| set_up.value),
        })
    }
}

/// Whose rate it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) enum RateSchema {
    /// Each member's.
    Each(f64),
    /// All members' together, divided by their shares.
    Total(f64),
}

/// What a rate stands for, at its place.
fn of<T>(rate: Placed<Rate>, kind: impl Fn(f64) -> T) -> Placed<T> {
    Placed { value: kind(rate.value.per_s), place: rate.place }
}

impl CarrierSchema {
    /// A single carrier: without `count` and `shares`.
    pub(super) fn read_one(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let shares = Placed { value: SharesSpec::Equal, place: fields.place() };
        let rate = fields.optional::<Placed<Rate>>("rate", problems);
        let carrier = Self::read_fields(&mut fields, problems);
        fields.finish(problems);
        let rate = rate.flatten().map(|rate| of(rate, RateSchema::Each));
        check(node, problems);
        Some(Self { count: Some(1), shares: Some(shares), rate, ..carrier })
    }

    /// The keys that a carrier and a group have in common.
    fn read_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Self {
        let burst = fields.optional::<Whole<1, MOST_WINDOW>>("burst", problems);
        let binds = fields.optional::<Placed<Whole<1, MOST_WINDOW>>>("binds", problems);
        let window = fields.optional::<Whole<1, MOST_WINDOW>>("window", problems);
        let round_trip = fields.optional("round-trip", problems);
        let delivery = fields.optional("delivery", problems);
        let overload = fields.optional("overload", problems);
        let behaviours = fields.or("behaviours", Vec::new(), problems);
        let resend = fields.optional("resend", problems);
        let answer_timeout = fields.optional::<PositiveDuration>("answer-timeout", problems);
        let limits = fields.or("limits", Vec::new(), problems);
        let connections = fields.optional("connections", problems);
        let pace = fields.optional::<Placed<Rate>>("pace", problems);
        let silent_loss = fields.or("silent-loss", Share(0.0), problems);
        let quiet = fields.optional::<QuietSpec>("quiet", problems);
        let queue = fields.or("queue", CarrierQueueSpec::default(), problems);
        let window = match (binds.flatten(), window.flatten()) {
            (None, window) => window.map(|window| window.0),
            (Some(binds), window) => {
                let window = window.map_or(USUAL_WINDOW, |window| window.0) * binds.value.0;
                if window > MOST_BINDS_TIMES_WINDOW {
                    let most = format::count(MOST_BINDS_TIMES_WINDOW);
                    let label = format!("binds × window come to more than {most}");
                    problems.add(binds.place, label);
                }
                Some(window.min(MOST_BINDS_TIMES_WINDOW))
            }
        };
        Self {
            count: None,
            shares: None,
            rate: None,
            burst: burst.flatten().map(|burst| burst.0 as u32),
            window: window.map(|window| window as u32),
            round_trip: round_trip.flatten(),
            delivery: delivery.flatten(),
            overload: overload.flatten(),
            behaviours: behaviours.unwrap_or_default(),
            resend: resend.flatten(),
            answer_timeout: answer_timeout.flatten().map(|length| length.0),
            limits: limits.unwrap_or_default(),
            connections: connections.flatten(),
            pace: pace.flatten().map(|rate| of(rate, |per_s| per_s)),
            silent_loss: silent_loss.map_or(0.0, |share| share.0),
            quiet: quiet.flatten(),
            queue: queue.unwrap_or_default(),
        }
    }
}

/// What can only be said of all keys together, whether or not what they hold could be read.
fn check(node: &Node, problems: &mut Problems) {
    let has = |key: &str| node.child(key).is_some();
    let at = |key: &str| node.child(key).map_or(node.place, |child| child.place);
    let has_rate = has("rate") || has("total-rate");
    check_errors(node, problems);
    if has("overload") && !has_rate {
        problems.add_with_hint(
            at("overload"),
            "`overload` says what happens above a rate, and there is no rate",
            "add, for example, `rate = \"100/s\"`",
        );
    }
    if has("connections") && (has("window") || has("binds")) {
        problems.add_with_hint(
            at("connections"),
            "connections are the window themselves",
            "keep them, or `binds` and `window`",
        );
    }
    if has("connections") && !has("round-trip") {
        problems.add_with_hint(
            at("connections"),
            "connections limit nothing without a round trip",
            "add, for example, `round-trip = \"500ms\"`",
        );
    }
    if (has("window") || has("binds")) && !has("round-trip") {
        problems.add_with_hint(
            at(if has("window") { "window" } else { "binds" }),
            "a window limits nothing without a round trip",
            "add, for example, `round-trip = \"100ms\"`",
        );
    }
    let queue = node.child("queue");
    let kinds = ["fifo", "priority", "fair"];
    let bounds = kinds.iter().find_map(|kind| queue.and_then(|queue| queue.child(kind)));
    let wait = bounds.and_then(|bounds| bounds.child("wait-at-most"));
    if let Some(wait) = wait.filter(|_| !has_rate && !has("pace")) {
        problems.add_with_hint(
            wait.place,
            "without a `rate` or a `pace` nobody can tell how long a wait will be",
            "add, for example, `rate = \"1/s\"`, or write `length-at-most`, or `age-at-most`, \
             after which a message leaves the queue",
        );
    }
    if has("pace") && has_rate && !has("overload") {
        problems.add_with_hint(
            at("pace"),
            "without `overload` we keep to the carrier's rate anyway",
            "remove `pace`, or say with `overload` what the carrier does above its rate",
        );
    }
}

/// What errors there can be, whether or not what is written of them could be read.
fn check_errors(node: &Node, problems: &mut Problems) {
    let has = |key: &str| node.child(key).is_some();
    let at = |key: &str| node.child(key).map_or(node.place, |child| child.place);
    let queues = node.child("overload").is_some_and(|overload| overload.child("queue").is_some());
    if has("resend") && !has("behaviours") && !has("answer-timeout") && !queues {
        problems.add_with_hint(
            at("resend"),
            "nothing is ever answered with an error",
            "say with `behaviours` which errors there are; what `overload` throttles is submitted \
             again in any case",
        );
    }
    if has("answer-timeout") && !has("round-trip") && !has("behaviours") {
        problems.add_with_hint(
            at("answer-timeout"),
            "without a round trip every answer is there at once",
            "add, for example, `round-trip = \"100ms\"`",
        );
    }
    if queues && has("burst") {
        problems.add_with_hint(
            at("burst"),
            "a carrier with a queue takes what its queue has room for",
            "leave it out",
        );
    }
}

/// A group made from a template.
impl Read for CarrierSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let count = fields.required_like::<Whole<1, MOST_CARRIERS>>("count", "12", problems);
        let place = fields.place();
        let shares = fields.or("shares", Placed { value: SharesSpec::Equal, place }, problems);
        let each = fields.optional::<Placed<Rate>>("rate", problems);
        let total = fields.optional::<Placed<Rate>>("total-rate", problems);
        let carrier = Self::read_fields(&mut fields, problems);
        fields.finish(problems);
        let rate = match (each.flatten(), total.flatten()) {
            (None, None) => None,
            (Some(rate), None) => Some(of(rate, RateSchema::Each)),
            (None, Some(rate)) => Some(of(rate, RateSchema::Total)),
            (Some(rate), Some(total)) => {
                problems.add_with_hint(
                    total.place,
                    "`total-rate` beside `rate`",
                    "keep `rate`, which is each carrier's, or `total-rate`, which is divided by \
                     their shares",
                );
                Some(of(rate, RateSchema::Each))
            }
        };
        let count = count.map(|count| count.0 as u32);
        let shares = shares.filter(|shares| fit(shares, count, problems));
        check(node, problems);
        Some(Self { count, shares, rate, ..carrier })
    }
}

/// Whether there is a weight for each carrier, where weights are written.
fn fit(shares: &Placed<SharesSpec>, count: Option<u32>, problems: &mut Problems) -> bool {
    match (&shares.value, count) {
        (SharesSpec::Weights(weights), Some(count)) if weights.len() != count as usize => {
            let label = format!("expected {count} weights, one a carrier, found {}", weights.len());
            problems.add(shares.place, label);
            false
        }
        (SharesSpec::Weights(_) | SharesSpec::Equal | SharesSpec::Zipf(_), _) => true,
    }
}
