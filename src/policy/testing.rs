//! What the tests of the policies share: reading a piece of a scenario, and telling a time.

use crate::engine::{SimDuration, SimTime};
use crate::language::{Document, Problems, Read};

/// What `x = <toml>` reads as.
#[track_caller]
pub(super) fn read<T: Read>(toml: &str) -> T {
    try_read(toml).unwrap_or_else(|problem| panic!("{problem}"))
}

/// The first problem of `x = <toml>`, as "text at the caret: label | hint".
#[track_caller]
pub(super) fn problem<T: Read>(toml: &str) -> String {
    try_read::<T>(toml).err().expect("reads without a problem")
}

fn try_read<T: Read>(toml: &str) -> Result<T, String> {
    let text = format!("x = {toml}");
    let document = Document::parse("test", &text).unwrap();
    let mut problems = Problems::new();
    let value = T::read(document.get("x").unwrap(), &mut problems);
    match problems.iter().next() {
        None => Ok(value.unwrap()),
        Some(problem) => {
            let place = problem.place;
            let written = &text[place.start as usize..place.end as usize];
            let hint = problem.hint.as_deref().unwrap_or("-");
            Err(format!("{written}: {} | {hint}", problem.label))
        }
    }
}

/// A length in milliseconds.
pub(super) const fn ms(ms: u64) -> SimDuration {
    SimDuration::from_millis(ms)
}

/// A time in milliseconds after the start.
pub(super) fn at(ms: u64) -> SimTime {
    SimTime::from_ns(ms * 1_000_000)
}
