use proptest::prelude::*;

use super::super::{Format, Markup, Segment};
use chat_client::sanitize::text as cleaned;

use super::{is_ordered, texts};

fn segments(text: &str) -> Vec<Segment> {
    Markup::parse(text, &[]).segments(0..text.len()).collect()
}

fn marks(text: &str) -> impl Iterator<Item = String> {
    let marks = segments(text).into_iter().filter(|segment| segment.is_mark);
    marks.map(|segment| text[segment.range].to_owned())
}

proptest! {
    #[test]
    fn the_segments_are_the_text(text in texts(), any in ".*") {
        for text in [text, any] {
            let mut at = 0;
            for segment in segments(&text) {
                prop_assert_eq!(segment.range.start, at);
                prop_assert!(segment.range.end > at);
                prop_assert!(text.get(segment.range.clone()).is_some());
                at = segment.range.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }

    #[test]
    fn spans_are_ordered_and_not_plain(text in texts()) {
        prop_assert!(is_ordered(&Markup::parse(&text, &[])));
    }

    #[test]
    fn nothing_but_marks_is_hidden(text in texts()) {
        for mark in marks(&text) {
            let is_emphasis = ["*", "**", "_", "~~", "`", "``", "```"].contains(&mark.as_str());
            let is_quote = mark.chars().all(|c| c == '>' || c == ' ');
            let fence = mark.trim_start_matches('\n');
            let is_fence = fence.starts_with("```") && fence.split('\n').count() <= 2;
            prop_assert!(is_emphasis || is_quote || is_fence, "{mark:?}");
        }
    }

    #[test]
    fn the_marks_of_a_line_come_in_pairs(text in texts()) {
        for line in text.split('\n') {
            for kind in ["*", "**", "_", "~~", "`", "``", "```"] {
                let count = marks(line).filter(|mark| mark == kind).count();
                prop_assert_eq!(count % 2, 0, "{:?} in {:?}", kind, line);
            }
        }
    }

    #[test]
    fn every_letter_and_digit_is_shown(text in texts()) {
        let marks: String = marks(&text).filter(|mark| !mark.contains("```")).collect();
        prop_assert!(!marks.chars().any(char::is_alphanumeric), "{marks:?}");
    }

    #[test]
    fn formats_are_where_marks_or_links_are(text in texts()) {
        let segments = segments(&text);
        let has_format = |segment: &Segment| !segment.format.is_text() && segment.link.is_none();
        if segments.iter().any(has_format) {
            prop_assert!(segments.iter().any(|segment| segment.is_mark));
        }
    }

    #[test]
    fn plain_text_needs_no_memory(text in "([a-z0-9 .,:;!?()#@/\n漢é-]|https:|://){0,80}") {
        prop_assume!(!text.contains("- ") && !text.contains(". ") && !text.contains(") "));
        prop_assume!(!text.contains("https://"));
        let markup = Markup::parse(&text, &[]);
        prop_assert_eq!(markup.spans.capacity() + markup.blocks.capacity(), 0);
        prop_assert_eq!(markup.links.capacity(), 0);
    }

    #[test]
    fn mentions_change_no_mark(text in texts(), word in any::<prop::sample::Index>()) {
        // Words, as marks in a mention are text.
        let words: Vec<&str> = text.split(|c: char| !c.is_ascii_lowercase()).collect();
        let start = word.get(&words).as_ptr().addr() - text.as_ptr().addr();
        let mention = start..start + word.get(&words).len();
        let with = Markup::parse(&text, std::slice::from_ref(&mention));
        let without = Markup::parse(&text, &[]);
        for index in mention {
            let one = |markup: &Markup<'_>| markup.segments(index..index + 1).next();
            let (with, without) = (one(&with).unwrap(), one(&without).unwrap());
            prop_assert_eq!(with, without.with_format(Format::MENTION));
        }
    }

    #[test]
    fn no_text_is_a_panic(
        text in ".*", mentions in prop::collection::vec((0_usize..40, 0_usize..9), 0..4),
    ) {
        let mentions: Vec<_> = mentions.into_iter().map(|(at, len)| at..at + len).collect();
        let text = cleaned(&text);
        let _ = Markup::parse(&text, &mentions).rows(20);
        let _ = Markup::plain(&text, &mentions).folded(3);
    }
}
