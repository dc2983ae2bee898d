//! What holds for every kind of stream.

use proptest::prelude::*;

use super::*;

/// One of each kind of open stream; the file of the replay gives counts per minute.
const STREAMS: [&str; 8] = [
    "constant = { rate = \"3/s\" }",
    "poisson = { rate = \"40/s\" }",
    "stages = [{ for = \"1h\", from = 0, to = \"20/s\" }, { for = \"1h\" }, \
     { for = \"1h\", rate = \"5/s\" }]",
    "mmpp = { states = [{ rate = \"5/s\", stay = \"10min\" }, { rate = \"80/s\", stay = \
     \"1min\" }] }",
    "blast = { at = \"00:30\", audience = 10_000, rate = \"7/s\" }",
    "blast = { at = \"90min\", audience = 1000 }",
    "replay = { file = \"x.csv\" }",
    "replay = { file = \"x.csv\", rows = \"arrivals\", scale = 2.5 }",
];

const CSV: &str = "t,count\n2024-01-01 00:00,50\n2024-01-01 00:01,0\n2024-01-01 00:02,3\n\
                   2024-01-01 00:10,1000\n2024-01-01 00:11,7\n";

fn of(toml: &str) -> Traffic {
    with_file(toml, CSV).unwrap()
}

#[test]
fn a_modifier_that_is_one_throughout_changes_no_bit() {
    let ones = |n: usize| vec!["1.0"; n].join(", ");
    let modifiers = [
        format!("profile = {{ hourly = [{}] }}", ones(24)),
        format!("profile = {{ weekly = [{}], between = \"steps\" }}", ones(7)),
        format!("profile = {{ hourly = [{}], weekly = [{}] }}", ones(24), ones(168)),
        "spikes = [{ at = \"00:10\", times = 1, rise = \"10s\", hold = \"1min\", fall = \"1min\" }]"
            .to_owned(),
        "spikes = []".to_owned(),
        "noise = { ar1 = { sd = 0, correlation = 0.5, every = \"1s\" } }".to_owned(),
    ];
    for base in [STREAMS[0], STREAMS[1], STREAMS[2], STREAMS[3], STREAMS[6]] {
        let plain = until(&of(base), key(), 3 * HOUR);
        assert!(plain.len() > 1000);
        for modifier in &modifiers {
            let traffic = of(&format!("{base}\n{modifier}"));
            assert_eq!(until(&traffic, key(), 3 * HOUR), plain, "{base} with {modifier}");
        }
    }
}

#[test]
fn scaling_by_one_changes_no_bit_and_by_more_keeps_every_draw() {
    for base in STREAMS {
        let traffic = of(base);
        assert_eq!(until(&traffic.scaled(1.0), key(), 3 * HOUR), until(&traffic, key(), 3 * HOUR));
        assert_eq!(traffic.scaled(2.0).scaled(0.5), traffic);
        let (once, twice) =
            (traffic.expected_messages(SimDuration::from_secs(10_800)), traffic.scaled(2.0));
        let ratio = twice.expected_messages(SimDuration::from_secs(10_800)) / once;
        assert!((ratio - 2.0).abs() < 1e-9, "{base}: {ratio}");
    }
    let poisson = of(STREAMS[1]);
    let (once, twice) =
        (until(&poisson, key(), HOUR), until(&poisson.scaled(2.0), key(), HOUR / 2));
    assert_eq!(once.len(), twice.len());
    for (slow, fast) in once.iter().zip(&twice) {
        assert!(slow.abs_diff(2 * fast) <= 2, "{slow} and {fast}");
    }
}

#[test]
fn expected_messages_add_up_and_are_what_comes() {
    for base in STREAMS {
        let traffic = of(base);
        let at = |minutes| SimTime::from_ns(minutes * MINUTE);
        let whole = traffic.expected_between(at(0), at(180));
        let parts: f64 = (0..36).map(|i| traffic.expected_between(at(5 * i), at(5 * i + 5))).sum();
        assert!((whole - parts).abs() < 1e-6 * whole, "{base}: {whole} and {parts}");
        let came = until(&traffic, key(), 180 * MINUTE).len() as f64;
        // An MMPP's variance over this window is 1 + 2·75²·q₁q₂/((q₁+q₂)²·(5q₂+80q₁)) times
        // Poisson's with q₁ = 1/600 and q₂ = 1/60 per second: 724 times.
        let dispersion = if base.starts_with("mmpp") { 724.0 } else { 1.0 };
        let error = 5.0 * (dispersion * whole).sqrt();
        assert!((came - whole).abs() <= error, "{base}: {came}, not {whole}");
    }
}

#[test]
fn streams_say_whether_they_are_random() {
    let random = STREAMS.map(|base| {
        let traffic = of(base);
        let (one, other) = (key(), Key::new(2022, 1, "traffic/x"));
        let differ = until(&traffic, one, 3 * HOUR) != until(&traffic, other, 3 * HOUR);
        assert_eq!(differ, traffic.is_random(), "{base}");
        differ
    });
    assert_eq!(random, [false, true, true, true, false, false, true, false]);
}

#[test]
fn a_closed_loop_scales_its_users() {
    let traffic =
        stream("closed-loop = { users = 10, think = { exponential = { mean = \"7s\" } } }");
    let [Source::Closed(one), Source::Closed(two)] =
        [traffic.start(key()), traffic.scaled(2.5).start(key())]
    else {
        panic!("a closed loop is closed")
    };
    assert_eq!((one.users, two.users), (10, 25));
    assert_eq!((&one.think, one.think.mean()), (&two.think, 7.0));
    assert_eq!(traffic.expected_messages(SimDuration::from_secs(70)), 100.0);
}

#[test]
fn a_blast_is_complete_and_on_time() {
    let at_once = of(STREAMS[5]);
    assert_eq!(until(&at_once, key(), NEVER), vec![90 * MINUTE; 1000]);
    assert_eq!(until(&at_once.scaled(0.5), key(), NEVER).len(), 500);
    let paced = until(&of(STREAMS[4]), key(), NEVER);
    assert_eq!((paced.len(), paced[0], paced[7]), (10_000, 30 * MINUTE, 30 * MINUTE + SECOND));
    assert_eq!(paced[9_999], 30 * MINUTE + 9_999 * SECOND / 7);
}

/// A modifier that may stand on any rate.
fn modifier() -> impl Strategy<Value = String> {
    let factor = 0.0..4.0f64;
    prop_oneof![
        Just(String::new()),
        (prop::collection::vec(factor.clone(), 24), any::<bool>()).prop_map(|(hours, steps)| {
            let between = if steps { "steps" } else { "linear" };
            format!("profile = {{ hourly = {hours:?}, between = \"{between}\" }}\n")
        }),
        (0u64..7200, 0.0..9.0f64, 0u64..900, 0u64..900, 0u64..900).prop_map(
            |(at, times, rise, hold, fall)| format!(
                "spikes = [{{ at = \"{at}s\", times = {times}, rise = \"{rise}s\", \
                 hold = \"{hold}s\", fall = \"{fall}s\" }}, \
                 {{ at = \"{at}s\", times = 3, half-life = \"30s\" }}]\n"
            )
        ),
        (0.01..0.9f64, 0.0..0.99f64).prop_map(|(sd, c)| format!(
            "noise = {{ ar1 = {{ sd = {sd}, correlation = {c}, every = \"7s\" }} }}\n"
        )),
        Just("bursts = { per-day = 100 }\n".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn time_never_runs_back_and_an_end_is_an_end(
        base in 0usize..8,
        modifiers in (modifier(), modifier()),
        seed in any::<u64>(),
    ) {
        let (mut first, second) = modifiers;
        if [4, 5, 7].contains(&base) {
            first.clear();
        } else if first.split(' ').next() != second.split(' ').next() {
            first.push_str(&second);
        }
        let traffic = of(&format!("{}\n{first}", STREAMS[base]));
        let mut arrivals = open(&traffic, Key::new(seed, 0, "x"));
        let mut last = SimTime::ZERO;
        for _ in 0..20_000 {
            match arrivals.next() {
                Some(at) => {
                    prop_assert!(at >= last && at < SimTime::MAX);
                    last = at;
                }
                None => {
                    prop_assert!(arrivals.next().is_none());
                    break;
                }
            }
        }
    }
}

#[test]
fn arrivals_before_the_end_of_the_run_are_the_same_and_the_rest_is_not_looked_for() {
    let series: String = (0..600).map(|minute| format!("{},100\n", minute * 60)).collect();
    for base in [
        "poisson = { rate = \"2/s\" }",
        "constant = { rate = \"2/s\" }",
        "mmpp = { states = [{ rate = \"5/s\", stay = \"1min\" }, { stay = \"1min\" }] }",
        "replay = { file = \"x.csv\" }",
    ] {
        let traffic = with_file(&format!("{base}\nnoise = \"ar1\"\nbursts = {{}}"), &series);
        let traffic = traffic.unwrap();
        let ended = traffic.clone().until(SimTime::from_ns(HOUR));
        let found = until(&traffic, key(), HOUR);
        assert!(found.len() > 1000, "{base}: {}", found.len());
        assert_eq!(until(&ended, key(), HOUR), found, "{base}");
    }
    // Once in a thousand days, at a rate that changes 3.6 million times in this hour: for ever,
    // that would be hours of work.
    let rare = "noise = { ar1 = { every = \"1ms\" } }\nmmpp = { states = \
                [{ rate = \"0.001/day\", stay = \"1ms\" }, { stay = \"1ms\" }] }";
    let rare = stream(rare).until(SimTime::from_ns(HOUR));
    assert_eq!(until(&rare, key(), HOUR), Vec::<u64>::new());
}
