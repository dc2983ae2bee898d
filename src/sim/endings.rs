//! A part of a message ends, or the whole of it, and what that causes.
//!
//! A message is over when its own steps and all branches that count are over; it is delivered if
//! all of these went well. Attempts that were abandoned go on: where they may still deliver the
//! message, a failed message waits for them (a copy delivered late is delivered), a delivered one
//! does not (a second copy is a duplicate, and is counted as one).

use super::run::Run;
use super::task::{Due, Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::engine::random::uniform;
use crate::measure::Doing;
use crate::model::SourceId;

impl<T: Trace> Run<'_, T> {
    /// A station turns a task away, or a queue drops it for its age.
    pub(super) fn turn_away(&mut self, id: TaskId, outcome: Outcome, station: usize) {
        self.charge(id, station, Doing::Waiting);
        if self.tasks[id].flags.has(Flags::CALL) {
            self.reply(id, outcome);
        } else {
            self.blame(id, outcome, station);
            self.end_part(id, outcome);
        }
    }

    /// A carrier drops a message silently.
    pub(super) fn lose(&mut self, id: TaskId, station: usize) {
        self.blame(id, Outcome::Lost, station);
        self.end_part(id, Outcome::Lost);
    }

    /// Remembers where a part of a message came to a bad end.
    fn blame(&mut self, id: TaskId, outcome: Outcome, station: usize) {
        let task = &self.tasks[id];
        if task.root != TaskId::NONE && !task.flags.has(Flags::COPY) {
            self.books.ended_at(task.source, station, outcome);
        }
    }

    /// A message's own steps, or a branch of it, came to an end.
    pub(super) fn end_part(&mut self, id: TaskId, outcome: Outcome) {
        let task = &mut self.tasks[id];
        let &mut Task { root, flags, .. } = task;
        if root == id && task.is_all_of_its_message() {
            let outcome = task.outcome.max(outcome);
            self.end_message(id, outcome);
            return self.let_message_go(id);
        }
        if root == id {
            let message = &mut self.tasks[id];
            message.state = State::Joining;
            message.outcome = message.outcome.max(outcome);
        } else {
            self.hand_over_account(id, outcome);
            self.tasks.remove(id);
            if root == TaskId::NONE {
                return;
            }
            let message = &mut self.tasks[root];
            if flags.has(Flags::COPY) {
                message.attempt_or_orphans -= 1;
                if outcome == Outcome::Delivered {
                    self.on_copy_delivered(root);
                }
            } else {
                *message.open() -= 1;
                message.outcome = message.outcome.max(outcome);
            }
        }
        self.settle_if_over(root);
    }

    /// An abandoned call is over.
    pub(super) fn end_orphan(&mut self, id: TaskId) {
        let root = self.tasks[id].root;
        self.tasks.remove(id);
        if root != TaskId::NONE {
            self.tasks[root].attempt_or_orphans -= 1;
            self.settle_if_over(root);
        }
    }

    /// A copy that an abandoned attempt made reached its recipient.
    fn on_copy_delivered(&mut self, root: TaskId) {
        let class = self.sources[usize::from(self.tasks[root].source)].class;
        let message = &mut self.tasks[root];
        if message.state == State::Settled || message.flags.has(Flags::COPY_DELIVERED) {
            self.books.duplicated(class);
        } else {
            message.flags.set(Flags::COPY_DELIVERED);
            self.end_message(root, Outcome::Delivered);
        }
    }

    /// Settles a message all of whose parts are over.
    #[inline(always)]
    fn settle_if_over(&mut self, id: TaskId) {
        let message = &mut self.tasks[id];
        let orphans = message.attempt_or_orphans > 0;
        if message.state == State::Settled && !orphans {
            return self.tasks.remove(id);
        }
        if message.state != State::Joining || *message.open() > 0 {
            return;
        }
        let outcome = message.outcome;
        if message.flags.has(Flags::COPY_DELIVERED) {
            // A copy came first: the message itself is the second, if it went anywhere.
            if outcome == Outcome::Delivered && message.flags.has(Flags::HANDED_ON) {
                let class = self.sources[usize::from(message.source)].class;
                self.books.duplicated(class);
            }
        } else if outcome == Outcome::Delivered || !orphans {
            self.end_message(id, outcome);
        } else {
            return;
        }
        self.let_message_go(id);
    }

    /// Enters a message's end in the books, and starts what it causes.
    #[inline(always)]
    fn end_message(&mut self, id: TaskId, outcome: Outcome) {
        let &Task { luck, born, source, .. } = &self.tasks[id];
        let index = usize::from(source);
        let class = self.sources[index].class;
        self.books.ended(class, outcome, born, self.now);
        if outcome == Outcome::Delivered {
            self.account_for(id, class, born);
        }
        if T::ON {
            let took = self.now.since(born).as_secs_f64();
            let is = outcome.name();
            self.trace
                .note(self.now, format_args!("message {} is {is}, {took} s after it came", id.0));
        }
        if outcome == Outcome::Delivered && self.sources[index].causes {
            self.cause(index, luck);
        }
    }

    /// A message and all of its parts are over; abandoned attempts of it may not be.
    #[inline(always)]
    fn let_message_go(&mut self, id: TaskId) {
        let &Task { luck, source, attempt_or_orphans: orphans, .. } = &self.tasks[id];
        if orphans > 0 {
            self.tasks[id].state = State::Settled;
        } else {
            self.tasks.remove(id);
        }
        let index = usize::from(source);
        if self.sources[index].is_closed() {
            // A user's requests follow one another, whatever the other users do.
            let next = luck.child(self.keys.sources[index], 0);
            self.let_user_think(SourceId(source), next);
        }
    }

    /// What a delivered message causes.
    fn cause(&mut self, source: usize, luck: crate::engine::Luck) {
        let model = self.model;
        for (nth, cause) in model.sources[source].causes.iter().enumerate() {
            let keys = self.keys.causes[source][nth];
            if uniform(&mut luck.draws(keys.share)) < cause.share {
                let after = cause.after.sample(&mut luck.draws(keys.after));
                let id = self.new_message(cause.source, luck.child(keys.child, 0), Due::OPEN);
                self.stay(id, State::Scheduled, after);
            }
        }
    }
}
