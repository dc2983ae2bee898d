//! Callers who give up: the Erlang-A queue.

use super::{Means, STATES_AT_MOST, all_positive, numeric};

/// An M/M/c+M queue in equilibrium: messages in the queue, not those in service, leave after an
/// exponential patience (Palm 1957; Mandelbaum & Zeltyn 2007, "Service engineering in action: the
/// Palm/Erlang-A queue").
#[derive(Clone, Debug, PartialEq)]
pub struct ErlangA {
    arrival_rate: f64,
    service_rate: f64,
    patience_rate: f64,
    servers: u32,
    wait_probability: f64,
    waiting: f64,
}

impl ErlangA {
    /// `patience_rate` is one over the mean patience. Any load has an equilibrium; `None` unless
    /// the rates are positive, there are servers, and it takes at most a million states.
    pub fn new(
        arrival_rate: f64,
        service_rate: f64,
        patience_rate: f64,
        servers: u32,
    ) -> Option<Self> {
        if !all_positive(&[arrival_rate, service_rate, patience_rate]) || servers == 0 {
            return None;
        }
        let death = |n: u32| {
            f64::from(n.min(servers)) * service_rate
                + f64::from(n.saturating_sub(servers)) * patience_rate
        };
        let states = numeric::birth_death(|_| arrival_rate, death, STATES_AT_MOST);
        if states.len() > STATES_AT_MOST as usize {
            return None;
        }
        let all_busy = states.get(servers as usize..).unwrap_or_default();
        let wait_probability = all_busy.iter().sum();
        let waiting = (0u32..).zip(all_busy).map(|(n, p)| f64::from(n) * p).sum();
        Some(Self { arrival_rate, service_rate, patience_rate, servers, wait_probability, waiting })
    }

    /// The probability that a message waits.
    pub fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// The probability that a message gives up.
    pub fn abandonment(&self) -> f64 {
        self.patience_rate * self.waiting / self.arrival_rate
    }

    /// The rate of messages served.
    pub fn throughput(&self) -> f64 {
        self.arrival_rate - self.patience_rate * self.waiting
    }

    /// The long-run means; times are of all messages, those that give up included.
    pub fn means(&self) -> Means {
        let busy = self.throughput() / self.service_rate;
        Means::by_little(self.arrival_rate, self.waiting, busy, self.servers)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MMc, assert_near};
    use super::*;

    #[test]
    fn a_call_centre_keeps_to_published_values() {
        // Mandelbaum & Zeltyn's example: 50 agents, 48 calls a minute, 1 minute of service,
        // 2 minutes of patience; 3.1 % give up, the mean wait is 3.7 s. In seconds:
        let calls = ErlangA::new(0.8, 1.0 / 60.0, 1.0 / 120.0, 50).unwrap();
        let m = calls.means();
        assert_near(calls.abandonment(), 0.03091224916219349, "P(abandon)");
        assert_near(calls.wait_probability(), 0.46777406855379255, "P(wait)");
        assert_near(m.wait, 3.709469899463219, "Wq");
        assert_near(m.waiting, 2.9675759195705753, "Lq");
        assert_near(m.in_system, 49.48378795978534, "L");
        assert_near(m.utilization, 0.9303242408042953, "utilization");
        assert_near(calls.throughput(), 0.7752702006702452, "throughput");
    }

    #[test]
    fn endless_patience_is_erlang_c_and_overload_sheds_the_excess() {
        let (patient, open) = (ErlangA::new(3.6, 1.0, 1e-13, 4), MMc::new(3.6, 1.0, 4).unwrap());
        assert_near(patient.unwrap().wait_probability(), open.wait_probability(), "P(wait)");
        // Twice what 100 servers carry: half give up.
        let overloaded = ErlangA::new(200.0, 1.0, 0.01, 100).unwrap();
        assert_near(overloaded.abandonment(), 0.5, "P(abandon)");
        assert_eq!(ErlangA::new(1.0, 1.0, 0.0, 1), None);
        assert_eq!(ErlangA::new(2.0, 1.0, 1e-9, 1), None);
    }
}
