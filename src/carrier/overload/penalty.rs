//! Refuses, and from then on takes far less for a while: a mailbox provider that has seen too much
//! from a sender.
//!
//! One message a minute for 90 minutes is what KumoMTA keeps to after a temporary deferral
//! (KumoCorp/kumomta, `assets/policy-extras/shaping.toml`). A suspension, during which nothing at
//! all is taken, is a `throttle` with a pause of that length.

use super::Excess;
use crate::carrier::Verdict;
use crate::engine::SimDuration;
use crate::language::{Choice, Entry, Fields, Node, PositiveDuration, Problems, Rate};

/// A rate that is cut for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalty {
    per_s: f64,
    lasts: SimDuration,
}

impl Penalty {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        let empty = Node::new(Vec::<Entry>::new(), choice.place);
        let mut fields = Fields::open(choice.body.unwrap_or(&empty), problems)?;
        let rate = fields.or("rate", Rate { per_s: 1.0 / 60.0 }, problems);
        let usual = PositiveDuration(SimDuration::from_secs(90 * 60));
        let lasts = fields.or("lasts", usual, problems);
        fields.finish(problems);
        Some(Self { per_s: rate?.per_s, lasts: lasts?.0 })
    }

    pub(super) fn on_excess(&self, _excess: Excess) -> Verdict {
        Verdict::Penalty { per_s: self.per_s, lasts: self.lasts }
    }
}
