//! Runs the scenarios that are shipped, as they are or with keys set, and finds figures by name.

#![expect(clippy::unwrap_used, reason = "a test that lacks its own files or names fails")]

use std::path::PathBuf;

use surgeplan::language::Document;
use surgeplan::measure::{CarrierRecord, StationWindow};
use surgeplan::model::{Model, StationId};
use surgeplan::scenario;
use surgeplan::stats::Estimate;
use surgeplan::sweep::{PointResult, Progress, run_point};
use surgeplan::verdict::{Answer, Binding, ClassFigures, Figure};

/// A shipped scenario, and what it is to be run with.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    document: Document,
    /// Files that stand in for those in the folder of scenarios, with their names.
    files: Vec<(String, String)>,
}

/// What all replications of a plan say.
pub(crate) struct Ran {
    pub(crate) result: PointResult,
}

/// The folder of the shipped scenarios.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The names of the shipped scenarios without their ending, in order.
pub(crate) fn shipped() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// The text of a shipped scenario.
pub(crate) fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.toml"))).unwrap()
}

impl Plan {
    /// The shipped scenario of this name.
    pub(crate) fn of(name: &str) -> Self {
        let (document, problems) = Document::recover(name, &text(name));
        assert!(problems.is_empty(), "{}", document.render(&problems, false));
        Self { document, files: Vec::new() }
    }

    /// With a key set, as `--set` does it.
    pub(crate) fn set(mut self, assignment: &str) -> Self {
        if let Err(problems) = self.document.set(assignment) {
            panic!("{}", self.document.render(&problems, false));
        }
        self
    }

    /// With a file of this name and text.
    pub(crate) fn with_file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), text.to_owned()));
        self
    }

    /// The model, or its problems as they are shown.
    pub(crate) fn try_model(&self) -> Result<Model, String> {
        let file = |name: &str| match self.files.iter().find(|(known, _)| known == name) {
            Some((_, text)) => Ok(text.clone()),
            None => std::fs::read_to_string(folder().join(name)).map_err(|e| e.to_string()),
        };
        let model = scenario::model_of(&self.document, &file);
        model.map_err(|problems| self.document.render(&problems, false))
    }

    /// The model of a plan that has to be sound.
    pub(crate) fn model(&self) -> Model {
        self.try_model().unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// Runs it.
    pub(crate) fn run(&self) -> Ran {
        Ran { result: run_point(self.model(), &Quiet) }
    }
}

/// Watches nothing.
struct Quiet;

impl Progress for Quiet {
    fn expect(&self, _replications: u64) {}
    fn finished(&self, _events: u64) {}
}

impl Ran {
    fn target(&self, name: &str) -> usize {
        let targets = &self.result.model.targets;
        targets.iter().position(|target| target.name == name).unwrap()
    }

    fn station(&self, name: &str) -> StationId {
        let model = &self.result.model;
        let stations = (0..model.stations()).map(StationId::from_index);
        stations.into_iter().find(|&id| model.station_name(id) == name).unwrap()
    }

    /// Each target's answer, in name order.
    pub(crate) fn answers(&self) -> Vec<(&str, Answer)> {
        let targets = self.result.model.targets.iter().map(|target| target.name.as_str());
        targets.zip(self.result.assessment.targets.iter().map(|verdict| verdict.answer)).collect()
    }

    /// The answer of one target.
    pub(crate) fn answer(&self, target: &str) -> Answer {
        self.result.assessment.targets[self.target(target)].answer
    }

    /// What was measured of one target.
    pub(crate) fn measured(&self, target: &str) -> f64 {
        value(&self.result.assessment.targets[self.target(target)].measured)
    }

    /// What binds a target, and the name of that station.
    pub(crate) fn binding(&self, target: &str) -> (&Binding, &str) {
        let index = self.target(target);
        let bindings = &self.result.assessment.bindings;
        let binding = bindings.iter().find(|binding| binding.target == Some(index)).unwrap();
        (binding, self.result.model.station_name(binding.station))
    }

    /// The figures of a class.
    pub(crate) fn class(&self, name: &str) -> &ClassFigures {
        let classes = &self.result.model.classes;
        let index = classes.iter().position(|class| class.name == name).unwrap();
        &self.result.assessment.classes[index]
    }

    /// The windows of a station in each replication.
    pub(crate) fn windows(&self, station: &str) -> Vec<&[StationWindow]> {
        let index = self.station(station).index();
        self.result.runs.iter().map(|run| run.stations[index].windows.as_slice()).collect()
    }

    /// The record of a single carrier in each replication.
    pub(crate) fn carrier(&self, name: &str) -> Vec<CarrierRecord> {
        let group = self.result.model.groups.iter().find(|group| group.name == name).unwrap();
        self.result.runs.iter().map(|run| run.carriers[group.first as usize]).collect()
    }
}

/// A figure's value.
pub(crate) fn value(figure: &Figure) -> f64 {
    let Estimate { value, .. } = figure.estimate.expect("there is something to measure");
    value
}
