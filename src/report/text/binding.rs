//! What binds and what does not: the station that stands in the way, whose it is, and since when.

use super::grid::paragraphs;
use super::sessions;
use crate::carrier::During;
use crate::language::format;
use crate::model::{Callee, ClassId, Criterion, Model, QuotaId, StationId, Step};
use crate::report::clock::Clock;
use crate::report::words;
use crate::service::PoolPlan;
use crate::sweep::PointResult;
use crate::verdict::{Answer, Binding, Cause, Figure, Saturation, StationFigures, Steadiness};

/// Stations beside the binding ones that are named.
const NAMED: usize = 4;
/// How many times its share of the rate a carrier's share of traffic has to be to be worth a word.
const UNEVEN: f64 = 1.5;

/// What binds each target that is not met, and what does not.
pub(super) fn section(result: &PointResult) -> String {
    let mut items: Vec<(&str, String)> = Vec::new();
    let groups = grouped(&result.assessment.bindings);
    let several = groups.len() > 1;
    let is_missed = result.assessment.targets.iter().any(|of| of.answer == Answer::NotMet);
    for group in &groups {
        let targets = names(&result.model, group);
        let label = match (items.is_empty(), targets.is_empty()) {
            (true, true) => "Nearest to binding",
            (true, false) if is_missed => "What binds",
            (true, false) => "What would bind",
            (false, _) => "",
        };
        let text = paragraph(result, group);
        let is_said = targets.is_empty() || !several;
        items.push((label, if is_said { text } else { format!("{targets}: {text}") }));
    }
    if let Some(text) = slow_by_themselves(result) {
        // What is only nearest to binding comes after what is missed whatever is added.
        match items.iter().any(|(label, _)| *label == "What binds") {
            true => items.push(("", text)),
            false => items.insert(0, ("What binds", text)),
        }
    }
    let binding: Vec<StationId> = groups.iter().map(|group| group[0].station).collect();
    if let Some(text) = others(result, &binding) {
        let binds = result.assessment.bindings.iter().any(|binding| binding.target.is_some());
        items.push((if binds { "What does not" } else { "The others" }, text));
    }
    paragraphs(&items)
}

/// Targets that are missed whatever is added.
fn slow_by_themselves(result: &PointResult) -> Option<String> {
    let groups =
        result.model.groups.iter().zip(&result.assessment.stations[result.model.services.len()..]);
    let holding: Vec<String> = groups
        .filter(|(_, figures)| figures.held > 0.0)
        .map(|(group, _)| format!("`{}`", group.name))
        .collect();
    let holds = if holding.len() == 1 { "holds" } else { "hold" };
    let held = match words::list(&holding) {
        names if names.is_empty() => String::new(),
        names => format!(", with what {names} {holds} back"),
    };
    let targets = &result.assessment.slow_by_themselves;
    let names: Vec<String> =
        targets.iter().map(|&at| format!("`{}`", result.model.targets[at].name)).collect();
    let is = if names.len() == 1 { "is" } else { "are" };
    (!names.is_empty()).then(|| {
        format!(
            "{} {is} bound by no capacity: if no message had waited, too many would still be \
             late, by their work, delays and round trips alone{held}.",
            words::list(&names)
        )
    })
}

/// Bindings of the same kind at the same station together; no group is empty.
fn grouped(bindings: &[Binding]) -> Vec<Vec<&Binding>> {
    let mut groups: Vec<Vec<&Binding>> = Vec::new();
    for binding in bindings {
        let same = |group: &&mut Vec<&Binding>| {
            let of = group[0];
            (of.station, of.cause, of.loses) == (binding.station, binding.cause, binding.loses)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(binding),
            None => groups.push(vec![binding]),
        }
    }
    groups
}

/// The targets that a group of bindings binds; empty for what is only nearest to it.
fn names(model: &Model, group: &[&Binding]) -> String {
    let targets = group.iter().filter_map(|binding| binding.target);
    words::list(&targets.map(|at| model.targets[at].name.as_str()).collect::<Vec<_>>())
}

fn paragraph(result: &PointResult, group: &[&Binding]) -> String {
    let binding = group[0];
    let model = &result.model;
    let figures = &result.assessment.stations[binding.station.index()];
    let mut text = format!("{}: ", short_of(model, binding));
    if let (Cause::Suspension, Some(_)) = (binding.cause, binding.saturation) {
        let spans = suspended(result, binding.station).unwrap_or_default();
        text += &format!("{spans}what had piled up kept its rate ");
    }
    if binding.loses {
        text += &match binding.cause {
            Cause::Connections => unconnected(model, binding.station),
            Cause::Channels | Cause::SetupRate | Cause::Nodes | Cause::Node => {
                sessions::losses(binding.cause, figures)
            }
            _ => losses(figures),
        };
    } else {
        text += &state(result, binding);
        text += &chatter(binding, figures).unwrap_or_default();
        text += &waiting(result, binding, figures);
    }
    text.push('.');
    if let Some(station) = binding.shows_at {
        let (name, cause) = (model.station_name(station), model.station_name(binding.station));
        text += &format!(
            " The waiting shows at `{name}`, whose workers are held by calls to `{cause}`."
        );
    }
    text += &share(model, group).unwrap_or_default();
    text += &waited_for(result, binding).unwrap_or_default();
    text += &unevenness(model, binding).unwrap_or_default();
    match more_of(model, binding) {
        Some(more) => text += &more,
        None => text += ownership(binding),
    }
    text
}

/// "from 08:30 to 08:40; ": when a carrier suspends us, where that is once.
fn suspended(result: &PointResult, station: StationId) -> Option<String> {
    let group = station.index().checked_sub(result.model.services.len())?;
    let behaviours = &result.model.groups.get(group)?.template.behaviours;
    let suspension = behaviours.iter().find(|of| of.name() == "suspension")?;
    let During::Windows(windows) = &suspension.during else { return None };
    let [window] = windows.as_slice() else { return None };
    let (from, until) = window.once()?;
    Some(format!("{}; ", Clock::of(&result.model).span(from, until)))
}

/// What messages waited for, too long for their validity or their deadline.
fn waited_for(result: &PointResult, binding: &Binding) -> Option<String> {
    let cause = binding.waits_for?;
    let what = short_of(&result.model, &Binding { cause, ..binding.clone() });
    Some(format!(" They waited for {what}: {}.", state(result, binding)))
}

/// What of the station is short: "the rate of `us-carriers`, 40 at 100/s each".
fn short_of(model: &Model, binding: &Binding) -> String {
    let station = binding.station;
    let name = model.station_name(station);
    match binding.cause {
        Cause::Cores => cores_or_workers(model, station, "core", |pool| pool.cores),
        Cause::Workers => cores_or_workers(model, station, "worker", |pool| pool.workers),
        Cause::Rate => format!("the rate of `{name}`{}", rates(model, station)),
        Cause::Limit(quota) => limit(model, quota),
        Cause::Window if connections(model, station).is_some() => {
            connections(model, station).unwrap_or_default()
        }
        Cause::Window => format!("the window of `{name}`{}", windows(model, station)),
        Cause::Pauses => format!("the pauses that `{name}` asks for when it throttles"),
        Cause::Loss => format!("losses at `{name}`"),
        Cause::QueueBounds => format!("the bounds of the queue for `{name}`"),
        Cause::Door => format!("the limits at the door of `{name}`"),
        Cause::Validity => format!("the time that messages for `{name}` are valid"),
        Cause::Deadline => format!("the deadlines of what `{name}` is asked"),
        Cause::Suspension => format!("the suspension of what we send to `{name}`"),
        Cause::Chatter => {
            format!("chatter on {}", cores_or_workers(model, station, "core", |pool| pool.cores))
        }
        Cause::Peers => format!("the room that an instance of `{name}` has for its peers"),
        Cause::Network => format!("the network of `{name}`{}", bandwidth(model, station)),
        Cause::Threads => format!("the threads that an instance of `{name}` may have"),
        Cause::Files => format!("the file handles that an instance of `{name}` may have"),
        Cause::Connections => format!("the connections that `{name}` allows"),
        Cause::Channels | Cause::SetupRate | Cause::Nodes | Cause::Node => {
            sessions::short_of(model, binding)
        }
    }
}

/// ", 100 Mbit/s each way", and at how many instances.
fn bandwidth(model: &Model, station: StationId) -> String {
    let service = model.services.get(station.index());
    let Some((service, link)) = service.and_then(|service| Some((service, service.link?))) else {
        return String::new();
    };
    let carries = format::bandwidth(link.bits_per_s);
    match service.pool.instances {
        1 => format!(", {carries} each way"),
        many => format!(", {} instances of {carries} each way", format::count(many.into())),
    }
}

/// How much of a service's core time, or of its network, goes to chatter.
fn chatter(binding: &Binding, figures: &StationFigures) -> Option<String> {
    if let (Cause::Network, Some(network)) = (binding.cause, &figures.network) {
        let share = network.chatter.estimate.filter(|estimate| estimate.value > 0.0)?.value;
        return Some(format!(", {} of it by chatter", words::busy(share)));
    }
    let share = figures.effort.as_ref()?.chatter.estimate?.value;
    let is_cause = binding.cause == Cause::Chatter;
    is_cause.then(|| format!(", {} of it for what instances cost one another", words::busy(share)))
}

/// "the cores of `api`, 8 instances of 4", "the 85 cores of `q`".
fn cores_or_workers(
    model: &Model,
    station: StationId,
    what: &str,
    each: fn(&PoolPlan) -> u32,
) -> String {
    let name = model.station_name(station);
    let Some(service) = model.services.get(station.index()) else { return format!("`{name}`") };
    match (service.pool.instances, each(&service.pool)) {
        (1, 1) => format!("the only {what} of `{name}`"),
        (1, each) => format!("the {} {what}s of `{name}`", format::count(u64::from(each))),
        (many, each) => {
            format!("the {what}s of `{name}`, {} instances of {each}", format::count(many.into()))
        }
    }
}

/// "the limit `numbers`, 12 at 1/s each".
fn limit(model: &Model, quota: QuotaId) -> String {
    let plan = &model.quotas[quota.index()];
    let name = format!("the limit `{}`", plan.name);
    let rate = plan.per_s.map(format::rate);
    let cap = plan.daily.map(|cap| format!("{} a day", format::count(cap.segments)));
    let each: Vec<String> = rate.into_iter().chain(cap).collect();
    let each = each.join(" and ");
    match plan.count {
        1 => format!("{name}, {each}"),
        many => format!("{name}, {} at {each} each", format::count(u64::from(many))),
    }
}

/// "the connections to `yahoo`, 5 for each of 4,000 `ips`".
fn connections(model: &Model, station: StationId) -> Option<String> {
    let group = model.groups.get(station.index().checked_sub(model.services.len())?)?;
    let connections = group.template.connections.as_ref()?;
    let of = &model.quotas[connections.of.index()];
    let (each, count) = (u64::from(connections.each), u64::from(of.count));
    Some(format!(
        "the connections to `{}`, {} for each of {} `{}`",
        group.name,
        format::count(each),
        format::count(count),
        of.name
    ))
}

/// Of what more would be needed, and how long that takes.
fn more_of(model: &Model, binding: &Binding) -> Option<String> {
    binding.target?;
    let pool = model.services.get(binding.station.index()).map(|service| &service.pool);
    let quota = match binding.cause {
        Cause::Workers if pool.is_some_and(|pool| pool.cores > pool.workers) => {
            return Some(
                " More workers are ours to add; cores beyond the workers are never used."
                    .to_owned(),
            );
        }
        Cause::Limit(quota) => quota,
        Cause::Window => {
            let group = binding.station.index().checked_sub(model.services.len())?;
            model.groups.get(group)?.template.connections.as_ref()?.of
        }
        _ => return None,
    };
    let plan = &model.quotas[quota.index()];
    let takes = plan.lead_time.map(|time| format!(", and take {} to get", format::duration(time)));
    Some(format!(" More `{}` add to it{}; instances do not.", plan.name, takes.unwrap_or_default()))
}

fn rates(model: &Model, station: StationId) -> String {
    let Some(group) = model.groups.get(station.index() - model.services.len()) else {
        return String::new();
    };
    match group.rates.as_slice() {
        [] => String::new(),
        [one] => format!(", {}", format::rate(*one)),
        [first, rest @ ..] if rest.iter().all(|rate| rate == first) => {
            let count = format::count(u64::from(group.count));
            format!(", {count} at {} each", format::rate(*first))
        }
        all => {
            let count = format::count(u64::from(group.count));
            format!(", {count} at {} together", format::rate(all.iter().sum()))
        }
    }
}

fn windows(model: &Model, station: StationId) -> String {
    let group = model.groups.get(station.index() - model.services.len());
    let Some((group, window)) = group.and_then(|group| Some((group, group.template.window?)))
    else {
        return String::new();
    };
    let each = words::counted(f64::from(window), "submission");
    match group.count {
        1 => format!(", {each} without acknowledgement"),
        many => format!(
            ", {each} without acknowledgement at each of {}",
            format::count(u64::from(many))
        ),
    }
}

/// Since when it is short.
fn state(result: &PointResult, binding: &Binding) -> String {
    let Some(Saturation { from, until, share }) = binding.saturation else {
        return format!("{} busy", words::busy(binding.utilization));
    };
    let run = &result.model.run;
    let is_throughout = from <= result.assessment.period.from && until >= run.horizon;
    let span = if is_throughout {
        "throughout".to_owned()
    } else {
        Clock::of(&result.model).span(from, until)
    };
    match share {
        share if share > 0.999 => format!("saturated {span}"),
        share if is_throughout => format!("saturated {} of the time", format::share(share)),
        share => format!("saturated {} of the time {span}", format::share(share)),
    }
}

/// How many wait for it: at the worst, and when; on average in the long run.
fn waiting(result: &PointResult, binding: &Binding, figures: &StationFigures) -> String {
    let (most, when) = binding.worst_queue;
    if most <= 0.0 {
        return String::new();
    }
    let on_links = figures.network.as_ref().filter(|_| binding.cause == Cause::Network);
    let on_links = on_links.map_or(0.0, |of| known(&of.mean_wait) * known(&figures.offered));
    let is_level = match result.assessment.period.steadiness {
        Steadiness::Steady | Steadiness::Unknown => true,
        Steadiness::NotAsked
        | Steadiness::WantsMore
        | Steadiness::NotStationary
        | Steadiness::Unstable => false,
    };
    let at_cores = known(&figures.mean_core_wait) > known(&figures.mean_wait);
    let waiting = if at_cores { &figures.mean_ready } else { &figures.mean_queue };
    match waiting.estimate {
        Some(mean) if is_level => {
            let mean = mean.value.max(on_links);
            format!(", {} waiting on average", words::counted(mean, "message"))
        }
        Some(_) | None => {
            let when = Clock::of(&result.model).at(when);
            format!(", {} waiting at the worst ({when})", words::counted(most, "message"))
        }
    }
}

fn known(figure: &Figure) -> f64 {
    figure.estimate.map_or(0.0, |estimate| estimate.value)
}

/// Where a group's traffic and capacity do not lie at the same members.
fn unevenness(model: &Model, binding: &Binding) -> Option<String> {
    if binding.cause != Cause::Rate {
        return None;
    }
    let group = model.groups.get(binding.station.index().checked_sub(model.services.len())?)?;
    let all = group.total_rate()?;
    let (busiest, traffic, rate) = (0..group.count)
        .zip(&group.rates)
        .map(|(member, rate)| (member, group.shares.of(member), rate / all))
        .max_by(|a, b| (a.1 * b.2).total_cmp(&(b.1 * a.2)))?;
    (traffic >= UNEVEN * rate).then(|| {
        format!(
            " Traffic is uneven: `{}` gets {} of it and has {} of the rate.",
            group.member_name(busiest),
            format::share(traffic),
            format::share(rate)
        )
    })
}

/// What a station loses, in messages a run.
fn losses(figures: &StationFigures) -> String {
    let kinds = [
        (figures.rejected, "rejected"),
        (figures.expired, "expired"),
        (figures.dropped, "dropped"),
        (figures.failed, "failed"),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0.0)
        .map(|(count, what)| format!("{} {what}", words::counted(*count, "message")))
        .collect();
    match told.as_slice() {
        [] => "its calls fail".to_owned(),
        some => format!("{} in a run", words::list(some)),
    }
}

/// Which instances have no connections: "of 40 instances of `worker`, 10 have none".
fn unconnected(model: &Model, station: StationId) -> String {
    let callers = model.steps.iter().zip(&model.step_services).filter_map(|(step, caller)| {
        let (Step::Call { site, .. }, Some(caller)) = (step, caller) else { return None };
        let site = &model.sites[site.index()];
        let Callee::Operation(operation) = site.callee else { return None };
        let callee = model.operations[operation.index()].service?;
        let caller = &model.services[caller.index()];
        let without = caller.pool.instances.checked_sub(site.connected).filter(|&n| n > 0)?;
        (model.service_station(callee) == station).then(|| {
            let all = format::count(u64::from(caller.pool.instances));
            let without = format::count(u64::from(without));
            let (have, fail) = if without == "1" { ("has", "fails") } else { ("have", "fail") };
            format!(
                "of {all} instances of `{}`, {without} {have} none and {fail} at once",
                caller.name
            )
        })
    });
    let mut told: Vec<String> = callers.collect();
    told.dedup();
    words::list(&told)
}

/// How much of the waiting or of the losses that explains: of a target's class, or at least of
/// that of each of several.
fn share(model: &Model, group: &[&Binding]) -> Option<String> {
    let least = group.iter().map(|binding| binding.share).fold(1.0, f64::min);
    let binding = group[0];
    let class = |class: ClassId| format!(" of {}", model.classes[class.index()].name);
    let of = match &model.targets[binding.target?].criterion {
        _ if group.len() > 1 => String::new(),
        Criterion::Latency { class: id, .. } | Criterion::Delivered { class: id, .. } => class(*id),
        Criterion::Loss { class: id, .. } => id.map_or_else(String::new, class),
        Criterion::Backlog { .. } => String::new(),
        Criterion::Utilization { .. } => return None,
    };
    let (what, is) = match (binding.loses, group.len()) {
        (true, 1) => ("the losses", "are"),
        (true, _) => ("their losses", "are"),
        (false, 1) => ("the waiting", "is"),
        (false, _) => ("their waiting", "is"),
    };
    let part = match (least > 0.9995, group.len()) {
        (true, _) => "All".to_owned(),
        (false, 1) => format::share(least),
        (false, _) => format!("At least {}", format::share(least)),
    };
    let place = if binding.shows_at.is_some() { "there" } else { "here" };
    Some(format!(" {part} of {what}{of} {is} {place}."))
}

fn ownership(binding: &Binding) -> &'static str {
    match (binding.target, binding.cause, binding.is_ours) {
        (None, _, _) => "",
        (Some(_), Cause::QueueBounds, _) => " The bounds are ours to set.",
        (Some(_), Cause::Chatter, _) => {
            " More instances cost one another more: fewer of them in a cell cost less."
        }
        (Some(_), Cause::Peers, _) => {
            " No instance works with so many peers: fewer of them in a cell have room."
        }
        (Some(_), Cause::Threads, _) => {
            " No instance works with so many threads: fewer workers or peers, or a higher limit, do."
        }
        (Some(_), Cause::Files, _) => {
            " More instances hold fewer messages each: these, or a higher limit, are ours to add."
        }
        (Some(_), Cause::Connections, _) => {
            " More instances need more of them: the limit, or what each keeps open, is ours to set."
        }
        (Some(_), Cause::Channels, _) => {
            " More of them are the provider's to sell: instances do not add to them."
        }
        (Some(_), Cause::SetupRate, _) => {
            " It is the provider's to raise: instances do not add to it."
        }
        (Some(_), Cause::Nodes, _) => " More nodes, or bigger ones, are ours to add.",
        (Some(_), Cause::Node, _) => " More nodes do not mend that: bigger ones do.",
        (Some(_), Cause::Door, _) => " They are ours to set.",
        (Some(_), Cause::Suspension, _) => " More of its rate shortens what follows, no more.",
        (Some(_), Cause::Loss, true) => " It is ours to mend.",
        (Some(_), Cause::Loss, false) => " It is not ours to mend.",
        (Some(_), _, true) => " It is ours to add.",
        (Some(_), _, false) => " It is not ours to add.",
    }
}

/// How busy the other stations are, the busiest first.
fn others(result: &PointResult, binding: &[StationId]) -> Option<String> {
    let mut others: Vec<(StationId, f64)> = (0..result.model.stations())
        .map(StationId::from_index)
        .filter(|station| !binding.contains(station))
        .filter_map(|station| {
            let figures = &result.assessment.stations[station.index()];
            Some((station, figures.utilization.estimate?.value))
        })
        .collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (_, first) = *others.first()?;
    let named = others.iter().take(NAMED).enumerate().map(|(at, (station, busy))| {
        let is = if at == 0 { "is " } else { "" };
        let busy_word = if at == 0 { " busy" } else { "" };
        let name = result.model.station_name(*station);
        format!("`{name}` {is}{}{busy_word}", words::busy(*busy))
    });
    let mut named: Vec<String> = named.collect();
    if let Some((_, busiest)) = others.get(NAMED) {
        let more = others.len() - NAMED;
        named.push(format!("{more} more at most {}", words::busy(*busiest)));
    }
    (first > 0.0).then(|| words::list(&named) + ".")
}
