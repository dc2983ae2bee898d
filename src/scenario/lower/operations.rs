//! Operations: steps in one table, call sites in another.

use std::collections::BTreeMap;

use super::names::Names;
use crate::dist::{Dist, DistSpec, Files};
use crate::language::{Place, Placed, Problems};
use crate::model::{
    Callee, OnFailure, Operation, OperationId, ServiceId, Site, SiteId, Step, Times,
};
use crate::policy::{ChecksDeadlines, OnTimeout};
use crate::scenario::schema::{CallSchema, Client, Scenario, ServiceSchema, Sizes, StepSchema};

/// The tables that operations are lowered to.
pub(super) struct Operations {
    pub(super) operations: Vec<Operation>,
    pub(super) steps: Vec<Step>,
    pub(super) step_services: Vec<Option<ServiceId>>,
    pub(super) carrier_step: u16,
    pub(super) cancels_callers: bool,
    pub(super) sites: Vec<Site>,
    /// Where each site's callee is written, for problems found later.
    pub(super) site_places: Vec<Place>,
    /// Connections that each worker keeps, by site that says so.
    pub(super) connections: Vec<(SiteId, Placed<u32>)>,
    /// Where each ejection is written.
    ejection_places: Vec<(SiteId, Place)>,
    /// Where sizes are written, and whose workers send them; none are those of traffic's senders.
    size_places: Vec<(Option<ServiceId>, Callee, Place)>,
    /// How many sites there are of each operation and callee.
    alike: BTreeMap<String, u32>,
    network: Option<Dist>,
}

impl Operations {
    pub(super) fn of(
        scenario: &Scenario,
        names: &Names,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Self {
        let network = scenario.network.as_ref();
        let mut tables = Self {
            operations: Vec::new(),
            steps: Vec::new(),
            step_services: Vec::new(),
            carrier_step: 0,
            cancels_callers: false,
            sites: Vec::new(),
            site_places: Vec::new(),
            connections: Vec::new(),
            ejection_places: Vec::new(),
            size_places: Vec::new(),
            alike: BTreeMap::new(),
            network: network.and_then(|spec| spec.resolve(files, problems)),
        };
        for (index, (name, service)) in scenario.services.items.iter().enumerate() {
            let service_id = ServiceId::from_index(index);
            for (operation, schema) in service.iter().flat_map(|service| &service.operations.items)
            {
                let full = format!("{}.{}", name.value, operation.value);
                tables.begin(&full, Some(service_id));
                for step in schema.iter().flat_map(|schema| &schema.steps) {
                    tables.add_step(step, names, files, problems);
                }
                tables.end();
            }
        }
        tables
    }

    /// The steps of a source's client, who calls `callee` with a policy.
    pub(super) fn add_client(
        &mut self,
        source: &str,
        callee: Callee,
        client: &Client,
        sizes: &Sizes,
    ) -> OperationId {
        let id = self.begin(&format!("traffic.{source}"), None);
        let name = format!("traffic.{source}/client");
        let site = self.add_site(name, callee, None, client, OnFailure::Fail);
        self.set_sizes(site, sizes);
        self.push(Step::Call { site, times: Times::Once, at_once: true, waits: true });
        self.end();
        id
    }

    /// Makes sure that there is a choice of instance wherever some are to be left out of it.
    pub(super) fn check_ejections(&self, scenario: &Scenario, problems: &mut Problems) {
        for &(site, place) in &self.ejection_places {
            let operation = match self.sites[site.index()].callee {
                Callee::Operation(operation) => &self.operations[operation.index()],
                Callee::Group(_) | Callee::Route(_) => {
                    problems.add_with_hint(
                        place,
                        "`ejection` at a carrier",
                        "shares say which carrier a message goes to: leave it out",
                    );
                    continue;
                }
            };
            let service = operation.service.map(|id| &scenario.services.items[id.index()].1);
            let pool = service.and_then(|service| service.as_ref()?.pool.as_ref());
            if pool.is_some_and(|pool| pool.balancer.shares_a_queue()) {
                problems.add_with_hint(
                    place,
                    "`ejection` where instances share a queue",
                    "nothing chooses an instance there: leave it out, or give the service \
                     another `balancer`",
                );
            }
        }
    }

    /// Gives a site, the last one so far, the sizes of what is sent from it.
    fn set_sizes(&mut self, site: SiteId, sizes: &Sizes) {
        let sender = self.operations.last().and_then(|operation| operation.service);
        let site = &mut self.sites[site.index()];
        site.size = sizes.sent();
        site.reply_size = sizes.answered();
        let callee = site.callee;
        for size in [&sizes.size, &sizes.reply_size].into_iter().flatten() {
            self.size_places.push((sender, callee, size.place));
        }
    }

    /// Notes that messages of a size come straight to a callee.
    pub(super) fn note_size(&mut self, callee: Callee, place: Place) {
        self.size_places.push((None, callee, place));
    }

    /// Makes sure that what has a size goes over some link.
    pub(super) fn check_sizes(&self, scenario: &Scenario, problems: &mut Problems) {
        let has_links = |service: ServiceId| {
            let schema = scenario.services.items[service.index()].1.as_ref();
            schema.is_none_or(ServiceSchema::has_links)
        };
        for &(sender, callee, place) in &self.size_places {
            let callee = match callee {
                Callee::Operation(operation) => self.operations[operation.index()].service,
                Callee::Group(_) | Callee::Route(_) => None,
            };
            if !sender.into_iter().chain(callee).any(has_links) {
                problems.add_with_hint(
                    place,
                    "nothing that this is sent over has a bandwidth",
                    "add, for example, `bandwidth = \"1 Gbit/s\"` to the service at either end",
                );
            }
        }
    }

    /// Completes the tables once all operations are in.
    pub(super) fn finish(mut self, scenario: &Scenario) -> Self {
        self.carrier_step = self.next_step();
        self.steps.push(Step::End);
        self.step_services.push(None);
        self.mark_what_may_deliver();
        for at in 0..self.sites.len() {
            let site = &self.sites[at];
            let cancels = site.timeout.is_some_and(|timeout| timeout.then == OnTimeout::Cancel);
            self.sites[at].stops_late_work = cancels || self.looks_all_the_time(site, scenario);
        }
        let calls: Vec<bool> = (0..self.operations.len())
            .map(|operation| Callee::Operation(OperationId::from_index(operation)))
            .map(|operation| self.calls_of(operation).next().is_some())
            .collect();
        self.cancels_callers = self.sites.iter().any(|site| {
            let calls = is_so(site.callee, &calls, false);
            site.hedge.is_some() || site.stops_late_work && calls
        });
        self
    }

    /// Whether the callee of a site stops work whose deadline has passed.
    fn looks_all_the_time(&self, site: &Site, scenario: &Scenario) -> bool {
        let Callee::Operation(operation) = site.callee else { return false };
        let service = self.operations[operation.index()].service;
        let schema = service.and_then(|id| scenario.services.items[id.index()].1.as_ref());
        schema.is_some_and(|schema| schema.checks_deadlines == Some(ChecksDeadlines::Always))
    }

    /// The steps of an operation.
    pub(super) fn steps_of(&self, operation: OperationId) -> impl Iterator<Item = &Step> {
        let first = usize::from(self.operations[operation.index()].first_step);
        self.steps[first..].iter().take_while(|step| !matches!(step, Step::End))
    }

    /// The sites that an operation calls from and waits.
    pub(super) fn calls_of(&self, callee: Callee) -> impl Iterator<Item = SiteId> {
        let operation = match callee {
            Callee::Operation(operation) => Some(operation),
            Callee::Group(_) | Callee::Route(_) => None,
        };
        operation.into_iter().flat_map(|operation| self.steps_of(operation)).filter_map(|step| {
            match step {
                Step::Call { site, .. } => Some(*site),
                Step::Work(_) | Step::Delay(_) | Step::HandTo { .. } | Step::End => None,
            }
        })
    }

    fn begin(&mut self, name: &str, service: Option<ServiceId>) -> OperationId {
        let id = OperationId::from_index(self.operations.len());
        let first_step = self.next_step();
        self.operations.push(Operation { name: name.to_owned(), service, first_step });
        id
    }

    fn next_step(&self) -> u16 {
        u16::try_from(self.steps.len()).expect("steps are counted before any is lowered")
    }

    fn push(&mut self, step: Step) {
        let service = self.operations.last().and_then(|operation| operation.service);
        self.steps.push(step);
        self.step_services.push(service);
    }

    fn end(&mut self) {
        self.push(Step::End);
    }

    fn add_step(
        &mut self,
        step: &StepSchema,
        names: &Names,
        files: &Files<'_>,
        problems: &mut Problems,
    ) {
        match step {
            StepSchema::Work(spec) => {
                if let Some(dist) = spec.resolve(files, problems) {
                    self.push(Step::Work(dist));
                }
            }
            StepSchema::Delay(spec) => {
                if let Some(dist) = spec.resolve(files, problems) {
                    self.push(Step::Delay(dist));
                }
            }
            StepSchema::Call(calls) => {
                let last = calls.len().saturating_sub(1);
                for (index, call) in calls.iter().enumerate() {
                    let site = self.site_of(call, names, files, problems);
                    let (times, at_once) = (call.times, call.at_once);
                    if let Some(site) = site {
                        self.push(Step::Call { site, times, at_once, waits: index == last });
                    }
                }
            }
            StepSchema::HandTo { call, to_carrier, background } => {
                let site = self.site_of(call, names, files, problems);
                if let (Some(site), Some(written)) = (site, &call.callee) {
                    let callee = self.sites[site.index()].callee;
                    check_direction(callee, *to_carrier, written, problems);
                    let (times, background) = (call.times, *background);
                    self.push(Step::HandTo { site, times, background });
                }
            }
        }
    }

    fn site_of(
        &mut self,
        call: &CallSchema,
        names: &Names,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Option<SiteId> {
        let own = call.network.as_ref().map(|spec: &DistSpec| spec.resolve(files, problems));
        let written = call.callee.as_ref()?;
        let callee = names.callee(written, problems)?;
        let latency = match own {
            Some(own) => Some(own?),
            // The way to a carrier is in its round trip.
            None if matches!(callee, Callee::Group(_) | Callee::Route(_)) => None,
            None => self.network.clone(),
        };
        let operation = &self.operations.last().expect("steps belong to an operation").name;
        // The slash keeps `a.go` apart from `a.go-on`, whose calls are none of its business.
        let base = format!("{operation}/{}/", written.value);
        let number = self.alike.entry(base.clone()).or_default();
        let name = format!("{base}{number}");
        *number += 1;
        let site = self.add_site(name, callee, latency, &call.client, call.on_failure);
        self.set_sizes(site, &call.sizes);
        if let Some(connections) = &call.connections {
            self.connections.push((site, connections.clone()));
        }
        self.site_places.resize(self.sites.len(), written.place);
        self.site_places[site.index()] = written.place;
        Some(site)
    }

    fn add_site(
        &mut self,
        name: String,
        callee: Callee,
        latency: Option<Dist>,
        client: &Client,
        on_failure: OnFailure,
    ) -> SiteId {
        let id = SiteId::from_index(self.sites.len());
        let Client { timeout, retry, guards, hedge, deadline, ejection } = client.clone();
        if let Some(ejection) = &ejection {
            self.ejection_places.push((id, ejection.place));
        }
        self.sites.push(Site {
            name,
            callee,
            latency,
            timeout,
            retry,
            guards,
            hedge,
            deadline,
            ejection: ejection.map(|ejection| ejection.value),
            size: 0,
            reply_size: 0,
            connected: u32::MAX,
            stops_late_work: false,
            on_failure,
            may_deliver: false,
        });
        id
    }

    /// Marks the sites from which a message may be handed on, directly or further down.
    fn mark_what_may_deliver(&mut self) {
        let mut delivers = vec![false; self.operations.len()];
        // Each round reaches callers one level up, and calls are not nested deep.
        loop {
            let step_delivers = |step: &Step| match step {
                Step::HandTo { background, .. } => !background,
                Step::Call { site, .. } => is_so(self.sites[site.index()].callee, &delivers, true),
                Step::Work(_) | Step::Delay(_) | Step::End => false,
            };
            let now: Vec<bool> = (0..delivers.len())
                .map(OperationId::from_index)
                .map(|operation| self.steps_of(operation).any(step_delivers))
                .collect();
            if now == delivers {
                break;
            }
            delivers = now;
        }
        for site in &mut self.sites {
            site.may_deliver = is_so(site.callee, &delivers, true);
        }
    }
}

/// What is said of each operation by position, and of all carriers.
fn is_so(callee: Callee, operations: &[bool], carriers: bool) -> bool {
    match callee {
        Callee::Operation(operation) => operations[operation.index()],
        Callee::Group(_) | Callee::Route(_) => carriers,
    }
}

/// `hand-to` is for operations, `send-to` for carriers.
fn check_direction(
    callee: Callee,
    to_carrier: bool,
    written: &Placed<String>,
    problems: &mut Problems,
) {
    let Placed { value, place } = written;
    match callee {
        Callee::Operation(_) if to_carrier => problems.add_with_hint(
            *place,
            format!("`{value}` is an operation, not a carrier"),
            format!("write `hand-to = \"{value}\"`"),
        ),
        Callee::Group(_) if !to_carrier => problems.add_with_hint(
            *place,
            format!("`{value}` is a carrier, not an operation"),
            format!("write `send-to = \"{value}\"`"),
        ),
        Callee::Route(_) if !to_carrier => problems.add_with_hint(
            *place,
            format!("`{value}` is a route to carriers, not an operation"),
            format!("write `send-to = \"{value}\"`"),
        ),
        Callee::Operation(_) | Callee::Group(_) | Callee::Route(_) => {}
    }
}
