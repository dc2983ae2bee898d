//! Silent losses and errors of unknown outcome: truth and report differ by what can be worked out,
//! resends make duplicates, and no instance of ours changes either.

use std::sync::LazyLock;

use surgeplan::measure::Ledger;
use surgeplan::verdict::{Answer, Cause};

use crate::support::{Plan, Ran};

const CARRIERS: [(&str, f64, f64); 4] =
    [("north", 0.4, 0.01), ("south", 0.3, 0.02), ("east", 0.2, 0.03), ("west", 0.1, 0.05)];
/// Refused for good; errors of unknown outcome; delivered after one.
const PERMANENT: f64 = 0.02;
const UNCLEAN: f64 = 0.002;
const DELIVERED: f64 = 0.3;

static SHIPPED: LazyLock<Ran> = LazyLock::new(|| run(&[]));

fn run(changes: &[&str]) -> Ran {
    let plan = Plan::of("flaky-carrier-mix");
    changes.iter().fold(plan, |plan, change| plan.set(change)).run()
}

/// Turns a key of all four carriers.
fn run_with_all(key: &str) -> Ran {
    let changes: Vec<String> =
        CARRIERS.iter().map(|(name, ..)| format!("carrier.{name}.{key}")).collect();
    run(&changes.iter().map(String::as_str).collect::<Vec<_>>())
}

/// All replications and carriers together.
fn ledger(ran: &Ran) -> Ledger {
    let mut sum = Ledger::default();
    ran.result.runs.iter().flat_map(|run| &run.ledgers).for_each(|ledger| sum.add(ledger));
    sum
}

/// Holds a count of independent messages to its share, by five standard errors.
fn hold(what: &str, count: u64, of: u64, share: f64) {
    let (expected, error) = (of as f64 * share, 5.0 * (of as f64 * share * (1.0 - share)).sqrt());
    let off = (count as f64 - expected).abs();
    assert!(off <= error, "{what}: {count} of {of}, by hand {expected} ± {error}");
    // The interval is narrow enough to tell.
    assert!(error < 0.25 * expected, "{what}: ± {error} of {expected}");
}

fn lost_silently() -> f64 {
    CARRIERS.iter().map(|(_, share, loss)| share * loss).sum()
}

#[test]
fn truth_and_report_differ_by_the_silent_losses() {
    let Ledger { came, truth, report } = ledger(&SHIPPED);
    let accepted = 1.0 - PERMANENT;
    hold("failed", truth.failed, came, PERMANENT);
    hold("lost", truth.lost, came, accepted * lost_silently());
    hold("reported", report.delivered, came, accepted);
    let missing = report.delivered - truth.delivered;
    hold("reported and not delivered", missing, came, accepted * lost_silently());
    assert_eq!(truth.failed, report.failed, "permanent errors are known");
    assert_eq!((report.unknown, report.pending), (0, 0), "three attempts are enough");
}

#[test]
fn resends_make_duplicates() {
    let Ledger { came, truth, .. } = ledger(&SHIPPED);
    let twice = (1.0 - PERMANENT) * UNCLEAN * DELIVERED * (1.0 - lost_silently());
    hold("duplicates", truth.duplicates, came, twice);
    let of_messages: u64 = SHIPPED
        .result
        .runs
        .iter()
        .flat_map(|run| &run.classes[0].windows)
        .map(|window| window.duplicates)
        .sum();
    assert_eq!(of_messages, truth.duplicates, "recipients get them");
    // Submitted once, nothing is delivered twice, and the dashboard knows less.
    let once = ledger(&run_with_all("resend.immediate.attempts=1"));
    assert_eq!(once.truth.duplicates, 0);
    hold("unknown", once.report.unknown, once.came, (1.0 - PERMANENT) * UNCLEAN);
    let failed = PERMANENT + (1.0 - PERMANENT) * UNCLEAN * (1.0 - DELIVERED);
    hold("failed", once.truth.failed, once.came, failed);
}

#[test]
fn the_answer_is_no_and_losses_are_why() {
    assert_eq!(SHIPPED.answer("arrive"), Answer::NotMet);
    let (binding, _) = SHIPPED.binding("arrive");
    assert_eq!((binding.cause, binding.is_ours), (Cause::Loss, false));
}

#[test]
fn more_senders_change_neither() {
    let more = run(&["service.sender.instances=40"]);
    assert_eq!(ledger(&more), ledger(&SHIPPED), "message by message");
}

#[test]
fn without_losses_and_errors_all_is_told_and_true() {
    let sound = CARRIERS.iter().flat_map(|(name, ..)| {
        [
            "silent-loss=0%",
            "behaviours.0.permanent-error.share=0%",
            "behaviours.1.unclean-error.share=0%",
        ]
        .map(|key| format!("carrier.{name}.{key}"))
    });
    let sound: Vec<String> = sound.collect();
    let ran = run(&sound.iter().map(String::as_str).collect::<Vec<_>>());
    let Ledger { came, truth, report } = ledger(&ran);
    assert_eq!((truth.delivered, report.delivered, truth.duplicates), (came, came, 0));
    assert_eq!(ran.answer("arrive"), Answer::Met);
}
