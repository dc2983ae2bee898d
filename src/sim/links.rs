//! What goes over the network of an instance: messages on their way out and in, answers likewise.

use super::run::Run;
use super::task::{Due, Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::dist::Dist;
use crate::engine::{Purpose, SimDuration};
use crate::service::Passage;

/// Which way over a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Out,
    In,
}

impl<T: Trace> Run<'_, T> {
    /// What is sent from `site` leaves its sender: how long that takes. The task is where it is
    /// sent from, or its caller is.
    #[inline(never)]
    pub(super) fn send_out(&mut self, id: TaskId, site: u16) -> SimDuration {
        let size = self.model.sites[usize::from(site)].size;
        let from = match self.tasks[id].flags.has(Flags::CALL) {
            true => self.caller_of(id),
            false => Some(id),
        };
        from.map_or(SimDuration::ZERO, |from| self.pass(from, id, Way::Out, size).takes)
    }

    /// A good answer leaves whoever was called: how long that takes. Others take no room.
    #[inline(never)]
    pub(super) fn send_back(&mut self, id: TaskId) -> SimDuration {
        let task = &self.tasks[id];
        let size = match task.outcome {
            Outcome::Delivered => self.model.sites[usize::from(task.site)].reply_size,
            Outcome::Rejected | Outcome::Expired | Outcome::Failed | Outcome::Lost => 0,
        };
        self.pass(id, id, Way::Out, size).takes
    }

    /// Whether an answer first has to come in over the link of its caller's instance.
    #[inline(never)]
    pub(super) fn comes_back_over_link(&mut self, id: TaskId) -> bool {
        let task = &self.tasks[id];
        let size = self.model.sites[usize::from(task.site)].reply_size;
        if task.outcome != Outcome::Delivered {
            return false;
        }
        let Some(caller) = self.caller_of(id) else { return false };
        let takes = self.pass(caller, id, Way::In, size).takes;
        if takes > SimDuration::ZERO {
            self.wait_or_never(id, State::Returning, takes);
        }
        takes > SimDuration::ZERO
    }

    /// Whether a task, whose instance is chosen, first has to come in over the link of it. It
    /// counts as waiting there meanwhile, as it does already if it `is_counted`.
    #[inline(never)]
    pub(super) fn comes_in_over_link(
        &mut self,
        id: TaskId,
        service: usize,
        is_counted: bool,
    ) -> bool {
        let &Task { flags, site, source, instance, .. } = &self.tasks[id];
        let is_new = self.tasks[id].is_message() && !flags.has(Flags::HANDED_ON);
        let size = match is_new {
            true => self.model.sources[usize::from(source)].size,
            false => self.model.sites[usize::from(site)].size,
        };
        let takes = self.pass(id, id, Way::In, size).takes;
        if takes == SimDuration::ZERO {
            return false;
        }
        let state = &mut self.services[service];
        let (cell, place) = state.cell_of(instance);
        cell.held += 1;
        cell.pool.joined(place);
        if !is_counted {
            state.gauges.queue.rise(self.now);
            self.tasks[id].since = self.now;
        }
        self.wait_or_never(id, State::Entering, takes);
        if T::ON {
            self.note_station(service, id, "comes in over the network");
        }
        true
    }

    /// Takes a task off the link that it comes in by; its service. What it kept busy stays so.
    pub(super) fn leave_link(&mut self, id: TaskId) -> usize {
        let service = self.leave_gate(id);
        let (cell, place) = self.services[service].cell_of(self.tasks[id].instance);
        cell.held -= 1;
        cell.pool.left(place);
        service
    }

    /// A task travels for as long as it takes to leave, and then for the latency.
    #[inline(never)]
    pub(super) fn travel_after(
        &mut self,
        id: TaskId,
        state: State,
        sending: SimDuration,
        latency: Option<&Dist>,
        purpose: Purpose,
    ) {
        let way = latency.map_or(SimDuration::ZERO, |latency| {
            latency.sample(&mut self.tasks[id].luck.draws(purpose))
        });
        self.wait_or_never(id, state, sending + way);
    }

    /// Puts a task into `state` for `length`, which may be without end.
    fn wait_or_never(&mut self, id: TaskId, state: State, length: SimDuration) {
        if self.now + length < self.model.run.horizon {
            return self.stay(id, state, length);
        }
        let task = &mut self.tasks[id];
        (task.state, task.due) = (state, Due::OPEN);
    }

    /// Who waits for the answer to a call, apart from those that only gather the answers of its
    /// copies; `None` if nobody does any more.
    fn caller_of(&self, call: TaskId) -> Option<TaskId> {
        let mut at = call;
        loop {
            at = self.tasks[at].parent;
            if at == TaskId::NONE {
                return None;
            }
            if self.tasks[at].state != State::Hedging {
                return Some(at);
            }
        }
    }

    /// `size` bytes of `id` pass the link of the instance where `at` is, if that has one.
    fn pass(&mut self, at: TaskId, id: TaskId, way: Way, size: u64) -> Passage {
        let &Task { pc, instance, .. } = &self.tasks[at];
        let Some(service) = self.steps[usize::from(pc)].service else { return Passage::default() };
        let service = service.index();
        let now = self.now;
        let state = &mut self.services[service];
        if size == 0 || state.cells[0].links.is_none() || instance == super::task::NO_INSTANCE {
            return Passage::default();
        }
        let (cell, place) = state.cell_of(instance);
        let links = cell.links.as_mut().expect("all cells of a service are alike");
        let passage = match way {
            Way::Out => links.send(place, size, now),
            Way::In => links.receive(place, size, now),
        };
        // Who is still waiting at the end has waited until then.
        let waits = passage.waits.min(self.model.run.horizon.since(now));
        let window = &mut state.gauges.window.link;
        match way {
            Way::Out => window.sent += u128::from(size),
            Way::In => window.received += u128::from(size),
        }
        window.wait_sum += u128::from(waits.ns());
        // Who comes in to be served waits at the station meanwhile.
        if way == Way::Out || at != id {
            let source = self.tasks[id].source;
            self.books.share(source, service).link_wait_sum += u128::from(waits.ns());
        }
        passage
    }
}
