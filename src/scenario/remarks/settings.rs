//! Settings that change nothing in this run, or not what they seem to.

use super::{never, reached_from};
use crate::carrier::GroupPlan;
use crate::dist::Dist;
use crate::language::{Document, Entry, Node, Value, format};
use crate::model::{Model, Service, Source};
use crate::service::Discipline;

/// Settings that change nothing, or not what they seem to, in sentences.
pub(super) fn remarks(document: &Document, model: &Model) -> Vec<String> {
    let times = stalls_outside(document, model).into_iter().chain(never_in_force(document, model));
    let senders = one_sender(model).into_iter().chain(kept_turns(model));
    let rest = uncounted_connections(document).into_iter().chain(impatience(model));
    times.chain(senders).chain(rest).collect()
}

/// The tables in a table of tables, by name.
fn tables<'d>(document: &'d Document, key: &str) -> &'d [Entry] {
    match document.get(key).map(|node| &node.value) {
        Some(Value::Table(entries)) => entries,
        Some(_) | None => &[],
    }
}

/// The elements of a list; of anything else, itself.
fn each(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(nodes) => nodes,
        _ => std::slice::from_ref(node),
    }
}

/// Stalls that would begin after the end of the run.
fn stalls_outside(document: &Document, model: &Model) -> Vec<String> {
    let mut found = Vec::new();
    for Entry { key: name, value: service, .. } in tables(document, "service") {
        let stalls = service.child("stalls").map_or(&[][..], each);
        found.extend(stalls.iter().filter_map(|stall| {
            let late = never(stall.child("at")?, model)?;
            Some(format!("The stall of `{name}` never comes: {late}."))
        }));
    }
    found
}

/// Behaviours whose times are after the end of the run.
fn never_in_force(document: &Document, model: &Model) -> Vec<String> {
    let carriers = ["carrier", "carrier-group"].map(|key| tables(document, key));
    let mut found = Vec::new();
    for Entry { key: name, value: carrier, .. } in carriers.into_iter().flatten() {
        for behaviour in carrier.child("behaviours").map_or(&[][..], each) {
            let Value::Table(entries) = &behaviour.value else { continue };
            for Entry { key: what, value: settings, .. } in entries {
                let windows = settings.child("during").map_or(&[][..], each);
                let late = windows.iter().map(|window| never(window.child("at")?, model));
                let late: Option<Vec<String>> = late.collect();
                if let Some(late) = late.as_ref().and_then(|late| late.first()) {
                    found.push(format!("The `{what}` of `{name}` never comes: {late}."));
                }
            }
        }
    }
    found
}

/// Services that tell senders apart, none of whose messages has one.
fn one_sender(model: &Model) -> Vec<String> {
    let from_senders = reached_from(model, |source| source.senders.is_some());
    let from_any = reached_from(model, |_| true);
    let told_apart = |(at, service): (usize, &Service)| {
        let what = match (&service.pool.discipline, service.pool.limits.are_per_sender()) {
            (_, true) => "the limit `per = \"sender\"`",
            (Discipline::Fair(_), false) => "the queue `fair`",
            (_, false) => return None,
        };
        let is_idle = !from_any[at] || from_senders[at];
        (!is_idle).then(|| {
            format!(
                "No traffic that comes to `{}` has `senders`: to {what} of it all messages are \
                 one sender's.",
                service.name
            )
        })
    };
    model.services.iter().enumerate().filter_map(told_apart).collect()
}

/// Leaky buckets in which messages may wait for longer than they are valid.
fn kept_turns(model: &Model) -> Vec<String> {
    let mut found = Vec::new();
    for (at, service) in model.services.iter().enumerate() {
        let Some(longest) = service.pool.limits.longest_wait() else { continue };
        let outlives = |source: &Source| source.valid_for.is_some_and(|valid| valid < longest);
        if reached_from(model, outlives)[at] {
            found.push(format!(
                "Messages may wait in the leaky bucket of `{}` for {}, longer than some are valid: \
                 those that expire in it keep their turns, which then go unused.",
                service.name,
                format::duration(longest)
            ));
        }
    }
    found
}

/// Services whose bound on connections no call counts against.
fn uncounted_connections(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    for Entry { key: name, value: service, .. } in tables(document, "service") {
        let is_of = |call: &str| call.split('.').next() == Some(name.as_str());
        if service.child("connections-at-most").is_some() && !counts_connections(document, &is_of) {
            found.push(format!(
                "No call to `{name}` has `connections`: its `connections-at-most` bounds nothing."
            ));
        }
    }
    found
}

/// Whether a call of some step to what `is_of` accepts has `connections`.
fn counts_connections(document: &Document, is_of: &dyn Fn(&str) -> bool) -> bool {
    let services = tables(document, "service").iter();
    let operations =
        services.filter_map(|service| match &service.value.child("operation")?.value {
            Value::Table(operations) => Some(operations),
            _ => None,
        });
    let steps = operations.flatten().filter_map(|operation| operation.value.child("steps"));
    steps.flat_map(each).any(|step| {
        let callee = step.child("call").map(|call| &call.value);
        let is_called = matches!(callee, Some(Value::String(call)) if is_of(call));
        is_called && step.child("connections").is_some()
    })
}

/// Carriers whose every answer comes later than we wait for it.
fn impatience(model: &Model) -> Vec<String> {
    let is_late = |group: &&GroupPlan| match group.template.round_trip {
        Dist::Constant(length) => {
            group.template.answer_timeout.is_some_and(|timeout| timeout < length)
        }
        _ => false,
    };
    let remark = |group: &GroupPlan| {
        format!(
            "`answer-timeout` of `{}` is shorter than its round trip: we never wait for an answer.",
            group.name
        )
    };
    model.groups.iter().filter(is_late).map(remark).collect()
}
