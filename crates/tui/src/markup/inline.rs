//! The marks within a line: emphasis, code and links.

mod openers;
mod tokens;

use std::ops::Range;

use self::openers::Openers;
use self::tokens::{Kind, Side, Token, Tokens};
use super::{Format, Segment, flank, links, steps};

/// Most backticks around inline code. It bounds how often the search for the end of code fails:
/// once for each length on a line.
const TICKS_MAX: usize = 3;

/// Finds the spans of lines, one after the other.
pub(super) struct Inline<'a> {
    text: &'a str,
    /// The mentions that are not passed yet.
    mentions: &'a [Range<usize>],
    /// The line at work.
    line: Range<usize>,
    tokens: Tokens,
    openers: Openers,
    /// Where the last word ends: a mark does not close if there is none after what opened it.
    word_end: usize,
    /// No link begins before it: the search for links has been there.
    linked: usize,
    spans: Vec<Segment>,
    links: Vec<Range<usize>>,
}

impl<'a> Inline<'a> {
    pub(super) fn new(text: &'a str, mentions: &'a [Range<usize>]) -> Self {
        Self {
            text,
            mentions,
            line: 0..0,
            tokens: Tokens::default(),
            openers: Openers::default(),
            word_end: 0,
            linked: 0,
            spans: Vec::new(),
            links: Vec::new(),
        }
    }

    /// The spans and the links of all lines, in their order.
    pub(super) fn finish(self) -> (Vec<Segment>, Vec<Range<usize>>) {
        (self.spans, self.links)
    }

    /// Adds a fenced code block, whose fences are not shown.
    pub(super) fn add_code_block(&mut self, whole: &Range<usize>, body: &Range<usize>) {
        self.spans.push(Segment::mark(whole.start..body.start));
        if !body.is_empty() {
            self.spans.push(Segment::new(body.clone(), Format::CODE));
        }
        self.spans.push(Segment::mark(body.end..whole.end));
    }

    /// Adds the spans of a line, whose first `quoted` bytes are marks of quotes.
    pub(super) fn add_line(&mut self, quoted: usize, line: Range<usize>) {
        let text = line.start + quoted..line.end;
        if quoted > 0 {
            self.spans.push(Segment::mark(line.start..text.start));
        }
        self.openers.clear();
        self.word_end = text.start;
        let mut at = text.start;
        self.line = text;
        while at < self.line.end {
            steps::count(1);
            at = self.step(at);
        }
        self.tokens.drain_into(&mut self.spans, &mut self.links);
    }

    /// Reads the token at `at`, and returns where it ends.
    fn step(&mut self, at: usize) -> usize {
        if let Some(end) = self.read_link(at).or_else(|| self.pass_mention(at)) {
            self.word_end = end;
            return end;
        }
        let Some(c) = self.text[at..].chars().next() else { return self.line.end };
        let end = at + c.len_utf8();
        match c {
            '`' => return self.read_code(at),
            _ if flank::is_mark(c) => return self.read_mark(at, c),
            '(' => self.openers.open_bracket(at),
            ')' => self.openers.close_bracket(),
            _ if flank::is_word(c) => self.word_end = end,
            _ => {}
        }
        end
    }

    /// The text of the line before `at`, and from `at` on.
    fn around(&self, at: usize) -> (&'a str, &'a str) {
        (&self.text[self.line.start..at], &self.text[at..self.line.end])
    }

    /// Returns the end of the mention that `at` is in.
    fn pass_mention(&mut self, at: usize) -> Option<usize> {
        while let Some((first, rest)) = self.mentions.split_first() {
            if at < first.start {
                return None;
            }
            if at < first.end {
                return Some(first.end.min(self.line.end));
            }
            self.mentions = rest;
        }
        None
    }

    /// Adds the link that begins at `at`, and returns its end.
    fn read_link(&mut self, at: usize) -> Option<usize> {
        let (before, rest) = self.around(at);
        let starts = rest.starts_with(['h', 'H', 'm', 'M'])
            && !before.chars().next_back().is_some_and(flank::is_word);
        if !starts || at < self.linked {
            return None;
        }
        let found = links::read(rest, |c| self.openers.waits_for(c))?;
        self.linked = at + found.seen;
        if found.len == 0 {
            return None;
        }
        let link = at..at + found.len;
        self.tokens.push(Token::Link(link.clone()));
        Some(link.end)
    }

    /// Reads a run of backticks and the code after it, or the run alone if it begins no code.
    fn read_code(&mut self, at: usize) -> usize {
        let (before, rest) = self.around(at);
        let ticks = run(rest, '`');
        let begins = !before.chars().next_back().is_some_and(flank::is_word);
        let open = at..at + ticks;
        if begins
            && ticks <= TICKS_MAX
            && let Some(close) = self.find_closing(open.end, ticks)
        {
            self.word_end = close.start;
            self.tokens.push(Token::Code(open, close.clone()));
            return close.end;
        }
        open.end
    }

    /// The next run of that many backticks, if there is something to show before it.
    fn find_closing(&mut self, start: usize, ticks: usize) -> Option<Range<usize>> {
        let mut at = start;
        while let Some(distance) = self.text[at..self.line.end].find('`') {
            let found = at + distance;
            let close = found..found + run(&self.text[found..self.line.end], '`');
            steps::count(distance + close.len());
            if close.len() == ticks {
                let code = &self.text[start..close.start];
                let is_whole = !code.starts_with(flank::is_attached)
                    && !self.text[close.end..].starts_with(flank::is_attached);
                return (is_whole && !code.trim().is_empty()).then_some(close);
            }
            at = close.end;
        }
        steps::count(self.line.end - at);
        None
    }

    /// Reads a run of marks, which may close what the nearest one of its kind opened, or open.
    fn read_mark(&mut self, at: usize, c: char) -> usize {
        let (before, rest) = self.around(at);
        let mark = at..at + run(rest, c);
        let Some(kind) = Kind::of(c, mark.len()) else { return mark.end };
        let before = flank::last(before);
        let after = flank::first(&self.text[mark.end..self.line.end]);
        if flank::closes(before, after)
            && let Some(opener) = self.openers.close(kind, self.word_end)
        {
            self.tokens.pair(opener, Token::Mark { kind, mark: mark.clone(), side: Side::Closes });
        } else if flank::opens(before, after) {
            let token =
                self.tokens.push(Token::Mark { kind, mark: mark.clone(), side: Side::Loose });
            self.openers.open(kind, token, mark.end);
        }
        mark.end
    }
}

/// How many bytes `text` has of `c`, which is ASCII, at its beginning.
fn run(text: &str, c: char) -> usize {
    let len = text.len() - text.trim_start_matches(c).len();
    steps::count(len);
    len
}
