//! Routes: which carrier each message goes to, worked out by hand.

use surgeplan::measure::{Level, RouteWindow};
use surgeplan::sim::Outcome;

use crate::lab::{Once, once, try_model};

const S: u128 = 1_000_000_000;

/// A message each second from 0.5 s on, 40 of them, to two carriers that answer within 1.2 s; the
/// first refuses all that comes from 10 s to 20 s.
fn by_route(route: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"r\"\nblast = {{ at = \"500ms\", audience = 40, rate = \"1/s\" }}\n\
         [route.r]\nto = [\"a\", \"b\"]\n{route}\n\
         [carrier.a]\nround-trip = \"1200ms\"\n\
         behaviours = [{{ outage = {{ answer = \"error\", \
         during = {{ at = \"10s\", lasts = \"10s\" }} }} }}]\n\
         [carrier.b]\nround-trip = \"1200ms\"\n"
    ))
}

/// What a route had to do with its first carrier, and with its second.
fn seen(seen: &Once) -> [RouteWindow; 2] {
    let sum = |windows: &Vec<RouteWindow>| {
        let mut sum = RouteWindow { out: Level::default(), ..RouteWindow::default() };
        for window in windows {
            sum.sent += window.sent;
            sum.passed_on += window.passed_on;
            sum.switches += window.switches;
            sum.out.extend(&window.out);
        }
        sum
    };
    let providers = &seen.run.routes[0].providers;
    [sum(&providers[0]), sum(&providers[1])]
}

const FIRST_ERROR: &str = "fail-over = { error-share = \"0%\", at-least = 1, window = \"10s\" }\n";

#[test]
fn without_fail_over_all_goes_to_the_first() {
    let run = by_route("");
    let [a, b] = seen(&run);
    assert_eq!((a.sent, b.sent, a.switches), (40, 0, 0));
    // Those of 10.5 s to 19.5 s.
    assert_eq!(run.ended("m", Outcome::Failed), 10);
}

#[test]
fn it_goes_away_when_the_first_error_is_known_and_back_after_a_time() {
    let run = by_route(&format!("{FIRST_ERROR}back = {{ after = \"5s\" }}"));
    let [a, b] = seen(&run);
    // Sent at 10.5 s, known at 11.7 s; 11.5 s went there too. Back for the message of 17.5 s, known
    // at 18.7 s, so 18.5 s too; back for that of 24.5 s.
    assert_eq!(run.ended("m", Outcome::Failed), 4);
    assert_eq!((a.switches, b.switches, b.sent, a.sent), (4, 0, 10, 30));
    assert_eq!(a.out.integral, 2 * (58 * S / 10));
}

#[test]
fn without_a_time_it_is_back_when_the_window_has_forgotten() {
    for back in ["", "back = \"at-once\""] {
        let run = by_route(&format!("{FIRST_ERROR}{back}"));
        let [a, b] = seen(&run);
        // Errors are known at 11.7 s and 12.7 s. A second's slice counts for the ten that follow: the
        // message of 22.5 s is the first for which there is none.
        assert_eq!((run.ended("m", Outcome::Failed), a.switches, b.sent), (2, 2, 10));
        assert_eq!(a.out.integral, 108 * S / 10);
    }
}

#[test]
fn probes_find_out_that_it_works_again() {
    let probes = "back = { after = \"5s\", probe = \"100%\", at-least = 2 }";
    let run = by_route(&format!("{FIRST_ERROR}{probes}"));
    let [a, b] = seen(&run);
    // Left at 11.7 s. Probes of 17.5, 18.5 and 19.5 s; two are answered at 19.7 s, with errors: left
    // for another 5 s. Those of 25.5 s and 26.5 s are well, known at 27.7 s.
    assert_eq!((run.ended("m", Outcome::Failed), a.switches, b.sent), (5, 2, 10));
    assert_eq!(a.out.integral, 16 * S);
}

#[test]
fn what_failed_at_one_may_be_tried_at_another() {
    let run = by_route("pass-on = [\"temporary\"]");
    let [a, b] = seen(&run);
    assert_eq!((a.sent, b.sent, b.passed_on), (40, 10, 10));
    assert_eq!(run.ended("m", Outcome::Delivered), 40);
    // 30 within 1.2 s, and 10 after two round trips.
    assert_eq!(run.class("m").latency_sum, (30 * 12 + 10 * 24) * S / 10);
    // Each carrier has an account of its own.
    let [at_a, at_b] = [run.run.ledgers[0], run.run.ledgers[1]];
    assert_eq!((at_a.came, at_a.truth.failed, at_a.truth.delivered), (40, 10, 30));
    assert_eq!((at_b.came, at_b.truth.delivered), (10, 10));
    // An error that is not named is final, and so is the second carrier's.
    let other = by_route("pass-on = [\"no-answer\"]");
    assert_eq!(other.ended("m", Outcome::Failed), 10);
}

#[test]
fn a_call_has_its_answer_from_the_last_carrier() {
    let run = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"s.go\"\nblast = { at = \"0s\", audience = 1 }\n\
         [service.s]\ninstances = 1\nworkers = 1\n\
         [service.s.operation.go]\nsteps = [{ call = \"r\" }]\n\
         [route.r]\nto = [\"a\", \"b\"]\npass-on = [\"temporary\"]\n\
         [carrier.a]\nround-trip = \"1s\"\nbehaviours = [{ temporary-error = {} }]\n\
         [carrier.b]\nround-trip = \"2s\"\ndelivery = \"4s\"\n",
    );
    assert_eq!(run.station("s").busy.integral, 3 * S);
    assert_eq!(run.latency_ms("m"), 7_000.0);
}

#[test]
fn the_least_loaded_has_the_fewest_waiting_and_unanswered() {
    let run = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"r\"\nblast = { at = \"0s\", audience = 5 }\n\
         [route.r]\nto = [\"a\", \"b\"]\nchoice = \"least-loaded\"\n\
         [carrier.a]\nround-trip = \"10s\"\nwindow = 1\n\
         [carrier.b]\nround-trip = \"10s\"\nwindow = 2\n",
    );
    // One each in turn, and the first of equals: three and two. At `a` they wait for one another.
    let [a, b] = seen(&run);
    assert_eq!((a.sent, b.sent), (3, 2));
    assert_eq!(run.class("m").latency_sum, (10 + 20 + 30 + 10 + 10) * S);
}

/// A carrier that is never left, and weights that leave no choice, are the carrier itself.
#[test]
fn a_route_without_a_choice_is_its_carrier() {
    let text = |to: &str, route: &str| {
        format!(
            "[run]\nhorizon = \"200s\"\n\
             [traffic.m]\nto = \"{to}\"\npoisson = {{ rate = \"20/s\" }}\n{route}\
             [carrier.a]\nrate = \"19/s\"\nround-trip = {{ exponential = {{ mean = \"1s\" }} }}\n\
             window = 40\nbehaviours = [{{ temporary-error = {{ share = \"10%\" }} }}]\n\
             resend = \"full-jitter\"\n[carrier.b]\n"
        )
    };
    let plain = once(&text("a", ""));
    for route in [
        "",
        "fail-over = { error-share = \"100%\" }",
        "fail-over = { latency = \"1h\" }\nback = { after = \"1s\", probe = \"50%\" }",
        "choice = { weighted = [1, 0] }",
        "choice = { weighted = [1, 0] }\npass-on = [\"unclean\"]",
    ] {
        let mut routed = once(&text("r", &format!("[route.r]\nto = [\"a\", \"b\"]\n{route}\n")));
        let sent: u64 = routed.run.routes[0].providers[0].iter().map(|window| window.sent).sum();
        assert_eq!(sent, routed.class("m").arrived, "{route}");
        routed.run.routes.clear();
        assert_eq!(routed.run, plain.run, "{route}");
    }
}

#[test]
fn weights_divide_messages() {
    let run = once(
        "[run]\nhorizon = \"1000s\"\n\
         [traffic.m]\nto = \"r\"\nconstant = { rate = \"100/s\" }\n\
         [route.r]\nto = [\"a\", \"b\"]\nchoice = { weighted = [3, 1] }\n[carrier.a]\n[carrier.b]\n",
    );
    let [a, b] = seen(&run);
    // Five standard errors of a share of 75 % of 100,000.
    let (all, error) = (100_000.0, 5.0 * (100_000.0_f64 * 0.75 * 0.25).sqrt());
    assert!((a.sent as f64 - 0.75 * all).abs() < error, "{}", a.sent);
    assert!(a.sent + b.sent >= 99_999);
}

#[test]
fn slips_are_told_where_they_stand() {
    let label = |route: &str| {
        try_model(&format!(
            "[run]\nhorizon = \"1s\"\n[traffic.m]\nto = \"r\"\npoisson = {{ rate = \"1/s\" }}\n\
             [route.r]\n{route}\n[carrier.a]\n[carrier.b]\n"
        ))
        .unwrap_err()
    };
    assert!(label("to = [\"a\", \"c\"]").contains("no carrier is named `c`"));
    assert!(label("to = [\"a\", \"a\"]").contains("`a` is named twice"));
    assert!(label("to = [\"a\", \"b\"]\nback = \"at-noon\"").contains("not one of the choices"));
    let clash = try_model(
        "[run]\nhorizon = \"1s\"\n[traffic.m]\nto = \"a\"\npoisson = { rate = \"1/s\" }\n\
         [route.a]\nto = [\"a\", \"b\"]\n[carrier.a]\n[carrier.b]\n",
    );
    assert!(clash.unwrap_err().contains("the name of something else"));
    let hand = try_model(
        "[run]\nhorizon = \"1s\"\n[traffic.m]\nto = \"s.go\"\npoisson = { rate = \"1/s\" }\n\
         [service.s]\ninstances = 1\nworkers = 1\n\
         [service.s.operation.go]\nsteps = [{ hand-to = \"r\" }]\n\
         [route.r]\nto = [\"a\", \"b\"]\n[carrier.a]\n[carrier.b]\n",
    );
    assert!(hand.unwrap_err().contains("send-to = \"r\""));
}
