//! The reference models as a user writes them, and what the engine makes of them.

use surgeplan::engine::{SimDuration, SimTime};
use surgeplan::language::Document;
use surgeplan::measure::{Histogram, Measurements};
use surgeplan::model::Model;
use surgeplan::scenario::model_of;
use surgeplan::sim::{self, Outcome};

/// A queueing model that everybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// M/M/1 at 90 %.
    OneWorker,
    /// M/M/100 at 90 %.
    HundredWorkers,
    /// Ten M/M/4 in series at 80 %; one message in five goes back from the last to the first.
    Network,
    /// M/M/10 at 80 %, where callers give up after 2 s and try again three times.
    Impatient,
}

/// What a run came to, as far as a loop written by hand counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Messages delivered.
    pub(crate) delivered: u64,
    /// Messages given up.
    pub(crate) failed: u64,
    /// Latencies of the delivered, summed, in nanoseconds.
    pub(crate) latency_sum: u128,
}

const HUNDRED_WORKERS: &str = r#"
[traffic.m]
to = "q.serve"
poisson = { rate = "90/s" }

[service.q]
instances = 1
workers = 100

[service.q.operation.serve]
work = { exponential = { mean = "1s" } }
"#;

const IMPATIENT: &str = r#"
[traffic.m]
to = "q.serve"
poisson = { rate = "8/s" }
timeout = "2s"
on-timeout = "cancel"
retry = { exponential = { attempts = 4, base = "0.5s", factor = 2 } }

[service.q]
instances = 1
workers = 10

[service.q.operation.serve]
work = { exponential = { mean = "1s" } }
"#;

const NETWORK_TRAFFIC: &str = r#"
[traffic.m]
to = "s01.serve"
poisson = { rate = "2.56/s" }
"#;

const NETWORK_SERVICE: &str = r#"
[service.sNN]
instances = 1
workers = 4

[service.sNN.operation.serve]
work = { exponential = { mean = "1s" } }
steps = [{ hand-to = NEXT }]
"#;

impl Reference {
    pub(crate) const ALL: [Self; 4] =
        [Self::OneWorker, Self::HundredWorkers, Self::Network, Self::Impatient];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OneWorker => "M/M/1",
            Self::HundredWorkers => "M/M/100",
            Self::Network => "10 × M/M/4, feedback",
            Self::Impatient => "M/M/10, timeout and retry",
        }
    }

    /// Messages that come in a second.
    pub(crate) fn rate_per_s(self) -> f64 {
        match self {
            Self::OneWorker => 0.9,
            Self::HundredWorkers => 90.0,
            Self::Network => 2.56,
            Self::Impatient => 8.0,
        }
    }

    /// The scenario, long enough for about so many messages.
    pub(crate) fn text(self, messages: u32) -> String {
        let horizon_s = (f64::from(messages) / self.rate_per_s()).ceil();
        let rest = match self {
            Self::OneWorker => {
                HUNDRED_WORKERS.replace("90/s", "0.9/s").replace("workers = 100", "workers = 1")
            }
            Self::HundredWorkers => HUNDRED_WORKERS.to_owned(),
            Self::Network => network(),
            Self::Impatient => IMPATIENT.to_owned(),
        };
        format!("[run]\nmode = \"steady\"\nhorizon = \"{horizon_s}s\"\n{rest}")
    }

    /// The scenario read and lowered.
    pub(crate) fn model(self, messages: u32) -> Model {
        model(&self.text(messages))
    }
}

/// Ten stations that hand on in a row.
fn network() -> String {
    let station = |number: usize| {
        let next = match number {
            10 => "\"s01.serve\", probability = \"20%\"".to_owned(),
            _ => format!("\"s{:02}.serve\"", number + 1),
        };
        NETWORK_SERVICE.replace("NN", &format!("{number:02}")).replace("NEXT", &next)
    };
    NETWORK_TRAFFIC.to_owned() + &(1..=10).map(station).collect::<String>()
}

/// The model that a scenario describes.
pub(crate) fn model(text: &str) -> Model {
    let document = Document::parse("reference.toml", text).expect("the text above is TOML");
    let no_files = |_: &str| Err("there are no files".to_owned());
    match model_of(&document, &no_files) {
        Ok(model) => model,
        Err(problems) => panic!("{}", document.render(&problems, false)),
    }
}

/// What the engine makes of a model, with all that it measures.
pub(crate) fn simulate(model: &Model) -> (Tally, Measurements) {
    let measurements = sim::run(model, 0);
    let class = &measurements.classes[0];
    let mut latency = Histogram::new();
    class.latency.iter().for_each(|block| latency.merge(block));
    let tally = Tally {
        delivered: class.ended(0, Outcome::Delivered.index()),
        failed: class.ended(0, Outcome::Failed.index()),
        latency_sum: latency.exact().sum(),
    };
    (tally, measurements)
}

/// The last moment of a run: what would happen at its horizon no longer does.
pub(crate) fn last_moment(model: &Model) -> SimTime {
    SimTime::from_ns(model.run.horizon.ns() - SimDuration::from_ns(1).ns())
}
