//! THE MACHINE: time, the calendar of events, slabs, random streams. It knows no domain.

pub mod random;
pub mod time;

pub use random::{Draws, Key, Luck, Purpose, Stream};
pub use time::{SimDuration, SimTime};
