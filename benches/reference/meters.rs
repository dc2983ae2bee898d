//! What a piece of code costs: time on the processor, allocations, memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counted.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn took(bytes: usize) {
    ALLOCATIONS.fetch_add(1, Relaxed);
    let held = HELD.fetch_add(bytes as u64, Relaxed) + bytes as u64;
    PEAK.fetch_max(held, Relaxed);
}

fn gave(bytes: usize) {
    HELD.fetch_sub(bytes as u64, Relaxed);
}

#[expect(unsafe_code, reason = "only an allocator sees every allocation")]
// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        gave(layout.size());
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // For a moment both may exist.
        took(size);
        gave(layout.size());
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// What the allocator did during a piece of code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) allocations: u64,
    /// The most that was held at once beyond what was held before.
    pub(crate) peak_bytes: u64,
}

/// Runs `code` and tells what it allocated.
pub(crate) fn memory_of<R>(code: impl FnOnce() -> R) -> (R, Memory) {
    let (allocations, held) = (ALLOCATIONS.load(Relaxed), HELD.load(Relaxed));
    PEAK.store(held, Relaxed);
    let result = code();
    let memory = Memory {
        allocations: ALLOCATIONS.load(Relaxed) - allocations,
        peak_bytes: PEAK.load(Relaxed) - held,
    };
    (result, memory)
}

/// Runs `code` and tells how many nanoseconds it took: on the processor where the system says
/// so, else on the wall.
pub(crate) fn time_of<R>(code: impl FnOnce() -> R) -> (R, f64) {
    let (wall, processor) = (Instant::now(), on_processor_ns());
    let result = code();
    let ns = match (processor, on_processor_ns()) {
        (Some(before), Some(after)) => (after - before) as f64,
        _ => wall.elapsed().as_nanos() as f64,
    };
    (result, ns)
}

/// How long this thread has been on a processor (Linux).
fn on_processor_ns() -> Option<u64> {
    // Makes the scheduler bring its account up to date.
    std::thread::yield_now();
    let account = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    account.split(' ').next()?.parse().ok().filter(|&ns| ns > 0)
}
