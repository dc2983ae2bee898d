//! Equal jitter: half of the exponential pause for sure, the other half drawn,
//! v/2 + U(0, v/2) with v = min(cap, base × factorⁿ).
//!
//! Formula: AWS Architecture Blog, "Exponential Backoff And Jitter"
//! (aws-samples/aws-arch-backoff-simulator).

use super::{BASE, Exponential, Question, part};
use crate::engine::SimDuration;
use crate::language::{Fields, Problems};

/// An exponential backoff of which half is jitter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EqualJitter {
    bounds: Exponential,
}

impl EqualJitter {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let base = fields.or("base", BASE, problems);
        Some(Self { bounds: Exponential::read_from(base, fields, problems)? })
    }

    #[inline]
    pub(super) fn pause(&self, question: Question) -> SimDuration {
        part(self.bounds.pause(question.failed), 0.5 + 0.5 * question.draw)
    }
}
