//! The rate in one replication: base × hours × spikes × noise × bursts, stretch after stretch.

use std::sync::Arc;

use crate::engine::Key;

use super::bursts::{BurstWalk, Bursts};
use super::line::{self, Line};
use super::mmpp::MmppWalk;
use super::noise::{Noise, NoiseWalk};
use super::polyline::Polyline;
use super::profile::Cycle;
use super::warp::Rate;

/// Everything that multiplies a base rate. A modifier that is 1 throughout is not in here, so a
/// rate that it would leave alone keeps every bit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) level: f64,
    pub(super) cycles: Vec<Cycle>,
    pub(super) spikes: Polyline,
    pub(super) noise: Option<Noise>,
    pub(super) bursts: Option<Bursts>,
}

/// The shape in one replication.
#[derive(Clone, Debug)]
pub(super) struct ShapeWalk {
    shape: Arc<Shape>,
    level: f64,
    noise: Option<NoiseWalk>,
    bursts: Option<BurstWalk>,
}

/// What the shape multiplies.
#[derive(Clone, Debug)]
pub(super) enum BaseWalk {
    /// The same rate per second for ever.
    Flat(f64),
    /// A script.
    Stages(Arc<Polyline>),
    /// A chain of states.
    Mmpp(MmppWalk),
}

/// A rate per second that a process follows.
#[derive(Clone, Debug)]
pub(super) struct RateWalk {
    pub(super) base: BaseWalk,
    pub(super) shape: ShapeWalk,
}

/// One base, two cycles, spikes, noise, bursts.
const LINES_MAX: usize = 6;

impl ShapeWalk {
    /// Everything times `factor`.
    pub(super) fn start(shape: &Arc<Shape>, factor: f64, key: Key) -> Self {
        Self {
            shape: Arc::clone(shape),
            level: shape.level * factor,
            noise: shape.noise.as_ref().map(|noise| NoiseWalk::start(noise, key.nth(0))),
            bursts: shape.bursts.as_ref().map(|bursts| BurstWalk::start(bursts, key.nth(1))),
        }
    }

    /// What is to be expected of many replications: noise at its mean of 1, bursts at theirs.
    pub(super) fn expected(shape: &Arc<Shape>, factor: f64) -> Self {
        let bursts = shape.bursts.as_ref().map_or(1.0, Bursts::mean_factor);
        let level = shape.level * factor * bursts;
        Self { shape: Arc::clone(shape), level, noise: None, bursts: None }
    }

    /// `base`, which begins at `at`, times the shape, as far as that is straight.
    pub(super) fn times(&mut self, base: Line, at: u64) -> Line {
        let mut lines =
            [Line { from: base.from * self.level, to: base.to * self.level, ..base }; LINES_MAX];
        let mut count = 1;
        let mut add = |line| {
            lines[count] = line;
            count += 1;
        };
        self.shape.cycles.iter().for_each(|cycle| add(cycle.line(at)));
        if !self.shape.spikes.0.is_empty() {
            add(self.shape.spikes.line(at, 1.0));
        }
        if let Some(noise) = &mut self.noise {
            add(noise.line(at));
        }
        if let Some(bursts) = &mut self.bursts {
            add(bursts.line(at));
        }
        line::product(&lines[..count], at)
    }
}

impl Rate for RateWalk {
    fn line(&mut self, at: u64) -> Option<Line> {
        let base = match &mut self.base {
            BaseWalk::Flat(rate) => Line::flat(*rate, line::NEVER),
            BaseWalk::Stages(stages) if stages.end() <= at => return None,
            BaseWalk::Stages(stages) => stages.line(at, 0.0),
            BaseWalk::Mmpp(states) => states.line(at),
        };
        Some(self.shape.times(base, at))
    }
}
