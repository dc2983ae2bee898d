//! What services, carrier groups and carriers did over the part of the run that counts.

use super::table::{Column, Table, estimate, estimate_columns, maybe, number};
use crate::measure::CarrierRecord;
use crate::model::{Model, SessionPlan};
use crate::stats::Estimate;
use crate::sweep::PointResult;
use crate::verdict::{Capacity, Effort, Figure, Network, SessionFigures, StationFigures};

/// `services.csv`: a row for each service.
pub(super) fn services(result: &PointResult) -> Vec<u8> {
    let mut header = ["service", "instances", "workers", "cores"].map(str::to_owned).to_vec();
    header.extend(figure_columns());
    header.extend(EFFORT.iter().flat_map(|(name, _)| estimate_columns(name)));
    header.extend(NETWORK.iter().flat_map(|(name, _)| estimate_columns(name)));
    header.push("out_of_files".to_owned());
    let mut table = Table::new(&header);
    for (service, figures) in result.model.services.iter().zip(&result.assessment.stations) {
        let pool = &service.pool;
        let names = [
            service.name.clone(),
            pool.instances.to_string(),
            pool.all_workers().to_string(),
            pool.all_cores().to_string(),
        ];
        let effort = EFFORT.iter().flat_map(|(_, figure)| {
            estimate(figures.effort.as_ref().and_then(|effort| figure(effort).estimate))
        });
        let network = NETWORK.iter().flat_map(|(_, figure)| {
            estimate(figures.network.as_ref().and_then(|network| figure(network).estimate))
        });
        let files = service.files.map(|_| figures.out_of_files);
        let cells = names.into_iter().chain(figure_cells(figures)).chain(effort);
        table.row(cells.chain(network).chain([maybe(files)]));
    }
    table.bytes()
}

/// What services' time went to, by column.
const EFFORT: [(&str, fn(&Effort) -> &Figure); 6] = [
    ("tasks_per_message", |of| &of.tasks_per_message),
    ("useful_share", |of| &of.useful),
    ("retry_share", |of| &of.retries),
    ("abandoned_share", |of| &of.abandoned),
    ("chatter_share", |of| &of.chatter),
    ("waiting_for_answers_share", |of| &of.waiting_for_answers),
];

/// What went over services' links, by column.
const NETWORK: [(&str, fn(&Network) -> &Figure); 6] = [
    ("link_out_used_share", |of| &of.out_used),
    ("link_in_used_share", |of| &of.in_used),
    ("link_chatter_share", |of| &of.chatter),
    ("bytes_sent_per_s", |of| &of.sent),
    ("bytes_received_per_s", |of| &of.received),
    ("link_wait_mean_s", |of| &of.mean_wait),
];

/// `carrier_groups.csv`: a row for each group of carriers.
pub(super) fn groups(result: &PointResult) -> Vec<u8> {
    let mut header = ["group", "carriers", "rate_per_s", "window"].map(str::to_owned).to_vec();
    header.extend(figure_columns());
    let mut table = Table::new(&header);
    let services = result.model.services.len();
    for (index, group) in result.model.groups.iter().enumerate() {
        if group.template.sessions.is_some() {
            continue;
        }
        let capacity = Capacity::of(&result.model, services + index);
        let names = [
            group.name.clone(),
            group.count.to_string(),
            maybe(capacity.rate),
            maybe(capacity.workers),
        ];
        let figures = &result.assessment.stations[services + index];
        table.row(names.into_iter().chain(figure_cells(figures)));
    }
    table.bytes()
}

/// What holds sessions: counts without intervals, by column.
const HELD: [Column<SessionFigures, Option<f64>>; 5] = [
    ("blocked", |of| Some(of.blocked)),
    ("blocked_with_room_elsewhere", |of| Some(of.stranded)),
    ("invites_again", |of| Some(of.retransmitted)),
    ("invites_in_vain", |of| Some(of.in_vain)),
    ("largest_room", |of| of.largest_room),
];

/// `sessions.csv`: a row for each trunk, and for all nodes of each kind of rooms.
pub(super) fn sessions(result: &PointResult) -> Vec<u8> {
    let mut header = ["name", "kind", "room_for", "setups_per_s"].map(str::to_owned).to_vec();
    header.extend(["in_use_mean", "in_use_max"].iter().flat_map(|name| estimate_columns(name)));
    header.extend(HELD.iter().map(|(name, _)| (*name).to_owned()));
    header.extend(figure_columns());
    let mut table = Table::new(&header);
    let services = result.model.services.len();
    for (index, group) in result.model.groups.iter().enumerate() {
        let figures = &result.assessment.stations[services + index];
        let (Some(plan), Some(held)) = (&group.template.sessions, &figures.sessions) else {
            continue;
        };
        let kind = match plan {
            SessionPlan::Trunk(_) => "trunk",
            SessionPlan::Rooms(_) => "rooms",
        };
        let names = [
            group.name.clone(),
            kind.to_owned(),
            held.capacity.to_string(),
            maybe(group.total_rate()),
        ];
        let levels = [&held.in_use, &held.most];
        let levels = levels.into_iter().flat_map(|figure| estimate(figure.estimate));
        let counts = HELD.iter().map(|(_, count)| maybe(count(held)));
        table.row(names.into_iter().chain(levels).chain(counts).chain(figure_cells(figures)));
    }
    table.bytes()
}

type FigureColumn = (&'static str, fn(&StationFigures) -> &Figure);

/// Figures with intervals, by column.
const FIGURES: [FigureColumn; 11] = [
    ("offered_per_s", |of| &of.offered),
    ("served_per_s", |of| &of.served),
    ("utilization", |of| &of.utilization),
    ("workers_or_window_used", |of| &of.workers),
    ("cores_or_rate_used", |of| &of.cores),
    ("wait_mean_s", |of| &of.mean_wait),
    ("core_wait_mean_s", |of| &of.mean_core_wait),
    ("waited_share", |of| &of.waited),
    ("queue_mean", |of| &of.mean_queue),
    ("queue_max", |of| &of.max_queue),
    ("waiting_for_core_mean", |of| &of.mean_ready),
];

/// Figures without, by column.
const COUNTS: [Column<StationFigures, Option<f64>>; 9] = [
    ("wait_p99_s", |of| of.p99_wait_s),
    ("rejected", |of| Some(of.rejected)),
    ("expired", |of| Some(of.expired)),
    ("cancelled", |of| Some(of.cancelled)),
    ("throttled", |of| Some(of.throttled)),
    ("dropped", |of| Some(of.dropped)),
    ("held", |of| Some(of.held)),
    ("errors", |of| Some(of.errors)),
    ("failed", |of| Some(of.failed)),
];

/// The columns of a station's figures.
pub(super) fn figure_columns() -> Vec<String> {
    let figures = FIGURES.iter().flat_map(|(name, _)| estimate_columns(name));
    figures.chain(COUNTS.iter().map(|(name, _)| (*name).to_owned())).collect()
}

/// The cells of [`figure_columns`].
pub(super) fn figure_cells(of: &StationFigures) -> Vec<String> {
    let known = |figure: &Figure| -> Option<Estimate> { figure.estimate };
    let figures = FIGURES.iter().flat_map(|(_, figure)| estimate(known(figure(of))));
    figures.chain(COUNTS.iter().map(|(_, count)| maybe(count(of)))).collect()
}

/// `limits.csv`: a row for each limit of senders.
pub(super) fn limits(result: &PointResult) -> Vec<u8> {
    let mut header = ["limit", "number", "rate_each_per_s", "daily_cap_each", "lead_time_s"]
        .map(str::to_owned)
        .to_vec();
    let names = ["taken_per_s", "utilization", "closed_share"];
    header.extend(names.iter().flat_map(|name| estimate_columns(name)));
    let mut table = Table::new(&header);
    for (plan, figures) in result.model.quotas.iter().zip(&result.assessment.quotas) {
        let names = [
            plan.name.clone(),
            plan.count.to_string(),
            maybe(plan.per_s),
            maybe(plan.daily.map(|cap| cap.segments as f64)),
            maybe(plan.lead_time.map(|time| time.as_secs_f64())),
        ];
        let figures = [&figures.taken, &figures.utilization, &figures.closed];
        let cells = figures.into_iter().flat_map(|figure| estimate(figure.estimate));
        table.row(names.into_iter().chain(cells));
    }
    table.bytes()
}

/// Counts of one carrier over a whole run, by column.
const OF_CARRIER: [Column<CarrierRecord, f64>; 13] = [
    ("arrived", |of| of.arrived as f64),
    ("submitted", |of| of.submitted as f64),
    ("accepted", |of| of.accepted as f64),
    ("throttled", |of| of.throttled as f64),
    ("dropped", |of| of.dropped as f64),
    ("held", |of| of.held as f64),
    ("errors", |of| of.errors as f64),
    ("unclean_errors", |of| of.unclean as f64),
    ("failed", |of| of.failed as f64),
    ("rejected_or_expired", |of| of.refused as f64),
    ("wait_max_s", |of| of.wait_max.as_secs_f64()),
    ("queued_at_end", |of| of.queued_at_end as f64),
    ("queue_max", |of| of.queue_max as f64),
];

/// `carriers.csv`: a row for each carrier, over the whole run, warm-up included; every count is
/// the mean over replications.
pub(super) fn carriers(result: &PointResult) -> Vec<u8> {
    let mut header =
        ["carrier", "group", "traffic_share", "rate_per_s"].map(str::to_owned).to_vec();
    header.extend(OF_CARRIER.iter().map(|(name, _)| (*name).to_owned()));
    header.extend(["wait_mean_s", "outstanding_mean"].map(str::to_owned));
    let mut table = Table::new(&header);
    for (names, carrier) in named(&result.model) {
        let all = result.runs.iter().map(|run| &run.carriers[carrier]);
        let sum = |of: fn(&CarrierRecord) -> f64| -> f64 { all.clone().map(of).sum() };
        let runs = result.runs.len() as f64;
        let counts = OF_CARRIER.iter().map(|(_, of)| number(sum(*of) / runs));
        let waits = sum(|of| of.wait_sum as f64 / 1e9) / sum(|of| of.accepted as f64);
        let time: f64 = result.runs.iter().map(|run| run.end.as_secs_f64()).sum();
        let outstanding = sum(|of| of.outstanding as f64 / 1e9) / time;
        table.row(names.into_iter().chain(counts).chain([number(waits), number(outstanding)]));
    }
    table.bytes()
}

/// The names of every carrier, its share of its group's traffic and its rate; and its position.
fn named(model: &Model) -> impl Iterator<Item = ([String; 4], usize)> {
    let carriers = model.groups.iter().filter(|group| group.template.sessions.is_none());
    carriers.flat_map(|group| {
        (0..group.count).map(|member| {
            let names = [
                group.member_name(member),
                group.name.clone(),
                number(group.shares.of(member)),
                maybe(group.rates.get(member as usize).copied()),
            ];
            (names, (group.first + member) as usize)
        })
    })
}
