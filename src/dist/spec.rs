//! What a scenario says about a duration: `"3ms"`, or a law by name with its figures.

use super::empirical::EmpiricalSpec;
use super::{Dist, Files};
use crate::engine::SimDuration;
use crate::language::units::Factor;
use crate::language::{Choice, Node, Problems, Read, Reader, Value, choose};

/// A duration as written; only a file that it names is not looked into yet.
#[derive(Clone, Debug)]
pub struct DistSpec(Spec);

#[derive(Clone, Debug)]
enum Spec {
    Ready(Dist),
    Measured(EmpiricalSpec),
}

/// Every law with its name; `constant` has none, a bare duration stands for it.
const LAWS: [Reader<DistSpec>; 9] = [
    ("exponential", |choice, problems| read(choice, Dist::Exponential, problems)),
    ("lognormal", |choice, problems| read(choice, Dist::Lognormal, problems)),
    ("erlang", |choice, problems| read(choice, Dist::Erlang, problems)),
    ("gamma", |choice, problems| read(choice, Dist::Gamma, problems)),
    ("weibull", |choice, problems| read(choice, Dist::Weibull, problems)),
    ("pareto", |choice, problems| read(choice, Dist::Pareto, problems)),
    ("hyperexponential", |choice, problems| read(choice, Dist::Hyperexponential, problems)),
    ("uniform", |choice, problems| read(choice, Dist::Uniform, problems)),
    ("empirical", |choice, problems| {
        choice.read_body(problems).map(|spec| DistSpec(Spec::Measured(spec)))
    }),
];

fn read<L: Read>(
    choice: &Choice<'_>,
    wrap: fn(L) -> Dist,
    problems: &mut Problems,
) -> Option<DistSpec> {
    choice.read_body(problems).map(|law| wrap(law).into())
}

impl DistSpec {
    /// The law, after reading the file that it may name through `files`.
    pub fn resolve(&self, files: &Files<'_>, problems: &mut Problems) -> Option<Dist> {
        match &self.0 {
            Spec::Ready(dist) => Some(dist.clone()),
            Spec::Measured(spec) => spec.resolve(files, problems).map(Dist::Empirical),
        }
    }
}

impl From<Dist> for DistSpec {
    fn from(dist: Dist) -> Self {
        Self(Spec::Ready(dist))
    }
}

impl Read for DistSpec {
    const EXAMPLE: &'static str = "\"3ms\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let names_a_law = node.as_str().is_some_and(|t| LAWS.iter().any(|(name, _)| *name == t));
        match &node.value {
            Value::Table(_) => choose(node, &LAWS, problems),
            Value::String(_) if names_a_law => choose(node, &LAWS, problems),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => {
                SimDuration::read(node, problems).map(|fixed| Dist::Constant(fixed).into())
            }
        }
    }
}

/// A coefficient of variation, from 0.001 to 100: below, a law is constant; above, no run is long
/// enough to see its mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cv(pub(super) f64);

/// A shape parameter, from 0.05 to 1000: beyond, moments overflow or the law is constant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape(pub(super) f64);

impl Read for Cv {
    const EXAMPLE: &'static str = "1.5";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        within(node, 0.001, 100.0, problems).map(Self)
    }
}

impl Read for Shape {
    const EXAMPLE: &'static str = "1.5";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        within(node, 0.05, 1000.0, problems).map(Self)
    }
}

fn within(node: &Node, least: f64, most: f64, problems: &mut Problems) -> Option<f64> {
    let Factor(number) = Factor::read(node, problems)?;
    if (least..=most).contains(&number) {
        return Some(number);
    }
    problems.expected(node, &format!("a number from {least} to {most}"));
    None
}
