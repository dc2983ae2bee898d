//! OUR OWN CAPACITY: a service is a pool of instances, each with workers, cores and a queue.
//!
//! A message takes a *worker*, then alternates CPU work on a *core* and calls, holding the worker
//! all along. Where `cores < workers`, workers wait for cores in their instance's ready list, or
//! share them.

pub mod admission;
pub mod balancer;
pub mod lanes;
pub mod line;
mod link;
mod loads;
pub mod pace;
pub mod pool;
pub mod queue;
pub mod sharing;
pub mod shuffle;

pub use admission::{Dagor, DagorGate, DagorSpec, Door, Gate, Limits};
pub use balancer::Balancer;
pub use lanes::{Lanes, LanesSpec};
pub use line::{Discipline, DisciplineSpec, Line, Taken, Ticket};
pub use link::{LinkPlan, Links, Passage};
pub use loads::Loads;
pub use pace::{Pace, Slow, WarmUp};
pub use pool::{Occupancy, Pool, PoolPlan};
pub use queue::{CarrierQueueSpec, QueueBounds, QueueSpec};
pub use sharing::{CoreScheduling, SharedCores};
pub use shuffle::ShuffleSharding;
