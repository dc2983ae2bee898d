//! What names stand for: services, operations, carriers, classes, sources.

use std::collections::BTreeSet;

use crate::language::{Placed, Problems, unknown_name};
use crate::model::{Callee, ClassId, GroupId, OperationId, RouteId, SourceId, StationId};
use crate::scenario::schema::{Scenario, TrafficSchema};

/// All names of a scenario, each list in order.
pub(super) struct Names {
    services: Vec<String>,
    /// Operations by service, in the model's order.
    operations: Vec<Vec<String>>,
    /// Position of each service's first operation among those of all services.
    first_operations: Vec<usize>,
    /// Whether a service was read at all; where not, its operations are not known.
    services_read: Vec<bool>,
    groups: Vec<String>,
    routes: Vec<String>,
    classes: Vec<String>,
    /// Whether every traffic's class was read; where not, there may be others.
    classes_read: bool,
    sources: Vec<String>,
}

impl Names {
    pub(super) fn of(scenario: &Scenario, problems: &mut Problems) -> Self {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let services = owned(scenario.services.names());
        let mut groups = BTreeSet::new();
        for name in scenario.carrier_names() {
            let is_new = groups.insert(name.value.clone());
            if !is_new || services.binary_search(&name.value).is_ok() {
                problems.add_with_hint(
                    name.place,
                    format!("`{}` is the name of something else already", name.value),
                    "services, carriers, carrier groups, trunks and rooms each need a name of their own",
                );
            }
        }
        let routes = owned(scenario.routes.names());
        for (name, _) in &scenario.routes.items {
            if groups.contains(&name.value) || services.binary_search(&name.value).is_ok() {
                problems.add_with_hint(
                    name.place,
                    format!("`{}` is the name of something else already", name.value),
                    "services, carriers, carrier groups and routes each need a name of their own",
                );
            }
        }
        let mut classes: Vec<String> = scenario
            .traffic
            .items
            .iter()
            .map(|(name, traffic)| match traffic.as_ref().map(|traffic| &traffic.class) {
                Some(Some(Some(class))) => class.value.clone(),
                Some(Some(None) | None) | None => name.value.clone(),
            })
            .collect();
        let class_read = |traffic: &Option<TrafficSchema>| {
            traffic.as_ref().is_some_and(|traffic| traffic.class.is_some())
        };
        let classes_read = scenario.traffic.items.iter().all(|(_, traffic)| class_read(traffic));
        classes.sort_unstable();
        classes.dedup();
        let operations: Vec<Vec<String>> = scenario
            .services
            .items
            .iter()
            .map(|(_, service)| {
                service.as_ref().map_or_else(Vec::new, |s| owned(s.operations.names()))
            })
            .collect();
        let up_to_here = |sum: &mut usize, operations: &Vec<String>| {
            let first = *sum;
            *sum += operations.len();
            Some(first)
        };
        Self {
            services,
            first_operations: operations.iter().scan(0, up_to_here).collect(),
            operations,
            services_read: scenario.services.items.iter().map(|(_, s)| s.is_some()).collect(),
            groups: groups.into_iter().collect(),
            routes,
            classes,
            classes_read,
            sources: owned(scenario.traffic.names()),
        }
    }

    pub(super) fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of that name; where a class could not be read, it may be the one.
    pub(super) fn class(&self, name: &Placed<String>, problems: &mut Problems) -> Option<ClassId> {
        if !self.classes_read && self.classes.binary_search(&name.value).is_err() {
            return None;
        }
        find("class", &self.classes, name, problems).map(ClassId::from_index)
    }

    /// The source of that name.
    pub(super) fn source(
        &self,
        name: &Placed<String>,
        problems: &mut Problems,
    ) -> Option<SourceId> {
        find("traffic", &self.sources, name, problems).map(SourceId::from_index)
    }

    /// The service, carrier or group of that name.
    pub(super) fn station(
        &self,
        name: &Placed<String>,
        problems: &mut Problems,
    ) -> Option<StationId> {
        let service = self.services.binary_search(&name.value).ok();
        let group = || self.groups.binary_search(&name.value).ok();
        let station = service.or_else(|| group().map(|group| self.services.len() + group));
        if station.is_none() {
            let all = self.services.iter().chain(&self.groups);
            unknown_name(
                "service or carrier",
                name,
                &all.map(String::as_str).collect::<Vec<_>>(),
                problems,
            );
        }
        station.map(StationId::from_index)
    }

    /// The position of the carrier or group of that name among all.
    pub(super) fn group(&self, name: &Placed<String>, problems: &mut Problems) -> Option<usize> {
        find("carrier", &self.groups, name, problems)
    }

    /// What `api.send` or `us-carriers` stands for.
    pub(super) fn callee(&self, name: &Placed<String>, problems: &mut Problems) -> Option<Callee> {
        let Some((service, operation)) = name.value.split_once('.') else {
            return self.carrier_or_hint(name, problems);
        };
        let service_name =
            Placed { value: service.to_owned(), place: inside(name, 0, service.len()) };
        let service = find("service", &self.services, &service_name, problems)?;
        if !self.services_read[service] {
            return None;
        }
        let operation_name = Placed {
            value: operation.to_owned(),
            place: inside(name, name.value.len() - operation.len(), name.value.len()),
        };
        let known = &self.operations[service];
        let kind = "operation";
        let within = find(kind, known, &operation_name, problems)?;
        let first = self.first_operations[service];
        Some(Callee::Operation(OperationId::from_index(first + within)))
    }

    fn carrier_or_hint(&self, name: &Placed<String>, problems: &mut Problems) -> Option<Callee> {
        if let Ok(group) = self.groups.binary_search(&name.value) {
            return Some(Callee::Group(GroupId::from_index(group)));
        }
        if let Ok(route) = self.routes.binary_search(&name.value) {
            return Some(Callee::Route(RouteId::from_index(route)));
        }
        if let Ok(service) = self.services.binary_search(&name.value) {
            let operations = &self.operations[service];
            let example = operations.first().map_or("send", String::as_str);
            problems.add_with_hint(
                name.place,
                format!("`{}` is a service: say which operation", name.value),
                format!("write, for example, `{}.{example}`", name.value),
            );
            return None;
        }
        if self.groups.is_empty() {
            problems.add_with_hint(
                name.place,
                "expected `service.operation` or a carrier",
                "write, for example, \"api.send\"",
            );
            return None;
        }
        let all: Vec<&str> = self.groups.iter().chain(&self.routes).map(String::as_str).collect();
        unknown_name("carrier", name, &all, problems);
        None
    }
}

/// The position of `name` among those `known`, which are in order.
fn find(
    kind: &str,
    known: &[String],
    name: &Placed<String>,
    problems: &mut Problems,
) -> Option<usize> {
    let found = known.binary_search(&name.value).ok();
    if found.is_none() {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        unknown_name(kind, name, &known, problems);
    }
    found
}

/// The place of a part of a name, within its quotes.
fn inside(name: &Placed<String>, start: usize, end: usize) -> crate::language::Place {
    let length = (name.place.end - name.place.start) as usize;
    // A name with escapes has no such simple parts.
    if length == name.value.len() + 2 { name.place.part(start + 1, end + 1) } else { name.place }
}
