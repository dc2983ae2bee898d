//! First guesses: how long a wait, and how many servers, before anything is simulated.

use super::{MMc, all_positive};
use crate::stats::normal::{normal_cdf, normal_density};

/// The mean wait in a G/G/c queue, roughly: M/M/c's times the mean of the squared coefficients of
/// variation of gaps between arrivals and of services (Allen 1990, after Cunneen). Exact for
/// M/M/c and for M/G/1. `None` without an equilibrium.
pub fn allen_cunneen(
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    arrival_scv: f64,
    service_scv: f64,
) -> Option<f64> {
    let queue = MMc::new(arrival_rate, service_rate, servers)?;
    (arrival_scv >= 0.0 && service_scv >= 0.0)
        .then(|| queue.means().wait * 0.5 * (arrival_scv + service_scv))
}

/// The probability of waiting with a + β√a servers under a large load of a erlangs:
/// 1 / (1 + βΦ(β)/φ(β)) (Halfin & Whitt 1981). `beta` is positive.
pub fn halfin_whitt(beta: f64) -> f64 {
    1.0 / (1.0 + beta * normal_cdf(beta) / normal_density(beta))
}

/// Servers for a load of `load` erlangs such that about `wait_probability` of the messages wait:
/// a + β√a, rounded up. Within a server or two even of small systems. `None` unless the load is
/// positive and the probability lies strictly between 0 and 1.
pub fn square_root_staffing(load: f64, wait_probability: f64) -> Option<u32> {
    if !all_positive(&[load, wait_probability]) || wait_probability >= 1.0 {
        return None;
    }
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let beta = 0.5 * (low + high);
        if halfin_whitt(beta) > wait_probability {
            low = beta;
        } else {
            high = beta;
        }
    }
    Some((load + high * load.sqrt()).ceil() as u32)
}

/// The fewest servers of an M/M/c queue with which the `p` quantile of the wait is at most
/// `wait_at_most`. `None` unless the rates are positive, `p` lies strictly between 0 and 1, the
/// wait is not negative, and fewer than 2³¹ servers will do.
pub fn servers_for_wait(
    arrival_rate: f64,
    service_rate: f64,
    p: f64,
    wait_at_most: f64,
) -> Option<u32> {
    let is_sound = all_positive(&[arrival_rate, service_rate]) && wait_at_most >= 0.0;
    let is_between = p > 0.0 && p < 1.0;
    if !is_sound || !is_between {
        return None;
    }
    let keeps = |servers: u32| {
        MMc::new(arrival_rate, service_rate, servers)
            .is_some_and(|queue| queue.wait_tail(wait_at_most) <= 1.0 - p)
    };
    let load = arrival_rate / service_rate;
    let mut high = square_root_staffing(load, 1.0 - p)?;
    while !keeps(high) {
        high = high.checked_mul(2).filter(|&servers| servers < 1 << 31)?;
    }
    let mut low = load as u32;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if keeps(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::super::{MG1, assert_near, erlang_c};
    use super::*;

    #[test]
    fn the_approximation_is_exact_where_it_should_be() {
        let exact = MG1::new(0.7, 1.0, 4.0).unwrap().means().wait;
        assert_near(allen_cunneen(0.7, 1.0, 1, 1.0, 4.0).unwrap(), exact, "M/G/1");
        let exact = MMc::new(3.6, 1.0, 4).unwrap().means().wait;
        assert_near(allen_cunneen(3.6, 1.0, 4, 1.0, 1.0).unwrap(), exact, "M/M/4");
        assert_eq!(allen_cunneen(4.0, 1.0, 4, 1.0, 1.0), None);
    }

    #[test]
    fn square_root_staffing_is_near_the_exact_count() {
        for load in [0.5, 3.0, 20.0, 100.0, 950.0] {
            for wanted in [0.5, 0.1, 0.01] {
                let exact = (1..).find(|&servers| erlang_c(servers, load) <= wanted).unwrap();
                let guess = square_root_staffing(load, wanted).unwrap();
                assert!(guess.abs_diff(exact) <= 2, "{guess}, not {exact}: {load}, {wanted}");
            }
        }
        assert_eq!(square_root_staffing(10.0, 1.0), None);
        assert_eq!(square_root_staffing(0.0, 0.5), None);
    }

    #[test]
    fn the_count_of_servers_is_the_least_that_will_do() {
        for (rate, p, limit) in [(0.3, 0.9, 0.0), (8.0, 0.99, 0.5), (200.0, 0.999, 0.01)] {
            let servers = servers_for_wait(rate, 1.0, p, limit).unwrap();
            let keeps = |servers| {
                MMc::new(rate, 1.0, servers).is_some_and(|queue| queue.wait_quantile(p) <= limit)
            };
            assert!(keeps(servers) && !keeps(servers - 1), "{servers} at {rate}");
        }
        assert_eq!(servers_for_wait(1.0, 1.0, 1.0, 0.0), None);
    }

    #[test]
    fn the_large_system_waits_as_halfin_and_whitt_say() {
        // β = 1 at a million erlangs.
        let found = erlang_c(1_001_000, 1e6);
        assert!((found / halfin_whitt(1.0) - 1.0).abs() < 2e-3, "{found}");
    }
}
