//! A terminal whose widths of characters can be set: real ones disagree.

use ratatui::layout::Size;
use unicode_width::UnicodeWidthChar;

/// How a terminal counts columns.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// The width of a character of ours that is not ASCII.
    width: Width,
    /// Whether half of a wide character that is overwritten stays as an empty cell rather than a
    /// blank one.
    keeps_halves: bool,
}

#[derive(Debug, Clone, Copy)]
enum Width {
    /// As Unicode has it, for each character.
    Unicode,
    /// The same in East Asia.
    Cjk,
    /// One column for everything, marks included.
    One,
    /// Two columns for everything, marks included.
    Two,
    /// No column for letters of other scripts that are marks in some tables.
    Zero,
}

/// What terminals do, and what none does but might.
pub const POLICIES: [Policy; 10] = {
    const fn policy(width: Width, keeps_halves: bool) -> Policy {
        Policy { width, keeps_halves }
    }
    [
        policy(Width::Unicode, false),
        policy(Width::Unicode, true),
        policy(Width::Cjk, false),
        policy(Width::Cjk, true),
        policy(Width::One, false),
        policy(Width::One, true),
        policy(Width::Two, false),
        policy(Width::Two, true),
        policy(Width::Zero, false),
        policy(Width::Zero, true),
    ]
};

impl Width {
    fn of(self, c: char) -> usize {
        match self {
            _ if c.is_ascii() => 1,
            Self::Unicode => c.width().unwrap_or(0),
            Self::Cjk => c.width_cjk().unwrap_or(0),
            Self::One => 1,
            Self::Two => 2,
            Self::Zero if matches!(c, '│' | '─' | '›' | '·' | '×' | '…') => 1,
            Self::Zero => 0,
        }
    }
}

/// The screen of a terminal, and where its cursor is. Lines do not wrap.
#[derive(Debug)]
pub struct Emulator {
    /// The cells of each row; the right half of a wide character is empty.
    pub rows: Vec<Vec<String>>,
    /// Where the cells lead: the parameters and the target of a link, or nothing.
    pub links: Vec<Vec<String>>,
    /// What the cells that are written next lead to.
    link: String,
    policy: Policy,
    x: usize,
    y: usize,
}

impl Emulator {
    /// A terminal of that size that was sent `bytes`.
    ///
    /// # Panics
    /// Panics if it does not know a sequence, or the bytes are not UTF-8.
    #[must_use]
    pub fn shows(bytes: &[u8], policy: Policy, size: Size) -> Self {
        let row = vec![" ".to_owned(); size.width.into()];
        let rows = vec![row; size.height.into()];
        let links = vec![vec![String::new(); size.width.into()]; size.height.into()];
        let mut emulator = Self { rows, links, link: String::new(), policy, x: 0, y: 0 };
        let mut text = std::str::from_utf8(bytes).expect("UTF-8");
        while let Some(c) = text.chars().next() {
            text = &text[c.len_utf8()..];
            if let Some(rest) = text.strip_prefix("(B").filter(|_| c == '\x1b') {
                text = rest;
            } else if let Some(link) = text.strip_prefix("]8;").filter(|_| c == '\x1b') {
                let (link, rest) = link.split_once("\x1b\\").expect("an end");
                emulator.link = link.strip_prefix(';').unwrap_or(link).to_owned();
                text = rest;
            } else if let Some(title) = text.strip_prefix("]2;").filter(|_| c == '\x1b') {
                text = title.split_once("\x1b\\").expect("an end").1;
            } else if let Some(question) = text.strip_prefix(']').filter(|_| c == '\x1b') {
                // A question for a colour, which this terminal does not answer.
                text = question.split_once('\x07').expect("an end").1;
            } else if c == '\x1b' {
                let sequence = text.strip_prefix('[').expect("a control sequence");
                let end = sequence.find(|c: char| c.is_ascii_alphabetic()).expect("an end");
                emulator.control(&sequence[..end], sequence.as_bytes()[end]);
                text = &sequence[end + 1..];
            } else {
                emulator.print(c);
            }
        }
        emulator
    }

    fn control(&mut self, parameters: &str, last: u8) {
        let numbers: Vec<usize> = parameters.split(';').map(|n| n.parse().unwrap_or(1)).collect();
        match last {
            b'H' => (self.y, self.x) = (numbers[0] - 1, numbers.get(1).map_or(0, |x| x - 1)),
            b'K' => (self.x..self.rows[self.y].len()).for_each(|x| self.put(x, " ".into())),
            b'J' => {
                for (row, links) in self.rows.iter_mut().zip(&mut self.links) {
                    row.fill(" ".into());
                    links.fill(self.link.clone());
                }
            }
            b'm' | b'h' | b'l' | b'r' | b'c' | b't' => {}
            // Saves modes; without the question mark it would save the cursor.
            b's' if parameters.starts_with('?') => {}
            _ => panic!("unknown sequence {parameters}{}", char::from(last)),
        }
    }

    fn print(&mut self, c: char) {
        let columns = self.rows[self.y].len();
        match self.policy.width.of(c) {
            0 => {
                if let Some(before) = self.x.checked_sub(1) {
                    let base = (0..=before).rev().find(|x| !self.rows[self.y][*x].is_empty());
                    self.rows[self.y][base.unwrap_or(0)].push(c);
                }
            }
            width => {
                let x = self.x.min(columns - width);
                self.put(x, c.into());
                for covered in x + 1..x + width {
                    self.put(covered, String::new());
                }
                self.x = x + width;
            }
        }
    }

    /// Puts something in a cell. An empty one is the right half of the character before it.
    fn put(&mut self, x: usize, what: String) {
        let row = &mut self.rows[self.y];
        if !self.policy.keeps_halves {
            if row[x].is_empty() && x > 0 && !what.is_empty() {
                row[x - 1] = " ".into();
            }
            if row.get(x + 1).is_some_and(String::is_empty) {
                row[x + 1] = " ".into();
            }
        }
        row[x] = what;
        self.links[self.y][x].clone_from(&self.link);
    }
}
