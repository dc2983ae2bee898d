//! `[target]`: what has to hold.

use super::misspelt;
use crate::engine::SimDuration;
use crate::language::{Fields, Node, Placed, PositiveDuration, Problems, Read, Share, When, Whole};

/// The share of a limit within which met and not met make no difference, where a target does not
/// say: 2 %.
const USUAL_INDIFFERENCE: f64 = 0.02;

/// One target as written. `None` is what could not be read; a key that may be left out is another
/// `Option` within.
#[derive(Debug)]
pub(in crate::scenario) struct TargetSchema {
    pub(in crate::scenario) criterion: CriterionSchema,
    pub(in crate::scenario) windowed: Option<Option<WindowedSchema>>,
    pub(in crate::scenario) indifference: Option<f64>,
}

/// What a target asks.
#[derive(Debug)]
pub(in crate::scenario) enum CriterionSchema {
    Latency {
        class: Option<Placed<String>>,
        quantile: Option<f64>,
        limit: Option<SimDuration>,
    },
    Delivered {
        class: Option<Placed<String>>,
        limit: Option<SimDuration>,
        share: Option<f64>,
    },
    Loss {
        class: Option<Option<Placed<String>>>,
        share: Option<f64>,
    },
    Backlog {
        station: Option<Option<Placed<String>>>,
        by: Option<Placed<When>>,
        at_most: Option<u64>,
    },
    Utilization {
        station: Option<Placed<String>>,
        at_most: Option<f64>,
    },
}

/// A target that is asked of windows of time.
#[derive(Debug)]
pub(in crate::scenario) struct WindowedSchema {
    pub(in crate::scenario) per: Placed<SimDuration>,
    pub(in crate::scenario) share: f64,
}

/// What each kind of target is told apart by.
const KINDS: [&str; 5] =
    ["latency-at-most", "delivered-within", "lost-at-most", "drained-by", "utilization-at-most"];

/// Keys that targets of one kind have.
const OF_A_KIND: [(&str, &str); 3] = [
    ("quantile", "latency-at-most"),
    ("share-at-least", "delivered-within"),
    ("backlog-at-most", "drained-by"),
];

impl Read for TargetSchema {
    const EXAMPLE: &'static str =
        "{ class = \"otp\", quantile = \"99%\", latency-at-most = \"10s\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let found: Vec<&str> =
            KINDS.into_iter().filter(|kind| fields.node(kind).is_some()).collect();
        if found.is_empty() && misspelt(node, &KINDS, problems) {
            return None;
        }
        let [kind] = found[..] else {
            let label = match found[..] {
                [] => "this target does not say what it asks".to_owned(),
                _ => format!("`{}` and `{}` are two targets", found[0], found[1]),
            };
            let hint = format!("give each target exactly one of `{}`", KINDS.join("`, `"));
            problems.add_with_hint(fields.place(), label, hint);
            return None;
        };
        let criterion = match kind {
            "latency-at-most" => latency(&mut fields, problems),
            "delivered-within" => delivered(&mut fields, problems),
            "lost-at-most" => loss(&mut fields, problems),
            "drained-by" => backlog(&mut fields, problems),
            _ => utilization(&mut fields, problems),
        };
        let may_be_windowed = !matches!(kind, "lost-at-most" | "drained-by");
        let windowed = if may_be_windowed { windowed(&mut fields, problems) } else { Some(None) };
        for (key, owner) in OF_A_KIND {
            if owner == kind || node.child(key).is_none() {
                continue;
            }
            if let Some(entry) = fields.entry(key) {
                let label = format!("`{key}` belongs to targets with `{owner}`");
                let instead = OF_A_KIND.iter().find(|(_, of)| *of == kind);
                let hint = match instead {
                    Some((instead, _)) => format!("beside `{kind}` write `{instead}`"),
                    None => format!("write a target of its own with `{owner}`"),
                };
                problems.add_with_hint(entry.key_place, label, hint);
            }
        }
        let indifference = fields.or("indifference", Share(USUAL_INDIFFERENCE), problems);
        fields.finish(problems);
        let indifference = indifference.map(|share| share.0);
        Some(Self { criterion, windowed, indifference })
    }
}

fn latency(fields: &mut Fields<'_>, problems: &mut Problems) -> CriterionSchema {
    let class = fields.required("class", problems);
    let quantile = fields.required::<Placed<Share>>("quantile", problems);
    let limit = fields.required::<PositiveDuration>("latency-at-most", problems);
    let quantile = quantile.and_then(|quantile| {
        let fits = quantile.value.0 > 0.0 && quantile.value.0 < 1.0;
        if !fits {
            problems.add_with_hint(
                quantile.place,
                "expected a quantile above 0 % and below 100 %",
                "write, for example, \"99%\" or 0.999",
            );
        }
        fits.then_some(quantile.value.0)
    });
    CriterionSchema::Latency { class, quantile, limit: limit.map(|limit| limit.0) }
}

fn delivered(fields: &mut Fields<'_>, problems: &mut Problems) -> CriterionSchema {
    let class = fields.required("class", problems);
    let limit = fields.required::<PositiveDuration>("delivered-within", problems);
    let share = fields.required::<Share>("share-at-least", problems);
    let (limit, share) = (limit.map(|limit| limit.0), share.map(|share| share.0));
    CriterionSchema::Delivered { class, limit, share }
}

fn loss(fields: &mut Fields<'_>, problems: &mut Problems) -> CriterionSchema {
    let class = fields.optional("class", problems);
    let share = fields.required::<Share>("lost-at-most", problems);
    CriterionSchema::Loss { class, share: share.map(|share| share.0) }
}

fn backlog(fields: &mut Fields<'_>, problems: &mut Problems) -> CriterionSchema {
    let station = fields.optional("of", problems);
    let by = fields.required("drained-by", problems);
    let at_most = fields.or("backlog-at-most", Whole::<0, { i64::MAX as u64 }>(0), problems);
    CriterionSchema::Backlog { station, by, at_most: at_most.map(|count| count.0) }
}

fn utilization(fields: &mut Fields<'_>, problems: &mut Problems) -> CriterionSchema {
    let station = fields.required("of", problems);
    let at_most = fields.required::<Share>("utilization-at-most", problems);
    CriterionSchema::Utilization { station, at_most: at_most.map(|share| share.0) }
}

fn windowed(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Option<WindowedSchema>> {
    let per = fields.optional::<Placed<PositiveDuration>>("per", problems);
    let share = fields.optional::<Placed<Share>>("windows-at-least", problems);
    match (per?, share?) {
        (Some(per), share) => Some(Some(WindowedSchema {
            per: Placed { value: per.value.0, place: per.place },
            share: share.map_or(1.0, |share| share.value.0),
        })),
        (None, None) => Some(None),
        (None, Some(share)) => {
            problems.add_with_hint(
                share.place,
                "`windows-at-least` needs to know which windows",
                "add, for example, `per = \"5min\"`",
            );
            None
        }
    }
}
