//! A service as it is now: its cells, its limits at the door, what chatter owes, how fast it is.

use super::task::{Task, TaskId};
use crate::chatter::{Moment, Owed};
use crate::engine::{SimDuration, SimTime};
use crate::measure::{StationGauges, StationWindow};
use crate::model::{Model, Service, ServiceId, Site, Step};
use crate::policy::ChecksDeadlines;
use crate::service::{DagorGate, Discipline, Gate, Links, Occupancy, Pace, Pool, PoolPlan};

/// A service as it is now.
#[derive(Debug)]
pub(super) struct ServiceState {
    /// Its instances, cell by cell.
    pub(super) cells: Vec<Cell>,
    pub(super) cell_size: u32,
    pub(super) gauges: StationGauges,
    /// Whether tasks come and go without a question: one cell, first in, first out, no bound on
    /// age, no limits at the door, no deadlines, no chatter, full speed.
    pub(super) is_simple: bool,
    /// Whether its messages take just their own work: no chatter, full speed, cores of their own.
    pub(super) is_plain: bool,
    /// Whether those who compute share cores.
    pub(super) shares_cores: bool,
    /// The place of its first instance's cores among all that are shared.
    pub(super) first_shared: usize,
    /// Whether who holds a worker computes, all the time: then cores need no counting.
    pub(super) only_computes: bool,
    /// Whether a task that begins with work does so as its worker takes it: whoever has a worker
    /// has a core, and nobody asks what the work is for.
    pub(super) begins_at_once: bool,
    /// The limits at its door.
    pub(super) gate: Option<Gate>,
    /// File handles that each instance has for messages.
    pub(super) files: Option<u32>,
    /// By instance, where admission is by priority.
    pub(super) dagor: Vec<DagorGate>,
    /// Whether some of the work here may be that of retries, or for nobody.
    pub(super) accounts_work: bool,
    /// Whether one more urgent takes a worker from one less so.
    pub(super) is_preemptive: bool,
    /// Who computes, where workers may be taken away, in order of their starts.
    pub(super) computing: Vec<Vec<Computing>>,
    /// The place of its first queue among all queues.
    pub(super) first_queue: usize,
}

/// Somebody who computes, and may lose its worker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Computing {
    pub(super) task: TaskId,
    pub(super) began: SimTime,
    /// What it has to do from then on, at full speed.
    pub(super) work: SimDuration,
    pub(super) ends: SimTime,
}

/// A cell as it is now.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) pool: Pool<Task>,
    /// Messages that wait or are served here, or are on their way in over a link; not counted where
    /// the service is simple.
    pub(super) held: u32,
    /// What its members owe one another, where that is anything.
    pub(super) owed: Option<Owed>,
    /// The links of its members, where they may be short.
    pub(super) links: Option<Links>,
}

impl ServiceState {
    /// The cell of an instance, and the instance's place in it.
    #[inline]
    pub(super) fn cell_of(&mut self, instance: u32) -> (&mut Cell, u32) {
        let (cell, place) = match self.cells.len() {
            1 => (0, instance),
            _ => (instance / self.cell_size, instance % self.cell_size),
        };
        (&mut self.cells[cell as usize], place)
    }

    /// The pool of an instance, and the instance's place in it.
    #[inline]
    pub(super) fn pool_of(&mut self, instance: u32) -> (&mut Pool<Task>, u32) {
        let (cell, place) = self.cell_of(instance);
        (&mut cell.pool, place)
    }

    /// An instance as it is now.
    #[inline]
    pub(super) fn occupancy(&mut self, instance: u32) -> &mut Occupancy<Task> {
        let (pool, place) = self.pool_of(instance);
        &mut pool.instances[place as usize]
    }

    /// Whether workers may have to wait for a core.
    #[inline]
    pub(super) fn cores_are_scarce(&self) -> bool {
        self.cells[0].pool.cores_are_scarce()
    }

    /// Whether a core of `instance` is free.
    #[inline]
    pub(super) fn has_free_core(&mut self, instance: u32) -> bool {
        let (pool, place) = self.pool_of(instance);
        pool.has_free_core(place)
    }

    /// Whether messages wait in one queue for each cell.
    #[inline]
    pub(super) fn shares_a_queue(&self) -> bool {
        self.cells[0].pool.shares_a_queue()
    }

    /// The place, among all queues, of the one that messages for `instance` wait in.
    pub(super) fn queue_at(&self, instance: u32) -> usize {
        let of_own = if self.shares_a_queue() { instance / self.cell_size } else { instance };
        self.first_queue + of_own as usize
    }

    /// Brings an instance's chatter up to now, before its cores change.
    #[inline]
    pub(super) fn settle_chatter(&mut self, instance: u32, now: SimTime, pace: &Pace) {
        let (cell, place) = self.cell_of(instance);
        let Some(owed) = &mut cell.owed else { return };
        let computing = cell.pool.instances[place as usize].on_core;
        let at = Moment { now, done: pace.done_by(instance, now) };
        let worked = owed.settle(place, at, computing);
        self.gauges.window.chatter_off_core += u128::from(worked.ns());
    }

    /// Counts an instance's chatter up to now. What it owes stays as it is, so that windows have no
    /// part in what happens.
    fn look_at_chatter(&mut self, instance: u32, now: SimTime, pace: &Pace) {
        let (cell, place) = self.cell_of(instance);
        let Some(owed) = &mut cell.owed else { return };
        let computing = cell.pool.instances[place as usize].on_core;
        let at = Moment { now, done: pace.done_by(instance, now) };
        let worked = owed.look(place, at, computing);
        self.gauges.window.chatter_off_core += u128::from(worked.ns());
    }

    /// What a core of `instance`, settled now, has to do for a message that computes from now on:
    /// chatter first, and its `own` work, or the rest of work that its peers know of already.
    pub(super) fn core_work(
        &mut self,
        instance: u32,
        now: SimTime,
        own: SimDuration,
        is_rest: bool,
    ) -> SimDuration {
        let (cell, place) = self.cell_of(instance);
        let Some(owed) = &mut cell.owed else { return own };
        let (first, its_time) = owed.take(place);
        if !is_rest {
            owed.charge_work(place, own, now);
        }
        self.gauges.window.chatter_on_core += u128::from(its_time.ns());
        own + first
    }

    /// A worker of `instance` has taken a task that waited for `wait`; the peers know of it
    /// already where `is_rest` of its work is left.
    #[inline(never)]
    pub(super) fn note_taken(
        &mut self,
        instance: u32,
        now: SimTime,
        wait: SimDuration,
        is_rest: bool,
    ) {
        let (cell, place) = self.cell_of(instance);
        if let Some(owed) = cell.owed.as_mut().filter(|_| !is_rest) {
            owed.charge_message(place, now);
        }
        if let Some(links) = cell.links.as_mut().filter(|_| !is_rest) {
            links.broadcast(place, now);
        }
        if let Some(gate) = self.dagor.get_mut(instance as usize) {
            gate.started(now, wait);
        }
    }

    /// Ends the window at `now`.
    pub(super) fn close_window(&mut self, now: SimTime, pace: &Pace) -> StationWindow {
        if !self.is_plain {
            (0..self.cells.len() as u32 * self.cell_size)
                .for_each(|instance| self.look_at_chatter(instance, now, pace));
        }
        for links in self.cells.iter_mut().filter_map(|cell| cell.links.as_mut()) {
            let (sending, receiving) = links.tell_busy(now);
            self.gauges.window.link.sending += sending;
            self.gauges.window.link.receiving += receiving;
        }
        let mut window = self.gauges.close_window(now);
        if self.only_computes {
            window.on_core = window.busy;
        }
        window
    }

    pub(super) fn all(model: &Model) -> Vec<Self> {
        let (mut first_queue, mut first_shared) = (0, 0);
        let expire = model.has_validity();
        let ejects = model.sites.iter().any(|site| site.ejection.is_some());
        let accounts_work = model.sites.iter().any(Site::may_be_in_vain);
        let state = |(id, service): (u16, &Service)| {
            let plan = &service.pool;
            let has_whole_cores = !service.chatter.takes_cores() && service.pace.is_full();
            let is_plain = has_whole_cores && !plan.shares_cores();
            let size = plan.cell_size();
            let owed = |cell: u32| {
                let members = cell * size..(cell + 1) * size;
                let slowness = members.map(|instance| service.pace.slowness(instance));
                Owed::new(&service.chatter, plan.cores, slowness)
            };
            let cell = |cell: u32| Cell {
                pool: Pool::new(plan),
                held: 0,
                owed: service.chatter.takes_cores().then(|| owed(cell)),
                links: service.link.as_ref().map(|link| Links::new(link, size)),
            };
            let has_cores_for_all = plan.workers <= plan.cores;
            let is_simple = has_whole_cores
                && plan.cells == 1
                && service.router.is_none()
                && plan.discipline == Discipline::Fifo
                && plan.queue.age_at_most.is_none()
                && plan.limits.is_empty()
                && plan.admission.is_none()
                && service.checks_deadlines == ChecksDeadlines::Never
                && service.out_of.is_none()
                && service.files.is_none()
                && service.link.is_none()
                && !ejects
                && !expire;
            let only_computes = is_plain
                && has_cores_for_all
                && !plan.discipline.is_preemptive()
                && only_computes(model, ServiceId(id));
            let state = Self {
                is_simple,
                begins_at_once: only_computes && !accounts_work,
                cells: (0..plan.cells).map(cell).collect(),
                cell_size: size,
                files: service.files,
                gauges: StationGauges::new(),
                is_plain,
                shares_cores: plan.shares_cores(),
                first_shared,
                only_computes,
                gate: (!plan.limits.is_empty()).then(|| Gate::new(&plan.limits)),
                dagor: match &plan.admission {
                    None => Vec::new(),
                    Some(dagor) => vec![DagorGate::new(dagor); plan.instances as usize],
                },
                accounts_work,
                is_preemptive: plan.discipline.is_preemptive(),
                computing: match plan.discipline.is_preemptive() {
                    true => vec![Vec::new(); plan.instances as usize],
                    false => Vec::new(),
                },
                first_queue,
            };
            first_queue += queues(&service.pool);
            first_shared += super::sharing::shared_instances(plan) as usize;
            state
        };
        (0..).zip(&model.services).map(state).collect()
    }
}

/// Whether all that a service's workers ever do takes a core, or no time.
fn only_computes(model: &Model, service: ServiceId) -> bool {
    let own = model.operations.iter().filter(|operation| operation.service == Some(service));
    own.map(|operation| &model.steps[usize::from(operation.first_step)..]).all(|steps| {
        let steps = || steps.iter().take_while(|step| !matches!(step, Step::End));
        let needs_no_wait = |step: &Step| matches!(step, Step::Work(_) | Step::HandTo { .. });
        steps().any(|step| matches!(step, Step::Work(_))) && steps().all(needs_no_wait)
    })
}

/// Queues of a service.
pub(super) fn queues(pool: &PoolPlan) -> usize {
    if pool.balancer.shares_a_queue() { pool.cells as usize } else { pool.instances as usize }
}

/// Queues of all services and carriers, the services' first.
pub(super) fn queues_of(model: &Model) -> usize {
    let services: usize = model.services.iter().map(|service| queues(&service.pool)).sum();
    services + model.carriers() as usize
}
