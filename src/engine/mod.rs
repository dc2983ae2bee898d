//! THE MACHINE: time, the calendar of events, slabs, random streams. It knows no domain.

pub mod calendar;
pub mod random;
pub mod time;

pub use calendar::{Calendar, HeapCalendar, LaneId};
pub use random::{Draws, Key, Luck, Purpose, Stream};
pub use time::{SimDuration, SimTime};
