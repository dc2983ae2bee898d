//! Random scenarios: every kind of station, call, policy and traffic, in topologies of all shapes.

#[path = "random/carrier.rs"]
mod carrier;
#[path = "random/client.rs"]
mod client;
#[path = "random/place.rs"]
mod place;
#[path = "random/session.rs"]
mod session;

use proptest::prelude::*;
use proptest::sample::select;

use carrier::{carrier, route};
use client::{Client, client};
use place::{place, pool};

/// A scenario as its sections, each a text of its own, so that they can be put in another order.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) sections: Vec<String>,
}

impl Scenario {
    /// The file, sections as they come.
    pub(crate) fn text(&self) -> String {
        self.sections.join("\n")
    }

    /// The file with windows of another length.
    pub(crate) fn with_window(&self, length: &str) -> String {
        let set = |line: &str| match line.starts_with("window = \"") {
            true => format!("window = \"{length}\"\n"),
            false => format!("{line}\n"),
        };
        self.text().lines().map(set).collect()
    }

    /// The file with its sections the other way round.
    pub(crate) fn reversed(&self) -> String {
        let mut sections = self.sections.clone();
        sections.reverse();
        sections.join("\n")
    }
}

/// Services, and operations of each.
const SERVICES: usize = 4;
const OPERATIONS: usize = 2;
const CARRIERS: usize = 3;
const ROUTES: usize = 2;
/// Carriers, and beside them a trunk and rooms.
const DOWNSTREAM: usize = CARRIERS + 2;
const TRAFFICS: usize = 4;

/// Any scenario.
pub(crate) fn scenario() -> impl Strategy<Value = Scenario> {
    let services: Vec<_> = (0..SERVICES).map(|index| service(index).boxed()).collect();
    let carriers: Vec<_> = (0..CARRIERS)
        .map(|index| carrier(index).boxed())
        .chain([session::trunk(CARRIERS).boxed(), session::rooms(CARRIERS + 1).boxed()])
        .collect();
    let traffics: Vec<_> = (0..TRAFFICS).map(|index| traffic(index).boxed()).collect();
    let network = prop_oneof![
        3 => Just(String::new()),
        1 => duration().prop_map(|d| format!("[network]\none-way = {d}\n")),
    ];
    let routes: Vec<_> = (0..ROUTES).map(|index| route(index).boxed()).collect();
    (run(), network, services, carriers, routes, traffics).prop_map(
        |(run, network, services, carriers, routes, traffics)| {
            let targets = "[target]\n\
                fast = { class = \"t0\", delivered-within = \"5ms\", share-at-least = \"90%\", \
                         per = \"500ms\" }\n\
                soon = { class = \"t0\", quantile = \"50%\", latency-at-most = \"20ms\" }\n\
                kept = { lost-at-most = \"1%\" }\n\
                gone = { of = \"c0\", drained-by = \"700ms\" }\n";
            let mut sections = vec![run, network, targets.to_owned()];
            sections.extend(routes);
            sections.extend([carrier::REGIME, carrier::LIMITS].map(str::to_owned));
            sections.extend(services);
            sections.extend(carriers);
            sections.extend(traffics);
            Scenario { sections }
        },
    )
}

fn run() -> impl Strategy<Value = String> {
    let events = prop_oneof![5 => Just(100_000u32), 1 => 1u32..3000];
    let memory = select(vec!["1MB", "3MB"]);
    let window = select(vec!["100ms", "250ms", "500ms"]);
    let horizon = select(vec!["1s", "1.5s", "2s", "1999999999ns"]);
    (any::<u32>(), events, memory, window, horizon).prop_map(
        |(seed, events, memory, window, horizon)| {
            format!(
                "[run]\nhorizon = \"{horizon}\"\nwindow = \"{window}\"\nseed = {seed}\n\
                 events-at-most = {events}\nmemory-at-most = \"{memory}\"\nreplications = 1\n"
            )
        },
    )
}

/// Few different lengths, so that much happens at the same instant.
fn length() -> impl Strategy<Value = &'static str> {
    select(vec!["1ms", "2ms", "5ms", "10ms", "20ms", "50ms", "100ms", "300ms"])
}

fn duration() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("\"0s\"".to_owned()),
        4 => length().prop_map(|length| format!("\"{length}\"")),
        3 => length().prop_map(|mean| format!("{{ exponential = {{ mean = \"{mean}\" }} }}")),
        1 => length().prop_map(|from| {
            format!("{{ uniform = {{ minimum = \"{from}\", maximum = \"400ms\" }} }}")
        }),
    ]
}

/// Of a carrier: its bounds, and one in time for where there is a rate.
fn queue() -> impl Strategy<Value = (Vec<String>, Option<String>)> {
    let time = prop::option::of(prop_oneof![length(), Just("1s"), Just("10s")]);
    let bounds = (prop::option::of(0u32..6), prop::option::of(length()), time);
    bounds.prop_map(|(length, age, time)| {
        let length = length.map(|length| format!("length-at-most = {length}"));
        let age = age.map(|age| format!("age-at-most = \"{age}\""));
        let time = time.map(|time| format!("wait-at-most = \"{time}\""));
        (length.into_iter().chain(age).collect(), time)
    })
}
fn share() -> impl Strategy<Value = &'static str> {
    select(vec!["0%", "10%", "50%", "90%", "100%"])
}

fn service(index: usize) -> impl Strategy<Value = String> {
    let operations: Vec<_> = (0..OPERATIONS)
        .map(|_| (duration(), prop::collection::vec(step(index), 0..4)).boxed())
        .collect();
    let handles = handles(index);
    (pool(may_share(index)), place(), handles, operations).prop_map(move |parts| {
        let (pool, place, handles, operations) = parts;
        // Nobody takes a core that is shared.
        let place = match pool.contains("processor-sharing") {
            true => place.replace("preemptive = true", "preemptive = false"),
            false => place,
        };
        let mut text = format!("[service.s{index}]\n{pool}{place}{handles}");
        for (nth, (work, steps)) in operations.iter().enumerate() {
            text += &format!(
                "[service.s{index}.operation.o{nth}]\nwork = {work}\nsteps = [\n{}]\n",
                steps.iter().map(|step| format!("  {step},\n")).collect::<String>()
            );
        }
        text
    })
}

/// Whether the instances of this service may share a queue; of others, callers may eject some.
fn may_share(service: usize) -> bool {
    service.is_multiple_of(2)
}

/// Links, threads and file handles, where instances have queues of their own.
fn handles(service: usize) -> impl Strategy<Value = String> {
    let links = select(vec!["1 Gbit/s", "1 Mbit/s", "100 kbit/s"]);
    let files = prop::option::of(select(vec![9, 12, 1000]));
    (links, files, select(vec![8, 100])).prop_map(move |(link, files, threads)| {
        let threads = format!("threads-at-most = {threads}\n");
        if may_share(service) {
            return threads;
        }
        let files = files.map_or(String::new(), |most| format!("files-at-most = {most}\n"));
        format!("bandwidth = \"{link}\"\n{threads}{files}")
    })
}

/// Sizes, as `, size = …`, of what goes over the links of service `from` or of its callee.
fn sizes() -> impl Strategy<Value = [String; 2]> {
    let size = prop::option::of(select(vec!["0 B", "100 B", "2 kB", "10 KiB"]));
    [size.clone(), size].prop_map(|[size, reply]| {
        [("size", size), ("reply-size", reply)]
            .map(|(key, size)| size.map_or(String::new(), |size| format!(", {key} = \"{size}\"")))
    })
}

/// Whether there is a link at either end.
fn has_link(from: Option<usize>, callee: &str) -> bool {
    let linked = |service: usize| !may_share(service);
    let to = callee.strip_prefix('s').and_then(|rest| rest.split('.').next()?.parse().ok());
    from.is_some_and(linked) || to.is_some_and(linked)
}

/// Where calls of service `from` go: to later ones, so that none waits for itself.
fn callee(from: usize) -> impl Strategy<Value = String> {
    let operation = (from + 1..SERVICES.max(from + 2), 0..OPERATIONS);
    (operation, outside(), 0u8..4).prop_map(|((service, operation), outside, kind)| {
        if service >= SERVICES || kind == 0 { outside } else { format!("s{service}.o{operation}") }
    })
}

/// A carrier, a trunk or rooms, or a route to some.
fn outside() -> impl Strategy<Value = String> {
    (0..DOWNSTREAM + ROUTES).prop_map(|at| match at.checked_sub(DOWNSTREAM) {
        None => format!("c{at}"),
        Some(route) => format!("r{route}"),
    })
}

fn times() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        2 => share().prop_map(|share| format!(", probability = \"{share}\"")),
        1 => (1u32..4).prop_map(|times| format!(", times = {times}")),
        1 => (0u32..30).prop_map(|tenths| {
            format!(", times = {{ mean = {}.{} }}", tenths / 10, tenths % 10)
        }),
    ]
}

fn call(from: usize) -> impl Strategy<Value = String> {
    let failure = prop_oneof![Just(""), Just(", on-failure = \"ignore\"")];
    let network = prop_oneof![
        2 => Just(String::new()),
        1 => duration().prop_map(|way| format!(", network = {way}")),
    ];
    (callee(from), times(), client(), failure, network, sizes()).prop_map(
        move |(callee, times, client, failure, network, sizes)| {
            let policies: String =
                policies(&client, &callee, true).map(|policy| format!(", {policy}")).collect();
            let sizes = if has_link(Some(from), &callee) { sizes.concat() } else { String::new() };
            format!("call = \"{callee}\"{times}{policies}{failure}{network}{sizes}")
        },
    )
}

/// What a client has of policies that make sense at its callee, `"s1.o0"` or `"c0"`.
fn policies<'a>(
    client: &'a Client,
    callee: &str,
    has_workers: bool,
) -> impl Iterator<Item = &'a String> {
    let service = callee.strip_prefix('s').and_then(|rest| rest.split('.').next());
    let service = service.and_then(|number| number.parse::<usize>().ok());
    let ejects = service.is_some_and(|service| !may_share(service));
    let connects = service.is_some() && has_workers;
    let ejection = client.ejection.iter().filter(move |_| ejects);
    let connections = client.connections.iter().filter(move |_| connects);
    client.always.iter().chain(ejection).chain(connections)
}

fn step(from: usize) -> impl Strategy<Value = String> {
    let background = prop_oneof![3 => Just(""), 1 => Just(", background = true")];
    let network = prop_oneof![
        2 => Just(String::new()),
        1 => duration().prop_map(|way| format!(", network = {way}")),
    ];
    let onward = (callee(from), times(), background.clone(), network, sizes()).prop_map(
        move |(callee, times, background, network, [size, _])| {
            let key = if callee.contains('.') { "hand-to" } else { "send-to" };
            let size = if has_link(Some(from), &callee) { size } else { String::new() };
            format!("{{ {key} = \"{callee}\"{times}{background}{network}{size} }}")
        },
    );
    // Anywhere, also back, but not always.
    let back = (0..SERVICES, 0..OPERATIONS, 1u32..30, background).prop_map(
        |(service, operation, percent, background)| {
            format!(
                "{{ hand-to = \"s{service}.o{operation}\", probability = \"{percent}%\"{background} }}"
            )
        },
    );
    let at_once = prop_oneof![Just(""), Just(", at-once = true")];
    prop_oneof![
        1 => duration().prop_map(|work| format!("{{ work = {work} }}")),
        1 => duration().prop_map(|delay| format!("{{ delay = {delay} }}")),
        3 => (call(from), at_once).prop_map(|(call, at_once)| format!("{{ {call}{at_once} }}")),
        2 => prop::collection::vec(call(from), 1..4).prop_map(|calls| {
            let calls: Vec<String> = calls.iter().map(|call| format!("{{ {call} }}")).collect();
            format!("{{ parallel = [{}] }}", calls.join(", "))
        }),
        3 => onward,
        1 => back,
    ]
}

fn traffic(index: usize) -> impl Strategy<Value = String> {
    let process = prop_oneof![
        3 => (1u32..120).prop_map(|rate| format!("poisson = {{ rate = \"{rate}/s\" }}\n")),
        2 => select(vec!["1/s", "10/s", "20/s", "100/s", "7/s"])
            .prop_map(|rate| format!("constant = {{ rate = \"{rate}\" }}\n")),
        1 => (1u32..200, length(), any::<bool>()).prop_map(|(audience, at, paced)| {
            let rate = if paced { ", rate = \"100/s\"" } else { "" };
            format!("blast = {{ at = \"{at}\", audience = {audience}{rate} }}\n")
        }),
        2 => (1u32..20, length(), any::<bool>()).prop_map(|(users, think, fixed)| match fixed {
            true => format!("closed-loop = {{ users = {users}, think = \"{think}\" }}\n"),
            false => format!(
                "closed-loop = {{ users = {users}, \
                 think = {{ exponential = {{ mean = \"{think}\" }} }} }}\n"
            ),
        }),
    ];
    // The last is open, so that the others may cause it.
    let last = (1u32..50).prop_map(|rate| format!("poisson = {{ rate = \"{rate}/s\" }}\n"));
    let process = if index + 1 == TRAFFICS { last.boxed() } else { process.boxed() };
    let to = prop_oneof![
        4 => (0..SERVICES, 0..OPERATIONS).prop_map(|(s, o)| format!("s{s}.o{o}")),
        1 => outside(),
    ];
    let cause = (select(vec!["5%", "50%", "99%"]), duration());
    let senders = select(vec![
        "",
        "",
        "senders = { count = 3 }\n",
        "senders = { count = 100, shares = { zipf = { exponent = 1.1 } } }\n",
        "senders = { count = 2, shares = { weights = [9, 1] } }\n",
    ]);
    let valid = prop_oneof![
        3 => Just(String::new()),
        1 => length().prop_map(|time| format!("valid-for = \"{time}\"\n")),
    ];
    let segments = select(vec!["", "", "segments = 2\n", "segments = { mean = 1.3 }\n"]);
    let senders =
        (senders, segments).prop_map(|(senders, segments)| format!("{senders}{segments}"));
    (process, to, client(), prop::option::of(cause), any::<bool>(), senders, (valid, sizes())).prop_map(
        move |(process, to, client, cause, shares, senders, (valid, [size, _]))| {
            let size = size.replace(", ", "");
            let size = if has_link(None, &to) { format!("{size}\n") } else { String::new() };
            let policies: String =
                policies(&client, &to, false).map(|policy| format!("{policy}\n")).collect();
            let cause = cause.map_or(String::new(), |(share, after)| {
                let caused = TRAFFICS - 1;
                format!(
                    "causes = {{ traffic = \"t{caused}\", share = \"{share}\", after = {after} }}\n"
                )
            });
            let class = if shares && index > 0 { "class = \"t0\"\n" } else { "" };
            format!("[traffic.t{index}]\nto = \"{to}\"\n{process}{class}{policies}{senders}{valid}{size}{cause}")
        },
    )
}
