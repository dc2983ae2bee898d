//! A readable account of a small run, event by event.

use std::fmt;

use crate::engine::SimTime;

/// Takes notes of a run, or does not.
pub trait Trace {
    /// Whether notes are taken; where not, they are not even worded.
    const ON: bool;

    /// Something happened at `at`.
    fn note(&mut self, at: SimTime, what: fmt::Arguments<'_>);
}

/// Takes no notes, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl Trace for NoTrace {
    const ON: bool = false;

    #[inline]
    fn note(&mut self, _at: SimTime, _what: fmt::Arguments<'_>) {}
}

/// One line of text for each event, up to a limit.
#[derive(Clone, Debug)]
pub struct TextTrace {
    /// The lines, the time in seconds first.
    pub lines: Vec<String>,
    /// Lines that were not kept for want of room.
    pub dropped: u64,
    most: usize,
}

impl TextTrace {
    /// Keeps the first `most` lines.
    pub fn new(most: usize) -> Self {
        Self { lines: Vec::new(), dropped: 0, most }
    }
}

impl Trace for TextTrace {
    const ON: bool = true;

    fn note(&mut self, at: SimTime, what: fmt::Arguments<'_>) {
        if self.lines.len() < self.most {
            let (secs, ns) = (at.ns() / 1_000_000_000, at.ns() % 1_000_000_000);
            self.lines.push(format!("{secs:>9}.{ns:09} s  {what}"));
        } else {
            self.dropped += 1;
        }
    }
}
