//! Time stamps of measured series: dates, or numbers of seconds, in the spellings in use.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::language::units::UtcOffset;

/// How the time stamps of one file are written; told by its first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamps {
    /// Dates and times of day: `2014-04-10 00:04:00`, with `T`, with `Z`, ` UTC` or an offset.
    Dates,
    /// Numbers, so many nanoseconds each. Seconds since 1970 have up to 11 digits, milliseconds
    /// 14, microseconds 17; fewer digits may be seconds since anything.
    Numbers { unit_ns: i128 },
}

impl Stamps {
    /// What `cell` looks like; `None` if it is no time stamp at all.
    pub(super) fn of(cell: &str) -> Option<Self> {
        let Ok(number) = cell.parse::<f64>() else {
            return date_ns(cell, UtcOffset::UTC).map(|_| Self::Dates);
        };
        let unit_ns = match number.abs() {
            n if n < 1e11 => 1_000_000_000,
            n if n < 1e14 => 1_000_000,
            n if n < 1e17 => 1_000,
            n if n < 1e20 => 1,
            _ => return None,
        };
        Some(Self::Numbers { unit_ns })
    }

    /// Nanoseconds since 1970 began in `zone`; `None` if `cell` is no such time stamp.
    pub(super) fn ns(self, cell: &str, zone: UtcOffset) -> Option<i128> {
        match self {
            Self::Dates => date_ns(cell, zone),
            Self::Numbers { unit_ns } => match cell.parse::<i64>() {
                Ok(number) => Some(i128::from(number) * unit_ns + shift(zone)),
                Err(_) => {
                    let number = cell.parse::<f64>().ok().filter(|n| n.abs() < 1e20)?;
                    Some((number * unit_ns as f64).round() as i128 + shift(zone))
                }
            },
        }
    }
}

/// A date with an offset is moved to `zone`; one without is in `zone` already.
fn date_ns(cell: &str, zone: UtcOffset) -> Option<i128> {
    let bare = cell.strip_suffix("UTC").map(str::trim_end);
    if let Ok(instant) = cell.parse::<Timestamp>() {
        return Some(instant.as_nanosecond() + shift(zone));
    }
    let civil: DateTime = bare.unwrap_or(cell).parse().ok()?;
    let ns = civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_nanosecond();
    Some(if bare.is_some() { ns + shift(zone) } else { ns })
}

fn shift(zone: UtcOffset) -> i128 {
    i128::from(zone.minutes()) * 60_000_000_000
}

/// The date and time that is `ns` after 1970 began.
pub(super) fn civil(ns: i128) -> DateTime {
    let instant = Timestamp::from_nanosecond(ns).unwrap_or(Timestamp::MAX);
    TimeZone::UTC.to_datetime(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_in_many_spellings() {
        let zone = UtcOffset::from_minutes(120).unwrap();
        let wanted = 1_397_088_240_000_000_000 + 7_200_000_000_000;
        for cell in [
            "2014-04-10 02:04:00",
            "2014-04-10 02:04",
            "2014-04-10T02:04:00.000",
            "2014-04-10T00:04:00Z",
            "2014-04-10 00:04:00 UTC",
            "2014-04-10T02:04:00+02:00",
            "1397088240",
            "1397088240.0",
            "1397088240000",
            "1397088240000000",
            "1397088240000000000",
        ] {
            let found = Stamps::of(cell).and_then(|stamps| stamps.ns(cell, zone));
            assert_eq!(found, Some(wanted), "{cell}");
        }
        assert_eq!(civil(wanted), "2014-04-10T02:04:00".parse().unwrap());
    }

    #[test]
    fn what_is_no_time_stamp() {
        for cell in ["", "timestamp", "2014-13-01", "1e40", "inf", "NaN"] {
            assert_eq!(Stamps::of(cell), None, "{cell}");
        }
    }
}
