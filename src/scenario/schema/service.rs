//! `[service.NAME]`: instances, workers, cores, and what they do.

use super::{OperationSchema, Section};
use crate::chatter::Chatter;
use crate::language::{Fields, Node, Placed, PositiveDuration, Problems, Read, Share, When, Whole};
use crate::policy::ChecksDeadlines;
use crate::service::{Balancer, PoolPlan, QueueBounds, Slow, WarmUp};

/// Most instances of one service, most workers or cores of one instance.
const MOST: u64 = 1_000_000;

/// One service as written.
#[derive(Debug)]
pub(in crate::scenario) struct ServiceSchema {
    /// Missing where it could not be read.
    pub(in crate::scenario) pool: Option<PoolPlan>,
    pub(in crate::scenario) chatter: Option<Vec<Chatter>>,
    pub(in crate::scenario) stalls: Option<Vec<StallSchema>>,
    pub(in crate::scenario) warm_up: Option<Option<WarmUp>>,
    pub(in crate::scenario) slow: Option<Option<Slow>>,
    pub(in crate::scenario) checks_deadlines: Option<ChecksDeadlines>,
    pub(in crate::scenario) operations: Section<OperationSchema>,
}

/// A time in which a service's cores stand still, as written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct StallSchema {
    pub(in crate::scenario) at: Placed<When>,
    pub(in crate::scenario) lasts: PositiveDuration,
}

impl Read for ServiceSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let pool = pool(&mut fields, problems);
        let chatter = fields.or("chatter", Vec::new(), problems);
        let stalls = fields.or("stalls", Vec::new(), problems);
        let warm_up = fields.optional::<WarmUpSchema>("warm-up", problems);
        let slow = fields.optional::<SlowSchema>("slow", problems);
        let checks_deadlines = fields.or("checks-deadlines", ChecksDeadlines::default(), problems);
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
            operations,
        })
    }
}

fn pool(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<PoolPlan> {
    let instances = fields.required_like::<Whole<1, MOST>>("instances", "40", problems);
    let workers = fields.optional::<Whole<1, MOST>>("workers", problems);
    let cores = fields.optional::<Whole<1, MOST>>("cores", problems);
    let queue = fields.or("queue", QueueBounds::default(), problems);
    let balancer = fields.or("balancer", Balancer::default(), problems);
    let cells = fields.optional::<Placed<Whole<1, MOST>>>("cells", problems);
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
    Some(PoolPlan {
        instances: instances as u32,
        cells: cells as u32,
        workers: workers as u32,
        cores: cores as u32,
        balancer: balancer?,
        queue: queue?,
    })
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
