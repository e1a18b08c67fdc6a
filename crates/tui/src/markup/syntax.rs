//! The parts of a code block: its comments, strings and keywords, by the language of the fence.
//!
//! Each character is looked at a bounded number of times, whatever the text is. A part that this gets wrong
//! has another colour; no character is lost or moved.

mod languages;

use std::ops::Range;

use self::languages::{Extent, Language, Shape, Text};
use super::{Format, steps};

/// Longest escaped character, in bytes with the quote behind it: `\u{10FFFF}'`.
const ESCAPE_BYTES_MAX: usize = 11;

/// The parts of code that have a format of their own, in their order; none if the language is not known.
/// The ranges are bytes of `text`.
pub(super) fn parts(text: &str, body: Range<usize>, language: &str) -> Vec<(Range<usize>, Format)> {
    let Some(language) = Language::named(language) else { return Vec::new() };
    match language.shape {
        Shape::Diff => changes(text, body),
        Shape::Code => Scanner::new(&text[..body.end], body.start, language).parts(),
    }
}

/// The lines that a diff adds, removes, and the places that it names.
fn changes(text: &str, body: Range<usize>) -> Vec<(Range<usize>, Format)> {
    let mut parts = Vec::new();
    let mut at = body.start;
    for line in text[body].split('\n') {
        steps::count(line.len() + 1);
        let format = match line.as_bytes() {
            [b'@', b'@', ..] => Some(Format::KEYWORD),
            [b'+', ..] => Some(Format::STRING),
            [b'-', ..] => Some(Format::REMOVED),
            _ => None,
        };
        parts.extend(format.map(|format| (at..at + line.len(), format)));
        at += line.len() + 1;
    }
    parts
}

/// Reads code from the left to the right.
struct Scanner<'a> {
    /// The message up to the end of the code.
    text: &'a str,
    at: usize,
    language: &'static Language,
    parts: Vec<(Range<usize>, Format)>,
    /// Marks of texts that have no end on the line, as far as is known.
    endless: Vec<&'static str>,
}

impl<'a> Scanner<'a> {
    const fn new(text: &'a str, at: usize, language: &'static Language) -> Self {
        Self { text, at, language, parts: Vec::new(), endless: Vec::new() }
    }

    fn parts(mut self) -> Vec<(Range<usize>, Format)> {
        while let Some(c) = self.text[self.at..].chars().next() {
            steps::count(1);
            self.at = self.comment().or_else(|| self.string()).unwrap_or_else(|| self.word(c));
        }
        self.parts
    }

    fn add(&mut self, end: usize, format: Format) -> usize {
        self.parts.push((self.at..end, format));
        end
    }

    /// The end of the comment that begins here.
    fn comment(&mut self) -> Option<usize> {
        let rest = &self.text[self.at..];
        if let Some((start, end)) = self.language.block.filter(|(start, _)| rest.starts_with(start))
        {
            let inner = &rest[start.len()..];
            let len = inner.find(end).map_or(inner.len(), |found| found + end.len());
            steps::count(len);
            return Some(self.add(self.at + start.len() + len, Format::COMMENT));
        }
        let is_comment = self.language.line.iter().any(|start| rest.starts_with(start));
        if !is_comment || self.is_within_word() {
            return None;
        }
        let len = line_len(rest);
        steps::count(len);
        Some(self.add(self.at + len, Format::COMMENT))
    }

    /// Whether a `#` here is part of a word, as in `$#` or `a#b`: only a blank comes before a comment of a shell.
    fn is_within_word(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        self.text[self.at..].starts_with('#')
            && before
                .is_some_and(|c| !c.is_whitespace() && !matches!(c, ';' | '`' | '(' | ')' | ','))
    }

    /// The end of the string that begins here.
    fn string(&mut self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let text = self.language.texts.iter().find(|text| rest.starts_with(text.mark))?;
        if text.extent == Extent::Line && self.endless.contains(&text.mark) {
            return None;
        }
        match (closing(&rest[text.mark.len()..], text), text.extent) {
            (Some(end), _) => Some(self.add(self.at + text.mark.len() + end, Format::STRING)),
            (None, Extent::Lines) => Some(self.add(self.at + rest.len(), Format::STRING)),
            (None, Extent::Line) => {
                self.endless.push(text.mark);
                None
            }
            (None, Extent::Character) => None,
        }
    }

    /// The end of the word or of the other character that is here.
    fn word(&mut self, c: char) -> usize {
        if c == '\n' {
            self.endless.clear();
        }
        if !is_word(c) {
            return self.at + c.len_utf8();
        }
        let rest = &self.text[self.at..];
        let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        steps::count(word.len());
        if self.language.has_keyword(word) {
            return self.add(self.at + word.len(), Format::KEYWORD);
        }
        self.at + word.len()
    }
}

/// Where the string whose rest this is ends, its closing mark included.
fn closing(rest: &str, text: &Text) -> Option<usize> {
    let (bytes, mark) = (rest.as_bytes(), text.mark.as_bytes());
    let most = match text.extent {
        Extent::Character if rest.starts_with('\\') => ESCAPE_BYTES_MAX,
        // In Rust a quote without another one behind the next character begins a lifetime.
        Extent::Character => rest.chars().next().map_or(0, char::len_utf8),
        Extent::Line | Extent::Lines => usize::MAX,
    };
    let mut at = 0;
    while let Some(byte) = bytes.get(at).filter(|_| at <= most) {
        steps::count(1);
        match byte {
            b'\n' if text.extent != Extent::Lines => return None,
            b'\\' if text.escapes => at += 2,
            _ if bytes[at..].starts_with(mark) => return Some(at + mark.len()),
            _ => at += 1,
        }
    }
    None
}

fn line_len(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests;
