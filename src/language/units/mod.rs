//! Quantities in the words people use. Every type is the proof of its own range.

mod bandwidth;
mod clock;
mod count;
mod decimal;
mod duration;
mod money;
mod number;
mod offset;
mod rate;
mod share;
mod size;
mod when;

pub use bandwidth::Bandwidth;
pub use clock::{RunClock, Start};
pub use count::{Count, CountOrZero, Whole};
pub use duration::PositiveDuration;
pub use money::Money;
pub use number::{Factor, NonNegative};
pub use offset::UtcOffset;
pub use rate::Rate;
pub use share::Share;
pub use size::Size;
pub use when::When;

use super::document::Node;
use super::problem::Problems;

/// Why a text or value is no such quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    /// What follows "expected".
    expected: String,
    /// How to put it right.
    hint: Option<String>,
}

impl Fault {
    fn new(expected: impl Into<String>) -> Self {
        Self { expected: expected.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// The quantity, or nothing after recording the fault at `node`.
fn settle<T>(result: Result<T, Fault>, node: &Node, problems: &mut Problems) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Fault { expected, hint: Some(hint) }) => {
            problems.expected_with_hint(node, &expected, hint);
            None
        }
        Err(Fault { expected, hint: None }) => {
            problems.expected(node, &expected);
            None
        }
    }
}

/// What `x = <toml>` reads as, or its first problem as "label | hint".
#[cfg(test)]
fn read_text<T: super::read::Read>(toml: &str) -> Result<T, String> {
    let text = format!("x = {toml}");
    let document = super::Document::parse("test", &text).map_err(|p| format!("{p:?}"))?;
    let node = document.get("x").expect("the key was just written");
    let mut problems = Problems::new();
    let value = T::read(node, &mut problems);
    assert_eq!(value.is_none(), !problems.is_empty(), "{problems:?}");
    value.ok_or_else(|| {
        let problem = problems.iter().next().expect("a problem was recorded");
        match &problem.hint {
            Some(hint) => format!("{} | {hint}", problem.label),
            None => problem.label.clone(),
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::{SimDuration, SimTime};
    use crate::language::document::{Place, Value};
    use crate::language::read::Read;

    /// The quantity that `value` is; it is refused with exactly one problem or not at all.
    fn read<T: Read>(value: &Value) -> Option<T> {
        let mut problems = Problems::new();
        let quantity = T::read(&Node::new(value.clone(), Place::default()), &mut problems);
        assert_eq!(problems.len(), usize::from(quantity.is_none()));
        quantity
    }

    /// Text that is nearly a quantity, any text, and numbers of all sizes.
    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            "[-$+]?[0-9_.,]{0,6} ?(ns|us|ms|s|min|h|d|k|M|B|%|x|/s|/day|k/s|:00|-01)?"
                .prop_map(Value::String),
            "[0-9]{1,30}(.[0-9]{1,30})?(d|ns|B/s|B|%)".prop_map(Value::String),
            "[0-9]{4}-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-6][0-9])?(Z|[-+][0-2][0-9]:[0-6][0-9])?"
                .prop_map(Value::String),
            any::<String>().prop_map(Value::String),
            any::<i64>().prop_map(Value::Integer),
            any::<f64>().prop_map(Value::Float),
            any::<bool>().prop_map(Value::Boolean),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn every_quantity_keeps_its_range(value in any_value()) {
            if let Some(PositiveDuration(length)) = read(&value) {
                prop_assert!(length > SimDuration::ZERO && length <= SimDuration::MAX);
                prop_assert_eq!(read::<SimDuration>(&value), Some(length));
            }
            if let Some(Rate { per_s }) = read(&value) {
                prop_assert!(per_s > 0.0 && per_s <= 1e9);
            }
            if let Some(Share(share)) = read(&value) {
                prop_assert!((0.0..=1.0).contains(&share));
            }
            if let Some(Factor(factor)) = read(&value) {
                prop_assert!(factor > 0.0 && factor.is_finite());
            }
            if let Some(NonNegative(number)) = read(&value) {
                prop_assert!(number >= 0.0 && number.is_finite());
            }
            if let Some(Whole(count)) = read::<Whole<3, 500>>(&value) {
                prop_assert!((3..=500).contains(&count));
            }
            if let Some(Money(dollars)) = read(&value) {
                prop_assert!((0.0..=1e15).contains(&dollars));
            }
            if let Some(offset) = read::<UtcOffset>(&value) {
                prop_assert!(offset.minutes().abs() <= 18 * 60);
            }
            let zone = read::<UtcOffset>(&value);
            let clock = read::<Start>(&value).map(|start| start.clock(zone));
            if let (Some(when), Some(clock)) = (read::<When>(&value), clock) {
                // What starts at a moment is at its beginning at that moment.
                prop_assert_eq!(when.resolve(&clock), Ok(SimTime::ZERO));
            }
        }
    }
}
