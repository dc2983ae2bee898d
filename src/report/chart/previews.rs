//! Every figure on sample data, easy and hard: drawn twice, compared, and on request written out.
//!
//! `SURGEPLAN_CHART_PREVIEWS=folder cargo test --lib chart::previews` writes the pictures there.

use super::*;

mod over_time;
mod sweeps;
mod totals;

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

/// Draws twice, compares, and writes out on request.
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
