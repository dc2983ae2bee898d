//! Which cause is named, where another one is near.

use super::{about, run};
use crate::report::run_text;
use crate::sweep::PointResult;
use crate::verdict::Cause;

/// The causes that are named, and the report in one line.
fn named(result: &PointResult) -> (Vec<Cause>, String) {
    let causes = result.assessment.bindings.iter().map(|binding| binding.cause).collect();
    let text = run_text(result, &about());
    (causes, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

const ONE_WORKER: &str = "[run]\nhorizon = '30s'\nreplications = 2\n\
    [target]\np = { class = 'a', quantile = '99%', latency-at-most = '50ms' }\n\
    [traffic.a]\nto = 's.x'\npoisson = { rate = '800/s' }\n\
    [service.s]\ninstances = 4\nworkers = 1\ncores = 8\n\
    [service.s.operation.x]\nwork = '5ms'\n";

/// 800/s of 5 ms are four workers' work; 28 of 32 cores have nobody to work for.
#[test]
fn workers_bind_where_there_are_fewer_of_them_than_cores() {
    let result = run(ONE_WORKER, &[]);
    let (causes, text) = named(&result);
    assert_eq!(causes, [Cause::Workers], "{text}");
    assert!(text.contains("cores beyond the workers are never used"), "{text}");
    let cores = result.assessment.stations[0].cores.estimate.unwrap().value;
    assert!((cores - 4.0 / 32.0).abs() < 0.01, "{cores}");
}

const STORM: &str = "[run]\nhorizon = '10s'\nreplications = 2\n\
    [target]\ndone = { class = 'job', delivered-within = '1s', share-at-least = '99.9%' }\n\
    [traffic.job]\nto = 'w.run'\npoisson = { rate = '100/s' }\n\
    [service.w]\ninstances = 4\nworkers = 10\n\
    [service.w.operation.run]\nwork = '5ms'\nsteps = [{ call = 'db.put', connections = 1 }]\n\
    [service.db]\ninstances = 1\nworkers = 100\nconnections-at-most = 30\n\
    [service.db.operation.put]\nwork = '5ms'\n";

/// Three of four instances have the 30 connections; what the fourth is asked fails.
#[test]
fn connections_are_named_whatever_the_target_and_the_policies_are() {
    for set in [
        "traffic.job.poisson.rate=101/s",
        "target.done={ class = 'job', lost-at-most = '0.1%' }",
        "traffic.job.timeout=2s",
        "traffic.job.retry={ immediate = { attempts = 2 } }",
    ] {
        let result = run(STORM, &[set]);
        let (causes, text) = named(&result);
        assert_eq!(causes, [Cause::Connections], "{set}: {text}");
        assert!(text.contains("of 4 instances of `w`, 1 has none and fails at once"), "{text}");
        assert!(result.assessment.stations.iter().any(|of| of.unconnected > 0.0));
    }
}

const STALL: &str = "[run]\nhorizon = '6min'\nreplications = 2\n\
    [target]\nok = { class = 'ask', delivered-within = '2s', share-at-least = '95%' }\n\
    [traffic.ask]\nto = 'api.get'\npoisson = { rate = '18/s' }\n\
    [service.api]\ninstances = 1\ncores = 4\nworkers = 400\n\
    [service.api.operation.get]\nwork = '1ms'\n\
    steps = [{ call = 'store.read', timeout = '500ms', retry = { immediate = { attempts = 3 } } }]\n\
    [service.store]\ninstances = 1\nworkers = 2\n\
    stalls = [{ at = '2min', lasts = '15s' }]\n\
    [service.store.operation.read]\nwork = '100ms'\n";

/// At 12/s of 20/s it serves, and does not again after the stall; at 40/s it never did.
#[test]
fn only_what_was_healthy_before_its_trigger_is_metastable() {
    let state = |set: &[&str]| run(STALL, set).assessment.metastable;
    let found = state(&["traffic.ask.poisson.rate=12/s"]).expect("retries keep it down");
    assert!(found.before > 0.5 && found.after < 0.1, "{found:?}");
    assert_eq!(state(&["traffic.ask.poisson.rate=40/s"]), None);
}

const DOOR: &str = "[run]\nhorizon = '10min'\nreplications = 2\n\
    [target]\nn = { class = 'n', delivered-within = '1min', share-at-least = '90%' }\n\
    [traffic.n]\nto = 'api.x'\nconstant = { rate = '20/s' }\n\
    [service.api]\ninstances = 2\ncores = 2\n\
    limits = [{ leaky-bucket = { rate = '10/s', wait-at-most = '1h' } }]\n\
    [service.api.operation.x]\nwork = '5ms'\n";

#[test]
fn a_limit_at_the_door_is_named_where_messages_wait_or_are_turned_away_by_it() {
    let (causes, text) = named(&run(DOOR, &[]));
    assert_eq!(causes, [Cause::Door], "{text}");
    assert!(!text.contains("ours to add"), "{text}");
    let bucket = "service.api.limits=[{ token-bucket = { rate = '10/s' } }]";
    let (causes, text) = named(&run(DOOR, &[bucket]));
    assert_eq!(causes, [Cause::Door], "{text}");
    assert!(text.contains("the limits at the door of `api`: 5,9"), "{text}");
}

const CARRIER: &str = "[run]\nstart = '08:00'\nhorizon = '1h'\nreplications = 2\n\
    [target]\na = { class = 'a', delivered-within = '1min', share-at-least = '97%' }\n\
    [traffic.a]\nto = 'op'\nconstant = { rate = '10/s' }\n\
    [carrier.op]\nrate = '20/s'\nround-trip = '500ms'\n";

#[test]
fn the_validity_is_named_with_what_messages_wait_for() {
    let set = ["carrier.op.rate=5/s", "traffic.a.valid-for=30s"];
    let (causes, text) = named(&run(CARRIER, &set));
    assert_eq!(causes, [Cause::Validity], "{text}");
    assert!(text.contains("They waited for the rate of `op`, 5/s: saturated"), "{text}");
    assert!(!text.contains("bounds of the queue"), "{text}");
    // A bound of the queue in age is one.
    let bound = ["carrier.op.rate=5/s", "carrier.op.queue={ fifo = { age-at-most = '30s' } }"];
    assert_eq!(named(&run(CARRIER, &bound)).0, [Cause::QueueBounds]);
}

#[test]
fn deadlines_are_named_with_what_is_saturated() {
    let set = ["traffic.ask.poisson.rate=80/s", "service.store.checks-deadlines=at-start"];
    let (causes, text) = named(&run(STALL, &set));
    assert_eq!(causes[0], Cause::Deadline, "{text}");
    assert!(text.contains("They waited for the 2 cores of `store`: saturated"), "{text}");
}

/// 36,000 come in the hour, 1,000 of them within the cap.
#[test]
fn what_a_daily_cap_fails_is_blamed_on_the_cap() {
    let set = ["carrier.op.limits=['brand']", "limit.brand={ daily-cap = 1_000, beyond = 'fail' }"];
    let (causes, text) = named(&run(CARRIER, &set));
    assert!(matches!(causes[0], Cause::Limit(_)), "{text}");
    assert!(text.contains("the limit `brand`, 1,000 a day: 34,99"), "{text}");
    assert!(text.contains("More `brand` add to it"), "{text}");
    assert!(text.contains("of the losses of a are here"), "{text}");
}

/// A tenth is late for being held, one in a thousand is lost.
#[test]
fn a_few_losses_are_not_the_cause_of_what_is_held() {
    let set = "carrier.op.behaviours=[{ hold = { share = '10%', for = '5min' } }, \
               { silent-loss = { share = '0.1%' } }]";
    let (causes, text) = named(&run(CARRIER, &[set]));
    assert!(!causes.contains(&Cause::Loss), "{text}");
    assert!(text.contains("What binds `a` is bound by no capacity"), "{text}");
    assert!(text.contains("with what `op` holds back"), "{text}");
}

#[test]
fn a_suspension_is_named_and_when_it_was() {
    let set = "carrier.op.behaviours=[{ suspension = { during = [{ at = '08:10', \
               lasts = '10min' }] } }]";
    let (causes, text) = named(&run(CARRIER, &[set]));
    assert_eq!(causes, [Cause::Suspension], "{text}");
    let said = "the suspension of what we send to `op`: from 08:10 to 08:20; what had piled up \
                kept its rate saturated from 08:20 to 08:30";
    assert!(text.contains(said), "{text}");
}

/// A mean of what is never below zero has an interval that is not either.
#[test]
fn no_interval_of_a_latency_reaches_below_zero() {
    let result = run(STALL, &["run.horizon=3min"]);
    let classes = result.assessment.classes.iter().map(|class| class.mean_latency);
    for figure in classes.chain(result.assessment.stations.iter().map(|of| of.mean_wait)) {
        let interval = figure.estimate.and_then(|estimate| estimate.interval);
        assert!(interval.is_none_or(|interval| interval.low >= 0.0), "{figure:?}");
    }
}

/// All that can happen to submissions at once, beside long waits: more columns than a page has.
#[test]
fn no_line_of_a_report_is_longer_than_a_page() {
    let set = [
        "traffic.a.constant.rate=1000/s",
        "carrier.op.window=10",
        "run.horizon=10min",
        "traffic.a.valid-for=2min",
        "carrier.op.queue={ fifo = { length-at-most = 1_000 } }",
        "carrier.op.behaviours=[{ hold = { share = '10%', for = '5min' } }, \
         { silent-loss = { share = '1%' } }, { permanent-error = { share = '2%' } }, \
         { suspension = { during = [{ at = '08:04', lasts = '3min' }] } }]",
    ];
    let text = run_text(&run(CARRIER, &set), &about());
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 100, "{text}");
    for heading in ["throttled", "dropped", "held", "errors", "failed", "rejected", "expired"] {
        assert!(text.contains(heading), "no {heading}: {text}");
    }
}

/// A link that lets 125 answers a second through is asked for 200: 75 more wait each second.
#[test]
fn those_who_wait_for_a_link_are_counted() {
    let text = "[run]\nhorizon = '10s'\nreplications = 2\n\
        [target]\np = { class = 'a', quantile = '99%', latency-at-most = '300ms' }\n\
        [traffic.a]\nto = 's.x'\nconstant = { rate = '200/s' }\nreply-size = '250 kB'\ntimeout = '20s'\n\
        [service.s]\ninstances = 1\nworkers = 100\ncores = 4\nbandwidth = '250 Mbit/s'\n\
        [service.s.operation.x]\nwork = '1ms'\n";
    let result = run(text, &[]);
    let (causes, said) = named(&result);
    assert_eq!(causes, [Cause::Network], "{said}");
    let (most, _) = result.assessment.bindings[0].worst_queue;
    assert!(most > 300.0, "{most}: {said}");
}
