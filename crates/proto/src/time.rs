//! A moment, as the wire writes it.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

mod rfc3339;

pub(crate) use self::rfc3339::Rfc3339;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z; on the wire RFC 3339, in UTC, with three
/// digits after the second: `2026-11-22T14:02:07.123Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// In 8 bytes, half of those of the library's type: each account has several.
    millis: i64,
}

impl Timestamp {
    /// The moment `millis` milliseconds after (or before) 1970, or the nearest there is.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self { millis: in_calendar(millis).as_millisecond() }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.millis
    }

    /// The moment as it is on the wire.
    pub(crate) fn rfc3339(self) -> Rfc3339 {
        Rfc3339::new(self)
    }

    /// The moment as the library for dates and time zones has it.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        in_calendar(self.millis)
    }
}

/// The moment, or the nearest that the calendar of the library has.
fn in_calendar(millis: i64) -> jiff::Timestamp {
    let nearest = if millis < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_millisecond(millis).unwrap_or(nearest)
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self::from_millis(at.as_millisecond())
    }
}

/// A clock beyond the calendar shows the nearest moment in it.
impl From<SystemTime> for Timestamp {
    fn from(clock: SystemTime) -> Self {
        let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(match clock.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => millis(after),
            Err(before) => -millis(before.duration()),
        })
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rfc3339().as_str())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rfc3339().as_str())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.rfc3339().as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        written.parse::<jiff::Timestamp>().map(Self::from).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Timestamp::from_millis(1_795_356_127_123).to_string(),
            "2026-11-22T14:02:07.123Z"
        );
        let read: Timestamp = serde_json::from_str("\"2026-11-22T15:02:07.1239+01:00\"").unwrap();
        assert_eq!(read, Timestamp::from_millis(1_795_356_127_123));
    }

    #[test]
    fn a_clock_may_show_any_time() {
        let at = |seconds| Duration::from_secs(seconds);
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(Timestamp::from(epoch + at(1)).as_millis(), 1000);
        assert_eq!(Timestamp::from(epoch - at(1)).as_millis(), -1000);
        assert_eq!(Timestamp::from(epoch + at(1 << 55)), Timestamp::from_millis(i64::MAX));
        assert_eq!(Timestamp::from(epoch - at(1 << 55)), Timestamp::from_millis(i64::MIN));
    }

    #[test]
    fn the_first_and_the_last_moment_can_be_written() {
        let json = |millis| serde_json::to_string(&Timestamp::from_millis(millis)).unwrap();
        assert_eq!(json(i64::MIN), "\"-009999-01-02T01:59:59.000Z\"");
        assert_eq!(json(i64::MAX), "\"9999-12-30T22:00:00.999Z\"");
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_the_nearest_in_it() {
        assert!(Timestamp::from_millis(i64::MAX) > Timestamp::from_millis(0));
        assert!(Timestamp::from_millis(i64::MIN) < Timestamp::from_millis(0));
    }
}
