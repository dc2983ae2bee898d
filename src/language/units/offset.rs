//! Fixed distances from universal time: `"UTC"`, `"+02:00"`.

use std::fmt;

use super::{Fault, settle};
use crate::language::document::Node;
use crate::language::problem::Problems;
use crate::language::read::Read;

/// Minutes ahead of universal time, from −18:00 to +18:00. Fixed: no run changes its clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcOffset(i16);

const MINUTES_MAX: i16 = 18 * 60;
const EXPECTED: &str = "an offset from UTC";

impl UtcOffset {
    /// Universal time itself.
    pub const UTC: Self = Self(0);

    /// `minutes` ahead of universal time; `None` beyond 18 hours either way.
    pub fn from_minutes(minutes: i16) -> Option<Self> {
        (-MINUTES_MAX..=MINUTES_MAX).contains(&minutes).then_some(Self(minutes))
    }

    /// Minutes ahead of universal time.
    pub fn minutes(self) -> i16 {
        self.0
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.unsigned_abs();
        match self.0 {
            0 => f.write_str("UTC"),
            1.. => write!(f, "+{:02}:{:02}", minutes / 60, minutes % 60),
            ..0 => write!(f, "-{:02}:{:02}", minutes / 60, minutes % 60),
        }
    }
}

impl Read for UtcOffset {
    const EXAMPLE: &'static str = "\"+02:00\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = node.as_str().map(str::trim);
        let offset = match text.and_then(parse) {
            Some(offset) => Ok(offset),
            None if text.is_some_and(|text| text.contains('/') || text.len() == 3) => {
                let hint = "names of time zones are not known here: write the offset that holds \
                            during the run, such as \"+02:00\"";
                Err(Fault::new(EXPECTED).hint(hint))
            }
            None => {
                Err(Fault::new(EXPECTED)
                    .hint("write, for example, \"UTC\", \"+02:00\" or \"-08:00\""))
            }
        };
        settle(offset, node, problems)
    }
}

/// Reads `UTC`, `Z` and `+02:00`.
pub(super) fn parse(text: &str) -> Option<UtcOffset> {
    if matches!(text, "UTC" | "Z") {
        return Some(UtcOffset::UTC);
    }
    let (sign, clock) = match text.strip_prefix('+') {
        Some(clock) => (1, clock),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = clock.split_once(':')?;
    let number = |digits: &str| {
        let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        if two { digits.parse::<i16>().ok() } else { None }
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if minutes > 59 {
        return None;
    }
    UtcOffset::from_minutes(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    #[test]
    fn offsets_read_as_they_show() {
        for text in ["UTC", "+02:00", "-08:00", "+05:45", "-00:30", "+18:00"] {
            let offset: UtcOffset = read_text(&format!("\"{text}\"")).unwrap();
            assert_eq!(offset.to_string(), text);
        }
        assert_eq!(read_text::<UtcOffset>("\"Z\"").unwrap(), UtcOffset::UTC);
        assert_eq!(read_text::<UtcOffset>("\"-08:00\"").unwrap().minutes(), -480);
    }

    #[test]
    fn what_is_no_offset_is_told() {
        for text in
            ["\"+2\"", "\"+0200\"", "\"+18:01\"", "\"+01:60\"", "2", "\"+-1:00\"", "\"+é1:00\""]
        {
            let error = read_text::<UtcOffset>(text).unwrap_err();
            assert!(error.contains("write, for example, \"UTC\", \"+02:00\" or"), "{error}");
        }
        for text in ["\"Europe/Berlin\"", "\"CET\""] {
            let error = read_text::<UtcOffset>(text).unwrap_err();
            assert!(error.contains("names of time zones are not known here"), "{error}");
        }
    }
}
