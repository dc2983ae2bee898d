//! Random carriers: limits, overload, how they behave, what is submitted again.

use proptest::prelude::*;
use proptest::sample::select;

use super::{duration, length, queue, share};

/// A regime that behaviours may go by.
pub(super) const REGIME: &str = "[regime.weather]\nstates = [\n\
    { name = \"good\", stay = { exponential = { mean = \"200ms\" } } },\n\
    { name = \"poor\", stay = \"70ms\", next = [1, 0, 3] },\n\
    { name = \"down\", stay = { exponential = { mean = \"50ms\" } } },\n]\n";

/// Limits that carriers may share, and a carrier under several that nothing is sent to.
pub(super) const LIMITS: &str = "[limit.brand]\ndaily-cap = 60\n\
    [limit.strict]\ndaily-cap = 20\nbeyond = \"fail\"\n\
    [limit.code]\nrate = \"40/s\"\nburst = 3\n\
    [limit.numbers]\ncount = 3\nrate = \"9/s\"\n\
    [carrier.all-limits]\nlimits = [\"numbers\", \"code\", \"brand\"]\n\
    behaviours = [{ silent-loss = { during = { regime = \"weather\", is = \"down\" } } }]\n";

/// The limits that a carrier is under.
fn limits() -> impl Strategy<Value = String> {
    select(vec![
        "",
        "",
        "",
        "limits = [\"code\"]\n",
        "limits = [\"numbers\"]\n",
        "limits = [\"strict\"]\n",
        "limits = [\"numbers\", \"code\"]\n",
        "limits = [\"brand\", \"code\"]\n",
    ])
    .prop_map(str::to_owned)
}

/// A carrier or a group of them.
pub(super) fn carrier(index: usize) -> impl Strategy<Value = String> {
    let rate = select(vec!["2/s", "10/s", "33.3/s", "100/s", "1000/s"]);
    let limited = (
        rate.clone(),
        prop::option::of(1u32..4),
        prop_oneof![
            Just(String::new()),
            length().prop_map(|pause| format!(
                "overload = {{ throttle = {{ pause = \"{pause}\" }} }}\n"
            )),
            Just("overload = \"drop\"\n".to_owned()),
            length().prop_map(|time| format!("overload = {{ hold = {{ for = \"{time}\" }} }}\n")),
            length().prop_map(|lasts| format!(
                "overload = {{ penalty = {{ rate = \"20/s\", lasts = \"{lasts}\" }} }}\n"
            )),
            (1u32..6).prop_map(|most| format!(
                "overload = {{ queue = {{ length-at-most = {most} }} }}\n"
            )),
        ],
        prop::option::of(rate),
    )
        .prop_map(|(rate, burst, overload, pace)| {
            let burst = burst.filter(|_| !overload.contains("queue"));
            let burst = burst.map_or(String::new(), |burst| format!("burst = {burst}\n"));
            // A pace has a meaning only where we do not keep to the rate anyway.
            let pace = pace.filter(|_| !overload.is_empty());
            let pace = pace.map_or(String::new(), |pace| format!("pace = \"{pace}\"\n"));
            format!("rate = \"{rate}\"\n{burst}{overload}{pace}")
        });
    let connected = (1u32..4, duration()).prop_map(|(each, round_trip)| {
        format!(
            "connections = {{ of = \"numbers\", each = {each}, messages = 3, set-up = \"20ms\" }}\n\
             round-trip = {round_trip}\n"
        )
    });
    let windowed =
        (prop::option::of(1u32..3), 1u32..4, duration()).prop_map(|(binds, window, round_trip)| {
            let binds = binds.map_or(String::new(), |binds| format!("binds = {binds}\n"));
            format!("{binds}window = {window}\nround-trip = {round_trip}\n")
        });
    let none = || Just(String::new());
    (
        prop::option::of(1u32..5),
        prop_oneof![1 => none().boxed(), 3 => limited.boxed()],
        prop_oneof![2 => none().boxed(), 3 => windowed.boxed(), 1 => connected.boxed()],
        prop_oneof![none().boxed(), duration().prop_map(|d| format!("delivery = {d}\n")).boxed()],
        share(),
        queue(),
        any::<bool>(),
        (errors(), limits()).prop_map(|(errors, limits)| format!("{errors}{limits}")),
    )
        .prop_map(move |(count, limited, windowed, delivery, loss, bounds, zipf, errors)| {
            let (bounds, time) = bounds;
            let time = time.filter(|_| !limited.is_empty());
            let bounds: Vec<String> = bounds.into_iter().chain(time).collect();
            let queue = match bounds.is_empty() {
                true => String::new(),
                false => format!("queue = {{ fifo = {{ {} }} }}\n", bounds.join(", ")),
            };
            let head = match count {
                None => format!("[carrier.c{index}]\n"),
                Some(count) => {
                    let shares = if zipf { "shares = \"zipf\"\n" } else { "" };
                    let shares = shares.replace("\"zipf\"", "{ zipf = { exponent = 1.2 } }");
                    format!("[carrier-group.c{index}]\ncount = {count}\n{shares}")
                }
            };
            format!("{head}{limited}{windowed}{delivery}silent-loss = \"{loss}\"\n{queue}{errors}")
        })
}

/// What may go wrong, and what is submitted again.
fn errors() -> impl Strategy<Value = String> {
    let resend = prop_oneof![
        1 => Just(String::new()),
        1 => length().prop_map(|pause| format!(
            "resend = {{ constant = {{ attempts = 4, pause = \"{pause}\" }} }}\n"
        )),
        1 => Just("resend = { decorrelated-jitter = { base = \"2ms\", cap = \"40ms\" } }\n".to_owned()),
        1 => Just("resend = { immediate = { attempts = 9, on = [\"unclean\"] } }\n".to_owned()),
    ];
    let behaviours = prop::collection::vec(behaviour(), 1..4);
    let some = (behaviours, resend, length()).prop_map(|(behaviours, resend, patience)| {
        format!(
            "behaviours = [\n{}]\nanswer-timeout = \"{patience}\"\n{resend}",
            behaviours.iter().map(|one| format!("  {one},\n")).collect::<String>()
        )
    });
    prop_oneof![2 => Just(String::new()), 3 => some]
}

fn behaviour() -> impl Strategy<Value = String> {
    let during = prop_oneof![
        2 => Just(String::new()),
        1 => (length(), length())
            .prop_map(|(at, lasts)| format!("during = {{ at = \"{at}\", lasts = \"{lasts}\" }}")),
        1 => Just("during = { at = \"10ms\", lasts = \"60ms\", every = \"100ms\" }".to_owned()),
        2 => select(vec!["good", "poor", "down"])
            .prop_map(|is| format!("during = {{ regime = \"weather\", is = \"{is}\" }}")),
    ];
    let kind = prop_oneof![
        Just("permanent-error share".to_owned()),
        Just("temporary-error share".to_owned()),
        Just("unclean-error share, delivered = \"50%\"".to_owned()),
        Just("silent-loss share".to_owned()),
        length().prop_map(|time| format!("hold share, for = \"{time}\"")),
        Just("brown-out share, times = 3".to_owned()),
        length().prop_map(|time| format!("greylist share, after = \"{time}\"")),
        Just(
            "absent-subscriber share, away = { exponential = { mean = \"30ms\" } }, \
             tries = [{ every = \"10ms\", times = 5 }]"
                .to_owned()
        ),
        Just("outage share, answer = \"none\"".to_owned()),
        Just("outage share, answer = \"error\"".to_owned()),
        Just("suspension".to_owned()),
    ];
    (kind, share(), during).prop_map(|(kind, share, during)| {
        let always = kind.starts_with("outage") || kind == "suspension";
        let during = match during.is_empty() && always {
            true => "during = { at = \"50ms\", lasts = \"100ms\" }".to_owned(),
            false => during,
        };
        let (name, keys) = kind.split_once(' ').unwrap_or((&kind, ""));
        let keys = keys.replace("share", &format!("share = \"{share}\""));
        let keys: Vec<&str> =
            [keys.as_str(), &during].into_iter().filter(|k| !k.is_empty()).collect();
        format!("{{ {name} = {{ {} }} }}", keys.join(", "))
    })
}
