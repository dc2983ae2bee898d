//! The sections of a scenario file, as written.

mod carrier;
mod limit;
mod operation;
mod run;
mod service;
mod session;
mod target;
mod traffic;

use crate::carrier::{RegimeSpec, RouteSpec};
use crate::dist::DistSpec;
use crate::language::{Entry, Fields, NamedTable, Node, Placed, Problems, Read, Value, suggest};

pub(super) use carrier::{CarrierSchema, ConnectionsSchema, RateSchema};
pub(super) use limit::LimitSchema;
pub(super) use operation::{CallSchema, Client, OperationSchema, Sizes, StepSchema};
pub(super) use run::{ReplicationsSchema, RunSchema};
pub(super) use service::{ServiceSchema, StallSchema};
pub(super) use session::{RoomsSchema, TrunkSchema};
pub(super) use target::{CriterionSchema, TargetSchema};
pub(super) use traffic::{CauseSchema, TrafficSchema};

/// Where the names stand that authors choose.
pub const NAMED: [NamedTable; 11] = [
    NamedTable { path: &["target"], kind: "target" },
    NamedTable { path: &["traffic"], kind: "traffic" },
    NamedTable { path: &["service"], kind: "service" },
    NamedTable { path: &["service", "*", "operation"], kind: "operation" },
    NamedTable { path: &["carrier"], kind: "carrier" },
    NamedTable { path: &["carrier-group"], kind: "carrier group" },
    NamedTable { path: &["route"], kind: "route" },
    NamedTable { path: &["trunk"], kind: "trunk" },
    NamedTable { path: &["rooms"], kind: "rooms" },
    NamedTable { path: &["regime"], kind: "regime" },
    NamedTable { path: &["limit"], kind: "limit" },
];

/// A scenario file. What could not be read is missing, and has left a problem.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) title: Option<String>,
    pub(super) run: Option<RunSchema>,
    pub(super) network: Option<DistSpec>,
    pub(super) targets: Section<TargetSchema>,
    pub(super) traffic: Section<TrafficSchema>,
    pub(super) services: Section<ServiceSchema>,
    pub(super) carriers: Section<CarrierSchema>,
    pub(super) groups: Section<CarrierSchema>,
    pub(super) routes: Section<RouteSpec>,
    pub(super) trunks: Section<TrunkSchema>,
    pub(super) rooms: Section<RoomsSchema>,
    pub(super) regimes: Section<RegimeSpec>,
    pub(super) limits: Section<LimitSchema>,
}

/// A table of named things, in name order: all names, and what could be read.
#[derive(Debug)]
pub(super) struct Section<T> {
    pub(super) items: Vec<(Placed<String>, Option<T>)>,
}

impl Scenario {
    pub(super) fn read(root: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(root, problems)?;
        let title = fields.optional("title", problems).flatten();
        let run = fields.required("run", problems);
        let network = fields.optional::<Network>("network", problems).flatten();
        let scenario = Self {
            title,
            run,
            network: network.map(|network| network.one_way),
            targets: Section::read(&mut fields, "target", problems),
            traffic: Section::read(&mut fields, "traffic", problems),
            services: Section::read(&mut fields, "service", problems),
            carriers: Section::read_with(&mut fields, "carrier", problems, |node, problems| {
                CarrierSchema::read_one(node, problems)
            }),
            groups: Section::read(&mut fields, "carrier-group", problems),
            routes: Section::read(&mut fields, "route", problems),
            trunks: Section::read(&mut fields, "trunk", problems),
            rooms: Section::read(&mut fields, "rooms", problems),
            regimes: Section::read(&mut fields, "regime", problems),
            limits: Section::read(&mut fields, "limit", problems),
        };
        if scenario.traffic.items.is_empty() {
            problems.add_with_hint(
                fields.place(),
                "a scenario needs traffic",
                "add, for example, `[traffic.otp]` with `to = \"api.send\"` and \
                 `poisson = { rate = \"40/s\" }`",
            );
        }
        fields.finish(problems);
        Some(scenario)
    }
}

impl Scenario {
    /// The names of all that we do not own, or that holds sessions.
    pub(super) fn carrier_names(&self) -> impl Iterator<Item = &Placed<String>> {
        let carriers = self.carriers.items.iter().chain(&self.groups.items).map(|(name, _)| name);
        let trunks = self.trunks.items.iter().map(|(name, _)| name);
        carriers.chain(trunks).chain(self.rooms.items.iter().map(|(name, _)| name))
    }
}

impl<T: Read> Section<T> {
    fn read(fields: &mut Fields<'_>, key: &'static str, problems: &mut Problems) -> Self {
        Self::read_with(fields, key, problems, T::read)
    }
}

impl<T> Section<T> {
    fn read_with(
        fields: &mut Fields<'_>,
        key: &'static str,
        problems: &mut Problems,
        read: impl Fn(&Node, &mut Problems) -> Option<T>,
    ) -> Self {
        let mut items = Vec::new();
        let entries: &[Entry] = match fields.node(key).map(|node| (&node.value, node)) {
            None => &[],
            Some((Value::Table(entries), _)) => entries,
            Some((_, node)) => {
                problems.expected(node, "a table of named things");
                &[]
            }
        };
        for entry in entries {
            let name = Placed { value: entry.key.clone(), place: entry.key_place };
            check_name(&name, problems);
            items.push((name, read(&entry.value, problems)));
        }
        items.sort_by(|(a, _), (b, _)| a.value.cmp(&b.value));
        Self { items }
    }

    /// All names, in order.
    pub(super) fn names(&self) -> Vec<&str> {
        self.items.iter().map(|(name, _)| name.value.as_str()).collect()
    }

    /// What could be read, with its name.
    pub(super) fn good(&self) -> impl Iterator<Item = (&Placed<String>, &T)> {
        self.items.iter().filter_map(|(name, item)| item.as_ref().map(|item| (name, item)))
    }
}

/// Records the keys of a table that are slips of one of `kinds`; whether there were any.
fn misspelt(node: &Node, kinds: &[&'static str], problems: &mut Problems) -> bool {
    let before = problems.len();
    let Value::Table(entries) = &node.value else { return false };
    for entry in entries {
        if let Some(near) = suggest(&entry.key, kinds.iter().copied()) {
            let hint = format!("did you mean `{near}`?");
            problems.add_with_hint(entry.key_place, format!("unknown key `{}`", entry.key), hint);
        }
    }
    problems.len() > before
}

/// Names stand in addresses such as `api.send`, in file names and in tables.
fn check_name(name: &Placed<String>, problems: &mut Problems) {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    if name.value.is_empty() || name.value.len() > 64 || !name.value.chars().all(fits) {
        problems.add_with_hint(
            name.place,
            format!("`{}` cannot be a name", name.value.escape_debug()),
            "use 1 to 64 letters, digits, `-` or `_`",
        );
    }
}

/// What the network between services is like where a call does not say.
#[derive(Debug)]
struct Network {
    one_way: DistSpec,
}

impl Read for Network {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let one_way = fields.required("one-way", problems);
        fields.finish(problems);
        Some(Self { one_way: one_way? })
    }
}
