//! The dates of `before:` and `after:`.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// When the day, month, year or moment begins that `written` names, in milliseconds since 1970; `None` if it names
/// none. Days begin at midnight in UTC; for another time zone a client writes the moment, with its offset.
pub(super) fn begin(written: &str) -> Option<i64> {
    if written.contains(['T', 't']) {
        return written.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    }
    let mut numbers = written.split('-');
    let year = number(numbers.next()?, 4)?;
    let month = numbers.next().map_or(Some(1), |month| number(month, 2))?;
    let day = numbers.next().map_or(Some(1), |day| number(day, 2))?;
    if numbers.next().is_some() {
        return None;
    }
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// A number of at most `digits` digits; a year has all of them.
fn number(written: &str, digits: usize) -> Option<i16> {
    let is_number = written.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = written.len() == digits || digits < 4 && written.len() < digits;
    (is_number && is_whole).then(|| written.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_a_month_a_year_and_a_moment_have_a_beginning() {
        let at = |written: &str| written.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        assert_eq!(begin("2026-05-01"), Some(at("2026-05-01T00:00:00Z")));
        assert_eq!(begin("2026-5"), begin("2026-05-01"));
        assert_eq!(begin("2026"), begin("2026-01-01"));
        assert_eq!(begin("2026-05-01T00:00:00+02:00"), Some(at("2026-04-30T22:00:00Z")));
        for written in
            ["lunch", "", "26", "2026-13", "2026-02-30", "2026-05-01-01", "-5", "Tuesday"]
        {
            assert_eq!(begin(written), None, "{written}");
        }
    }
}
