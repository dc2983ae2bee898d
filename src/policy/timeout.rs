//! Timeout: the caller stops waiting after a fixed time.
//!
//! By default the work that was asked for **goes on and costs what it costs**: the callee does
//! not know that its caller has gone. `on-timeout = "cancel"` tells it: the call leaves the
//! callee's queue, or frees its worker and core, at once; calls that the callee has out are
//! cancelled in turn where they too say so, and run on where they do not.

use crate::engine::SimDuration;
use crate::language::{Choice, Node, Problems, Read};

/// How long the caller waits, and what becomes of the work then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout {
    /// From the moment the call is issued, network included.
    pub after: SimDuration,
    /// What becomes of the work.
    pub then: OnTimeout,
}

/// What becomes of work whose caller has given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnTimeout {
    /// It goes on, and costs: the way of most services.
    #[default]
    Abandon,
    /// It leaves the queue, or frees its worker, at once.
    Cancel,
}

impl Read for OnTimeout {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["abandon", "cancel"], problems)?;
        choice.without_settings(problems)?;
        Some(if choice.name == "cancel" { Self::Cancel } else { Self::Abandon })
    }
}
