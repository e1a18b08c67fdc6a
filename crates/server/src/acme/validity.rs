//! When a certificate is valid, from its DER: the library for TLS checks that, but does not tell.

use std::time::Duration;

use chat_proto::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The tags of the parts of a certificate (RFC 5280, section 4.1).
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The first year of a time that has two digits for it is 1950.
const FIRST_SHORT_YEAR: &str = "50";

/// The time in which a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Validity {
    /// Returns when the certificate `der` is valid; `None` if it is not a certificate.
    pub(super) fn of(der: &[u8]) -> Option<Self> {
        let (certificate, _) = part(der, SEQUENCE)?;
        let (mut rest, _) = part(certificate, SEQUENCE)?;
        if let Some((_, after)) = part(rest, VERSION) {
            rest = after;
        }
        for tag in [INTEGER, SEQUENCE, SEQUENCE] {
            rest = part(rest, tag)?.1;
        }
        let (validity, _) = part(rest, SEQUENCE)?;
        let (from, rest) = time(validity)?;
        let (until, _) = time(rest)?;
        Some(Self { from, until })
    }

    /// How long it is valid in all.
    pub(super) fn life(self) -> Duration {
        let millis = self.until.as_millis().saturating_sub(self.from.as_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

/// The content of the first part of `der`, which must have `tag`, and what follows it.
pub(super) fn part(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, der) = der.split_first()?;
    let (&length, der) = der.split_first()?;
    let (length, der) = match length {
        0..=0x7f => (usize::from(length), der),
        0x81..=0x84 => {
            let (bytes, der) = der.split_at_checked(usize::from(length - 0x80))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), der)
        }
        _ => return None,
    };
    (first == tag).then(|| der.split_at_checked(length)).flatten()
}

/// The time that `der` begins with, and what follows it.
fn time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (written, rest) = match part(der, UTC_TIME) {
        Some((written, rest)) => {
            let written = str::from_utf8(written).ok()?;
            let century = if written < FIRST_SHORT_YEAR { "20" } else { "19" };
            (format!("{century}{written}"), rest)
        }
        None => {
            let (written, rest) = part(der, GENERALIZED_TIME)?;
            (str::from_utf8(written).ok()?.to_owned(), rest)
        }
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", written).ok()?;
    let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((time.into(), rest))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(from: (i32, u8, u8), until: (i32, u8, u8)) -> Vec<u8> {
        let mut parameters = CertificateParams::new(["chat.example.org".to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(from.0, from.1, from.2);
        parameters.not_after = date_time_ymd(until.0, until.1, until.2);
        let key = KeyPair::generate().unwrap();
        parameters.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_says_when_it_is_valid() {
        for (from, until, expected) in [
            (
                (2026, 11, 28),
                (2027, 2, 26),
                ["2026-11-28T00:00:00.000Z", "2027-02-26T00:00:00.000Z"],
            ),
            ((1970, 1, 1), (4096, 1, 1), ["1970-01-01T00:00:00.000Z", "4096-01-01T00:00:00.000Z"]),
            (
                (2049, 12, 31),
                (2050, 1, 1),
                ["2049-12-31T00:00:00.000Z", "2050-01-01T00:00:00.000Z"],
            ),
        ] {
            let validity = Validity::of(&certificate(from, until)).unwrap();
            assert_eq!([validity.from, validity.until].map(|at| at.to_string()), expected);
        }
    }

    #[test]
    fn bytes_that_are_not_a_certificate_have_no_validity() {
        let whole = certificate((2026, 1, 1), (2026, 4, 1));
        assert_eq!(Validity::of(&whole).unwrap().life(), Duration::from_secs(90 * 86_400));
        for cut in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..cut]), None, "{cut}");
        }
        for length in [0x80, 0x84, 0x85, 0xff] {
            assert_eq!(Validity::of(&[SEQUENCE, length, 0xff, 0xff, 0xff, 0xff, 0]), None);
        }
    }
}
