//! How carriers behave, what they share and what is submitted again, worked out by hand.

use surgeplan::measure::Ledger;
use surgeplan::model::QuotaId;
use surgeplan::sim::Outcome;
use surgeplan::verdict::{Cause, Figure};

use crate::lab::{Once, assess, once};

const S: u128 = 1_000_000_000;

/// `audience` messages at once at 0 s, straight to a carrier.
fn blast(audience: u32, carrier: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"1000s\"\n\
         [traffic.m]\nto = \"c\"\nblast = {{ at = \"0s\", audience = {audience} }}\n\
         [carrier.c]\n{carrier}\n"
    ))
}

fn ledger(seen: &Once) -> Ledger {
    seen.run.ledgers[0]
}

#[test]
fn a_permanent_error_is_final() {
    let seen = blast(
        5,
        "round-trip = \"1s\"\nbehaviours = [{ permanent-error = {} }]\nresend = \"immediate\"",
    );
    assert_eq!(seen.ended("m", Outcome::Failed), 5);
    let c = seen.station("c");
    assert_eq!((c.started, c.errors, c.failed, c.served, c.busy.integral), (5, 5, 5, 0, 5 * S));
    assert_eq!((ledger(&seen).truth.failed, ledger(&seen).report.failed), (5, 5));
}

#[test]
fn a_temporary_error_is_submitted_again_after_a_pause() {
    // Refused while younger than 10 s: at 0 s, known at 1 s; at 5 s, known at 6 s; accepted at 10 s.
    let seen = blast(
        1,
        "round-trip = \"1s\"\ndelivery = \"2s\"\n\
         behaviours = [{ greylist = { after = \"10s\" } }]\n\
         resend = { constant = { attempts = 5, pause = \"4s\" } }",
    );
    assert_eq!(seen.latency_ms("m"), 13_000.0);
    let c = seen.station("c");
    assert_eq!((c.errors, c.failed, c.started, c.wait_sum), (2, 0, 1, 0));
    assert_eq!(seen.run.carriers[0].submitted, 3);
    // With two attempts it fails, known at 6 s.
    let seen = blast(
        1,
        "round-trip = \"1s\"\nbehaviours = [{ greylist = { after = \"10s\" } }]\n\
         resend = { constant = { attempts = 2, pause = \"4s\" } }",
    );
    assert_eq!((seen.ended("m", Outcome::Failed), seen.station("c").errors), (1, 2));
}

#[test]
fn an_unclean_error_may_deliver_twice() {
    // In the first 10 s every answer is an error, and every message is delivered all the same, 3 s
    // after it. Submitted at 0 s and at 11 s: delivered at 1 + 3 s and, again, at 12 + 3 s.
    let unclean = "round-trip = \"1s\"\ndelivery = \"3s\"\n\
        behaviours = [{ unclean-error = { delivered = \"100%\", \
        during = { at = \"0s\", lasts = \"10s\" } } }]\n";
    let again = format!("{unclean}resend = {{ constant = {{ attempts = 2, pause = \"10s\" }} }}");
    let seen = blast(1, &again);
    assert_eq!((seen.latency_ms("m"), seen.class("m").duplicates), (4000.0, 1));
    let Ledger { came, truth, report } = ledger(&seen);
    assert_eq!((came, truth.delivered, truth.duplicates, report.delivered), (1, 1, 1, 1));
    // Without a resend it is delivered, and nobody knows.
    let seen = blast(1, unclean);
    assert_eq!((seen.latency_ms("m"), seen.class("m").duplicates), (4000.0, 0));
    let Ledger { truth, report, .. } = ledger(&seen);
    assert_eq!((truth.delivered, report.unknown, report.delivered), (1, 1, 0));
    // Where nothing is delivered, a resend mends it.
    let lost = again.replace("\"100%\"", "\"0%\"");
    let seen = blast(1, &lost);
    assert_eq!((seen.latency_ms("m"), seen.class("m").duplicates), (15_000.0, 0));
}

#[test]
fn a_caller_that_tries_again_after_an_unclean_error_duplicates_too() {
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"s.go\"\nblast = { at = \"0s\", audience = 1 }\n\
         [service.s]\ninstances = 1\nworkers = 1\n\
         [service.s.operation.go]\nsteps = [{ call = \"c\", \
         retry = { constant = { attempts = 2, pause = \"9s\" } } }]\n\
         [carrier.c]\nround-trip = \"1s\"\ndelivery = \"3s\"\n\
         behaviours = [{ unclean-error = { delivered = \"100%\", \
         during = { at = \"0s\", lasts = \"10s\" } } }]\n",
    );
    // Delivered at 4 s; called again at 10 s, acknowledged at 11 s, delivered again at 14 s.
    assert_eq!((seen.latency_ms("m"), seen.class("m").duplicates), (4000.0, 1));
    assert_eq!(seen.station("s").busy.integral, 11 * S);
    let Ledger { came, truth, report } = ledger(&seen);
    assert_eq!((came, truth.delivered, report.delivered, report.unknown), (2, 2, 1, 1));
}

#[test]
fn a_dark_outage_costs_a_timeout_each_time() {
    // Dark until 10 s: submitted at 0, 5, 10 s; given up at 4 and 9 s; acknowledged at 11 s.
    let seen = blast(
        1,
        "round-trip = \"1s\"\nanswer-timeout = \"4s\"\n\
         behaviours = [{ outage = { answer = \"none\", during = { at = \"0s\", lasts = \"10s\" } } }]\n\
         resend = { constant = { attempts = 9, pause = \"1s\" } }",
    );
    assert_eq!(seen.latency_ms("m"), 11_000.0);
    let c = seen.station("c");
    assert_eq!((c.errors, c.unclean, c.busy.integral), (2, 2, 9 * S));
}

#[test]
fn an_answer_that_comes_too_late_is_none() {
    // The carrier takes it, and answers after 5 s; we have stopped waiting after 4.
    let seen = blast(
        1,
        "round-trip = \"1s\"\nanswer-timeout = \"4s\"\n\
         behaviours = [{ brown-out = { times = 5 } }]\n",
    );
    let Ledger { truth, report, .. } = ledger(&seen);
    assert_eq!((truth.delivered, report.unknown), (1, 1));
    assert_eq!((seen.latency_ms("m"), seen.station("c").busy.integral), (5000.0, 4 * S));
    let seen = blast(1, "round-trip = \"1s\"\nbehaviours = [{ brown-out = { times = 5 } }]\n");
    assert_eq!((seen.latency_ms("m"), ledger(&seen).report.delivered), (5000.0, 1));
}

#[test]
fn a_suspension_stops_everything_until_it_is_over() {
    // One at a time: the first is refused, known at 1 s; all wait until 100 s, and go one a second.
    let seen = blast(
        3,
        "window = 1\nround-trip = \"1s\"\n\
         behaviours = [{ suspension = { during = { at = \"0s\", lasts = \"100s\" } } }]",
    );
    assert_eq!(seen.class("m").latency_sum, (101 + 102 + 103) * S);
    let c = seen.station("c");
    assert_eq!((c.throttled, c.started, c.failed), (1, 3, 0));
    // Waited: 99 s (and none before its first submission), 101 and 102 s.
    assert_eq!(c.wait_sum, (99 + 101 + 102) * S);
}

#[test]
fn what_is_held_during_a_window_comes_as_a_burst_at_its_end() {
    let seen = once(
        "[run]\nhorizon = \"1000s\"\n\
         [traffic.m]\nto = \"c\"\nconstant = { rate = \"1/s\" }\n\
         [carrier.c]\nbehaviours = [{ hold = { during = { at = \"100s\", lasts = \"50s\" } } }]\n",
    );
    // Those that came at 100 to 149 s are let go at 150 s.
    assert_eq!(seen.station("c").held, 50);
    assert_eq!(seen.class("m").latency_sum, (1..=50).sum::<u128>() * S);
}

#[test]
fn a_penalty_cuts_the_rate_for_a_while() {
    // Two at once are taken, the third is over the rate: refused, and from then on, for 25 s, one
    // in 10 s: at 10 and 20 s; the last at 25 s, when the carrier takes 1/s again.
    let seen = blast(
        5,
        "rate = \"1/s\"\nburst = 2\nwindow = 1\nround-trip = \"1ns\"\n\
         overload = { penalty = { rate = \"0.1/s\", lasts = \"25s\" } }",
    );
    let c = seen.station("c");
    assert_eq!((c.throttled, c.served), (1, 5));
    let latency = seen.class("m").latency_sum / S;
    assert_eq!(latency, 10 + 20 + 25);
}

#[test]
fn a_queue_at_the_carrier_takes_so_many_and_works_them_off() {
    // One a second; one goes at once, two wait there for 1 and 2 s, two find it full.
    let seen = blast(
        5,
        "rate = \"1/s\"\noverload = { queue = { length-at-most = 2 } }\nround-trip = \"1ns\"",
    );
    assert_eq!(seen.class("m").latency_sum / S, 1 + 2);
    let c = seen.station("c");
    assert_eq!((c.errors, c.failed, c.held), (2, 2, 2));
    // Submitted again after 10 s, they are taken at once, and a second later.
    let seen = blast(
        5,
        "rate = \"1/s\"\noverload = { queue = { length-at-most = 2 } }\nround-trip = \"1ns\"\n\
         resend = { constant = { attempts = 2, pause = \"10s\" } }",
    );
    assert_eq!(seen.class("m").latency_sum / S, 1 + 2 + 10 + 11);
}

#[test]
fn absent_subscribers_are_found_by_the_schedule_or_not_at_all() {
    // Back after 7 min: the tries are at 1, 2, 3, 4, 5, 15 min …
    let away = |away: &str| {
        blast(
            1,
            &format!(
                "behaviours = [{{ absent-subscriber = {{ away = \"{away}\", \
             tries = [{{ every = \"1min\", times = 5 }}, {{ every = \"10min\", times = 1 }}] }} }}]"
            ),
        )
    };
    assert_eq!(away("7min").latency_ms("m"), 900_000.0);
    let seen = away("16min");
    assert_eq!((seen.ended("m", Outcome::Lost), ledger(&seen).report.delivered), (1, 1));
}

#[test]
fn carriers_of_one_regime_go_through_it_together() {
    let seen = once(
        "[run]\nhorizon = \"10000s\"\nwindow = \"1s\"\n\
         [traffic.m]\nto = \"a\"\nconstant = { rate = \"1/s\" }\n\
         [traffic.n]\nto = \"b\"\nconstant = { rate = \"1/s\" }\n\
         [regime.east]\nstates = [{ name = \"good\", stay = { exponential = { mean = \"50s\" } } }, \
         { name = \"down\", stay = { exponential = { mean = \"10s\" } } }]\n\
         [carrier.a]\nbehaviours = [{ permanent-error = { during = { regime = \"east\", is = \"down\" } } }]\n\
         [carrier.b]\nbehaviours = [{ permanent-error = { during = { regime = \"east\", is = \"down\" } } }]\n",
    );
    let failed = |class: usize| -> Vec<u64> {
        let windows = &seen.run.classes[class].windows;
        windows.iter().map(|window| window.ended[Outcome::Failed.index()]).collect()
    };
    assert_eq!(failed(0), failed(1), "the same seconds");
    let down: u64 = failed(0).iter().sum();
    // A sixth of the time; of some 167 cycles of 60 s, five standard errors are 7 %.
    assert!((down as f64 / 10_000.0 - 1.0 / 6.0).abs() < 0.07, "{down}");
}

#[test]
fn what_has_been_waiting_too_long_is_not_submitted_again() {
    // Its age counts from when it came: refused at 1 s and 7 s, at 13 s it is too old.
    let seen = blast(
        1,
        "round-trip = \"1s\"\nqueue = { fifo = { age-at-most = \"10s\" } }\n\
         behaviours = [{ temporary-error = {} }]\n\
         resend = { constant = { attempts = 9, pause = \"5s\" } }",
    );
    assert_eq!((seen.ended("m", Outcome::Expired), seen.run.carriers[0].submitted), (1, 2));
    let Ledger { truth, report, .. } = ledger(&seen);
    assert_eq!((truth.expired, report.expired), (1, 1));
}

#[test]
fn a_limit_is_shared_by_all_carriers_that_name_it() {
    // Ten messages for each of two carriers, 1/s for both: they take turns.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"a\"\nblast = { at = \"0s\", audience = 10 }\n\
         [traffic.n]\nto = \"b\"\nblast = { at = \"0s\", audience = 10 }\n\
         [limit.account]\nrate = \"1/s\"\n\
         [carrier.a]\nlimits = [\"account\"]\n\
         [carrier.b]\nlimits = [\"account\"]\n",
    );
    // One of `m` at 0 s; from then on they alternate, since both stand in line.
    let all: u128 = (0..20).sum::<u128>() * S;
    assert_eq!(seen.class("m").latency_sum + seen.class("n").latency_sum, all);
    let gap = seen.class("m").latency_sum.abs_diff(seen.class("n").latency_sum);
    assert!(gap <= 10 * S, "{gap}");
    let quota = &seen.run.quotas[0].windows;
    assert_eq!(quota.iter().map(|window| window.taken).sum::<u64>(), 20);
    assert_eq!(quota.iter().map(|window| window.closed.integral).sum::<u128>(), 19 * S);
}

#[test]
fn a_submission_needs_all_limits_at_once() {
    // 2/s of the account, 1/s of the brand: `a` is under both, `b` under the account alone. While
    // `a` waits for its brand, `b` is not kept waiting.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"a\"\nblast = { at = \"0s\", audience = 5 }\n\
         [traffic.n]\nto = \"b\"\nblast = { at = \"0s\", audience = 4 }\n\
         [limit.account]\nrate = \"2/s\"\n[limit.brand]\nrate = \"1/s\"\n\
         [carrier.a]\nlimits = [\"brand\", \"account\"]\n\
         [carrier.b]\nlimits = [\"account\"]\n",
    );
    // `a` takes its first at 0 s; `b` goes at 0.5 s; then `a` at 1 s, `b` at 1.5 s …
    assert_eq!(seen.class("n").latency_sum, (1 + 3 + 5 + 7) * S / 2);
    assert_eq!(seen.class("m").latency_sum, (1 + 2 + 3 + 4) * S);
}

#[test]
fn numbers_are_counted_and_segments_too() {
    let text = |count: u32, segments: &str| {
        format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.m]\nto = \"c\"\nblast = {{ at = \"0s\", audience = 12 }}\n{segments}\n\
             [limit.numbers]\ncount = {count}\nrate = \"1/s\"\n\
             [carrier.c]\nlimits = [\"numbers\"]\n"
        )
    };
    // Four numbers: four at 0 s, four at 1 s, four at 2 s.
    assert_eq!(once(&text(4, "")).class("m").latency_sum, (4 + 8) * S);
    assert_eq!(once(&text(12, "")).class("m").latency_sum, 0);
    // Three segments take a number three seconds.
    assert_eq!(once(&text(4, "segments = 3")).class("m").latency_sum, 3 * (4 + 8) * S);
}

#[test]
fn a_daily_cap_opens_at_midnight_in_its_zone() {
    // 22:00 in the run's zone is 23:00 in the cap's: its midnight is an hour away.
    let seen = once(
        "[run]\nhorizon = \"2d\"\nstart = \"22:00\"\nzone = \"-08:00\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"0s\", audience = 7 }\n\
         [limit.brand]\ndaily-cap = 3\nzone = \"-07:00\"\n\
         [carrier.c]\nlimits = [\"brand\"]\n",
    );
    // Three at once, three after an hour, one a day later.
    assert_eq!(seen.class("m").latency_sum, (3 * 3600 + 3600 + 86_400) * S);
}

#[test]
fn what_is_beyond_a_strict_cap_is_refused_for_good() {
    // Three today, and the others blocked; a message an hour later is the first of the next day.
    let seen = once(
        "[run]\nhorizon = \"2d\"\nstart = \"23:30\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"0s\", audience = 7 }\n\
         [traffic.n]\nto = \"c\"\nblast = { at = \"1h\", audience = 1 }\n\
         [limit.brand]\ndaily-cap = 3\nbeyond = \"fail\"\n\
         [carrier.c]\nlimits = [\"brand\"]\nround-trip = \"1s\"\n",
    );
    assert_eq!((seen.ended("m", Outcome::Delivered), seen.ended("m", Outcome::Failed)), (3, 4));
    assert_eq!(seen.ended("n", Outcome::Delivered), 1);
    assert_eq!(seen.waits_ms("c"), 0.0);
}

#[test]
fn connections_are_a_window_of_those_who_hold_them() {
    // Two addresses with three connections each: six at a time, 2 s each.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"0s\", audience = 12 }\n\
         [limit.ips]\ncount = 2\n\
         [carrier.c]\nconnections = { of = \"ips\", each = 3 }\nround-trip = \"2s\"\n",
    );
    assert_eq!(seen.class("m").latency_sum, (6 * 2 + 6 * 4) * S);
    assert_eq!(seen.station("c").busy.max, 6);
}

#[test]
fn a_caller_that_tries_again_hears_the_same_for_good() {
    // Half of the numbers do not exist, however often they are called.
    let seen = once(
        "[run]\nhorizon = \"1000s\"\n\
         [traffic.m]\nto = \"s.go\"\nblast = { at = \"0s\", audience = 1000 }\n\
         [service.s]\ninstances = 1\nworkers = 1000\n\
         [service.s.operation.go]\nsteps = [{ call = \"c\", \
         retry = { constant = { attempts = 8, pause = \"1s\" } } }]\n\
         [carrier.c]\nround-trip = \"100ms\"\n\
         behaviours = [{ permanent-error = { share = \"50%\" } }]\n",
    );
    // Five standard errors of 1,000 draws are 79.
    let failed = seen.ended("m", Outcome::Failed);
    assert!(failed.abs_diff(500) < 79, "{failed}");
    assert_eq!(seen.station("c").arrived, 1000 - failed + 8 * failed);
}

#[test]
fn a_greylist_knows_a_caller_that_tries_again() {
    // Submitted at 0, 4, 8 and 12 s; ten seconds after the first it is let through.
    let text = |to: &str, more: &str| {
        format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.m]\nto = \"{to}\"\nblast = {{ at = \"0s\", audience = 1 }}\n{more}\n\
             [service.s]\ninstances = 1\nworkers = 1\n\
             [service.s.operation.go]\nsteps = [{{ call = \"c\", \
             retry = {{ constant = {{ attempts = 9, pause = \"3s\" }} }} }}]\n\
             [carrier.c]\nround-trip = \"1s\"\n\
             behaviours = [{{ greylist = {{ after = \"10s\" }} }}]\n"
        )
    };
    assert_eq!(once(&text("s.go", "")).latency_ms("m"), 13_000.0);
    // So is a sender who calls the carrier itself, and gives up before it has an answer.
    let sender = "timeout = \"500ms\"\nretry = { constant = { attempts = 4, pause = \"3500ms\" } }";
    let seen = once(&text("c", sender));
    assert_eq!((seen.latency_ms("m"), seen.station("c").errors), (13_000.0, 3));
}

#[test]
fn what_is_lost_or_blocked_is_not_delivered_because_nobody_learns_of_it() {
    // Every answer comes too late.
    let late = "round-trip = \"1s\"\nanswer-timeout = \"2s\"\n\
        behaviours = [{ brown-out = { times = 3 } }]\n";
    let seen = blast(5, &format!("{late}silent-loss = \"100%\""));
    let Ledger { truth, report, .. } = ledger(&seen);
    assert_eq!((truth.delivered, truth.failed, report.unknown), (0, 5, 5));
    let limit = "limits = [\"brand\"]\n[limit.brand]\ndaily-cap = 3\nbeyond = \"fail\"";
    let seen = blast(5, &format!("{late}{limit}"));
    let Ledger { truth, report, .. } = ledger(&seen);
    assert_eq!((truth.delivered, truth.failed, report.unknown), (3, 2, 5));
}

#[test]
fn a_message_that_joined_the_line_again_expires_by_when_it_came() {
    // Refused at 1 s, it joins the line at 6 s, behind one that holds the window until 43 s: at
    // 10 s it is ten seconds old.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"0s\", audience = 1 }\n\
         [traffic.n]\nto = \"c\"\nblast = { at = \"3s\", audience = 1 }\n\
         [carrier.c]\nround-trip = \"1s\"\nwindow = 1\n\
         queue = { fifo = { age-at-most = \"10s\" } }\n\
         behaviours = [{ temporary-error = { during = { at = \"0s\", lasts = \"2s\" } } }, \
         { brown-out = { times = 40, during = { at = \"2s\", lasts = \"10s\" } } }]\n\
         resend = { constant = { attempts = 5, pause = \"5s\" } }\n",
    );
    assert_eq!(seen.ended("m", Outcome::Expired), 1);
    let c = seen.station("c");
    assert_eq!((c.queue.integral, c.unserved_wait_sum), (4 * S, 4 * S));
}

#[test]
fn who_needs_two_limits_that_never_open_together_has_its_turn() {
    // `one` opens on whole seconds, `two` half a second later; `a` needs both.
    let seen = once(
        "[run]\nhorizon = \"1001s\"\n\
         [traffic.a]\nto = \"a\"\nblast = { at = \"1s\", audience = 2000 }\n\
         [traffic.b]\nto = \"b\"\nblast = { at = \"0s\", audience = 2000 }\n\
         [traffic.c]\nto = \"c\"\nblast = { at = \"500ms\", audience = 2000 }\n\
         [limit.one]\nrate = \"1/s\"\n[limit.two]\nrate = \"1/s\"\n\
         [carrier.a]\nlimits = [\"one\", \"two\"]\n\
         [carrier.b]\nlimits = [\"one\"]\n[carrier.c]\nlimits = [\"two\"]\n",
    );
    let sent = |name: &str| seen.ended(name, Outcome::Delivered);
    // Of four turns at both, `a` has had one of each.
    assert!(sent("a").abs_diff(250) <= 5, "{}", sent("a"));
    for (quota, alone) in seen.run.quotas.iter().zip(["b", "c"]) {
        let taken: u64 = quota.windows.iter().map(|window| window.taken).sum();
        assert_eq!(taken, sent("a") + sent(alone));
        // At its rate, however early some went.
        assert!(taken.abs_diff(1000) <= 1, "{taken}");
    }
}

#[test]
fn a_rate_is_used_by_submissions_that_meet_with_errors_too() {
    let seen = assess(
        "[run]\nhorizon = \"1000s\"\nreplications = 1\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"0s\", audience = 20_000 }\n\
         [carrier.c]\nrate = \"10/s\"\nbehaviours = [{ temporary-error = { share = \"50%\" } }]\n\
         resend = { constant = { attempts = 20, pause = \"1s\" } }\n",
    );
    let used = seen.assessment.stations[0].utilization.estimate.unwrap().value;
    assert!((used - 1.0).abs() < 0.001, "{used}");
}

#[test]
fn of_a_daily_cap_is_used_what_was_sent_that_day() {
    // 60 of 100 within a minute, of which the rest of the day has nothing.
    let text = |cap: u32| {
        format!(
            "[run]\nhorizon = \"1h\"\nreplications = 1\n\
             [traffic.m]\nto = \"c\"\nblast = {{ at = \"0s\", audience = 60, rate = \"1/s\" }}\n\
             [limit.brand]\ndaily-cap = {cap}\nbeyond = \"fail\"\n\
             [carrier.c]\nlimits = [\"brand\"]\n"
        )
    };
    let seen = assess(&text(100));
    assert_eq!(seen.assessment.quotas[0].utilization.estimate.unwrap().value, 0.6);
    assert_eq!(seen.assessment.bindings[0].saturation, None);
    let seen = assess(&text(40));
    assert_eq!(seen.assessment.quotas[0].utilization.estimate.unwrap().value, 1.5);
    assert_eq!(seen.assessment.bindings[0].cause, Cause::Limit(QuotaId(0)));
}

#[test]
fn the_carrier_takes_its_time_however_long_we_wait() {
    // Accepted at 2 s, delivered 3 s later.
    for timeout in ["1s", "2s", "60s"] {
        let seen = blast(
            1,
            &format!("round-trip = \"2s\"\ndelivery = \"3s\"\nanswer-timeout = \"{timeout}\""),
        );
        assert_eq!(seen.latency_ms("m"), 5000.0, "{timeout}");
        assert_eq!(ledger(&seen).report.unknown, u64::from(timeout == "1s"));
    }
    // Held until 10 s, and delivered 3 s later.
    let seen = blast(
        1,
        "round-trip = \"2s\"\ndelivery = \"3s\"\nanswer-timeout = \"1s\"\n\
         behaviours = [{ hold = { for = \"10s\" } }]",
    );
    assert_eq!(seen.latency_ms("m"), 13_000.0);
}

#[test]
fn a_limit_is_part_of_a_carriers_use() {
    let busy = |limit: &str, per: &str| {
        let result = assess(&format!(
            "[run]\nstart = \"2024-03-04 23:00\"\nhorizon = \"2h\"\nreplications = 2\n\
             [target.u]\nof = \"c\"\nutilization-at-most = \"90%\"\n{per}\n\
             [traffic.m]\nto = \"c\"\nconstant = {{ rate = \"1/s\" }}\n\
             [carrier.c]\nrate = \"10/s\"\nlimits = [\"brand\"]\n[limit.brand]\n{limit}\n"
        ));
        let value = |figure: &Figure| figure.estimate.expect("a figure").value;
        let target = value(&result.assessment.targets[0].measured);
        (target, value(&result.assessment.quotas[0].utilization))
    };
    let near = |(target, used): (f64, f64), (of_target, of_limit): (f64, f64)| {
        let is_near = (target - of_target).abs() < 1e-3 && (used - of_limit).abs() < 1e-3;
        assert!(is_near, "{target} {used}");
    };
    near(busy("rate = \"1/s\"", ""), (1.0, 1.0));
    near(busy("rate = \"1/s\"\ncount = 2", ""), (0.5, 0.5));
    // An hour of either day: 3,600 come on each, of which so many may go.
    near(busy("daily-cap = 3000", ""), (1.0, 1.0));
    near(busy("daily-cap = 7200", ""), (0.5, 0.5));
    near(busy("daily-cap = 3600\ncount = 2", ""), (0.5, 0.5));
    near(busy("daily-cap = 3600\nbeyond = \"fail\"\ncount = 2", ""), (0.5, 0.5));
    // By half-hours: 1,800 of 3,000, then all, then 2,400 of the next day's, then all.
    near(busy("daily-cap = 3000", "per = \"30min\""), (0.5, 1.0));
}
