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
