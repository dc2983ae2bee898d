//! A measured day: its worst five minutes decide how many instances it needs, not its mean.

#![expect(clippy::unwrap_used, reason = "a test that lacks its own files or names fails")]

use std::path::PathBuf;
use std::sync::LazyLock;

use surgeplan::engine::SimDuration;
use surgeplan::verdict::Answer;

use crate::support::{Plan, Ran, folder};

/// The day with the instances that it needs, and with one fewer: the same requests, each with the
/// same work.
static ENOUGH: LazyLock<Ran> = LazyLock::new(|| plan().run());
static ONE_FEWER: LazyLock<Ran> = LazyLock::new(|| plan().set("service.api.instances=6").run());

/// Core-seconds of a request, and those that an instance gives in five minutes at the ceiling.
const WORK_S: f64 = 0.08;
const GIVEN_S: f64 = 300.0 * 4.0 * 0.8;

fn plan() -> Plan {
    Plan::of("replay").set("run.replications=2")
}

/// The counts of the shipped day by five minutes; the gap as a straight line.
fn fives(text: &str) -> Vec<f64> {
    let mut minutes = vec![None; 1440];
    for line in text.lines().filter(|line| line.starts_with("20")) {
        let (stamp, count) = line.split_once(',').unwrap();
        let (hour, minute) = (&stamp[11..13], &stamp[14..16]);
        let at = hour.parse::<usize>().unwrap() * 60 + minute.parse::<usize>().unwrap();
        minutes[at] = Some(count.parse::<f64>().unwrap());
    }
    let filled = |at: usize| {
        let before = (0..=at).rev().find(|&m| minutes[m].is_some()).unwrap();
        let after = (at..1440).find(|&m| minutes[m].is_some()).unwrap();
        let (low, high) = (minutes[before].unwrap(), minutes[after].unwrap());
        low + (high - low) * (at - before) as f64 / (after - before).max(1) as f64
    };
    let five = |five: usize| (five * 5..five * 5 + 5).map(filled).sum();
    (0..288).map(five).collect()
}

fn shipped_day() -> Vec<f64> {
    fives(&std::fs::read_to_string(folder().join("data/match-day_per_minute.csv")).unwrap())
}

/// Index of the largest.
fn worst(fives: &[f64]) -> usize {
    (0..fives.len()).max_by(|&a, &b| fives[a].total_cmp(&fives[b])).unwrap()
}

#[test]
fn every_request_comes_in_its_five_minutes() {
    let by_hand = shipped_day();
    for run in &ENOUGH.result.runs {
        let mut owed = 0.0;
        for (window, wanted) in run.classes[0].windows.iter().zip(&by_hand) {
            // What the straight line through the gap leaves over of a whole request is carried on.
            owed += wanted - window.arrived as f64;
            assert!(owed.abs() < 1.0 + 1e-6, "{owed} requests are missing");
        }
    }
}

#[test]
fn the_worst_five_minutes_need_seven_instances() {
    let day = shipped_day();
    let most = day[worst(&day)];
    // What the scenario's comment works out.
    assert_eq!((worst(&day), most), ((19 * 60 + 20) / 5, 78_933.0));
    let needed = most * WORK_S / GIVEN_S;
    assert_eq!(needed.ceil(), 7.0);
    assert!(ENOUGH.result.assessment.all_met(), "{:?}", ENOUGH.answers());
    assert_eq!(ONE_FEWER.answer("room-all-day"), Answer::NotMet);
    assert_eq!(ONE_FEWER.answer("fast-all-day"), Answer::NotMet);
}

/// Nothing else changes with the number of instances: each request is the same.
#[test]
fn both_runs_see_the_same_requests() {
    let pairs = ENOUGH.result.runs.iter().zip(&ONE_FEWER.result.runs);
    for (enough, fewer) in pairs {
        let arrived = |run: &surgeplan::measure::Measurements| -> Vec<u64> {
            run.classes[0].windows.iter().map(|window| window.arrived).collect()
        };
        assert_eq!(arrived(enough), arrived(fewer));
        let work = |run: &surgeplan::measure::Measurements| -> u128 {
            run.stations[0].windows.iter().map(|window| window.on_core.integral).sum()
        };
        // All work of the day, but for the last requests of it.
        let (a, b) = (work(enough) as f64 * 1e-9, work(fewer) as f64 * 1e-9);
        assert!((a - b).abs() < 7.0 * 4.0 * 1.0, "{a} s and {b} s");
    }
}

/// Busy cores in the worst five minutes: requests × work, over the cores.
#[test]
fn the_worst_five_minutes_are_as_busy_as_by_hand() {
    let day = shipped_day();
    let (at, most) = (worst(&day), day[worst(&day)]);
    for windows in ENOUGH.windows("api") {
        let measured = windows[at].on_core.integral as f64 * 1e-9;
        // The work of so many requests, with a coefficient of variation below 1, and the work in
        // hand at both ends of the window: at most 28 cores' of some hundred milliseconds.
        let error = 5.0 * WORK_S * most.sqrt() + 28.0 * 0.3;
        assert!((measured - most * WORK_S).abs() < error, "{measured} core-seconds");
    }
}

#[test]
fn the_gap_is_found_and_said() {
    let model = plan().model();
    let facts = model.sources[0].traffic.as_ref().unwrap().series().unwrap();
    assert_eq!((facts.rows, facts.gaps, facts.missing, facts.interpolated), (1433, 1, 7, true));
    assert_eq!(facts.every, Some(SimDuration::from_secs(60)));
}

/// The mechanism is the shape of the day. The same requests spread evenly need fewer instances.
#[test]
fn without_the_shape_of_the_day_the_answer_is_gone() {
    let mean = shipped_day().iter().sum::<f64>() / 86_400.0;
    let needed = (mean * 300.0 * WORK_S / GIVEN_S).ceil();
    assert_eq!(needed, 3.0);
    let flat = format!("traffic.web={{ to = \"api.page\", poisson = {{ rate = \"{mean}/s\" }} }}");
    let plan = plan().set(&flat).set("run.horizon=6h");
    let fewer = plan.clone().set("service.api.instances=6").run();
    assert!(fewer.result.assessment.all_met(), "{:?}", fewer.answers());
    // Half of what the day needs is enough for its ceiling.
    let mean_only = plan.set("service.api.instances=3").run();
    assert_eq!(mean_only.answer("room-all-day"), Answer::Met);
}

/// Series from elsewhere: those in the folder that `SURGEPLAN_DATA` names, else a small one made
/// here.
fn series() -> Vec<(String, String)> {
    let Some(folder) = std::env::var_os("SURGEPLAN_DATA").map(PathBuf::from) else {
        return vec![("small.csv".to_owned(), small())];
    };
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "csv")).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Two hours of odd time stamps every five minutes, counts with a fraction, one interval missing.
fn small() -> String {
    let mut text = "timestamp,value\n".to_owned();
    for row in (0..24).filter(|row| *row != 7) {
        let (hour, minute) = (3 + (row * 5 + 4) / 60, (row * 5 + 4) % 60);
        let count = if row == 12 { 9_000 } else { 500 + row };
        text += &format!("2014-04-10 {hour:02}:{minute:02}:53,{count}.0\n");
    }
    text
}

/// Any such file takes the place of the shipped one with a single key, and every request of it
/// comes, whatever its gaps.
#[test]
fn other_series_replay_in_full_with_one_key() {
    for (name, text) in series() {
        let plan = plan()
            .with_file(&name, &text)
            .set(&format!("traffic.web.replay.file={name}"))
            .set("traffic.web.replay.gaps=zero")
            .set("service.api.instances=100")
            .set("run.replications=1");
        let model = plan.model();
        let facts = model.sources[0].traffic.as_ref().unwrap().series().unwrap();
        let rows = text.lines().skip(1).map(|line| line.rsplit_once(',').unwrap().1);
        let total: f64 = rows.map(|count| count.trim().parse::<f64>().unwrap()).sum();
        assert_eq!(facts.messages, total, "{name}: {facts}");
        let length = facts.length().as_secs_f64();
        let ran = plan.set(&format!("run.horizon={length}s")).run();
        assert_eq!(ran.class("web").arrived as f64, total, "{name}: {facts}");
    }
}
