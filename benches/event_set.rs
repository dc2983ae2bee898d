//! What the calendar costs an event, beside a binary heap.
//!
//! The hold model: pop the first event and schedule one that is exponentially later, so that the
//! same number stays pending. `cargo bench --bench event_set` ends with a table whose columns were
//! measured in turn in one process; `EVENT_SET_FULL=1` adds 10⁷ pending events. Before anything
//! is timed, the ladder and the heap must have popped the same events.

use std::hint::black_box;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion};
use rand::Rng;
use surgeplan::engine::random::uniform;
use surgeplan::engine::{
    Calendar, HeapCalendar, Key, LaneId, Occurrence, SimDuration, SimTime, Stream,
};

const PENDING: [u32; 7] = [1, 2, 10, 100, 1_000, 100_000, 1_000_000];
/// Sizes that `--test` runs.
const SMALL: usize = 5;
/// Steps between two looks at the clock in the table.
const STEPS: u32 = 50_000;
/// The table shows the best of this many turns.
const TURNS: usize = 40;
/// Of this many timers one is live when its time comes.
const STALE: u32 = 5;
/// Mean distance of an event from the one that caused it.
const MEAN_NS: f64 = 1e9;

/// What both calendars can do.
trait EventSet {
    fn new(lanes: usize) -> Self;
    fn schedule(&mut self, at: SimTime, payload: u32);
    fn schedule_in_lane(&mut self, lane: usize, at: SimTime, payload: u32);
    fn pop(&mut self) -> Option<(SimTime, u32)>;
}

struct Ladder(Calendar, Vec<LaneId>);

struct Heap(HeapCalendar);

impl EventSet for Ladder {
    fn new(lanes: usize) -> Self {
        let mut calendar = Calendar::new();
        let lanes = (0..lanes).map(|_| calendar.add_lane()).collect();
        Self(calendar, lanes)
    }
    #[inline]
    fn schedule(&mut self, at: SimTime, payload: u32) {
        self.0.schedule(at, payload);
    }
    #[inline]
    fn schedule_in_lane(&mut self, lane: usize, at: SimTime, payload: u32) {
        self.0.schedule_in_lane(self.1[lane], at, payload);
    }
    #[inline]
    fn pop(&mut self) -> Option<(SimTime, u32)> {
        self.0.pop(SimTime::MAX, is_live).map(|event| (event.at, event.payload))
    }
}

impl EventSet for Heap {
    fn new(_lanes: usize) -> Self {
        Self(HeapCalendar::new())
    }
    #[inline]
    fn schedule(&mut self, at: SimTime, payload: u32) {
        self.0.schedule(at, payload);
    }
    #[inline]
    fn schedule_in_lane(&mut self, _lane: usize, at: SimTime, payload: u32) {
        self.0.schedule_in_lane(at, payload);
    }
    #[inline]
    fn pop(&mut self) -> Option<(SimTime, u32)> {
        self.0.pop(SimTime::MAX, is_live).map(|event| (event.at, event.payload))
    }
}

#[inline]
fn is_live(event: Occurrence) -> bool {
    event.payload.is_multiple_of(STALE)
}

/// A calendar in the middle of the hold model.
struct Hold<E> {
    events: E,
    stream: Stream,
    delays_ns: Vec<u64>,
    lanes: usize,
    digest: u64,
}

impl<E: EventSet> Hold<E> {
    /// With `pending` events, and `lanes` lanes that will hold about as many timers in all.
    fn new(pending: u32, lanes: usize) -> Self {
        let mut stream = Stream::from(Key::new(1, 0, "delays"));
        let delay = |_| (-libm::log(uniform(&mut stream)) * MEAN_NS) as u64;
        let delays_ns = (0..4096).map(delay).collect();
        let stream = Stream::from(Key::new(1, 0, "hold"));
        let mut hold = Self { events: E::new(lanes), stream, delays_ns, lanes, digest: 0 };
        for payload in 0..pending {
            let at = SimTime::ZERO + hold.delay();
            hold.events.schedule(at, payload);
        }
        // Every event is replaced a few times, so that the age of the calendar does not show.
        hold.steps(pending.saturating_mul(3));
        hold
    }

    #[inline]
    fn delay(&mut self) -> SimDuration {
        let word = self.stream.next_u64();
        SimDuration::from_ns(self.delays_ns[(word >> 52) as usize] + (word & 0xf_ffff))
    }

    /// One event; with lanes, a timer beside each event that is not itself a timer.
    #[inline]
    fn step(&mut self) {
        let (now, payload) = self.events.pop().expect("an event was scheduled for each popped");
        let seen = now.ns() ^ u64::from(payload);
        self.digest = (self.digest ^ seen).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        if payload & TIMER != 0 {
            return;
        }
        let at = now + self.delay();
        self.events.schedule(at, payload);
        if self.lanes > 0 {
            let number = (self.digest >> 40) as u32;
            let lane = number as usize % self.lanes;
            let length = SimDuration::from_ns(MEAN_NS as u64 * (lane as u64 + 1) / 2);
            self.events.schedule_in_lane(lane, now + length, TIMER | number);
        }
    }

    fn steps(&mut self, steps: u32) {
        (0..steps).for_each(|_| self.step());
    }

    fn ns_per_step(&mut self, steps: u32) -> f64 {
        let start = Instant::now();
        self.steps(steps);
        start.elapsed().as_nanos() as f64 / f64::from(steps)
    }
}

const TIMER: u32 = 1 << 31;

/// The two calendars in the same state, having popped the same events.
fn pair(pending: u32, lanes: usize) -> (Hold<Ladder>, Hold<Heap>) {
    let (mut ladder, mut heap) = (Hold::new(pending, lanes), Hold::new(pending, lanes));
    ladder.steps(10_000);
    heap.steps(10_000);
    assert_eq!(ladder.digest, heap.digest, "the ladder's order at {pending} pending is wrong");
    (ladder, heap)
}

fn hold(criterion: &mut Criterion, name: &str, lanes: usize) {
    let mut group = criterion.benchmark_group(name);
    for pending in sizes() {
        // Made when a bench of this size is wanted.
        let mut both = None;
        group.bench_function(BenchmarkId::new("ladder", pending), |bencher| {
            let (ladder, _) = both.get_or_insert_with(|| pair(pending, lanes));
            bencher.iter(|| ladder.step());
        });
        group.bench_function(BenchmarkId::new("heap", pending), |bencher| {
            let (_, heap) = both.get_or_insert_with(|| pair(pending, lanes));
            bencher.iter(|| heap.step());
        });
    }
    group.finish();
}

/// Every event causes one at the next tick, so that all that are pending share a time.
fn ticks(criterion: &mut Criterion) {
    fn start<E: EventSet>(pending: u32) -> E {
        let mut events = E::new(0);
        (0..pending).for_each(|payload| events.schedule(SimTime::ZERO, payload));
        events
    }
    fn tick<E: EventSet>(events: &mut E) -> u32 {
        let (now, payload) = events.pop().expect("an event was scheduled for each popped");
        events.schedule(now + SimDuration::from_millis(1), payload);
        payload
    }
    fn bench<E: EventSet>(criterion: &mut Criterion, name: &str, pending: u32) {
        let mut events = None;
        criterion.bench_function(&format!("ticks/{name}/{pending}"), |bencher| {
            let events = events.get_or_insert_with(|| start::<E>(pending));
            bencher.iter(|| black_box(tick(events)));
        });
    }
    for pending in sizes().filter(|&pending| pending >= 1_000) {
        let (mut ladder, mut heap) = (start::<Ladder>(pending), start::<Heap>(pending));
        assert!((0..10_000).all(|_| tick(&mut ladder) == tick(&mut heap)));
        bench::<Ladder>(criterion, "ladder", pending);
        bench::<Heap>(criterion, "heap", pending);
    }
}

/// All sizes in turn, so that a busy phase of the machine meets all of them.
fn table() {
    let (turns, steps) = if is_smoke() { (1, 1_000) } else { (TURNS, STEPS) };
    let mut rows: Vec<_> = sizes().map(|pending| (pair(pending, 0), pair(pending, 4))).collect();
    let mut best = vec![[f64::INFINITY; 4]; rows.len()];
    for _ in 0..turns {
        for (((ladder, heap), (ladder_timers, heap_timers)), best) in rows.iter_mut().zip(&mut best)
        {
            let now = [
                ladder.ns_per_step(steps),
                heap.ns_per_step(steps),
                ladder_timers.ns_per_step(steps),
                heap_timers.ns_per_step(steps),
            ];
            *best = std::array::from_fn(|i| best[i].min(now[i]));
        }
    }
    println!("\nns a popped event, best of {turns} turns of {steps}");
    println!("   pending |  ladder    heap | with as many timers in 4 lanes: ladder    heap");
    for (pending, [ladder, heap, ladder_timers, heap_timers]) in sizes().zip(&best) {
        println!(
            "{pending:>10} | {ladder:>7.1} {heap:>7.1} | {ladder_timers:>38.1} {heap_timers:>7.1}"
        );
    }
    let at = |pending| sizes().zip(&best).find(|&(size, _)| size == pending).map(|(_, ns)| ns[0]);
    if let (Some(thousand), Some(million)) = (at(1_000), at(1_000_000)) {
        println!("ratio 1e6/1e3 = {:.2} (ladder)", million / thousand);
    }
}

fn sizes() -> impl Iterator<Item = u32> {
    let full = std::env::var_os("EVENT_SET_FULL").map(|_| 10_000_000);
    let small = if is_smoke() { SMALL } else { usize::MAX };
    PENDING.into_iter().chain(full).take(small)
}

fn is_smoke() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .sample_size(30)
        .configure_from_args();
    hold(&mut criterion, "hold", 0);
    hold(&mut criterion, "timers", 4);
    ticks(&mut criterion);
    criterion.final_summary();
    table();
}
