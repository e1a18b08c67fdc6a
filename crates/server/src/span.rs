//! Lengths of time as they are written on the command line.

use std::time::Duration;

use jiff::fmt::friendly::SpanParser;

/// Reads a length of time such as `12h`, or a number of days such as `90d`: as long as 24 hours each. `None` if it is
/// none.
pub(crate) fn parse(written: &str) -> Option<Duration> {
    let days = || {
        let days: u32 = written.strip_suffix('d')?.parse().ok()?;
        Some(Duration::from_secs(u64::from(days) * 24 * 60 * 60))
    };
    SpanParser::new().parse_unsigned_duration(written).ok().or_else(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_a_unit() {
        assert_eq!(parse("90d"), Some(Duration::from_secs(90 * 86_400)));
        assert_eq!(parse("1h 30m"), Some(Duration::from_secs(5_400)));
        for wrong in ["", "7", "d", "-1d", "a while"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
