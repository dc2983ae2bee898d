//! What a scenario says that can run, but is probably not meant so.

mod settings;

use crate::carrier::During;
use crate::engine::SimTime;
use crate::language::{Document, Entry, Node, Problems, Read, Value, When, format};
use crate::model::{self, Callee, Model, OperationId, StationId, Step, Times};

/// What of a scenario is probably not meant so, in sentences.
pub fn remarks(document: &Document, model: &Model) -> Vec<String> {
    let idle =
        idle_stations(model).into_iter().chain(idle_limits(model)).chain(idle_regimes(model));
    let links = links_without_use(model).into_iter().chain(full_links(model));
    let idle = idle.chain(idle_cores(model)).chain(splits(model));
    let rest = links.chain(events_outside(document, model));
    idle.chain(rest).chain(settings::remarks(document, model)).collect()
}

/// Services with cores that no worker ever computes on.
fn idle_cores(model: &Model) -> Vec<String> {
    let services =
        model.services.iter().filter(|service| service.pool.cores > service.pool.workers);
    let remark = |service: &model::Service| {
        let (workers, cores) = (service.pool.workers, service.pool.cores);
        format!(
            "An instance of `{}` has `workers = {workers}` and `cores = {cores}`: a core computes \
             for a worker, so that {} never used.",
            service.name,
            match cores - workers {
                1 => "one core is".to_owned(),
                more => format!("{more} cores are"),
            }
        )
    };
    services.map(remark).collect()
}

/// Services whose bandwidth nothing takes any of.
fn links_without_use(model: &Model) -> Vec<String> {
    let mut used: Vec<bool> = model
        .services
        .iter()
        .map(|service| service.link.is_none() || service.chatter.has_sizes())
        .collect();
    let mut note = |service: Option<model::ServiceId>, size: u64| {
        if let Some(service) = service.filter(|_| size > 0) {
            used[service.index()] = true;
        }
    };
    let called = |callee: Callee| match callee {
        Callee::Operation(operation) => model.operations[operation.index()].service,
        Callee::Group(_) | Callee::Route(_) => None,
    };
    for (step, caller) in model.steps.iter().zip(&model.step_services) {
        if let Step::Call { site, .. } | Step::HandTo { site, .. } = step {
            let site = &model.sites[site.index()];
            note(*caller, site.size + site.reply_size);
            note(called(site.callee), site.size + site.reply_size);
        }
    }
    for source in &model.sources {
        if let model::Entry::Operation(operation) = source.entry {
            note(called(Callee::Operation(operation)), source.size);
        }
    }
    let idle = model.services.iter().zip(used).filter(|(_, used)| !used);
    let remark = |name: &str| {
        format!(
            "Nothing on the way to or from `{name}` has a `size`: its bandwidth bounds nothing."
        )
    };
    idle.map(|(service, _)| remark(&service.name)).collect()
}

/// Services whose instances' chatter leaves nothing of their links.
fn full_links(model: &Model) -> Vec<String> {
    let full = |service: &&model::Service| service.link.is_some_and(|link| link.is_full());
    let remark = |service: &model::Service| {
        format!("Chatter fills the network of `{}`: what has a size never passes.", service.name)
    };
    model.services.iter().filter(full).map(remark).collect()
}

/// Services and carriers that no message can come to.
fn idle_stations(model: &Model) -> Option<String> {
    let reached = reached_from(model, |_| true);
    let idle: Vec<String> = (0..model.stations())
        .filter(|&station| !reached[station])
        .map(|station| format!("`{}`", model.station_name(StationId::from_index(station))))
        .collect();
    let (last, others) = idle.split_last()?;
    Some(match others {
        [] => format!("Nothing is sent to {last}."),
        others => format!("Nothing is sent to {} and {last}.", others.join(", ")),
    })
}

/// Limits that no carrier is under.
fn idle_limits(model: &Model) -> Vec<String> {
    let is_used = |at: usize| {
        model.groups.iter().any(|group| {
            let connections = group.template.connections.as_ref().map(|of| of.of);
            group.template.quotas.iter().chain(&connections).any(|id| id.index() == at)
        })
    };
    let idle = model.quotas.iter().enumerate().filter(|(at, _)| !is_used(*at));
    idle.map(|(_, quota)| format!("No carrier is under the limit `{}`.", quota.name)).collect()
}

/// Regimes that no behaviour goes by.
fn idle_regimes(model: &Model) -> Vec<String> {
    let is_used = |at: usize| {
        let behaviours = model.groups.iter().flat_map(|group| &group.template.behaviours);
        behaviours.into_iter().any(|of| match of.during {
            During::Regime { regime, .. } => regime == at,
            During::Always | During::Windows(_) => false,
        })
    };
    let idle = model.regimes.iter().enumerate().filter(|(at, _)| !is_used(*at));
    idle.map(|(_, regime)| format!("No carrier goes by the regime `{}`.", regime.name)).collect()
}

/// By station: whether a message can come there, on any way from any traffic that `counts`.
fn reached_from(model: &Model, counts: impl Fn(&model::Source) -> bool) -> Vec<bool> {
    let entries =
        model.sources.iter().filter(|source| counts(source)).map(|source| match source.entry {
            model::Entry::Operation(operation) | model::Entry::Client(operation) => {
                Callee::Operation(operation)
            }
            model::Entry::Group(group) => Callee::Group(group),
            model::Entry::Route(route) => Callee::Route(route),
        });
    let mut ahead: Vec<Callee> = entries.collect();
    let mut operations = vec![false; model.operations.len()];
    let mut stations = vec![false; model.stations()];
    while let Some(callee) = ahead.pop() {
        match callee {
            Callee::Group(_) | Callee::Route(_) => {
                model.stations_of(callee).iter().for_each(|at| stations[at.index()] = true);
            }
            Callee::Operation(operation) if operations[operation.index()] => {}
            Callee::Operation(operation) => {
                operations[operation.index()] = true;
                if let Some(service) = model.operations[operation.index()].service {
                    stations[model.service_station(service).index()] = true;
                }
                ahead.extend(callees(model, operation));
            }
        }
    }
    stations
}

/// Whom the steps of an operation call, or hand messages to.
fn callees(model: &Model, operation: OperationId) -> impl Iterator<Item = Callee> {
    steps(model, operation).filter_map(|step| match step {
        Step::Call { site, .. } | Step::HandTo { site, .. } => {
            Some(model.sites[site.index()].callee)
        }
        Step::Work(_) | Step::Delay(_) | Step::End => None,
    })
}

/// Operations whose steps read as if each message took one of them: with shares that make up a
/// whole.
fn splits(model: &Model) -> Vec<String> {
    let operations = (0..model.operations.len()).map(OperationId::from_index);
    operations.filter_map(|operation| split(model, operation)).collect()
}

fn split(model: &Model, operation: OperationId) -> Option<String> {
    let drawn = steps(model, operation).filter_map(|step| match step {
        Step::Call { site, times: Times::Chance(share), .. }
        | Step::HandTo { site, times: Times::Chance(share), .. } => {
            Some((model.sites[site.index()].callee, *share))
        }
        Step::Call { .. } | Step::HandTo { .. } | Step::Work(_) | Step::Delay(_) | Step::End => {
            None
        }
    });
    let drawn: Vec<(Callee, f64)> =
        drawn.filter(|(_, share)| *share > 0.0 && *share < 1.0).collect();
    let whole: f64 = drawn.iter().map(|(_, share)| share).sum();
    if drawn.len() < 2 || (whole - 1.0).abs() > 1e-6 {
        return None;
    }
    let none: f64 = drawn.iter().map(|(_, share)| 1.0 - share).product();
    let one: f64 = drawn.iter().map(|(_, share)| none / (1.0 - share) * share).sum();
    let ways: Vec<String> = drawn
        .iter()
        .map(|(callee, share)| format!("{} to `{}`", format::share(*share), name(model, *callee)))
        .collect();
    Some(format!(
        "In `{}`, {} are drawn each by itself: {} of messages go several ways, and {} none of \
         them. To split, write two streams of one `class`, or a `[carrier-group]` with `weights`.",
        model.operations[operation.index()].name,
        ways.join(" and "),
        format::share((1.0 - none - one).max(0.0)),
        format::share(none),
    ))
}

/// Blasts and spikes that would begin after the end of the run.
fn events_outside(document: &Document, model: &Model) -> Vec<String> {
    let Some(Value::Table(streams)) = document.get("traffic").map(|node| &node.value) else {
        return Vec::new();
    };
    let mut outside = Vec::new();
    for Entry { key: name, value: stream, .. } in streams {
        let blast = stream.child("blast").map(|blast| ("blast", blast));
        let spikes = match stream.child("spikes").map(|spikes| &spikes.value) {
            Some(Value::Array(spikes)) => spikes.as_slice(),
            Some(_) | None => &[],
        };
        let events = blast.into_iter().chain(spikes.iter().map(|spike| ("spike", spike)));
        outside.extend(events.filter_map(|(what, event)| {
            let late = never(event.child("at")?, model)?;
            Some(format!("The {what} of `{name}` never comes: {late}."))
        }));
    }
    outside
}

/// Why the run does not reach the time that is written, if it does not.
fn never(written: &Node, model: &Model) -> Option<String> {
    let run = &model.run;
    let when = When::read(written, &mut Problems::new())?;
    let at = when.resolve(&run.clock).ok()?;
    let (starts, ends) = (run.clock.start, run.clock.civil(run.horizon));
    let end = ends.strftime("%H:%M");
    (at >= run.horizon).then(|| match when {
        When::TimeOfDay(time) if time < starts.time() => format!(
            "{} is before the start of the run, {}, and the next one after its end",
            time.strftime("%H:%M"),
            starts.strftime("%H:%M")
        ),
        When::TimeOfDay(time) => {
            format!("{} is after the end of the run, {end}", time.strftime("%H:%M"))
        }
        When::Dated(..) => format!(
            "{} is after the end of the run, {}",
            run.clock.civil(at).strftime("%Y-%m-%d %H:%M"),
            ends.strftime("%Y-%m-%d %H:%M")
        ),
        When::Elapsed(after) => format!(
            "the run ends {} after its start, before {}",
            format::duration(run.horizon.since(SimTime::ZERO)),
            format::duration(after)
        ),
    })
}

fn name(model: &Model, callee: Callee) -> &str {
    match callee {
        Callee::Operation(operation) => &model.operations[operation.index()].name,
        Callee::Group(group) => model.station_name(model.group_station(group)),
        Callee::Route(route) => &model.routes[route.index()].name,
    }
}

fn steps(model: &Model, operation: OperationId) -> impl Iterator<Item = &Step> {
    let first = usize::from(model.operations[operation.index()].first_step);
    model.steps[first..].iter().take_while(|step| !matches!(step, Step::End))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[run]\nhorizon = '3h'\nstart = '09:30'\n\
        [traffic.m]\nto = 'api.send'\nconstant = { rate = '1/s' }\n\
        [service.api]\ninstances = 1\ncores = 1\n[service.api.operation.send]\nwork = '1ms'\n\
        [carrier.north]\nrate = '10/s'\n[carrier.south]\nrate = '10/s'\n";

    fn remarks_with(set: &[&str]) -> Vec<String> {
        let mut document = Document::parse("test.toml", TEXT).unwrap();
        for assignment in set {
            document.set(assignment).unwrap();
        }
        let model = crate::scenario::model_of(&document, &|_| Err("no files".to_owned()));
        remarks(&document, &model.unwrap())
    }

    const STEPS: &str = "service.api.operation.send.steps";

    #[test]
    fn what_no_message_can_come_to_is_idle() {
        assert_eq!(remarks_with(&[]), ["Nothing is sent to `north` and `south`."]);
        let one = format!("{STEPS}=[{{ send-to = 'north' }}]");
        assert_eq!(remarks_with(&[&one]), ["Nothing is sent to `south`."]);
    }

    #[test]
    fn cores_beyond_the_workers_are_idle() {
        let both = format!("{STEPS}=[{{ send-to = 'north' }}, {{ send-to = 'south' }}]");
        let told = |set: &str| remarks_with(&[&both, "service.api.workers=2", set]);
        assert_eq!(
            told("service.api.cores=3"),
            ["An instance of `api` has `workers = 2` and `cores = 3`: a core computes for a \
              worker, so that one core is never used."]
        );
        assert_eq!(told("service.api.cores=2"), Vec::<String>::new());
    }

    #[test]
    fn limits_and_regimes_that_nobody_names_are_idle() {
        let both = format!("{STEPS}=[{{ send-to = 'north' }}, {{ send-to = 'south' }}]");
        let limit = "limit.brand={ rate = '1/s' }";
        let regime = "regime.east={ states = [{ name = 'up', stay = '1h' }, \
                      { name = 'down', stay = '1min' }] }";
        let told = remarks_with(&[&both, limit, regime]);
        assert_eq!(
            told,
            ["No carrier is under the limit `brand`.", "No carrier goes by the regime `east`."]
        );
        let used = "carrier.north.limits=['brand']";
        let by = "carrier.south.behaviours=[{ silent-loss = { during = { regime = 'east', \
                  is = 'down' } } }]";
        assert_eq!(remarks_with(&[&both, limit, regime, used, by]), Vec::<String>::new());
    }

    #[test]
    fn what_is_in_force_after_the_end_never_is() {
        let both = format!("{STEPS}=[{{ send-to = 'north' }}, {{ send-to = 'south' }}]");
        let told = |set: &str| remarks_with(&[&both, set]);
        let during = |at: &str| {
            told(&format!(
                "carrier.north.behaviours=[{{ suspension = {{ during = {{ at = '{at}', lasts = \
                 '5min' }} }} }}]"
            ))
        };
        assert_eq!(during("10:00"), Vec::<String>::new());
        let late = "The `suspension` of `north` never comes: 12:45 is after the end of the run, \
                    12:30.";
        assert_eq!(during("12:45"), [late]);
        let stall =
            |at: &str| told(&format!("service.api.stalls=[{{ at = '{at}', lasts = '1s' }}]"));
        assert_eq!(stall("10:00"), Vec::<String>::new());
        let late = "The stall of `api` never comes: 12:45 is after the end of the run, 12:30.";
        assert_eq!(stall("12:45"), [late]);
    }

    #[test]
    fn what_tells_senders_apart_needs_some() {
        let both = format!("{STEPS}=[{{ send-to = 'north' }}, {{ send-to = 'south' }}]");
        let with = |sets: &[&str]| remarks_with(&[&[both.as_str()], sets].concat());
        let senders = "traffic.m.senders={ count = 10 }";
        let bucket = "service.api.limits=[{ token-bucket = { rate = '2/s', per = 'sender' } }]";
        let told = "No traffic that comes to `api` has `senders`: to ";
        assert!(with(&[bucket])[0].starts_with(told), "{:?}", with(&[bucket]));
        assert_eq!(with(&[bucket, senders]), Vec::<String>::new());
        let fair = "service.api.queue='fair'";
        assert!(with(&[fair])[0].starts_with(told), "{:?}", with(&[fair]));
        assert_eq!(with(&[fair, senders]), Vec::<String>::new());
        let leaky = "service.api.limits=[{ leaky-bucket = { rate = '2/s', wait-at-most = '1h' } }]";
        assert_eq!(with(&[leaky]), Vec::<String>::new());
        assert_eq!(with(&[leaky, "traffic.m.valid-for='2h'"]), Vec::<String>::new());
        let told = with(&[leaky, "traffic.m.valid-for='5min'"]);
        assert!(told[0].contains("keep their turns"), "{told:?}");
    }

    #[test]
    fn what_bounds_nothing_is_told() {
        let both = format!("{STEPS}=[{{ send-to = 'north' }}, {{ send-to = 'south' }}]");
        let told = remarks_with(&[&both, "service.api.connections-at-most=5"]);
        let uncounted = "No call to `api` has `connections`: its `connections-at-most` bounds \
                         nothing.";
        assert_eq!(told, [uncounted]);
        let waits = |timeout: &str| {
            let timeout = format!("carrier.north.answer-timeout='{timeout}'");
            remarks_with(&[&both, "carrier.north.round-trip='2s'", &timeout])
        };
        assert_eq!(waits("3s"), Vec::<String>::new());
        let never = "`answer-timeout` of `north` is shorter than its round trip: we never wait \
                     for an answer.";
        assert_eq!(waits("1s"), [never]);
    }

    #[test]
    fn what_is_not_in_the_run_never_comes() {
        let both = format!("{STEPS}=[{{ send-to = 'north' }}, {{ send-to = 'south' }}]");
        let told = |set: &str| remarks_with(&[&both, set]);
        let spike = |at: &str| told(&format!("traffic.m.spikes=[{{ at = '{at}', times = 5 }}]"));
        assert_eq!(spike("09:30"), Vec::<String>::new());
        assert_eq!(spike("12:29"), Vec::<String>::new());
        let before = "The spike of `m` never comes: 09:15 is before the start of the run, 09:30, \
                      and the next one after its end.";
        assert_eq!(spike("09:15"), [before]);
        let after = "The spike of `m` never comes: 12:30 is after the end of the run, 12:30.";
        assert_eq!(spike("12:30"), [after]);
        let blast = "traffic.b={ to = 'north', blast = { at = '4h', audience = 5 } }";
        let late = "The blast of `b` never comes: the run ends 3 h after its start, before 4 h.";
        assert_eq!(told(blast), [late]);
    }

    #[test]
    fn shares_that_make_up_a_whole_are_no_split() {
        let steps = |north: &str, south: &str| {
            remarks_with(&[&format!(
                "{STEPS}=[{{ send-to = 'north', probability = '{north}' }}, \
                 {{ send-to = 'south', probability = '{south}' }}]"
            )])
        };
        assert_eq!(steps("60%", "30%"), Vec::<String>::new());
        let told = steps("60%", "40%");
        let start = "In `api.send`, 60 % to `north` and 40 % to `south` are drawn each by itself: \
                     24 % of messages go several ways, and 24 % none of them.";
        assert!(told.len() == 1 && told[0].starts_with(start), "{told:?}");
    }
}
