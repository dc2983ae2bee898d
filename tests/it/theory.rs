//! Queues that theory knows, written as a user would, and held to lie in their 99.9 % intervals.

use surgeplan::sim::Outcome;
use surgeplan::stats::queueing::{MD1, MG1, MMc, MMcK, MachineRepair, erlang_b};
use surgeplan::stats::{Confidence, Estimate, Ratio};
use surgeplan::sweep::PointResult;
use surgeplan::verdict::{ClassFigures, StationFigures};

use crate::lab::{assess, hold, hold_estimate, station};

/// Twenty replications of the long run of `rest`, each of this length.
fn steady(horizon: &str, rest: &str) -> PointResult {
    assess(&format!("[run]\nmode = \"steady\"\nhorizon = \"{horizon}\"\nreplications = 20\n{rest}"))
}

/// A queue of one service, fed by `traffic`, served for `work`.
fn queue(horizon: &str, traffic: &str, service: &str, work: &str) -> PointResult {
    steady(
        horizon,
        &format!(
            "[traffic.m]\nto = \"q.serve\"\n{traffic}\n[service.q]\n{service}\n\
             [service.q.operation.serve]\nwork = {work}\n"
        ),
    )
}

const ONE: &str = "instances = 1\nworkers = 1";

fn class<'a>(result: &'a PointResult, name: &str) -> &'a ClassFigures {
    let index = result.model.classes.iter().position(|class| class.name == name);
    &result.assessment.classes[index.expect("a class of that name")]
}

fn at<'a>(result: &'a PointResult, name: &str) -> &'a StationFigures {
    &result.assessment.stations[station(&result.model, name)]
}

/// Holds the quantile at `level` of a class's latency against the truth.
fn hold_quantile(result: &PointResult, level: f64, truth: f64, share: f64) {
    let (_, figure) =
        class(result, "m").latency.iter().find(|(p, _)| *p == level).expect("a level shown");
    hold(&format!("p{}", 100.0 * level), figure, truth, share);
}

#[test]
fn one_server_exponential_service() {
    let found = queue(
        "100000s",
        "poisson = { rate = \"0.7/s\" }",
        ONE,
        "{ exponential = { mean = \"1s\" } }",
    );
    let truth = MMc::new(0.7, 1.0, 1).expect("stable");
    let means = truth.means();
    let q = at(&found, "q");
    hold("wait", &q.mean_wait, means.wait, 0.04);
    hold("waited", &q.waited, truth.wait_probability(), 0.02);
    hold("queue", &q.mean_queue, means.waiting, 0.05);
    hold("utilization", &q.utilization, means.utilization, 0.02);
    hold("served", &q.served, 0.7, 0.02);
    hold("sojourn", &class(&found, "m").mean_latency, means.sojourn, 0.03);
    hold_quantile(&found, 0.5, truth.sojourn_quantile(0.5), 0.03);
    hold_quantile(&found, 0.99, truth.sojourn_quantile(0.99), 0.06);
}

/// Four servers with one queue, as instances, as workers, and as cores.
#[test]
fn several_servers_with_one_queue() {
    let truth = MMc::new(3.2, 1.0, 4).expect("stable");
    for service in [
        "instances = 4\nworkers = 1\nbalancer = \"shared-queue\"",
        "instances = 2\nworkers = 2\nbalancer = \"shared-queue\"",
        "instances = 1\nworkers = 4",
    ] {
        let found = queue(
            "20000s",
            "poisson = { rate = \"3.2/s\" }",
            service,
            "{ exponential = { mean = \"1s\" } }",
        );
        let q = at(&found, "q");
        hold("wait", &q.mean_wait, truth.means().wait, 0.07);
        hold("waited", &q.waited, truth.wait_probability(), 0.03);
        hold("utilization", &q.utilization, 0.8, 0.02);
        hold_quantile(&found, 0.95, truth.sojourn_quantile(0.95), 0.04);
    }
    // Everyone gets a worker at once, and then waits for one of the cores.
    let found = queue(
        "20000s",
        "poisson = { rate = \"3.2/s\" }",
        "instances = 1\nworkers = 100000\ncores = 4",
        "{ exponential = { mean = \"1s\" } }",
    );
    hold("cores", &at(&found, "q").cores, 0.8, 0.02);
    hold("sojourn", &class(&found, "m").mean_latency, truth.means().sojourn, 0.04);
    hold_quantile(&found, 0.95, truth.sojourn_quantile(0.95), 0.04);
}

/// A worker that waits for something slow is as busy as one that computes.
#[test]
fn workers_held_by_a_call_are_servers_too() {
    let truth = MMc::new(3.2, 1.0, 4).expect("stable");
    let found = steady(
        "20000s",
        "[traffic.m]\nto = \"q.serve\"\npoisson = { rate = \"3.2/s\" }\n\
         [service.q]\ninstances = 1\nworkers = 4\ncores = 1\n\
         [service.q.operation.serve]\nsteps = [{ call = \"slow.answer\" }]\n\
         [service.slow]\ninstances = 1\nworkers = 1000\ncores = 1\n\
         [service.slow.operation.answer]\n\
         steps = [{ delay = { exponential = { mean = \"1s\" } } }]\n",
    );
    hold("wait", &at(&found, "q").mean_wait, truth.means().wait, 0.07);
    hold("workers", &at(&found, "q").workers, 0.8, 0.02);
    hold_quantile(&found, 0.95, truth.sojourn_quantile(0.95), 0.04);
}

/// The capacity of the formula counts those in service, the bound of a queue does not.
#[test]
fn bounded_queues_lose() {
    let found = queue(
        "50000s",
        "poisson = { rate = \"0.9/s\" }",
        "instances = 1\nworkers = 1\nqueue = { fifo = { length-at-most = 9 } }",
        "{ exponential = { mean = \"1s\" } }",
    );
    let truth = MMcK::new(0.9, 1.0, 1, 10).expect("sound");
    let m = class(&found, "m");
    hold("loss", &m.outcomes[Outcome::Rejected.index()], truth.loss(), 0.06);
    hold("carried", &m.carried, truth.throughput(), 0.02);
    hold("sojourn", &m.mean_latency, truth.means().sojourn, 0.03);
    hold("wait", &at(&found, "q").mean_wait, truth.means().wait, 0.04);

    let found = queue(
        "20000s",
        "poisson = { rate = \"3/s\" }",
        "instances = 1\nworkers = 5\nqueue = { fifo = { length-at-most = 0 } }",
        "{ lognormal = { mean = \"1s\", cv = 2 } }",
    );
    // Erlang's loss formula holds for any law of service.
    let loss = erlang_b(5, 3.0);
    let m = class(&found, "m");
    hold("loss", &m.outcomes[Outcome::Rejected.index()], loss, 0.04);
    hold("utilization", &at(&found, "q").utilization, 3.0 * (1.0 - loss) / 5.0, 0.02);
    hold("sojourn", &m.mean_latency, 1.0, 0.02);
}

#[test]
fn one_server_any_service() {
    for (work, rate, cv, share) in [
        ("\"1s\"", 0.8, 0.0, 0.04),
        ("{ lognormal = { mean = \"1s\", cv = 1.5 } }", 0.5, 1.5, 0.07),
        ("{ gamma = { mean = \"1s\", cv = 0.5 } }", 0.7, 0.5, 0.03),
        ("{ hyperexponential = { mean = \"1s\", cv = 2 } }", 0.5, 2.0, 0.06),
        ("{ erlang = { mean = \"1s\", stages = 3 } }", 0.7, libm::sqrt(1.0 / 3.0), 0.03),
        ("{ uniform = { minimum = \"0s\", maximum = \"2s\" } }", 0.7, libm::sqrt(1.0 / 3.0), 0.03),
    ] {
        let traffic = format!("poisson = {{ rate = \"{rate}/s\" }}");
        let found = queue("80000s", &traffic, ONE, work);
        let truth = MG1::new(rate, 1.0, cv * cv).expect("stable").means();
        let q = at(&found, "q");
        hold(&format!("wait with {work}"), &q.mean_wait, truth.wait, share);
        hold("waited", &q.waited, rate, 0.02);
        hold("sojourn", &class(&found, "m").mean_latency, truth.sojourn, share);
    }
    let found = queue("80000s", "poisson = { rate = \"0.8/s\" }", ONE, "\"1s\"");
    let truth = MD1::new(0.8, 1.0).expect("stable");
    hold_quantile(&found, 0.99, truth.sojourn_quantile(0.99), 0.06);
}

/// Each instance chosen at random has a Poisson stream of its own; in turn, one of Erlang's.
#[test]
fn balancers_that_do_not_look() {
    let truth = MMc::new(0.7, 1.0, 1).expect("stable").means();
    let found = queue(
        "20000s",
        "poisson = { rate = \"3.5/s\" }",
        "instances = 5\nworkers = 1\nbalancer = \"random\"",
        "{ exponential = { mean = \"1s\" } }",
    );
    hold("at random", &at(&found, "q").mean_wait, truth.wait, 0.05);

    // E_k/M/1: σ is the root of σ = (kλ/(kλ + μ(1 − σ)))ᵏ below 1, and Wq = σ/(μ(1 − σ))
    // (Gross & Harris, ch. 5).
    let (k, rate) = (5.0, 0.7);
    let sigma = (0..500).fold(0.5, |s, _| libm::pow(k * rate / (k * rate + 1.0 - s), k));
    let found = queue(
        "20000s",
        "poisson = { rate = \"3.5/s\" }",
        "instances = 5\nworkers = 1\nbalancer = \"round-robin\"",
        "{ exponential = { mean = \"1s\" } }",
    );
    hold("in turn", &at(&found, "q").mean_wait, sigma / (1.0 - sigma), 0.05);
    hold("in turn", &at(&found, "q").waited, sigma, 0.03);
}

/// Two choices are better than one and worse than all; with as many choices as instances they are
/// the least loaded.
#[test]
fn balancers_that_look_are_ordered() {
    let wait = |balancer: &str| {
        let found = queue(
            "5000s",
            "poisson = { rate = \"9/s\" }",
            &format!("instances = 10\nworkers = 1\nbalancer = {balancer}"),
            "{ exponential = { mean = \"1s\" } }",
        );
        at(&found, "q").mean_wait.estimate.expect("waits").interval.expect("replications")
    };
    let random = wait("\"random\"");
    let two = wait("\"power-of-choices\"");
    let least = wait("\"least-loaded\"");
    let shared = wait("\"shared-queue\"");
    assert!(shared.high < least.low && least.high < two.low && two.high < random.low);
}

#[test]
fn users_who_wait_for_answers() {
    let found = steady(
        "10000s",
        "[traffic.m]\nto = \"q.serve\"\n\
         closed-loop = { users = 20, think = { exponential = { mean = \"10s\" } } }\n\
         [service.q]\ninstances = 1\nworkers = 2\n\
         [service.q.operation.serve]\nwork = { exponential = { mean = \"1s\" } }\n",
    );
    let truth = MachineRepair::new(0.1, 1.0, 2, 20).expect("sound");
    hold("answers", &class(&found, "m").carried, truth.throughput(), 0.02);
    hold("sojourn", &class(&found, "m").mean_latency, truth.means().sojourn, 0.03);
    hold("utilization", &at(&found, "q").utilization, truth.means().utilization, 0.02);
}

/// Jackson: each station of an open network is an M/M/c by itself.
#[test]
fn networks_of_queues() {
    let found = steady(
        "40000s",
        "[traffic.m]\nto = \"a.go\"\npoisson = { rate = \"1/s\" }\n\
         [service.a]\ninstances = 1\nworkers = 2\n\
         [service.a.operation.go]\nwork = { exponential = { mean = \"1s\" } }\n\
         steps = [{ hand-to = \"b.go\" }]\n\
         [service.b]\ninstances = 1\nworkers = 1\n\
         [service.b.operation.go]\nwork = { exponential = { mean = \"600ms\" } }\n\
         steps = [{ hand-to = \"c.go\", network = \"100ms\" }]\n\
         [service.c]\ninstances = 1\nworkers = 3\n\
         [service.c.operation.go]\nwork = { exponential = { mean = \"1800ms\" } }\n",
    );
    let parts = [MMc::new(1.0, 1.0, 2), MMc::new(1.0, 1.0 / 0.6, 1), MMc::new(1.0, 1.0 / 1.8, 3)];
    let means = parts.map(|part| part.expect("stable").means());
    for (name, means) in ["a", "b", "c"].iter().zip(&means) {
        hold(name, &at(&found, name).mean_wait, means.wait, 0.08);
    }
    let sojourn: f64 = means.iter().map(|means| means.sojourn).sum();
    hold("sojourn", &class(&found, "m").mean_latency, sojourn + 0.1, 0.03);

    // A third comes back to be served again: λ/(1 − p) in all.
    let found = steady(
        "60000s",
        "[traffic.m]\nto = \"q.go\"\npoisson = { rate = \"0.4/s\" }\n\
         [service.q]\ninstances = 1\nworkers = 1\n\
         [service.q.operation.go]\nwork = { exponential = { mean = \"1s\" } }\n\
         steps = [{ hand-to = \"q.go\", probability = \"30%\" }]\n",
    );
    let load = 0.4 / 0.7;
    hold("utilization", &at(&found, "q").utilization, load, 0.03);
    hold("sojourn", &class(&found, "m").mean_latency, load / (1.0 - load) / 0.4, 0.05);
}

/// Messages that leave the queue after a fixed time: M/M/1+D (Baccelli & Hébuterne 1981).
#[test]
fn messages_that_grow_too_old() {
    let found = queue(
        "80000s",
        "poisson = { rate = \"0.8/s\" }",
        "instances = 1\nworkers = 1\nqueue = { fifo = { age-at-most = \"2s\" } }",
        "{ exponential = { mean = \"1s\" } }",
    );
    let m = class(&found, "m");
    hold("expired", &m.outcomes[Outcome::Expired.index()], 0.187_832_074_419_825, 0.03);
    hold("carried", &m.carried, 0.649_734_340_464_14, 0.02);
    hold("queue", &at(&found, "q").mean_queue, 0.645_483_787_890_380, 0.03);
}

/// A carrier that drops above its rate is a token bucket: an M/D/1 with as many places as tokens.
#[test]
fn a_token_bucket_loses_what_a_bounded_queue_would() {
    let found = steady(
        "100000s",
        "[traffic.m]\nto = \"c\"\npoisson = { rate = \"0.9/s\" }\n\
         [carrier.c]\nrate = \"1/s\"\nburst = 10\noverload = \"drop\"\n",
    );
    let lost = &class(&found, "m").outcomes[Outcome::Lost.index()];
    hold("lost", lost, 0.016_631_747_828_946, 0.09);
}

/// MMPP/M/1 by matrix-analytic methods (Fischer & Meier-Hellstern 1993).
#[test]
fn arrivals_at_a_rate_that_jumps() {
    let found = queue(
        "60000s",
        "mmpp = { states = [{ rate = \"0.5/s\", stay = \"10s\" }, \
                            { rate = \"1.5/s\", stay = \"10s\" }] }",
        ONE,
        "{ exponential = { mean = \"800ms\" } }",
    );
    hold("wait", &at(&found, "q").mean_wait, 6.780_302_737_069, 0.08);
    hold("waited", &at(&found, "q").waited, 0.856_787_890_517, 0.02);
    hold_quantile(&found, 0.95, 23.710_887_748_474, 0.1);
}

/// How often calls are made, and how long it takes to make them one after the other or at once.
#[test]
fn fan_out() {
    let found = steady(
        "20000s",
        "[traffic.m]\nto = \"front.go\"\npoisson = { rate = \"1/s\" }\n\
         [traffic.n]\nto = \"front.slow\"\npoisson = { rate = \"1/s\" }\n\
         [service.front]\ninstances = 1\nworkers = 10000\n\
         [service.front.operation.go]\n\
         steps = [{ call = \"back.go\", times = 5, at-once = true }]\n\
         [service.front.operation.slow]\nsteps = [\n\
           { call = \"back.go\", times = 5 },\n\
           { call = \"other.go\", times = { mean = 2.3 } },\n\
           { call = \"rare.go\", probability = \"7%\" },\n\
         ]\n\
         [service.back]\ninstances = 1\nworkers = 10000\n\
         [service.back.operation.go]\nwork = { exponential = { mean = \"1s\" } }\n\
         [service.other]\ninstances = 1\nworkers = 10000\n\
         [service.other.operation.go]\nwork = { exponential = { mean = \"1s\" } }\n\
         [service.rare]\ninstances = 1\nworkers = 10000\n\
         [service.rare.operation.go]\nwork = { exponential = { mean = \"1s\" } }\n",
    );
    // The largest of n exponentials is Hₙ on average.
    let harmonic: f64 = (1..=5).map(|k| 1.0 / f64::from(k)).sum();
    hold("at once", &class(&found, "m").mean_latency, harmonic, 0.02);
    hold("one by one", &class(&found, "n").mean_latency, 5.0 + 2.3 + 0.07, 0.02);
    hold("calls on average", &at(&found, "other").offered, 2.3, 0.02);
    hold("rare calls", &at(&found, "rare").offered, 0.07, 0.05);
}

/// Throughput of a carrier that is never idle: binds × window ÷ round trip.
#[test]
fn a_window_limits_a_carrier() {
    let found = steady(
        "1000s",
        "[traffic.m]\nto = \"c\"\nconstant = { rate = \"400/s\" }\n\
         [carrier.c]\nbinds = 2\nwindow = 5\n\
         round-trip = { exponential = { mean = \"100ms\" } }\n\
         queue = { fifo = { length-at-most = 100 } }\n",
    );
    hold("accepted", &at(&found, "c").served, 100.0, 0.02);
    hold("window", &at(&found, "c").workers, 1.0, 0.01);
}

/// Messages divide over carriers by their shares; some are lost, some cause others.
#[test]
fn shares() {
    let found = assess(
        "[run]\nhorizon = \"10000s\"\n\
         [traffic.m]\nto = \"c\"\npoisson = { rate = \"10/s\" }\n\
         causes = [{ traffic = \"n\", share = \"20%\", after = \"3s\" },\n\
                   { traffic = \"n\", share = \"5%\", after = \"3s\" }]\n\
         [traffic.n]\nto = \"free\"\n\
         [carrier-group.c]\ncount = 10\nshares = { zipf = { exponent = 1.2 } }\nsilent-loss = \"3%\"\n\
         [carrier.free]\n",
    );
    let total: f64 = (1..=10).map(|k| libm::pow(f64::from(k), -1.2)).sum();
    for k in 0..10usize {
        let parts: Vec<Ratio> = found
            .runs
            .iter()
            .map(|run| Ratio {
                top: run.carriers[k].arrived as f64,
                bottom: run.classes[0].arrived(0) as f64,
            })
            .collect();
        let share = Estimate::ratio_of(&parts, Confidence::P95).expect("messages");
        let truth = libm::pow((k + 1) as f64, -1.2) / total;
        hold_estimate(&format!("carrier {}", k + 1), &share, truth, 0.06);
    }
    let m = class(&found, "m");
    hold("lost", &m.outcomes[Outcome::Lost.index()], 0.03, 0.06);
    // Only what is delivered causes anything.
    hold("caused", &class(&found, "n").offered, 10.0 * 0.97 * 0.25, 0.03);
}
