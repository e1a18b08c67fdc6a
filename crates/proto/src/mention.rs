//! Where a text mentions a user.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::UserName;

/// Finds where `text` has `name` as a whole word, in whatever letter case, and with spaces or `_`; byte
/// ranges, in order and apart: `ha ha ha` has `ha ha` once.
#[must_use]
pub fn mentions(text: &str, name: &UserName) -> Vec<Range<usize>> {
    let mut end = 0;
    found(&words(text), text, name)
        .filter(|range| {
            let is_apart = range.start >= end;
            if is_apart {
                end = range.end;
            }
            is_apart
        })
        .collect()
}

/// Whether `text` mentions `name`.
#[must_use]
pub fn is_in(text: &str, name: &UserName) -> bool {
    found(&words(text), text, name).next().is_some()
}

/// Where `text`, of those `words`, has `name`.
fn found(
    words: &[Range<usize>],
    text: &str,
    name: &UserName,
) -> impl Iterator<Item = Range<usize>> {
    let length = self::words(name.as_str()).len();
    words
        .windows(length)
        .filter_map(|window| Some(window.first()?.start..window.last()?.end))
        .filter(|range| !is_within_word(text, range) && is_name(&text[range.clone()], name))
}

/// Whether `written` is another spelling of `name`. Fast for ASCII, since a server tries each word of many
/// texts.
fn is_name(written: &str, name: &UserName) -> bool {
    if !written.is_ascii() {
        return UserName::new(written).is_ok_and(|found| found == *name);
    }
    let key = name.key().as_bytes();
    let is_same = |(c, key): (u8, &u8)| {
        let c = if c == b' ' { b'_' } else { c.to_ascii_lowercase() };
        c == *key
    };
    let is_alike = written.len() == key.len() && written.bytes().zip(key).all(is_same);
    // No name has spaces elsewhere.
    is_alike && written.trim() == written && !written.contains("  ")
}

/// Whether the range goes on to the left or to the right with a part of the same word, as in `bob_2`.
fn is_within_word(text: &str, range: &Range<usize>) -> bool {
    [range.start, range.end].into_iter().any(|edge| {
        let (before, after) = text.split_at(edge);
        let (before, after) = (before.chars().next_back(), after.chars().next());
        before.is_some_and(joins) && after.is_some_and(joins)
    })
}

/// Whether a word goes on with `c`.
fn joins(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c.width() == Some(0)
}

/// Takes a text apart: runs of letters, digits and their marks, and single others. A space and `_` are one
/// each, since a name may be written with either.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut within = false;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let joins = joins(c) && c != '_';
        match words.last_mut() {
            Some(word) if joins && within => word.end = end,
            _ => words.push(start..end),
        }
        within = joins;
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mention_is_a_whole_word_in_any_case() {
        for (text, name, found) in [
            ("bob: hi", "bob", vec!["bob"]),
            ("hi BOB!", "bob", vec!["BOB"]),
            ("@bob, bob's turn", "bob", vec!["bob", "bob"]),
            ("bobby, kabob and bob_2", "bob", vec![]),
            ("bob\u{301}", "bob", vec![]),
            ("ask Ana  Maria, ana maria", "ana maria", vec!["ana maria"]),
            ("@Ana_Maria: hi, ANA_MARIA", "ana maria", vec!["Ana_Maria", "ANA_MARIA"]),
            ("Ana_Maria_2, xAna_Maria", "ana maria", vec![]),
            ("bob_2, bob 2", "bob_2", vec!["bob_2", "bob 2"]),
            ("_bob_, x_bob", "bob", vec![]),
            ("STRASSE", "straße", vec!["STRASSE"]),
            ("a-b c", "a-b", vec!["a-b"]),
            ("ha ha ha", "ha ha", vec!["ha ha"]),
            ("ha ha ha ha", "ha ha", vec!["ha ha", "ha ha"]),
            ("", "bob", vec![]),
        ] {
            let name = UserName::new(name).unwrap();
            let ranges = mentions(text, &name);
            assert_eq!(ranges.into_iter().map(|r| &text[r]).collect::<Vec<_>>(), found, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_way_finds_what_the_other_does(
            name in "[a-cＡÁ_ ]{1,6}", written in "[A-Ca-c_ ]{1,6}",
        ) {
            if let Ok(name) = UserName::new(&name) {
                let slow = UserName::new(&written).is_ok_and(|found| found == name);
                prop_assert_eq!(is_name(&written, &name), slow);
                let text = format!("- {written}");
                prop_assert_eq!(is_in(&text, &name), !mentions(&text, &name).is_empty());
            }
        }

        // Names that overlap themselves: of one word or two, over and over.
        #[test]
        fn mentions_are_in_order_and_apart(name in "[ab]( [ab]){0,3}", text in "([ab][ .]){0,12}") {
            let mut end = 0;
            for range in mentions(&text, &UserName::new(&name).unwrap()) {
                prop_assert!(end <= range.start && range.start < range.end, "{range:?} after {end}");
                end = range.end;
            }
        }
    }
}
