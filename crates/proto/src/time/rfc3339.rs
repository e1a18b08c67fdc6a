//! A moment as text. One is written twice for each message, and the library's printer takes six times as many
//! instructions as the arithmetic here.

use jiff::fmt::temporal::DateTimePrinter;

use super::Timestamp;

const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// Bytes of the longest moment of the calendar, `-009999-01-02T01:59:59.000Z`.
const BYTES_MAX: usize = 27;

const DAY_MILLIS: u64 = 86_400_000;

/// A moment since 1970, before its digits are filled in. The calendar ends with the year 9999.
const FORM: &[u8; 24] = b"0000-00-00T00:00:00.000Z";

/// A moment in RFC 3339, in UTC, with three digits after the second.
pub(crate) struct Rfc3339 {
    bytes: [u8; BYTES_MAX],
    len: usize,
}

impl Rfc3339 {
    pub(super) fn new(at: Timestamp) -> Self {
        let mut text = Self { bytes: [0; BYTES_MAX], len: 0 };
        match u64::try_from(at.as_millis()) {
            Ok(millis) => text.put(millis),
            Err(_) => PRINTER
                .print_timestamp(&at.timestamp(), &mut text)
                .expect("the buffer has the bytes of the longest moment"),
        }
        text
    }

    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..self.len]).expect("a moment is ASCII")
    }

    fn put(&mut self, millis: u64) {
        self.bytes[..FORM.len()].copy_from_slice(FORM);
        self.len = FORM.len();
        let [year, month, day] = date(millis / DAY_MILLIS);
        let seconds = millis % DAY_MILLIS / 1000;
        self.put_digits(0..4, year);
        self.put_digits(5..7, month);
        self.put_digits(8..10, day);
        self.put_digits(11..13, seconds / 3600);
        self.put_digits(14..16, seconds / 60 % 60);
        self.put_digits(17..19, seconds % 60);
        self.put_digits(20..23, millis % 1000);
    }

    #[inline]
    fn put_digits(&mut self, at: std::ops::Range<usize>, mut number: u64) {
        for digit in self.bytes[at].iter_mut().rev() {
            *digit += (number % 10) as u8;
            number /= 10;
        }
    }
}

/// Year, month and day of the day `days` days after 1970-01-01, in the Gregorian calendar:
/// `civil_from_days` of <https://howardhinnant.github.io/date_algorithms.html>. Its years begin with March.
const fn date(days: u64) -> [u64; 3] {
    let since_year_0 = days + 719_468;
    let (era, day_of_era) = (since_year_0 / 146_097, since_year_0 % 146_097);
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months + 2) / 5 + 1;
    let month = if months < 10 { months + 3 } else { months - 9 };
    [era * 400 + year_of_era + (month <= 2) as u64, month, day]
}

impl jiff::fmt::Write for Rfc3339 {
    fn write_str(&mut self, part: &str) -> Result<(), jiff::Error> {
        let end = self.len + part.len();
        let place = self.bytes.get_mut(self.len..end);
        place.ok_or_else(too_long)?.copy_from_slice(part.as_bytes());
        self.len = end;
        Ok(())
    }
}

fn too_long() -> jiff::Error {
    jiff::Error::from_args(format_args!("a moment has at most {BYTES_MAX} bytes"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(at: Timestamp) -> String {
        PRINTER.timestamp_to_string(&at.timestamp())
    }

    #[test]
    fn every_day_of_the_calendar_is_written_as_the_library_prints_it() {
        let end = Timestamp::from_millis(i64::MAX).as_millis();
        for day in 0..=end / 86_400_000 {
            let at = Timestamp::from_millis(day * 86_400_000);
            assert_eq!(at.rfc3339().as_str(), printed(at));
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_written_as_the_library_prints_it(
            millis in prop_oneof![0..4_102_444_800_000_i64, any::<i64>()],
        ) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(at.rfc3339().as_str().to_owned(), printed(at));
        }
    }
}
