//! Where the time of a message goes: each stretch between two changes of its state belongs to one
//! part.
//!
//! Of several tasks at once, what counts is the way that finished last: of the answer that let the
//! caller go on, of the branch whose end was the message's. A model whose messages make one visit
//! each, to a service where they wait and compute, needs no accounts: the wait tells all.

use super::accounts::{Account, Accounts, DRAWN_BITS};
use super::run::Run;
use super::services::ServiceState;
use super::task::{Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::engine::{SimDuration, SimTime};
use crate::measure::{Doing, Parts, RecentVisits};
use crate::model::{Callee, Entry, Model, Step};

/// Memory that a task's account takes, in bytes, where accounts are kept.
pub(super) const BYTES_OF_ACCOUNT: u64 = size_of::<Account>() as u64;

/// The parts of the time of a model's messages.
pub(super) fn parts_of(model: &Model) -> Parts {
    Parts { services: model.services.len(), stations: model.stations() }
}

/// Accounts, where the model's messages need them.
pub(super) fn accounts_for(model: &Model, services: &[ServiceState]) -> Option<Accounts> {
    let needs_none = (0..model.classes.len()).all(|class| {
        let service = only_service(model, class);
        service.is_some_and(|at| services[at].only_computes && services[at].is_simple)
    });
    (!needs_none).then(|| Accounts::new(model.classes.len(), parts_of(model).count()))
}

/// Visits by class, of a model without accounts.
pub(super) fn visits_for(model: &Model, has_accounts: bool) -> Vec<RecentVisits> {
    if has_accounts {
        return Vec::new();
    }
    let parts = parts_of(model);
    let visits = |class| {
        let service = only_service(model, class).expect("a model without accounts has one");
        RecentVisits::new(parts.at(service, Doing::Waiting), parts.at(service, Doing::Work))
    };
    (0..model.classes.len()).map(visits).collect()
}

/// The service that all messages of a class visit, if they do no more than wait and compute there.
fn only_service(model: &Model, class: usize) -> Option<usize> {
    let service_of = |entry: Entry| {
        let Entry::Operation(operation) = entry else { return None };
        let operation = &model.operations[operation.index()];
        let steps = &model.steps[usize::from(operation.first_step)..];
        let mut steps = steps.iter().take_while(|step| !matches!(step, Step::End));
        steps.all(|step| matches!(step, Step::Work(_))).then_some(operation.service?.index())
    };
    let sources = model.sources.iter().filter(|source| source.class.index() == class);
    let mut services = sources.map(|source| service_of(source.entry));
    let first = services.next()??;
    services.all(|other| other == Some(first)).then_some(first)
}

impl<T: Trace> Run<'_, T> {
    /// Whether an account is kept of a task's message.
    #[inline]
    fn keeps_account(&self, id: TaskId) -> bool {
        self.tasks.accounts.as_ref().is_some_and(|accounts| accounts.is_kept(id))
    }

    /// The time that a task has spent at a station until now went to this.
    #[inline]
    pub(super) fn charge(&mut self, id: TaskId, station: usize, doing: Doing) {
        if self.keeps_account(id) {
            self.charge_at(id, station, doing);
        }
    }

    #[inline(never)]
    fn charge_at(&mut self, id: TaskId, station: usize, doing: Doing) {
        self.charge_part(id, self.parts.at(station, doing));
    }

    #[inline]
    fn charge_part(&mut self, id: TaskId, part: usize) {
        let Some(accounts) = &mut self.tasks.accounts else { return };
        accounts.charge(id, part, self.now);
        if let Some(bytes) = accounts.grown_to() {
            self.leave_memory_for(bytes);
        }
    }

    /// The time that a task has spent in the state that ends now went to this.
    #[inline]
    pub(super) fn charge_state(&mut self, id: TaskId) {
        if self.keeps_account(id) {
            self.charge_its_state(id);
        }
    }

    #[inline(never)]
    fn charge_its_state(&mut self, id: TaskId) {
        let &Task { state, pc, instance, .. } = &self.tasks[id];
        let service = self.steps[usize::from(pc)].service.map(|service| service.index());
        let of_service = |doing| service.map(|service| self.parts.at(service, doing));
        let of_group = |doing| {
            let group = self.carriers[instance as usize].group;
            Some(self.parts.at(self.parts.services + group, doing))
        };
        let part = match state {
            State::Computing => of_service(Doing::Work),
            State::Pausing => {
                of_service(Doing::Pause).or_else(|| Some(self.parts.between(Doing::Pause)))
            }
            State::AtDoor | State::Entering | State::Queued | State::Late => {
                of_service(Doing::Waiting)
            }
            State::Ready => of_service(Doing::WaitingForCore),
            State::Travelling | State::Routing | State::Replying | State::Returning => {
                Some(self.parts.between(Doing::Network))
            }
            State::BackingOff | State::AwaitingResend => Some(self.parts.between(Doing::BackOff)),
            State::AwaitingCarrier | State::AwaitingAgain | State::Inviting => {
                of_group(Doing::Waiting)
            }
            State::Accepting
            | State::Dropping
            | State::Holding
            | State::Refusing
            | State::Erring => of_group(Doing::RoundTrip),
            State::Held => of_group(Doing::Held),
            State::Delivering => of_group(Doing::Delivery),
            // It has not come yet, goes on at once, or waits for another, whose time it will be.
            State::Scheduled
            | State::Stepping
            | State::Withheld
            | State::Calling
            | State::Hedging
            | State::Joining
            | State::Settled => None,
        };
        if let Some(part) = part {
            self.charge_part(id, part);
        }
    }

    /// A task has computed on cores that it shared, and had so much core time of them.
    pub(super) fn charge_shared(&mut self, id: TaskId, service: usize, core_time: SimDuration) {
        let until = self.tasks[id].since + core_time;
        if let Some(accounts) = &mut self.tasks.accounts {
            accounts.charge(id, self.parts.at(service, Doing::Work), until);
            self.charge(id, service, Doing::WaitingForCore);
        }
    }

    /// A message arrives: its time counts from here on.
    #[inline]
    pub(super) fn open_account(&mut self, id: TaskId) {
        let &Task { luck, source, .. } = &self.tasks[id];
        if let Some(accounts) = &mut self.tasks.accounts {
            let class = self.sources[usize::from(source)].class;
            let key = self.keys.accounts;
            accounts.open(id, class, self.now, || luck.is_one_in(key, DRAWN_BITS));
        }
    }

    /// An answer lets its caller go on: the caller's time went where the call's did.
    #[inline]
    pub(super) fn take_over_account(&mut self, id: TaskId, from: TaskId) {
        if self.keeps_account(from)
            && let Some(accounts) = &mut self.tasks.accounts
        {
            accounts.take_over(id, from);
        }
    }

    /// An attempt of a call is made that its caller may give up.
    #[inline]
    pub(super) fn account_attempt(&mut self, call: TaskId) {
        if self.keeps_account(call)
            && let Some(accounts) = &mut self.tasks.accounts
        {
            accounts.note_attempt(call);
        }
    }

    /// The attempt that `of` made is given up: in the account of `id`, which goes on, all its time
    /// went to that.
    #[inline]
    pub(super) fn give_up_attempt(&mut self, id: TaskId, of: TaskId) {
        let issued = self.tasks[of].born;
        if self.keeps_account(of)
            && let Some(accounts) = &mut self.tasks.accounts
        {
            accounts.forget_attempt(id, of, issued);
            self.charge_in_vain(id, of);
        }
    }

    /// The time of a call until now was spent on an attempt, or a copy, that did not help.
    pub(super) fn charge_in_vain(&mut self, call: TaskId, attempt: TaskId) {
        let site = &self.model.sites[usize::from(self.tasks[call].site)];
        let station = match site.callee {
            Callee::Operation(operation) => {
                self.model.operations[operation.index()].service.map(|service| service.index())
            }
            Callee::Group(group) => Some(self.model.group_station(group).index()),
            Callee::Route(route) => {
                let task = &self.tasks[attempt];
                // One that had not come to any of them yet was on its way to the first.
                let group = match task.state.is_at_carrier() {
                    true => self.carriers[task.instance as usize].group,
                    false => self.model.routes[route.index()].providers[0],
                };
                Some(self.station_of(group))
            }
        };
        self.charge(call, station.expect("nobody calls a client"), Doing::GivenUp);
    }

    /// A part of a message is over. Where the message waited for nothing else, its time went where
    /// the part's did.
    #[inline]
    pub(super) fn hand_over_account(&mut self, part: TaskId, outcome: Outcome) {
        if self.keeps_account(part) {
            self.hand_over(part, outcome);
        }
    }

    #[inline(never)]
    fn hand_over(&mut self, part: TaskId, outcome: Outcome) {
        let &Task { root, flags, .. } = &self.tasks[part];
        if root == TaskId::NONE {
            return;
        }
        let message = &self.tasks[root];
        let was_delivered =
            message.state == State::Settled || message.flags.has(Flags::COPY_DELIVERED);
        let decides = if flags.has(Flags::COPY) {
            outcome == Outcome::Delivered && !was_delivered
        } else {
            message.state == State::Joining && !was_delivered
        };
        if decides {
            self.take_over_account(root, part);
        }
    }

    /// Enters in the books where the time of a delivered message went.
    #[inline(always)]
    pub(super) fn account_for(&mut self, id: TaskId, class: usize, born: SimTime) {
        let Some(visits) = self.books.visits.get_mut(class) else {
            return self.enter_account(id, class, born);
        };
        // A worker took it then, and computed from then on.
        let since = self.tasks[id].since;
        visits.record(since.since(born).ns(), self.now.since(since).ns());
    }

    #[inline(never)]
    fn enter_account(&mut self, id: TaskId, class: usize, born: SimTime) {
        let Some(accounts) = &self.tasks.accounts else { return };
        let weight = accounts.weight(id, class, born);
        if weight == 0 {
            return;
        }
        let latency = self.now.since(born).ns();
        let spent = &mut self.books.spent[class];
        let row = spent.count(latency, weight);
        let total = accounts.enter(id, |part, ns| spent.add(row, part, weight * ns));
        assert_eq!(total, latency, "every nanosecond of a message is accounted for, once");
    }
}
