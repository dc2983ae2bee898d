//! A task takes the steps of its operation: it works, pauses, calls, is handed on.

use super::luck::Keys;
use super::run::Run;
use super::services::Computing;
use super::task::{Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::dist::Dist;
use crate::engine::random::uniform;
use crate::engine::{Luck, Purpose, SimDuration};
use crate::measure::Doing;
use crate::model::{Model, ServiceId, SiteId, Step, Times};

/// A step with all that is needed there, side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedStep<'m> {
    pub(super) step: &'m Step,
    /// Whose worker takes it; `None` for those of clients and carriers.
    pub(super) service: Option<ServiceId>,
    /// The draws of its length.
    pub(super) purpose: Purpose,
}

impl<'m> PlannedStep<'m> {
    pub(super) fn all(model: &'m Model, keys: &Keys) -> Vec<Self> {
        let steps = model.steps.iter().zip(&model.step_services).zip(&keys.steps);
        steps.map(|((step, &service), &purpose)| Self { step, service, purpose }).collect()
    }

    /// The service of a step that has one.
    #[inline]
    pub(super) fn own_service(&self) -> usize {
        let service = self.service.expect("only tasks at a service wait, compute or hold a worker");
        service.index()
    }
}

impl<'m, T: Trace> Run<'m, T> {
    /// The step that a task is at.
    #[inline]
    pub(super) fn step_of(&self, id: TaskId) -> PlannedStep<'m> {
        self.steps[usize::from(self.tasks[id].pc)]
    }

    /// Takes steps, in the midst of something else.
    #[inline(never)]
    pub(super) fn step(&mut self, id: TaskId) {
        self.take_steps(id);
    }

    /// Takes steps until one takes time, or the operation is over.
    #[inline(always)]
    pub(super) fn take_steps(&mut self, id: TaskId) {
        let went_well = loop {
            let task = &self.tasks[id];
            if task.flags.has(Flags::FAILED) && task.pending == 0 {
                break false;
            }
            let planned = self.steps[usize::from(task.pc)];
            match planned.step {
                Step::Work(length) => return self.ask_for_core(id, planned, length),
                Step::Delay(length) => {
                    return self.stay_for_step(id, State::Pausing, length, planned.purpose);
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
                Step::End => break true,
            }
            self.tasks[id].pc += 1;
        };
        self.end_operation(id, went_well);
    }

    /// The task wants to compute: at once if a core is free.
    #[inline(always)]
    fn ask_for_core(&mut self, id: TaskId, planned: PlannedStep<'_>, length: &Dist) {
        let state = &mut self.services[planned.own_service()];
        if state.only_computes {
            if state.accounts_work {
                self.tasks[id].since = self.now;
            }
            return self.stay_for_step(id, State::Computing, length, planned.purpose);
        }
        let task = &mut self.tasks[id];
        let instance = task.instance;
        if state.cores_are_scarce() && !state.has_free_core(instance) {
            task.state = State::Ready;
            task.since = self.now;
            state.gauges.ready.rise(self.now);
            self.tasks.push_back(&mut state.occupancy(instance).ready, id);
            return;
        }
        if !state.is_plain {
            if state.shares_cores {
                return self.share_cores(id, planned, length);
            }
            state.settle_chatter(
                instance,
                self.now,
                &self.model.services[planned.own_service()].pace,
            );
        }
        state.occupancy(instance).on_core += 1;
        state.gauges.on_core.rise(self.now);
        self.compute(id, planned, length);
    }

    /// The task computes on the core that another has left.
    fn take_over_core(&mut self, id: TaskId) {
        let planned = self.step_of(id);
        let Step::Work(length) = planned.step else {
            unreachable!("only a step of work asks for a core")
        };
        self.compute(id, planned, length);
    }

    /// The task, which has a core, computes.
    #[inline]
    fn compute(&mut self, id: TaskId, planned: PlannedStep<'_>, length: &Dist) {
        let service = planned.own_service();
        let state = &mut self.services[service];
        if state.accounts_work {
            self.tasks[id].since = self.now;
        }
        if state.is_plain && !state.is_preemptive {
            return self.stay_for_step(id, State::Computing, length, planned.purpose);
        }
        let task = &self.tasks[id];
        let drawn = || length.sample(&mut task.luck.draws(planned.purpose));
        let own = task.due.length().unwrap_or_else(drawn);
        let (instance, is_rest) = (task.instance, task.due.is_rest());
        let work = state.core_work(instance, self.now, own, is_rest);
        let length = self.model.services[service].pace.length(instance, self.now, work);
        if state.is_preemptive {
            let (began, ends) = (self.now, self.now + length);
            let of_instance = &mut state.computing[instance as usize];
            of_instance.push(Computing { task: id, began, work, ends });
        }
        self.stay(id, State::Computing, length);
    }

    /// The task has computed, and goes on behind that step; the core takes the next worker that
    /// waits for it.
    #[inline(always)]
    pub(super) fn on_computed(&mut self, id: TaskId) {
        let service = self.step_of(id).own_service();
        let task = &mut self.tasks[id];
        task.pc += 1;
        let instance = task.instance;
        if self.services[service].accounts_work {
            self.account_work(id, service);
        }
        if !self.services[service].only_computes {
            self.forget_computing(id, service);
            self.let_core_go(service, instance);
        }
    }

    /// Books the core time of a task that computes no longer, if it was not useful.
    #[inline]
    pub(super) fn account_work(&mut self, id: TaskId, service: usize) {
        if !self.services[service].accounts_work {
            return;
        }
        let length = self.now.since(self.tasks[id].since);
        self.book_work(id, service, length);
    }

    /// Books core time that a task had, if it was not useful.
    pub(super) fn book_work(&mut self, id: TaskId, service: usize, length: SimDuration) {
        let length = u128::from(length.ns());
        let window = &mut self.services[service].gauges.window;
        let (mut at, mut is_retry) = (id, false);
        loop {
            let task = &self.tasks[at];
            if task.flags.has(Flags::ABANDONED) || task.flags.has(Flags::COPY) {
                window.abandoned_work += length;
                return;
            }
            // An abandoned call, which has no parent, is caught above.
            if !task.flags.has(Flags::CALL) || task.parent == TaskId::NONE {
                break;
            }
            is_retry |= task.attempt_or_orphans > 0;
            at = task.parent;
        }
        if is_retry {
            window.retry_work += length;
        }
    }

    /// A task computes no longer.
    #[inline]
    pub(super) fn forget_computing(&mut self, id: TaskId, service: usize) {
        let state = &mut self.services[service];
        if state.is_preemptive {
            let instance = self.tasks[id].instance as usize;
            state.computing[instance].retain(|other| other.task != id);
        }
    }

    #[inline(always)]
    pub(super) fn let_core_go(&mut self, service: usize, instance: u32) {
        let state = &mut self.services[service];
        if state.only_computes {
            return;
        }
        if !state.is_plain {
            state.settle_chatter(instance, self.now, &self.model.services[service].pace);
        }
        let occupancy = state.occupancy(instance);
        if let Some(next) = self.tasks.pop_front(&mut occupancy.ready) {
            self.note_core_wait(next, service);
            self.take_over_core(next);
        } else {
            occupancy.on_core -= 1;
            state.gauges.on_core.fall(self.now);
        }
    }

    /// A task need not wait for a core any longer.
    pub(super) fn note_core_wait(&mut self, id: TaskId, service: usize) {
        let &Task { since, source, .. } = &self.tasks[id];
        let wait = self.now.since(since);
        self.services[service].gauges.waited_for_core(self.now, wait);
        self.books.waited_for_core(source, service, wait);
        self.charge(id, service, Doing::WaitingForCore);
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
            if let Some(service) = self.step_of(id).service {
                self.services[service.index()].gauges.calling.rise(self.now);
            }
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
        // On its way the message's luck becomes its part's.
        let keeps_luck = self.sources[usize::from(task.source)].outlives_its_messages();
        let is_free = nobody_waits && !(keeps_luck && task.is_message());
        if is_last && count == 1 && is_free && !background {
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
        // Nobody waits for what is handed on: no deadline goes with it.
        self.tasks.start_notes(branch);
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
    #[inline(always)]
    pub(super) fn end_operation(&mut self, id: TaskId, went_well: bool) {
        self.leave_service(id);
        let outcome = if went_well { Outcome::Delivered } else { self.outcome_of_failed(id) };
        if self.tasks[id].flags.has(Flags::CALL) {
            self.reply(id, outcome);
        } else {
            self.end_part(id, outcome);
        }
    }

    /// Frees the task's worker, if it has one.
    #[inline(always)]
    pub(super) fn leave_service(&mut self, id: TaskId) {
        if let Some(service) = self.step_of(id).service {
            let service = service.index();
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
