//! Family: when does the next message come?
//!
//! A stream of messages has one *base* (a file each) and, on top of it, *modifiers*:
//!
//! | base | arrivals |
//! |---|---|
//! | `constant` | evenly spaced |
//! | `poisson` | memoryless at a rate |
//! | `stages` | a script of ramps and plateaus |
//! | `mmpp` | a rate that jumps between states |
//! | `blast` | an audience at a given time |
//! | `replay` | a measured series |
//! | `closed-loop` | users who wait for their answers |
//!
//! `profile` (hour and weekday), `spikes` (crowds at known times), `noise` (a wandering rate) and
//! `bursts` (crowds at random times) multiply the rate, and one another. They do not apply to a
//! blast, to single arrivals of a replay, nor to a closed loop, which have no rate to multiply.
//!
//! Modulation is exact: arrivals at unit rate are carried over by the integrated rate (see
//! `warp`). Each ingredient has its own random stream, so that adding noise, or doubling the
//! load, leaves the draws of the others alone.

mod blast;
mod bursts;
mod closed_loop;
mod even;
mod line;
mod mmpp;
mod noise;
mod polyline;
mod profile;
mod replay;
mod spec;
mod spikes;
mod stages;
mod walk;
mod warp;

use std::sync::Arc;

use crate::dist::Dist;
use crate::dist::exponential::Units;
use crate::engine::{Key, SimDuration, SimTime};

use blast::Blast;
use even::Even;
use line::NEVER;
use mmpp::{Mmpp, MmppWalk};
use polyline::Polyline;
use replay::{CountsWalk, MomentsWalk, Replay, Series};
use walk::{BaseWalk, RateWalk, Shape, ShapeWalk};
use warp::{Rate, Warp};

pub use closed_loop::ClosedLoop;
pub use replay::SeriesFacts;
pub use spec::TrafficSpec;

/// A stream of messages, ready to be replicated; cheap to copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    base: Base,
    shape: Arc<Shape>,
    factor: f64,
    /// Arrivals from then on do not matter.
    end: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Base {
    Constant(f64),
    Poisson(f64),
    Stages(Arc<Polyline>),
    Mmpp(Arc<Mmpp>),
    Blast(Blast),
    Replay(Arc<Replay>),
    ClosedLoop(u32, Dist),
}

/// The messages of one replication.
#[derive(Clone, Debug)]
pub enum Source {
    /// They come whatever becomes of earlier ones.
    Open(Arrivals),
    /// They come when earlier ones are done.
    Closed(ClosedLoop),
}

/// The arrivals of one replication, in order of time.
#[derive(Clone, Debug)]
pub struct Arrivals(Process);

#[derive(Clone, Debug)]
enum Process {
    Poisson(Box<(Units, Modulated)>),
    Regular(Box<Modulated>),
    Even(Even),
    Counts(Box<CountsWalk>),
    Moments(MomentsWalk),
}

/// Unit-rate arrivals, carried over by a rate.
#[derive(Clone, Debug)]
struct Modulated {
    warp: Warp,
    rate: RateWalk,
}

impl Traffic {
    /// All of this stream times `factor`, above zero: rates, audience, counts, users. The k-th
    /// message keeps its draws, so loads compare like with like.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self { factor: self.factor * factor, ..self.clone() }
    }

    /// This stream for runs that end at `end`. Arrivals before are the same; whether there are any
    /// after is left open, so that a rate that changes often costs no more than the run is long.
    #[must_use]
    pub fn until(self, end: SimTime) -> Self {
        Self { end: end.ns(), ..self }
    }

    /// Begins one replication, whose key is `key`.
    pub fn start(&self, key: Key) -> Source {
        let modulated = |base| Modulated {
            warp: Warp::until(self.end),
            rate: RateWalk { base, shape: self.shape_walk(self.factor, key) },
        };
        let poisson = |base| Process::Poisson(Box::new((Units::from(key.nth(0)), modulated(base))));
        let process = match &self.base {
            Base::Constant(rate) if self.shape.is_flat() => {
                Process::Even(Even::for_ever(rate * (self.shape.level * self.factor)))
            }
            Base::Constant(rate) => Process::Regular(Box::new(modulated(BaseWalk::Flat(*rate)))),
            Base::Poisson(rate) => poisson(BaseWalk::Flat(*rate)),
            Base::Stages(script) => poisson(BaseWalk::Stages(Arc::clone(script))),
            Base::Mmpp(mmpp) => {
                let states = MmppWalk::start(mmpp, key.nth(2));
                poisson(BaseWalk::Mmpp(states))
            }
            Base::Blast(blast) => Process::Even(blast.start(self.factor)),
            Base::Replay(replay) => match &replay.series {
                Series::Counts(_) => {
                    let shape = self.shape_walk(self.factor * replay.scale, key);
                    Process::Counts(Box::new(CountsWalk::start(
                        replay,
                        shape,
                        key.nth(0),
                        self.end,
                    )))
                }
                Series::Moments(_) => {
                    Process::Moments(MomentsWalk::start(replay, self.factor * replay.scale))
                }
            },
            Base::ClosedLoop(users, think) => {
                let users = closed_loop::users_times(*users, self.factor);
                return Source::Closed(ClosedLoop { users, think: think.clone() });
            }
        };
        Source::Open(Arrivals(process))
    }

    fn shape_walk(&self, factor: f64, key: Key) -> ShapeWalk {
        ShapeWalk::start(&self.shape, factor, key.nth(1))
    }

    /// How many messages are expected in a run of length `horizon`, for budgets of events and
    /// estimates of running time. See [`Traffic::expected_between`].
    pub fn expected_messages(&self, horizon: SimDuration) -> f64 {
        self.expected_between(SimTime::ZERO, SimTime::ZERO + horizon)
    }

    /// How many messages are expected from `from` until `to`, on average over replications;
    /// random bursts count as if they had been coming for ever. For a closed loop the number is
    /// the most there can be, with answers that take no time; infinite if users do not think.
    pub fn expected_between(&self, from: SimTime, to: SimTime) -> f64 {
        if to <= from {
            return 0.0;
        }
        let shape = |factor| ShapeWalk::expected(&self.shape, factor);
        let integral = |base| {
            let rate = RateWalk { base, shape: shape(self.factor) };
            integrate(rate, from.ns(), to.ns())
        };
        match &self.base {
            Base::Constant(rate) | Base::Poisson(rate) => integral(BaseWalk::Flat(*rate)),
            Base::Stages(script) => integral(BaseWalk::Stages(Arc::clone(script))),
            Base::Mmpp(mmpp) => integral(BaseWalk::Flat(mmpp.mean_rate())),
            Base::Blast(blast) => {
                blast.expected_before(to, self.factor) - blast.expected_before(from, self.factor)
            }
            Base::Replay(replay) => {
                let shape = &mut shape(self.factor * replay.scale);
                replay.counts_between(from, to, shape)
                    + self.factor * replay.moments_between(from, to)
            }
            Base::ClosedLoop(users, think) => {
                let users = closed_loop::users_times(*users, self.factor);
                f64::from(users) * to.since(from).as_secs_f64() / think.mean()
            }
        }
    }

    /// Whether replications differ in their arrivals at all.
    pub fn is_random(&self) -> bool {
        let base = match &self.base {
            Base::Constant(_) | Base::Blast(_) => false,
            Base::Poisson(_) | Base::Stages(_) | Base::Mmpp(_) => true,
            Base::Replay(replay) => replay.is_random(),
            Base::ClosedLoop(_, think) => !think.is_constant(),
        };
        base || self.shape.noise.is_some() || self.shape.bursts.is_some()
    }

    /// What was found in the file of a replay.
    pub fn series(&self) -> Option<&SeriesFacts> {
        match &self.base {
            Base::Replay(replay) => Some(&replay.facts),
            Base::Constant(_)
            | Base::Poisson(_)
            | Base::Stages(_)
            | Base::Mmpp(_)
            | Base::Blast(_)
            | Base::ClosedLoop(..) => None,
        }
    }
}

/// The integral of `rate` over simulated time.
fn integrate(mut rate: RateWalk, from: u64, to: u64) -> f64 {
    let (mut at, mut sum) = (from, 0.0);
    while at < to {
        let Some(line) = rate.line(at) else { break };
        let part = line.until(at, to);
        sum += part.integral((part.end - at) as f64 * 1e-9);
        at = part.end;
    }
    sum
}

impl Iterator for Arrivals {
    type Item = SimTime;

    /// When the next message comes, never before the last one; `None` if there is none before
    /// [`SimTime::MAX`].
    #[inline]
    fn next(&mut self) -> Option<SimTime> {
        let at = match &mut self.0 {
            Process::Poisson(poisson) => {
                let (units, Modulated { warp, rate }) = &mut **poisson;
                warp.advance(units.draw(), rate)
            }
            Process::Regular(regular) => regular.warp.advance(1.0, &mut regular.rate),
            Process::Even(even) => even.next(),
            Process::Counts(counts) => counts.next(),
            Process::Moments(moments) => moments.next(),
        };
        at.filter(|at| *at < NEVER).map(SimTime::from_ns)
    }
}

impl Shape {
    /// Whether it is the same all along.
    fn is_flat(&self) -> bool {
        self.cycles.is_empty()
            && self.spikes.0.is_empty()
            && self.noise.is_none()
            && self.bursts.is_none()
    }
}

#[cfg(test)]
mod tests;
