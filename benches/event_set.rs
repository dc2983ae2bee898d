//! scratch
use rand::Rng;
use std::time::Instant;
use surgeplan::engine::{Calendar, HeapCalendar, Key, SimDuration, SimTime, Stream};

struct Increments(Vec<u64>);
fn incs(mean: f64) -> Vec<u64> {
    let mut s = Stream::from(Key::new(1, 0, "hold"));
    (0..4096)
        .map(|_| {
            let u = surgeplan::engine::random::uniform(&mut s);
            (-libm::log(u) * mean) as u64 + 1
        })
        .collect()
}
macro_rules! hold {
    ($cal:expr, $n:expr, $ops:expr) => {{
        let mut cal = $cal;
        let tab = incs(1e9);
        let mut s = Stream::from(Key::new(2, 0, "hold"));
        let n: u64 = $n;
        for i in 0..n {
            let w = s.next_u64();
            cal.schedule(SimTime::from_ns(tab[(w >> 52) as usize] + (w & 0xfffff)), i as u32);
        }
        let mut digest = 0u64;
        let mut hold = |ops: u64| {
            for _ in 0..ops {
                let (t, p) = cal.pop(SimTime::MAX, |_, _| true).expect("never empty");
                digest = (digest ^ t.ns() ^ u64::from(p)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let w = s.next_u64();
                cal.schedule(t + SimDuration::from_ns(tab[(w >> 52) as usize] + (w & 0xfffff)), p);
            }
        };
        let ops: u64 = $ops;
        hold(ops.min(3 * n));
        let start = Instant::now();
        hold(ops);
        (start.elapsed().as_nanos() as f64 / ops as f64, digest)
    }};
}
fn main() {
    let _ = Increments(vec![]);
    let heap = std::env::args().any(|a| a == "heap");
    let full = std::env::args().any(|a| a == "full");
    for n in [
        1u64, 2, 4, 10, 30, 64, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000,
        10_000_000,
    ] {
        if n > 1_000_000 && !full {
            continue;
        }
        let ops = if n > 1_000_000 { 10_000_000 } else { 4_000_000 };
        let (l, dl) = (0..3)
            .map(|_| hold!(Calendar::new(), n, ops))
            .fold((f64::MAX, 0), |a, b| (a.0.min(b.0), b.1));
        if heap {
            let (h, dh) = hold!(HeapCalendar::new(), n, ops);
            assert_eq!(dl, dh);
            println!("{n:>9} ladder {l:6.1} heap {h:6.1}");
        } else {
            println!("{n:>9} ladder {l:6.1} {dl:x}");
        }
    }
}
