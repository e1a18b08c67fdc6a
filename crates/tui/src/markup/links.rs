//! Where a link that stands in the text ends.

use super::steps;
use crate::hyperlinks::SCHEMES;

/// The result of reading a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LinkScan {
    /// How many bytes the link has; none if it is not a link.
    pub(super) len: usize,
    /// How many bytes were read. The caller does not look for links in them again: that keeps the
    /// time proportional to the length of the text.
    pub(super) seen: usize,
}

/// Reads a link at the beginning of `text`. `trims` says which marks are not part of its end, as
/// something that they can close is open. Returns `None` if there is no scheme.
///
/// A link ends before white space, before a character that must be escaped in one, and before a
/// closing bracket without its opening one. A bracket that stays open, and the punctuation before
/// the end, are not part of it.
pub(super) fn read(text: &str, trims: impl Fn(char) -> bool) -> Option<LinkScan> {
    let scheme = SCHEMES.iter().find(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let rest = &text[scheme.len()..];
    let (seen, balanced) = extent(rest);
    let target = rest[..balanced].trim_end_matches(|c| is_punctuation(c) || trims(c));
    let is_link = match *scheme {
        "mailto:" => target.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.starts_with(char::is_alphanumeric)
        }),
        _ => target.starts_with(|c: char| c.is_alphanumeric() || c == '['),
    };
    let len = if is_link { scheme.len() + target.len() } else { 0 };
    Some(LinkScan { len, seen: scheme.len() + seen })
}

/// How many bytes could be part of a link, and of how many the brackets are balanced.
fn extent(rest: &str) -> (usize, usize) {
    let mut open = 0_usize;
    let mut opened_at = 0;
    for (at, c) in rest.char_indices() {
        steps::count(1);
        match c {
            '(' | '[' | '{' => {
                if open == 0 {
                    opened_at = at;
                }
                open += 1;
            }
            ')' | ']' | '}' if open == 0 => return (at, at),
            ')' | ']' | '}' => open -= 1,
            _ if ends(c) => return (at, if open == 0 { at } else { opened_at }),
            _ => {}
        }
    }
    (rest.len(), if open == 0 { rest.len() } else { opened_at })
}

/// Whether a link ends before it.
fn ends(c: char) -> bool {
    match c {
        '<' | '>' | '"' | '`' | '\\' | '^' | '|' | '\u{FFFD}' => true,
        // The punctuation of scripts that put no space after it, and quotes.
        '\u{3000}'..='\u{301F}' | '！' | '，' | '．' | '：' | '；' | '？' | '（' | '）' => {
            true
        }
        '“' | '”' | '„' | '«' | '»' => true,
        _ => c.is_whitespace() || c.is_control(),
    }
}

/// Whether it is not part of a link if nothing of the link comes after it.
const fn is_punctuation(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '…' | '’' | '‘')
}
