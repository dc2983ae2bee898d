//! A task takes the steps of its operation: it works, pauses, calls, is handed on.

use super::run::Run;
use super::task::{Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::engine::random::uniform;
use crate::engine::{Luck, Purpose};
use crate::model::{SiteId, Step, Times};

impl<T: Trace> Run<'_, T> {
    /// Goes on behind the step that is over.
    #[inline]
    pub(super) fn next_step(&mut self, id: TaskId) {
        self.tasks[id].pc += 1;
        self.step(id);
    }

    /// Takes steps until one takes time, or the operation is over.
    #[inline]
    pub(super) fn step(&mut self, id: TaskId) {
        let model = self.model;
        loop {
            let task = &self.tasks[id];
            if task.flags.has(Flags::FAILED) && task.pending == 0 {
                return self.end_operation(id, false);
            }
            match &model.steps[usize::from(task.pc)] {
                Step::Work(_) => return self.ask_for_core(id),
                Step::Delay(length) => {
                    let purpose = self.keys.steps[usize::from(task.pc)];
                    return self.stay_drawn(id, State::Pausing, length, purpose);
                }
                &Step::Call { site, times, at_once, waits } => {
                    if !self.call(id, site, times, at_once, waits) {
                        return;
                    }
                }
                &Step::HandTo { site, times, background } => {
                    if self.hand_on(id, site, times, background) {
                        return;
                    }
                }
                Step::End => return self.end_operation(id, true),
            }
            self.tasks[id].pc += 1;
        }
    }

    /// The task wants to compute: at once if a core is free.
    #[inline]
    fn ask_for_core(&mut self, id: TaskId) {
        let service = self.own_service(id);
        let instance = self.tasks[id].instance;
        let pool = &mut self.services[service].pool;
        if pool.cores_are_scarce() && !pool.has_free_core(instance) {
            self.tasks[id].state = State::Ready;
            self.tasks.push_back(&mut pool.instances[instance as usize].ready, id);
            return;
        }
        pool.instances[instance as usize].on_core += 1;
        self.services[service].gauges.on_core.rise(self.now);
        self.compute(id);
    }

    /// The task computes on the core that it has.
    #[inline]
    fn compute(&mut self, id: TaskId) {
        let model = self.model;
        let task = &self.tasks[id];
        let Step::Work(length) = &model.steps[usize::from(task.pc)] else {
            unreachable!("only a step of work asks for a core")
        };
        let purpose = self.keys.steps[usize::from(task.pc)];
        self.stay_drawn(id, State::Computing, length, purpose);
    }

    /// The task has computed; the core takes the next worker that waits for it.
    #[inline]
    pub(super) fn on_computed(&mut self, id: TaskId) {
        let service = self.own_service(id);
        let instance = self.tasks[id].instance;
        self.let_core_go(service, instance);
        self.next_step(id);
    }

    #[inline]
    pub(super) fn let_core_go(&mut self, service: usize, instance: u32) {
        let state = &mut self.services[service];
        let occupancy = &mut state.pool.instances[instance as usize];
        if let Some(next) = self.tasks.pop_front(&mut occupancy.ready) {
            self.compute(next);
        } else {
            occupancy.on_core -= 1;
            state.gauges.on_core.fall(self.now);
        }
    }

    /// Makes the calls of a step; whether the task goes straight on.
    fn call(&mut self, id: TaskId, site: SiteId, times: Times, at_once: bool, waits: bool) -> bool {
        let count = draw_times(times, self.tasks[id].luck, self.keys.sites[site.index()].times);
        self.tasks[id].pending += count;
        let now = if at_once { count } else { count.min(1) };
        for index in 0..now {
            self.issue_new(id, site.0, u64::from(index));
        }
        if waits && self.tasks[id].pending > 0 {
            self.tasks[id].state = State::Calling;
            return false;
        }
        true
    }

    /// Hands the message on; whether the task itself went along, and is done here.
    fn hand_on(&mut self, id: TaskId, site: SiteId, times: Times, background: bool) -> bool {
        let count = draw_times(times, self.tasks[id].luck, self.keys.sites[site.index()].times);
        let task = &self.tasks[id];
        let is_last = matches!(self.model.steps[usize::from(task.pc) + 1], Step::End);
        let nobody_waits = !task.flags.has(Flags::CALL);
        if is_last && count == 1 && nobody_waits && !background {
            self.leave_service(id);
            let child = self.keys.sites[site.index()].child;
            let task = &mut self.tasks[id];
            task.luck = task.luck.child(child, 0);
            task.flags.set(Flags::HANDED_ON);
            self.travel(id, site.0);
            return true;
        }
        for index in 0..count {
            self.branch(id, site.0, u64::from(index), background);
        }
        false
    }

    /// Sends a new task of the same message on its own way.
    fn branch(&mut self, id: TaskId, site: u16, index: u64, background: bool) {
        let (flags, root) = self.lineage(id);
        let branch = self.new_task(id, site, index, flags);
        self.tasks[branch].root = if background { TaskId::NONE } else { root };
        self.open_branch(branch);
        self.travel(branch, site);
    }

    /// Counts a new branch among those that its message waits for.
    pub(super) fn open_branch(&mut self, branch: TaskId) {
        let &Task { root, flags, .. } = &self.tasks[branch];
        if root == TaskId::NONE {
            return;
        }
        let message = &mut self.tasks[root];
        if !flags.has(Flags::COPY) {
            *message.open() += 1;
            message.flags.set(Flags::HANDED_ON);
        } else if message.attempt_or_orphans < u8::MAX {
            message.attempt_or_orphans += 1;
        } else {
            // So many at once are no longer told apart: this one is nobody's.
            self.tasks[branch].root = TaskId::NONE;
        }
    }

    /// What a branch made by the task is to its message: a copy, where the task or one that waits
    /// for it is an abandoned attempt. The message is `NONE` where that is background work, or an
    /// attempt that is no longer told apart, which may outlive it.
    pub(super) fn lineage(&self, id: TaskId) -> (Flags, TaskId) {
        let mut at = id;
        loop {
            let task = &self.tasks[at];
            if task.flags.has(Flags::ABANDONED) || task.flags.has(Flags::COPY) {
                return (Flags::BRANCH.with(Flags::COPY), task.root);
            }
            if task.root == TaskId::NONE || !task.flags.has(Flags::CALL) {
                return (Flags::BRANCH, task.root);
            }
            at = task.parent;
        }
    }

    /// The operation is over: its worker is free, and whoever waits for it is told.
    #[inline]
    pub(super) fn end_operation(&mut self, id: TaskId, went_well: bool) {
        self.leave_service(id);
        if self.tasks[id].flags.has(Flags::CALL) {
            self.reply(id, went_well);
        } else {
            self.end_part(id, if went_well { Outcome::Delivered } else { Outcome::Failed });
        }
    }

    /// Frees the task's worker, if it has one.
    #[inline]
    pub(super) fn leave_service(&mut self, id: TaskId) {
        if let Some(service) = self.service_of(id) {
            self.services[service].gauges.window.served += 1;
            self.let_worker_go(service, self.tasks[id].instance);
        }
    }
}

/// How often a step happens to this message.
#[inline]
fn draw_times(times: Times, luck: Luck, purpose: Purpose) -> u16 {
    match times {
        Times::Once => 1,
        Times::Fixed(count) => count,
        Times::Chance(share) => u16::from(uniform(&mut luck.draws(purpose)) < share),
        Times::Mean(mean) => {
            let below = mean as u16;
            below + u16::from(uniform(&mut luck.draws(purpose)) < mean - f64::from(below))
        }
    }
}
