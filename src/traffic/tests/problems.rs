//! What is wrong with a stream, in words.

use super::*;

#[test]
fn problems_name_the_way_out() {
    for (toml, wanted) in [
        (
            "",
            "nothing says when messages come | add one of `poisson`, `constant`, `stages`, \
             `blast`, \
             `mmpp`, `replay` or `closed-loop`",
        ),
        (
            "poisson = { rate = \"1/s\" }\nconstant = { rate = \"1/s\" }",
            "`constant` beside `poisson`: messages come one way | for both, write two streams: a \
             `[traffic.<name>]` for each",
        ),
        (
            "blast = { at = \"10:00\", audience = 5 }\nnoise = \"ar1\"",
            "a blast has no rate that `noise` could multiply | for other traffic beside it, add a \
             `[traffic.<name>]` of its own",
        ),
        ("stages = []", "in these stages nothing ever arrives"),
        (
            "stages = [{ for = \"1h\", from = 0, to = \"0/s\" }]",
            "in these stages nothing ever arrives",
        ),
        (
            "stages = [{ for = \"1h\", from = 0 }]",
            "a stage has `rate`, or `from` and `to` | write `rate = \"40/s\"`, or `from = 0, to = \
             \"40/s\"`",
        ),
        (
            "poisson = { rate = \"1/s\" }\nprofile = {}",
            "a profile without factors | add `hourly = [...]` with 24 factors or `weekly = [...]` \
             with 7 or 168",
        ),
        (
            "poisson = { rate = \"1/s\" }\nprofile = { weekly = [1, 2] }",
            "expected 7 or 168 numbers, found 2",
        ),
        (
            "poisson = { rate = \"1/s\" }\nprofile = { weekly = [0, 0, 0, 0, 0, 0, 0] }",
            "with these factors nothing ever arrives",
        ),
        (
            "poisson = { rate = \"1/s\" }\nnoise = { ar1 = { correlation = 1 } }",
            "expected a correlation below 1 | a rate that never changes is no noise: leave it out, \
             or go below 1",
        ),
        (
            "poisson = { rate = \"1/s\" }\nnoise = { ar1 = { every = \"1us\" } }",
            "expected a step of at least 1ms",
        ),
        (
            "poisson = { rate = \"1/s\" }\n\
             spikes = [{ at = \"1h\", times = 2, fall = \"1s\", half-life = \"1s\" }]",
            "a spike has either `fall` or `half-life`",
        ),
        (
            "poisson = { rate = \"1/s\" }\nspikes = [{ at = \"1h\", times = 0, hold = \"1h\" }, \
             { at = \"90min\", times = 0.5, hold = \"1h\" }]",
            "together the spikes take the rate below zero | where dips overlap, what they take \
             away adds up",
        ),
        (
            "poisson = { rate = \"1/s\" }\nspikes = [{ at = \"2023-12-31\", times = 2 }]",
            "2023-12-31 00:00 is before the run starts, at 2024-01-01 00:00",
        ),
        (
            "poisson = { rate = \"1/s\" }\nbursts = { per-day = 1e6 }",
            "expected at most 86,400 bursts a day | for a rate that changes within seconds, take \
             `mmpp`",
        ),
        (
            "poisson = { rate = \"1/s\" }\nbursts = { size = { minimum = 60, shape = 1e9 } }",
            "expected a `maximum` above the `minimum`\nexpected a shape from 0.05 to 1000",
        ),
        (
            "poisson = { rate = \"1/s\" }\nbursts = { size = { maximum = 2e6 } }",
            "expected a burst of at most 1,000,000 times the rate",
        ),
        (
            "poisson = { rate = \"1/s\" }\nbursts = { per-day = 86_400, duration = \"300d\" }",
            "on average, more than a million of these bursts would be under way | let them come \
             more rarely, or end sooner",
        ),
        (
            "mmpp = { states = [{ rate = \"1/s\", stay = \"1us\" }, { stay = \"1s\" }] }",
            "expected a stay of at least 1ms | a rate that changes faster is hardly told apart \
             from `poisson` at its mean",
        ),
        (
            "mmpp = { states = [{ rate = \"1/s\", stay = \"1s\", next = [0, 1e308, 1e308] }, \
             { stay = \"1s\" }, { stay = \"1s\" }] }",
            "expected weights with a sum that is finite",
        ),
        (
            "mmpp = { states = [{ rate = \"1/s\", stay = \"1s\" }] }",
            "expected 2 to 32 states, found 1",
        ),
        (
            "mmpp = { states = [{ rate = \"1/s\", stay = \"1s\", next = [1, 1] }, { stay = \
             \"1s\", next = [1] }] }",
            "a state does not move to itself | how long it stays is what `stay` says; write 0 for \
             the state itself\nexpected 2 weights, one a state, found 1",
        ),
        (
            "mmpp = { states = [{ rate = \"1/s\", stay = \"1s\", next = [0, 1, 0] }, { stay = \
             \"1s\", next = \
             [1, 0, 0] }, { stay = \"1s\" }] }",
            "some states are never returned to | give each state a way to every other, directly or \
             through others",
        ),
        (
            "poisson = { rate = \"1/s\", rat = 1 }",
            "unknown key `rat` | did you mean `rate`? The only key known here is `rate`",
        ),
    ] {
        assert_eq!(with_file(toml, "").unwrap_err(), wanted, "{toml}");
    }
}

#[test]
fn a_list_of_single_arrivals_has_no_rate_to_multiply() {
    let toml = "replay = { file = \"x.csv\" }\nnoise = \"ar1\"";
    assert_eq!(
        with_file(toml, "0\n1\n").unwrap_err(),
        "a list of single arrivals has no rate that `noise` could multiply | for other traffic \
         beside it, add a `[traffic.<name>]` of its own"
    );
}

#[test]
fn all_mmpp_states_silent_is_no_traffic() {
    let toml = "mmpp = { states = [{ stay = \"1s\" }, { stay = \"1s\" }] }";
    assert_eq!(with_file(toml, "").unwrap_err(), "in these states nothing ever arrives");
}

#[test]
fn a_table_may_say_more_than_when_messages_come() {
    let toml = "to = \"api.send\"\npoisson = { rate = \"40/s\" }\n\
                noise = { ar1 = { sd = \"7.7%\", correlation = 0.67, every = \"1min\" } }\n\
                spikes = [{ at = \"12:00\", times = 5, rise = \"30s\", hold = \"5min\", \
                fall = \"10min\" }]";
    let document = Document::parse("x.toml", toml).unwrap();
    let mut problems = Problems::new();
    let mut fields = crate::language::Fields::open(document.root(), &mut problems).unwrap();
    assert!(TrafficSpec::read_fields(&mut fields, &mut problems).is_some());
    assert_eq!(fields.required::<String>("to", &mut problems).as_deref(), Some("api.send"));
    fields.finish(&mut problems);
    assert!(problems.is_empty(), "{}", document.render(&problems, false));
}
