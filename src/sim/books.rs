//! What is counted while a run goes, and the closing of the books by window and at the end.

use super::charges::{parts_of, visits_for};
use super::run::Run;
use super::task::{Flags, Outcome, State, TaskId};
use super::trace::Trace;
use crate::engine::{SimDuration, SimTime};
use crate::measure::{
    Bound, CarrierRecord, ClassRecord, ClassWindow, Gauge, Histogram, Ledger, Level, LimitRecord,
    Measurements, OUTCOMES, RecentHistogram, RecentSpent, RecentVisits, Share, Spent,
    StationGauges, StationRecord,
};
use crate::model::Model;

/// The books of a run.
#[derive(Clone, Debug)]
pub(super) struct Books {
    classes: Vec<ClassBooks>,
    /// Levels of the carrier groups.
    pub(super) groups: Vec<StationGauges>,
    stations: Vec<StationRecord>,
    in_system: Gauge,
    in_system_windows: Vec<Level>,
    /// By source and station.
    shares: Vec<Share>,
    /// By source and group of carriers.
    ledgers: Vec<Ledger>,
    /// By limit of the model.
    limits: Vec<LimitRecord>,
    /// By class: where the time of those delivered in this block went.
    pub(super) spent: Vec<RecentSpent>,
    /// The same, where nobody keeps accounts.
    pub(super) visits: Vec<RecentVisits>,
    spent_blocks: Vec<Vec<Spent>>,
    /// Events that took place.
    pub(super) events: u64,
    window: u32,
    window_start: SimTime,
    /// When the current window ends, and the next one begins; never for the last, which ends with
    /// the run.
    window_end: SimTime,
    window_length: SimDuration,
}

/// The books of a class.
#[derive(Clone, Debug)]
struct ClassBooks {
    window: ClassWindow,
    latency: RecentHistogram,
    deadline: SimDuration,
    /// Its limits among the model's: position and length of each.
    limits: Vec<(usize, SimDuration)>,
    record: ClassRecord,
}

// Outcomes index arrays of this length.
const _: () = assert!(Outcome::ALL.len() == OUTCOMES);

impl Books {
    pub(super) fn new(model: &Model, has_accounts: bool) -> Self {
        let windows = model.run.windows as usize;
        let class = |(index, class): (usize, &crate::model::Class)| ClassBooks {
            window: ClassWindow::default(),
            latency: RecentHistogram::new(),
            deadline: class.deadline.unwrap_or(SimDuration::MAX),
            limits: model
                .limits
                .iter()
                .enumerate()
                .filter(|(_, limit)| limit.class.index() == index)
                .map(|(at, limit)| (at, limit.within))
                .collect(),
            record: ClassRecord::default(),
        };
        let limit = LimitRecord { within: vec![0; windows], open: vec![0; windows] };
        Self {
            classes: model.classes.iter().enumerate().map(class).collect(),
            groups: vec![StationGauges::new(); model.groups.len()],
            stations: vec![StationRecord::default(); model.stations()],
            in_system: Gauge::new(SimTime::ZERO, 0),
            in_system_windows: Vec::with_capacity(windows),
            shares: vec![Share::default(); model.sources.len() * model.stations()],
            ledgers: vec![Ledger::default(); model.sources.len() * model.groups.len()],
            limits: vec![limit; model.limits.len()],
            spent: match has_accounts {
                true => vec![RecentSpent::new(parts_of(model).count()); model.classes.len()],
                false => Vec::new(),
            },
            visits: visits_for(model, has_accounts),
            spent_blocks: vec![Vec::new(); model.classes.len()],
            events: 0,
            window: 0,
            window_start: SimTime::ZERO,
            window_end: end_of_window(model, 0),
            window_length: model.run.window,
        }
    }

    /// A message of `class` has come.
    #[inline]
    pub(super) fn arrived(&mut self, class: usize, now: SimTime) {
        self.classes[class].window.arrived += 1;
        self.in_system.rise(now);
    }

    /// What the messages of `source` met with at `station`.
    #[inline]
    pub(super) fn share(&mut self, source: u16, station: usize) -> &mut Share {
        &mut self.shares[usize::from(source) * self.stations.len() + station]
    }

    /// The place of the ledger of `source` with a group of carriers.
    #[inline]
    pub(super) fn ledger_of(&self, source: u16, group: usize) -> usize {
        usize::from(source) * self.groups.len() + group
    }

    /// The ledger at a place.
    #[inline]
    pub(super) fn ledger_at(&mut self, place: usize) -> &mut Ledger {
        &mut self.ledgers[place]
    }

    /// The ledger of `source` with a group of carriers.
    #[inline]
    pub(super) fn ledger(&mut self, source: u16, group: usize) -> &mut Ledger {
        let place = self.ledger_of(source, group);
        &mut self.ledgers[place]
    }

    /// A message pauses at the end before it is submitted again.
    pub(super) fn note_pausing(&mut self, station: usize) {
        self.stations[station].pausing_at_end += 1;
    }

    /// A station took a task of `source` that had waited for `wait`.
    #[inline]
    pub(super) fn started(&mut self, source: u16, station: usize, wait: SimDuration) {
        let share = self.share(source, station);
        share.started += 1;
        share.wait_sum += u128::from(wait.ns());
    }

    /// A task of `source` that wanted a core of `station` had one, or left, after `wait`.
    pub(super) fn waited_for_core(&mut self, source: u16, station: usize, wait: SimDuration) {
        self.share(source, station).core_wait_sum += u128::from(wait.ns());
    }

    /// A message of `source` came to a bad end at `station`.
    pub(super) fn ended_at(&mut self, source: u16, station: usize, outcome: Outcome) {
        self.share(source, station).ended[outcome.index()] += 1;
    }

    /// A copy of a message that was delivered already was delivered.
    pub(super) fn duplicated(&mut self, class: usize) {
        self.classes[class].window.duplicates += 1;
    }

    /// A message of `class` that came at `born` has ended.
    #[inline(always)]
    pub(super) fn ended(&mut self, class: usize, outcome: Outcome, born: SimTime, now: SimTime) {
        self.in_system.fall(now);
        let books = &mut self.classes[class];
        books.window.ended[outcome.index()] += 1;
        if outcome != Outcome::Delivered {
            return;
        }
        let latency = now.since(born);
        books.latency.record(latency.ns());
        books.window.in_time += u64::from(latency <= books.deadline);
        if !books.limits.is_empty() {
            let window = if born >= self.window_start {
                self.window as usize
            } else {
                (born.ns() / self.window_length.ns()) as usize
            };
            for &(limit, within) in &books.limits {
                self.limits[limit].within[window] += u64::from(latency <= within);
            }
        }
    }

    /// Ends the current window at `now`.
    fn close_window(&mut self, now: SimTime, block: usize) {
        for books in &mut self.classes {
            let mut window = std::mem::take(&mut books.window);
            window.latency_sum = books.latency.exact().sum();
            let quantile = |p| books.latency.quantile(p);
            window.latency_quantiles = quantile(0.5)
                .zip(quantile(0.95))
                .zip(quantile(0.99))
                .map(|((p50, p95), p99)| [p50, p95, p99]);
            books.latency.drain_into(block_of(&mut books.record.latency, block));
            books.record.windows.push(window);
        }
        let first_group = self.stations.len() - self.groups.len();
        for (gauges, station) in self.groups.iter_mut().zip(&mut self.stations[first_group..]) {
            station.windows.push(gauges.close_window(now));
        }
        self.in_system_windows.push(self.in_system.close(now));
        self.window += 1;
        self.window_start = now;
    }
}

/// When window `index` ends, if not with the run.
fn end_of_window(model: &Model, index: u32) -> SimTime {
    if index + 1 < model.run.windows { model.run.window_end(index) } else { SimTime::MAX }
}

/// The histogram of a block, made when its first window ends.
fn block_of(blocks: &mut Vec<Histogram>, block: usize) -> &mut Histogram {
    if blocks.len() <= block {
        blocks.resize_with(block + 1, Histogram::new);
    }
    &mut blocks[block]
}

impl<T: Trace> Run<'_, T> {
    /// Ends the windows of the time line that are over at `at`, before anything happens then: a
    /// window's start belongs to it, its end to the next.
    #[inline]
    pub(super) fn end_windows(&mut self, at: SimTime) {
        while at >= self.books.window_end {
            self.now = self.books.window_end;
            self.close_window();
            let next = self.books.window;
            if next.is_multiple_of(self.model.run.windows_per_block) {
                self.close_block();
            }
            self.books.window_end = end_of_window(self.model, next);
        }
    }

    fn close_window(&mut self) {
        let block = (self.books.window / self.model.run.windows_per_block) as usize;
        let services = self.services.iter_mut().zip(&self.model.services);
        for ((service, plan), station) in services.zip(&mut self.books.stations) {
            station.windows.push(service.close_window(self.now, &plan.pace));
        }
        self.routes.close_window(self.now);
        self.quotas.iter_mut().for_each(|quota| quota.close_window(self.now));
        self.books.close_window(self.now, block);
    }

    /// The last window of a block is over, or of the run.
    fn close_block(&mut self) {
        let books = &mut self.books;
        let block = ((books.window - 1) / self.model.run.windows_per_block) as usize;
        let services = self.services.iter_mut().map(|service| &mut service.gauges);
        for (gauges, station) in services.chain(&mut books.groups).zip(&mut books.stations) {
            gauges.close_block(block_of(&mut station.waits, block));
        }
        let spent = books.spent.iter_mut().map(RecentSpent::take);
        let spent = spent.chain(books.visits.iter_mut().map(RecentVisits::take));
        for (block, blocks) in spent.zip(&mut books.spent_blocks) {
            blocks.push(block);
        }
    }

    /// Ends the run now: what is still in the system is counted, and nothing is missing.
    pub(super) fn close_books(mut self, stopped: Option<Bound>) -> (Measurements, T) {
        self.close_window();
        self.close_block();
        let end = self.now;
        self.note_levels();
        self.count_what_is_left();
        let books = self.books;
        let in_flight = books.in_system.level();
        let classes: Vec<ClassRecord> =
            books.classes.into_iter().map(|books| books.record).collect();
        let ages: u64 = classes.iter().map(|class| class.ages.exact().count()).sum();
        assert_eq!(ages, in_flight, "every message is in flight or has ended");
        let carriers: Vec<CarrierRecord> =
            self.carriers.into_iter().map(|carrier| carrier.record).collect();
        let measurements = Measurements {
            end,
            stopped,
            events: books.events,
            classes,
            stations: books.stations,
            carriers,
            in_system: books.in_system_windows,
            shares: by_class(self.model, &books.shares),
            routes: self.routes.into_records(),
            quotas: self.quotas.into_iter().map(|quota| quota.record).collect(),
            ledgers: ledgers_by_class(self.model, &books.ledgers),
            limits: books.limits,
            spent: books.spent_blocks,
        };
        (measurements, self.trace)
    }

    /// Notes how many wait, and are being served, at each station.
    fn note_levels(&mut self) {
        let services = self.services.iter().map(|service| &service.gauges);
        let gauges = services.chain(&self.books.groups);
        for (gauges, station) in gauges.zip(&mut self.books.stations) {
            station.waiting_at_end = gauges.queue.level();
            station.busy_at_end = gauges.busy.level();
        }
    }

    /// Counts the messages that are still in the system.
    fn count_what_is_left(&mut self) {
        self.count_shared_cores();
        let first_group = self.books.stations.len() - self.books.groups.len();
        for (id, task) in self.tasks.iter() {
            let class = self.sources[usize::from(task.source)].class;
            let waits_at = match task.state {
                State::Queued | State::AtDoor | State::Entering => {
                    self.model.step_services[usize::from(task.pc)].map(|service| service.index())
                }
                State::AwaitingCarrier | State::AwaitingAgain | State::Inviting => {
                    Some(first_group + self.carriers[task.instance as usize].group)
                }
                _ => None,
            };
            let stay = self.now.since(task.since);
            if is_submitted(task.state) {
                let record = &mut self.carriers[task.instance as usize].record;
                record.outstanding += u128::from(stay.ns());
            }
            let waited = match task.state {
                State::AwaitingCarrier
                | State::AwaitingAgain
                | State::AwaitingResend
                | State::Refusing => self.waited_before(id),
                _ => SimDuration::ZERO,
            };
            let books = &mut self.books;
            if let Some(station) = waits_at {
                books.share(task.source, station).age_sum += u128::from((waited + stay).ns());
            } else if matches!(task.state, State::Refusing | State::AwaitingResend) {
                let station = first_group + self.carriers[task.instance as usize].group;
                books.share(task.source, station).age_sum += u128::from(waited.ns());
            } else if task.state == State::Ready {
                let service = self.steps[usize::from(task.pc)].own_service();
                books.share(task.source, service).core_age_sum += u128::from(stay.ns());
            }
            let has_ended = task.state == State::Settled || task.flags.has(Flags::COPY_DELIVERED);
            if task.is_message() && task.state != State::Scheduled && !has_ended {
                let age = self.now.since(task.born);
                let own = &mut books.classes[class];
                own.record.ages.record(age.ns());
                own.record.queued_at_end += u64::from(waits_at.is_some());
                let window = (task.born.ns() / books.window_length.ns()) as usize;
                for &(limit, within) in &own.limits {
                    books.limits[limit].open[window] += u64::from(age <= within);
                }
            }
        }
        let ids: Vec<TaskId> = self.tasks.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.close_ledger_of(id);
        }
        self.close_ledgers_of_copies();
        for carrier in &mut self.carriers {
            let callers = carrier.sessions.as_ref().map_or(0, |state| state.callers());
            carrier.record.queued_at_end = u64::from(carrier.waiting()) + callers;
        }
        self.count_open_sessions();
    }
}

/// Whether a carrier has yet to acknowledge the task.
fn is_submitted(state: State) -> bool {
    matches!(
        state,
        State::Accepting | State::Dropping | State::Holding | State::Refusing | State::Erring
    )
}

/// Shares by source and station, summed to those by class and station.
fn by_class(model: &Model, shares: &[Share]) -> Vec<Share> {
    let stations = model.stations();
    let mut sums = vec![Share::default(); model.classes.len() * stations];
    for (source, row) in model.sources.iter().zip(shares.chunks(stations)) {
        let class = source.class.index();
        let sums = &mut sums[class * stations..(class + 1) * stations];
        sums.iter_mut().zip(row).for_each(|(sum, share)| sum.add(share));
    }
    sums
}

/// Ledgers by source and group, summed to those by class and group.
fn ledgers_by_class(model: &Model, ledgers: &[Ledger]) -> Vec<Ledger> {
    let groups = model.groups.len();
    let mut sums = vec![Ledger::default(); model.classes.len() * groups];
    if groups > 0 {
        for (source, row) in model.sources.iter().zip(ledgers.chunks(groups)) {
            let sums = &mut sums[source.class.index() * groups..];
            sums.iter_mut().zip(row).for_each(|(sum, ledger)| sum.add(ledger));
        }
    }
    sums
}
