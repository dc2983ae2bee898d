//! One server, Poisson arrivals, any service: means by Pollaczek and Khinchine, M/D/1 in full.

use super::{Means, all_positive, numeric};

/// An M/G/1 queue in equilibrium, first come first served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MG1 {
    arrival_rate: f64,
    mean_service: f64,
    scv: f64,
}

impl MG1 {
    /// `scv` is the squared coefficient of variation of service, variance over mean². `None`
    /// unless rate and mean are positive, `scv` is not negative, and the server carries the load.
    pub fn new(arrival_rate: f64, mean_service: f64, scv: f64) -> Option<Self> {
        let is_sound = all_positive(&[arrival_rate, mean_service]) && scv >= 0.0;
        let is_stable = arrival_rate * mean_service < 1.0;
        (is_sound && is_stable).then_some(Self { arrival_rate, mean_service, scv })
    }

    /// The long-run means; the wait is ρ(1 + scv)/2 · mean service / (1 − ρ) (Pollaczek 1930,
    /// Khinchine 1932).
    pub fn means(&self) -> Means {
        let busy = self.arrival_rate * self.mean_service;
        let wait = busy * 0.5 * (1.0 + self.scv) * self.mean_service / (1.0 - busy);
        Means::by_little(self.arrival_rate, self.arrival_rate * wait, busy, 1)
    }

    /// The probability that a message waits.
    pub fn wait_probability(&self) -> f64 {
        self.arrival_rate * self.mean_service
    }
}

/// An M/D/1 queue in equilibrium, first come first served: all services take the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct MD1 {
    load: f64,
    service: f64,
    /// At m, the probability that at most m + 1 messages are in the system.
    cumulative: Vec<f64>,
}

/// Messages that come during one service beyond which Poisson's weight is below 10⁻²⁵ for any
/// load below 1.
const COME_AT_ONCE: usize = 25;
/// What may be left of the distribution of messages in the system.
const LEFT: f64 = 1e-15;

impl MD1 {
    /// `None` unless `arrival_rate` and `service` are positive and the load is at most 0.9999
    /// (beyond, too many states matter).
    pub fn new(arrival_rate: f64, service: f64) -> Option<Self> {
        let load = arrival_rate * service;
        (all_positive(&[arrival_rate, service]) && load <= 0.9999).then(|| Self {
            load,
            service,
            cumulative: cumulative(load),
        })
    }

    /// The long-run means.
    pub fn means(&self) -> Means {
        let waiting = 0.5 * self.load * self.load / (1.0 - self.load);
        Means::by_little(self.load / self.service, waiting, self.load, 1)
    }

    /// The probability of waiting longer than `t`.
    ///
    /// For (k−1)D ≤ t < kD the wait is at most t with probability
    /// e^(−y) Σ_{j<k} Q_{k−j−1} yʲ/j! where y = λ(kD − t) and Q_m is the probability of at most m
    /// in the queue (Franx 2001): unlike Erlang's series of 1909, it has no negative terms.
    pub fn wait_tail(&self, t: f64) -> f64 {
        let k = libm::floor(t / self.service) + 1.0;
        let y = self.load * (k - t / self.service);
        let (mut weight, mut within) = (libm::exp(-y), 0.0);
        for j in 0..=COME_AT_ONCE {
            let queued = k - j as f64 - 1.0;
            if queued < 0.0 {
                break;
            }
            within += weight * self.cumulative.get(queued as usize).copied().unwrap_or(1.0);
            weight *= y / (j + 1) as f64;
        }
        1.0 - within
    }

    /// The `p` quantile of the wait; zero where fewer than 1 − `p` wait at all.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        numeric::quantile(p, self.service, |t| self.wait_tail(t))
    }

    /// The `p` quantile of wait and service together.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        self.wait_quantile(p) + self.service
    }
}

/// The probabilities that at most 1, 2, 3 … messages are in an M/D/1 system.
///
/// A service that leaves j behind is followed by one that leaves j + 1 or fewer; in equilibrium
/// as many step over that line upward as downward:
/// p_{j+1}·a₀ = p₀·A_j + Σ_{1≤i≤j} p_i·A_{j−i+1}, where a₀ and A_m are the probabilities that
/// none, and more than m, come during a service. All terms are positive.
fn cumulative(load: f64) -> Vec<f64> {
    let come: Vec<f64> = (0..=2 * COME_AT_ONCE).map(|n| numeric::poisson(n as f64, load)).collect();
    let more_than: Vec<f64> = (0..COME_AT_ONCE).map(|m| come[m + 1..].iter().sum()).collect();
    let mut states = vec![1.0 - load];
    let (mut sum, mut cumulative) = (1.0 - load, Vec::new());
    while cumulative.last().is_none_or(|&sum| 1.0 - sum > LEFT) {
        let j = states.len() - 1;
        let from_empty = states[0] * more_than.get(j).copied().unwrap_or(0.0);
        let near = (1..=j).rev().zip(&more_than[1..]);
        let up: f64 = near.map(|(i, more)| states[i] * more).sum();
        let state = (from_empty + up) / come[0];
        // Below the rounding of the sum nothing changes any more.
        if state < 0.1 * f64::EPSILON * (1.0 - load) {
            break;
        }
        sum += state;
        states.push(state);
        cumulative.push(sum);
    }
    cumulative
}

#[cfg(test)]
mod tests {
    use super::super::{MMc, assert_near};
    use super::*;

    #[test]
    fn deterministic_service_keeps_to_published_values() {
        // Erlang 1909: D = 1 at ρ = 0.5.
        let queue = MD1::new(0.5, 1.0).unwrap();
        let m = queue.means();
        let found =
            [m.wait, m.sojourn, m.waiting, m.in_system, m.utilization, queue.wait_tail(0.0)];
        for (found, truth) in found.into_iter().zip([0.5, 1.5, 0.25, 0.75, 0.5, 0.5]) {
            assert_near(found, truth, "M/D/1");
        }
        assert_near(queue.wait_quantile(0.95), 2.050638407302647, "wait, 95 %");
        assert_near(queue.wait_quantile(0.99), 3.3362559570022032, "wait, 99 %");
        assert_near(queue.sojourn_quantile(0.95), 3.050638407302647, "sojourn, 95 %");
        assert_near(queue.sojourn_quantile(0.99), 4.336255957002203, "sojourn, 99 %");
        assert_eq!(queue.wait_quantile(0.4), 0.0);
    }

    #[test]
    fn the_wait_of_a_busy_server_integrates_to_its_mean() {
        for load in [0.1, 0.9, 0.99] {
            let queue = MD1::new(load / 3.0, 3.0).unwrap();
            // Simpson's rule on each service time, up to where nothing is left.
            let (pieces, mut integral) = (20, 0.0);
            let width = 3.0 / f64::from(pieces);
            let mut t = 0.0;
            while queue.wait_tail(t) > 1e-12 && t < 1e5 {
                // The tail bends at multiples of the service time, so stay just left of them.
                let end = queue.wait_tail(t + width * (1.0 - 1e-12));
                integral += width / 6.0
                    * (queue.wait_tail(t) + 4.0 * queue.wait_tail(t + 0.5 * width) + end);
                t += width;
            }
            let truth = MG1::new(load / 3.0, 3.0, 0.0).unwrap().means().wait;
            assert!((integral / truth - 1.0).abs() < 1e-6, "{integral} is not {truth} at {load}");
        }
    }

    #[test]
    fn means_keep_to_pollaczek_and_khinchine() {
        // ρ = 0.7, service of mean 1 and scv 1 or 4, whatever its law.
        for (scv, wait, waiting) in [
            (1.0, 2.333333333333333, 1.633333333333333),
            (4.0, 5.833333333333332, 4.083333333333332),
        ] {
            let queue = MG1::new(0.7, 1.0, scv).unwrap();
            let m = queue.means();
            assert_near(m.wait, wait, "Wq");
            assert_near(m.sojourn, wait + 1.0, "W");
            assert_near(m.waiting, waiting, "Lq");
            assert_near(m.in_system, waiting + 0.7, "L");
            assert_near(queue.wait_probability(), 0.7, "P(wait)");
        }
        let exponential = MMc::new(0.7, 1.0, 1).unwrap().means();
        assert_near(MG1::new(0.7, 1.0, 1.0).unwrap().means().wait, exponential.wait, "M/M/1");
        assert_eq!(MG1::new(1.0, 1.0, 1.0), None);
        assert_eq!(MG1::new(0.5, 1.0, -1.0), None);
        assert_eq!(MD1::new(1.0, 1.0), None);
    }
}
