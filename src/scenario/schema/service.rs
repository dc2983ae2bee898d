//! `[service.NAME]`: instances, workers, cores, and what they do.

use super::{OperationSchema, Section};
use crate::chatter::Chatter;
use crate::dist::DistSpec;
use crate::language::{
    Bandwidth, Fields, Node, Place, Placed, PositiveDuration, Problems, Read, Share, When, Whole,
};
use crate::policy::ChecksDeadlines;
use crate::service::{
    Balancer, CoreScheduling, DagorSpec, Limits, PoolPlan, QueueSpec, ShuffleSharding, Slow, WarmUp,
};

/// Most instances of one service, most workers or cores of one instance.
const MOST: u64 = 1_000_000;

/// Most connections that a service may allow.
const MOST_CONNECTIONS: u64 = 1_000_000_000;

/// One service as written.
#[derive(Debug)]
pub(in crate::scenario) struct ServiceSchema {
    /// Missing where it could not be read.
    pub(in crate::scenario) pool: Option<PoolSchema>,
    pub(in crate::scenario) chatter: Option<Vec<Chatter>>,
    pub(in crate::scenario) stalls: Option<Vec<StallSchema>>,
    pub(in crate::scenario) warm_up: Option<Option<WarmUp>>,
    pub(in crate::scenario) slow: Option<Option<Slow>>,
    pub(in crate::scenario) checks_deadlines: Option<ChecksDeadlines>,
    /// What the link of an instance carries each way.
    pub(in crate::scenario) bandwidth: Option<Option<Placed<Bandwidth>>>,
    /// Threads and file handles that an instance may have.
    pub(in crate::scenario) threads_at_most: Option<Option<Placed<u32>>>,
    pub(in crate::scenario) files_at_most: Option<Option<Placed<u32>>>,
    /// Where chatter is written.
    pub(in crate::scenario) chatter_place: Place,
    /// Connections that all callers together may have open.
    pub(in crate::scenario) connections_at_most: Option<Option<u32>>,
    pub(in crate::scenario) operations: Section<OperationSchema>,
}

/// A time in which a service's cores stand still, as written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct StallSchema {
    pub(in crate::scenario) at: Placed<When>,
    pub(in crate::scenario) lasts: PositiveDuration,
}

/// A pool as written, before the names of classes are known.
#[derive(Debug)]
pub(in crate::scenario) struct PoolSchema {
    pub(in crate::scenario) instances: u32,
    cells: u32,
    shuffle_sharding: Option<ShuffleSharding>,
    /// From the door to the cells.
    pub(in crate::scenario) router: Option<DistSpec>,
    pub(in crate::scenario) workers: u32,
    cores: u32,
    core_scheduling: CoreScheduling,
    pub(in crate::scenario) balancer: Balancer,
    queue: QueueSpec,
    limits: Limits,
    admission: Option<DagorSpec>,
}

impl PoolSchema {
    /// The pool in a scenario whose classes are `classes`, in the order of their numbers.
    pub(in crate::scenario) fn lower(
        &self,
        classes: &[String],
        problems: &mut Problems,
    ) -> Option<PoolPlan> {
        let discipline = self.queue.discipline.resolve(classes, problems);
        let admission = match &self.admission {
            Some(spec) => spec.resolve(classes, problems).map(Some),
            None => Some(None),
        };
        Some(PoolPlan {
            instances: self.instances,
            cells: self.cells,
            shuffle_sharding: self.shuffle_sharding,
            workers: self.workers,
            cores: self.cores,
            core_scheduling: self.core_scheduling,
            balancer: self.balancer.clone(),
            discipline: discipline?,
            queue: self.queue.bounds,
            limits: self.limits.clone(),
            admission: admission?,
        })
    }
}

impl ServiceSchema {
    /// Whether its instances have links of a bandwidth, or may have.
    pub(in crate::scenario) fn has_links(&self) -> bool {
        !matches!(self.bandwidth, Some(None))
    }
}

impl Read for ServiceSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let pool = pool(&mut fields, problems);
        let chatter = fields.or("chatter", Vec::new(), problems);
        let chatter_place = fields.node("chatter").map_or(fields.place(), |node| node.place);
        let bandwidth = fields.optional("bandwidth", problems);
        let threads_at_most = count_of("threads-at-most", &mut fields, problems);
        let files_at_most = count_of("files-at-most", &mut fields, problems);
        let stalls = fields.or("stalls", Vec::new(), problems);
        let warm_up = fields.optional::<WarmUpSchema>("warm-up", problems);
        let slow = fields.optional::<SlowSchema>("slow", problems);
        let checks_deadlines = fields.or("checks-deadlines", ChecksDeadlines::default(), problems);
        let connections =
            fields.optional::<Whole<1, MOST_CONNECTIONS>>("connections-at-most", problems);
        let operations = Section::read(&mut fields, "operation", problems);
        if operations.items.is_empty() {
            problems.add_with_hint(
                fields.place(),
                "a service needs an operation",
                "add, for example, `[service.api.operation.send]` with `work = \"3ms\"`",
            );
        }
        fields.finish(problems);
        Some(Self {
            pool,
            chatter,
            stalls,
            warm_up: warm_up.map(|warm_up| warm_up.map(|schema| schema.0)),
            slow: slow.map(|slow| slow.map(|schema| schema.0)),
            checks_deadlines,
            bandwidth,
            threads_at_most,
            files_at_most,
            chatter_place,
            connections_at_most: connections.map(|most| most.map(|most| most.0 as u32)),
            operations,
        })
    }
}

/// How many of something an instance may have.
fn count_of(
    key: &'static str,
    fields: &mut Fields<'_>,
    problems: &mut Problems,
) -> Option<Option<Placed<u32>>> {
    let count = fields.optional::<Placed<Whole<1, MOST_CONNECTIONS>>>(key, problems)?;
    Some(count.map(|count| Placed { value: count.value.0 as u32, place: count.place }))
}

fn pool(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<PoolSchema> {
    let instances = fields.required_like::<Whole<1, MOST>>("instances", "40", problems);
    let workers = fields.optional::<Whole<1, MOST>>("workers", problems);
    let cores = fields.optional::<Whole<1, MOST>>("cores", problems);
    let core_scheduling = fields.optional::<Placed<CoreScheduling>>("core-scheduling", problems);
    let queue = fields.or("queue", QueueSpec::default(), problems);
    let limits = fields.or("limits", Limits::default(), problems);
    let admission = fields.optional("admission", problems);
    let balancer = fields.or("balancer", Balancer::default(), problems);
    let cells = fields.optional::<Placed<Whole<1, MOST>>>("cells", problems);
    let hands = fields.optional::<Placed<ShuffleSharding>>("shuffle-sharding", problems);
    let router = fields.optional::<Placed<DistSpec>>("router", problems);
    let core_scheduling = match core_scheduling? {
        None => CoreScheduling::default(),
        Some(written) => shared_cores(&written, workers?.is_some(), queue.as_ref()?, problems)?,
    };
    let (workers, cores) = match (workers?, cores?) {
        (Some(workers), Some(cores)) => (workers.0, cores.0),
        // A worker for each core, or a core for each worker.
        (Some(only), None) | (None, Some(only)) => (only.0, only.0),
        (None, None) => {
            problems.add_with_hint(
                fields.place(),
                "missing keys `cores` and `workers`",
                "add `cores = 4`, `workers = 64` or both; where one is missing, there is a core \
                 for each worker",
            );
            return None;
        }
    };
    let instances = instances?.0;
    let router = match router? {
        Some(router) if cells.as_ref().is_some_and(Option::is_none) => {
            problems.add_with_hint(
                router.place,
                "`router` without `cells`",
                "add the `cells` that it routes to, or write the time as `network` of the calls",
            );
            return None;
        }
        router => router.map(|router| router.value),
    };
    let cells = match cells? {
        None => 1,
        Some(cells) if instances.is_multiple_of(cells.value.0) => cells.value.0,
        Some(cells) => {
            let count = cells.value.0;
            let less = instances / count * count;
            let more = less + count;
            problems.add_with_hint(
                cells.place,
                format!("{instances} instances cannot be divided into {count} equal cells"),
                match less {
                    0 => format!("have at least {more} instances, or fewer cells"),
                    _ => format!("have {less} or {more} instances, or another number of cells"),
                },
            );
            return None;
        }
    };
    let shuffle_sharding = match hands? {
        Some(hands) => Some(hands_of(&hands, cells, problems)?),
        None => None,
    };
    Some(PoolSchema {
        instances: instances as u32,
        cells: cells as u32,
        shuffle_sharding,
        router,
        workers: workers as u32,
        cores: cores as u32,
        core_scheduling,
        balancer: balancer?,
        queue: queue?,
        limits: limits?,
        admission: admission?,
    })
}

/// How many of so many cells each sender has, if there are enough.
fn hands_of(
    written: &Placed<ShuffleSharding>,
    cells: u64,
    problems: &mut Problems,
) -> Option<ShuffleSharding> {
    let hand = written.value.hand;
    if u64::from(hand) > cells {
        let (have, hint) = match cells {
            1 => ("there is one cell".to_owned(), "add the cells, for example `cells = 8`"),
            _ => (format!("there are {cells} cells"), "have more cells, or a smaller hand"),
        };
        problems.add_with_hint(written.place, format!("a hand of {hand} where {have}"), hint);
        return None;
    }
    Some(written.value)
}

/// How workers divide the cores, if what is written of them goes with it.
fn shared_cores(
    written: &Placed<CoreScheduling>,
    has_workers: bool,
    queue: &QueueSpec,
    problems: &mut Problems,
) -> Option<CoreScheduling> {
    if written.value == CoreScheduling::FirstComeFirstServed {
        return Some(written.value);
    }
    if !has_workers {
        problems.add_with_hint(
            written.place,
            "`processor-sharing` where each worker has a core of its own",
            "add the `workers` that share the cores, for example `workers = 64`",
        );
        return None;
    }
    if queue.discipline.is_preemptive() {
        problems.add_with_hint(
            written.place,
            "`processor-sharing` with a queue that is `preemptive`",
            "who shares a core has nobody to take it from: remove one of the two",
        );
        return None;
    }
    Some(written.value)
}

/// `{ at = "10:05", lasts = "10s" }`
impl Read for StallSchema {
    const EXAMPLE: &'static str = "{ at = \"10:05\", lasts = \"10s\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let at = fields.required("at", problems);
        let lasts = fields.required("lasts", problems);
        fields.finish(problems);
        Some(Self { at: at?, lasts: lasts? })
    }
}

struct WarmUpSchema(WarmUp);

/// `{ lasts = "2min", speed = "40%" }`
impl Read for WarmUpSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let lasts = fields.required::<PositiveDuration>("lasts", problems);
        let speed = speed(&mut fields, problems);
        fields.finish(problems);
        Some(Self(WarmUp { lasts: lasts?.0, speed: speed? }))
    }
}

struct SlowSchema(Slow);

/// `{ share = "10%", speed = "50%" }`
impl Read for SlowSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let share = fields.required::<Share>("share", problems);
        let speed = speed(&mut fields, problems);
        fields.finish(problems);
        Some(Self(Slow { share: share?.0, speed: speed? }))
    }
}

/// A part of the full speed, more than none of it.
fn speed(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<f64> {
    // Slower than this is not slow but down.
    const LEAST: f64 = 1e-3;
    let speed = fields.required::<Placed<Share>>("speed", problems)?;
    if speed.value.0 < LEAST {
        problems.add_with_hint(
            speed.place,
            "expected a speed of at least 0.1 %",
            "for instances that stand still, write `stalls`",
        );
        return None;
    }
    Some(speed.value.0)
}

#[cfg(test)]
mod tests {
    use crate::language::Document;
    use crate::model::Model;
    use crate::service::{Discipline, Limits};

    /// The model of a service with these keys, or all problems.
    fn lower(keys: &str) -> Result<Model, Vec<String>> {
        let text = format!(
            "run.horizon = '1min'\n\
             traffic.otp = {{ to = 'api.send', poisson = {{ rate = '1/s' }} }}\n\
             traffic.promo = {{ to = 'api.send', poisson = {{ rate = '1/s' }} }}\n\
             traffic.again = {{ to = 'api.send', class = 'otp', poisson = {{ rate = '1/s' }} }}\n\
             [service.api]\ninstances = 1\ncores = 2\n{keys}\n\
             operation.send.work = '1ms'\n"
        );
        let document = Document::parse("test", &text).unwrap();
        crate::scenario::model_of(&document, &|_: &str| Err("no files here".to_owned()))
            .map_err(|problems| problems.iter().map(|problem| problem.label.clone()).collect())
    }

    #[test]
    fn lanes_become_levels_of_classes() {
        let model = lower(
            "queue = { priority = { lanes = ['otp'], preemptive = true, length-at-most = 9 } }\n\
             admission = { dagor = { lanes = ['promo'] } }\n\
             limits = [{ token-bucket = { rate = '5/s' } }]",
        );
        let pool = &model.unwrap().services[0].pool;
        let levels = |level_of: &dyn Fn(usize) -> u8| [level_of(0), level_of(1)];
        assert_eq!(levels(&|class| pool.discipline.level_of(class)), [0, 1]);
        assert!(pool.discipline.is_preemptive() && pool.queue.length_at_most == Some(9));
        let dagor = pool.admission.as_ref().unwrap();
        assert_eq!(levels(&|class| dagor.lanes.level_of(class)), [1, 0]);
        assert_ne!(pool.limits, Limits::default());
    }

    #[test]
    fn without_a_word_it_is_first_in_first_out_and_open() {
        let pool = &lower("").unwrap().services[0].pool;
        assert_eq!(pool.discipline, Discipline::Fifo);
        assert_eq!((&pool.limits, &pool.admission), (&Limits::default(), &None));
    }

    #[test]
    fn lanes_of_unknown_classes_are_told_all_at_once() {
        let problems = lower(
            "queue = { priority = { lanes = ['opt', 'promo'] } }\n\
             admission = { dagor = { lanes = ['again'] } }",
        );
        let expected = ["no class is named `opt`", "no class is named `again`"];
        assert_eq!(problems.unwrap_err(), expected);
    }
}
