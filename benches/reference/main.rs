//! How far is the engine from a loop that somebody wrote by hand for one model?
//!
//! Four models run through a scenario's text, with all that is always measured, and as loops that
//! count messages and sum latencies, over the calendar that suits them best. Both must agree on
//! every message, to the nanosecond, before anything is timed.
//!
//! `cargo bench --bench reference -- --test` checks the agreement alone, on short runs;
//! `cargo bench --bench reference -- ratios` measures the distance alone.

mod loops;
mod meters;
mod pending;
mod scenarios;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use surgeplan::measure::Measurements;
use surgeplan::model::Model;
use surgeplan::sim;

use meters::{memory_of, time_of};
use pending::{Heap, Ladder};
use scenarios::{Reference, Tally, model, simulate};

/// A loop for a model, and what it is built on.
type Loop = (&'static str, Box<dyn Fn(&Model) -> Tally>);

fn main() {
    let is_asked = |what| std::env::args().any(|argument| argument == what);
    if is_asked("ratios") {
        return ratios(1_000_000);
    }
    let is_smoke = is_asked("--test");
    let messages = if is_smoke { 20_000 } else { 1_000_000 };
    for reference in Reference::ALL {
        agree(reference, messages);
    }
    allocations(messages);
    memory(messages);
    criterion(if is_smoke { 2_000 } else { 100_000 });
    if !is_smoke {
        ratios(messages);
    }
}

fn loops_of(reference: Reference) -> Vec<Loop> {
    let mut all: Vec<Loop> = vec![
        ("radix ladder", Box::new(move |model| loops::run::<Ladder>(reference, model))),
        ("binary heap", Box::new(move |model| loops::run::<Heap>(reference, model))),
    ];
    if reference == Reference::OneWorker {
        all.push(("two times", Box::new(loops::one_worker)));
    }
    all
}

/// Checks that the engine and all loops come to the same figures, and prints them.
fn agree(reference: Reference, messages: u32) {
    let model = reference.model(messages);
    let (tally, measurements) = simulate(&model);
    for (calendar, run) in loops_of(reference) {
        assert_eq!(run(&model), tally, "{} by hand over a {calendar}", reference.name());
    }
    println!(
        "{}: {} delivered, {} failed, {} ns of latency, {} events, digest {:016x}",
        reference.name(),
        tally.delivered,
        tally.failed,
        tally.latency_sum,
        measurements.events,
        digest(&measurements)
    );
}

/// FNV-1a over all that was measured.
fn digest(measurements: &Measurements) -> u64 {
    let text = format!("{measurements:?}");
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Shows that a run in its steady state allocates nothing, and that its memory does not grow.
fn allocations(messages: u32) {
    println!("\n{:<28}{:>22}{:>24}", "", "allocations", "peak KiB");
    println!("{:<28}{:>10}{:>12}{:>12}{:>12}", "messages", messages, 2 * messages, "", "");
    for reference in Reference::ALL {
        let [once, twice] = [messages, 2 * messages].map(|messages| {
            let model = reference.model(messages);
            memory_of(|| black_box(sim::run(&model, 0))).1
        });
        println!(
            "{:<28}{:>10}{:>12}{:>12}{:>12}",
            reference.name(),
            once.allocations,
            twice.allocations,
            once.peak_bytes >> 10,
            twice.peak_bytes >> 10
        );
        let more = twice.allocations.saturating_sub(once.allocations);
        // A longer run sees rarer latencies, whose octaves get a page of counts each.
        assert!(more < u64::from(messages / 50), "{more} allocations by {messages} messages");
    }
}

/// Shows what a message in flight takes: in a queue, and in the calendar.
fn memory(messages: u32) {
    let queued = format!(
        "[run]\nhorizon = \"1s\"\n\
         [traffic.m]\nto = \"q.serve\"\nconstant = {{ rate = \"{messages}/s\" }}\n\
         [service.q]\ninstances = 1\nworkers = 1\n\
         [service.q.operation.serve]\nwork = \"10s\"\n"
    );
    let served = queued.replace("workers = 1", &format!("workers = {messages}"));
    let scattered =
        served.replace("\"10s\"", "{ uniform = { minimum = \"5s\", maximum = \"10s\" } }");
    println!();
    for (where_to, text) in
        [("in a queue", queued), ("in a lane", served), ("in the ladder", scattered)]
    {
        let model = model(&text);
        let (measurements, memory) = memory_of(|| sim::run(&model, 0));
        let in_flight = measurements.classes[0].ages.exact().count();
        println!(
            "{in_flight} messages in flight {where_to}: {:.0} bytes each at the peak",
            memory.peak_bytes as f64 / in_flight as f64
        );
    }
}

fn criterion(messages: u32) {
    let mut criterion = Criterion::default().configure_from_args();
    for reference in Reference::ALL {
        let model = reference.model(messages);
        let mut group = criterion.benchmark_group(reference.name());
        group.sample_size(10).throughput(Throughput::Elements(sim::run(&model, 0).events));
        group.bench_function("engine", |bencher| bencher.iter(|| sim::run(&model, 0)));
        for (calendar, run) in loops_of(reference) {
            group.bench_function(calendar, |bencher| bencher.iter(|| run(&model)));
        }
        group.finish();
    }
    criterion.final_summary();
}

/// Times engine and loops in turn, so that both see the same weather on the machine.
fn ratios(messages: u32) {
    const ROUNDS: usize = 9;
    println!("\nns per event on the processor, medians of {ROUNDS} rounds taken in turn");
    println!("{:<28}{:>10}{:>10}{:>8}  by hand over a", "", "by hand", "engine", "ratio");
    for reference in Reference::ALL {
        let model = reference.model(messages);
        let loops = loops_of(reference);
        let events = sim::run(&model, 0).events as f64;
        let mut engine = Vec::new();
        let mut by_hand = vec![Vec::new(); loops.len()];
        for _ in 0..ROUNDS {
            engine.push(time_of(|| black_box(sim::run(&model, 0))).1 / events);
            for ((_, run), times) in loops.iter().zip(&mut by_hand) {
                times.push(time_of(|| black_box(run(&model))).1 / events);
            }
        }
        let best = (0..loops.len())
            .min_by(|&a, &b| median(&by_hand[a]).total_cmp(&median(&by_hand[b])))
            .expect("every model has a loop");
        let ratios: Vec<f64> = engine.iter().zip(&by_hand[best]).map(|(e, h)| e / h).collect();
        let each = loops.iter().zip(&by_hand);
        let each: Vec<_> = each.map(|((on, _), ns)| format!("{on} {:.1}", median(ns))).collect();
        println!(
            "{:<28}{:>10.1}{:>10.1}{:>8.2}  {}",
            reference.name(),
            median(&by_hand[best]),
            median(&engine),
            median(&ratios),
            each.join(", ")
        );
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
