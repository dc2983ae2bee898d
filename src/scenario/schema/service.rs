//! `[service.NAME]`: instances, workers, cores, and what they do.

use super::{OperationSchema, Section};
use crate::language::{Fields, Node, Problems, Read, Whole};
use crate::service::{Balancer, PoolPlan, QueueBounds};

/// Most instances of one service, most workers or cores of one instance.
const MOST: u64 = 1_000_000;

/// One service as written.
#[derive(Debug)]
pub(in crate::scenario) struct ServiceSchema {
    /// Missing where it could not be read.
    pub(in crate::scenario) pool: Option<PoolPlan>,
    pub(in crate::scenario) operations: Section<OperationSchema>,
}

impl Read for ServiceSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let pool = pool(&mut fields, problems);
        let operations = Section::read(&mut fields, "operation", problems);
        if operations.items.is_empty() {
            problems.add_with_hint(
                fields.place(),
                "a service needs an operation",
                "add, for example, `[service.api.operation.send]` with `work = \"3ms\"`",
            );
        }
        fields.finish(problems);
        Some(Self { pool, operations })
    }
}

fn pool(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<PoolPlan> {
    let instances = fields.required_like::<Whole<1, MOST>>("instances", "40", problems);
    let workers = fields.optional::<Whole<1, MOST>>("workers", problems);
    let cores = fields.optional::<Whole<1, MOST>>("cores", problems);
    let queue = fields.or("queue", QueueBounds::default(), problems);
    let balancer = fields.or("balancer", Balancer::default(), problems);
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
    Some(PoolPlan {
        instances: instances?.0 as u32,
        workers: workers as u32,
        cores: cores as u32,
        balancer: balancer?,
        queue: queue?,
    })
}
