//! Every figure on arbitrary numbers, lengths and names: it must draw, whatever it is given.

use proptest::prelude::*;

use super::*;

/// Any number at all, with those that trip arithmetic more often than chance would have them.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => any::<f64>(),
        3 => -1e3..1e5f64,
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN,
            f64::MIN_POSITIVE, 5e-324, 1e-9, 1e10,
        ]),
    ]
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(number(), 0..7)
}

fn heading() -> impl Strategy<Value = Heading> {
    (any::<String>(), ".{0,300}").prop_map(|(title, subtitle)| Heading { title, subtitle })
}

fn timeline() -> impl Strategy<Value = Timeline> {
    let origin = prop_oneof![
        Just(Origin::Elapsed),
        Just(Origin::TimeOfDay(jiff::civil::time(23, 59, 59, 0))),
        Just(Origin::Dated(jiff::civil::DateTime::MAX)),
        Just(Origin::Dated(jiff::civil::DateTime::MIN)),
    ];
    (origin, numbers()).prop_map(|(origin, at_s)| Timeline { origin, at_s })
}

fn curve() -> impl Strategy<Value = Curve> {
    let interval = prop::option::of((numbers(), numbers()));
    (numbers(), interval).prop_map(|(values, interval)| Curve { values, interval })
}

fn level() -> impl Strategy<Value = Level> {
    (any::<String>(), number()).prop_map(|(label, value)| Level { label, value })
}

fn flow() -> impl Strategy<Value = Flow> {
    let curves = (curve(), curve(), curve());
    let levels = (prop::collection::vec(level(), 0..4), prop::option::of(level()));
    (any::<String>(), curves, levels).prop_map(
        |(name, (offered, carried, goodput), (limits, target))| Flow {
            name,
            offered,
            carried,
            goodput,
            limits,
            target,
        },
    )
}

fn latency_class() -> impl Strategy<Value = LatencyClass> {
    let quantile =
        (number(), curve()).prop_map(|(quantile, latency_s)| QuantileCurve { quantile, latency_s });
    let quantiles = prop::collection::vec(quantile, 0..6);
    (any::<String>(), quantiles, prop::collection::vec(level(), 0..3))
        .prop_map(|(name, quantiles, targets)| LatencyClass { name, quantiles, targets })
}

fn distribution_class() -> impl Strategy<Value = DistributionClass> {
    let target = (number(), number(), number()).prop_map(|(quantile, limit_s, measured_s)| {
        QuantileTarget { quantile, limit_s, measured_s }
    });
    (any::<String>(), numbers(), numbers(), prop::option::of(target)).prop_map(
        |(name, latency_s, later, target)| DistributionClass { name, latency_s, later, target },
    )
}

fn resource() -> impl Strategy<Value = Resource> {
    let owner = prop::sample::select(vec![Owner::Service, Owner::Carrier]);
    (any::<String>(), owner, numbers(), numbers(), any::<bool>()).prop_map(
        |(name, owner, utilization, queue, binding)| Resource {
            name,
            owner,
            utilization,
            queue,
            binding,
        },
    )
}

fn class_outcomes() -> impl Strategy<Value = ClassOutcomes> {
    let outcome = prop::sample::select(vec![
        Outcome::InTime,
        Outcome::Late,
        Outcome::Failed,
        Outcome::Rejected,
        Outcome::Expired,
        Outcome::Dropped,
        Outcome::Lost,
        Outcome::InFlight,
    ]);
    (any::<String>(), prop::collection::vec((outcome, number()), 0..9))
        .prop_map(|(name, counts)| ClassOutcomes { name, counts })
}

fn sweep_target() -> impl Strategy<Value = SweepTarget> {
    let met = prop::sample::select(vec![Met::Yes, Met::No, Met::Undecided]);
    let point = (number(), number(), number(), met)
        .prop_map(|(value, low, high, met)| SweepPoint { value, low, high, met });
    let wanted = prop::sample::select(vec![Wanted::AtMost, Wanted::AtLeast]);
    let words = (any::<String>(), any::<String>());
    let points = prop::collection::vec(point, 0..8);
    (words, quantity(), wanted, number(), points).prop_map(
        |((name, measure), quantity, wanted, bound, points)| SweepTarget {
            name,
            measure,
            quantity,
            wanted,
            bound,
            points,
        },
    )
}

fn quantity() -> impl Strategy<Value = Quantity> {
    prop::sample::select(vec![
        Quantity::Number,
        Quantity::PerSecond,
        Quantity::Duration,
        Quantity::Share,
    ])
}

proptest! {
    // A drawing takes a tenth of a second without optimisation.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn load_draws(
        heading in heading(),
        time in timeline(),
        total in flow(),
        classes in prop::collection::vec(flow(), 0..4),
    ) {
        let figure = LoadFigure { heading, time, total, classes };
        prop_assert!(!figure.png().is_empty());
    }

    #[test]
    fn latency_over_time_draws(
        heading in heading(),
        time in timeline(),
        classes in prop::collection::vec(latency_class(), 0..9),
    ) {
        let figure = LatencyFigure { heading, time, classes };
        prop_assert!(!figure.png().is_empty());
    }

    #[test]
    fn latency_distribution_draws(
        heading in heading(),
        classes in prop::collection::vec(distribution_class(), 0..9),
    ) {
        let figure = DistributionFigure { heading, classes };
        prop_assert!(!figure.png().is_empty());
    }

    #[test]
    fn resources_draw(
        heading in heading(),
        time in timeline(),
        resources in prop::collection::vec(resource(), 0..12),
    ) {
        let figure = ResourcesFigure { heading, time, resources };
        prop_assert!(!figure.png().is_empty());
    }

    #[test]
    fn outcomes_draw(
        heading in heading(),
        classes in prop::collection::vec(class_outcomes(), 0..6),
    ) {
        let figure = OutcomesFigure { heading, classes };
        prop_assert!(!figure.png().is_empty());
    }

    #[test]
    fn sweeps_draw(
        heading in heading(),
        key in any::<String>(),
        tried in prop_oneof![
            (quantity(), numbers()).prop_map(|(quantity, values)| Tried::Numbers(quantity, values)),
            prop::collection::vec(any::<String>(), 0..6).prop_map(Tried::Names),
        ],
        targets in prop::collection::vec(sweep_target(), 0..8),
    ) {
        let figure = SweepFigure { heading, key, tried, targets };
        prop_assert!(!figure.png().is_empty());
    }
}
