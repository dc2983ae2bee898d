//! How busy services and carrier groups are over time, and how many wait for them.

use super::{curve, timeline};
use crate::model::StationId;
use crate::report::chart::{Heading, Owner, Resource, ResourcesFigure};
use crate::sweep::PointResult;
use crate::verdict::Capacity;

pub(super) fn figure(result: &PointResult, heading: Heading) -> ResourcesFigure {
    let resources = (0..result.model.stations()).map(|station| resource(result, station)).collect();
    ResourcesFigure { heading, time: timeline(result), resources }
}

fn resource(result: &PointResult, station: usize) -> Resource {
    let id = StationId::from_index(station);
    let capacity = Capacity::of(&result.model, station);
    let utilization = curve(result, |run, window, _| {
        let (workers, cores) = capacity.used(&run.stations[station].windows[window]);
        Some(workers.max(cores))
    });
    let queue =
        curve(result, |run, window, _| Some(run.stations[station].windows[window].queue.mean()));
    let is_binding = |of: &crate::verdict::Binding| of.target.is_some() && of.station == id;
    Resource {
        name: result.model.station_name(id).to_owned(),
        owner: if result.model.is_ours(id) { Owner::Service } else { Owner::Carrier },
        utilization: utilization.values,
        queue: queue.values,
        binding: result.assessment.bindings.iter().any(is_binding),
    }
}
