//! Streams with a rate: counts, their spread and their correlation, against closed forms.

use super::*;

#[test]
fn constant_arrivals_are_exact() {
    let times = until(&stream("constant = { rate = \"3/s\" }"), key(), HOUR);
    for (k, at) in (1u64..).zip(&times) {
        assert_eq!(*at, k * SECOND / 3);
    }
    assert_eq!(times.len(), 3 * 3600 - 1);
}

#[test]
fn poisson_counts_have_their_mean_as_variance_and_no_memory() {
    let (rate, windows) = (40.0, 20_000);
    let times = until(&stream("poisson = { rate = \"40/s\" }"), key(), windows * SECOND);
    let counts = counts(&times, SECOND, windows as usize);
    let off: Vec<f64> = counts.iter().map(|count| count - rate).collect();
    check_mean("mean", &counts, rate);
    check_mean("variance", &off.iter().map(|x| x * x).collect::<Vec<_>>(), rate);
    check_mean("covariance", &off.windows(2).map(|w| w[0] * w[1]).collect::<Vec<_>>(), 0.0);
    let gaps: Vec<f64> = times.windows(2).map(|w| (w[1] - w[0]) as f64 * 1e-9).collect();
    // P(gap > 2/rate) = e⁻².
    let long: Vec<f64> = gaps.iter().map(|g| f64::from(u8::from(*g > 2.0 / rate))).collect();
    check_mean("long gaps", &long, libm::exp(-2.0));
}

/// Evenly spaced arrivals at any modulated rate count its integral: N(t) = ⌊Λ(t)⌋.
///
/// Where slopes multiply, stretches of up to an hour are cut into n chords, off by ε of the peak
/// rate at most, so that Λ is off by ⅔ ε × peak × an hour at the middle of a chord, if n = 1.
fn check_integral(traffic: &Traffic, hours: u64, rate_at: impl Fn(f64) -> f64) {
    let peak = (0..hours * 3600).map(|second| rate_at(second as f64)).fold(0.0, f64::max);
    let slack = 2.0 / 3.0 * line::CHORD_ERROR * peak * 3600.0;
    assert!(slack < 0.2, "{slack}: too lax to tell");
    let times = until(traffic, key(), hours * HOUR);
    let counts = counts(&times, 5 * MINUTE, hours as usize * 12);
    let (mut came, mut integral) = (0.0, 0.0);
    for (window, count) in counts.iter().enumerate() {
        came += count;
        // Simpson on steps of one second, which no corner falls between.
        for second in 0..300 {
            let t = (window * 300 + second) as f64;
            // Just inside the ends, for a rate that jumps there.
            let ends = rate_at(t + 1e-9) + rate_at(t + 1.0 - 1e-9);
            integral += (ends + 4.0 * rate_at(t + 0.5)) / 6.0;
        }
        let (found, end) = (integral - came, (window as u64 + 1) * 300);
        assert!((-slack..1.0 + slack).contains(&found), "{integral} but {came} after {end} s");
        let expected = traffic.expected_between(SimTime::ZERO, SimTime::from_ns(end * SECOND));
        assert!((expected - integral).abs() < slack, "{expected}, {integral}");
    }
}

#[test]
fn slopes_multiply_exactly() {
    let hourly: Vec<f64> = (0..24).map(|h| f64::from((h * 7) % 5) + 0.5).collect();
    let weekly = [1.0, 3.0, 0.5, 2.0, 1.0, 0.25, 0.75];
    let toml = format!(
        "constant = {{ rate = \"20/s\" }}\n\
         profile = {{ hourly = {hourly:?}, weekly = {weekly:?} }}\n\
         spikes = [{{ at = \"05:10\", times = 5, rise = \"40min\", hold = \"10min\", fall = \
         \"2h\" }}, \
         {{ at = \"06:00\", times = 3, rise = \"5min\", fall = \"5min\" }}, \
         {{ at = \"11:00\", times = 0.2, hold = \"1h\" }}]"
    );
    let between = |factors: &[f64], slots: f64| {
        let (n, x) = (factors.len(), slots - 0.5 + factors.len() as f64);
        let (low, share) = (x.floor() as usize, x - x.floor());
        factors[low % n] * (1.0 - share) + factors[(low + 1) % n] * share
    };
    let ramp = |t: f64, from: f64, to: f64| ((t - from) / (to - from)).clamp(0.0, 1.0);
    let rate = |t: f64| {
        let m = t / 60.0;
        let first = ramp(m, 310.0, 350.0) - ramp(m, 360.0, 480.0);
        let second = ramp(m, 360.0, 365.0) - ramp(m, 365.0, 370.0);
        let dip = if (660.0..720.0).contains(&m) { 0.8 } else { 0.0 };
        let spikes = 1.0 + 4.0 * first + 2.0 * second - dip;
        20.0 * between(&hourly, t / 3600.0) * between(&weekly, t / 86_400.0) * spikes
    };
    check_integral(&stream(&toml), 14, rate);
}

#[test]
fn steps_multiply_exactly() {
    let hourly: Vec<f64> = (0..24).map(|h| f64::from(h % 3)).collect();
    let toml = format!(
        "constant = {{ rate = \"20/s\" }}\nprofile = {{ hourly = {hourly:?}, between = \"steps\" }}"
    );
    check_integral(&stream(&toml), 26, |t| 20.0 * hourly[(t / 3600.0) as usize % 24]);
}

#[test]
fn a_spike_that_decays_is_a_little_above_its_exponential() {
    let traffic = stream(
        "constant = { rate = \"100/s\" }\n\
         spikes = [{ at = \"1h\", times = 12, half-life = \"10min\" }]",
    );
    let extra = |from: u64, to: u64| {
        traffic.expected_between(SimTime::from_ns(from * MINUTE), SimTime::from_ns(to * MINUTE))
            - (to - from) as f64 * 6000.0
    };
    let area = |minutes: f64| 1100.0 * 600.0 / libm::log(2.0) * (1.0 - libm::exp2(-minutes / 10.0));
    for minutes in [10, 20, 60] {
        let ratio = extra(60, 60 + minutes) / area(minutes as f64);
        assert!(ratio > 1.0 && ratio < 1.0003, "{ratio} after {minutes} min");
    }
    assert_eq!(extra(0, 60), 0.0);
    assert_eq!(extra(60 + 140, 60 + 200), 0.0);
}

#[test]
fn ramps_count_their_triangles_and_stages_end() {
    let traffic = stream(
        "stages = [{ for = \"1h\", from = 0, to = \"200/s\" }, { for = \"30min\" }, \
         { for = \"30min\", rate = \"50/s\" }]",
    );
    let times = until(&traffic, key(), NEVER);
    let counts = counts(&times, 30 * MINUTE, 4);
    for (found, wanted) in counts.iter().zip([90_000.0, 270_000.0, 0.0, 90_000.0]) {
        assert!((found - wanted).abs() <= 5.0 * f64::sqrt(wanted), "{counts:?}");
    }
    assert!(times.iter().all(|at| *at < 2 * HOUR));
    assert_eq!(traffic.expected_messages(SimDuration::MAX), 450_000.0);
}

#[test]
fn an_mmpp_is_as_bursty_as_its_closed_form() {
    // Index of dispersion of counts of a two-state MMPP (Fischer & Meier-Hellstern 1993):
    // I(t) = 1 + I∞ (1 − (1 − e^(−qt))/(qt)) with q = q₁ + q₂ and
    // I∞ = 2 q₁ q₂ (r₁ − r₂)² / (q² (q₂ r₁ + q₁ r₂)).
    let (r1, r2, q1, q2) = (50.0, 5.0, 1.0 / 4.0, 1.0 / 10.0);
    let traffic = stream(
        "mmpp = { states = [{ rate = \"50/s\", stay = \"4s\" }, { rate = \"5/s\", stay = \
         \"10s\" }] }",
    );
    let mean: f64 = (q2 * r1 + q1 * r2) / (q1 + q2);
    let (q, windows, length) = (q1 + q2, 40_000, 5.0);
    let limit = 2.0 * q1 * q2 * (r1 - r2) * (r1 - r2) / (q * q * (q2 * r1 + q1 * r2));
    let dispersion = 1.0 + limit * (1.0 - (1.0 - libm::exp(-q * length)) / (q * length));
    let times = until(&traffic, key(), windows * 5 * SECOND);
    let counts = counts(&times, 5 * SECOND, windows as usize);
    let wanted = mean * length;
    let squares: Vec<f64> = counts.iter().map(|c| (c - wanted) * (c - wanted)).collect();
    check_mean("mean", &counts, wanted);
    check_mean("variance", &squares, wanted * dispersion);
    let expected = traffic.expected_messages(SimDuration::from_secs(1));
    assert!((expected - mean).abs() < 1e-12);
}

#[test]
fn three_states_visit_each_other_by_their_weights() {
    let traffic = stream(
        "mmpp = { states = [{ rate = \"1/s\", stay = \"1s\", next = [0, 3, 1] }, \
         { rate = \"10/s\", stay = \"2s\" }, { stay = \"3s\", next = [1, 0, 0] }] }",
    );
    // Visits: v₀ = v₁/2 + v₂, v₁ = ¾ v₀, v₂ = ¼ v₀ + ½ v₁ give 8 : 6 : 5; times stays 8 : 12 : 15.
    let wanted = (8.0 * 1.0 + 12.0 * 10.0) / 35.0;
    assert!((traffic.expected_messages(SimDuration::from_secs(1)) - wanted).abs() < 1e-12);
    let windows = 100_000;
    let times = until(&traffic, key(), windows * SECOND);
    check_mean("rate", &counts(&times, SECOND, windows as usize), wanted);
}

#[test]
fn noise_adds_its_variance_and_correlation_to_poisson_counts() {
    // Given the factor F, counts per step are Poisson: Var = λ + λ² sd², Cov₁ = λ² sd² c.
    let (rate, sd, c) = (40.0, 0.3, 0.67);
    let windows = 40_000;
    let traffic = stream(
        "poisson = { rate = \"40/s\" }\n\
         noise = { ar1 = { sd = \"30%\", correlation = 0.67, every = \"1s\" } }",
    );
    let times = until(&traffic, key(), windows * SECOND);
    let counts = counts(&times, SECOND, windows as usize);
    let off: Vec<f64> = counts.iter().map(|count| count - rate).collect();
    let variance = rate + rate * rate * sd * sd;
    check_mean("mean", &counts, rate);
    check_mean("variance", &off.iter().map(|x| x * x).collect::<Vec<_>>(), variance);
    let products: Vec<f64> = off.windows(2).map(|w| w[0] * w[1]).collect();
    check_mean("covariance", &products, rate * rate * sd * sd * c);
    assert_eq!(traffic.expected_messages(SimDuration::from_secs(100)), 4000.0);
}

#[test]
fn noise_and_bursts_leave_each_others_draws_alone() {
    let with = |more: &str| {
        let toml = format!("constant = {{ rate = \"100/s\" }}\n{more}");
        let times = until(&stream(&toml), key(), 6 * HOUR);
        counts(&times, MINUTE, 6 * 60)
    };
    let (noise, bursts) = ("noise = \"ar1\"\n", "bursts = { per-day = 100 }\n");
    let (noisy, bursty) = (with(noise), with(bursts));
    for (minute, count) in with(&format!("{noise}{bursts}")).iter().enumerate() {
        // Within a minute the noise is constant, so factors multiply; counts round by one each.
        let product = noisy[minute] * bursty[minute] / 6000.0;
        let rounding = 2.0 + (noisy[minute] + bursty[minute]) / 6000.0;
        assert!((count - product).abs() < rounding, "minute {minute}: {count}, not {product}");
    }
}

#[test]
fn the_day_of_the_week_is_the_clocks() {
    // The run starts on a Monday; Tuesday alone has traffic.
    let traffic = stream(
        "constant = { rate = \"1/s\" }\n\
         profile = { weekly = [0, 1, 0, 0, 0, 0, 0], between = \"steps\" }",
    );
    let times = until(&traffic, key(), 7 * 24 * HOUR);
    // The 86,400th is due at the midnight that ends the day, and waits for the next Tuesday.
    assert_eq!(times.len(), 86_399);
    assert!(times.iter().all(|at| (24 * HOUR..=48 * HOUR).contains(at)));
}
