//! How a time is written.

use chat_proto::Timestamp;
use jiff::tz::TimeZone;

use crate::settings::Clock;

/// Milliseconds of a second, and of a minute.
const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;

impl Clock {
    /// Columns of a time: each has as many.
    pub(super) const fn columns(self) -> usize {
        match self {
            Self::Hours24 => "17:02".len(),
            Self::Hours12 => "05:02 PM".len(),
            Self::Seconds => "17:02:59".len(),
        }
    }

    /// A time of the log.
    pub(super) fn time(self, at: Timestamp, zone: &TimeZone) -> String {
        let format = match self {
            Self::Hours24 => "%H:%M",
            Self::Hours12 => "%I:%M %p",
            Self::Seconds => "%H:%M:%S",
        };
        at.timestamp().to_zoned(zone.clone()).strftime(format).to_string()
    }

    /// A time without seconds.
    pub(crate) fn minutes(self, at: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Seconds => Self::Hours24.time(at, zone),
            _ => self.time(at, zone),
        }
    }

    /// A time and its day.
    pub(crate) fn with_date(self, at: Timestamp, zone: &TimeZone) -> String {
        let day = at.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
        format!("{day} {}", self.time(at, zone))
    }

    /// Whether two times are written the same. Offsets of time zones are whole minutes.
    pub(super) fn is_same(self, one: Timestamp, other: Timestamp) -> bool {
        let unit = match self {
            Self::Seconds => SECOND,
            _ => MINUTE,
        };
        one.as_millis() / unit == other.as_millis() / unit
    }
}
