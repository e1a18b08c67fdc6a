//! Durations as a user types them, `10m`, and as a sentence has them, `10 minutes`.

/// What a user can type, for an error.
pub(crate) const FORMS: &str = "30s, 10m, 2h, 7d or 4w";

/// The units: their letter, their name, and their seconds; the longest first.
const UNITS: [(char, &str, u64); 5] = [
    ('w', "week", 7 * 86_400),
    ('d', "day", 86_400),
    ('h', "hour", 3_600),
    ('m', "minute", 60),
    ('s', "second", 1),
];

/// The seconds of a duration; `None` if it is not one, or is zero.
pub(crate) fn seconds(written: &str) -> Option<u64> {
    let (number, letter) = written.split_at_checked(written.len().checked_sub(1)?)?;
    let unit = UNITS
        .iter()
        .find(|(unit, ..)| letter.eq_ignore_ascii_case(unit.encode_utf8(&mut [0; 4])))?;
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    let count: u64 = number.parse().ok().filter(|count| is_number && *count > 0)?;
    count.checked_mul(unit.2)
}

/// A duration in words, in the longest unit of which there are two, rounded up: `90 minutes`, `2 days`. Weeks are days.
pub(crate) fn in_words(seconds: u64) -> String {
    let units = || UNITS.iter().skip(1);
    let whole = units().find(|(.., size)| seconds >= *size && seconds.is_multiple_of(*size));
    let long = units().find(|(.., size)| seconds >= 2 * size);
    let (_, name, size) = match (whole, long) {
        (Some(whole), Some(long)) if whole.2 >= long.2 => whole,
        (_, Some(long)) => long,
        (Some(whole), None) => whole,
        (None, None) => &UNITS[4],
    };
    match seconds.div_ceil(*size) {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_letter() {
        for (written, expected) in [
            ("30s", Some(30)),
            ("10m", Some(600)),
            ("2H", Some(7_200)),
            ("7d", Some(604_800)),
            ("1w", Some(604_800)),
            ("0m", None),
            ("10", None),
            ("m", None),
            ("", None),
            ("-1m", None),
            ("+1m", None),
            ("1.5h", None),
            ("10min", None),
            ("99999999999999999999d", None),
            ("9999999999999999999d", None),
            ("5é", None),
        ] {
            assert_eq!(seconds(written), expected, "{written}");
        }
    }

    #[test]
    fn a_duration_in_words_is_short_and_not_too_short() {
        for (seconds, expected) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "61 seconds"),
            (540, "9 minutes"),
            (541, "10 minutes"),
            (3_600, "1 hour"),
            (5_400, "90 minutes"),
            (86_400, "1 day"),
            (604_800, "7 days"),
        ] {
            assert_eq!(in_words(seconds), expected);
        }
    }
}
