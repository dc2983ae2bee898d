//! Accepts, holds, and lets go later: after a fixed time, at a time of day (Infobip releases
//! traffic over a daily cap at 08:00), or when the window of time is over, as after an outage
//! during which everything was taken. All that was held until one moment comes as one burst.

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::overload;
use crate::carrier::verdict::{Submission, Verdict};
use crate::engine::SimTime;
use crate::language::{Fields, Problems};

/// Holding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hold {
    share: f64,
    /// `None`: until it is no longer in force.
    until: Option<overload::Hold>,
}

/// Holding, as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct HoldSpec {
    share: f64,
    until: Option<overload::HoldSpec>,
}

impl Behaves for Hold {
    type Written = HoldSpec;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<HoldSpec> {
        let share = share(fields, problems);
        let is_told = fields.node("for").is_some() || fields.node("until").is_some();
        let until = if is_told || fields.node("during").is_none() {
            overload::HoldSpec::read_fields(fields, problems).map(Some)
        } else {
            Some(None)
        };
        Some(HoldSpec { share: share?, until: until? })
    }

    fn resolve(written: &HoldSpec, with: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        let until = written.until.map(|until| until.resolve(with.clock));
        Some(Self { share: written.share, until })
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        if !is_hit(self.share, &of.of_attempt) {
            return Verdict::Accept;
        }
        let until: SimTime = self.until.map_or(of.until, |hold| hold.until(of.now));
        Verdict::Hold { until }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share)
    }
}
