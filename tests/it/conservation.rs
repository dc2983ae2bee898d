//! Nothing appears, nothing vanishes: exact accounts of random scenarios.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use surgeplan::carrier::quota::Beyond;
use surgeplan::measure::{
    ClassRecord, Ledger, Level, Measurements, OUTCOMES, PooledSpent, StationRecord, StationWindow,
    Truth,
};
use surgeplan::model::{Mode, Model};
use surgeplan::sim::{self, Outcome, TextTrace};
use surgeplan::verdict::Assessment;

use crate::lab::{model, spent_ms, station};
use crate::random::{Scenario, scenario};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accounts_are_exact(scenario in scenario()) {
        let model = model(&scenario.text());
        let run = sim::run(&model, 0);
        audit(&model, &run);
        prop_assert_eq!(&sim::run(&model, 0), &run, "run again");
        let traced = sim::run_traced(&model, 0, TextTrace::new(100));
        prop_assert_eq!(&traced.0, &run, "watched");
        Assessment::of(&model, &[run.clone(), sim::run(&model, 1)]);
    }

    #[test]
    fn the_order_of_declarations_changes_nothing(scenario in scenario()) {
        let run = sim::run(&model(&scenario.text()), 0);
        prop_assert_eq!(sim::run(&model(&scenario.reversed()), 0), run);
    }

    #[test]
    fn windows_change_nothing(scenario in scenario()) {
        let (fine, coarse) = (model(&scenario.with_window("50ms")), model(&scenario.with_window("500ms")));
        let (a, b) = (sim::run(&fine, 0), sim::run(&coarse, 0));
        // Windows take memory of their own.
        if a.stopped.is_some() || b.stopped.is_some() {
            return Ok(());
        }
        prop_assert_eq!(&a.carriers, &b.carriers);
        prop_assert_eq!(&a.shares, &b.shares);
        prop_assert_eq!(&a.spent, &b.spent);
        for (at, (one, other)) in a.stations.iter().zip(&b.stations).enumerate() {
            let name = fine.station_name(surgeplan::model::StationId::from_index(at));
            prop_assert_eq!(total(one), total(other), "{}", name);
        }
        for (one, other) in a.classes.iter().zip(&b.classes) {
            let ended = |record: &ClassRecord| Outcome::ALL.map(|o| record.ended(0, o.index()));
            prop_assert_eq!(ended(one), ended(other));
        }
    }

    #[test]
    fn what_is_unrelated_changes_nothing(scenario in scenario()) {
        let alone = model(&scenario.text());
        let beside = model(&with_neighbours(&scenario).text());
        let (a, b) = (sim::run(&alone, 0), sim::run(&beside, 0));
        // A budget is shared by all.
        if a.stopped.is_some() || b.stopped.is_some() {
            return Ok(());
        }
        for (class, record) in alone.classes.iter().zip(&a.classes) {
            let other = beside.classes.iter().position(|other| other.name == class.name);
            prop_assert_eq!(&b.classes[other.expect("it has all")], record, "{}", &class.name);
            prop_assert_eq!(spent_ms(&beside, &b, &class.name), spent_ms(&alone, &a, &class.name));
        }
        for (at, record) in a.stations.iter().enumerate() {
            let name = alone.station_name(surgeplan::model::StationId::from_index(at));
            prop_assert_eq!(&b.stations[station(&beside, name)], record, "{}", name);
        }
    }
}

/// The accounts above prove something only if all that they count takes place.
#[test]
fn random_scenarios_are_not_dull() {
    let mut runner = TestRunner::deterministic();
    let (mut seen, mut truth, mut unknown) = (StationWindow::default(), Truth::default(), 0);
    let mut waited_for = 0;
    let (mut ended, mut duplicates, mut stopped, mut in_flight) = ([0; OUTCOMES], 0, 0, 0);
    for _ in 0..600 {
        let tree = scenario().new_tree(&mut runner).expect("scenarios are made, not filtered");
        let run = sim::run(&model(&tree.current().text()), 0);
        run.stations.iter().for_each(|record| seen.extend(&total(record)));
        let quotas = run.quotas.iter().flat_map(|quota| &quota.windows);
        waited_for += quotas.map(|window| window.closed.integral).sum::<u128>();
        for ledger in &run.ledgers {
            truth.duplicates += ledger.truth.duplicates;
            truth.lost += ledger.truth.lost;
            unknown += ledger.report.unknown;
        }
        for class in &run.classes {
            (0..OUTCOMES).for_each(|outcome| ended[outcome] += class.ended(0, outcome));
            duplicates += class.windows.iter().map(|window| window.duplicates).sum::<u64>();
            in_flight += class.ages.exact().count();
        }
        stopped += u32::from(run.stopped.is_some());
    }
    assert!(waited_for > 1_000_000_000, "limits are waited for: {waited_for} ns");
    assert!(ended.iter().all(|&count| count > 100), "{ended:?}");
    let counts = [
        ("waited", seen.waited),
        ("rejected", seen.rejected),
        ("expired", seen.expired),
        ("cancelled", seen.cancelled - seen.withdrawn),
        ("withdrawn", seen.withdrawn),
        ("throttled", seen.throttled),
        ("dropped", seen.dropped),
        ("held", seen.held),
        ("preempted", seen.preempted),
        ("errors", seen.errors),
        ("unclean errors", seen.unclean),
        ("failed at carriers", seen.failed),
        ("blocked", seen.blocked),
        ("blocked with room elsewhere", seen.stranded),
        ("sent again to silent trunks", seen.retransmitted),
        ("taken up in vain", seen.in_vain),
        ("duplicates at carriers", truth.duplicates),
        ("lost at carriers", truth.lost),
        ("unknown", unknown),
        ("chatter", seen.chatter_on_core as u64 / 1_000_000),
        ("chatter of idle cores", seen.chatter_off_core as u64 / 1_000_000),
        ("sent over links", seen.link.sent as u64),
        ("received over links", seen.link.received as u64),
        ("waited for links", seen.link.wait_sum as u64 / 1_000_000),
        ("out of files", seen.out_of_files),
        ("duplicates", duplicates),
        ("in flight", in_flight),
    ];
    let dull: Vec<_> = counts.into_iter().filter(|(_, count)| *count <= 100).collect();
    assert!(dull.is_empty(), "{dull:?}");
    assert!((20..300).contains(&stopped), "{stopped} runs stopped early");
}

/// The scenario with services, carriers and traffic before and after its own, in name order, and
/// with policies and places that it may have none of.
fn with_neighbours(scenario: &Scenario) -> Scenario {
    let mut sections = scenario.sections.clone();
    for name in ["a", "zz"] {
        sections.push(format!(
            "[traffic.{name}-traffic]\nto = \"{name}.go\"\nconstant = {{ rate = \"50/s\" }}\n\
             timeout = \"20ms\"\nretry = {{ decorrelated-jitter = {{ attempts = 2 }} }}\n\
             bulkhead = 9\nhedge = {{ after = \"15ms\" }}\ndeadline = \"1s\"\n\
             senders = {{ count = 5 }}\n\
             [service.{name}]\ninstances = 2\ncells = 2\nworkers = 1\n\
             checks-deadlines = \"always\"\nchatter = [{{ all-pairs = {{ kappa = 0.1 }} }}]\n\
             limits = [{{ leaky-bucket = {{ rate = \"45/s\", queue = 2, per = \"sender\" }} }}]\n\
             queue = {{ earliest-deadline = {{ age-at-most = \"30ms\" }} }}\n\
             [service.{name}.operation.go]\nwork = {{ exponential = {{ mean = \"10ms\" }} }}\n\
             steps = [{{ send-to = \"{name}-carrier\" }}]\n\
             [carrier.{name}-carrier]\nrate = \"20/s\"\nwindow = 2\nround-trip = \"3ms\"\n\
             overload = {{ throttle = {{ pause = \"7ms\" }} }}\n\
             answer-timeout = \"9ms\"\nresend = \"full-jitter\"\n\
             behaviours = [{{ unclean-error = {{ share = \"20%\", during = \
             {{ regime = \"{name}-regime\", is = \"down\" }} }} }}]\n\
             [regime.{name}-regime]\nstates = [{{ name = \"up\", stay = \"90ms\" }}, \
             {{ name = \"down\", stay = {{ exponential = {{ mean = \"50ms\" }} }} }}]\n"
        ));
    }
    Scenario { sections }
}

/// Holds every account of a run to balance.
fn audit(model: &Model, run: &Measurements) {
    let length: u64 = run.in_system.iter().map(|level| level.length.ns()).sum();
    assert_eq!(length, run.end.ns(), "windows fill the run");
    for (class, record) in model.classes.iter().zip(&run.classes) {
        audit_class(&class.name, record);
    }
    audit_limits(model, run);
    let services = model.services.len();
    for (at, record) in run.stations.iter().enumerate() {
        let name = model.station_name(surgeplan::model::StationId::from_index(at));
        audit_queue(name, at, model, run);
        let total = total(record);
        match at.checked_sub(services) {
            None => {
                let service = &model.services[at];
                audit_service(name, &service.pool, record, &total);
                audit_links(name, service, run, &total);
            }
            Some(group) => audit_carriers(name, &model.groups[group], run, record, &total),
        }
    }
    audit_system(model, run);
    audit_spent(run);
    audit_ledgers(model, run);
    audit_quotas(model, run);
}

/// Of each limit carriers took what they submitted, and no more than it allows.
fn audit_quotas(model: &Model, run: &Measurements) {
    for (at, (plan, record)) in model.quotas.iter().zip(&run.quotas).enumerate() {
        let taken: u64 = record.windows.iter().map(|window| window.taken).sum();
        let submitted: u64 = model
            .groups
            .iter()
            .filter(|group| group.template.quotas.iter().any(|id| id.index() == at))
            .flat_map(|group| {
                &run.carriers[group.first as usize..(group.first + group.count) as usize]
            })
            .map(|carrier| carrier.submitted)
            .sum();
        assert!((submitted..=2 * submitted).contains(&taken), "{}: {taken}", plan.name);
        let length: u64 = record.windows.iter().map(|window| window.closed.length.ns()).sum();
        assert_eq!(length, run.end.ns(), "{}", plan.name);
        let secs = run.end.as_secs_f64();
        // A message has at most two segments, and pays for the second afterwards.
        let at_once = f64::from(plan.count) * f64::from(plan.burst + 1);
        let by_rate = plan.per_s.map_or(f64::INFINITY, |each| each * f64::from(plan.count) * secs);
        assert!(taken as f64 <= by_rate + at_once + 1.0, "{}: {taken}", plan.name);
        let cap = plan
            .daily
            .filter(|cap| cap.beyond == Beyond::Wait)
            .map_or(u64::MAX, |cap| cap.segments * u64::from(plan.count) + 1);
        assert!(taken <= cap, "{}: {taken}", plan.name);
    }
}

/// Both ledgers add up to what came, and to one another where the platform knows.
fn audit_ledgers(model: &Model, run: &Measurements) {
    for (at, group) in model.groups.iter().enumerate() {
        let station = &run.stations[model.services.len() + at];
        let total = total(station);
        let mut all = Ledger::default();
        for class in 0..model.classes.len() {
            let ledger = &run.ledgers[class * model.groups.len() + at];
            assert_eq!(ledger.truth.sum(), ledger.came, "truth of {}: {ledger:?}", group.name);
            assert_eq!(ledger.report.sum(), ledger.came, "report of {}: {ledger:?}", group.name);
            all.add(ledger);
        }
        let Ledger { came, truth, report } = all;
        assert_eq!(came, total.arrived, "{}", group.name);
        assert_eq!((report.rejected, report.expired), (total.rejected, total.expired));
        assert_eq!(report.cancelled, total.withdrawn, "{}", group.name);
        // A message is delivered when its session begins, which ends later.
        let sessions = group.template.sessions.as_ref().map_or(0, |_| station.busy_at_end);
        assert_eq!(report.delivered, total.served + sessions, "{}", group.name);
        assert_eq!(report.failed + report.unknown, total.failed, "{}", group.name);
        assert!(truth.lost <= total.dropped, "{}", group.name);
        let waits =
            station.waiting_at_end + station.pausing_at_end + station.busy_at_end - sessions;
        assert_eq!(report.pending, waits, "{}", group.name);
        if group.template.is_plain() {
            assert_eq!((truth.duplicates, truth.failed, report.unknown), (0, 0, 0));
            assert_eq!(truth.rejected, report.rejected, "{}", group.name);
            assert_eq!(truth.lost, total.dropped, "{}", group.name);
        }
    }
}

fn total(record: &StationRecord) -> StationWindow {
    let mut total = StationWindow::default();
    record.windows.iter().for_each(|window| total.extend(window));
    total
}

/// Every message that came has ended or is in flight.
fn audit_class(name: &str, record: &ClassRecord) {
    let ended: u64 = Outcome::ALL.iter().map(|&o| record.ended(0, o.index())).sum();
    let in_flight = record.ages.exact().count();
    assert_eq!(record.arrived(0), ended + in_flight, "messages of {name}");
    assert!(record.queued_at_end <= in_flight, "queued of {name}");
    let delivered = record.ended(0, Outcome::Delivered.index());
    let count: u64 = record.latency.iter().map(|block| block.exact().count()).sum();
    assert_eq!(count, delivered, "latencies of {name}");
    let of_windows: u128 = record.windows.iter().map(|window| window.latency_sum).sum();
    let of_blocks: u128 = record.latency.iter().map(|block| block.exact().sum()).sum();
    assert_eq!(of_windows, of_blocks, "latencies of {name}");
    assert!(record.windows.iter().all(|w| w.in_time <= w.ended[0]), "in time of {name}");
}

/// Of the messages that came in a window, no more are judged than came.
fn audit_limits(model: &Model, run: &Measurements) {
    for (limit, record) in model.limits.iter().zip(&run.limits) {
        let class = &run.classes[limit.class.index()];
        for (at, (within, open)) in record.within.iter().zip(&record.open).enumerate() {
            let arrived = class.windows.get(at).map_or(0, |window| window.arrived);
            assert!(within + open <= arrived, "window {at}: {within} + {open} of {arrived}");
        }
        let within: u64 = record.within.iter().sum();
        assert!(within <= class.ended(0, Outcome::Delivered.index()));
    }
}

/// Little's law: the time integral of a queue is the sum of the times that each spent in it.
fn audit_queue(name: &str, at: usize, model: &Model, run: &Measurements) {
    let record = &run.stations[at];
    let total = total(record);
    let shares: Vec<_> = (0..model.classes.len())
        .map(|class| &run.shares[class * run.stations.len() + at])
        .collect();
    let ages: u128 = shares.iter().map(|share| share.age_sum).sum();
    assert_eq!(
        total.queue.integral,
        total.wait_sum + total.unserved_wait_sum + ages,
        "the queue of {name}"
    );
    let core_waits: u128 = shares.iter().map(|share| share.core_wait_sum).sum();
    let core_ages: u128 = shares.iter().map(|share| share.core_age_sum).sum();
    assert_eq!(core_waits, total.core_wait_sum, "waits for cores of {name}");
    assert_eq!(total.ready.integral, core_waits + core_ages, "Little's law at cores of {name}");
    let started: u64 = shares.iter().map(|share| share.started).sum();
    let waits: u128 = shares.iter().map(|share| share.wait_sum).sum();
    assert_eq!((started, waits), (total.started, total.wait_sum), "shares of {name}");
    let waits: u64 = record.waits.iter().map(|block| block.exact().count()).sum();
    assert_eq!(waits, total.started, "waits of {name}");
    assert!(total.waited <= total.started, "waited at {name}");
    assert!(total.withdrawn <= total.cancelled, "withdrawn from {name}");
}

/// No link is busier than all the time, and what is turned away for want of a handle is rejected.
fn audit_links(
    name: &str,
    service: &surgeplan::model::Service,
    run: &Measurements,
    total: &StationWindow,
) {
    let most = u128::from(run.end.ns()) * u128::from(service.pool.instances);
    assert!(total.link.sending <= most && total.link.receiving <= most, "links of {name}");
    assert!(total.out_of_files <= total.rejected, "handles of {name}");
    if service.link.is_none() {
        assert_eq!(total.link, surgeplan::measure::LinkWindow::default(), "links of {name}");
    }
    if let Some(files) =
        service.files.filter(|_| service.link.is_none() && service.pool.limits.is_empty())
    {
        let most = u64::from(files) * u64::from(service.pool.instances);
        assert!(total.queue.max <= most && total.busy.max <= most, "handles of {name}");
    }
}

fn audit_service(
    name: &str,
    pool: &surgeplan::service::PoolPlan,
    record: &StationRecord,
    total: &StationWindow,
) {
    assert_eq!(
        total.arrived + total.preempted,
        total.started + total.rejected + total.expired + total.withdrawn + record.waiting_at_end,
        "tasks that came to {name}"
    );
    assert_eq!(
        total.started,
        total.served + total.preempted + (total.cancelled - total.withdrawn) + record.busy_at_end,
        "tasks that {name} took"
    );
    assert!(total.busy.max <= pool.all_workers(), "workers of {name}");
    assert!(total.on_core.max <= pool.all_cores(), "cores of {name}");
    assert!(total.on_core.integral <= total.busy.integral, "cores of {name}");
    // Who is held back by a limit, or comes in over a link, is not in the queue yet.
    let is_told = pool.limits.is_empty() && total.link.received == 0;
    if let (Some(length), true) = (pool.queue.length_at_most, is_told) {
        let queues = if pool.balancer.shares_a_queue() { pool.cells } else { pool.instances };
        // Who loses a worker goes back in line, whatever room there is.
        let room = u64::from(queues) * u64::from(length) + total.preempted;
        assert!(total.queue.max <= room, "room at {name}");
    }
    assert_eq!(total.throttled + total.dropped + total.held, 0, "{name} is no carrier");
}

fn audit_carriers(
    name: &str,
    group: &surgeplan::carrier::GroupPlan,
    run: &Measurements,
    record: &StationRecord,
    total: &StationWindow,
) {
    let members = &run.carriers[group.first as usize..(group.first + group.count) as usize];
    let sum =
        |of: fn(&surgeplan::measure::CarrierRecord) -> u64| -> u64 { members.iter().map(of).sum() };
    // A refused submission comes back, and is submitted again; some answers are on their way.
    let resent = sum(|c| c.errors) - sum(|c| c.failed);
    let being_refused = sum(|c| c.submitted) - total.started - total.throttled - resent;
    assert_eq!(
        total.arrived,
        total.started
            + total.rejected
            + total.expired
            + total.withdrawn
            + record.waiting_at_end
            + record.pausing_at_end
            + being_refused,
        "messages that came for {name}"
    );
    assert_eq!(
        total.started + being_refused,
        total.served + total.failed + record.busy_at_end,
        "submissions to {name}"
    );
    assert_eq!(sum(|c| c.arrived), total.arrived, "{name}");
    assert_eq!(sum(|c| c.accepted), total.served, "{name}");
    assert_eq!(sum(|c| c.throttled), total.throttled, "{name}");
    assert_eq!(sum(|c| c.dropped), total.dropped, "{name}");
    assert_eq!(sum(|c| c.held), total.held, "{name}");
    assert_eq!(sum(|c| c.errors), total.errors, "{name}");
    assert_eq!(sum(|c| c.unclean), total.unclean, "{name}");
    assert_eq!(sum(|c| c.failed), total.failed, "{name}");
    assert_eq!(sum(|c| c.refused), total.rejected + total.expired, "{name}");
    assert_eq!(sum(|c| c.queued_at_end), record.waiting_at_end, "{name}");
    let outstanding: u128 = members.iter().map(|carrier| carrier.outstanding).sum();
    assert_eq!(outstanding, total.busy.integral, "submissions to {name}");
    let waits: u128 = members.iter().map(|carrier| carrier.wait_sum).sum();
    assert_eq!(waits, total.wait_sum, "waits for {name}");
    assert!(total.dropped + total.held <= total.served, "{name}");
    match &group.template.sessions {
        None => assert_eq!((total.blocked, total.retransmitted, total.in_vain), (0, 0, 0)),
        Some(sessions) => {
            assert!(total.busy.max <= sessions.capacity(), "sessions of {name}");
            assert!(total.blocked <= total.rejected + total.expired, "{name}");
            assert!(total.stranded <= total.blocked, "{name}");
            assert!(total.retransmitted <= 6 * total.arrived, "{name}");
        }
    }
    if let Some(rate) = group.template.sessions.as_ref().and_then(|_| group.total_rate()) {
        // A message has at most two segments, and pays for the second afterwards.
        let most = rate * run.end.as_secs_f64() + f64::from(group.bursts[0]) + 2.0;
        assert!(total.segments as f64 <= most, "setups of {name}: {}", total.segments);
    }
    if let Some(window) = group.template.window {
        assert!(total.busy.max <= u64::from(window) * u64::from(group.count), "{name}");
    }
}

/// The parts of the time of delivered messages are their latencies, to the nanosecond. (That each
/// message's own are, the run asserts.)
fn audit_spent(run: &Measurements) {
    for (record, blocks) in run.classes.iter().zip(&run.spent) {
        assert_eq!(record.latency.len(), blocks.len());
        for (latencies, spent) in record.latency.iter().zip(blocks) {
            let mut pooled = PooledSpent::default();
            pooled.merge(spent);
            let all = pooled.all();
            assert_eq!(all.messages, latencies.exact().count());
            assert_eq!(all.parts.values().sum::<u128>(), latencies.exact().sum());
        }
    }
}

/// The time integral of messages in the system is at least the latencies and ages; a message that
/// a copy delivered stays a while longer, and those that failed have no latency.
fn audit_system(model: &Model, run: &Measurements) {
    let mut all = Level::default();
    run.in_system.iter().for_each(|level| all.extend(level));
    let of_class = |record: &ClassRecord| {
        let latencies: u128 = record.windows.iter().map(|window| window.latency_sum).sum();
        latencies + record.ages.exact().sum()
    };
    let times: u128 = run.classes.iter().map(of_class).sum();
    assert!(all.integral >= times, "messages in the system");
    let failed: u64 = run
        .classes
        .iter()
        .flat_map(|record| &record.windows)
        .map(|window| window.ended[1..].iter().sum::<u64>())
        .sum();
    let copies = model.sites.iter().any(|site| site.timeout.is_some() && site.may_deliver)
        || model.groups.iter().any(|group| !group.template.behaviours.is_empty());
    if failed == 0 && !copies {
        assert_eq!(all.integral, times, "messages in the system");
    }
    assert_eq!(model.run.mode, Mode::Terminating);
}
