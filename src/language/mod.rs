//! THE TEXT: TOML with places, problems with carets, units with words. It knows no domain.
//!
//! A text becomes a [`Document`] whose every value remembers its [`Place`]. Types that a document
//! can hold implement [`Read`]; reading goes on after a problem, so that a user sees all of them at
//! once, each with what was found, what was expected and a hint. Why not serde: its derive stops at
//! the first error.
//!
//! ```
//! use surgeplan::language::{Document, Fields, Node, Problems, Read};
//! use surgeplan::language::units::{Count, Rate};
//!
//! struct Pool {
//!     instances: Count,
//!     rate: Rate,
//! }
//!
//! impl Read for Pool {
//!     fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
//!         let mut fields = Fields::open(node, problems)?;
//!         let instances = fields.required("instances", problems);
//!         let rate = fields.required("rate", problems);
//!         fields.finish(problems);
//!         Some(Self { instances: instances?, rate: rate? })
//!     }
//! }
//!
//! let document = Document::parse("pool.toml", "instances = 4\nrate = \"1.5k/s\"").unwrap();
//! let mut problems = Problems::new();
//! let pool = Pool::read(document.root(), &mut problems).unwrap();
//! assert_eq!((pool.instances.0, pool.rate.per_s), (4, 1500.0));
//! ```

mod assign;
mod choice;
mod digest;
pub mod document;
pub mod format;
pub mod names;
mod parse;
mod path;
pub mod problem;
pub mod read;
mod render;
mod syntax;
pub mod units;

pub use choice::{Choice, Reader, choose};
pub use document::{Document, Entry, NamedTable, Node, Place, Value};
pub use names::{list_of, suggest, unknown_name};
pub use problem::{Problem, Problems};
pub use read::{Fields, Named, Placed, Read};
pub use units::{
    Bandwidth, Count, CountOrZero, Factor, Money, NonNegative, PositiveDuration, Rate, RunClock,
    Share, Size, Start, UtcOffset, When, Whole,
};
