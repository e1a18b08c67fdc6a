//! The lines of a text on one row, as a search finds them.

use super::is_fence;

/// Stands at the end of an excerpt whose text goes on.
const CUT: char = '…';

/// An excerpt without the fences of its code blocks, and its marks, which are ranges of its characters. A blank stands
/// where the text had a line end, so a word behind a fence is its language only if the block ends, or is cut.
pub(crate) fn without_fences(text: &str, marks: &[[u32; 2]]) -> (String, Vec<[u32; 2]>) {
    let mut shown = String::with_capacity(text.len());
    // The place of each character of the text among those that are shown.
    let mut places = vec![0];
    let mut rest = text;
    for word in text.split_inclusive(' ') {
        rest = &rest[word.len()..];
        let from = places.len() - 1;
        let is_marked = marks.iter().any(|[start, end]| {
            let is_before = usize::try_from(*end).is_ok_and(|end| end <= from);
            !is_before
                && usize::try_from(*start).is_ok_and(|start| start < from + word.chars().count())
        });
        let fence = is_fence_word(word.trim_end(), rest);
        for c in word.chars() {
            let is_shown = !fence || is_marked && c != '`';
            shown.extend(is_shown.then_some(c));
            places.push(places[places.len() - 1] + u32::from(is_shown));
        }
    }
    let place = |at: u32| {
        let last = places.len() - 1;
        places[usize::try_from(at).map_or(last, |at| at.min(last))]
    };
    let marks = marks.iter().map(|[start, end]| [place(*start), place(*end)]);
    (shown, marks.filter(|[start, end]| start < end).collect())
}

/// Whether a word before `rest` is a fence.
fn is_fence_word(word: &str, rest: &str) -> bool {
    let is_bare = |word: &str| is_fence(word) && word.ends_with('`');
    let ends = || rest.ends_with(CUT) || rest.split(' ').any(is_bare);
    is_bare(word) || is_fence(word) && ends()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt, with the marked parts in brackets.
    fn shown(text: &str, marks: &[[u32; 2]]) -> String {
        let (text, marks) = without_fences(text, marks);
        let mut shown = String::new();
        for (at, c) in (0..).zip(text.chars()) {
            shown.extend(marks.iter().any(|[start, _]| *start == at).then_some('['));
            shown.push(c);
            shown.extend(marks.iter().any(|[_, end]| *end == at + 1).then_some(']'));
        }
        shown
    }

    #[test]
    fn the_fences_of_a_code_block_are_left_out_and_its_marks_stay_at_their_words() {
        let text = "same place: ```rust error: no table ``` see é";
        assert_eq!(shown(text, &[[20, 25], [44, 45]]), "same place: [error]: no table see [é]");
        assert_eq!(shown("```rust fn main() {…", &[[8, 10]]), "[fn] main() {…");
        assert_eq!(shown("…main() {} ``` what?", &[[15, 19]]), "…main() {} [what]?");
        assert_eq!(shown("``` a", &[[9, 12], [4, 99]]), "[a]", "marks beyond the end");
    }

    #[test]
    fn a_word_that_is_found_is_shown_also_if_it_is_the_language() {
        assert_eq!(shown("```rust fn ```", &[[3, 7]]), "[rust] fn ");
    }

    #[test]
    fn what_is_no_code_block_stays() {
        for text in ["```ls -la```", "use `code` or ``two``", "```rust is a word", ""] {
            assert_eq!(shown(text, &[]), text);
        }
    }
}
