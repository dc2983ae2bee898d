//! Every figure on sample data, easy and hard: drawn twice, compared, and on request written out.
//!
//! `SURGEPLAN_CHART_PREVIEWS=folder cargo test --lib chart::previews` writes the pictures there.

use super::*;

/// A repeatable wiggle between −1 and 1.
fn noise(i: usize, salt: u64) -> f64 {
    let mut z = (i as u64).wrapping_add(salt << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

fn heading(title: &str) -> Heading {
    Heading {
        title: title.to_owned(),
        subtitle:
            "Promo blast beside one-time passwords · 10 runs of 4 h, 1.6 million messages each"
                .to_owned(),
    }
}

fn morning() -> Origin {
    Origin::Dated(jiff::civil::date(2022, 10, 21).at(9, 50, 0, 0))
}

fn timeline(origin: Origin, count: usize, horizon_s: f64) -> Timeline {
    let window = horizon_s / count as f64;
    Timeline { origin, at_s: (0..count).map(|i| (i as f64 + 0.5) * window).collect() }
}

fn level(label: &str, value: f64) -> Level {
    Level { label: label.to_owned(), value }
}

fn banded(values: Vec<f64>, width: f64) -> Curve {
    let low = values.iter().map(|v| v * (1.0 - width)).collect();
    let high = values.iter().map(|v| v * (1.0 + width)).collect();
    Curve { values, interval: Some((low, high)) }
}

/// A blast of `peak` from a tenth to half of the run over a base, of which `capacity` is served.
fn flow(name: &str, count: usize, base: f64, peak: f64, capacity: f64, salt: u64) -> Flow {
    let offered: Vec<f64> = (0..count)
        .map(|i| {
            let blast = if (count / 10..count / 2).contains(&i) { peak } else { 0.0 };
            (base + blast) * (1.0 + 0.06 * noise(i, salt))
        })
        .collect();
    let mut queue = 0.0;
    let mut carried = Vec::new();
    let mut goodput = Vec::new();
    for &rate in &offered {
        queue += rate;
        let served = f64::min(queue, capacity * (1.0 + 0.01 * noise(carried.len(), salt + 9)));
        queue -= served;
        carried.push(served);
        goodput.push(if queue > 3.0 * capacity { served * 0.35 } else { served });
    }
    Flow {
        name: name.to_owned(),
        offered: Curve::exact(offered),
        carried: Curve::exact(carried),
        goodput: banded(goodput, 0.04),
        limits: vec![
            level("us-carriers: 4,000/s", capacity),
            level("api: 12,000/s", 3.0 * capacity),
        ],
        target: Some(level("target: 3,000/s", capacity * 0.75)),
    }
}

fn load_figures() -> Vec<(&'static str, Vec<u8>)> {
    let usual = LoadFigure {
        heading: heading("Offered load and goodput"),
        time: timeline(morning(), 240, 4.0 * 3_600.0),
        total: flow("All classes", 240, 900.0, 5_200.0, 4_000.0, 1),
        classes: vec![],
    };
    let classes = LoadFigure {
        time: timeline(Origin::TimeOfDay(jiff::civil::time(20, 0, 0, 0)), 288, 86_400.0),
        classes: vec![
            flow("otp", 288, 300.0, 0.0, 1_000.0, 2),
            flow(
                "promo-with-a-name-that-a-generator-made-and-nobody-shortened-north-america-east-17-blue",
                288,
                10.0,
                5_000.0,
                2_500.0,
                3,
            ),
            Flow { limits: vec![], ..flow("newsletter", 288, 0.0, 0.0, 1.0, 4) },
        ],
        total: flow("All classes", 288, 900.0, 5_200.0, 4_000.0, 1),
        ..usual.clone()
    };
    let mut hard = flow("", 2_016, 1e9, 9e9, 6e9, 5);
    hard.offered.values[300..500].fill(f64::NAN);
    hard.goodput.values[1_500..1_600].fill(f64::NAN);
    hard.goodput.values[1_550] = 3e9;
    hard.limits = (0..12)
        .map(|i| {
            level(
                &format!("carrier-group.very-long-carrier-group-name-{i}: {i} G/s"),
                6e9 + 1e8 * f64::from(i),
            )
        })
        .collect();
    let hard = LoadFigure {
        heading: Heading {
            title: "A title that goes on and on, as titles of generated scenarios do, until it meets the edge of the picture".to_owned(),
            subtitle: "A week · ".repeat(60),
        },
        time: timeline(morning(), 2_016, 7.0 * 86_400.0),
        total: hard,
        classes: (0..40).map(|i| flow(&format!("class-{i}"), 10, 1.0, 1.0, 1.0, 1)).collect(),
    };
    let empty = LoadFigure {
        heading: Heading { title: "Nothing ran".to_owned(), subtitle: String::new() },
        time: Timeline { origin: Origin::Elapsed, at_s: vec![] },
        total: Flow::default(),
        classes: vec![],
    };
    let one = LoadFigure {
        time: Timeline { origin: Origin::Elapsed, at_s: vec![30.0] },
        total: flow("All classes", 1, 1e-9, 0.0, 1e-9, 1),
        ..empty.clone()
    };
    vec![
        ("load", usual.png()),
        ("load-classes", classes.png()),
        ("load-hard", hard.png()),
        ("load-empty", empty.png()),
        ("load-one", one.png()),
    ]
}

/// Latency that rises a hundredfold in the blast and wiggles.
fn latency(count: usize, base_s: f64, salt: u64) -> Vec<f64> {
    (0..count)
        .map(|i| {
            let place = i as f64 / count as f64;
            let blast =
                if (0.1..0.6).contains(&place) { 1.0 + 2_000.0 * (place - 0.1) } else { 1.0 };
            base_s * blast * (1.0 + 0.3 * noise(i, salt))
        })
        .collect()
}

fn latency_class(name: &str, count: usize, base_s: f64, salt: u64) -> LatencyClass {
    let quantile = |quantile: f64, times: f64| QuantileCurve {
        quantile,
        latency_s: banded(latency(count, base_s * times, salt), 0.2),
    };
    LatencyClass {
        name: name.to_owned(),
        quantiles: vec![quantile(0.5, 1.0), quantile(0.95, 4.0), quantile(0.99, 9.0)],
        target: Some(level("p99 at most 10 s", 10.0)),
    }
}

fn latency_figures() -> Vec<(&'static str, Vec<u8>)> {
    let mut otp = latency_class("otp", 240, 0.08, 1);
    for curve in &mut otp.quantiles {
        curve.latency_s.values[150..165].fill(f64::NAN);
    }
    let one = LatencyFigure {
        heading: heading("Latency over time"),
        time: timeline(morning(), 240, 4.0 * 3_600.0),
        classes: vec![otp.clone()],
    };
    let mut never = latency_class("promo", 240, 2.0, 2);
    never.quantiles[2].latency_s.values[60..140].fill(f64::INFINITY);
    let two = LatencyFigure { classes: vec![otp.clone(), never.clone()], ..one.clone() };
    let mut huge = latency_class("huge", 240, 1e9, 3);
    huge.target = None;
    let mut many: Vec<LatencyClass> = (0..40)
        .map(|i| {
            latency_class(
                &format!("tenant-class-with-a-long-name-of-a-generator-{i}"),
                240,
                0.01 * f64::from(i + 1),
                i as u64,
            )
        })
        .collect();
    many[3] = never;
    many[7] = LatencyClass {
        name: "silent".to_owned(),
        target: Some(level("p99 at most 1 ms, which is wanted much", 1e-3)),
        ..LatencyClass::default()
    };
    let many = LatencyFigure { classes: many, ..one.clone() };
    let wide = LatencyFigure {
        classes: vec![latency_class("tiny", 240, 1e-9, 4), huge, latency_class("alone", 1, 1.0, 1)],
        time: timeline(morning(), 240, 7.0 * 86_400.0),
        ..one.clone()
    };
    let empty = LatencyFigure { classes: vec![], ..one.clone() };
    vec![
        ("latency-one", one.png()),
        ("latency-two", two.png()),
        ("latency-many", many.png()),
        ("latency-wide", wide.png()),
        ("latency-empty", empty.png()),
    ]
}

/// A class whose latencies fall off as a power beyond `median_s`, a share `never` staying out.
fn distribution(
    name: &str,
    median_s: f64,
    power: f64,
    never: f64,
    limit_s: f64,
) -> DistributionClass {
    let latency_s: Vec<f64> =
        (0..400).map(|i| median_s * libm::pow(10.0, f64::from(i) / 60.0 - 2.0)).collect();
    let later: Vec<f64> = latency_s
        .iter()
        .map(|t| never + (1.0 - never) / (1.0 + libm::pow(t / median_s, power)))
        .collect();
    let measured = latency_s.iter().zip(&later).find(|(_, later)| **later <= 0.01).map(|(t, _)| *t);
    let target =
        QuantileTarget { quantile: 0.99, limit_s, measured_s: measured.unwrap_or(f64::INFINITY) };
    DistributionClass { name: name.to_owned(), latency_s, later, target: Some(target) }
}

fn distribution_figures() -> Vec<(&'static str, Vec<u8>)> {
    let usual = DistributionFigure {
        heading: heading("How late messages are"),
        classes: vec![
            distribution("otp", 0.4, 2.2, 0.0, 10.0),
            distribution("promo", 600.0, 3.0, 0.02, 3_600.0),
            distribution("newsletter", 60.0, 1.4, 0.0, 36_000.0),
        ],
    };
    let common = DistributionFigure {
        classes: (0..6)
            .map(|i| {
                distribution(
                    [
                        "otp",
                        "promo",
                        "newsletter",
                        "call",
                        "alert",
                        "a-class-whose-name-is-far-too-long-for-its-room",
                    ][i],
                    0.1 * libm::pow(2.0, i as f64),
                    2.0 + 0.2 * i as f64,
                    0.0,
                    10.0,
                )
            })
            .collect(),
        ..usual.clone()
    };
    let many = DistributionFigure {
        classes: (0..40)
            .map(|i| {
                let never = if i % 7 == 0 { 0.003 } else { 0.0 };
                distribution(
                    &format!("class-{i}"),
                    0.05 * f64::from(i + 1),
                    1.6 + 0.05 * f64::from(i),
                    never,
                    1.0 + f64::from(i),
                )
            })
            .collect(),
        ..usual.clone()
    };
    let odd = DistributionFigure {
        classes: vec![
            DistributionClass { name: "nothing".to_owned(), ..DistributionClass::default() },
            DistributionClass {
                name: "one".to_owned(),
                latency_s: vec![1e10],
                later: vec![0.5],
                target: None,
            },
            DistributionClass {
                name: "tiny".to_owned(),
                latency_s: vec![1e-9, 1e-8],
                later: vec![0.5, 0.0],
                target: None,
            },
        ],
        ..usual.clone()
    };
    vec![
        ("distribution", usual.png()),
        ("distribution-common", common.png()),
        ("distribution-many", many.png()),
        ("distribution-odd", odd.png()),
    ]
}

fn resource(name: &str, owner: Owner, peak: f64, waiting: f64, salt: u64) -> Resource {
    let count = 240;
    let shape: Vec<f64> = (0..count)
        .map(|i| {
            let place = i as f64 / count as f64;
            if (0.1..0.75).contains(&place) { 1.0 } else { 0.2 + 0.02 * noise(i, salt) }
        })
        .collect();
    let utilization = shape
        .iter()
        .enumerate()
        .map(|(i, s)| (s * peak * (1.0 + 0.04 * noise(i, salt))).min(1.0))
        .collect();
    let queue = (0..count)
        .map(|i| {
            let place = i as f64 / count as f64;
            let tent = if place < 0.45 { (place - 0.1) / 0.35 } else { (0.75 - place) / 0.3 };
            (waiting * tent.max(0.0)).round()
        })
        .collect();
    Resource { name: name.to_owned(), owner, utilization, queue, binding: false }
}

fn resource_figures() -> Vec<(&'static str, Vec<u8>)> {
    let mut bound = resource("us-carriers", Owner::Carrier, 1.3, 1_003_000.0, 1);
    bound.binding = true;
    let usual = ResourcesFigure {
        heading: heading("Who is busy, and who waits"),
        time: timeline(morning(), 240, 4.0 * 3_600.0),
        resources: vec![
            resource("api", Owner::Service, 0.06, 0.0, 2),
            resource("sender", Owner::Service, 0.62, 40.0, 3),
            bound.clone(),
            resource("accounts", Owner::Service, 0.31, 3.0, 4),
        ],
    };
    let mut many: Vec<Resource> = (0..1_000)
        .map(|i| {
            let owner = if i % 3 == 0 { Owner::Service } else { Owner::Carrier };
            resource(
                &format!("carrier-group.a-group-with-a-very-long-name.member-{i}"),
                owner,
                f64::from(i) / 1_000.0,
                f64::from(i * i) / 1e3,
                i as u64,
            )
        })
        .collect();
    many.push(bound);
    many[990].utilization[100..140].fill(f64::NAN);
    many[991].utilization[100..140].fill(1.8);
    let many = ResourcesFigure { resources: many, ..usual.clone() };
    let idle = Resource {
        utilization: vec![],
        queue: vec![],
        ..resource("idle", Owner::Service, 0.0, 0.0, 1)
    };
    let odd = ResourcesFigure { resources: vec![idle], ..usual.clone() };
    let empty = ResourcesFigure { resources: vec![], ..usual.clone() };
    vec![
        ("resources", usual.png()),
        ("resources-many", many.png()),
        ("resources-idle", odd.png()),
        ("resources-empty", empty.png()),
    ]
}

fn outcomes(name: &str, counts: &[(Outcome, f64)]) -> ClassOutcomes {
    ClassOutcomes { name: name.to_owned(), counts: counts.to_vec() }
}

fn outcome_figures() -> Vec<(&'static str, Vec<u8>)> {
    use Outcome::{Dropped, Expired, Failed, InFlight, InTime, Late, Lost, Rejected};
    let usual = OutcomesFigure {
        heading: heading("Where messages ended up"),
        classes: vec![
            outcomes("promo", &[(InTime, 382_000.0), (Late, 617_000.0), (Lost, 1_003.0)]),
            outcomes(
                "otp",
                &[(InTime, 123_000.0), (Late, 450_000.0), (Lost, 600.0), (InFlight, 4_000.0)],
            ),
        ],
    };
    let every: Vec<(Outcome, f64)> =
        [InTime, Late, Failed, Rejected, Expired, Dropped, Lost, InFlight]
            .into_iter()
            .map(|outcome| (outcome, 125.0))
            .collect();
    let tiny: Vec<(Outcome, f64)> = every
        .iter()
        .map(|&(outcome, _)| (outcome, if outcome == InTime { 1e7 } else { 1.0 }))
        .collect();
    let all = OutcomesFigure {
        classes: vec![
            outcomes("every-outcome-in-a-class-with-a-very-long-name", &every),
            outcomes("rare ones", &tiny),
            outcomes("all well", &[(InTime, 1e10)]),
            outcomes("silent", &[]),
            outcomes("odd", &[(InTime, f64::NAN), (Late, f64::INFINITY), (Failed, -1.0)]),
        ],
        ..usual.clone()
    };
    let many = OutcomesFigure {
        classes: (0..40)
            .map(|i| {
                let i = f64::from(i);
                outcomes(
                    &format!("class-{i}"),
                    &[
                        (InTime, 40.0 - i),
                        (Late, i),
                        (Rejected, i / 3.0),
                        (Lost, 0.3),
                        (Expired, 5.0),
                    ],
                )
            })
            .collect(),
        ..usual.clone()
    };
    let empty = OutcomesFigure { classes: vec![], ..usual.clone() };
    vec![
        ("outcomes", usual.png()),
        ("outcomes-all", all.png()),
        ("outcomes-many", many.png()),
        ("outcomes-empty", empty.png()),
    ]
}

fn sweep_target(
    name: &str,
    measure: &str,
    quantity: Quantity,
    wanted: Wanted,
    bound: f64,
    values: &[f64],
) -> SweepTarget {
    let points = values
        .iter()
        .map(|&value| {
            let share = quantity == Quantity::Share;
            let (low, high) = if share {
                (value * 0.93, (value * 1.07).min(1.0))
            } else {
                (value * 0.8, value * 1.25)
            };
            let met = match wanted {
                Wanted::AtMost if high <= bound => Met::Yes,
                Wanted::AtLeast if low >= bound => Met::Yes,
                Wanted::AtMost if low > bound => Met::No,
                Wanted::AtLeast if high < bound => Met::No,
                Wanted::AtMost | Wanted::AtLeast => Met::Undecided,
            };
            SweepPoint { value, low, high, met }
        })
        .collect();
    SweepTarget {
        name: name.to_owned(),
        measure: measure.to_owned(),
        quantity,
        wanted,
        bound,
        points,
    }
}

fn sweep_figures() -> Vec<(&'static str, Vec<u8>)> {
    let tried = [4.0, 8.0, 16.0, 32.0, 64.0];
    let fast = |n: f64| {
        sweep_target(
            "passwords-fast",
            "p99 latency of otp",
            Quantity::Duration,
            Wanted::AtMost,
            10.0,
            &[9_000.0 * n, 1_200.0, 80.0, 9.5, 2.0],
        )
    };
    let share = sweep_target(
        "promo-in-time",
        "share of promo delivered within 1 h",
        Quantity::Share,
        Wanted::AtLeast,
        0.6,
        &[0.12, 0.31, 0.55, 0.78, 0.79],
    );
    let lost = sweep_target(
        "nothing-lost",
        "share lost",
        Quantity::Share,
        Wanted::AtMost,
        0.001,
        &[0.0, 0.0, 0.0, 0.0, 0.0],
    );
    let one = SweepFigure {
        heading: heading("More senders"),
        key: "instances of sender".to_owned(),
        tried: Tried::Numbers(Quantity::Number, tried.to_vec()),
        targets: vec![fast(1.0)],
    };
    let three = SweepFigure {
        targets: vec![fast(f64::INFINITY), share.clone(), lost.clone()],
        ..one.clone()
    };
    let cost = sweep_target(
        "cheap",
        "cost per million in time",
        Quantity::Number,
        Wanted::AtMost,
        6.0,
        &[5.1, 5.2, 5.4, 6.1, 9.9],
    );
    let rate = sweep_target(
        "a-target-with-a-name-that-is-longer-than-any-panel-is-wide",
        "goodput, of which more words are told than there is room for in a panel of this width",
        Quantity::PerSecond,
        Wanted::AtLeast,
        1e4,
        &[1e-9, 1.0, 1e3, 1e6, 1e10],
    );
    let broken = sweep_target(
        "unmeasured",
        "nothing at all",
        Quantity::Number,
        Wanted::AtMost,
        f64::NAN,
        &[f64::NAN, f64::NAN, 3.0, f64::NAN, f64::INFINITY],
    );
    let six_targets =
        vec![fast(1.0), share.clone(), lost.clone(), cost.clone(), rate.clone(), broken.clone()];
    let six = SweepFigure { targets: six_targets.clone(), ..one.clone() };
    let linear = SweepFigure {
        tried: Tried::Numbers(
            Quantity::PerSecond,
            (0..40).map(|i| 1_000.0 + 250.0 * f64::from(i)).collect(),
        ),
        targets: vec![
            sweep_target(
                "passwords-fast",
                "p99 latency of otp",
                Quantity::Duration,
                Wanted::AtMost,
                10.0,
                &(0..40).map(|i| 0.5 * libm::pow(1.12, f64::from(i))).collect::<Vec<_>>(),
            ),
            sweep_target(
                "flat",
                "a measure that nothing changes",
                Quantity::Share,
                Wanted::AtLeast,
                0.99,
                &[0.995; 40],
            ),
        ],
        key: "offered load".to_owned(),
        ..one.clone()
    };
    let single = SweepFigure { tried: Tried::Numbers(Quantity::Number, vec![8.0]), ..one.clone() };
    let names = SweepFigure {
        heading: heading("Which option gets there"),
        key: "option".to_owned(),
        tried: Tried::Names(
            [
                "as it is",
                "another-short-code",
                "cells = 4",
                "more-senders = 64",
                "a lane of its own for one-time passwords at every carrier",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        targets: vec![fast(f64::INFINITY), share, lost],
    };
    let forty = SweepFigure {
        tried: Tried::Names(
            (0..40).map(|i| format!("option-{i}-of-a-family-with-a-long-name-{i}")).collect(),
        ),
        targets: six_targets
            .into_iter()
            .map(|target| SweepTarget {
                points: target.points.iter().copied().cycle().take(40).collect(),
                ..target
            })
            .collect(),
        ..names.clone()
    };
    let empty = SweepFigure {
        targets: vec![],
        tried: Tried::Numbers(Quantity::Number, vec![]),
        ..one.clone()
    };
    let nameless = SweepFigure { targets: vec![], tried: Tried::Names(vec![]), ..one.clone() };
    vec![
        ("sweep-one", one.png()),
        ("sweep-three", three.png()),
        ("sweep-six", six.png()),
        ("sweep-linear", linear.png()),
        ("sweep-single", single.png()),
        ("sweep-names", names.png()),
        ("sweep-forty", forty.png()),
        ("sweep-empty", empty.png()),
        ("sweep-nameless", nameless.png()),
    ]
}

fn check(draw: fn() -> Vec<(&'static str, Vec<u8>)>) {
    let (first, second) = (draw(), draw());
    for ((name, bytes), (_, again)) in first.iter().zip(&second) {
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n", "{name} is not a PNG");
        assert!(bytes == again, "{name} differs between two drawings");
        if let Some(folder) = std::env::var_os("SURGEPLAN_CHART_PREVIEWS") {
            let file = std::path::Path::new(&folder).join(format!("{name}.png"));
            std::fs::write(&file, bytes).unwrap();
        }
    }
}

#[test]
fn load() {
    check(load_figures);
}

#[test]
fn latency_over_time() {
    check(latency_figures);
}

#[test]
fn latency_distribution() {
    check(distribution_figures);
}

#[test]
fn resources() {
    check(resource_figures);
}

#[test]
fn outcomes_of_classes() {
    check(outcome_figures);
}

#[test]
fn sweep() {
    check(sweep_figures);
}
