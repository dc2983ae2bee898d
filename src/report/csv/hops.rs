//! Where the time of delivered messages went.

use super::table::{Table, number};
use crate::sweep::PointResult;
use crate::verdict::Hop;

/// `time_by_hop.csv`: for each class, a row for each part of the time of all its delivered
/// messages, and one of the slowest; shares of a group add up to one.
pub(super) fn table(result: &PointResult) -> Vec<u8> {
    let mut table = Table::new([
        "class",
        "of",
        "messages",
        "latency_from_s",
        "station",
        "doing",
        "mean_s",
        "share",
    ]);
    let runs = result.assessment.replications as f64;
    for (class, time) in result.model.classes.iter().zip(&result.assessment.time_by_hop) {
        type Group = (&'static str, u64, u64, u128, fn(&Hop) -> u128);
        let groups: [Group; 2] = [
            ("all", time.messages, 0, time.all_ns(), |hop| hop.all_ns),
            ("slowest", time.slowest, time.slowest_from_ns, time.slowest_ns(), |hop| {
                hop.slowest_ns
            }),
        ];
        for (group, messages, from_ns, whole_ns, part_ns) in groups {
            for hop in &time.hops {
                let ns = part_ns(hop) as f64;
                let station = hop.station.map_or("", |at| result.model.station_name(at));
                table.row([
                    class.name.clone(),
                    group.to_owned(),
                    number(messages as f64 / runs),
                    number(from_ns as f64 / 1e9),
                    station.to_owned(),
                    hop.doing.name().to_owned(),
                    number(ns / 1e9 / messages as f64),
                    number(ns / whole_ns as f64),
                ]);
            }
        }
    }
    table.bytes()
}
