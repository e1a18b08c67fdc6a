//! Joiners and variation selectors: invisible characters that are text in some places.
//!
//! ZERO WIDTH NON-JOINER and JOINER change how letters of Persian and the Indic scripts join; the joiner
//! makes one emoji of several; the selectors choose between a sign and its emoji. Anywhere else they only
//! hide something.

use chat_proto::unsafe_chars::{is_joiner, joins};
use unicode_properties::UnicodeEmoji;

const ZERO_WIDTH_JOINER: char = '\u{200D}';
const TEXT_SELECTOR: char = '\u{FE0E}';
const EMOJI_SELECTOR: char = '\u{FE0F}';

/// COMBINING ENCLOSING KEYCAP, which makes a key of a digit and an emoji selector.
const KEYCAP: char = '\u{20E3}';

/// Whether `c` is a joiner or a variation selector of emoji.
pub(super) const fn is_part(c: char) -> bool {
    is_joiner(c) || matches!(c, TEXT_SELECTOR | EMOJI_SELECTOR)
}

/// Removes the joiners and selectors that are not text.
pub(super) fn without_loose(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if !is_part(c) || is_text(before, c, rest.clone().next()) {
            kept.push(c);
            before = Some(c);
        }
    }
    kept
}

/// Whether the joiner or selector `c` is text between these two.
fn is_text(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    if !is_joiner(c) {
        let is_key = matches!(before, '0'..='9' | '#' | '*') && c == EMOJI_SELECTOR;
        return is_emoji(before) || is_key && after == Some(KEYCAP);
    }
    if is_emoji(before) || before == EMOJI_SELECTOR {
        return c == ZERO_WIDTH_JOINER && after.is_some_and(is_emoji);
    }
    // At the end of a word it gives a letter the form that it has within a word.
    joins(Some(before), Some(before)) && !after.is_some_and(is_part)
}

/// Whether `c` is or can be an emoji, and is not a digit.
fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joiners_and_selectors_that_are_text_stay() {
        for text in [
            "می\u{200C}خواهم",   // Persian: I want
            "۱۳۸۰ ه\u{200D}.ش",  // a year, with the form of a letter within a word
            "ක\u{DCA}\u{200D}ෂ", // Sinhala: one conjunct
            "क\u{94D}\u{200C}ष", // Hindi: a visible virama
            "র\u{200D}\u{9CD}য", // Bengali: the joiner before the virama
            "👩🏽\u{200D}💻",
            "👨\u{200D}👩\u{200D}👧",
            "❤\u{FE0F}\u{200D}🔥",
            "☎\u{FE0E} or ☎\u{FE0F}",
            "1\u{FE0F}\u{20E3}",
        ] {
            assert_eq!(without_loose(text), text);
        }
    }

    #[test]
    fn joiners_and_selectors_that_do_nothing_go_away() {
        for (loose, kept) in [
            ("b\u{200D}o\u{200C}b", "bob"),
            ("\u{200D}👩\u{200D}", "👩"),
            ("👩\u{200D}b", "👩b"),
            ("a\u{FE0F}", "a"),
            ("1\u{FE0F}2", "12"),
            ("❤\u{FE0F}\u{FE0F}", "❤\u{FE0F}"),
            ("می\u{200C}\u{200C}خ", "می\u{200C}خ"),
            ("漢\u{FE00}\u{FE0F}字", "漢\u{FE00}字"),
        ] {
            assert_eq!(without_loose(loose), kept, "{loose:?}");
        }
    }
}
