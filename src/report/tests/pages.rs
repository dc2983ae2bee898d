//! What is printed.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{BLAST, QUEUE, about, run, vary};
use crate::report::{run_text, sweep_text};
use crate::verdict::{Cause, Steadiness};

#[test]
fn a_run() {
    assert_snapshot!(run_text(&run(BLAST, &[]), &about()));
}

#[test]
fn a_sweep_from_missed_to_met() {
    let points = vary(BLAST, "carrier.code.rate", &["5/s", "10/s", "500/s"]);
    assert_snapshot!(sweep_text("carrier.code.rate", &points, &about()));
}

#[test]
fn a_long_run() {
    let result = run(QUEUE, &[]);
    let text = run_text(&result, &about());
    assert_eq!(result.assessment.period.steadiness, Steadiness::Steady);
    assert!(text.contains("are left out as warm-up"), "{text}");
    assert!(text.contains("waiting on average"), "{text}");
    assert!(text.contains(" – "), "the p99 has an interval: {text}");
}

#[test]
fn no_mean_is_quoted_where_there_is_none() {
    let result = run(QUEUE, &["service.q.workers=8"]);
    let text = run_text(&result, &about());
    assert_eq!(result.assessment.period.steadiness, Steadiness::Unstable);
    assert!(text.contains("UNSTABLE: the backlog grows without end"), "{text}");
    assert!(text.contains("grows without end  NOT MET"), "{text}");
    assert!(text.contains("the 8 cores of `q`: saturated throughout"), "{text}");
    for quoted in ["median", "mean of", "p99.9", "mean\n"] {
        assert!(!text.contains(quoted), "{text}");
    }
}

#[test]
fn a_single_run_decides_nothing_and_says_so() {
    let text = run_text(&run(QUEUE, &["run.replications=1"]), &about());
    assert!(text.contains("undecided: a single run"), "{text}");
    assert!(text.contains("What would bind"), "{text}");
    assert!(text.contains("`--replications 10` gives some"), "{text}");
}

#[test]
fn a_run_that_was_cut_off_says_when_and_why() {
    let text = run_text(&run(BLAST, &["run.events-at-most=5000"]), &about());
    assert!(text.contains("STOPPED EARLY: a replication ended at 10:0"), "{text}");
    assert!(text.contains("(`run.events-at-most`)"), "{text}");
    assert!(text.contains("undecided: stopped early"), "{text}");
}

#[test]
fn precision_that_was_not_reached_is_said() {
    let set = "run.replications={ precision = '0.1%', at-most = 10 }";
    let text = run_text(&run(QUEUE, &[set, "run.horizon=10min"]), &about());
    assert!(text.contains("NOT AS PRECISE AS ASKED FOR: ± "), "{text}");
    assert!(text.contains("after 10 of at most 10 replications"), "{text}");
}

#[test]
fn targets_too_rare_to_count_are_named() {
    let set = "target.quick={ class = 'm', lost-at-most = '0.001%' }";
    let text = run_text(&run(QUEUE, &[set, "run.horizon=10min"]), &about());
    assert!(text.contains("`quick` asks for a probability below 0.01 %"), "{text}");
}

/// Passwords of which most windows have sixty; of the first few, so many that they can be read.
const THIN: &str = "[run]\nhorizon = '2h'\nreplications = 2\n\
    [target]\nfast = { class = 'm', quantile = '99%', latency-at-most = '1s', per = '5min' }\n\
    [traffic.m]\nto = 'q.serve'\nstages = [{ for = '1h', rate = '5/s' }, { for = '1h', \
    rate = '0.2/s' }]\n[service.q]\ninstances = 1\nworkers = 100\n\
    [service.q.operation.serve]\nwork = '100ms'\n";

#[test]
fn windows_with_too_few_messages_are_not_read() {
    let said = |set: &[&str]| {
        let text = run_text(&run(THIN, set), &about());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let half = said(&[]);
    assert!(half.contains("100 % of windows met"), "{half}");
    assert!(half.contains("TOO FEW TO READ: for `fast`, 50 % of the 5 min windows"), "{half}");
    assert!(half.contains("have fewer than 500, too few to read a p99"), "{half}");
    let most = said(&["run.horizon=130min", "traffic.m.stages.1.for=70min"]);
    assert!(most.contains("undecided: too few messages in a window"), "{most}");
    // An hour of windows in which all are late is an hour of windows that miss, however few come.
    let late = said(&["service.q.operation.serve.work=2s"]);
    assert!(late.contains("of windows NOT MET, 100 points short"), "{late}");
    assert!(!late.contains("TOO FEW TO READ"), "{late}");
}

/// A queue whose start shows for longer than the run, with a target on the windows of its time
/// line: they stay as they are when the run is made longer.
#[test]
fn a_run_that_is_made_longer_keeps_the_windows_of_its_targets_and_says_so() {
    let mut longer = 0;
    for seed in 1..=6 {
        let result = run(
            QUEUE,
            &[
                "run.horizon=5min",
                "run.window=5s",
                "service.q.workers=9",
                "target.quick={ of = 'q', utilization-at-most = '99%', per = '5s' }",
                &format!("run.seed={seed}"),
            ],
        );
        let text = run_text(&result, &about());
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        longer += u32::from(result.doublings > 0);
        let says = words.contains("times as long as `horizon` asks for");
        assert_eq!(says, result.doublings > 0, "{text}");
        let windows = result.assessment.targets[0].windows.unwrap();
        let counted = result.model.run.windows as usize - result.assessment.period.first;
        assert_eq!(result.model.run.window.as_secs_f64(), 5.0);
        assert_eq!(windows.read, 4 * counted as u64);
    }
    assert!(longer > 0, "no run was too short");
}

/// None of 600 lost says less than one in a thousand of none, and more than one in a hundred.
#[test]
fn none_seen_is_no_proof_of_less_than_so_many_could_show() {
    let said = |limit: &str| {
        let set = format!("target.quick={{ class = 'm', lost-at-most = '{limit}' }}");
        let set = [set.as_str(), "run.mode='terminating'", "run.horizon=15s"];
        run_text(&run(QUEUE, &set), &about())
    };
    assert!(said("1%").contains("0 %       met"), "{}", said("1%"));
    assert!(said("0%").contains("0 %       met"), "{}", said("0%"));
    assert!(said("0.1%").contains("undecided: too few runs"), "{}", said("0.1%"));
}

#[test]
fn losses_that_are_still_open_are_told() {
    let said = |limit: &str| {
        let set = format!("target.promo-in-time={{ class = 'promo', lost-at-most = '{limit}' }}");
        let text = run_text(&run(BLAST, &[&set, "carrier.code.rate=2/s"]), &about());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(said("1%").contains("`promo-in-time` counts them as not lost"), "{}", said("1%"));
    assert!(!said("99%").contains("counts them as not lost"), "{}", said("99%"));
}

/// More cores shorten no work of two seconds.
#[test]
fn a_target_that_work_alone_misses_is_bound_by_no_capacity() {
    let said = |set: &[&str]| {
        let base = ["run.mode='terminating'", "run.horizon=10min"];
        let text = run_text(&run(QUEUE, &[&base, set].concat()), &about());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let none = "What binds `quick` is bound by no capacity";
    let slow = said(&["service.q.workers=20", "target.quick.latency-at-most=1s"]);
    assert!(slow.contains("NOT MET") && slow.contains(none), "{slow}");
    assert!(!slow.contains("ours to add"), "{slow}");
    let short = said(&["service.q.workers=8"]);
    assert!(short.contains("NOT MET") && !short.contains(none), "{short}");
    assert!(short.contains("It is ours to add"), "{short}");
    // Workers enough, but one core for all: nobody waits in the queue, and yet capacity binds.
    let core = said(&["service.q.workers=100000", "service.q.cores=8"]);
    assert!(core.contains("NOT MET") && core.contains("What binds the 8 cores of `q`"), "{core}");
    assert!(core.contains("messages waiting at the worst"), "{core}");
    assert!(core.contains("All of the waiting of m is here"), "{core}");
    // Their waiting is no reason to take too long a time of work for want of cores.
    let slow =
        said(&["service.q.workers=20", "service.q.cores=19", "target.quick.latency-at-most=1ms"]);
    assert!(slow.contains(none), "{slow}");
}

/// Nine tenths of a blast find the queue full: more of the carrier's rate would not help them.
#[test]
fn what_turns_most_messages_away_binds_before_what_lets_the_rest_wait() {
    let said = |set: &[&str]| {
        let bounded = [
            "service.api.queue={ fifo = { length-at-most = 200 } }",
            "traffic.promo.blast={ at = '10:00', audience = 3000 }",
            "traffic.otp={ to = 'code', constant = { rate = '2/s' } }",
        ];
        let result = run(BLAST, &[&bounded, set].concat());
        let targets = &result.model.targets;
        let promo = targets.iter().position(|target| target.name == "promo-in-time");
        let of_promo = result.assessment.bindings.iter().filter(|binding| binding.target == promo);
        let names: Vec<(String, Cause)> = of_promo
            .map(|of| (result.model.station_name(of.station).to_owned(), of.cause))
            .collect();
        (names, run_text(&result, &about()))
    };
    let bounds = |name: &str| (name.to_owned(), Cause::QueueBounds);
    let (one, text) = said(&[]);
    assert_eq!(one, [bounds("api")], "{text}");
    assert!(text.contains("What binds     the bounds of the queue for `api`"), "{text}");
    // The few that are let in are late as well.
    let within = "target.promo-in-time.delivered-within=1s";
    let (both, text) = said(&[within, "carrier.code.rate=3/s"]);
    assert_eq!(both, [bounds("api"), ("code".to_owned(), Cause::Rate)], "{text}");
    // Calls that are turned away come back to their callers, whose messages fail.
    let (call, text) = said(&[
        "service.api.operation.send.steps=[{ call = 'store.put' }]",
        "service.store={ instances = 1, workers = 1, queue = { fifo = { length-at-most = 0 } } }",
        "service.store.operation.put={ work = '1s' }",
        "service.api.queue={ fifo = { length-at-most = 20_000 } }",
    ]);
    assert_eq!(call, [bounds("store")], "{text}");
}

/// A limit of senders is what binds, and more instances are not the cure.
#[test]
fn a_limit_that_binds_is_named_with_what_it_takes() {
    let numbers = |count: u32| {
        let limit = format!("limit.numbers={{ count = {count}, rate = '1/s', lead-time = '21d' }}");
        let result =
            run(BLAST, &["carrier.code.rate=1000/s", "carrier.code.limits=['numbers']", &limit]);
        let binding = result.assessment.bindings[0].clone();
        (binding.cause, binding.target.is_some(), run_text(&result, &about()))
    };
    let (cause, is_missed, text) = numbers(12);
    assert!(matches!(cause, Cause::Limit(_)) && is_missed, "{text}");
    let said: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "What binds the limit `numbers`, 12 at 1/s each: saturated",
        "More `numbers` add to it, and take 21 d to get; instances do not.",
        "limits number",
    ] {
        assert!(said.contains(part), "no `{part}` in {text}");
    }
    assert!(!numbers(300).1);
}

/// One word for each end in all reports; what is in time says within what.
#[test]
fn ends_are_named_as_in_the_tables() {
    let lossy = BLAST
        .replace("[carrier.code]", "[carrier.code]\nqueue = { fifo = { length-at-most = 5 } }");
    let text = run_text(&run(&lossy, &[]), &about());
    assert!(text.contains("\n  rejected  "), "{text}");
    assert!(text.contains("  rejected\n"), "the carrier's column: {text}");
    assert!(!text.contains("turned") && !text.contains("silently"), "{text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let words = words.join(" ");
    assert!(words.contains("in time is within 10 s 1 h delivered in time"), "{text}");
    let one = run_text(&run(QUEUE, &["run.horizon=10min"]), &about());
    assert!(one.contains("  delivered within 5 s  "), "{one}");
}

#[test]
fn uneven_traffic_is_told() {
    let groups = BLAST
        .replace("[carrier.code]", "[carrier-group.code]\ncount = 5")
        .replace("rate = \"10/s\"", "rate = \"2/s\"\nshares = { weights = [6, 1, 1, 1, 1] }");
    let text = run_text(&run(&groups, &[]), &about());
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the rate of `code`, 5 at 2/s each"), "{text}");
    assert!(words.contains("`code/1` gets 60 % of it and has 20 % of the rate"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_line_is_longer_than_a_hundred_columns(
        name in "[a-z][a-z0-9-]{0,55}",
        classes in 1_usize..14,
        title in "[A-Za-z ]{0,150}",
    ) {
        let mut text = format!("title = '{title}'\n[run]\nhorizon = '20s'\nreplications = 2\n");
        for class in 0..classes {
            text += &format!(
                "[traffic.{name}-{class}]\nto = '{name}.send'\nconstant = {{ rate = '9/s' }}\n\
                 [target.t-{name}-{class}]\nclass = '{name}-{class}'\nquantile = '99.99%'\n\
                 latency-at-most = '1ms'\n"
            );
        }
        text += &format!(
            "[service.{name}]\ninstances = 1\nworkers = 2\n\
             [service.{name}.operation.send]\nwork = '40ms'\n"
        );
        let page = run_text(&run(&text, &[]), &about());
        for line in page.lines() {
            prop_assert!(line.chars().count() <= 100, "{}", line);
            prop_assert!(!line.ends_with(' '), "{:?}", line);
        }
    }
}
