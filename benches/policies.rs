//! What does a call cost by each policy, a message by each discipline, a service by its chatter?
//!
//! One scenario, plain and with each key set: a client calls a service of 100 workers at 80 %.
//! Each is run once for its events before it is timed, and all are timed in turn, so that they see
//! the same weather on the machine; what is told is the ratio to the plain scenario.
//!
//! `cargo bench --bench policies` measures; `-- --test` runs each once, on a short horizon.

use std::hint::black_box;
use std::time::Instant;

use surgeplan::language::Document;
use surgeplan::model::Model;
use surgeplan::scenario::model_of;
use surgeplan::sim;

const PLAIN: &str = r#"
[run]
horizon = "HORIZON"

[traffic.m]
to = "q.serve"
poisson = { rate = "8k/s" }
timeout = "1s"

[service.q]
instances = 10
workers = 10

[service.q.operation.serve]
work = { exponential = { mean = "10ms" } }
"#;

/// What is set, beside nothing.
const VARIANTS: [(&str, &str); 20] = [
    ("a call with a timeout, a FIFO queue", ""),
    ("retry, exponential", "traffic.m.retry={exponential={base=\"10ms\"}}"),
    ("retry, full jitter", "traffic.m.retry=\"full-jitter\""),
    ("deadline", "traffic.m.deadline=\"3s\""),
    ("breaker", "traffic.m.breaker={}"),
    ("throttle", "traffic.m.throttle={}"),
    ("concurrency, AIMD", "traffic.m.concurrency={aimd={start=200,maximum=200}}"),
    (
        "concurrency, gradient2",
        "traffic.m.concurrency={gradient2={start=200,minimum=200,maximum=400}}",
    ),
    ("bulkhead", "traffic.m.bulkhead=1000"),
    ("hedge", "traffic.m.hedge={after=\"100ms\"}"),
    ("ejection", "traffic.m.ejection={}"),
    ("lifo", "service.q.queue=\"lifo\""),
    ("adaptive LIFO", "service.q.queue=\"adaptive-lifo\""),
    ("priority", "service.q.queue={priority={lanes=[\"m\"]}}"),
    ("fair by sender", "service.q.queue=\"fair\""),
    ("earliest deadline", "service.q.queue=\"earliest-deadline\""),
    ("CoDel", "service.q.queue={codel={target=\"1s\",interval=\"2s\"}}"),
    ("token bucket", "service.q.limits=[{token-bucket={rate=\"20k/s\"}}]"),
    ("five cells", "service.q.cells=5"),
    ("heartbeats", "service.q.chatter=[{full-mesh={every=\"100ms\",work=\"10us\"}}]"),
];

/// Times that each is run.
const ROUNDS: usize = 7;

fn main() {
    let is_smoke = std::env::args().any(|argument| argument == "--test");
    // Long enough for guards to have seen answers.
    let horizon = if is_smoke { "5s" } else { "20s" };
    let models: Vec<(&str, Model, f64)> = VARIANTS
        .into_iter()
        .map(|(name, change)| {
            let model = model(horizon, change);
            let run = sim::run(&model, 0);
            let messages: u64 = run.classes.iter().map(|class| class.arrived(0)).sum();
            let delivered: u64 = run.classes.iter().map(|class| class.ended(0, 0)).sum();
            assert!(10 * delivered > 8 * messages, "{name}: {delivered} of {messages} delivered");
            (name, model, messages as f64)
        })
        .collect();
    if is_smoke {
        return;
    }
    let mut times = vec![Vec::new(); models.len()];
    for _ in 0..ROUNDS {
        for ((_, model, messages), times) in models.iter().zip(&mut times) {
            let start = Instant::now();
            black_box(sim::run(model, 0));
            times.push(start.elapsed().as_nanos() as f64 / messages);
        }
    }
    let plain = times[0].clone();
    println!("{:<38}{:>14}{:>16}", "", "ns a message", "times the plain");
    for ((name, ..), times) in models.iter().zip(&times) {
        let ratios: Vec<f64> = times.iter().zip(&plain).map(|(this, plain)| this / plain).collect();
        println!("{name:<38}{:>14.0}{:>16.2}", median(times), median(&ratios));
    }
}

fn model(horizon: &str, change: &str) -> Model {
    let text = PLAIN.replace("HORIZON", horizon);
    let mut document = Document::parse("policies.toml", &text).expect("the text above is TOML");
    if !change.is_empty()
        && let Err(problems) = document.set(change)
    {
        panic!("{}", document.render(&problems, false));
    }
    let no_files = |_: &str| Err("there are no files".to_owned());
    model_of(&document, &no_files)
        .unwrap_or_else(|problems| panic!("{}", document.render(&problems, false)))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
