//! The stamp a message carries in its text: who said it, and as which of its messages.
//!
//! It has a fixed width and begins with a byte that nothing else on the wire has, so that a delivery
//! is found by a search for that byte and checked without parsing what is around it.

/// The byte a stamp begins and ends with.
pub(crate) const MARK: u8 = b'^';

/// Bytes of a stamp: `^00000017n00000123^`.
pub(crate) const STAMP_BYTES: usize = 19;

/// The digits of a number.
pub(crate) const DIGITS: usize = 8;

/// Where the digits of the message's number are in a stamp.
pub(crate) const NUMBER_AT: usize = 10;

/// Who said a message, and as which of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The number of the user who said it, from 0.
    pub(crate) sender: u32,
    /// How many messages that user had said before.
    pub(crate) number: u32,
}

impl Stamp {
    /// The stamp as it is written. Numbers have at most 8 digits; higher ones are cut.
    pub(crate) fn written(self) -> [u8; STAMP_BYTES] {
        let mut written = *b"^00000000n00000000^";
        written[1..1 + DIGITS].copy_from_slice(&digits(self.sender));
        written[NUMBER_AT..NUMBER_AT + DIGITS].copy_from_slice(&digits(self.number));
        written
    }

    /// Reads what [`written`](Self::written) wrote; `None` for anything else.
    pub(crate) fn read(written: &[u8]) -> Option<Self> {
        let written: &[u8; STAMP_BYTES] = written.try_into().ok()?;
        let [MARK, sender @ .., MARK] = written else { return None };
        let (sender, number) = sender.split_at(DIGITS);
        let [b'n', number @ ..] = number else { return None };
        Some(Self { sender: value(sender)?, number: value(number)? })
    }
}

/// `number` in eight decimal digits.
pub(crate) fn digits(mut number: u32) -> [u8; DIGITS] {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// The value of eight decimal digits. All eight at once: it is worked out for every delivery.
fn value(digits: &[u8]) -> Option<u32> {
    const NIBBLES: u64 = 0x0f0f_0f0f_0f0f_0f0f;
    let digits = u64::from_le_bytes(digits.try_into().ok()?) ^ 0x3030_3030_3030_3030;
    if (digits | digits.wrapping_add(0x0606_0606_0606_0606)) & !NIBBLES != 0 {
        return None;
    }
    // Neighbours are put together: eight digits, four pairs, two fours, one number.
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    let whole = fours.wrapping_mul(10_000 << 32 | 1) >> 32;
    u32::try_from(whole & 0xffff_ffff).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_it_was_written() {
        for (sender, number) in [(0, 0), (17, 123), (99_999_999, 99_999_999), (10_203_040, 1)] {
            let stamp = Stamp { sender, number };
            assert_eq!(Stamp::read(&stamp.written()), Some(stamp));
        }
        assert_eq!(&Stamp { sender: 17, number: 123 }.written(), b"^00000017n00000123^");
    }

    #[test]
    fn nothing_else_is_a_stamp() {
        for written in [
            "",
            "^00000017n00000123",
            "^00000017n0000012:^",
            "^00000017n0000012/^",
            "^0000001 n00000123^",
            "^00000017m00000123^",
            "^00000017n00000123^^",
            "^\u{b0}000017n00000123^",
        ] {
            assert_eq!(Stamp::read(written.as_bytes()), None, "{written}");
        }
    }
}
