//! Sweeps over numbers and names.

use super::*;

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

#[test]
fn sweep() {
    check(sweep_figures);
}
