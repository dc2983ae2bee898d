//! What a scenario says about a stream of messages: one base, and modifiers.

use std::sync::Arc;

use super::blast::BlastSpec;
use super::bursts::BurstsSpec;
use super::closed_loop::ClosedLoopSpec;
use super::line::NEVER;
use super::mmpp::MmppSpec;
use super::noise::NoiseSpec;
use super::polyline::Polyline;
use super::profile::ProfileSpec;
use super::replay::{Replay, ReplaySpec, Series};
use super::spikes::SpikeSpec;
use super::stages::StageSpec;
use super::walk::Shape;
use super::{Base, Traffic, spikes, stages};
use crate::dist::Files;
use crate::engine::SimTime;
use crate::language::units::{Rate, RunClock};
use crate::language::{Fields, Node, Place, Placed, Problems, Read, list_of};

/// A stream of messages as written; files that it names are not looked into yet.
#[derive(Clone, Debug)]
pub struct TrafficSpec {
    base: BaseSpec,
    profile: Option<Placed<ProfileSpec>>,
    spikes: Option<Placed<Vec<SpikeSpec>>>,
    noise: Option<Placed<NoiseSpec>>,
    bursts: Option<Placed<BurstsSpec>>,
}

#[derive(Clone, Debug)]
enum BaseSpec {
    Constant(f64),
    Poisson(f64),
    Stages(Placed<Vec<StageSpec>>),
    Mmpp(MmppSpec),
    Blast(BlastSpec),
    Replay(ReplaySpec),
    ClosedLoop(ClosedLoopSpec),
}

/// Steps of noise over an interval of counts, which are all looked at before its first message.
const STEPS_PER_INTERVAL_MAX: u64 = 1_000_000;

/// How to read what stands at a key.
type Reader = fn(&Node, &mut Problems) -> Option<BaseSpec>;

/// Every base with its key.
const BASES: [(&str, Reader); 7] = [
    ("poisson", |node, problems| RateSpec::read(node, problems).map(|r| BaseSpec::Poisson(r.0))),
    ("constant", |node, problems| RateSpec::read(node, problems).map(|r| BaseSpec::Constant(r.0))),
    ("stages", |node, problems| Read::read(node, problems).map(BaseSpec::Stages)),
    ("blast", |node, problems| Read::read(node, problems).map(BaseSpec::Blast)),
    ("mmpp", |node, problems| Read::read(node, problems).map(BaseSpec::Mmpp)),
    ("replay", |node, problems| Read::read(node, problems).map(BaseSpec::Replay)),
    ("closed-loop", |node, problems| Read::read(node, problems).map(BaseSpec::ClosedLoop)),
];

/// `{ rate = "40/s" }`
struct RateSpec(f64);

impl Read for RateSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let rate = fields.required::<Rate>("rate", problems);
        fields.finish(problems);
        Some(Self(rate?.per_s))
    }
}

impl Read for TrafficSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let spec = Self::read_fields(&mut fields, problems);
        fields.finish(problems);
        spec
    }
}

impl TrafficSpec {
    /// Reads the keys that say when messages come, where there are any: `Some(None)` of a table
    /// that has none of them.
    pub fn read_if_given(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Option<Self>> {
        let bases = BASES.iter().map(|(name, _)| *name);
        let keys = bases.chain(["profile", "spikes", "noise", "bursts"]);
        let given = keys.filter(|key| fields.node(key).is_some()).count() > 0;
        if given { Self::read_fields(fields, problems).map(Some) } else { Some(None) }
    }

    /// Reads the keys that say when messages come out of a table that may have others.
    pub fn read_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let base = base(fields, problems);
        let profile = fields.optional("profile", problems);
        let spikes = fields.optional("spikes", problems);
        let noise = fields.optional("noise", problems);
        let bursts = fields.optional("bursts", problems);
        let spec = Self {
            base: base?,
            profile: profile?,
            spikes: spikes?,
            noise: noise?,
            bursts: bursts?,
        };
        let refuses = match &spec.base {
            BaseSpec::Blast(_) => Some("a blast"),
            BaseSpec::ClosedLoop(_) => Some("a closed loop"),
            BaseSpec::Constant(_)
            | BaseSpec::Poisson(_)
            | BaseSpec::Stages(_)
            | BaseSpec::Mmpp(_)
            | BaseSpec::Replay(_) => None,
        };
        match refuses {
            Some(what) => spec.refuse_modifiers(what, problems).then_some(spec),
            None => Some(spec),
        }
    }

    /// Whether the messages are those of users who wait for their answers.
    pub fn is_closed_loop(&self) -> bool {
        matches!(self.base, BaseSpec::ClosedLoop(_))
    }

    /// Whether there are no modifiers; records each that there is.
    fn refuse_modifiers(&self, what: &str, problems: &mut Problems) -> bool {
        let before = problems.len();
        let given: [(&str, Option<Place>); 4] = [
            ("profile", self.profile.as_ref().map(|found| found.place)),
            ("spikes", self.spikes.as_ref().map(|found| found.place)),
            ("noise", self.noise.as_ref().map(|found| found.place)),
            ("bursts", self.bursts.as_ref().map(|found| found.place)),
        ];
        for (name, place) in given {
            if let Some(place) = place {
                let label = format!("{what} has no rate that `{name}` could multiply");
                let hint = "for other traffic beside it, add a `[traffic.<name>]` of its own";
                problems.add_with_hint(place, label, hint);
            }
        }
        problems.len() == before
    }

    /// The stream in a run with `clock`, reading the files that it names through `files`; `None`
    /// after recording what is wrong with them, or with its times.
    pub fn resolve(
        &self,
        clock: &RunClock,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Option<Traffic> {
        let base = self.resolve_base(clock, files, problems);
        let spikes = match &self.spikes {
            Some(spikes) => spikes::resolve(&spikes.value, clock, problems),
            None => Some(Polyline::default()),
        };
        let bursts = match &self.bursts {
            Some(bursts) => bursts.value.resolve(bursts.place, files, problems).map(Some),
            None => Some(None),
        };
        let (level, cycles) = match &self.profile {
            Some(profile) => profile.value.resolve(clock.into_week(SimTime::ZERO)),
            None => (1.0, Vec::new()),
        };
        let base = base?;
        let noise = self.noise.as_ref().and_then(|noise| noise.value.resolve());
        if let (Base::Replay(replay), Some(noise), Some(written)) = (&base, &noise, &self.noise)
            && replay.longest_interval() / noise.every() > STEPS_PER_INTERVAL_MAX
        {
            let label = "more than a million steps within an interval of the series";
            problems.add_with_hint(written.place, label, "give the noise a longer `every`");
            return None;
        }
        let shape = Shape { level, cycles, spikes: spikes?, noise, bursts: bursts? };
        Some(Traffic { base, shape: Arc::new(shape), factor: 1.0, end: NEVER })
    }

    fn resolve_base(
        &self,
        clock: &RunClock,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Option<Base> {
        Some(match &self.base {
            BaseSpec::Constant(rate) => Base::Constant(*rate),
            BaseSpec::Poisson(rate) => Base::Poisson(*rate),
            BaseSpec::Stages(script) => Base::Stages(Arc::new(stages::resolve(script, problems)?)),
            BaseSpec::Mmpp(spec) => Base::Mmpp(Arc::new(spec.resolve())),
            BaseSpec::Blast(spec) => Base::Blast(spec.resolve(clock, problems)?),
            BaseSpec::Replay(spec) => {
                let replay: Replay = spec.resolve(clock, files, problems)?;
                let single = matches!(replay.series, Series::Moments(_));
                if single && !self.refuse_modifiers("a list of single arrivals", problems) {
                    return None;
                }
                Base::Replay(Arc::new(replay))
            }
            BaseSpec::ClosedLoop(spec) => {
                let (users, think) = spec.resolve(files, problems)?;
                Base::ClosedLoop(users, think)
            }
        })
    }
}

/// The one base among the keys of a stream.
fn base(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<BaseSpec> {
    let given: Vec<_> =
        BASES.iter().filter_map(|(key, read)| Some((fields.entry(key)?, read))).collect();
    let [(first, read), more @ ..] = given.as_slice() else {
        let hint = format!("add one of {}", list_of(&BASES.map(|(key, _)| key), "or"));
        problems.add_with_hint(fields.place(), "nothing says when messages come", hint);
        return None;
    };
    for (second, _) in more {
        let label = format!("`{}` beside `{}`: messages come one way", second.key, first.key);
        let hint = "for both, write two streams: a `[traffic.<name>]` for each";
        problems.add_with_hint(second.key_place, label, hint);
    }
    let base = read(&first.value, problems)?;
    more.is_empty().then_some(base)
}
