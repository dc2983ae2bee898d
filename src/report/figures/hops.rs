//! Where the time of each class's messages went, and where that of the slowest did.

use crate::language::format;
use crate::report::chart::{ClassHops, Heading, HopPiece, HopsBar, HopsFigure};
use crate::sweep::PointResult;
use crate::verdict::{Hop, TimeByHop};

pub(super) fn figure(result: &PointResult, heading: Heading) -> HopsFigure {
    let classes = result.model.classes.iter().zip(&result.assessment.time_by_hop);
    let classes = classes
        .map(|(class, time)| ClassHops { name: class.name.clone(), bars: bars(result, time) });
    HopsFigure { heading, classes: classes.collect() }
}

/// One of all messages and one of the slowest; none of a class without any.
fn bars(result: &PointResult, time: &TimeByHop) -> Vec<HopsBar> {
    if time.all_ns() == 0 {
        return Vec::new();
    }
    let bar = |label: String, messages: u64, part: fn(&Hop) -> u128| {
        let whole: u128 = time.hops.iter().map(part).sum();
        let pieces = time.hops.iter().filter(|hop| part(hop) > 0).map(|hop| HopPiece {
            station: hop.station.map(|at| result.model.station_name(at).to_owned()),
            doing: hop.doing,
            share: part(hop) as f64 / whole as f64,
        });
        let mean = format::seconds(whole as f64 / 1e9 / messages as f64);
        HopsBar { label, note: format!("mean {mean}"), pieces: pieces.collect() }
    };
    let slowest = format!("slowest {}", format::share(time.slowest_share()));
    vec![
        bar("all".to_owned(), time.messages, |hop| hop.all_ns),
        bar(slowest, time.slowest, |hop| hop.slowest_ns),
    ]
}
