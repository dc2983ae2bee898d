//! Load, latency and resources over time.

use super::*;

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
                "promo-with-a-name-that-a-generator-made-north-america-east-17-blue",
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
            title: "A title that goes on and on, as generated titles do, ".repeat(3),
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
        targets: vec![level("p99 at most 10 s", 10.0), level("p95 at most 1 min per 5 min", 60.0)],
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
    huge.targets.clear();
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
        targets: vec![level("p99 at most 1 ms, which is wanted much", 1e-3)],
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

#[test]
fn load() {
    check(load_figures);
}

#[test]
fn latency_over_time() {
    check(latency_figures);
}

#[test]
fn resources() {
    check(resource_figures);
}
