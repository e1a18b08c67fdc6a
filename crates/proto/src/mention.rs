//! Finds the mentions of a user in a text.

use std::ops::Range;

use memchr::{memchr_iter, memchr3, memchr3_iter};
use unicode_width::UnicodeWidthChar;

use crate::UserName;
use crate::limits::{NAME_BYTES_MAX, NAME_CHARS_MAX};

/// Most bytes of a name as it is written: its characters may be decomposed.
const WRITTEN_BYTES_MAX: usize = 4 * NAME_BYTES_MAX;

/// Most [`candidates`] of a text that a server looks up: some 20 names, each of which may have several words. Its hub
/// is locked meanwhile, and a name that is not ASCII takes a microsecond.
pub const LOOKUPS_MAX: usize = 128;

/// What can follow a bare name at the start of a text, if the text does not end there.
const AFTER_BARE_NAME: [char; 4] = [':', ',', '：', '，'];

/// Finds where `text` mentions `name`: `@name` anywhere, and the name alone at the start, before `:` or `,`
/// or the end of the text; in whatever letter case, and with spaces or `_`. Byte ranges with the `@`, in
/// order and apart.
#[must_use]
pub fn mentions(text: &str, name: &UserName) -> Vec<Range<usize>> {
    found(text, name).collect()
}

/// Finds where `text` has `name`: where it mentions it, and the name alone anywhere, as a word. Byte ranges, in
/// order and apart. For a client alone: the server counts what [`mentions`] finds.
#[must_use]
pub fn names(text: &str, name: &UserName) -> Vec<Range<usize>> {
    let count = word_ends(name.as_str()).count();
    let mut found = mentions(text, name);
    let follows_word = |start: usize| text[..start].ends_with(|c| joins(c) || c == '@');
    for start in std::iter::once(0).chain(word_ends(text)).filter(|start| !follows_word(*start)) {
        if let Some(end) = name_end(text, start, name, count)
            && !found.iter().any(|other| other.start < end && start < other.end)
        {
            found.push(start..end);
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

/// Whether `text` mentions `name`.
#[must_use]
pub fn is_in(text: &str, name: &UserName) -> bool {
    found(text, name).next().is_some()
}

/// Whether the bytes of `text` show that it mentions nobody; `false` if it may mention somebody. Fast, since a server
/// calls it for every text.
#[must_use]
pub fn has_none(text: &str) -> bool {
    // A shorter text may be a name alone.
    text.trim_ascii().len() > NAME_CHARS_MAX
        && text.is_ascii()
        && memchr3(b'@', b':', b',', text.as_bytes()).is_none()
}

/// The parts of `text` that mention a user if they are its name, for a server to look up. Those at the start of the
/// text come first. There may be many, and they may overlap.
pub fn candidates(text: &str) -> impl Iterator<Item = &str> {
    let start = text.len() - text.trim_start().len();
    let near = &text[..text.floor_char_boundary(start + WRITTEN_BYTES_MAX)];
    // By bytes, since a server calls this for many texts; `0xEF` is the first byte of the wide signs.
    let ends =
        memchr3_iter(b':', b',', 0xEF, &near.as_bytes()[start..]).map(move |end| start + end);
    let ends = ends.filter(move |end| text[*end..].starts_with(AFTER_BARE_NAME));
    let whole = Some(text.trim_end().len()).filter(|end| (start..=near.len()).contains(end));
    let bare = ends.chain(whole).map(move |end| &text[start..end]);
    let signs = memchr_iter(b'@', text.as_bytes());
    let signs = signs.filter(|sign| !text[..*sign].chars().next_back().is_some_and(joins));
    bare.chain(signs.flat_map(|sign| words_at(text, sign + 1)))
}

/// The runs of words that begin at `start` and could be a name.
fn words_at(text: &str, start: usize) -> impl Iterator<Item = &str> {
    let ends = word_ends(&text[start..]).take_while(|end| *end <= WRITTEN_BYTES_MAX);
    let written = ends.map(move |end| &text[start..start + end]);
    written.filter(move |written| {
        let rest = &text[start + written.len()..];
        !(written.chars().next_back().is_some_and(joins) && rest.chars().next().is_some_and(joins))
    })
}

fn found(text: &str, name: &UserName) -> impl Iterator<Item = Range<usize>> {
    let count = word_ends(name.as_str()).count();
    let bare = at_start(text, name, count).into_iter();
    let signs = text.match_indices('@').map(|(sign, _)| sign);
    bare.chain(signs.filter_map(move |sign| {
        let is_word = text[..sign].chars().next_back().is_some_and(joins);
        let end = name_end(text, sign + 1, name, count).filter(|_| !is_word)?;
        Some(sign..end)
    }))
}

/// The name at the start of the text, if it addresses the user.
fn at_start(text: &str, name: &UserName, count: usize) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let end = name_end(text, start, name, count)?;
    let rest = &text[end..];
    (rest.starts_with(AFTER_BARE_NAME) || rest.trim_end().is_empty()).then_some(start..end)
}

/// The end of the name, of `count` words, that is at `start`, if the last word ends there, too.
fn name_end(text: &str, start: usize, name: &UserName, count: usize) -> Option<usize> {
    let end = start + word_ends(&text[start..]).nth(count.checked_sub(1)?)?;
    let written = &text[start..end];
    let goes_on = written.chars().next_back().is_some_and(joins)
        && text[end..].chars().next().is_some_and(joins);
    (!goes_on && is_name(written, name)).then_some(end)
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

/// Whether a word goes on with `c`.
fn joins(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c.width() == Some(0)
}

/// The ends of the words of a text: runs of letters, digits and their marks, and single others. A space and
/// `_` are one each, since a name may be written with either.
fn word_ends(text: &str) -> impl Iterator<Item = usize> {
    let is_part = |c: char| joins(c) && c != '_';
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.next()?;
        let mut end = start + first.len_utf8();
        if is_part(first) {
            while let Some((start, c)) = chars.next_if(|(_, c)| is_part(*c)) {
                end = start + c.len_utf8();
            }
        }
        Some(end)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn assert_found(text: &str, name: &str, expected: &[&str]) {
        let name = UserName::new(name).unwrap();
        let found: Vec<_> = mentions(text, &name).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(is_in(text, &name), !expected.is_empty(), "{text}");
    }

    #[test]
    fn a_name_after_a_sign_is_a_mention_anywhere() {
        for (text, name, found) in [
            ("hi @BOB!", "bob", vec!["@BOB"]),
            ("(@bob), @bob's turn", "bob", vec!["@bob", "@bob"]),
            ("@bobby, @kabob, @bob_2 and me@bob", "bob", vec![]),
            ("@bob\u{301}", "bob", vec![]),
            ("@@bob @ bob", "bob", vec!["@bob"]),
            ("ask @Ana  Maria, @ana maria", "ana maria", vec!["@ana maria"]),
            ("x: @Ana_Maria, @ANA_MARIA", "ana maria", vec!["@Ana_Maria", "@ANA_MARIA"]),
            ("@Ana_Maria_2 @xAna_Maria", "ana maria", vec![]),
            ("- @bob_2 @bob 2", "bob_2", vec!["@bob_2", "@bob 2"]),
            ("so @STRASSE", "straße", vec!["@STRASSE"]),
            ("to @a-b c", "a-b", vec!["@a-b"]),
            ("@", "bob", vec![]),
        ] {
            assert_found(text, name, &found);
        }
    }

    #[test]
    fn a_bare_name_is_a_mention_only_if_it_addresses_the_user() {
        for (text, name, found) in [
            ("BOB: hi", "bob", vec!["BOB"]),
            (" bob, hi", "bob", vec!["bob"]),
            ("bob：你好", "bob", vec!["bob"]),
            ("bob\n", "bob", vec!["bob"]),
            ("bob: @bob", "bob", vec!["bob", "@bob"]),
            ("Ana_Maria: hi", "ana maria", vec!["Ana_Maria"]),
            ("bob 2", "bob_2", vec!["bob 2"]),
            ("bob is here", "bob", vec![]),
            ("hi bob", "bob", vec![]),
            ("well, bob: no", "bob", vec![]),
            ("bobby: hi", "bob", vec![]),
            ("bob_2: hi", "bob", vec![]),
            ("bob 2: hi", "bob", vec![]),
            ("", "bob", vec![]),
        ] {
            assert_found(text, name, &found);
        }
    }

    #[test]
    fn the_page_finds_the_mentions_that_the_server_finds() {
        let cases = include_str!("../../../tests/cases/mention.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(cases).unwrap();
        for case in &cases {
            let found: Vec<&str> =
                case["found"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
            assert_found(case["text"].as_str().unwrap(), case["name"].as_str().unwrap(), &found);
        }
    }

    #[test]
    fn a_name_is_found_anywhere_as_a_word() {
        for (text, name, expected) in [
            ("hi bob, @bob and Bob!", "bob", vec!["bob", "@bob", "Bob"]),
            ("bob: ask bob", "bob", vec!["bob", "bob"]),
            ("bobby, kabob, bob_2, me@bob and bob\u{301}", "bob", vec![]),
            ("so Ana_Maria, ana maria.", "ana maria", vec!["Ana_Maria", "ana maria"]),
            ("a a a", "a a", vec!["a a"]),
            ("", "bob", vec![]),
        ] {
            let name = UserName::new(name).unwrap();
            let found: Vec<_> = names(text, &name).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
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
                let text = format!("- @{written}");
                prop_assert_eq!(is_in(&text, &name), !mentions(&text, &name).is_empty());
            }
        }

        #[test]
        fn a_server_finds_by_its_names_what_a_client_finds(
            name in "[a-bé_ ]{1,6}", text in "([@: ,.]?[A-Ba-bé_ ]{1,6}[@:,. ]?){0,4}",
        ) {
            if let Ok(name) = UserName::new(&name) {
                let is_it = |written: &str| UserName::new(written).is_ok_and(|found| found == name);
                prop_assert_eq!(candidates(&text).any(is_it), is_in(&text, &name), "{}", text);
            }
        }

        #[test]
        fn a_text_that_mentions_nobody_mentions_no_name(
            name in "[a-c]{30,32}", around in ["[ d\t]{0,2}", "[ d:,@é\n]{0,3}"], sign in "@?",
        ) {
            let text = format!("{}{sign}{name}{}", around[0], around[1]);
            let name = UserName::new(&name).unwrap();
            prop_assert!(!(has_none(&text) && is_in(&text, &name)), "{:?}", text);
        }

        #[test]
        fn mentions_are_in_order_and_apart(name in "[ab]( [ab]){0,3}", text in "([@ab:][ .]?){0,12}") {
            let name = UserName::new(&name).unwrap();
            for found in [mentions(&text, &name), names(&text, &name)] {
                let mut end = 0;
                for range in found {
                    prop_assert!(end <= range.start && range.start < range.end, "{range:?} after {end}");
                    end = range.end;
                }
            }
        }
    }
}
