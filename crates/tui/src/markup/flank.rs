//! Which characters may stand beside a mark.
//!
//! A mark opens at the beginning of a word and closes at the end of one, so that `2*3*4`,
//! `snake_case`, `a * b` and `/*comment*/` have none. The lists are of what is allowed: a character
//! that nobody thought of makes no markup.

use unicode_width::UnicodeWidthChar;

use super::steps;

/// Most characters of marks beside a mark that are skipped to find the character that decides: the
/// marks of bold, italic and struck text together, `**_~~`.
const MARKS_MAX: usize = 5;

/// Whether emphasis is written with it.
pub(super) const fn is_mark(c: char) -> bool {
    matches!(c, '*' | '_' | '~')
}

/// Whether it is part of a word. A character without a width is part of whatever is before it.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_attached(c)
}

/// Whether it is drawn onto the character before it. A mark that would take that character away is
/// no mark.
pub(super) fn is_attached(c: char) -> bool {
    !c.is_ascii() && c.width() == Some(0)
}

/// The character before the end of `text` that is not a mark.
pub(super) fn last(text: &str) -> Option<char> {
    decisive(text.chars().rev())
}

/// The first character of `text` that is not a mark.
pub(super) fn first(text: &str) -> Option<char> {
    decisive(text.chars())
}

/// If there are more marks than [`MARKS_MAX`], the mark after them, beside which none is allowed.
fn decisive(chars: impl Iterator<Item = char>) -> Option<char> {
    let mut skipped = chars.enumerate().inspect(|_| steps::count(1));
    skipped.find(|(index, c)| *index >= MARKS_MAX || !is_mark(*c)).map(|(_, c)| c)
}

/// Whether a mark between `before` and `after` may open. `None` is the border of the line.
pub(super) fn opens(before: Option<char>, after: Option<char>) -> bool {
    let is_before = before.is_none_or(|c| match c {
        '(' | '[' | '{' | '<' | '"' | '\'' => true,
        _ if c.is_ascii() => c.is_ascii_whitespace(),
        _ => !is_word(c),
    });
    let begins = after.is_some_and(|c| match c {
        '(' | '[' | '{' | '<' | '"' | '\'' | '`' | '@' | '#' | '$' | '%' | '+' => true,
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        _ => !c.is_whitespace() && !is_attached(c),
    });
    is_before && begins
}

/// Whether a mark between `before` and `after` may close. `None` is the border of the line.
pub(super) fn closes(before: Option<char>, after: Option<char>) -> bool {
    let ends = before.is_some_and(|c| match c {
        ')' | ']' | '}' | '>' | '"' | '\'' | '`' => true,
        '.' | ',' | ';' | ':' | '!' | '?' | '%' | '+' => true,
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        _ => !c.is_whitespace(),
    });
    let is_after = after.is_none_or(|c| match c {
        ')' | ']' | '}' | '>' | '"' | '\'' => true,
        '.' | ',' | ';' | ':' | '!' | '?' | '-' => true,
        _ if c.is_ascii() => c.is_ascii_whitespace(),
        _ => !is_word(c),
    });
    ends && is_after
}
