//! Trunks and rooms: what they hold, whom they block, and what of them is short.

use crate::language::format;
use crate::model::{Model, SessionPlan};
use crate::report::words;
use crate::verdict::{Binding, Cause, StationFigures};

/// "the 117 channels of `us`", "the setup rate of `us`, 1/s", "the node that ...".
pub(super) fn short_of(model: &Model, binding: &Binding) -> String {
    let name = model.station_name(binding.station);
    let group = binding.station.index().checked_sub(model.services.len());
    let Some(group) = group.and_then(|group| model.groups.get(group)) else {
        return format!("`{name}`");
    };
    match group.template.sessions.as_ref() {
        Some(SessionPlan::Trunk(_)) if binding.cause == Cause::SetupRate => {
            let rate = group.total_rate().map(|rate| format!(", {}", format::rate(rate)));
            format!("the setup rate of `{name}`{}", rate.unwrap_or_default())
        }
        Some(SessionPlan::Trunk(plan)) => match plan.channels {
            1 => format!("the only channel of `{name}`"),
            many => format!("the {} channels of `{name}`", format::count(many.into())),
        },
        Some(SessionPlan::Rooms(plan)) => {
            let each = words::counted(f64::from(plan.capacity), "participant");
            match binding.cause {
                Cause::Node => {
                    format!("the node that the largest room of `{name}` has to fit, {each}")
                }
                _ => format!(
                    "the {} nodes of `{name}`, {each} each",
                    format::count(plan.nodes.into())
                ),
            }
        }
        None => format!("`{name}`"),
    }
}

/// Whom it turns away: "808 attempts blocked in a run, 500 of them while other nodes had room".
pub(super) fn losses(cause: Cause, figures: &StationFigures) -> String {
    let Some(held) = &figures.sessions else { return String::new() };
    let kinds = [
        (held.blocked, "blocked"),
        ((figures.rejected + figures.expired - held.blocked).max(0.0), "refused or unanswered"),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0.0)
        .map(|(count, what)| format!("{} {what}", words::counted(*count, "attempt")))
        .collect();
    let mut text = format!("{} in a run", words::list(&told));
    if held.stranded > 0.0 {
        let stranded = words::messages(held.stranded);
        text += &format!(", {stranded} of them while other nodes had room");
    }
    if let Some(largest) = held.largest_room.filter(|_| cause == Cause::Node) {
        text += &format!("; the largest room reached {}", words::messages(largest));
    }
    if held.retransmitted > 0.0 {
        let again = words::counted(held.retransmitted, "INVITE");
        text += &format!("; {again} sent again for want of an answer");
    }
    text
}
