//! THE MACHINE: time, the calendar of events, slabs, random streams. It knows no domain.

pub mod calendar;
pub mod queue;
pub mod random;
pub mod slab;
pub mod time;

pub use calendar::{Calendar, HeapCalendar, LaneId, Occurrence, Ticket};
pub use queue::{Linked, Links, Queue};
pub use random::{Draws, Key, Luck, Purpose, Stream};
pub use slab::{Id, Slab};
pub use time::{SimDuration, SimTime};
