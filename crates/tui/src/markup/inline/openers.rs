//! The marks of a line that may still be closed.

use super::tokens::Kind;

/// A mark that may open.
#[derive(Debug, Clone, Copy)]
struct Opener {
    /// Its place among the tokens.
    token: usize,
    /// Where the text after it begins.
    end: usize,
}

/// The marks that are open, by kind, and the round brackets that were opened since. Everything is
/// added and removed once, so all of it takes time proportional to the line.
#[derive(Debug, Default)]
pub(super) struct Openers {
    open: [Vec<Opener>; Kind::COUNT],
    /// Where a bracket stands that is not closed. Counted only while a mark is open.
    brackets: Vec<usize>,
}

impl Openers {
    pub(super) fn clear(&mut self) {
        self.open.iter_mut().for_each(Vec::clear);
        self.brackets.clear();
    }

    pub(super) fn open(&mut self, kind: Kind, token: usize, end: usize) {
        self.open[kind.index()].push(Opener { token, end });
    }

    /// Whether a mark of the character `c` is open.
    pub(super) fn waits_for(&self, c: char) -> bool {
        Kind::ALL.iter().any(|kind| kind.mark() == c && !self.open[kind.index()].is_empty())
    }

    pub(super) fn open_bracket(&mut self, at: usize) {
        if self.open.iter().any(|openers| !openers.is_empty()) {
            self.brackets.push(at);
        }
    }

    pub(super) fn close_bracket(&mut self) {
        self.brackets.pop();
    }

    /// Closes the nearest mark of a kind and returns its token. Returns `None` if there is none, if
    /// no word is after it (`word_end` is where the newest one ends), or if a bracket that was
    /// opened after it is still open: `int *p = (int*)q` is not bold.
    pub(super) fn close(&mut self, kind: Kind, word_end: usize) -> Option<usize> {
        let opener = *self.open[kind.index()].last()?;
        let in_bracket = self.brackets.last().is_some_and(|bracket| *bracket >= opener.end);
        if word_end <= opener.end || in_bracket {
            return None;
        }
        // Marks nest: one that was opened in between is text.
        for openers in &mut self.open {
            while openers.last().is_some_and(|other| other.token >= opener.token) {
                openers.pop();
            }
        }
        Some(opener.token)
    }
}
