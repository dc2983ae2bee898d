//! Operations: steps in one table, call sites in another.

use super::names::Names;
use crate::dist::{Dist, DistSpec, Files};
use crate::language::{Place, Placed, Problems};
use crate::model::{
    Callee, OnFailure, Operation, OperationId, ServiceId, Site, SiteId, Step, Times,
};
use crate::policy::OnTimeout;
use crate::scenario::schema::{CallSchema, Client, Scenario, StepSchema};

/// Most steps, and most call sites, of all operations together.
const MOST_STEPS: usize = 60_000;

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
            network: network.and_then(|spec| spec.resolve(files, problems)),
        };
        for (index, (name, service)) in scenario.services.items.iter().enumerate() {
            let service_id = ServiceId::from_index(index.min(usize::from(u16::MAX)));
            for (operation, schema) in service.iter().flat_map(|service| &service.operations.items)
            {
                let full = format!("{}.{}", name.value, operation.value);
                tables.begin(&full, Some(service_id));
                for step in schema.iter().flat_map(|schema| &schema.steps) {
                    tables.add_step(step, names, files, problems);
                }
                tables.end();
                if tables.steps.len() > MOST_STEPS || tables.sites.len() > MOST_STEPS {
                    let label = format!("more than {MOST_STEPS} steps in all");
                    problems.add(operation.place, label);
                    return tables;
                }
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
    ) -> OperationId {
        let id = self.begin(&format!("traffic.{source}"), None);
        let site = self.add_site(Site {
            name: format!("traffic.{source}/client"),
            callee,
            latency: None,
            timeout: client.timeout,
            retry: client.retry.clone(),
            on_failure: OnFailure::Fail,
            may_deliver: false,
        });
        self.push(Step::Call { site, times: Times::Once, at_once: true, waits: true });
        self.end();
        id
    }

    /// Completes the tables once all operations are in.
    pub(super) fn finish(mut self) -> Self {
        self.carrier_step = u16::try_from(self.steps.len()).expect("steps are bounded above");
        self.steps.push(Step::End);
        self.step_services.push(None);
        self.mark_what_may_deliver();
        self.cancels_callers = self.sites.iter().any(|site| {
            let cancels = site.timeout.is_some_and(|timeout| timeout.then == OnTimeout::Cancel);
            cancels && self.calls_of(site.callee).next().is_some()
        });
        self
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
            Callee::Group(_) => None,
        };
        operation.into_iter().flat_map(|operation| self.steps_of(operation)).filter_map(|step| {
            match step {
                Step::Call { site, .. } => Some(*site),
                Step::Work(_) | Step::Delay(_) | Step::HandTo { .. } | Step::End => None,
            }
        })
    }

    fn begin(&mut self, name: &str, service: Option<ServiceId>) -> OperationId {
        let id = OperationId::from_index(self.operations.len().min(usize::from(u16::MAX)));
        let first_step = self.steps.len().min(usize::from(u16::MAX)) as u16;
        self.operations.push(Operation { name: name.to_owned(), service, first_step });
        id
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
            None if matches!(callee, Callee::Group(_)) => None,
            None => self.network.clone(),
        };
        let operation = &self.operations.last().expect("steps belong to an operation").name;
        // The slash keeps `a.go` apart from `a.go-on`, whose calls are none of its business.
        let base = format!("{operation}/{}/", written.value);
        let taken = self.sites.iter().filter(|site| site.name.starts_with(&base)).count();
        let site = self.add_site(Site {
            name: format!("{base}{taken}"),
            callee,
            latency,
            timeout: call.client.timeout,
            retry: call.client.retry.clone(),
            on_failure: call.on_failure,
            may_deliver: false,
        });
        self.site_places.resize(self.sites.len(), written.place);
        self.site_places[site.index()] = written.place;
        Some(site)
    }

    fn add_site(&mut self, site: Site) -> SiteId {
        let id = SiteId::from_index(self.sites.len().min(usize::from(u16::MAX) - 1));
        self.sites.push(site);
        id
    }

    /// Marks the sites from which a message may be handed on, directly or further down.
    fn mark_what_may_deliver(&mut self) {
        loop {
            let delivers: Vec<bool> = self.sites.iter().map(|site| self.delivers(site)).collect();
            if self.sites.iter().zip(&delivers).all(|(site, &now)| site.may_deliver == now) {
                return;
            }
            for (site, now) in self.sites.iter_mut().zip(delivers) {
                site.may_deliver = now;
            }
        }
    }

    fn delivers(&self, site: &Site) -> bool {
        match site.callee {
            Callee::Group(_) => true,
            Callee::Operation(operation) => self.steps_of(operation).any(|step| match step {
                Step::HandTo { background, .. } => !background,
                Step::Call { site, .. } => self.sites[site.index()].may_deliver,
                Step::Work(_) | Step::Delay(_) | Step::End => false,
            }),
        }
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
        Callee::Operation(_) | Callee::Group(_) => {}
    }
}
