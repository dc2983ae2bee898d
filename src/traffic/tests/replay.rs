//! Measured series: counts come out exactly as they went in.

use proptest::prelude::*;

use super::*;

/// Counts per minute with a gap, a repeated time stamp and a fraction.
const SERIES: &str = "timestamp,value\n2014-04-10 00:04:00,94.0\n2014-04-10 00:05:00,56.0\n\
                      2014-04-10 00:06:00,187\n2014-04-10 00:06:00,3\n2014-04-10 00:07:00,0\n\
                      2014-04-10 00:10:00,30\n2014-04-10 00:11:00,0.5\n2014-04-10 00:12:00,0.5\n";

fn replay(options: &str) -> Traffic {
    with_file(&format!("replay = {{ file = \"x.csv\"{options} }}"), SERIES).unwrap()
}

fn per_minute(traffic: &Traffic, minutes: usize) -> Vec<f64> {
    let times = until(traffic, key(), NEVER);
    assert!(times.iter().all(|at| *at < minutes as u64 * MINUTE));
    counts(&times, MINUTE, minutes)
}

#[test]
fn counts_are_exact_and_fractions_are_carried() {
    // ½ is rounded up to a message, and the ½ after it has been paid for.
    let wanted = [94.0, 56.0, 190.0, 0.0, 0.0, 0.0, 30.0, 1.0, 0.0];
    assert_eq!(per_minute(&replay(""), 9), wanted);
    assert_eq!(per_minute(&replay(", spread = \"even\""), 9), wanted);
    let facts = replay("");
    let facts = facts.series().unwrap();
    assert_eq!((facts.rows, facts.repeated, facts.gaps, facts.missing), (8, 1, 1, 2));
    assert_eq!((facts.messages, facts.length().as_secs_f64()), (371.0, 540.0));
    assert_eq!(
        facts.to_string(),
        "8 counts, each for 1 min, from 2014-04-10 00:04:00 to 2014-04-10 00:12:00; 1 row repeats \
         a time stamp, counts added up; 2 missing intervals in 1 gap counted as zero"
    );
}

#[test]
fn gaps_are_filled_in_when_asked() {
    let counts = per_minute(&replay(", gaps = \"interpolate\""), 9);
    assert_eq!(counts, [94.0, 56.0, 190.0, 0.0, 10.0, 20.0, 30.0, 1.0, 0.0]);
}

#[test]
fn scale_multiplies_counts_and_carries_what_is_left_over() {
    let counts = per_minute(&replay(", scale = 0.1"), 9);
    // Sums so far, times 0.1: 9.4, 15, 34, 34, …, 37, 37.05, 37.1; each rounded.
    assert_eq!(counts, [9.0, 6.0, 19.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0]);
    let by_factor = per_minute(&replay("").scaled(0.1), 9);
    assert_eq!(by_factor, counts);
    assert_eq!(until(&replay(", scale = 3"), key(), NEVER).len(), 1113);
}

#[test]
fn stretch_and_from_choose_the_time() {
    let slow = until(&replay(", stretch = 2"), key(), NEVER);
    assert_eq!(counts(&slow, 2 * MINUTE, 9), per_minute(&replay(""), 9));
    for from in ["00:06", "2014-04-10 00:06", "2min"] {
        let later = per_minute(&replay(&format!(", from = \"{from}\"")), 7);
        assert_eq!(later, [190.0, 0.0, 0.0, 0.0, 30.0, 1.0, 0.0]);
    }
    // Half of the first interval has half of its count.
    let cut = until(&replay(", from = \"30s\""), key(), 30 * SECOND);
    assert_eq!(cut.len(), 47);
}

#[test]
fn arrivals_are_uniform_in_their_interval_and_even_when_asked() {
    let csv = "t,n\n0,200000\n60,1\n";
    let of = |more: &str| {
        let toml = format!("replay = {{ file = \"x.csv\"{more} }}");
        until(&with_file(&toml, csv).unwrap(), key(), MINUTE)
    };
    let n = 200_000.0;
    let distance = |times: &[u64]| {
        let off = |(i, at): (usize, &u64)| (*at as f64 / 6e10 - (i as f64 + 0.5) / n).abs();
        times.iter().enumerate().map(off).fold(0.0, f64::max)
    };
    let random = of("");
    assert_eq!(random.len(), 200_000);
    // Kolmogorov–Smirnov at a level of 10⁻⁵: √(ln(2/10⁻⁵)/2n); and not suspiciously even.
    assert!((0.2 / f64::sqrt(n)..2.471 / f64::sqrt(n)).contains(&distance(&random)));
    // The mean square gap of uniform numbers is 2/n², that of an even row 1/n².
    let square = |w: &[u64]| libm::pow((w[1] - w[0]) as f64 / 6e10 * n, 2.0);
    let squares: Vec<f64> = random.windows(2).map(square).collect();
    check_mean("square gap", &squares, 2.0);
    assert!(distance(&of(", spread = \"even\"")) < 1e-9);
}

#[test]
fn a_spike_multiplies_the_counts_it_covers_and_keeps_the_rest() {
    let csv = "t,n\n0,60000\n60,60000\n120,60000\n180,60000\n";
    let toml = "replay = { file = \"x.csv\" }\n\
                spikes = [{ at = \"60s\", times = 3, rise = \"60s\", hold = \"30s\" }]";
    let traffic = with_file(toml, csv).unwrap();
    let times = until(&traffic, key(), NEVER);
    assert_eq!(counts(&times, MINUTE, 4), [60_000.0, 120_000.0, 120_000.0, 60_000.0]);
    // On the ramp from 1 to 3, the first half has 1.5 of 4 parts; after the ramp come 30 s of 3,
    // then 30 s of 1.
    let halves = counts(&times, 30 * SECOND, 8);
    for (window, share) in [(2, 45_000.0), (3, 75_000.0), (4, 90_000.0), (5, 30_000.0)] {
        let found: f64 = halves[window];
        assert!((found - share).abs() < 5.0 * f64::sqrt(120_000.0 / 4.0), "{window}: {found}");
    }
    assert_eq!(traffic.expected_messages(SimDuration::MAX), 360_000.0);
}

#[test]
fn single_arrivals_come_at_their_times() {
    let of = |options: &str, csv: &str| {
        let toml = format!("replay = {{ file = \"x.csv\"{options} }}");
        until(&with_file(&toml, csv).unwrap(), key(), NEVER)
    };
    let csv = "1700000000.25\n1700000000.5\n1700000000.5\n1700000003\n";
    let ms = |times: &[u64]| times.iter().map(|at| at / 1_000_000).collect::<Vec<_>>();
    assert_eq!(ms(&of("", csv)), [0, 250, 250, 2750]);
    assert_eq!(ms(&of(", stretch = 2, scale = 1.5", csv)), [0, 0, 500, 500, 500, 5500]);
    let tokens = "time,in,out\n2024-01-01 00:00:00.5,3,4\n2024-01-01 00:00:01,5,6\n";
    assert_eq!(ms(&of(", rows = \"arrivals\"", tokens)), [0, 500]);
}

#[test]
fn columns_are_found_by_what_they_hold_or_by_name() {
    for (options, csv) in [
        ("", "timestamp_utc,requests\n1998-05-19 00:00:00,5\n1998-05-19 00:01:00,6\n"),
        ("", "day,host,hits\n2024-01-01,a,5\n2024-01-02,a,6\n"),
        ("", "time,bytes,count\n0,77.5,5\n60,99.5,6\n"),
        ("", "0;5\n60;6\n"),
        (", count = \"b\", time = \"t\"", "a,b,t\n1,5,1700000000000\n2,6,1700000060000\n"),
    ] {
        let toml = format!("replay = {{ file = \"x.csv\"{options} }}");
        let traffic = with_file(&toml, csv).unwrap();
        assert_eq!(until(&traffic, key(), NEVER).len(), 11, "{csv}");
    }
}

#[test]
fn a_fault_in_the_file_is_told_with_its_line() {
    let fault = |options: &str, csv: &str| {
        with_file(&format!("replay = {{ file = \"x.csv\"{options} }}"), csv).unwrap_err()
    };
    for (options, csv, wanted) in [
        ("", "", "in this file, there are no rows"),
        ("", "t,n\n", "this file has a heading and no rows"),
        ("", "t,n\n0,1\n60,x\n", "in this file, line 3: expected a count, found \"x\""),
        ("", "t,n\n0,1\n60,-1\n", "in this file, line 3: expected a count, found \"-1\""),
        ("", "t,n\n0,1\n60,\n", "in this file, line 3: expected a count, found \"\""),
        ("", "t,n\n0,1\n60,inf\n", "in this file, line 3: expected a count, found \"inf\""),
        ("", "t,n\n0,1\nx,2\n", "in this file, line 3: expected a time stamp, found \"x\""),
        ("", "t,n\n60,1\n0,2\n", "in this file, line 3: \"0\" is earlier than the line before"),
        (
            "",
            "t,n\n0,1\n60\n",
            "in this file, line 3 differs from the first in its number of fields: 1, not 2",
        ),
        (
            "",
            "t,n\n0,1\n",
            "this file has a single interval | say how long its interval is with `every = \
             \"1min\"`",
        ),
        (
            "",
            "t,a,b\n0,1,2\n",
            "this file has 2 columns of numbers | say which one counts with `count = \"...\"`, \
             or `rows = \"arrivals\"` if each row is a message",
        ),
        (
            ", count = \"reqests\"",
            "time,requests\n0,1\n60,2\n",
            "no column is named `reqests` | did you mean `requests`? The columns are `time` and \
             `requests`",
        ),
        (
            "",
            "host,n\nweb,1\n",
            "line 2 of this file: expected a time stamp, found \"web\" | time stamps are like \
             2014-04-10 00:04:00, or seconds; if they stand in another column, add `time = \
             \"...\"`",
        ),
        (
            ", stretch = 1e9",
            "0,1\n60,2\n",
            "expected a stretch from 0.001 to 1000 times the time it took",
        ),
        (
            ", from = \"2h\"",
            "t,n\n0,1\n60,2\n",
            "the series runs from 1970-01-01 00:00:00 to 1970-01-01 00:01:00",
        ),
        (
            ", rows = \"counts\"",
            "0\n60\n",
            "this file has no column of counts | say which one counts with `count = \"...\"`, or \
             `rows = \"arrivals\"` if each row is a message",
        ),
    ] {
        assert_eq!(fault(options, csv), wanted, "{csv:?}");
    }
    assert_eq!(
        with_file("replay = { file = \"missing.csv\" }", "").unwrap_err(),
        "this file cannot be read: no such file"
    );
    let many = fault("", "t,n\n0,a\n1,b\n2,c\n3,d\n4,e\n");
    assert_eq!(many.lines().count(), 4);
    assert!(many.ends_with("2 more lines like these"));
}

/// Cells that files hold, and some that they should not.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        (0i64..1000).prop_map(|number| number.to_string()),
        (0i64..100).prop_map(|minute| format!("2024-01-01 00:{minute:02}")),
        any::<f64>().prop_map(|number| number.to_string()),
        "[a-z\"#;\t é-]{0,6}",
    ]
}

proptest! {
    #[test]
    fn no_file_is_too_odd_to_be_played_or_refused(
        rows in prop::collection::vec((cell(), cell()), 0..12),
        options in prop::sample::select(vec![
            "",
            ", gaps = \"interpolate\"",
            ", every = \"1min\", stretch = 0.01",
            ", rows = \"arrivals\", scale = 3",
            ", from = \"1s\", spread = \"even\"",
        ]),
    ) {
        let csv: String = rows.iter().map(|(time, count)| format!("{time},{count}\n")).collect();
        let toml = format!("replay = {{ file = \"x.csv\"{options} }}");
        if let Ok(traffic) = with_file(&toml, &csv) {
            let expected = traffic.expected_messages(SimDuration::MAX);
            prop_assert!(expected >= 0.0);
            let mut last = SimTime::ZERO;
            if expected < 1e6 {
                for at in open(&traffic, key()) {
                    prop_assert!(at >= last);
                    last = at;
                }
            }
        }
    }

    #[test]
    fn whole_counts_come_out_as_they_went_in(
        counts in prop::collection::vec(0u32..50, 2..40),
        evenly in any::<bool>(),
    ) {
        let row = |(minute, count): (usize, &u32)| format!("{},{count}\n", minute * 60);
        let csv: String = counts.iter().enumerate().map(row).collect();
        let spread = if evenly { "even" } else { "random" };
        let toml = format!("replay = {{ file = \"x.csv\", spread = \"{spread}\" }}");
        let wanted: Vec<f64> = counts.iter().copied().map(f64::from).collect();
        prop_assert_eq!(per_minute(&with_file(&toml, &csv).unwrap(), wanted.len()), wanted);
    }
}

#[test]
fn more_than_can_be_looked_at_is_refused() {
    let daily = "0,1000000\n86400,2000000\n";
    let label = "more than 10 billion messages in one interval of this file | look at its counts, \
                 and at `scale`";
    let scaled = with_file("replay = { file = \"x.csv\", scale = 1e6 }", daily);
    assert_eq!(scaled.unwrap_err(), label);
    let noisy = "replay = { file = \"x.csv\" }\nnoise = { ar1 = { every = \"1ms\" } }";
    let label = "more than a million steps within an interval of the series | give the noise a \
                 longer `every`";
    assert_eq!(with_file(noisy, daily).unwrap_err(), label);
    assert!(with_file(&noisy.replace("1ms", "1s"), daily).is_ok());
}

#[test]
fn gaps_longer_than_can_be_counted_are_many() {
    let rows = "0,1\n1,1\n1e19,1\n2e19,1\n";
    let traffic = with_file("replay = { file = \"x.csv\", every = \"1ns\" }", rows).unwrap();
    assert_eq!(traffic.series().map(|facts| facts.missing), Some(u64::MAX));
}
