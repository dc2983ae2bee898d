//! A pool of instances: who is busy, who waits where, and where the next message may go.

use super::balancer::Question;
use super::{
    Balancer, CoreScheduling, Dagor, Discipline, Limits, Line, Loads, QueueBounds, ShuffleSharding,
};
use crate::engine::{Draws, Linked, Queue};

/// What a pool is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolPlan {
    /// Instances, at least 1.
    pub instances: u32,
    /// Equal parts that they are divided into: each has its own messages, by sender, and its own
    /// chatter. At least 1; divides `instances`.
    pub cells: u32,
    /// How many of the cells a sender has, where that is not one.
    pub shuffle_sharding: Option<ShuffleSharding>,
    /// Messages that an instance serves at once, at least 1.
    pub workers: u32,
    /// Messages that an instance computes for at once, at least 1.
    pub cores: u32,
    /// How those who compute divide the cores.
    pub core_scheduling: CoreScheduling,
    /// How messages find an instance.
    pub balancer: Balancer,
    /// Who of those in a queue is served next.
    pub discipline: Discipline,
    /// The bounds of each queue.
    pub queue: QueueBounds,
    /// Limits at the door.
    pub limits: Limits,
    /// Who is turned away at the door while messages wait too long inside.
    pub admission: Option<Dagor>,
}

impl PoolPlan {
    /// Whether it matters here who sends a message.
    pub fn asks_for_senders(&self) -> bool {
        let is_fair = matches!(self.discipline, Discipline::Fair(_));
        self.cells > 1 || is_fair || !self.limits.is_empty() || self.admission.is_some()
    }

    /// Whether those who compute share cores: with a core for each there is nothing to share.
    pub fn shares_cores(&self) -> bool {
        self.core_scheduling == CoreScheduling::ProcessorSharing && self.cores < self.workers
    }

    /// Instances of one cell.
    pub fn cell_size(&self) -> u32 {
        self.instances / self.cells
    }

    /// Messages that all instances together serve at once.
    pub fn all_workers(&self) -> u64 {
        u64::from(self.instances) * u64::from(self.workers)
    }

    /// Whether a message's own luck has a say in which instance serves it.
    pub fn chooses_at_random(&self) -> bool {
        // Luck decides which cell a sender has.
        let among_cells = self.cells > 1;
        let among_instances = self.cell_size() > 1
            && match self.balancer {
                Balancer::RoundRobin(_) | Balancer::SharedQueue(_) => false,
                Balancer::Random(_) | Balancer::LeastLoaded(_) | Balancer::PowerOfChoices(_) => {
                    true
                }
            };
        among_cells || among_instances
    }

    /// Cores of all instances. More than there are workers have nobody to work for.
    pub fn all_cores(&self) -> u64 {
        u64::from(self.instances) * u64::from(self.cores)
    }
}

/// One instance as it is now; `T` is what waits.
#[derive(Debug)]
pub struct Occupancy<T> {
    /// Workers that hold a message.
    pub busy: u32,
    /// Workers that compute.
    pub on_core: u32,
    /// Messages that wait for a worker of this instance.
    pub waiting: Line<T>,
    /// Workers that wait for a core.
    pub ready: Queue<T>,
}

/// A service's instances as they are now.
#[derive(Debug)]
pub struct Pool<T> {
    workers: u32,
    cores: u32,
    length_at_most: u32,
    balancer: Balancer,
    /// Absent for a single instance, where there is nothing to choose.
    loads: Option<Loads>,
    /// Each instance.
    pub instances: Vec<Occupancy<T>>,
    /// Messages that wait for a worker of any instance, where they share a queue.
    pub shared: Line<T>,
}

/// Where a message at the door goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A worker of this instance takes it at once.
    Start(u32),
    /// It waits in the queue that messages for this instance wait in.
    Wait(u32),
    /// The queue that messages for this instance wait in is full.
    Reject(u32),
}

impl<T: Linked> Pool<T> {
    /// An idle pool: one cell of `plan`.
    pub fn new(plan: &PoolPlan) -> Self {
        let instances = plan.cell_size();
        Self {
            workers: plan.workers,
            // Nobody waits for a core that is shared.
            cores: if plan.shares_cores() { u32::MAX } else { plan.cores },
            length_at_most: plan.queue.length_at_most.unwrap_or(u32::MAX),
            balancer: plan.balancer.clone(),
            loads: (instances > 1).then(|| Loads::new(instances)),
            instances: (0..instances).map(|_| Occupancy::idle(&plan.discipline)).collect(),
            shared: Line::new(&plan.discipline),
        }
    }

    /// Where a message goes that arrives now, with `draws` for a choice of instance.
    ///
    /// An instance that `is_out` is left out of the choice: its load goes to the next that is not,
    /// in order of number. Not all may be out.
    #[inline(always)]
    pub fn admit(
        &mut self,
        draws: impl FnOnce() -> Draws,
        is_out: impl Fn(u32) -> bool,
    ) -> Admission {
        let mut instance = match &self.loads {
            None => 0,
            Some(loads) => self.balancer.pick(Question { loads, draws: draws() }),
        };
        if is_out(instance) {
            let count = self.instances.len() as u32;
            let others = (1..count).map(|step| (instance + step) % count);
            instance = others.into_iter().find(|&next| !is_out(next)).unwrap_or(instance);
        }
        self.admit_at(instance)
    }

    /// Where a message goes that arrives now for `instance`.
    #[inline]
    pub fn admit_at(&mut self, instance: u32) -> Admission {
        if self.instances[instance as usize].busy < self.workers {
            Admission::Start(instance)
        } else if self.length_at_most == u32::MAX
            || self.queue_of(instance).len() < self.length_at_most
        {
            Admission::Wait(instance)
        } else {
            Admission::Reject(instance)
        }
    }

    /// The queue in which messages for `instance` wait.
    #[inline]
    pub fn queue_of(&mut self, instance: u32) -> &mut Line<T> {
        if self.balancer.shares_a_queue() {
            &mut self.shared
        } else {
            &mut self.instances[instance as usize].waiting
        }
    }

    /// Whether messages wait in one queue of the whole pool.
    pub fn shares_a_queue(&self) -> bool {
        self.balancer.shares_a_queue()
    }

    /// Whether workers may have to wait for a core.
    #[inline]
    pub fn cores_are_scarce(&self) -> bool {
        self.cores < self.workers
    }

    /// Whether a core of `instance` is free.
    #[inline]
    pub fn has_free_core(&self, instance: u32) -> bool {
        self.instances[instance as usize].on_core < self.cores
    }

    /// A message has come to `instance`, to wait or to be served.
    #[inline]
    pub fn joined(&mut self, instance: u32) {
        // Messages in a shared queue are nobody's load yet.
        if let Some(loads) = &mut self.loads {
            loads.add(instance);
        }
    }

    /// A message has left `instance`.
    #[inline]
    pub fn left(&mut self, instance: u32) {
        if let Some(loads) = &mut self.loads {
            loads.remove(instance);
        }
    }
}

impl<T: Linked> Occupancy<T> {
    fn idle(discipline: &Discipline) -> Self {
        Self { busy: 0, on_core: 0, waiting: Line::new(discipline), ready: Queue::new() }
    }
}
