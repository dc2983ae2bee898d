//! `[service.NAME.operation.NAME]`: the steps that are taken for a message.

use super::misspelt;
use crate::dist::DistSpec;
use crate::language::{
    Choice, Fields, Node, NonNegative, Placed, PositiveDuration, Problems, Read, Share, Size,
    Value, Whole,
};
use crate::model::{OnFailure, Times};
use crate::policy::{Deadline, EjectionSpec, GuardSpec, Hedge, OnTimeout, Retry, Timeout};

/// Most times that one call is made.
const MOST_TIMES: u64 = 1_000;
/// Most connections that a worker keeps open to one callee.
const MOST_CONNECTIONS: u64 = 10_000;
/// Most calls side by side in one step; with the limit above, answers are counted in 16 bits.
const MOST_PARALLEL: usize = 60;

/// One operation as written.
#[derive(Debug)]
pub(in crate::scenario) struct OperationSchema {
    /// The steps that could be read.
    pub(in crate::scenario) steps: Vec<StepSchema>,
}

/// One step as written.
#[derive(Debug)]
pub(in crate::scenario) enum StepSchema {
    Work(DistSpec),
    Delay(DistSpec),
    /// Calls made at the same instant, or a single one.
    Call(Vec<CallSchema>),
    /// To an operation, or (`send-to`) to carriers.
    HandTo {
        call: Box<CallSchema>,
        to_carrier: bool,
        background: bool,
    },
}

/// A call, or a hand-over. What could not be read has left a problem, and stands as if it had not
/// been written, so that the callee's name is looked up all the same.
#[derive(Debug)]
pub(in crate::scenario) struct CallSchema {
    pub(in crate::scenario) callee: Option<Placed<String>>,
    pub(in crate::scenario) times: Times,
    pub(in crate::scenario) at_once: bool,
    pub(in crate::scenario) network: Option<DistSpec>,
    pub(in crate::scenario) sizes: Sizes,
    pub(in crate::scenario) client: Client,
    /// Connections that each worker of the caller keeps open.
    pub(in crate::scenario) connections: Option<Placed<u32>>,
    pub(in crate::scenario) on_failure: OnFailure,
}

/// How many bytes are sent, and answered, where that is said.
#[derive(Clone, Debug, Default)]
pub(in crate::scenario) struct Sizes {
    pub(in crate::scenario) size: Option<Placed<Size>>,
    pub(in crate::scenario) reply_size: Option<Placed<Size>>,
}

impl Sizes {
    /// Bytes of what is sent.
    pub(in crate::scenario) fn sent(&self) -> u64 {
        self.size.as_ref().map_or(0, |size| size.value.0)
    }

    /// Bytes of what is answered.
    pub(in crate::scenario) fn answered(&self) -> u64 {
        self.reply_size.as_ref().map_or(0, |size| size.value.0)
    }

    /// Of what is answered.
    pub(super) fn read_both(fields: &mut Fields<'_>, problems: &mut Problems) -> Self {
        let sizes = Self::read_one(fields, problems);
        let reply_size = fields.optional("reply-size", problems).flatten();
        Self { reply_size, ..sizes }
    }

    /// Of what nobody answers.
    fn read_one(fields: &mut Fields<'_>, problems: &mut Problems) -> Self {
        Self { size: fields.optional("size", problems).flatten(), reply_size: None }
    }
}

/// What whoever calls does about late and bad answers.
#[derive(Clone, Debug, Default)]
pub(in crate::scenario) struct Client {
    pub(in crate::scenario) timeout: Option<Timeout>,
    pub(in crate::scenario) retry: Option<Retry>,
    pub(in crate::scenario) guards: Vec<GuardSpec>,
    pub(in crate::scenario) hedge: Option<Hedge>,
    pub(in crate::scenario) deadline: Option<Deadline>,
    pub(in crate::scenario) ejection: Option<Placed<EjectionSpec>>,
}

impl Client {
    /// Reads the keys of a table that is about a call.
    pub(super) fn read_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let timeout = timeout(fields, problems);
        let retry = fields.optional("retry", problems);
        let guards = GuardSpec::read_fields(fields, problems);
        let hedge = fields.optional::<Placed<Hedge>>("hedge", problems);
        let deadline = fields.optional("deadline", problems);
        let ejection = fields.optional("ejection", problems);
        let (timeout, hedge) = (timeout?, hedge?);
        if let (Some(budget), None) = (fields.entry("budget"), fields.node("retry")) {
            problems.add_with_hint(
                budget.key_place,
                "`budget` without a retry",
                "add, for example, `retry = \"full-jitter\"`: a budget is for further attempts",
            );
            return None;
        }
        if let Some(hedge) = &hedge {
            hedge.value.check(timeout, hedge.place, problems)?;
        }
        Some(Self {
            timeout,
            retry: retry?,
            guards: guards?,
            hedge: hedge.map(|hedge| hedge.value),
            deadline: deadline?,
            ejection: ejection?,
        })
    }

    /// Whether there is no policy at all.
    pub(in crate::scenario) fn is_patient(&self) -> bool {
        let Self { timeout, retry, guards, hedge, deadline, ejection } = self;
        let waits = timeout.is_none() && deadline.is_none() && hedge.is_none();
        waits && retry.is_none() && guards.is_empty() && ejection.is_none()
    }
}

/// `timeout` and `on-timeout`.
fn timeout(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Option<Timeout>> {
    let after = fields.optional::<PositiveDuration>("timeout", problems);
    let then = fields.optional::<Placed<OnTimeout>>("on-timeout", problems);
    match (after?, then?) {
        (Some(after), then) => Some(Some(Timeout {
            after: after.0,
            then: then.map_or_else(OnTimeout::default, |then| then.value),
        })),
        (None, Some(then)) => {
            problems.add_with_hint(
                then.place,
                "`on-timeout` without a timeout",
                "add, for example, `timeout = \"2s\"`",
            );
            None
        }
        (None, None) => Some(None),
    }
}

impl Read for OperationSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let mut steps = Vec::new();
        if let Some(work) = fields.optional("work", problems).flatten() {
            steps.push(StepSchema::Work(work));
        }
        let listed = fields.node("steps");
        match listed.map(|node| (&node.value, node)) {
            None => {}
            Some((Value::Array(nodes), _)) => {
                steps.extend(nodes.iter().filter_map(|node| StepSchema::read(node, problems)));
            }
            Some((_, node)) => problems.expected(node, "a list of steps"),
        }
        if fields.node("work").is_none() && listed.is_none() {
            problems.add_with_hint(
                fields.place(),
                "this operation does nothing",
                "add `work = \"3ms\"`, or `steps = [ … ]`",
            );
        }
        fields.finish(problems);
        Some(Self { steps })
    }
}

/// What each kind of step is told apart by.
const KINDS: [&str; 6] = ["work", "delay", "call", "parallel", "hand-to", "send-to"];

impl Read for StepSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let found: Vec<&str> =
            KINDS.into_iter().filter(|kind| fields.node(kind).is_some()).collect();
        if found.is_empty() && misspelt(node, &KINDS, problems) {
            return None;
        }
        let [kind] = found[..] else {
            let label = match found[..] {
                [] => "this step does not say what happens".to_owned(),
                _ => format!("`{}` and `{}` are two steps", found[0], found[1]),
            };
            let hint = format!("give each step exactly one of `{}`", KINDS.join("`, `"));
            problems.add_with_hint(fields.place(), label, hint);
            return None;
        };
        let step = match kind {
            "work" => fields.required("work", problems).map(Self::Work),
            "delay" => fields.required("delay", problems).map(Self::Delay),
            "call" => {
                let call = CallSchema::read_fields(&mut fields, "call", problems);
                Some(Self::Call(vec![call]))
            }
            "parallel" => parallel(&mut fields, problems),
            _ => Some(hand_over(&mut fields, kind == "send-to", problems)),
        };
        fields.finish(problems);
        step
    }
}

fn parallel(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<StepSchema> {
    let node = fields.node("parallel")?;
    let Value::Array(nodes) = &node.value else {
        let hint = format!("write, for example, `[{}]`", CallSchema::EXAMPLE);
        problems.expected_with_hint(node, "an array", hint);
        return None;
    };
    if nodes.is_empty() || nodes.len() > MOST_PARALLEL {
        let label = format!("expected 1 to {MOST_PARALLEL} calls, found {}", nodes.len());
        let hint = "for many calls of one kind, write `times = 100` and `at-once = true`";
        problems.add_with_hint(node.place, label, hint);
        return None;
    }
    let calls = nodes.iter().filter_map(|node| CallSchema::read(node, problems));
    Some(StepSchema::Call(calls.collect()))
}

fn hand_over(fields: &mut Fields<'_>, to_carrier: bool, problems: &mut Problems) -> StepSchema {
    let key = if to_carrier { "send-to" } else { "hand-to" };
    let callee = fields.required(key, problems);
    let times = times(fields, problems);
    let network = fields.optional("network", problems);
    let sizes = Sizes::read_one(fields, problems);
    let background = fields.or("background", false, problems);
    let call = CallSchema {
        callee,
        times: times.unwrap_or(Times::Once),
        at_once: true,
        network: network.flatten(),
        sizes,
        client: Client::default(),
        connections: None,
        on_failure: OnFailure::Fail,
    };
    StepSchema::HandTo { call: Box::new(call), to_carrier, background: background.unwrap_or(false) }
}

impl CallSchema {
    fn read_fields(fields: &mut Fields<'_>, key: &'static str, problems: &mut Problems) -> Self {
        let callee = fields.required(key, problems);
        let times = times(fields, problems);
        let at_once = fields.or("at-once", false, problems);
        let network = fields.optional("network", problems);
        let sizes = Sizes::read_both(fields, problems);
        let client = Client::read_fields(fields, problems);
        let connections =
            fields.optional::<Placed<Whole<1, MOST_CONNECTIONS>>>("connections", problems);
        let on_failure = fields.or("on-failure", OnFailureSchema(OnFailure::Fail), problems);
        Self {
            callee,
            times: times.unwrap_or(Times::Once),
            at_once: at_once.unwrap_or(false),
            network: network.flatten(),
            sizes,
            client: client.unwrap_or_default(),
            connections: connections.flatten().map(|of_worker| Placed {
                value: of_worker.value.0 as u32,
                place: of_worker.place,
            }),
            on_failure: on_failure.map_or(OnFailure::Fail, |schema| schema.0),
        }
    }
}

/// An element of `parallel = [ … ]`: a call that is made beside its neighbours.
impl Read for CallSchema {
    const EXAMPLE: &'static str = "{ call = \"accounts.check\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let call = Self::read_fields(&mut fields, "call", problems);
        if let Some(entry) = fields.entry("at-once") {
            problems.add_with_hint(
                entry.key_place,
                "`at-once` inside `parallel`",
                "calls side by side are all made at once: leave it out",
            );
        }
        fields.finish(problems);
        Some(Self { at_once: true, ..call })
    }
}

/// `probability = "20%"`, `times = 3` or `times = { mean = 2.5 }`.
fn times(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Times> {
    let chance = fields.optional::<Share>("probability", problems);
    let count = fields.optional::<Placed<TimesSchema>>("times", problems);
    match (chance?, count?) {
        (None, None) => Some(Times::Once),
        (Some(chance), None) => Some(Times::Chance(chance.0)),
        (None, Some(count)) => Some(count.value.0),
        (Some(_), Some(count)) => {
            problems.add_with_hint(
                count.place,
                "`times` beside `probability`",
                "keep one; `times = { mean = 0.6 }` is three calls with probability 20 %",
            );
            None
        }
    }
}

struct TimesSchema(Times);

impl Read for TimesSchema {
    const EXAMPLE: &'static str = "3";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.value, Value::Table(_)) {
            let count = Whole::<1, MOST_TIMES>::read(node, problems)?;
            return Some(Self(Times::Fixed(count.0 as u16)));
        }
        let mut fields = Fields::open(node, problems)?;
        let mean = fields.required::<Placed<NonNegative>>("mean", problems);
        fields.finish(problems);
        let mean = mean?;
        if mean.value.0 > MOST_TIMES as f64 {
            problems.add(mean.place, format!("expected a mean of at most {MOST_TIMES}"));
            return None;
        }
        Some(Self(Times::Mean(mean.value.0)))
    }
}

struct OnFailureSchema(OnFailure);

impl Read for OnFailureSchema {
    const EXAMPLE: &'static str = "\"ignore\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["fail", "ignore"], problems)?;
        choice.without_settings(problems)?;
        let ignored = choice.name == "ignore";
        Some(Self(if ignored { OnFailure::Ignore } else { OnFailure::Fail }))
    }
}
