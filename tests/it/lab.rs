//! What the proofs share: scenario texts run on the way that a user's file takes.

use surgeplan::language::Document;
use surgeplan::measure::{
    ClassRecord, ClassWindow, Histogram, Measurements, Parts, PooledSpent, StationWindow,
};
use surgeplan::model::Model;
use surgeplan::sim::Outcome;
use surgeplan::stats::{Confidence, Estimate};
use surgeplan::sweep::{PointResult, Progress, run_point};
use surgeplan::verdict::Figure;
use surgeplan::{scenario, sim};

/// Watches nothing.
struct Quiet;

impl Progress for Quiet {
    fn expect(&self, _replications: u64) {}
    fn finished(&self, _events: u64) {}
}

/// The model of a scenario, or its problems as they are shown.
pub(crate) fn try_model(text: &str) -> Result<Model, String> {
    let (document, problems) = Document::recover("test.toml", text);
    if !problems.is_empty() {
        return Err(document.render(&problems, false));
    }
    let no_files = |name: &str| Err(format!("`{name}` is not there"));
    scenario::model_of(&document, &no_files).map_err(|found| document.render(&found, false))
}

/// The model of a scenario that has to be sound.
pub(crate) fn model(text: &str) -> Model {
    try_model(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// What all replications of a scenario say.
pub(crate) fn assess(text: &str) -> PointResult {
    run_point(model(text), &Quiet)
}

/// One run of a scenario, with what is needed to read it by name.
pub(crate) struct Once {
    pub(crate) model: Model,
    pub(crate) run: Measurements,
}

/// Runs the first replication of a scenario.
pub(crate) fn once(text: &str) -> Once {
    let model = model(text);
    let run = sim::run(&model, 0);
    Once { model, run }
}

impl Once {
    fn class_record(&self, name: &str) -> &ClassRecord {
        let index = self.model.classes.iter().position(|class| class.name == name);
        &self.run.classes[index.unwrap_or_else(|| panic!("no class `{name}`"))]
    }

    /// All windows of a class, summed; without the windows' quantiles.
    pub(crate) fn class(&self, name: &str) -> ClassWindow {
        let mut sum = ClassWindow::default();
        for window in &self.class_record(name).windows {
            sum.arrived += window.arrived;
            for (all, more) in sum.ended.iter_mut().zip(window.ended) {
                *all += more;
            }
            sum.duplicates += window.duplicates;
            sum.in_time += window.in_time;
            sum.latency_sum += window.latency_sum;
        }
        sum
    }

    /// How many messages of a class ended so.
    pub(crate) fn ended(&self, class: &str, outcome: Outcome) -> u64 {
        self.class(class).ended[outcome.index()]
    }

    /// Messages of a class in flight at the end.
    pub(crate) fn in_flight(&self, class: &str) -> u64 {
        self.class_record(class).ages.exact().count()
    }

    /// The latencies of a class's delivered messages.
    pub(crate) fn latencies(&self, class: &str) -> Histogram {
        let mut all = Histogram::new();
        for block in &self.class_record(class).latency {
            all.merge(block);
        }
        all
    }

    /// The latency of the one delivered message of a class, in milliseconds.
    pub(crate) fn latency_ms(&self, class: &str) -> f64 {
        let all = self.latencies(class);
        assert_eq!(all.exact().count(), 1, "one message of `{class}` delivered");
        all.exact().sum() as f64 / 1e6
    }

    /// All windows of a service or carrier group, joined.
    pub(crate) fn station(&self, name: &str) -> StationWindow {
        let mut sum = StationWindow::default();
        for window in &self.run.stations[station(&self.model, name)].windows {
            sum.extend(window);
        }
        sum
    }

    /// The waits at a station, summed, in milliseconds.
    pub(crate) fn waits_ms(&self, station: &str) -> f64 {
        self.station(station).wait_sum as f64 / 1e6
    }
}

/// Where the time of a class's delivered messages went, in milliseconds: stations in name order.
pub(crate) fn spent_ms(model: &Model, run: &Measurements, class: &str) -> Vec<(String, f64)> {
    let index = model.classes.iter().position(|of| of.name == class);
    let blocks = &run.spent[index.unwrap_or_else(|| panic!("no class `{class}`"))];
    let mut all = PooledSpent::default();
    blocks.iter().for_each(|block| all.merge(block));
    let parts = Parts { services: model.services.len(), stations: model.stations() };
    let named = |(&place, &ns): (&u32, &u128)| {
        let (station, doing) = parts.part(place as usize);
        let name = match station {
            Some(station) => {
                let id = surgeplan::model::StationId::from_index(station);
                format!("{} {}", model.station_name(id), doing.name())
            }
            None => doing.name().to_owned(),
        };
        (name, ns as f64 / 1e6)
    };
    all.all().parts.iter().map(named).collect()
}

/// The place of a station among all.
pub(crate) fn station(model: &Model, name: &str) -> usize {
    let named = |index: &usize| {
        let id = surgeplan::model::StationId::from_index(*index);
        model.station_name(id) == name
    };
    (0..model.stations()).find(named).unwrap_or_else(|| panic!("no station `{name}`"))
}

/// Holds a figure against the truth: it has to lie in the 99.9 % interval, and that interval has
/// to be narrower than `share` of the truth to either side, so that the test can fail.
pub(crate) fn hold(what: &str, figure: &Figure, truth: f64, share: f64) {
    let estimate = figure.estimate.unwrap_or_else(|| panic!("{what}: there is no figure"));
    hold_estimate(what, &estimate, truth, share);
}

/// See [`hold`].
pub(crate) fn hold_estimate(what: &str, estimate: &Estimate, truth: f64, share: f64) {
    let wide = Confidence::new(0.999).expect("a level").factor(estimate.replications);
    let usual = Confidence::P95.factor(estimate.replications);
    let widen = wide.expect("replications") / usual.expect("replications");
    let interval = estimate.interval.expect("an interval");
    let low = estimate.value - (estimate.value - interval.low) * widen;
    let high = estimate.value + (interval.high - estimate.value) * widen;
    eprintln!("{what}: {} ({low} to {high}), truth {truth}", estimate.value);
    assert!(estimate.replications >= 10, "{what}: {} replications", estimate.replications);
    assert!(low <= truth && truth <= high, "{what}: {truth} is not in {low} to {high}");
    let widest = (estimate.value - low).max(high - estimate.value);
    assert!(widest <= share * truth, "{what}: ± {widest} is too wide to tell");
}
