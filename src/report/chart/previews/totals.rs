//! Distributions and outcomes of a whole run.

use super::*;
use crate::measure::Doing;

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

fn piece(station: Option<&str>, doing: Doing, share: f64) -> HopPiece {
    HopPiece { station: station.map(str::to_owned), doing, share }
}

fn hops_figures() -> Vec<(&'static str, Vec<u8>)> {
    use Doing::{
        BackOff, Delivery, GivenUp, Held, Network, Pause, RoundTrip, Waiting, WaitingForCore, Work,
    };
    let bar = |label: &str, note: &str, pieces: Vec<HopPiece>| HopsBar {
        label: label.to_owned(),
        note: note.to_owned(),
        pieces,
    };
    let usual = HopsFigure {
        heading: heading("Where the time goes"),
        classes: vec![
            ClassHops {
                name: "otp".to_owned(),
                bars: vec![
                    bar(
                        "all",
                        "mean 212 ms",
                        vec![
                            piece(Some("api"), Waiting, 0.03),
                            piece(Some("api"), Work, 0.22),
                            piece(Some("accounts"), Pause, 0.4),
                            piece(Some("code"), RoundTrip, 0.25),
                            piece(None, Network, 0.1),
                        ],
                    ),
                    bar(
                        "slowest 1.04 %",
                        "mean 2.4 s",
                        vec![
                            piece(Some("api"), Waiting, 0.31),
                            piece(Some("api"), Work, 0.02),
                            piece(Some("accounts"), Pause, 0.06),
                            piece(Some("accounts"), GivenUp, 0.42),
                            piece(Some("code"), RoundTrip, 0.02),
                            piece(None, Network, 0.01),
                            piece(None, BackOff, 0.16),
                        ],
                    ),
                ],
            },
            ClassHops { name: "nobody".to_owned(), bars: Vec::new() },
        ],
    };
    let all = [
        Waiting,
        WaitingForCore,
        Work,
        Pause,
        RoundTrip,
        Held,
        Delivery,
        Network,
        BackOff,
        GivenUp,
    ];
    let name = "a-service-with-a-name-that-is-far-too-long-for-any-bar";
    let every = HopsFigure {
        classes: (0..3)
            .map(|class| ClassHops {
                name: format!("class-{class}-with-a-name-that-goes-on-and-on"),
                bars: vec![bar(
                    "slowest 1.04 % and some words more than fit",
                    "mean 1 h 25 min, and on",
                    all.map(|doing| piece((class > 0).then_some(name), doing, 0.1)).to_vec(),
                )],
            })
            .collect(),
        ..usual.clone()
    };
    let none = HopsFigure { classes: Vec::new(), ..usual.clone() };
    vec![("hops", usual.png()), ("hops-every", every.png()), ("hops-none", none.png())]
}

#[test]
fn time_by_hop() {
    check(hops_figures);
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

#[test]
fn latency_distribution() {
    check(distribution_figures);
}

#[test]
fn outcome_shares() {
    check(outcome_figures);
}
