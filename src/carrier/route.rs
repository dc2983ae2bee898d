//! A route: several carriers, of which each message goes to one.
//!
//! What it knows of them is what our own submissions told: how many wait with us and are
//! unanswered, which share of the answers were errors, how long answers took ([`super::Health`]).

use super::resend::Errors;
use crate::engine::SimDuration;
use crate::language::units::NonNegative;
use crate::language::{
    Choice, Fields, Node, Placed, PositiveDuration, Problems, Read, Share, Whole,
};

/// Most carriers of one route.
const MOST: usize = 16;
/// Answers that tell nothing where they are fewer. Judgement: at a limit of 20 %, one carrier in
/// ten with a true share of 10 % shows five errors or more in 20.
const USUAL_AT_LEAST: u64 = 20;
/// Answers to probes, if nothing is said: half of them, since they cost messages.
const USUAL_PROBES: u64 = 10;

/// Position of a route among those of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteId(pub u16);

impl RouteId {
    /// The id of the route at `index`.
    ///
    /// # Panics
    /// If there are more routes than ids reach, which lowering a scenario rules out.
    pub fn from_index(index: usize) -> Self {
        Self(u16::try_from(index).expect("routes are bounded when a scenario is read"))
    }

    /// Its position.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A route that can run.
#[derive(Clone, Debug)]
pub struct RoutePlan {
    /// As written: `[route.NAME]`.
    pub name: String,
    /// The groups of carriers that it leads to, by position in the model, in the order written.
    pub providers: Vec<usize>,
    /// Which of them a message goes to.
    pub choice: Choosing,
    /// When one of them is left, if ever.
    pub fail_over: Option<FailOver>,
    /// The errors after which a message, that has failed at one of them, goes to another.
    pub pass_on: Option<Errors>,
}

/// How a message finds its carrier, among those that are not left.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Choosing {
    /// The first of them.
    #[default]
    Primary,
    /// That with the fewest messages, waiting with us or unanswered; of equals the first.
    LeastLoaded,
    /// Drawn in proportion to these weights, one for each.
    Weighted(Vec<f64>),
}

/// When a carrier is left, and when it is taken back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailOver {
    /// Left when more than this share of answers are errors,
    pub error_share: Option<f64>,
    /// or when they take longer than this on average.
    pub latency: Option<SimDuration>,
    /// Answers of the last so long count.
    pub window: SimDuration,
    /// With fewer of them nothing is concluded.
    pub at_least: u32,
    /// When it is taken back; `None`: as soon as the window speaks no longer against it.
    pub back: Option<Back>,
}

/// When a carrier that was left is taken back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Back {
    /// Not before.
    pub after: SimDuration,
    /// What has to be found out first, if anything.
    pub probe: Option<Probe>,
}

/// Messages that find out whether a carrier works again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// The share of messages that are sent there, above 0.
    pub share: f64,
    /// Answers to wait for.
    pub at_least: u32,
    /// Taken back when at most this share of them are errors,
    pub error_share: Option<f64>,
    /// and they take no longer than this on average.
    pub latency: Option<SimDuration>,
}

impl RoutePlan {
    /// Whether it matters which message comes: its choice is drawn.
    pub fn is_drawn(&self) -> bool {
        let probes = self.fail_over.and_then(|of| of.back?.probe).is_some();
        probes || matches!(self.choice, Choosing::Weighted(_))
    }
}

/// A route as written.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// The carriers that it leads to.
    pub to: Vec<Placed<String>>,
    choice: Choosing,
    fail_over: Option<FailOver>,
    pass_on: Option<Errors>,
}

impl RouteSpec {
    /// The route with this name to these groups.
    pub fn resolve(&self, name: &str, providers: Vec<usize>) -> RoutePlan {
        RoutePlan {
            name: name.to_owned(),
            providers,
            choice: self.choice.clone(),
            fail_over: self.fail_over,
            pass_on: self.pass_on,
        }
    }
}

impl Read for RouteSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let to = fields.required_like::<Placed<Vec<Placed<String>>>>(
            "to",
            "[\"alpha\", \"beta\"]",
            problems,
        );
        let choice =
            fields.or("choice", Placed { value: Choosing::Primary, place: node.place }, problems);
        let fail_over = fields.optional::<FailOverSpec>("fail-over", problems);
        let back = fields.optional::<Placed<BackSpec>>("back", problems);
        let pass_on = fields.optional::<Errors>("pass-on", problems);
        fields.finish(problems);
        let (to, choice) = (to?, choice?);
        let (fail_over, back) = (fail_over?, back?);
        if to.value.len() < 2 || to.value.len() > MOST {
            let label = format!("expected 2 to {MOST} carriers, found {}", to.value.len());
            problems.add(to.place, label);
            return None;
        }
        if let Choosing::Weighted(weights) = &choice.value
            && weights.len() != to.value.len()
        {
            let label = format!("expected {} weights, found {}", to.value.len(), weights.len());
            problems.add(choice.place, label);
            return None;
        }
        if let (None, Some(back)) = (&fail_over, &back) {
            problems.add_with_hint(
                back.place,
                "no carrier is ever left, so none is taken back",
                "add, for example, `fail-over = { error-share = \"20%\" }`",
            );
            return None;
        }
        let fail_over = fail_over.map(|of| of.with(back.map(|back| back.value)));
        Some(Self { to: to.value, choice: choice.value, fail_over, pass_on: pass_on? })
    }
}

impl Read for Choosing {
    const EXAMPLE: &'static str = "{ weighted = [3, 1] }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["primary", "least-loaded", "weighted"], problems)?;
        match choice.name {
            "primary" => choice.without_settings(problems).map(|()| Self::Primary),
            "least-loaded" => choice.without_settings(problems).map(|()| Self::LeastLoaded),
            _ => {
                let node = choice.settings(problems)?;
                let weights = Vec::<NonNegative>::read(node, problems)?;
                let weights: Vec<f64> = weights.into_iter().map(|weight| weight.0).collect();
                let sum: f64 = weights.iter().sum();
                if sum <= 0.0 || !sum.is_finite() {
                    problems.add(node.place, "expected weights with a sum above 0 that is finite");
                    return None;
                }
                Some(Self::Weighted(weights))
            }
        }
    }
}

/// What `fail-over` holds.
#[derive(Clone, Copy, Debug)]
struct FailOverSpec {
    error_share: Option<f64>,
    latency: Option<SimDuration>,
    window: SimDuration,
    at_least: u32,
}

impl FailOverSpec {
    fn with(self, back: Option<BackSpec>) -> FailOver {
        let Self { error_share, latency, window, at_least } = self;
        let back = match back {
            None | Some(BackSpec::AtOnce) => None,
            Some(BackSpec::After { after, probe }) => {
                let default = |probe: Probe| Probe {
                    error_share: probe.error_share.or(error_share),
                    latency: probe.latency.or(latency),
                    ..probe
                };
                Some(Back { after, probe: probe.map(default) })
            }
        };
        FailOver { error_share, latency, window, at_least, back }
    }
}

impl Read for FailOverSpec {
    const EXAMPLE: &'static str = "{ error-share = \"20%\", latency = \"5s\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let error_share = fields.optional::<Share>("error-share", problems);
        let latency = fields.optional::<PositiveDuration>("latency", problems);
        let window = fields.or("window", PositiveDuration(SimDuration::from_secs(30)), problems);
        let at_least = fields.or("at-least", Whole::<1, 1_000_000>(USUAL_AT_LEAST), problems);
        fields.finish(problems);
        let (error_share, latency) = (error_share?, latency?);
        if error_share.is_none() && latency.is_none() {
            problems.add_with_hint(
                node.place,
                "nothing says when a carrier is left",
                "add, for example, `error-share = \"20%\"` or `latency = \"5s\"`",
            );
            return None;
        }
        Some(Self {
            error_share: error_share.map(|share| share.0),
            latency: latency.map(|length| length.0),
            window: window?.0,
            at_least: at_least?.0 as u32,
        })
    }
}

/// What `back` holds.
#[derive(Clone, Copy, Debug)]
enum BackSpec {
    /// As soon as nothing speaks against it.
    AtOnce,
    /// After a time, and perhaps some probes; what they have to show is open where it is as for
    /// leaving.
    After { after: SimDuration, probe: Option<Probe> },
}

impl Read for BackSpec {
    const EXAMPLE: &'static str = "{ after = \"5min\", probe = \"1%\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if node.as_str().is_some() {
            let choice = Choice::read(node, &["at-once"], problems)?;
            return choice.without_settings(problems).map(|()| Self::AtOnce);
        }
        let mut fields = Fields::open(node, problems)?;
        let after = fields.required_like::<PositiveDuration>("after", "\"5min\"", problems);
        let probe = fields.optional::<Placed<Share>>("probe", problems);
        let at_least = fields.optional::<Placed<Whole<1, 1_000_000>>>("at-least", problems);
        let error_share = fields.optional::<Placed<Share>>("error-share", problems);
        let latency = fields.optional::<Placed<PositiveDuration>>("latency", problems);
        fields.finish(problems);
        let (probe, at_least, error_share) = (probe?, at_least?, error_share?);
        let latency = latency?;
        if let Some(probe) = probe.as_ref().filter(|probe| probe.value.0 <= 0.0) {
            problems.add_with_hint(
                probe.place,
                "without probes nothing is ever found out",
                "write a share above 0, or leave it out: it is taken back after `after`",
            );
        }
        let of_probes = [
            at_least.as_ref().map(|of| of.place),
            error_share.as_ref().map(|of| of.place),
            latency.as_ref().map(|of| of.place),
        ];
        if let (None, Some(place)) = (&probe, of_probes.into_iter().flatten().next()) {
            problems.add_with_hint(
                place,
                "nothing is sent there that could tell",
                "add, for example, `probe = \"1%\"`",
            );
        }
        let probe = probe.map(|share| Probe {
            share: share.value.0,
            at_least: at_least.map_or(USUAL_PROBES, |count| count.value.0) as u32,
            error_share: error_share.map(|share| share.value.0),
            latency: latency.map(|length| length.value.0),
        });
        Some(Self::After { after: after?.0, probe })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;

    fn read(toml: &str) -> Result<RoutePlan, String> {
        let text = format!("x = {toml}");
        let document = Document::parse("test", &text).unwrap();
        let mut problems = Problems::new();
        let spec = RouteSpec::read(document.get("x").unwrap(), &mut problems);
        match problems.iter().next() {
            Some(problem) => Err(problem.label.clone()),
            None => Ok(spec.unwrap().resolve("r", vec![0, 1])),
        }
    }

    #[test]
    fn what_is_not_said_has_a_usual_value() {
        let route = read("{ to = ['a', 'b'] }").unwrap();
        assert_eq!((route.choice.clone(), route.fail_over), (Choosing::Primary, None));
        assert!(!route.is_drawn());
        let route = read(
            "{ to = ['a', 'b'], fail-over = { error-share = '20%' }, \
             back = { after = '5min', probe = '1%', latency = '1s' } }",
        )
        .unwrap();
        let of = route.fail_over.unwrap();
        assert_eq!((of.window, of.at_least), (SimDuration::from_secs(30), 20));
        let probe = of.back.unwrap().probe.unwrap();
        assert_eq!((probe.at_least, probe.error_share), (10, Some(0.2)));
        assert_eq!(probe.latency, Some(SimDuration::from_secs(1)));
        assert!(route.is_drawn());
    }

    #[test]
    fn slips_are_told() {
        let label = |toml: &str| read(&format!("{{ {toml} }}")).unwrap_err();
        assert!(label("to = ['a']").contains("2 to 16 carriers"));
        let two = "to = ['a', 'b'], ";
        let of = |rest: &str| label(&format!("{two}{rest}"));
        assert!(of("choice = { weighted = [1] }").contains("expected 2 weights"));
        assert!(of("choice = { weighted = [0, 0] }").contains("a sum above 0"));
        assert!(of("back = { after = '1min' }").contains("no carrier is ever left"));
        assert!(of("fail-over = { window = '9s' }").contains("when a carrier is left"));
        let back = |rest: &str| {
            of(&format!("fail-over = {{ latency = '5s' }}, back = {{ after = '1s', {rest} }}"))
        };
        assert!(back("probe = '0%'").contains("ever found out"));
        assert!(back("at-least = 5").contains("nothing is sent there"));
        assert!(of("pass-on = ['permanent']").contains("stays one"));
    }
}
