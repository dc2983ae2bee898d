//! What the formulas share: equilibria of birth-death chains, Poisson weights, inverted tails.

/// The equilibrium of a birth-death chain on 0 to `top`, with rates `birth(n)` up from n and
/// `death(n)` down from n, by detailed balance outward from its most likely state.
///
/// Births over deaths may not rise with n. The chain is cut off where what is left above weighs
/// less than 10⁻¹⁸ of it.
pub(super) fn birth_death(
    birth: impl Fn(u32) -> f64,
    death: impl Fn(u32) -> f64,
    top: u32,
) -> Vec<f64> {
    let ratio = |n: u32| birth(n) / death(n + 1);
    let mode = (0..top).find(|&n| ratio(n) < 1.0).unwrap_or(top);
    let mut weights = vec![0.0; mode as usize + 1];
    let mut weight = 1.0;
    for n in (0..=mode).rev() {
        weights[n as usize] = weight;
        if n > 0 {
            weight /= ratio(n - 1);
        }
        // What underflows weighs nothing beside the mode.
        if weight < f64::MIN_POSITIVE {
            break;
        }
    }
    let mut sum: f64 = weights.iter().sum();
    weight = 1.0;
    for n in mode..top {
        let ratio = ratio(n);
        weight *= ratio;
        if weight < 1e-18 * sum * (1.0 - ratio) {
            break;
        }
        sum += weight;
        weights.push(weight);
    }
    weights.iter().map(|weight| weight / sum).collect()
}

/// The probability of `count` under a Poisson distribution with mean `mean`.
pub(super) fn poisson(count: f64, mean: f64) -> f64 {
    if mean == 0.0 {
        return if count == 0.0 { 1.0 } else { 0.0 };
    }
    libm::exp(count * libm::log(mean) - mean - libm::lgamma(count + 1.0))
}

/// The `p` quantile of a non-negative time whose probability of exceeding t is `tail(t)`, by
/// bisection to the last bit from a bracket that starts at `scale`.
pub(super) fn quantile(p: f64, scale: f64, tail: impl Fn(f64) -> f64) -> f64 {
    let wanted = 1.0 - p;
    if tail(0.0) <= wanted {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, scale);
    while tail(high) > wanted && high < f64::MAX / 2.0 {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if tail(middle) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equilibria_survive_weights_beyond_the_range_of_floats() {
        // Relative to an empty system, a load of 2,000 weighs e²⁰⁰⁰: Poisson all the same.
        let found = birth_death(|_| 2000.0, f64::from, 4000);
        for n in [1900, 2000, 2100] {
            let truth = poisson(f64::from(n), 2000.0);
            assert!((found[n as usize] / truth - 1.0).abs() < 1e-9, "{n}");
        }
    }

    #[test]
    fn tails_are_inverted_to_the_last_digits() {
        let found = quantile(0.99, 1e-3, |t| libm::exp(-t / 7.0));
        assert!((found / (7.0 * libm::log(100.0)) - 1.0).abs() < 1e-13);
        assert_eq!(quantile(0.3, 1.0, |t| 0.6 * libm::exp(-t)), 0.0);
    }
}
