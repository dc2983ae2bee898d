//! Random policies of whoever calls.

use proptest::prelude::*;
use proptest::sample::select;

use super::length;

/// Policies, each as `key = value`.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// Those that make sense whoever is called.
    pub(super) always: Vec<String>,
    /// Makes sense where somebody chooses among instances.
    pub(super) ejection: Option<String>,
    /// Makes sense where workers call a service.
    pub(super) connections: Option<String>,
}

/// Any client; half of them have no policies but a timeout and retries, if these.
pub(super) fn client() -> impl Strategy<Value = Client> {
    let some =
        |policy: BoxedStrategy<String>| prop_oneof![3 => Just(None), 1 => policy.prop_map(Some)];
    let more = (
        some(budget().boxed()),
        some(breaker().boxed()),
        some(
            select(vec!["throttle = {}", "throttle = { k = 1.1, window = \"500ms\" }"])
                .prop_map(str::to_owned)
                .boxed(),
        ),
        some(concurrency().boxed()),
        some((1u32..4).prop_map(|calls| format!("bulkhead = {calls}")).boxed()),
        some(length().prop_map(|after| format!("deadline = \"{after}\"")).boxed()),
        some(ejection().boxed()),
        some((1u32..3).prop_map(|count| format!("connections = {count}")).boxed()),
    );
    let none = || Just(Vec::new());
    let timeout = prop_oneof![none().boxed(), timeout().boxed()];
    let retry = prop_oneof![none().boxed(), retry().prop_map(|retry| vec![retry]).boxed()];
    (timeout, retry, any::<bool>(), more).prop_map(|(timeout, retry, plain, more)| {
        let (budget, breaker, throttle, concurrency, bulkhead, deadline, ejection, connections) =
            more;
        let mut always = timeout;
        // A budget is for further attempts.
        let budget = budget.filter(|_| !retry.is_empty());
        always.extend(retry);
        if plain {
            return Client { always, ejection: None, connections: None };
        }
        always.extend(
            [budget, breaker, throttle, concurrency, bulkhead, deadline].into_iter().flatten(),
        );
        Client { always, ejection, connections }
    })
}

/// `timeout`, `on-timeout`, and a hedge, whose copies go out before.
fn timeout() -> impl Strategy<Value = Vec<String>> {
    let hedge = prop::option::of((select(vec![2u64, 3, 10]), 1u64..4));
    (select(vec![1u64, 2, 5, 10, 20, 50, 100, 300]), any::<bool>(), hedge).prop_map(
        |(after, cancels, hedge)| {
            let mut keys = vec![format!("timeout = \"{after}ms\"")];
            if cancels {
                keys.push("on-timeout = \"cancel\"".to_owned());
            }
            if let Some((part, most)) = hedge {
                // In tenths of a millisecond.
                let first = after * 10 / part;
                if first * most < after * 10 {
                    let first = format!("{}.{}ms", first / 10, first % 10);
                    keys.push(format!("hedge = {{ after = \"{first}\", at-most = {most} }}"));
                }
            }
            keys
        },
    )
}

fn retry() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        1 => Just("immediate = { ".to_owned()),
        2 => prop_oneof![Just("0s"), length()]
            .prop_map(|pause| format!("constant = {{ pause = \"{pause}\", ")),
        2 => length().prop_map(|base| format!("exponential = {{ base = \"{base}\", ")),
        1 => length().prop_map(|base| format!("full-jitter = {{ base = \"{base}\", ")),
        1 => length().prop_map(|base| format!("equal-jitter = {{ base = \"{base}\", ")),
        1 => length().prop_map(|base| format!("decorrelated-jitter = {{ base = \"{base}\", ")),
    ];
    let on = select(vec![
        "",
        "",
        ", on = [\"timeout\"]",
        ", on = [\"rejected\", \"failed\"]",
        ", on = [\"refused\", \"timeout\", \"expired\"]",
    ]);
    (kind, 1u32..4, on).prop_map(|(kind, attempts, on)| {
        format!("retry = {{ {kind}attempts = {attempts}{on} }} }}")
    })
}

fn budget() -> impl Strategy<Value = String> {
    select(vec![
        "budget = { ratio = \"20%\", minimum = 0 }",
        "budget = { ratio = \"10%\", minimum = \"5/s\", lifetime = \"300ms\" }",
        "budget = { tokens = 30 }",
    ])
    .prop_map(str::to_owned)
}

fn breaker() -> impl Strategy<Value = String> {
    let window = prop_oneof![Just("4"), Just("10"), Just("\"100ms\"")];
    (window, 1u32..5, length(), 1u32..4).prop_map(|(window, minimum, open, probes)| {
        format!(
            "breaker = {{ window = {window}, minimum = {minimum}, open = \"{open}\", \
             probes = {probes}, slow-after = \"20ms\" }}"
        )
    })
}

fn concurrency() -> impl Strategy<Value = String> {
    select(vec![
        "concurrency = { aimd = { start = 2, maximum = 5, slow = \"50ms\" } }",
        "concurrency = \"gradient2\"",
        "concurrency = { gradient2 = { start = 2, minimum = 1, maximum = 6, queue = 1 } }",
    ])
    .prop_map(str::to_owned)
}

fn ejection() -> impl Strategy<Value = String> {
    (1u32..4, select(vec!["10%", "50%", "100%"])).prop_map(|(consecutive, most)| {
        format!(
            "ejection = {{ consecutive = {consecutive}, interval = \"100ms\", base = \"100ms\", \
             at-most = \"{most}\", \
             success-rate = {{ instances = 2, answers = 2, deviations = 0.5 }} }}"
        )
    })
}
