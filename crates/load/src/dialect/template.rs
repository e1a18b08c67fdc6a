//! A message that is written again and again, each time with another number.

use crate::stamp::{DIGITS, NUMBER_AT, digits};

/// A message with the places of its number.
#[derive(Debug)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    numbers: Vec<usize>,
}

impl Template {
    /// Puts the stamp and the padding where `pattern` has `<text>`, and a number with a 1 in front of
    /// it where it has `<n>`.
    pub(crate) fn new(pattern: &str, stamp: &[u8], padding: &[u8]) -> Self {
        let mut template = Self { bytes: Vec::new(), numbers: Vec::new() };
        let mut rest = pattern;
        while let Some((before, (name, after))) =
            rest.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?)))
        {
            template.bytes.extend_from_slice(before.as_bytes());
            match name {
                "text" => {
                    template.numbers.push(template.bytes.len() + NUMBER_AT);
                    template.bytes.extend_from_slice(stamp);
                    template.bytes.extend_from_slice(padding);
                }
                _ => {
                    template.bytes.push(b'1');
                    template.numbers.push(template.bytes.len());
                    template.bytes.extend_from_slice(&digits(0));
                }
            }
            rest = after;
        }
        template.bytes.extend_from_slice(rest.as_bytes());
        template
    }

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
