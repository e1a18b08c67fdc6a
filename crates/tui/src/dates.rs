//! Days as a user types them, in the time zone of the user, and as the screen writes them.

use chat_proto::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What a user can type, for an error.
pub(crate) const FORMS: &str = "2026-05-01, 2026-05, 2026, today or yesterday";

/// When the day, the month or the year begins that `written` names; `None` if it names none. `now` is the time of
/// today.
pub(crate) fn begin(written: &str, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let date = match written.to_ascii_lowercase().as_str() {
        "today" => day(now, zone),
        "yesterday" => day(now, zone).checked_sub(1.day()).ok()?,
        _ => parse(written)?,
    };
    Some(date.to_zoned(zone.clone()).ok()?.timestamp().into())
}

/// The day of a time.
pub(crate) fn day(at: Timestamp, zone: &TimeZone) -> Date {
    at.timestamp().to_zoned(zone.clone()).date()
}

/// A day with the name of its month: `1 May 2026`.
pub(crate) fn long(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// A day in few columns, without the year if that is this one: `26 Nov`, `today`.
pub(crate) fn short(date: Date, today: Date) -> String {
    if date == today {
        return "today".to_owned();
    }
    let format = if date.year() == today.year() { "%-d %b" } else { "%-d %b %Y" };
    date.strftime(format).to_string()
}

/// The first day of a day, a month or a year in numbers.
fn parse(written: &str) -> Option<Date> {
    let mut numbers = written.split('-');
    let year = number(numbers.next()?, 4..=4)?;
    let month = numbers.next().map_or(Some(1), |month| number(month, 1..=2))?;
    let day = numbers.next().map_or(Some(1), |day| number(day, 1..=2))?;
    if numbers.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn number(written: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let is_number = written.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && digits.contains(&written.len())).then(|| written.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(written: &str) -> Timestamp {
        written.parse::<jiff::Timestamp>().unwrap().into()
    }

    #[test]
    fn a_day_begins_in_the_zone_of_the_user() {
        let (zone, now) = (TimeZone::fixed(jiff::tz::offset(2)), at("2026-11-22T23:30:00Z"));
        for (written, begins) in [
            ("2026-05-01", "2026-04-30T22:00:00Z"),
            ("2026-5-1", "2026-04-30T22:00:00Z"),
            ("2026-05", "2026-04-30T22:00:00Z"),
            ("2026", "2025-12-31T22:00:00Z"),
            ("today", "2026-11-22T22:00:00Z"),
            ("Yesterday", "2026-11-21T22:00:00Z"),
        ] {
            assert_eq!(begin(written, &zone, now), Some(at(begins)), "{written}");
        }
        for written in ["", "lunch", "26", "2026-13", "2026-02-30", "2026-05-01-01", "-5", "+2026"]
        {
            assert_eq!(begin(written, &zone, now), None, "{written}");
        }
    }

    #[test]
    fn a_day_has_its_year_if_that_is_another_one() {
        let date = jiff::civil::date;
        let today = date(2026, 11, 27);
        assert_eq!(short(today, today), "today");
        assert_eq!(short(date(2026, 11, 3), today), "3 Nov");
        assert_eq!(short(date(2025, 11, 3), today), "3 Nov 2025");
        assert_eq!(long(date(2026, 5, 1)), "1 May 2026");
    }
}
