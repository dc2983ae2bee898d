//! Durations as a scenario spells them, and what is wrong with them, in words.

use super::*;
use crate::language::{Document, Problems, Read};

/// The law that `toml` spells, where every file holds `csv`.
fn read_with(toml: &str, csv: &str) -> Result<Dist, String> {
    let document = Document::parse("x.toml", &format!("x = {toml}")).unwrap();
    let mut problems = Problems::new();
    let files = |_: &str| Ok(csv.to_owned());
    let dist = DistSpec::read(document.get("x").unwrap(), &mut problems)
        .and_then(|spec| spec.resolve(&files, &mut problems));
    let say = |problem: &crate::language::Problem| match &problem.hint {
        Some(hint) => format!("{} | {hint}", problem.label),
        None => problem.label.clone(),
    };
    match problems.is_empty() {
        true => Ok(dist.expect("without problems there is a law")),
        false => Err(problems.iter().map(say).collect::<Vec<_>>().join("\n")),
    }
}

fn read(toml: &str) -> Result<Dist, String> {
    read_with(toml, "")
}

#[test]
fn every_law_has_the_mean_and_spread_that_were_written() {
    for (toml, mean, cv2) in [
        ("\"3ms\"", 0.003, 0.0),
        ("\"0s\"", 0.0, 0.0),
        ("{ exponential = { mean = \"3ms\" } }", 0.003, 1.0),
        ("{ erlang = { stages = 4, mean = \"3ms\" } }", 0.003, 0.25),
        ("{ gamma = { mean = \"3ms\", cv = 0.5 } }", 0.003, 0.25),
        ("{ gamma = { mean = \"3ms\", shape = 4 } }", 0.003, 0.25),
        ("{ lognormal = { mean = \"3ms\", cv = 2 } }", 0.003, 4.0),
        ("{ weibull = { shape = 1, scale = \"3ms\" } }", 0.003, 1.0),
        ("{ weibull = { shape = 0.5, mean = \"3ms\" } }", 0.003, 5.0),
        ("{ hyperexponential = { mean = \"3ms\", cv = 3 } }", 0.003, 9.0),
        (
            "{ hyperexponential = { branches = [{ share = \"90%\", mean = \"1ms\" }, \
             { share = \"10%\", mean = \"21ms\" }] } }",
            0.003,
            2.0 * (0.9 * 1.0 + 0.1 * 441.0) / 9.0 - 1.0,
        ),
        ("{ uniform = { minimum = \"1ms\", maximum = \"5ms\" } }", 0.003, 16.0 / 12.0 / 9.0),
        ("{ empirical = { values = [\"1ms\", \"2ms\", \"6ms\"] } }", 0.003, 14.0 / 27.0),
        // ∫ x·x⁻² over 1..e is 1, over a total of 1 − 1/e.
        (
            "{ pareto = { minimum = \"1s\", maximum = \"2718281828ns\", shape = 1 } }",
            1.0 / (1.0 - libm::exp(-1.0)),
            (libm::exp(1.0) - 1.0) * (1.0 - libm::exp(-1.0)) - 1.0,
        ),
    ] {
        let dist = read(toml).unwrap();
        assert!((dist.mean() - mean).abs() <= 1e-9 * mean, "{toml}: mean {}", dist.mean());
        assert!((dist.cv2() - cv2).abs() <= 1e-8 * cv2, "{toml}: cv² {}", dist.cv2());
    }
    let points = read("{ lognormal = { median = \"3ms\", p99 = \"12ms\" } }").unwrap();
    assert_eq!(points.quantile(0.99), Some(SimDuration::from_millis(12)));
    let points = read("{ lognormal = { mean = \"3ms\", p99 = \"12ms\" } }").unwrap();
    assert_eq!(points.quantile(0.99), Some(SimDuration::from_millis(12)));
}

#[test]
fn measured_durations_come_from_files_in_the_unit_that_is_given() {
    for (options, csv) in [
        ("", "1ms\n2ms\n6ms\n"),
        ("", "latency\n1ms\n2ms\n6ms\n"),
        (", unit = \"ms\"", "latency\n1\n2.0\n6e0\n"),
        (", unit = \"s\", column = \"b\"", "a;b\nx;0.001\ny;0.002\nz;0.006\n"),
    ] {
        let dist = read_with(&format!("{{ empirical = {{ file = \"x.csv\"{options} }} }}"), csv);
        let mean = dist.unwrap().mean();
        assert!((mean - 0.003).abs() < 1e-15, "{csv}: {mean}");
    }
}

#[test]
fn impossible_figures_are_problems_with_a_way_out() {
    for (toml, wanted) in [
        (
            "{ lognormal = { mean = \"3ms\", p99 = \"3ms\" } }",
            "expected a `p99` above the `mean` | for a duration that never varies, write it alone: \
             \"3ms\"",
        ),
        (
            "{ lognormal = { mean = \"1ms\", p99 = \"20ms\" } }",
            "no lognormal has a `p99` of 20.0 times its `mean`: at most 14.97 times | lower `p99`, \
             raise `mean`, or give `median` instead of `mean`",
        ),
        (
            "{ lognormal = { median = \"3ms\", p99 = \"2ms\" } }",
            "expected a `p99` of at least the `median`",
        ),
        (
            "{ lognormal = { mean = \"3ms\" } }",
            "expected two figures that fix a lognormal | give `mean` and `p99`, `mean` and \
             `cv`, or \
             `median` and `p99`",
        ),
        (
            "{ hyperexponential = { mean = \"3ms\", cv = 0.5 } }",
            "a hyperexponential has a `cv` of at least 1 | for less variation, take `erlang`, \
             `gamma` or `lognormal`",
        ),
        (
            "{ hyperexponential = { branches = [{ share = \"90%\", mean = \"1ms\" }, \
             { share = \"20%\", mean = \"2ms\" }] } }",
            "expected shares that add up to 100%",
        ),
        (
            "{ pareto = { minimum = \"2s\", maximum = \"1s\", shape = 1 } }",
            "expected a `maximum` above the `minimum`",
        ),
        (
            "{ uniform = { minimum = \"2s\", maximum = \"2s\" } }",
            "expected a `maximum` above the `minimum`",
        ),
        (
            "{ gamma = { mean = \"3ms\", cv = 1000 } }",
            "expected a number from 0.001 to 100, found 1000",
        ),
        (
            "{ weibull = { shape = 1.5 } }",
            "a weibull has either `mean` or `scale` | write, for example, `{ shape = 1.5, mean = \
             \"3ms\" }`",
        ),
        ("{ empirical = { values = [] } }", "expected at least one duration"),
        (
            "{ lognorml = { mean = \"3ms\", cv = 1 } }",
            "`lognorml` is not one of the choices | did you mean `lognormal`? Choose one of \
             `exponential`, `lognormal`, `erlang`, `gamma`, `weibull`, `pareto`, \
             `hyperexponential`, `uniform` or `empirical`",
        ),
        ("\"exponential\"", "missing key `mean` | add, for example, `mean = \"250ms\"`"),
    ] {
        assert_eq!(read(toml).unwrap_err(), wanted, "{toml}");
    }
}

#[test]
fn a_fault_in_a_file_is_told_with_its_line() {
    for (options, csv, wanted) in [
        (
            "",
            "latency\n3ms\n4\n",
            "line 3 of this file: expected a duration such as 12ms, found \"4\" | for bare \
             numbers, \
             add `unit = \"ms\"`",
        ),
        (
            ", unit = \"ms\"",
            "3\n-4\n",
            "line 2 of this file: expected a number of zero or more, found \"-4\" | a row that \
             is no \
             number is no sample",
        ),
        ("", "latency\n", "this file holds no durations"),
        ("", "a,b\n1ms,2ms\n", "this file has 2 columns | say which one with `column = \"...\"`"),
    ] {
        let toml = format!("{{ empirical = {{ file = \"x.csv\"{options} }} }}");
        assert_eq!(read_with(&toml, csv).unwrap_err(), wanted, "{csv:?}");
    }
}
