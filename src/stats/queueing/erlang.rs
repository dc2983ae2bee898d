//! Poisson arrivals, exponential service, several servers: Erlang's formulas and the M/M/c queue.

use super::{Means, all_positive, numeric};

/// The share of messages lost by `servers` servers without a queue under `load` erlangs (Erlang
/// 1917): aᶜ/c! / Σ aⁿ/n!, by its recurrence. It holds for any distribution of service.
///
/// # Panics
/// If `load` is negative or undefined.
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    assert!(load >= 0.0, "a load is not negative: {load}");
    if load == 0.0 {
        return if servers == 0 { 1.0 } else { 0.0 };
    }
    // 1/B(c) = 1 + c/a · 1/B(c−1): sums of positive terms, and infinite where B underflows.
    1.0 / (1..=servers).fold(1.0, |inverse, c| 1.0 + f64::from(c) / load * inverse)
}

/// The share of messages that wait for one of `servers` servers under `load` erlangs (Erlang
/// 1917): B / (1 − ρ(1 − B)); 1 if the load is too much.
///
/// # Panics
/// If `load` is negative or undefined.
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let utilization = load / f64::from(servers);
    if servers == 0 || utilization >= 1.0 {
        return 1.0;
    }
    let lost = erlang_b(servers, load);
    lost / (1.0 - utilization * (1.0 - lost))
}

/// An M/M/c queue in equilibrium, first come first served (Gross & Harris, *Fundamentals of
/// Queueing Theory*, ch. 2; M/M/1 is the case of one server).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MMc {
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    wait_probability: f64,
}

impl MMc {
    /// `None` unless the rates are positive and the servers can carry the load.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32) -> Option<Self> {
        let load = arrival_rate / service_rate;
        let is_stable = load < f64::from(servers);
        (all_positive(&[arrival_rate, service_rate]) && is_stable).then(|| Self {
            arrival_rate,
            service_rate,
            servers,
            wait_probability: erlang_c(servers, load),
        })
    }

    /// The probability that a message waits.
    pub fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// The long-run means.
    pub fn means(&self) -> Means {
        let waiting = self.wait_probability * self.arrival_rate / self.spare_rate();
        let busy = self.arrival_rate / self.service_rate;
        Means::by_little(self.arrival_rate, waiting, busy, self.servers)
    }

    /// The probability of waiting longer than `t`: C·e^(−(cμ−λ)t).
    pub fn wait_tail(&self, t: f64) -> f64 {
        self.wait_probability * libm::exp(-self.spare_rate() * t)
    }

    /// The `p` quantile of the wait; zero where fewer than 1 − `p` wait at all.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        (libm::log(self.wait_probability / (1.0 - p)) / self.spare_rate()).max(0.0)
    }

    /// The probability that wait and service together take longer than `t`.
    pub fn sojourn_tail(&self, t: f64) -> f64 {
        let (spare, service, waits) = (self.spare_rate(), self.service_rate, self.wait_probability);
        let served = libm::exp(-service * t);
        // Of a wait and a service, each exponential: (a·e^(−bt) − b·e^(−at)) / (a − b), written
        // so that it stays whole where the two rates meet.
        let gap = (spare - service) * t;
        let growth = if gap == 0.0 { t } else { -libm::expm1(-gap) / (spare - service) };
        served * (1.0 + waits * service * growth)
    }

    /// The `p` quantile of wait and service together.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        numeric::quantile(p, 1.0 / self.service_rate, |t| self.sojourn_tail(t))
    }

    /// The rate at which the queue would drain without arrivals.
    fn spare_rate(&self) -> f64 {
        f64::from(self.servers) * self.service_rate - self.arrival_rate
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_near;
    use super::*;

    #[test]
    fn erlang_b_keeps_to_published_values() {
        assert_near(erlang_b(1, 0.5), 0.333_333_333_333_333_3, "B(1, 0.5)");
        assert_near(erlang_b(5, 3.0), 0.110_054_347_826_086_96, "B(5, 3)");
        assert_eq!((erlang_b(0, 3.0), erlang_b(4, 0.0), erlang_b(0, 0.0)), (1.0, 0.0, 1.0));
        assert_eq!(erlang_b(100_000, 1.0), 0.0);
        assert_eq!((erlang_c(3, 3.0), erlang_c(0, 1.0)), (1.0, 1.0));
        // A large system against the sum of its definition, term by term from the top.
        let (mut term, mut sum) = (1.0, 0.0);
        for n in (0..=1000).rev() {
            sum += term;
            term *= f64::from(n) / 950.0;
        }
        assert_near(erlang_b(1000, 950.0), 1.0 / sum, "B(1000, 950)");
    }

    struct Published {
        /// At service rate 1.
        arrival_rate: f64,
        servers: u32,
        /// P(wait), Wq, W, Lq, L.
        means: [f64; 5],
        /// Quantiles of the wait at 95 and 99 %.
        waits: [f64; 2],
        /// Quantiles of the sojourn at 50, 95, 99 and 99.9 %.
        sojourns: [f64; 4],
    }

    /// Kleinrock, *Queueing Systems* 1, ch. 3; Erlang 1917; Gross & Harris, ch. 2.
    const PUBLISHED: [Published; 5] = [
        Published {
            arrival_rate: 0.5,
            servers: 1,
            means: [0.5, 1.0, 2.0, 0.5, 1.0],
            waits: [4.605170185987924, 7.824046010856202],
            sojourns: [
                1.3862943611198906,
                5.991464547106837,
                9.210340371976192,
                13.815510557964338,
            ],
        },
        Published {
            arrival_rate: 0.7,
            servers: 1,
            means: [
                0.7,
                2.333333333333333,
                3.333333333333333,
                1.633333333333333,
                2.333333333333333,
            ],
            waits: [8.796857765383754, 14.161650806831503],
            sojourns: [
                2.3104906018664875,
                9.985774245179964,
                15.350567286626971,
                23.025850929941626,
            ],
        },
        Published {
            arrival_rate: 1.0,
            servers: 2,
            means: [
                0.33333333333333337,
                0.33333333333333337,
                1.3333333333333335,
                0.33333333333333337,
                1.3333333333333335,
            ],
            waits: [1.897119984885868, 3.5065578973199827],
            sojourns: [
                0.9744116051898031,
                3.8164603051678285,
                5.665960683793164,
                8.227510007644486,
            ],
        },
        Published {
            arrival_rate: 1.8,
            servers: 2,
            means: [
                0.8526315789473683,
                4.2631578947368425,
                5.2631578947368425,
                7.673684210526317,
                9.473684210526317,
            ],
            waits: [14.181522683129444, 22.228712245299985],
            sojourns: [
                3.7691593820140734,
                15.29723894467057,
                23.34442999947895,
                34.857355466841256,
            ],
        },
        Published {
            arrival_rate: 3.6,
            servers: 4,
            means: [
                0.7877532642953626,
                1.969383160738407,
                2.969383160738407,
                7.089779378658265,
                10.689779378658265,
            ],
            waits: [6.892904797555304, 10.916499578640554],
            sojourns: [2.254503693026762, 8.165524818412376, 12.193167436199086, 17.95001384538292],
        },
    ];

    #[test]
    fn queues_keep_to_published_values() {
        for Published { arrival_rate, servers, means, waits, sojourns } in PUBLISHED {
            let what = format!("M/M/{servers} at {arrival_rate}");
            let queue = MMc::new(arrival_rate, 1.0, servers).unwrap();
            let m = queue.means();
            let found = [queue.wait_probability(), m.wait, m.sojourn, m.waiting, m.in_system];
            for (found, truth) in found.into_iter().zip(means) {
                assert_near(found, truth, &what);
            }
            assert_near(m.utilization, arrival_rate / f64::from(servers), &what);
            for (p, truth) in [0.95, 0.99].into_iter().zip(waits) {
                assert_near(queue.wait_quantile(p), truth, &what);
                assert_near(queue.wait_tail(truth), 1.0 - p, &what);
            }
            for (p, truth) in [0.5, 0.95, 0.99, 0.999].into_iter().zip(sojourns) {
                assert_near(queue.sojourn_quantile(p), truth, &what);
            }
        }
    }

    #[test]
    fn a_retry_is_one_more_arrival() {
        // M/M/1 with 30 % of completions fed back (Jackson 1957): λ/(1−p) at the queue.
        let queue = MMc::new(0.4 / 0.7, 1.0, 1).unwrap();
        assert_near(queue.means().in_system, 1.333_333_333_333_333_7, "L");
        assert_near(queue.means().utilization, 0.571_428_571_428_571_5, "utilization");
    }

    #[test]
    fn nodes_of_a_network_are_queues_by_themselves() {
        // Jackson 1957: three nodes with the rates that solve their traffic equations.
        for (arrival_rate, service_rate, servers, truth) in [
            (2.440944881889764, 1.0, 4, 2.9110564119495406),
            (2.204724409448819, 0.8, 3, 12.355111511675632),
            (1.6141732283464567, 1.5, 2, 1.5146020788085635),
        ] {
            let queue = MMc::new(arrival_rate, service_rate, servers).unwrap();
            assert_near(queue.means().in_system, truth, "L of a node");
        }
    }

    #[test]
    fn a_wait_that_few_have_is_zero_at_the_median() {
        assert_eq!(MMc::new(1.0, 1.0, 2).unwrap().wait_quantile(0.5), 0.0);
        assert_eq!(MMc::new(2.0, 1.0, 2), None);
        assert_eq!(MMc::new(0.0, 1.0, 2), None);
        assert_eq!(MMc::new(1.0, f64::NAN, 2), None);
    }
}
