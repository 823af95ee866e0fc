//! The creation date of a revision, in Alembic's format (`ScriptDirectory._generate_create_date`).

use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::text::escape;

/// The date of a revision, in the time zone of its environment.
///
/// It is displayed as by Python's `str` of a `datetime`: without a zone if the environment has none, and
/// with microseconds unless they are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    pub(super) civil: DateTime,
    pub(super) epoch: i64,
    offset: Option<Offset>,
}

/// A reason why there is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undated {
    /// The time zone is unknown, as written and in upper case.
    #[error("cannot locate the time zone `{}`", escape(.0))]
    UnknownTimezone(String),
    /// The system clock is outside the range of the calendar.
    #[error("the system clock is out of range")]
    NoTime,
}

impl Created {
    /// Converts an instant; uses the machine's time zone if none is given.
    pub fn at(instant: SystemTime, timezone: Option<&str>) -> Result<Created, Undated> {
        let instant = Timestamp::try_from(instant).map_err(|_| Undated::NoTime)?;
        match timezone {
            None => Ok(Created::new(instant, &TimeZone::system(), None)),
            Some(name) => {
                let zone = [name, &name.to_uppercase()].into_iter().find_map(zone);
                let zone = zone.ok_or_else(|| Undated::UnknownTimezone(name.to_owned()))?;
                Ok(Created::new(instant, &zone, Some(zone.to_offset(instant))))
            }
        }
    }

    fn new(instant: Timestamp, zone: &TimeZone, offset: Option<Offset>) -> Created {
        Created { civil: zone.to_datetime(instant), epoch: instant.as_second(), offset }
    }
}

impl fmt::Display for Created {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.civil.date(), self.civil.time());
        write!(out, "{:04}-{:02}-{:02} ", date.year(), date.month(), date.day())?;
        write!(out, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        let microseconds = time.subsec_nanosecond() / 1_000;
        if microseconds != 0 {
            write!(out, ".{microseconds:06}")?;
        }
        let Some(offset) = self.offset else {
            return Ok(());
        };
        let sign = if offset.is_negative() { '-' } else { '+' };
        let seconds = offset.seconds().unsigned_abs();
        write!(out, "{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)?;
        match seconds % 60 {
            0 => Ok(()),
            odd => write!(out, ":{odd:02}"),
        }
    }
}

/// Finds a zone by its exact name, as a case-sensitive file system does.
///
/// Zones in `right` count leap seconds, so they are ignored.
fn zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok()?;
    let is_exact = zone.iana_name() == Some(name);
    (is_exact && !name.starts_with("right/")).then_some(zone)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const INSTANT: Duration = Duration::from_nanos(1_706_710_029_012_345_678);

    fn shown(since: Duration, timezone: &str) -> String {
        match Created::at(SystemTime::UNIX_EPOCH + since, Some(timezone)) {
            Ok(created) => created.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_date_is_written_as_python_writes_it() {
        assert_eq!(shown(INSTANT, "UTC"), "2024-01-31 14:07:09.012345+00:00");
        assert_eq!(shown(Duration::from_secs(1_706_710_029), "UTC"), "2024-01-31 14:07:09+00:00");
        assert_eq!(shown(Duration::from_nanos(999), "UTC"), "1970-01-01 00:00:00+00:00");
    }

    #[test]
    fn a_name_is_tried_as_it_is_and_in_capitals() {
        assert_eq!(shown(Duration::ZERO, "utc"), "1970-01-01 00:00:00+00:00");
        for name in ["", "Nowhere/Land", "../UTC", "UTC ", "right/UTC", "Etc/Unknown"] {
            assert_eq!(shown(INSTANT, name), format!("cannot locate the time zone `{name}`"));
        }
    }

    #[test]
    fn offsets_have_seconds_where_they_need_them() {
        let offset = |seconds| Offset::from_seconds(seconds).expect("it is an offset");
        for (seconds, expected) in
            [(20_700, "+05:45"), (-12_600, "-03:30"), (1_172, "+00:19:32"), (-3_599, "-00:59:59")]
        {
            let zone = TimeZone::fixed(offset(seconds));
            let created = Created::new(Timestamp::UNIX_EPOCH, &zone, Some(offset(seconds)));
            assert!(created.to_string().ends_with(expected), "{created}");
        }
        let local = Created::new(Timestamp::UNIX_EPOCH, &TimeZone::fixed(offset(3_600)), None);
        assert_eq!((local.to_string().as_str(), local.epoch), ("1970-01-01 01:00:00", 0));
    }
}
