//! A message that is written repeatedly, each time with another number.

use crate::stamp::{DIGITS, digits};

/// A message without its number.
#[derive(Debug, Default)]
pub(crate) struct Template {
    pub(super) bytes: Vec<u8>,
    /// The offsets of the number's eight digits.
    pub(super) numbers: Vec<usize>,
}

impl Template {
    /// Appends the message with this number to `out`.
    pub(crate) fn write(&self, number: u32, out: &mut Vec<u8>) {
        let from = out.len();
        out.extend_from_slice(&self.bytes);
        let digits = digits(number);
        for at in &self.numbers {
            out[from + at..from + at + DIGITS].copy_from_slice(&digits);
        }
    }
}
