//! The reference models written out by hand: nothing but the model, a count and a sum.
//!
//! They draw what the engine draws (the same keys, in the same order of arithmetic) and schedule
//! in the order in which the engine does, so that both take the same path, tie by tie.

use std::collections::VecDeque;

use surgeplan::dist::exponential::{Units, unit};
use surgeplan::engine::random::uniform;
use surgeplan::engine::{Key, Luck, Purpose};
use surgeplan::model::Model;

use crate::pending::Pending;
use crate::scenarios::{Reference, Tally, last_moment};

const SECOND_NS: u64 = 1_000_000_000;
const NEVER: u64 = u64::MAX;
/// The payload of the next message's arrival; any other is the place of a message's record.
const ARRIVAL: u32 = u32::MAX;

/// Runs `reference`, which `model` is the model of, over the calendar `P`.
pub(crate) fn run<P: Pending>(reference: Reference, model: &Model) -> Tally {
    match reference {
        Reference::OneWorker => workers::<P>(model, 0.9, 1),
        Reference::HundredWorkers => workers::<P>(model, 90.0, 100),
        Reference::Network => network::<P>(model),
        Reference::Impatient => impatient::<P>(model),
    }
}

fn key(model: &Model, name: &str) -> Key {
    Key::new(model.run.seed, 0, name)
}

fn purpose(model: &Model, name: &str) -> Purpose {
    Purpose::from(key(model, name))
}

/// Messages that come at a constant rate, at random.
struct Poisson {
    units: Units,
    key: Key,
    number: u64,
    at: u64,
    fraction: f64,
    mean_ns: f64,
}

impl Poisson {
    fn new(model: &Model, rate_per_s: f64) -> Self {
        let key = key(model, "traffic/m");
        let units = Units::from(key.nth(0));
        Self { units, key, number: 0, at: 0, fraction: 0.0, mean_ns: 1e9 / rate_per_s }
    }

    /// When the next message comes.
    #[inline]
    fn next(&mut self) -> u64 {
        let length = self.fraction + self.units.draw() * self.mean_ns;
        let whole = length as u64;
        self.at += whole;
        self.fraction = length - whole as f64;
        self.at
    }

    /// The draws of the message that has come.
    #[inline]
    fn luck(&mut self) -> Luck {
        self.number += 1;
        Luck::of_message(self.key, self.number - 1)
    }
}

/// A second's work on average.
#[inline]
fn work(luck: Luck, purpose: Purpose) -> u64 {
    (1e9 * unit(&mut luck.draws(purpose)) + 0.5) as u64
}

impl Tally {
    #[inline]
    fn count(&mut self, born: u64, now: u64) {
        self.delivered += 1;
        self.latency_sum += u128::from(now - born);
    }
}

/// M/M/1 without any calendar: two times are compared.
pub(crate) fn one_worker(model: &Model) -> Tally {
    let end = last_moment(model).ns();
    let serve = purpose(model, "operation/q.serve/work/1");
    let mut source = Poisson::new(model, 0.9);
    let mut waiting: VecDeque<(u64, Luck)> = VecDeque::new();
    let mut tally = Tally::default();
    let (mut arrival, mut departure, mut served_born) = (source.next(), NEVER, 0);
    loop {
        let now = arrival.min(departure);
        if now > end {
            return tally;
        }
        if arrival <= departure {
            arrival = source.next();
            let luck = source.luck();
            if departure == NEVER {
                (departure, served_born) = (now + work(luck, serve), now);
            } else {
                waiting.push_back((now, luck));
            }
        } else {
            tally.count(served_born, now);
            departure = NEVER;
            if let Some((born, luck)) = waiting.pop_front() {
                (departure, served_born) = (now + work(luck, serve), born);
            }
        }
    }
}

/// M/M/c: a payload is the worker's place, which knows when its message came.
fn workers<P: Pending>(model: &Model, rate_per_s: f64, count: u32) -> Tally {
    let end = last_moment(model).ns();
    let serve = purpose(model, "operation/q.serve/work/1");
    let mut source = Poisson::new(model, rate_per_s);
    let mut pending = P::with_lanes(0);
    let mut waiting: VecDeque<(u64, Luck)> = VecDeque::new();
    let mut served_born = vec![0; count as usize];
    let mut idle: Vec<u32> = (0..count).collect();
    let mut tally = Tally::default();
    pending.push(source.next(), ARRIVAL);
    while let Some((now, payload)) = pending.pop(end, |_, _| true) {
        let (worker, born, luck) = if payload == ARRIVAL {
            pending.push(source.next(), ARRIVAL);
            let luck = source.luck();
            let Some(worker) = idle.pop() else {
                waiting.push_back((now, luck));
                continue;
            };
            (worker, now, luck)
        } else {
            tally.count(served_born[payload as usize], now);
            let Some((born, luck)) = waiting.pop_front() else {
                idle.push(payload);
                continue;
            };
            (payload, born, luck)
        };
        served_born[worker as usize] = born;
        pending.push(now + work(luck, serve), worker);
    }
    tally
}

/// A message on its way through the network.
#[derive(Clone, Copy)]
struct Traveller {
    born: u64,
    luck: Luck,
    station: u32,
}

/// One of ten stations in a row.
struct Station {
    idle: u32,
    waiting: VecDeque<u32>,
    serve: Purpose,
    onwards: Key,
}

/// Ten M/M/4 in series; a message in five goes back from the last to the first.
fn network<P: Pending>(model: &Model) -> Tally {
    let end = last_moment(model).ns();
    let station = |number: usize| {
        let next = if number == 10 { 1 } else { number + 1 };
        let site = format!("site/s{number:02}.serve/s{next:02}.serve/0");
        let serve = purpose(model, &format!("operation/s{number:02}.serve/work/1"));
        Station { idle: 4, waiting: VecDeque::new(), serve, onwards: key(model, &site) }
    };
    let mut stations: Vec<Station> = (1..=10).map(station).collect();
    let again = purpose(model, "site/s10.serve/s01.serve/0/times");
    let mut source = Poisson::new(model, 2.56);
    let mut pending = P::with_lanes(0);
    let (mut records, mut free) = (Vec::<Traveller>::new(), Vec::<u32>::new());
    let mut tally = Tally::default();
    pending.push(source.next(), ARRIVAL);
    while let Some((now, payload)) = pending.pop(end, |_, _| true) {
        let id = if payload == ARRIVAL {
            pending.push(source.next(), ARRIVAL);
            let record = Traveller { born: now, luck: source.luck(), station: 0 };
            match free.pop() {
                Some(id) => {
                    records[id as usize] = record;
                    id
                }
                None => {
                    records.push(record);
                    records.len() as u32 - 1
                }
            }
        } else {
            let traveller = &mut records[payload as usize];
            let station = &mut stations[traveller.station as usize];
            let goes_on = traveller.station < 9 || uniform(&mut traveller.luck.draws(again)) < 0.2;
            let (luck, born) = (traveller.luck, traveller.born);
            traveller.luck = luck.child(station.onwards, 0);
            traveller.station = if traveller.station == 9 { 0 } else { traveller.station + 1 };
            match station.waiting.pop_front() {
                Some(next) => {
                    let luck = records[next as usize].luck;
                    pending.push(now + work(luck, station.serve), next);
                }
                None => station.idle += 1,
            }
            if !goes_on {
                tally.count(born, now);
                free.push(payload);
                continue;
            }
            payload
        };
        let traveller = &records[id as usize];
        let station = &mut stations[traveller.station as usize];
        if station.idle > 0 {
            station.idle -= 1;
            pending.push(now + work(traveller.luck, station.serve), id);
        } else {
            station.waiting.push_back(id);
        }
    }
    tally
}

/// A message whose caller may give up.
#[derive(Clone, Copy)]
struct Call {
    born: u64,
    luck: Luck,
    /// When this attempt was made; `NEVER` between attempts.
    issued: u64,
    /// When it will have been served; `NEVER` while it waits.
    served: u64,
    failures: u8,
}

/// Kinds of event, above the place of the record.
const SERVED: u32 = 0;
const TIMEOUT: u32 = 1 << 28;
const RETRY: u32 = 2 << 28;
const PLACE: u32 = TIMEOUT - 1;

/// M/M/10; a caller gives up after 2 s and tries again after 0.5, 1 and 2 s.
fn impatient<P: Pending>(model: &Model) -> Tally {
    let end = last_moment(model).ns();
    let mut pending = P::with_lanes(4);
    let mut run = Impatient {
        serve: purpose(model, "operation/q.serve/work/1"),
        call: key(model, "site/traffic.m/client"),
        retry: key(model, "retry"),
        calls: Vec::new(),
        free: Vec::new(),
        waiting: VecDeque::new(),
        idle: 10,
        tally: Tally::default(),
    };
    let mut source = Poisson::new(model, 8.0);
    pending.push(source.next(), ARRIVAL);
    loop {
        let calls = &run.calls;
        let is_live = |at, payload| is_due(calls, at, payload);
        let Some((now, payload)) = pending.pop(end, is_live) else { return run.tally };
        if payload == ARRIVAL {
            pending.push(source.next(), ARRIVAL);
            let id = run.new_call(now, source.luck());
            run.issue(id, now, &mut pending);
            continue;
        }
        let id = payload & PLACE;
        match payload & !PLACE {
            SERVED => run.on_served(id, now, &mut pending),
            TIMEOUT => run.on_timeout(id, now, &mut pending),
            _ => run.issue(id, now, &mut pending),
        }
    }
}

/// Whether a timer is about the attempt that is being made now.
#[inline]
fn is_due(calls: &[Call], at: u64, payload: u32) -> bool {
    payload & !PLACE == RETRY || calls[(payload & PLACE) as usize].issued + 2 * SECOND_NS == at
}

struct Impatient {
    serve: Purpose,
    call: Key,
    retry: Key,
    calls: Vec<Call>,
    free: Vec<u32>,
    /// Calls and when they were issued; those that have gone are skipped at the head.
    waiting: VecDeque<(u32, u64)>,
    idle: u32,
    tally: Tally,
}

/// Between attempts, and such that no timeout falls on it.
const NOT_ISSUED: u64 = NEVER / 2;

impl Impatient {
    #[inline]
    fn new_call(&mut self, now: u64, luck: Luck) -> u32 {
        let luck = luck.child(self.call, 0);
        let call = Call { born: now, luck, issued: NOT_ISSUED, served: NEVER, failures: 0 };
        if let Some(id) = self.free.pop() {
            self.calls[id as usize] = call;
            id
        } else {
            self.calls.push(call);
            self.calls.len() as u32 - 1
        }
    }

    #[inline]
    fn issue(&mut self, id: u32, now: u64, pending: &mut impl Pending) {
        self.calls[id as usize].issued = now;
        pending.push_in_lane(0, now + 2 * SECOND_NS, TIMEOUT | id);
        if self.idle > 0 {
            self.idle -= 1;
            self.start(id, now, pending);
        } else {
            self.waiting.push_back((id, now));
        }
    }

    #[inline]
    fn start(&mut self, id: u32, now: u64, pending: &mut impl Pending) {
        let call = &mut self.calls[id as usize];
        call.served = now + work(call.luck, self.serve);
        pending.push(call.served, SERVED | id);
    }

    #[inline]
    fn free_worker(&mut self, now: u64, pending: &mut impl Pending) {
        while let Some((next, issued)) = self.waiting.pop_front() {
            if self.calls[next as usize].issued == issued {
                return self.start(next, now, pending);
            }
        }
        self.idle += 1;
    }

    #[inline]
    fn on_served(&mut self, id: u32, now: u64, pending: &mut impl Pending) {
        let call = &mut self.calls[id as usize];
        if call.served != now {
            return;
        }
        (call.served, call.issued) = (NEVER, NOT_ISSUED);
        self.tally.count(call.born, now);
        self.free.push(id);
        self.free_worker(now, pending);
    }

    #[inline]
    fn on_timeout(&mut self, id: u32, now: u64, pending: &mut impl Pending) {
        let call = &mut self.calls[id as usize];
        let was_served = call.served != NEVER;
        (call.served, call.issued) = (NEVER, NOT_ISSUED);
        call.failures += 1;
        if call.failures == 4 {
            self.tally.failed += 1;
            self.free.push(id);
        } else {
            call.luck = call.luck.child(self.retry, 0);
            let lane = usize::from(call.failures);
            let pause = (SECOND_NS / 2) << (call.failures - 1);
            pending.push_in_lane(lane, now + pause, RETRY | id);
        }
        if was_served {
            self.free_worker(now, pending);
        }
    }
}
