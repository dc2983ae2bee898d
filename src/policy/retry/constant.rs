//! The same pause before every attempt.

use crate::engine::SimDuration;
use crate::language::{Fields, Problems};

/// A constant backoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    pause: SimDuration,
}

impl Constant {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let pause = fields.required("pause", problems)?;
        Some(Self { pause })
    }

    pub(super) fn pause(&self) -> SimDuration {
        self.pause
    }
}
