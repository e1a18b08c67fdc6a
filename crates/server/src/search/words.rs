//! Divides texts and queries into the words of the index, in the same way for both.
//!
//! A word is a run of letters and digits, compared without case, accents and width. Scripts that are written without
//! spaces are indexed by pairs of characters, so that any part of a sentence is found. Everything else separates words:
//! `std::fs::read` is the phrase `std fs read`.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Bytes of a word that are indexed at most: nobody types more of one, and a longer run is data.
const WORD_BYTES_MAX: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The form that is compared: lower case, without accents.
    pub(super) key: String,
    /// Its place in the text.
    pub(super) range: Range<usize>,
    pub(super) form: Form,
}

/// The kind of a [`Word`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A word with something else around it.
    Whole,
    /// Two characters of a script without spaces; the first one ends there.
    Pair(usize),
    /// The last character of a run of such a script.
    Last,
}

/// The words of `text`, in their order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let class = Class::of(c);
        if class == Class::Separator {
            continue;
        }
        let mut ends = vec![start];
        let mut end = start + c.len_utf8();
        while let Some((at, next)) = chars.peek().copied() {
            if !extends(next) {
                if Class::of(next) != class || class == Class::Symbol {
                    break;
                }
                ends.push(at);
            }
            end = at + next.len_utf8();
            chars.next();
        }
        ends.push(end);
        match class {
            Class::Unspaced => add_pairs(&mut words, text, &ends),
            _ => add_whole(&mut words, text, start..end),
        }
    }
    words
}

/// The parts of the words of `text` that are written like `fooBar` or `HTTPServer`, in their order.
pub(super) fn parts(text: &str) -> Vec<Word> {
    let mut parts = Vec::new();
    for word in words(text).into_iter().filter(|word| word.form == Form::Whole) {
        let cuts = cuts(&text[word.range.clone()]);
        for cut in cuts.windows(2).filter(|_| cuts.len() > 2) {
            let range = word.range.start + cut[0]..word.range.start + cut[1];
            add_whole(&mut parts, text, range);
        }
    }
    parts
}

/// The beginnings and ends of the parts of a word.
fn cuts(word: &str) -> Vec<usize> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for (index, pair) in chars.windows(2).enumerate() {
        let [(_, before), (at, c)] = [pair[0], pair[1]];
        let begins_word = chars.get(index + 2).is_some_and(|(_, next)| next.is_lowercase());
        if c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && begins_word) {
            cuts.push(at);
        }
    }
    cuts.push(word.len());
    cuts
}

fn add_whole(words: &mut Vec<Word>, text: &str, range: Range<usize>) {
    let mut key = fold(&text[range.clone()]);
    key.truncate(key.floor_char_boundary(WORD_BYTES_MAX));
    if !key.is_empty() {
        words.push(Word { key, range, form: Form::Whole });
    }
}

/// Adds the pairs of a run whose characters are between `ends`.
fn add_pairs(words: &mut Vec<Word>, text: &str, ends: &[usize]) {
    for (index, start) in ends.iter().enumerate().take(ends.len() - 1) {
        let (first_end, end) = (ends[index + 1], ends.get(index + 2).copied());
        let range = *start..end.unwrap_or(first_end);
        let form = if end.is_some() { Form::Pair(first_end) } else { Form::Last };
        let key = fold(&text[range.clone()]);
        if !key.is_empty() {
            words.push(Word { key, range, form });
        }
    }
}

/// A text without case, marks and width, of the characters that the tokenizer `ascii` of FTS5 takes for those of a
/// word.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut key = text.to_ascii_lowercase();
        key.retain(|c| is_key_char(&c));
        return key;
    }
    let folded = caseless::default_case_fold_str(&text.nfkd().collect::<String>());
    let marked = folded.nfkd().filter(|c| !is_left_out(*c) && !is_joiner(*c));
    let mut key = String::with_capacity(text.len());
    for c in marked.nfc().filter(is_key_char) {
        match plain(c) {
            Some(letters) => key.push_str(letters),
            None => key.push(c),
        }
    }
    key
}

/// Whether a character is often not typed: an accent, a vowel point of Hebrew or Arabic, the line that stretches an
/// Arabic word, the skin tone of an emoji. Marks of other scripts, such as the vowels of Devanagari, make another word.
const fn is_left_out(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1f3fb}'..='\u{1f3ff}')
}

/// What is typed for a small letter that has no accent to leave out: without its stroke, and of a ligature both
/// letters, as in the order of UTS #10. `ı` has the same capital as `i`.
const fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'œ' => "oe",
        'đ' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ø' => "o",
        'ŧ' => "t",
        _ => return None,
    })
}

const fn is_key_char(c: &char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Separator,
    Word,
    /// Of a script that is written without spaces.
    Unspaced,
    /// An emoji or another picture: each is a word.
    Symbol,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            _ if c.is_ascii() => match c.is_ascii_alphanumeric() {
                true => Self::Word,
                false => Self::Separator,
            },
            // Thai, Lao; Myanmar; Khmer
            '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            // Hangul, Kana, Han
            | '\u{1100}'..='\u{11ff}' | '\u{3041}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}'
            | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}'
            | '\u{20000}'..='\u{3fffd}' if c.is_alphanumeric() || is_combining_mark(c) => {
                Self::Unspaced
            }
            // Width forms are the characters that they stand for.
            _ if c.is_alphanumeric() || is_combining_mark(c) => Self::Word,
            '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => Self::Symbol,
            _ => Self::Separator,
        }
    }
}

/// Whether a character belongs to the one before: a mark, a joiner, the skin tone of an emoji, a voiced sound mark.
fn extends(c: char) -> bool {
    is_combining_mark(c)
        || is_joiner(c)
        || matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{ff9e}' | '\u{ff9f}')
}

const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.key).collect()
    }

    fn part_keys(text: &str) -> Vec<String> {
        parts(text).into_iter().map(|word| word.key).collect()
    }

    #[test]
    fn case_accents_and_width_do_not_count() {
        for text in ["café", "CAFE", "cafe\u{301}", "ＣＡＦＥ"] {
            assert_eq!(keys(text), ["cafe"], "{text}");
        }
        assert_eq!(keys("Straße ПРИВЕТ İzmir"), ["strasse", "привет", "izmir"]);
        assert_eq!(keys("ｶﾞ"), keys("ガ"));
    }

    #[test]
    fn marks_that_are_often_not_typed_do_not_count() {
        assert_eq!(
            keys("Łódź SMØRREBRØD Ærø Đắk œuvre"),
            ["lodz", "smorrebrod", "aero", "dak", "oeuvre"]
        );
        assert_eq!(keys("kız KIZ ĞI"), ["kiz", "kiz", "gi"]);
        assert_eq!(keys("שָׁלוֹם"), keys("שלום"));
        assert_eq!(keys("مَرْحَبًا أحمد"), keys("مرحبا احمد"));
        assert_eq!(keys("مـــرحبا"), keys("مرحبا"));
        assert_eq!(keys("👍🏽"), keys("👍"));
        assert_ne!(keys("कि"), keys("कु"), "vowels of other scripts are part of the word");
        assert_ne!(keys("が"), keys("か"));
        assert_eq!(keys("\u{301} \u{64b} 🏽"), Vec::<String>::new());
    }

    #[test]
    fn code_is_divided_at_its_punctuation() {
        assert_eq!(keys("take_incoming(std::fs::read)"), ["take", "incoming", "std", "fs", "read"]);
        assert_eq!(keys("src/main.rs:12 --keep=90d"), ["src", "main", "rs", "12", "keep", "90d"]);
        assert_eq!(keys("fooBar"), ["foobar"]);
        assert_eq!(
            part_keys("fooBar, HTTPServer, plain ABC x2Y"),
            ["foo", "bar", "http", "server"]
        );
    }

    #[test]
    fn scripts_without_spaces_are_indexed_by_pairs() {
        assert_eq!(keys("東京都"), ["東京", "京都", "都"]);
        assert_eq!(keys("in 東京!"), ["in", "東京", "京"]);
        assert_eq!(keys("학교에서"), ["학교", "교에", "에서", "서"]);
        let thai = words("กิน");
        assert_eq!(
            thai.iter().map(|word| word.form).collect::<Vec<_>>(),
            [Form::Pair(6), Form::Last]
        );
    }

    #[test]
    fn marks_of_other_scripts_and_emoji_are_part_of_words() {
        assert_eq!(keys("नमस्ते दुनिया").len(), 2);
        assert_eq!(keys("ok 👍🏽👍"), ["ok", "👍", "👍"]);
    }

    #[test]
    fn ranges_are_those_of_the_text() {
        let text = "a café, 東京";
        let found: Vec<&str> = words(text).into_iter().map(|word| &text[word.range]).collect();
        assert_eq!(found, ["a", "café", "東京", "京"]);
    }
}
