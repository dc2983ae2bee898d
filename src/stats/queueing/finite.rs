//! Queues that cannot grow: limited places (M/M/c/K), and a limited population of callers.

use super::{Means, STATES_AT_MOST, all_positive, numeric};

/// An M/M/c/K queue: messages that find `capacity` others, those in service included, are lost.
#[derive(Clone, Debug, PartialEq)]
pub struct MMcK {
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    /// The probability of each number in the system, 0 to K.
    states: Vec<f64>,
    loss: f64,
}

impl MMcK {
    /// `None` unless the rates are positive and 1 ≤ `servers` ≤ `capacity` ≤ 10⁶.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32, capacity: u32) -> Option<Self> {
        let is_sound = all_positive(&[arrival_rate, service_rate]);
        let has_room = servers > 0 && servers <= capacity && capacity <= STATES_AT_MOST;
        if !is_sound || !has_room {
            return None;
        }
        let death = |n: u32| f64::from(n.min(servers)) * service_rate;
        let states = numeric::birth_death(|_| arrival_rate, death, capacity);
        let loss = states.get(capacity as usize).copied().unwrap_or(0.0);
        Some(Self { arrival_rate, service_rate, servers, states, loss })
    }

    /// The probability that a message is lost: that it finds the system full.
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// The rate of messages served.
    pub fn throughput(&self) -> f64 {
        self.arrival_rate * (1.0 - self.loss)
    }

    /// The long-run means; times are of the messages that are not lost.
    pub fn means(&self) -> Means {
        let (mut waiting, mut busy) = (0.0, 0.0);
        for (n, probability) in (0u32..).zip(&self.states) {
            busy += probability * f64::from(n.min(self.servers));
            waiting += probability * f64::from(n.saturating_sub(self.servers));
        }
        Means::by_little(self.throughput(), waiting, busy, self.servers)
    }

    /// The probability that a message that is not lost takes longer than `t` to wait and be
    /// served.
    ///
    /// In time slots of a Poisson process at the servers' total rate, each slot takes the message
    /// one place ahead, and once in service ends that with probability 1/c.
    pub fn sojourn_tail(&self, t: f64) -> f64 {
        let servers = self.servers as usize;
        let kept = 1.0 - self.loss;
        let slots = f64::from(self.servers) * self.service_rate * t;
        let stays = 1.0 - 1.0 / f64::from(self.servers);
        // Places ahead of the message when it comes, on states that accept it.
        let full = if self.loss > 0.0 { self.states.len() - 1 } else { self.states.len() };
        let served_at_once: f64 = self.states[..full.min(servers)].iter().sum();
        let with_places = self.states.get(servers..full).unwrap_or_default();
        let mut in_queue: f64 = with_places.iter().sum();
        let mut in_service = served_at_once;
        let (mut tail, mut slot) = (0.0, 0.0);
        let mut places = with_places.iter();
        // Ten standard deviations and some beyond the mean, nothing of Poisson's weight is left.
        let last = slots + 10.0 * slots.sqrt() + 40.0;
        while slot <= last {
            tail += numeric::poisson(slot, slots) * (in_queue + in_service) / kept;
            let begins = places.next().copied().unwrap_or(0.0);
            in_queue -= begins;
            in_service = in_service * stays + begins;
            slot += 1.0;
        }
        tail
    }

    /// The `p` quantile of wait and service together, of messages that are not lost.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        numeric::quantile(p, 1.0 / self.service_rate, |t| self.sojourn_tail(t))
    }
}

/// `population` callers who think for an exponential time, then call and wait for the answer of
/// one of `servers` servers: the machine-repair model, M/M/c//N (Gross & Harris, ch. 2).
#[derive(Clone, Debug, PartialEq)]
pub struct MachineRepair {
    think_rate: f64,
    servers: u32,
    population: u32,
    /// The probability of each number of calls in the system, 0 to N.
    states: Vec<f64>,
}

impl MachineRepair {
    /// `None` unless rates are positive and there are servers and callers, at most 10⁶ of them.
    pub fn new(think_rate: f64, service_rate: f64, servers: u32, population: u32) -> Option<Self> {
        let has_both = servers > 0 && population > 0 && population <= STATES_AT_MOST;
        if !all_positive(&[think_rate, service_rate]) || !has_both {
            return None;
        }
        let birth = |n: u32| f64::from(population - n) * think_rate;
        let death = |n: u32| f64::from(n.min(servers)) * service_rate;
        let states = numeric::birth_death(birth, death, population);
        Some(Self { think_rate, servers, population, states })
    }

    /// Answers per unit of time.
    pub fn throughput(&self) -> f64 {
        let thinking = |(n, probability)| f64::from(self.population - n) * probability;
        self.think_rate * (0u32..).zip(&self.states).map(thinking).sum::<f64>()
    }

    /// The long-run means.
    pub fn means(&self) -> Means {
        let (mut waiting, mut busy) = (0.0, 0.0);
        for (n, probability) in (0u32..).zip(&self.states) {
            busy += probability * f64::from(n.min(self.servers));
            waiting += probability * f64::from(n.saturating_sub(self.servers));
        }
        Means::by_little(self.throughput(), waiting, busy, self.servers)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MMc, assert_near, erlang_b};
    use super::*;

    #[test]
    fn limited_queues_keep_to_published_values() {
        // Gross & Harris, by birth and death: λ and K at one server of rate 1; then loss, L, Lq,
        // W, Wq, throughput, and the sojourn's quantiles at 50, 95 and 99 %.
        for (arrival_rate, capacity, truth, sojourns) in [
            (
                2.0,
                5,
                [
                    0.5079365079365079,
                    4.095238095238095,
                    3.1111111111111107,
                    4.161290322580645,
                    3.1612903225806446,
                    0.9841269841269842,
                ],
                [3.8513800227187005, 8.415965534265489, 10.884055854874816],
            ),
            (
                0.9,
                10,
                [
                    0.050813731327412404,
                    3.9694405985861745,
                    3.115172956780845,
                    4.646600672123706,
                    3.6466006721237054,
                    0.8542676418053289,
                ],
                [3.942045216102366, 11.36148815819743, 14.783441604189916],
            ),
        ] {
            let queue = MMcK::new(arrival_rate, 1.0, 1, capacity).unwrap();
            let m = queue.means();
            let found =
                [queue.loss(), m.in_system, m.waiting, m.sojourn, m.wait, queue.throughput()];
            for (found, truth) in found.into_iter().zip(truth) {
                assert_near(found, truth, "M/M/1/K");
            }
            assert_near(m.utilization, queue.throughput(), "utilization");
            for (p, truth) in [0.5, 0.95, 0.99].into_iter().zip(sojourns) {
                assert_near(queue.sojourn_quantile(p), truth, "sojourn in M/M/1/K");
            }
        }
    }

    #[test]
    fn without_waiting_places_it_is_erlangs_loss_system() {
        let trunks = MMcK::new(3.0, 1.0, 5, 5).unwrap();
        assert_near(trunks.loss(), 0.110_054_347_826_086_96, "loss");
        assert_near(trunks.throughput(), 2.669_836_956_521_739_2, "throughput");
        assert_near(trunks.means().utilization, 0.533_967_391_304_347_8, "utilization");
        assert!((trunks.means().wait).abs() < 1e-15);
        assert_near(trunks.sojourn_quantile(0.99), libm::log(100.0), "a service alone");
    }

    #[test]
    fn with_many_places_it_is_the_unlimited_queue() {
        let (limited, open) =
            (MMcK::new(3.6, 1.0, 4, 600).unwrap(), MMc::new(3.6, 1.0, 4).unwrap());
        assert!(limited.loss() < 1e-15);
        assert_near(limited.means().sojourn, open.means().sojourn, "W");
        for p in [0.5, 0.99, 0.999] {
            assert_near(limited.sojourn_quantile(p), open.sojourn_quantile(p), "sojourn");
        }
        assert_eq!(MMcK::new(1.0, 1.0, 2, 1), None);
    }

    #[test]
    fn one_server_and_its_callers_are_a_loss_system_upside_down() {
        // While one server works, callers come to think as calls come to trunks: it is idle when
        // all of them think.
        let calls = MachineRepair::new(0.25, 2.0, 1, 12).unwrap();
        let busy = 1.0 - erlang_b(12, 2.0 / 0.25);
        assert_near(calls.means().utilization, busy, "utilization");
        assert_near(calls.throughput(), 2.0 * busy, "throughput");
        // N = X(Z + W), the interactive response time law.
        let population = calls.throughput() * (4.0 + calls.means().sojourn);
        assert_near(population, 12.0, "population");
    }

    #[test]
    fn callers_with_a_server_each_do_not_wait() {
        let calls = MachineRepair::new(1.0, 3.0, 7, 7).unwrap();
        assert_near(calls.throughput(), 7.0 / (1.0 + 1.0 / 3.0), "throughput");
        assert_eq!(calls.means().waiting, 0.0);
        assert_eq!(MachineRepair::new(1.0, 1.0, 0, 3), None);
    }
}
