//! Refuses with a throttling error (SMPP ESME_RTHROTTLED, 0x58): the sender stops all submits for
//! a while and puts the message back at the head of its queue.

use super::Excess;
use crate::carrier::Verdict;
use crate::engine::SimDuration;
use crate::language::{Choice, Fields, PositiveDuration, Problems};

/// Throttling with a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    pause: SimDuration,
}

impl Throttle {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        // 60 s: the carrier rule reported on the kannel list (msg 29146).
        let usual = SimDuration::from_secs(60);
        let Some(body) = choice.body else { return Some(Self { pause: usual }) };
        let mut fields = Fields::open(body, problems)?;
        let pause = fields.or("pause", PositiveDuration(usual), problems);
        fields.finish(problems);
        Some(Self { pause: pause?.0 })
    }

    pub(super) fn on_excess(&self, _excess: Excess) -> Verdict {
        Verdict::Throttle { pause: self.pause }
    }
}
