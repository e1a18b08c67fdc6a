//! Where a text has the words of a query, how well it fits, and the part of it that is shown.

use std::ops::Range;

use super::query::{Phrase, Query};
use super::words::{Form, Word, parts, words};

/// Characters of an excerpt at most: two lines of a wide screen.
pub(super) const EXCERPT_CHARS_MAX: usize = 200;

/// Characters of an excerpt in front of the first match at most.
const CHARS_BEFORE_MATCH: usize = 40;

/// Matches of one text that are marked at most: an excerpt has few words.
const MARKS_MAX: usize = 32;

/// Occurrences of a phrase that make a text fit better; more say nothing.
const OCCURRENCES_MAX: usize = 3;

/// The matches of a query in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Matches {
    /// Where they are, in order, without overlaps.
    pub(super) marks: Vec<Range<usize>>,
    /// Greater if the text fits better: it has the words themselves, next to each other, and little else.
    pub(super) score: u64,
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// On one line, with `…` where it is cut.
    pub(crate) text: String,
    /// Where the matches begin and end in it, in characters.
    pub(crate) marks: Vec<[u32; 2]>,
}

/// The matches of all phrases of `query` in `text`; `None` if it has not all of them.
pub(super) fn find(query: &Query, text: &str) -> Option<Matches> {
    let lists = [words(text), parts(text)];
    let (mut marks, mut score) = (Vec::new(), 0);
    let mut all = Vec::new();
    for phrase in query.phrases() {
        let found: Vec<(Range<usize>, bool)> =
            lists.iter().flat_map(|words| occurrences(words, phrase)).collect();
        let is_whole = found.iter().any(|(_, is_whole)| *is_whole);
        score += if is_whole { 3 } else { 2 } + found.len().min(OCCURRENCES_MAX);
        if found.is_empty() {
            return None;
        }
        marks.extend(found.into_iter().take(MARKS_MAX).map(|(range, _)| range));
        all.extend(phrase.keys.iter().cloned());
    }
    let in_order = Phrase { keys: all, is_prefix: true };
    let is_in_order =
        !in_order.keys.is_empty() && occurrences(&lists[0], &in_order).next().is_some();
    let score = score * if is_in_order { 1_500 } else { 1_000 } / (10 + lists[0].len());
    Some(Matches { marks: merged(marks), score: score as u64 })
}

/// Where `words` has the phrase, and whether it has the whole words.
fn occurrences<'w>(
    words: &'w [Word],
    phrase: &'w Phrase,
) -> impl Iterator<Item = (Range<usize>, bool)> + 'w {
    let (last, before) = phrase.keys.split_last().expect("a phrase has a word");
    words.windows(phrase.keys.len()).filter_map(move |found| {
        let (found_last, found_before) = found.split_last()?;
        let is_same = found_last.key == *last;
        let fits = is_same || phrase.is_prefix && found_last.key.starts_with(last.as_str());
        if !fits || found_before.iter().zip(before).any(|(word, key)| word.key != *key) {
            return None;
        }
        let end = match found_last.form {
            Form::Pair(first_end) if !is_same => first_end,
            _ => found_last.range.end,
        };
        Some((found[0].range.start..end, is_same))
    })
}

fn merged(mut marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        match merged.last_mut() {
            Some(last) if mark.start < last.end => last.end = last.end.max(mark.end),
            _ => merged.push(mark),
        }
    }
    merged.truncate(MARKS_MAX);
    merged
}

/// The part of `text` around its first mark, on one line.
pub(super) fn excerpt(text: &str, marks: &[Range<usize>]) -> Excerpt {
    let first = marks.first().map_or(0, |mark| mark.start);
    let before =
        text[..first].chars().rev().take(CHARS_BEFORE_MATCH).map(char::len_utf8).sum::<usize>();
    let mut start = first - before;
    if start > 0 {
        // From the beginning of a word, unless it is a long one.
        let space = text[start..first].find(char::is_whitespace);
        start += space.map_or(0, |at| at + 1);
        start = text.ceil_char_boundary(start).min(first);
    }
    let length = text[start..].chars().take(EXCERPT_CHARS_MAX).map(char::len_utf8).sum::<usize>();
    let end = start + length;
    let mut excerpt = String::with_capacity(length + 6);
    excerpt.extend((start > 0).then_some('…'));
    excerpt.extend(text[start..end].chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
    excerpt.extend((end < text.len()).then_some('…'));
    let added = usize::from(start > 0);
    let at = |byte: usize| {
        u32::try_from(added + text[start..byte].chars().count()).expect("an excerpt is short")
    };
    let shown = marks.iter().filter(|mark| mark.start >= start && mark.start < end);
    let marks = shown.map(|mark| [at(mark.start), at(mark.end.min(end))]).collect();
    Excerpt { text: excerpt, marks }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(typed: &str, text: &str) -> Option<String> {
        let found = find(&Query::parse(typed), text)?;
        let Excerpt { text, marks } = excerpt(text, &found.marks);
        let chars: Vec<char> = text.chars().collect();
        let mut line = String::new();
        for (index, c) in chars.iter().enumerate() {
            line.extend(marks.iter().any(|mark| mark[0] as usize == index).then_some('['));
            line.push(*c);
            line.extend(marks.iter().any(|mark| mark[1] as usize == index + 1).then_some(']'));
        }
        Some(line)
    }

    #[test]
    fn matches_are_marked_as_they_are_written() {
        let found = |typed, text| marked(typed, text).unwrap();
        assert_eq!(found("cafe ", "Un Café, s'il"), "Un [Café], s'il");
        assert_eq!(found("deplo", "deploy, deployed, dep"), "[deploy], [deployed], dep");
        assert_eq!(found("\"std fs\" ", "std::fs::read"), "[std::fs]::read");
        assert_eq!(found("bar ", "let fooBar = 1"), "let foo[Bar] = 1");
        assert_eq!(found("京", "東京都"), "東[京]都");
        assert_eq!(found("京都 ", "東京都"), "東[京都]");
        assert_eq!(found("東京都 ", "在東京都。"), "在[東京都]。");
        assert_eq!(found("a\tb ", "a\nb"), "[a] [b]");
        assert_eq!(marked("deploy ", "deployed"), None);
        assert_eq!(marked("deploy now ", "deploy"), None);
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_match() {
        let text = format!("{} needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let shown = marked("needle ", &text).unwrap();
        assert!(shown.starts_with("…hay ") && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("hay  [needle] straw"), "{shown}");
        assert!(shown.chars().count() <= EXCERPT_CHARS_MAX + 4);
    }

    #[test]
    fn the_words_themselves_in_order_in_a_short_text_fit_best() {
        let score = |text| find(&Query::parse("red fox"), text).unwrap().score;
        let texts = [
            "red fox",
            "a red fox runs over there",
            "a fox that is red runs",
            "red foxes and others there",
        ];
        let scores = texts.map(score);
        assert!(scores[0] > scores[1] && scores[1] > scores[2], "{scores:?}");
        assert!(scores[0] > scores[3], "{scores:?}");
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_each_of_its_words_and_every_mark_is_in_its_excerpt(
            text in "[a-zé東京都 .:_\n👍กิ]{1,400}", index in any::<proptest::sample::Index>(),
        ) {
            let words = words(&text);
            prop_assume!(!words.is_empty());
            let word = &words[index.index(words.len())];
            let query = Query::parse(&format!("{} ", &text[word.range.clone()]));
            let found = find(&query, &text);
            prop_assert!(found.is_some(), "{:?} {:?}", query, words);
            let marks = found.unwrap().marks;
            prop_assert!(!marks.is_empty());
            let Excerpt { text, marks } = excerpt(&text, &marks);
            let length = text.chars().count();
            prop_assert!(!marks.is_empty() && marks.iter().all(|mark| mark[0] < mark[1] && mark[1] as usize <= length));
        }
    }
}
