//! A message that is written again and again, each time with another number.

use crate::stamp::{DIGITS, digits};

/// A message with the places of its number.
#[derive(Debug, Default)]
pub(crate) struct Template {
    /// The message with any number.
    pub(super) bytes: Vec<u8>,
    /// Where the eight digits of the number go.
    pub(super) numbers: Vec<usize>,
}

impl Template {
    /// Writes the message of this number at the end of `out`.
    pub(crate) fn write(&self, number: u32, out: &mut Vec<u8>) {
        let from = out.len();
        out.extend_from_slice(&self.bytes);
        let written = digits(number);
        for at in &self.numbers {
            out[from + at..from + at + DIGITS].copy_from_slice(&written);
        }
    }
}
