//! Progress on stderr, where a terminal shows it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::sweep::Progress;

/// A bar that shows itself once the work has taken two seconds.
pub(super) struct Bar {
    bar: ProgressBar,
    events: AtomicU64,
    started: Instant,
}

const PATIENCE: Duration = Duration::from_secs(2);

impl Bar {
    /// A bar, or none where `quiet`.
    pub(super) fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(4)
        };
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = "{bar:30} {pos} of {len} replications, {msg}, {eta} left";
        bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
        let shown = Self { bar, events: AtomicU64::new(0), started: Instant::now() };
        let waiting = shown.bar.clone();
        if !quiet {
            std::thread::spawn(move || {
                std::thread::sleep(PATIENCE);
                if !waiting.is_finished() {
                    waiting.set_draw_target(target);
                    waiting.enable_steady_tick(Duration::from_millis(250));
                }
            });
        }
        shown
    }

    /// Takes the bar off the screen.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn expect(&self, replications: u64) {
        self.bar.inc_length(replications);
    }

    fn finished(&self, events: u64) {
        let all = self.events.fetch_add(events, Ordering::Relaxed) + events;
        let per_s = all as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_message(format!("{:.1} million events/s", per_s / 1e6));
        self.bar.inc(1);
    }
}
