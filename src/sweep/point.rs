//! One point: replications in waves until the figures are as precise as asked for.

use rayon::prelude::*;

use crate::engine::{SimDuration, SimTime};
use crate::measure::Measurements;
use crate::model::{Mode, Model, Replications, Target};
use crate::sim;
use crate::stats::{Aim, Sequential, Step, Waves, stopping};
use crate::verdict::{Answer, Assessment, Figure, Reason, Steadiness, Unit};

/// How often a steady run is doubled whose transient takes more than half of it.
const MOST_DOUBLINGS: u32 = 3;
/// Shares smaller than this are precise enough: probabilities below it are not estimated by
/// brute force.
const SHARE_FLOOR: f64 = 1e-4;

/// Is told how the work goes on.
pub trait Progress: Sync {
    /// So many replications more will be run.
    fn expect(&self, replications: u64);
    /// One is done, which took so many events.
    fn finished(&self, events: u64);
}

/// What became of one point.
#[derive(Clone, Debug)]
pub struct PointResult {
    /// The model as run: a steady run may have been made longer.
    pub model: Model,
    /// The replications in order; empty where only the assessment was asked for.
    pub runs: Vec<Measurements>,
    /// What they say.
    pub assessment: Assessment,
    /// How precise the figures are; `None` where a fixed number of replications was asked for.
    pub precision: Option<Precision>,
    /// How often a steady run was made twice as long, because its start showed for more than half
    /// of it.
    pub doublings: u32,
}

/// How precise the figures became.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// The relative half-width asked for.
    pub wanted: f64,
    /// The widest that a target's figure has; infinite where one has none.
    pub reached: f64,
    /// Whether that is enough.
    pub is_met: bool,
}

/// Runs one point and keeps its replications.
pub fn run_point(model: Model, progress: &dyn Progress) -> PointResult {
    let mut points = run(vec![model], progress);
    points.pop().expect("one point gives one result")
}

/// Runs all points; replications are dropped once they are assessed.
pub fn run_points(models: Vec<Model>, progress: &dyn Progress) -> Vec<PointResult> {
    // As many points at once as keep all threads busy to the end of a wave.
    let per_point = models.first().map_or(1, |model| first_wave(model) as usize);
    let at_once = (8 * rayon::current_num_threads()).div_ceil(per_point).max(1);
    let mut results = Vec::with_capacity(models.len());
    for some in models.chunks(at_once) {
        let points = run(some.to_vec(), progress);
        results.extend(points.into_iter().map(|point| PointResult { runs: Vec::new(), ..point }));
    }
    results
}

/// A point on its way.
struct Going {
    model: Model,
    runs: Vec<Measurements>,
    waves: Option<Sequential>,
    doublings: u32,
    /// Replications to run next; 0 when done.
    next: u32,
    assessment: Option<Assessment>,
}

fn run(models: Vec<Model>, progress: &dyn Progress) -> Vec<PointResult> {
    let mut points: Vec<Going> = models.into_iter().map(Going::new).collect();
    loop {
        let jobs: Vec<(usize, u32)> = points
            .iter()
            .enumerate()
            .flat_map(|(index, point)| {
                let done = point.runs.len() as u32;
                (done..done + point.next).map(move |replication| (index, replication))
            })
            .collect();
        if jobs.is_empty() {
            break;
        }
        progress.expect(jobs.len() as u64);
        let measured: Vec<Measurements> = jobs
            .par_iter()
            .with_max_len(1)
            .map(|&(index, replication)| {
                let measurements = sim::run(&points[index].model, replication);
                progress.finished(measurements.events);
                measurements
            })
            .collect();
        for (&(index, _), measurements) in jobs.iter().zip(measured) {
            points[index].runs.push(measurements);
        }
        for point in points.iter_mut().filter(|point| point.next > 0) {
            point.after_wave();
        }
    }
    points.into_iter().map(Going::result).collect()
}

/// Replications of the first wave.
fn first_wave(model: &Model) -> u32 {
    match model.run.replications {
        Replications::Fixed(count) => count,
        Replications::Until { at_most, .. } => Sequential::new(Waves::of_ten(at_most)).first(),
    }
}

impl Going {
    fn new(model: Model) -> Self {
        let waves = match model.run.replications {
            Replications::Fixed(_) => None,
            Replications::Until { at_most, .. } => Some(Sequential::new(Waves::of_ten(at_most))),
        };
        let next = first_wave(&model);
        Self { model, runs: Vec::new(), waves, doublings: 0, next, assessment: None }
    }

    fn after_wave(&mut self) {
        let assessment = Assessment::of(&self.model, &self.runs);
        if assessment.period.steadiness == Steadiness::WantsMore
            && self.doublings < MOST_DOUBLINGS
            && self.double()
        {
            return;
        }
        self.next = match &mut self.waves {
            None => 0,
            Some(waves) => {
                let precision = precision(&self.model, &assessment);
                match waves.after_wave(precision.is_some_and(|precision| precision.is_met)) {
                    Step::More(count) => count,
                    Step::Reached | Step::Spent { .. } => 0,
                }
            }
        };
        self.assessment = Some(assessment);
    }

    /// Starts over with a run of twice the length; whether time reaches so far.
    fn double(&mut self) -> bool {
        let window = 2 * self.model.run.window.ns();
        // Windows that targets are asked of have to stay whole.
        let divides = |target: &Target| {
            target.windowed().is_none_or(|windowed| windowed.per.ns().is_multiple_of(window))
        };
        let may_widen = self.model.targets.iter().all(divides);
        let run = &mut self.model.run;
        let horizon = 2 * run.horizon.ns();
        if run.mode != Mode::Steady || horizon >= SimTime::MAX.ns() {
            return false;
        }
        run.horizon = SimTime::from_ns(horizon);
        if may_widen {
            run.window = SimDuration::from_ns(window);
        } else {
            // What would be in a window of twice the length is in a block of twice as many.
            run.windows_per_block *= 2;
            run.windows = horizon.div_ceil(run.window.ns()) as u32;
        }
        self.doublings += 1;
        *self = Self { doublings: self.doublings, ..Self::new(self.model.clone()) };
        true
    }

    fn result(self) -> PointResult {
        let assessment = self.assessment.expect("every point runs a wave at least");
        let precision = precision(&self.model, &assessment);
        let Self { model, runs, doublings, .. } = self;
        PointResult { model, runs, assessment, precision, doublings }
    }
}

/// How precise the targets' figures are; without targets, the classes' mean latencies. Targets
/// that more replications could still decide ask for them whatever their width.
fn precision(model: &Model, assessment: &Assessment) -> Option<Precision> {
    let Replications::Until { precision: wanted, .. } = model.run.replications else {
        return None;
    };
    let targets = assessment.targets.iter().map(|target| &target.measured);
    let means = assessment.classes.iter().map(|class| &class.mean_latency);
    let figures: Vec<&Figure> =
        if assessment.targets.is_empty() { means.collect() } else { targets.collect() };
    let aims: Vec<Aim> = figures.iter().map(|figure| aim(figure, wanted)).collect();
    let relative = |aim: &Aim| {
        let value = aim.estimate.map_or(f64::NAN, |estimate| estimate.value.abs());
        match aim.reached() {
            Some(0.0) => 0.0,
            Some(reached) => reached / value.max(aim.precision.floor),
            None => f64::INFINITY,
        }
    };
    let open = assessment
        .targets
        .iter()
        .any(|target| target.answer == Answer::Undecided && target.reason.is_none_or(may_change));
    Some(Precision {
        wanted,
        reached: aims.iter().map(relative).fold(0.0, f64::max),
        is_met: !open && aims.iter().all(Aim::is_met),
    })
}

fn aim(figure: &Figure, wanted: f64) -> Aim {
    let floor = match figure.unit {
        Unit::Share => SHARE_FLOOR,
        Unit::Seconds | Unit::Messages | Unit::PerSecond | Unit::PerHour => 0.0,
    };
    Aim { estimate: figure.estimate, precision: stopping::Precision { relative: wanted, floor } }
}

/// Whether more replications may take this reason away.
fn may_change(reason: Reason) -> bool {
    match reason {
        Reason::OneReplication | Reason::NoMessages | Reason::FewTailObservations { .. } => true,
        Reason::Marginal
        | Reason::ThinWindows { .. }
        | Reason::StoppedEarly
        | Reason::Unstable
        | Reason::NotStationary => false,
    }
}
