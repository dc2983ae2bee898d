//! Chatter in aggregate against the same chatter message by message: services of one instance each
//! whose heartbeats, writes and exchanges are messages like any others.
//!
//! What it costs in all is the same to the nanosecond (heartbeats: but for the last of each pair, due
//! at the very end), but for shares that are drawn, which are held to an interval of five standard
//! errors. How fast messages go when cores are full is the same to 2 %: in aggregate, chatter begins
//! a message late. Peers (`peers`) cost no core, and have no messages.

use surgeplan::sim::Outcome;

use crate::lab::{Once, once};

/// Messages of each instance, all there at the start.
const MESSAGES: u64 = 400;
/// Of each message, in milliseconds.
const WORK: f64 = 10.0;
const SIZES: [u64; 4] = [2, 3, 4, 6];
/// Of the run, in seconds.
const HORIZON: u64 = 30;

/// The other numbers below `n`.
fn others(n: u64, of: u64) -> impl Iterator<Item = u64> {
    (0..n).filter(move |&other| other != of)
}

/// All ordered pairs of numbers below `n`.
fn pairs(n: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..n).flat_map(move |one| others(n, one).map(move |other| (one, other)))
}

/// `n` instances of one service with this chatter.
fn in_aggregate(n: u64, chatter: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"{HORIZON}s\"\n\
         [traffic.m]\nto = \"s.go\"\nblast = {{ at = \"0s\", audience = {} }}\n\
         [service.s]\ninstances = {n}\nworkers = 1\nbalancer = \"round-robin\"\n\
         chatter = [{chatter}]\n[service.s.operation.go]\nwork = \"{WORK}ms\"\n",
        n * MESSAGES
    ))
}

/// `n` services of one instance. An operation `hear` takes `hear` ms; each `tell` of a pair takes as
/// much, and then has the other hear. `causes` of what the messages of a service cause, `traffic`
/// beside them. Chatter goes first, as it does in aggregate.
fn message_by_message(
    n: u64,
    hear: f64,
    causes: impl Fn(u64) -> Vec<String>,
    traffic: &str,
) -> Once {
    let mut text = format!("[run]\nhorizon = \"{HORIZON}s\"\n{traffic}\n");
    for one in 0..n {
        text += &format!(
            "[traffic.m{one}]\nclass = \"m\"\nto = \"s{one}.go\"\n\
             blast = {{ at = \"0s\", audience = {MESSAGES} }}\ncauses = [{}]\n\
             [service.s{one}]\ninstances = 1\nworkers = 1\n\
             queue = {{ priority = {{ lanes = [\"chat\"] }} }}\n\
             [service.s{one}.operation.go]\nwork = \"{WORK}ms\"\n\
             [service.s{one}.operation.hear]\nwork = \"{hear}ms\"\n",
            causes(one).join(", ")
        );
        for other in others(n, one) {
            text += &format!(
                "[service.s{one}.operation.tell{other}]\nwork = \"{hear}ms\"\n\
                 steps = [{{ hand-to = \"s{other}.hear\" }}]\n"
            );
        }
    }
    once(&text)
}

/// Traffic that only others cause, to `hear` of each.
fn heard(n: u64) -> String {
    let of = |one| format!("[traffic.hear{one}]\nclass = \"chat\"\nto = \"s{one}.hear\"\n");
    (0..n).map(of).collect()
}

/// Traffic that only others cause, for each pair.
fn told(n: u64) -> String {
    let of = |(one, other)| {
        format!("[traffic.tell{one}-{other}]\nclass = \"chat\"\nto = \"s{one}.tell{other}\"\n")
    };
    pairs(n).map(of).collect()
}

/// Heartbeats from each to those that it speaks to, ten a second.
fn heartbeats(of: impl Iterator<Item = (u64, u64)>) -> String {
    let text = |(one, other)| {
        format!(
            "[traffic.tell{one}-{other}]\nclass = \"chat\"\nto = \"s{one}.tell{other}\"\n\
             constant = {{ rate = \"10/s\" }}\n"
        )
    };
    of.map(text).collect()
}

/// What chatter took of each instance, in ns: by service, where it goes message by message.
fn chatter_of_each(seen: &Once, n: u64) -> Vec<u128> {
    let own = u128::from(MESSAGES) * (WORK * 1e6) as u128;
    (0..n).map(|one| seen.station(&format!("s{one}")).on_core.integral - own).collect()
}

/// What chatter took of all instances together, in ns, in aggregate.
fn chatter_of_all(seen: &Once) -> u128 {
    let s = seen.station("s");
    assert_eq!(
        s.on_core.integral - s.chatter_on_core,
        u128::from(s.served) * (WORK * 1e6) as u128,
        "beside its chatter, each message takes its work"
    );
    s.chatter_on_core + s.chatter_off_core
}

/// Holds the mean latency of both to that of full cores, where a message takes `each` ms.
fn hold_throughput(what: &str, n: u64, seen: [&Once; 2], each: f64) {
    let truth = each * (MESSAGES + 1) as f64 / 2.0;
    for (way, seen) in ["in aggregate", "message by message"].into_iter().zip(seen) {
        let m = seen.class("m");
        assert_eq!(seen.ended("m", Outcome::Delivered), n * MESSAGES, "{what} of {n}");
        let mean = m.latency_sum as f64 / 1e6 / m.arrived as f64;
        let error = (mean / truth - 1.0).abs();
        assert!(error < 0.02, "{what} of {n} {way}: {mean} ms, not {truth}");
    }
}

/// Holds what all take in aggregate to be what each takes message by message, to the nanoseconds of
/// rounding for each instance: what is charged is told in whole ones, and cores that are busy all the
/// time are kept in 2⁻³², which is 7 ns in 30 s.
fn hold_load(what: &str, n: u64, aggregate: &Once, each: &[u128], plus: u128) {
    let all = chatter_of_all(aggregate);
    let sum: u128 = each.iter().sum::<u128>() + plus;
    assert!(all.abs_diff(sum) <= 9 * u128::from(n), "{what} of {n}: {all} in aggregate, {sum}");
    assert!(each.iter().all(|one| one.abs_diff(each[0]) <= 2), "{what} of {n}: {each:?}");
}

#[test]
fn a_full_mesh() {
    for n in SIZES {
        let chatter = "{ full-mesh = { every = \"100ms\", work = \"2ms\" } }";
        let aggregate = in_aggregate(n, chatter);
        let single = message_by_message(n, 2.0, |_| Vec::new(), &heartbeats(pairs(n)));
        // The last heartbeat of each pair would come at the horizon.
        let last = u128::from(n * (n - 1)) * 2 * 2_000_000;
        hold_load("full mesh", n, &aggregate, &chatter_of_each(&single, n), last);
        let load = 2.0 * (n - 1) as f64 * 2.0 / 100.0;
        hold_throughput("full mesh", n, [&aggregate, &single], WORK / (1.0 - load));
    }
}

#[test]
fn gossip() {
    for n in SIZES {
        let chatter = "{ gossip = { every = \"100ms\", fan-out = 2, work = \"4ms\" } }";
        let aggregate = in_aggregate(n, chatter);
        // To the next two, or to the one other.
        let fan_out = 2.min(n - 1);
        let ring = (0..n).flat_map(|one| (1..=fan_out).map(move |on| (one, (one + on) % n)));
        let single = message_by_message(n, 4.0, |_| Vec::new(), &heartbeats(ring));
        let last = u128::from(n * fan_out) * 2 * 4_000_000;
        hold_load("gossip", n, &aggregate, &chatter_of_each(&single, n), last);
        let load = 2.0 * fan_out as f64 * 4.0 / 100.0;
        hold_throughput("gossip", n, [&aggregate, &single], WORK / (1.0 - load));
    }
}

/// What a message of one causes each other to hear.
fn tells_others(n: u64, share: &str) -> impl Fn(u64) -> Vec<String> {
    move |one| {
        let cause =
            |other| format!("{{ traffic = \"hear{other}\", share = \"{share}\", after = \"0s\" }}");
        others(n, one).map(cause).collect()
    }
}

/// What a message causes each pair to exchange.
fn tells_all(n: u64) -> Vec<String> {
    pairs(n)
        .map(|(one, other)| {
            format!("{{ traffic = \"tell{one}-{other}\", share = 1, after = \"0s\" }}")
        })
        .collect()
}

#[test]
fn a_broadcast() {
    for n in SIZES {
        let aggregate = in_aggregate(n, "{ broadcast = { work = \"1ms\" } }");
        let single = message_by_message(n, 1.0, tells_others(n, "100%"), &heard(n));
        hold_load("broadcast", n, &aggregate, &chatter_of_each(&single, n), 0);
        let each = WORK + (n - 1) as f64;
        hold_throughput("broadcast", n, [&aggregate, &single], each);
    }
}

#[test]
fn a_broadcast_of_some() {
    for n in SIZES {
        let aggregate = in_aggregate(n, "{ broadcast = { work = \"1ms\", share = \"25%\" } }");
        let single = message_by_message(n, 1.0, tells_others(n, "25%"), &heard(n));
        let truth = 0.25 * (n * (n - 1) * MESSAGES) as f64;
        let all = chatter_of_all(&aggregate) as f64 / 1e6;
        assert!((all - truth).abs() < 1e-3, "{n}: {all} ms in aggregate, not {truth}");
        let drawn = chatter_of_each(&single, n).iter().sum::<u128>() as f64 / 1e6;
        assert!((drawn - truth).abs() < 5.0 * (0.75 * truth).sqrt(), "{n}: {drawn}, {truth}");
        let each = WORK + 0.25 * (n - 1) as f64;
        hold_throughput("broadcast of some", n, [&aggregate, &single], each);
    }
}

#[test]
fn contention() {
    for n in SIZES {
        let aggregate = in_aggregate(n, "{ contention = { sigma = 0.125 } }");
        let single = message_by_message(n, 0.125 * WORK, tells_others(n, "100%"), &heard(n));
        hold_load("contention", n, &aggregate, &chatter_of_each(&single, n), 0);
        let each = WORK * (1.0 + 0.125 * (n - 1) as f64);
        hold_throughput("contention", n, [&aggregate, &single], each);
    }
}

#[test]
fn exchanges_of_all_pairs() {
    for n in SIZES {
        // A power of two, so that no share of a nanosecond is lost: half of 1/64 at either end.
        let aggregate = in_aggregate(n, "{ all-pairs = { kappa = 0.015625 } }");
        let half = 0.015625 / 2.0 * WORK;
        let single = message_by_message(n, half, |_| tells_all(n), &told(n));
        hold_load("all pairs", n, &aggregate, &chatter_of_each(&single, n), 0);
        let each = WORK * (1.0 + 0.015625 * (n * (n - 1)) as f64);
        hold_throughput("all pairs", n, [&aggregate, &single], each);
    }
}

/// Both together are the Universal Scalability Law: N/(1 + σ(N − 1) + κN(N − 1)).
#[test]
fn the_universal_scalability_law() {
    for n in SIZES {
        let usl = "{ contention = { sigma = 0.015625 } }, { all-pairs = { kappa = 0.015625 } }";
        let aggregate = in_aggregate(n, usl);
        // One who hears of a message holds twice as long as either end of an exchange.
        let half = 0.015625 / 2.0 * WORK;
        let causes = |one| {
            let mut causes = tells_all(n);
            causes.extend(tells_others(n, "100%")(one));
            causes.extend(tells_others(n, "100%")(one));
            causes
        };
        let single = message_by_message(n, half, causes, &(told(n) + &heard(n)));
        hold_load("the law", n, &aggregate, &chatter_of_each(&single, n), 0);
        let peers = (n - 1) as f64;
        let each = WORK * (1.0 + 0.015625 * peers + 0.015625 * n as f64 * peers);
        hold_throughput("the law", n, [&aggregate, &single], each);
    }
}
