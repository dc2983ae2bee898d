//! The same work in one service or in several: hops cost a split, peers cost a merge.

use std::fmt::Write;
use std::sync::LazyLock;

use surgeplan::verdict::{Answer, Cause};

use crate::lab::assess;
use crate::support::{Plan, Ran, value};

const SPLITS: [u32; 5] = [1, 2, 4, 8, 16];
/// Instances in all, and in how many services they carry most.
const BEST: [(u32, u32); 4] = [(64, 1), (256, 2), (896, 4), (1792, 8)];
const CORES: f64 = 4.0;
/// The horizon of 300 ms without its first tenth, in seconds.
const MEASURED_S: f64 = 0.27;

/// What a split carries with so many instances, by `BEST` and `SPLITS`.
static CARRIED: LazyLock<Vec<[f64; 5]>> = LazyLock::new(|| {
    let row = |(total, _)| SPLITS.map(|split| carried(&short(split, total)));
    BEST.into_iter().map(row).collect()
});

/// So many services of so many instances in all.
fn plan(split: u32, total: u32) -> Plan {
    Plan::of("merge-or-split")
        .set(&format!("traffic.job.to=in-{split}.do"))
        .set(&format!("service.in-{split}.instances={total}"))
}

fn short(split: u32, total: u32) -> Plan {
    plan(split, total).set("run.horizon=300ms").set("run.replications=1")
}

/// Jobs a second.
fn carried(plan: &Plan) -> f64 {
    of_jobs(&plan.run())
}

fn of_jobs(ran: &Ran) -> f64 {
    value(&ran.class("job").carried)
}

/// What a job costs in all services together, in seconds.
fn work(split: u32) -> f64 {
    1.6e-3 + f64::from(split) * 0.2e-3
}

/// Cores of an instance that its heartbeats take: 200 µs ten times a second for each peer, and as
/// much to listen.
fn heartbeats(split: u32, total: u32) -> f64 {
    2.0 * 10.0 * 200e-6 * f64::from(total / split - 1)
}

/// Jobs a second by hand, in any chain of services of `total / split` instances.
fn by_hand(split: u32, total: u32) -> f64 {
    let left = (CORES - heartbeats(split, total)).max(0.0);
    f64::from(total) * left / work(split)
}

fn best(carried: impl Fn(u32) -> f64) -> u32 {
    let most = SPLITS.into_iter().max_by(|&a, &b| carried(a).total_cmp(&carried(b)));
    most.expect("there are splits")
}

/// Jobs of one length finish in step, a round of them on all cores at a time, so that a count is
/// off by a round at most.
fn round(split: u32, total: u32) -> f64 {
    f64::from(total) * CORES / by_hand(split, total) / MEASURED_S
}

/// Of those whose heartbeats leave half of the cores: what others owe at the start takes longer
/// than this to come to its level.
#[test]
fn every_split_carries_what_its_peers_and_hops_leave() {
    let mut held = 0;
    for (row, (total, _)) in CARRIED.iter().zip(BEST) {
        for (measured, split) in row.iter().zip(SPLITS) {
            if heartbeats(split, total) > CORES / 2.0 {
                continue;
            }
            let truth = by_hand(split, total);
            let error = round(split, total);
            assert!(error <= 0.02, "{split} of {total}: ± {error} is too wide to tell");
            let off = measured / truth - 1.0;
            assert!(off.abs() < error, "{split} of {total}: {measured}/s, by hand {truth}/s");
            held += 1;
        }
    }
    assert_eq!(held, 17);
}

#[test]
fn the_best_split_grows_with_the_instances() {
    for (row, (total, most)) in CARRIED.iter().zip(BEST) {
        let measured = |split| {
            let place = SPLITS.iter().position(|&known| known == split);
            row[place.expect("one of the splits")]
        };
        assert_eq!(best(|split| by_hand(split, total)), most, "by hand, {total}");
        assert_eq!(best(measured), most, "of {total}: {row:?}");
    }
}

/// Heartbeats that nearly fill the cores of one service, once what is owed is at its level.
#[test]
fn one_service_of_many_talks_to_itself() {
    let long = plan(1, 896).set("run.horizon=3s").set("run.replications=1").run();
    // A round takes 17 ms of 2.7 s. What an instance owes is taken by one core at a time, some
    // hundred jobs long, so that another round or two of each core may be missing or over.
    let (measured, truth) = (of_jobs(&long), by_hand(1, 896));
    assert!((measured / truth - 1.0).abs() < 0.02, "{measured}/s, by hand {truth}/s");
}

#[test]
fn four_services_of_896_carry_the_target_and_no_other_split_does() {
    for split in SPLITS {
        let ran = plan(split, 896).set("run.horizon=500ms").set("run.replications=2").run();
        let (answer, measured) = (ran.answer("carried"), ran.measured("carried"));
        if split == 4 {
            assert_eq!(answer, Answer::Met, "{measured} s");
            continue;
        }
        assert_eq!(answer, Answer::NotMet, "{split}: {measured} s");
        let (binding, station) = ran.binding("carried");
        assert_eq!(station, format!("in-{split}"));
        // Few large services talk; many small ones pay for hops.
        let cause = if split < 4 { Cause::Chatter } else { binding.cause };
        assert_eq!(binding.cause, cause, "{split}");
    }
}

/// The scenario writes a split as cells; this is the chain itself, each service handing its jobs
/// to the next.
#[test]
fn a_chain_of_services_written_out_carries_the_same() {
    for (split, total) in [(2, 64), (4, 64), (4, 896)] {
        let result = assess(&chain(split, total));
        let measured = value(&result.assessment.classes[0].carried);
        let (truth, error) = (by_hand(split, total), round(split, total));
        let off = measured / truth - 1.0;
        assert!(off.abs() < error, "{split} of {total}: {measured}/s, by hand {truth}/s");
    }
}

fn chain(split: u32, total: u32) -> String {
    let mut text = "[run]\nmode = \"steady\"\nhorizon = \"300ms\"\nreplications = 1\n\
                    [traffic.job]\nto = \"part-1.do\"\n\
                    closed-loop = { users = 22_000, think = \"0s\" }\n"
        .to_owned();
    let (instances, part) = (total / split, 1600 / split + 200);
    for place in 1..=split {
        let next = match place {
            last if last == split => String::new(),
            _ => format!("operation.do.steps = [{{ hand-to = \"part-{}.do\" }}]\n", place + 1),
        };
        write!(
            text,
            "[service.part-{place}]\ninstances = {instances}\ncores = 4\n\
             chatter = [{{ full-mesh = {{ every = \"100ms\", work = \"200us\" }} }}]\n\
             operation.do.work = \"{part}us\"\n{next}"
        )
        .expect("a string can be written to");
    }
    text
}

/// One service in cells of its own pays a hop once, and beats every split of the same size.
#[test]
fn cells_of_one_service_beat_a_split() {
    let cells = carried(&short(1, 896).set("service.in-1.cells=4"));
    let truth = by_hand(4, 896) * work(4) / work(1);
    assert!((cells / truth - 1.0).abs() < 0.02, "{cells}/s, by hand {truth}/s");
    assert!(cells > 1.3 * CARRIED[2][2], "{cells}/s against {}/s", CARRIED[2][2]);
}

/// The mechanism is the heartbeats. Without them there is nothing to split for, at any size.
#[test]
fn without_chatter_the_answer_is_gone() {
    for (total, _) in BEST {
        let silent = |split| {
            let chatter = format!("service.in-{split}.chatter=[]");
            carried(&short(split, total).set(&chatter))
        };
        let row = SPLITS.map(silent);
        let falls = row.windows(2).all(|pair| pair[0] > pair[1]);
        assert!(falls, "of {total}: {row:?}");
        let off = row[0] / (f64::from(total) * CORES / work(1)) - 1.0;
        assert!(off.abs() < work(1) / MEASURED_S, "of {total}: {}/s", row[0]);
    }
}
