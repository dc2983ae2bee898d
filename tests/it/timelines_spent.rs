//! Where the time of messages goes, against times worked out by hand.

use surgeplan::measure::Doing;
use surgeplan::model::StationId;

use crate::lab::{assess, once, spent_ms, station};

/// The time of class `m`, all delivered messages together, in milliseconds.
#[track_caller]
fn holds(text: &str, wanted: &[(&str, f64)]) {
    let seen = once(&format!("[run]\nhorizon = \"100s\"\n{text}"));
    let wanted: Vec<(String, f64)> =
        wanted.iter().map(|&(part, ms)| (part.to_owned(), ms)).collect();
    assert_eq!(spent_ms(&seen.model, &seen.run, "m"), wanted);
}

/// So many messages at once at 1 s.
fn blast(to: &str, audience: u32, policy: &str) -> String {
    format!(
        "[traffic.m]\nto = \"{to}\"\nblast = {{ at = \"1s\", audience = {audience} }}\n{policy}\n"
    )
}

/// A service with one instance and one operation.
fn service(name: &str, workers: u32, keys: &str) -> String {
    format!(
        "[service.{name}]\ninstances = 1\nworkers = {workers}\n\
         [service.{name}.operation.go]\n{keys}\n"
    )
}

#[test]
fn waiting_is_told_from_work() {
    // One after the other: they wait 0, 2 and 4 s.
    let text = blast("q.go", 3, "") + &service("q", 1, "work = \"2s\"");
    holds(&text, &[("q waiting", 6000.0), ("q work", 6000.0)]);
    // The same where the model keeps accounts, for another's sake.
    let beside = "[traffic.other]\nto = \"p.go\"\nconstant = { rate = \"1/s\" }\n".to_owned()
        + &service("p", 1, "steps = [{ delay = \"10ms\" }]");
    holds(&(text + &beside), &[("q waiting", 6000.0), ("q work", 6000.0)]);
}

#[test]
fn a_worker_that_pauses_or_wants_a_core_does_not_work() {
    // Four workers, one core. Both compute 1 s, pause 1 s and compute 1 s: the first until 1 and
    // from 2 to 3, the second from 1 to 2 and from 3 to 4.
    let steps = "work = \"1s\"\nsteps = [{ delay = \"1s\" }, { work = \"1s\" }]";
    let cores = service("q", 4, steps).replace("workers = 4", "workers = 4\ncores = 1");
    holds(
        &(blast("q.go", 2, "") + &cores),
        &[("q work", 4000.0), ("q waiting-for-core", 1000.0), ("q pause", 2000.0)],
    );
}

#[test]
fn a_shared_core_is_waited_for_in_part() {
    // Two messages of 1 s on one core that they share: both are done after 2 s.
    let shared = "core-scheduling = \"processor-sharing\"\ncores = 1";
    let keys =
        service("q", 4, "work = \"1s\"").replace("workers = 4", &format!("workers = 4\n{shared}"));
    holds(&(blast("q.go", 2, "") + &keys), &[("q work", 2000.0), ("q waiting-for-core", 2000.0)]);
}

#[test]
fn calls_that_follow_one_another_add_up() {
    // Each way takes 30 ms; three calls of 200 ms, then one of 500 ms.
    let steps = "steps = [{ call = \"a.go\", network = \"30ms\", times = 3 }, \
                 { call = \"b.go\" }, { work = \"7ms\" }]";
    let text = blast("front.go", 1, "")
        + &service("front", 1, steps)
        + &service("a", 1, "work = \"200ms\"")
        + &service("b", 1, "work = \"500ms\"");
    holds(&text, &[("a work", 600.0), ("b work", 500.0), ("front work", 7.0), ("network", 180.0)]);
}

#[test]
fn of_calls_side_by_side_the_last_counts() {
    // `a` takes 200 ms; `b` 500 ms for each of two, at one worker.
    let steps = "steps = [{ parallel = [{ call = \"a.go\", network = \"30ms\" }, \
                 { call = \"b.go\", times = 2 }] }]";
    let text = blast("front.go", 1, "")
        + &service("front", 1, steps)
        + &service("a", 1, "work = \"200ms\"")
        + &service("b", 1, "work = \"500ms\"");
    holds(&text, &[("b waiting", 500.0), ("b work", 500.0)]);
}

#[test]
fn an_attempt_given_up_is_its_callees() {
    // Somebody else has the worker until 4 s. Tried at 1, given up at 2.5; after 250 ms again,
    // served from 4 to 4.4 s.
    for cancel in ["", "on-timeout = \"cancel\"\n"] {
        let retry = "retry = { constant = { attempts = 3, pause = \"250ms\" } }";
        let policy = format!("timeout = \"1500ms\"\n{cancel}{retry}");
        let text = blast("q.go", 1, &policy)
            + "[traffic.busy]\nto = \"q.long\"\nblast = { at = \"0s\", audience = 1 }\n"
            + &service("q", 1, "work = \"400ms\"")
            + "[service.q.operation.long]\nwork = \"4s\"\n";
        // Again at 2.75, given up at 4.25; the third is made at 4.5. Where work goes on, the worker
        // has that of the first two until 4.8 s; where it is stopped, it is free.
        let waiting = if cancel.is_empty() { vec![("q waiting", 300.0)] } else { Vec::new() };
        let rest = [("q work", 400.0), ("q given-up", 3000.0), ("back-off", 500.0)];
        let wanted: Vec<(&str, f64)> = waiting.into_iter().chain(rest).collect();
        holds(&text, &wanted);
    }
}

#[test]
fn a_failed_attempt_keeps_what_it_met_with() {
    // Turned away by `db` at 1.1 s after 100 ms at `mid`; after a pause of 3 s the worker is free.
    let text = blast("mid.go", 1, "retry = { constant = { attempts = 2, pause = \"3s\" } }")
        + "[traffic.busy]\nto = \"db.go\"\nblast = { at = \"0s\", audience = 1 }\n"
        + &service("mid", 1, "work = \"100ms\"\nsteps = [{ call = \"db.go\" }]")
        + "[service.db]\ninstances = 1\nworkers = 1\nqueue = { fifo = { length-at-most = 0 } }\n\
           [service.db.operation.go]\nwork = \"2s\"\n";
    holds(&text, &[("db work", 2000.0), ("mid work", 200.0), ("back-off", 3000.0)]);
}

#[test]
fn a_copy_overtakes_the_call() {
    // Instances take turns. The first copy waits for a worker that is held until 9 s; the second,
    // 500 ms later, finds the other instance free.
    let text = blast("q.go", 1, "timeout = \"20s\"\nhedge = { after = \"500ms\" }")
        + "[traffic.busy]\nto = \"q.long\"\nblast = { at = \"0s\", audience = 1 }\n\
           [traffic.brief]\nto = \"q.go\"\nblast = { at = \"500ms\", audience = 1 }\n\
           [service.q]\ninstances = 2\nworkers = 1\nbalancer = \"round-robin\"\n\
           [service.q.operation.go]\nwork = \"400ms\"\n\
           [service.q.operation.long]\nwork = \"9s\"\n";
    holds(&text, &[("q work", 400.0), ("q given-up", 500.0)]);
}

#[test]
fn what_is_handed_on_counts_until_the_last_part_ends() {
    // Two branches: `a` takes 200 ms, `b` 100 ms behind another that has its worker until 1.5 s;
    // `front` itself is busy for 50 ms more, which does not count.
    let steps = "work = \"10ms\"\nsteps = [{ hand-to = \"a.go\", network = \"30ms\" }, \
                 { hand-to = \"b.go\" }, { work = \"50ms\" }]";
    let text = blast("front.go", 1, "")
        + "[traffic.busy]\nto = \"b.long\"\nblast = { at = \"0s\", audience = 1 }\n"
        + &service("front", 1, steps)
        + &service("a", 1, "work = \"200ms\"")
        + &service("b", 1, "work = \"100ms\"")
        + "[service.b.operation.long]\nwork = \"1500ms\"\n";
    holds(&text, &[("b waiting", 490.0), ("b work", 100.0), ("front work", 10.0)]);
}

#[test]
fn a_carrier_answers_holds_and_delivers() {
    // One a second: the second comes too soon. It is held until 5 s, when 3.9 s are left after its
    // round trip; both take 2 s more to their recipients.
    let text = blast("c", 2, "")
        + "[carrier.c]\nrate = \"1/s\"\nburst = 1\nround-trip = \"100ms\"\ndelivery = \"2s\"\n\
           overload = { hold = { for = \"4s\" } }\n";
    holds(&text, &[("c round-trip", 200.0), ("c held", 3900.0), ("c delivery", 4000.0)]);
    // Where we keep to the rate, the second waits with us.
    let text =
        blast("c", 2, "") + "[carrier.c]\nrate = \"1/s\"\nburst = 1\nround-trip = \"100ms\"\n";
    holds(&text, &[("c waiting", 1000.0), ("c round-trip", 200.0)]);
}

#[test]
fn a_pause_between_submissions_is_no_carriers() {
    // Submitted at 1, refused at 1.1; after 4 s it is older than 3 s, and accepted.
    let text = blast("c", 1, "")
        + "[carrier.c]\nround-trip = \"100ms\"\n\
           behaviours = [{ greylist = { after = \"3s\" } }]\n\
           resend = { constant = { attempts = 2, pause = \"4s\" } }\n";
    holds(&text, &[("c round-trip", 200.0), ("back-off", 4000.0)]);
}

#[test]
fn a_copy_that_delivers_late_tells_its_own_way() {
    // The caller gives up after 1 s and goes on; what it had asked for delivers after 3 s.
    let text = blast("front.go", 1, "")
        + &service(
            "front",
            1,
            "steps = [{ call = \"relay.go\", timeout = \"1s\", on-failure = \"ignore\" }, \
             { delay = \"200s\" }]",
        )
        + &service("relay", 1, "steps = [{ delay = \"3s\" }, { send-to = \"c\" }]")
        + "[carrier.c]\nround-trip = \"100ms\"\n";
    holds(&text, &[("relay pause", 3000.0), ("c round-trip", 100.0)]);
}

#[test]
fn the_slowest_are_slow_for_another_reason_than_most() {
    // One message in fifty asks a supplier that takes 2 s; all have 40 ms of work, of which there
    // is enough for some queueing.
    let result = assess(
        "[run]\nhorizon = \"2000s\"\nreplications = 2\n\
         [traffic.m]\nto = \"front.go\"\npoisson = { rate = \"20/s\" }\n\
         [service.front]\ninstances = 4\ncores = 1\nworkers = 100\n\
         [service.front.operation.go]\nwork = { exponential = { mean = \"40ms\" } }\n\
         steps = [{ call = \"supplier.go\", probability = \"2%\" }]\n\
         [service.supplier]\ninstances = 1\nworkers = 100\n\
         [service.supplier.operation.go]\n\
         steps = [{ delay = { exponential = { mean = \"2s\" } } }]\n",
    );
    let time = &result.assessment.time_by_hop[0];
    let supplier = StationId::from_index(station(&result.model, "supplier"));
    let supplier = time.hops.iter().find(|hop| hop.station == Some(supplier)).expect("it is asked");
    assert_eq!(supplier.doing, Doing::Pause);
    assert!(time.slowest as f64 >= 0.01 * time.messages as f64, "{time:?}");
    assert!(time.slowest_share() < 0.012, "{time:?}");
    let share_of_all = supplier.all_ns as f64 / time.all_ns() as f64;
    let share_of_slowest = supplier.slowest_ns as f64 / time.slowest_ns() as f64;
    // Of 40 + 40 ms on average, half; of the slowest, all but 40 ms of some 3 s.
    assert!(share_of_all < 0.6, "{share_of_all}");
    assert!(share_of_slowest > 0.95, "{share_of_slowest}");
    let mean = time.slowest_ns() as f64 / time.slowest as f64;
    assert!(mean > time.slowest_from_ns as f64, "{mean}");
}
