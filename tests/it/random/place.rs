//! Random services: how they are made up, who waits where, what limits stand at the door.

use proptest::prelude::*;
use proptest::sample::select;

use super::length;

/// Instances, cells, workers, cores and who chooses among them.
pub(super) fn pool(may_share: bool) -> impl Strategy<Value = String> {
    let mut balancers = vec!["round-robin", "random", "least-loaded", "power-of-choices"];
    if may_share {
        balancers.extend(["shared-queue"; 2]);
    }
    let sizes = select(vec![(1, 1), (2, 1), (3, 1), (2, 2), (4, 2), (3, 3), (6, 2)]);
    let hands = |cells: u32| match cells {
        1 => Just(String::new()).boxed(),
        _ => select(vec![
            String::new(),
            "shuffle-sharding = { hand = 2 }\n".to_owned(),
            "shuffle-sharding = { hand = 1, choice = \"random\" }\nrouter = \"1ms\"\n".to_owned(),
            "router = { exponential = { mean = \"5ms\" } }\n".to_owned(),
        ])
        .boxed(),
    };
    let sizes = sizes.prop_flat_map(move |size| (Just(size), hands(size.1)));
    let sharing = "core-scheduling = \"processor-sharing\"\n";
    let scheduling = select(vec!["", "", sharing]);
    (sizes, 1u32..4, prop::option::of(1u32..4), select(balancers), scheduling).prop_map(
        |(((instances, cells), hands), workers, cores, balancer, scheduling)| {
            let cores = cores.map_or(String::new(), |cores| format!("cores = {cores}\n"));
            format!(
                "instances = {instances}\ncells = {cells}\nworkers = {workers}\n{cores}\
                 balancer = \"{balancer}\"\n{scheduling}{hands}"
            )
        },
    )
}

/// Everything else that a service says of itself.
pub(super) fn place() -> impl Strategy<Value = String> {
    let checks = select(vec![
        "",
        "",
        "checks-deadlines = \"at-start\"\n",
        "checks-deadlines = \"always\"\n",
    ]);
    // Callers with connections ask for this.
    let connections = prop_oneof![Just(1_000_000u32), 1u32..12]
        .prop_map(|most| format!("connections-at-most = {most}\n"));
    let some = |of: BoxedStrategy<String>| prop_oneof![3 => Just(String::new()), 1 => of];
    (
        queue(),
        some(limits().boxed()),
        some(admission().boxed()),
        some(chatter().boxed()),
        some(pace().boxed()),
        checks,
        connections,
    )
        .prop_map(|(queue, limits, admission, chatter, pace, checks, connections)| {
            format!("{queue}{limits}{admission}{chatter}{pace}{checks}{connections}")
        })
}

fn queue() -> impl Strategy<Value = String> {
    let discipline = prop_oneof![
        6 => Just(("fifo", String::new())),
        1 => Just(("lifo", String::new())),
        1 => Just(("adaptive-lifo", "standing-for = \"10ms\"".to_owned())),
        1 => (0u32..4).prop_map(|most| ("adaptive-lifo", format!("longer-than = {most}"))),
        1 => Just(("priority", "lanes = [\"t0\"]".to_owned())),
        8 => Just(("priority", "lanes = [\"t0\"], preemptive = true".to_owned())),
        1 => (1u32..3).prop_map(|quantum| ("fair", format!("quantum = {quantum}"))),
        1 => Just(("earliest-deadline", String::new())),
        1 => Just(("earliest-deadline", "shed-late = true".to_owned())),
        1 => Just(("codel", String::new())),
        1 => Just(("codel", "law = \"rfc8289\", target = \"2ms\", interval = \"20ms\"".to_owned())),
        1 => Just(("random-drop", String::new())),
    ];
    let bounds = (prop::option::of(0u32..6), prop::option::of(length()));
    (discipline, bounds).prop_map(|((name, settings), (length, age))| {
        // Without a bound nobody would have to give way.
        let length = if name == "random-drop" { length.or(Some(3)) } else { length };
        let length = length.map(|length| format!("length-at-most = {length}"));
        let age = age.map(|age| format!("age-at-most = \"{age}\""));
        let settings = Some(settings).filter(|settings| !settings.is_empty());
        let keys: Vec<String> = settings.into_iter().chain(length).chain(age).collect();
        format!("queue = {{ {name} = {{ {} }} }}\n", keys.join(", "))
    })
}

fn per() -> impl Strategy<Value = &'static str> {
    select(vec!["service", "class", "sender"])
}

fn limits() -> impl Strategy<Value = String> {
    let rate = || select(vec!["5/s", "20/s", "90/s"]);
    let token = (rate(), 1u32..5, per()).prop_map(|(rate, burst, per)| {
        format!("{{ token-bucket = {{ rate = \"{rate}\", burst = {burst}, per = \"{per}\" }} }}")
    });
    let room = prop_oneof![
        (0u32..9).prop_map(|queue| format!("queue = {queue}")),
        length().prop_map(|wait| format!("wait-at-most = \"{wait}\"")),
    ];
    let leaky = (rate(), room, per()).prop_map(|(rate, room, per)| {
        format!("{{ leaky-bucket = {{ rate = \"{rate}\", {room}, per = \"{per}\" }} }}")
    });
    (prop::collection::vec(token, 0..2), prop::option::of(leaky)).prop_map(|(mut limits, leaky)| {
        limits.extend(leaky);
        format!("limits = [{}]\n", limits.join(", "))
    })
}

fn admission() -> impl Strategy<Value = String> {
    (length(), 1u32..20).prop_map(|(window, messages)| {
        format!(
            "admission = {{ dagor = {{ lanes = [\"t0\"], mean-wait = \"5ms\", \
             window = \"{window}\", messages = {messages} }} }}\n"
        )
    })
}

fn chatter() -> impl Strategy<Value = String> {
    let kind = select(vec![
        "{ full-mesh = { every = \"100ms\", work = \"2ms\" } }",
        "{ peers = { threads = 2 } }",
        "{ broadcast = { work = \"1ms\", share = \"50%\" } }",
        "{ contention = { sigma = 0.3 } }",
        "{ all-pairs = { kappa = 0.1 } }",
        "{ gossip = { every = \"100ms\", fan-out = 2, work = \"5ms\" } }",
        "{ peers = { at-most = 900, own = 200 } }",
    ]);
    prop::collection::vec(kind, 1..3)
        .prop_map(|kinds| format!("chatter = [{}]\n", kinds.join(", ")))
}

fn pace() -> impl Strategy<Value = String> {
    let stalls = prop::collection::vec((length(), length()), 0..3).prop_map(|stalls| {
        let stalls: Vec<String> = stalls
            .iter()
            .map(|(at, lasts)| format!("{{ at = \"{at}\", lasts = \"{lasts}\" }}"))
            .collect();
        format!("stalls = [{}]\n", stalls.join(", "))
    });
    let warm_up = select(vec!["", "warm-up = { lasts = \"300ms\", speed = \"40%\" }\n"]);
    let slow = select(vec!["", "slow = { share = \"50%\", speed = \"30%\" }\n"]);
    (stalls, warm_up, slow).prop_map(|(stalls, warm_up, slow)| format!("{stalls}{warm_up}{slow}"))
}
