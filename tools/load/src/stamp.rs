//! The stamp in the text of a message: its sender and its number.
//!
//! It has a fixed width and starts with a byte that nothing else on the wire contains, so that a delivery is
//! found by a search for that byte and checked without parsing the bytes around it.

/// The first and last byte of a stamp.
pub(crate) const MARK: u8 = b'^';

/// Bytes of a stamp: `^00000017n00000123^`.
pub(crate) const STAMP_BYTES: usize = 19;

/// The digits of each number.
pub(crate) const DIGITS: usize = 8;

/// The offset of the message's number in a stamp.
pub(crate) const NUMBER_OFFSET: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The number of the sender, from 0.
    pub(crate) sender: u32,
    /// The number of the message among those of its sender, from 0.
    pub(crate) number: u32,
}

impl Stamp {
    /// Encodes the stamp. Numbers have at most 8 digits; higher digits are dropped.
    pub(crate) fn to_bytes(self) -> [u8; STAMP_BYTES] {
        let mut bytes = *b"^00000000n00000000^";
        bytes[1..1 + DIGITS].copy_from_slice(&digits(self.sender));
        bytes[NUMBER_OFFSET..NUMBER_OFFSET + DIGITS].copy_from_slice(&digits(self.number));
        bytes
    }

    /// Decodes a stamp; `None` if `bytes` are not one.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; STAMP_BYTES] = bytes.try_into().ok()?;
        let [MARK, sender @ .., MARK] = bytes else { return None };
        let (sender, number) = sender.split_at(DIGITS);
        let [b'n', number @ ..] = number else { return None };
        Some(Self { sender: value(sender)?, number: value(number)? })
    }
}

/// Returns the last eight decimal digits of `number`.
pub(crate) fn digits(mut number: u32) -> [u8; DIGITS] {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// Parses eight decimal digits. Hot path: runs for every delivery, so it converts all eight at once.
fn value(digits: &[u8]) -> Option<u32> {
    const NIBBLES: u64 = 0x0f0f_0f0f_0f0f_0f0f;
    let digits = u64::from_le_bytes(digits.try_into().ok()?) ^ 0x3030_3030_3030_3030;
    if (digits | digits.wrapping_add(0x0606_0606_0606_0606)) & !NIBBLES != 0 {
        return None;
    }
    // Combine neighbours: eight digits, four pairs, two groups of four, one number.
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    let whole = fours.wrapping_mul(10_000 << 32 | 1) >> 32;
    u32::try_from(whole & 0xffff_ffff).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_parsed_as_it_was_encoded() {
        for (sender, number) in [(0, 0), (17, 123), (99_999_999, 99_999_999), (10_203_040, 1)] {
            let stamp = Stamp { sender, number };
            assert_eq!(Stamp::parse(&stamp.to_bytes()), Some(stamp));
        }
        assert_eq!(&Stamp { sender: 17, number: 123 }.to_bytes(), b"^00000017n00000123^");
    }

    #[test]
    fn anything_else_is_not_a_stamp() {
        for bytes in [
            "",
            "^00000017n00000123",
            "^00000017n0000012:^",
            "^00000017n0000012/^",
            "^0000001 n00000123^",
            "^00000017m00000123^",
            "^00000017n00000123^^",
            "^\u{b0}000017n00000123^",
        ] {
            assert_eq!(Stamp::parse(bytes.as_bytes()), None, "{bytes}");
        }
    }
}
