//! Every law against its own moments and quantiles, and against another implementation.

mod spelling;

use rand_distr::Distribution;

use super::*;
use crate::engine::{Key, Luck, Purpose, Stream};

const MS: f64 = 1e6;

fn stream(name: &str) -> Stream {
    Stream::from(Key::new(7, 0, name))
}

type Sampler = Box<dyn Fn(&mut Stream) -> f64>;

/// The laws, with finite fourth moments, and the same from `rand_distr` (in nanoseconds).
fn laws() -> Vec<(&'static str, Dist, Sampler)> {
    fn other<D: Distribution<f64> + 'static>(law: D) -> Sampler {
        Box::new(move |rng| law.sample(rng))
    }
    let lognormal = Lognormal::by_mean_and_p99(3.0 * MS, 12.0 * MS).unwrap();
    vec![
        (
            "exponential",
            Dist::Exponential(Exponential::new(3.0 * MS)),
            other(rand_distr::Exp::new(1.0 / (3.0 * MS)).unwrap()),
        ),
        (
            "erlang of 3",
            Dist::Erlang(Erlang::new(3, 3.0 * MS)),
            other(rand_distr::Gamma::new(3.0, MS).unwrap()),
        ),
        (
            "erlang of 40",
            Dist::Erlang(Erlang::new(40, 40.0 * MS)),
            other(rand_distr::Gamma::new(40.0, MS).unwrap()),
        ),
        (
            "gamma of 2.5",
            Dist::Gamma(Gamma::new(2.5, 5.0 * MS)),
            other(rand_distr::Gamma::new(2.5, 2.0 * MS).unwrap()),
        ),
        (
            "gamma of 0.4",
            Dist::Gamma(Gamma::new(0.4, 4.0 * MS)),
            other(rand_distr::Gamma::new(0.4, 10.0 * MS).unwrap()),
        ),
        (
            "lognormal",
            Dist::Lognormal(lognormal),
            other(rand_distr::LogNormal::from_mean_cv(3.0 * MS, lognormal.cv2().sqrt()).unwrap()),
        ),
        (
            "weibull",
            Dist::Weibull(Weibull::new(1.7, 3.0 * MS)),
            other(rand_distr::Weibull::new(3.0 * MS, 1.7).unwrap()),
        ),
        (
            "uniform",
            Dist::Uniform(Uniform::new(2.0 * MS, 5.0 * MS)),
            other(rand_distr::Uniform::new(2.0 * MS, 5.0 * MS).unwrap()),
        ),
        ("pareto", Dist::Pareto(Pareto::new(MS, 50.0 * MS, 1.3)), {
            // An unbounded Pareto, drawn again while it is out of bounds.
            let law = rand_distr::Pareto::new(MS, 1.3).unwrap();
            Box::new(move |rng| {
                std::iter::repeat_with(|| law.sample(rng)).find(|x| *x <= 50.0 * MS).unwrap()
            })
        }),
        (
            "hyperexponential",
            Dist::Hyperexponential(Hyperexponential::new(0.9, [MS, 20.0 * MS])),
            Box::new(|rng| {
                let mean = [20.0 * MS, MS][usize::from(crate::engine::random::uniform(rng) < 0.9)];
                mean * rand_distr::Distribution::<f64>::sample(&rand_distr::Exp1, rng)
            }),
        ),
        (
            "empirical",
            Dist::Empirical(Empirical::new(vec![4.0 * MS, MS, 2.0 * MS, 2.0 * MS])),
            Box::new(|rng| {
                [MS, 2.0 * MS, 2.0 * MS, 4.0 * MS][crate::engine::random::below(rng, 4) as usize]
            }),
        ),
    ]
}

#[test]
fn moments_are_as_stated() {
    let n = 400_000;
    for (name, dist, _) in laws() {
        let mut rng = stream(name);
        let xs: Vec<f64> = (0..n).map(|_| dist.sample(&mut rng).as_secs_f64()).collect();
        let moment = |k: i32, about: f64| {
            xs.iter().map(|x| (0..k).fold(1.0, |p, _| p * (x - about))).sum::<f64>() / n as f64
        };
        let mean = dist.mean();
        let variance = dist.cv2() * mean * mean;
        // Five standard errors: of the mean from the stated variance, of the variance from the
        // sample's fourth moment. Half a nanosecond of rounding is far below both.
        let error = (moment(1, 0.0) - mean).abs();
        assert!(error < 5.0 * (variance / n as f64).sqrt(), "{name}: mean is off by {error}");
        let wanted = 5.0 * ((moment(4, mean) - variance * variance) / n as f64).sqrt();
        let error = (moment(2, mean) - variance).abs();
        assert!(error < wanted, "{name}: variance {variance} is off by {error} > {wanted}");
    }
}

#[test]
fn samples_are_distributed_like_an_independent_samplers() {
    let n = 100_000;
    for (name, dist, other) in laws() {
        let (mut ours, mut theirs) = (stream(name), stream("other"));
        let mut a: Vec<f64> = (0..n).map(|_| dist.sample(&mut ours).ns() as f64).collect();
        let mut b: Vec<f64> = (0..n).map(|_| (other(&mut theirs) + 0.5).floor()).collect();
        a.sort_unstable_by(f64::total_cmp);
        b.sort_unstable_by(f64::total_cmp);
        let distance = largest_distance(&a, &b);
        // Two-sample Kolmogorov–Smirnov at a level of 10⁻⁵: √(ln(2/10⁻⁵)/2) √(2/n).
        let limit = (12.206f64 / 2.0).sqrt() * (2.0 / f64::from(n)).sqrt();
        assert!(distance < limit, "{name}: {distance} > {limit}");
    }
}

/// The largest distance between the distribution functions of two sorted samples.
fn largest_distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        i += a[i..].iter().take_while(|v| **v == x).count();
        j += b[j..].iter().take_while(|v| **v == x).count();
        most = most.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    most
}

#[test]
fn a_share_p_of_the_samples_lies_below_the_quantile_of_p() {
    let n = 200_000;
    for (name, dist, _) in laws() {
        for p in [0.01, 0.5, 0.9, 0.99] {
            let Some(quantile) = dist.quantile(p) else { continue };
            let mut rng = stream(name);
            let (mut below, mut at) = (0.0, 0.0);
            for _ in 0..n {
                let x = dist.sample(&mut rng);
                below += f64::from(u8::from(x < quantile)) / f64::from(n);
                at += f64::from(u8::from(x == quantile)) / f64::from(n);
            }
            let error = 5.0 * (p * (1.0 - p) / f64::from(n)).sqrt();
            assert!(below - error < p && p < below + at + error, "{name} at {p}: {below} + {at}");
        }
    }
}

#[test]
fn samples_that_invert_are_the_quantile_of_the_draw() {
    let purpose = Purpose::from(Key::new(7, 0, "inversion"));
    for (name, dist, _) in laws() {
        if dist.quantile(0.5).is_none() {
            continue;
        }
        for i in 0..200 {
            let draws = Luck::of_message(Key::new(7, 0, name), i).draws(purpose);
            let u = crate::engine::random::uniform(&mut draws.clone());
            // An exponential inverts the upper tail: 1 − u is as uniform, and its log is cheaper.
            let u = match dist {
                Dist::Exponential(_) | Dist::Weibull(_) => 1.0 - u,
                _ => u,
            };
            let (sample, wanted) = (dist.sample(&mut draws.clone()), dist.quantile(u).unwrap());
            let apart = sample.ns().abs_diff(wanted.ns());
            assert!(apart <= 1, "{name} at {u}: {sample} and {wanted}");
        }
    }
}

#[test]
fn lognormals_have_the_points_they_were_asked_for() {
    let near = |found: f64, wanted: f64| (found / wanted - 1.0).abs() < 1e-12;
    let law = Lognormal::by_mean_and_p99(3.0, 12.0).unwrap();
    assert!(near(law.mean(), 3.0) && near(law.quantile(0.99).unwrap(), 12.0));
    assert!(law.cv2() < 5.5, "the smaller root");
    let law = Lognormal::by_median_and_p99(3.0, 12.0).unwrap();
    assert!(near(law.quantile(0.5).unwrap(), 3.0) && near(law.quantile(0.99).unwrap(), 12.0));
    let law = Lognormal::by_mean_and_cv(3.0, 2.0);
    assert!(near(law.mean(), 3.0) && near(law.cv2(), 4.0));
    let limit = Lognormal::LARGEST_P99_OVER_MEAN;
    assert!(Lognormal::by_mean_and_p99(1.0, limit).is_some());
    assert!(Lognormal::by_mean_and_p99(1.0, limit + 0.001).is_none());
    assert!(Lognormal::by_mean_and_p99(1.0, 1.0).is_none());
}

#[test]
fn a_hyperexponential_has_the_moments_it_was_asked_for() {
    let law = Hyperexponential::by_mean_and_cv(3.0, 4.0).unwrap();
    assert!((law.mean() / 3.0 - 1.0).abs() < 1e-12 && (law.cv2() / 16.0 - 1.0).abs() < 1e-12);
    assert!(Hyperexponential::by_mean_and_cv(3.0, 0.99).is_none());
    assert!((Hyperexponential::by_mean_and_cv(3.0, 1.0).unwrap().cv2() - 1.0).abs() < 1e-12);
}

#[test]
fn a_pareto_whose_shape_meets_a_moment_is_no_special_case() {
    let [below, at, above] = [1.999_999_9, 2.0, 2.000_000_1].map(|shape| {
        let law = Pareto::new(3.0, 50.0, shape);
        (law.mean(), law.cv2())
    });
    assert!((below.1 + above.1 - 2.0 * at.1).abs() < 1e-9 && below.0 > at.0 && at.0 > above.0);
}

#[test]
fn a_constant_is_constant_and_draws_nothing() {
    let dist = Dist::Constant(SimDuration::from_millis(3));
    let (mut rng, untouched) = (stream("constant"), stream("constant"));
    assert_eq!(dist.sample(&mut rng), SimDuration::from_millis(3));
    assert_eq!(format!("{rng:?}"), format!("{untouched:?}"));
    assert!(dist.is_constant() && dist.mean() == 0.003);
}

#[test]
fn a_sample_too_long_for_any_run_is_the_longest() {
    let dist = Dist::Exponential(Exponential::new(1e30));
    assert_eq!(dist.sample(&mut stream("long")), SimDuration::MAX);
}
