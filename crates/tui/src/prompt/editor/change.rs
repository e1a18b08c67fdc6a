//! Changes of the text at the cursor, as readline has them.

use super::{Editor, Motion, TooMuch};

/// What is done to the letters of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// All are capitals.
    Upper,
    /// All are small.
    Lower,
    /// The first is a capital.
    Capital,
}

impl Case {
    fn of(self, word: &str) -> String {
        match self {
            Self::Upper => word.to_uppercase(),
            Self::Lower => word.to_lowercase(),
            Self::Capital => {
                let start = word.find(char::is_alphanumeric).unwrap_or(word.len());
                let end = word[start..].chars().next().map_or(start, |c| start + c.len_utf8());
                let first = word[start..end].to_uppercase();
                format!("{}{first}{}", &word[..start], word[end..].to_lowercase())
            }
        }
    }
}

impl Editor {
    /// Changes the letters from the cursor to the end of the word, and goes there.
    ///
    /// # Errors
    /// As [`Editor::insert`]: some capitals are longer.
    pub fn change_case(&mut self, case: Case) -> Result<(), TooMuch> {
        let from = self.cursor();
        self.go(Motion::WordRight);
        let to = self.cursor();
        let word = self.text.between(from, to);
        let changed = case.of(&word);
        if changed == word {
            return Ok(());
        }
        self.replace(from, to, &changed)
    }

    /// Swaps the characters around the cursor and goes right; at the end of a line the two before it.
    ///
    /// # Errors
    /// As [`Editor::insert`].
    pub fn swap_characters(&mut self) -> Result<(), TooMuch> {
        let (row, column) = self.cursor();
        let end = self.border_after(row, column).unwrap_or(column);
        let Some(middle) = self.border_before(row, end).filter(|middle| *middle > 0) else {
            return Ok(());
        };
        let start = self.border_before(row, middle).unwrap_or(0);
        self.swap((row, start), (row, middle), (row, middle), (row, end))
    }

    /// Swaps the word before the cursor with the one at it or after it; at the end of the text the last two.
    ///
    /// # Errors
    /// As [`Editor::insert`].
    pub fn swap_words(&mut self) -> Result<(), TooMuch> {
        let began = self.cursor();
        self.go(Motion::WordRight);
        let end = self.cursor();
        self.go(Motion::WordLeft);
        let second = self.cursor();
        self.go(Motion::WordLeft);
        let first = self.cursor();
        self.go(Motion::WordRight);
        let first_end = self.cursor();
        let are_words = first < first_end && first_end <= second && second < end;
        if !are_words || first.0 != end.0 {
            self.text.go_to(began);
            return Ok(());
        }
        self.swap(first, first_end, second, end)
    }

    /// Swaps two texts of one line, the first one before the second one, and goes behind them.
    fn swap(
        &mut self,
        first: (usize, usize),
        first_end: (usize, usize),
        second: (usize, usize),
        end: (usize, usize),
    ) -> Result<(), TooMuch> {
        let parts = [(second, end), (first_end, second), (first, first_end)]
            .map(|(from, to)| self.text.between(from, to));
        self.replace(first, end, &parts.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after some steps; `|` is the cursor before and after them.
    fn after(text: &str, does: impl Fn(&mut Editor)) -> String {
        let (before, behind) = text.split_once('|').unwrap();
        let mut editor = Editor::new(&format!("{before}{behind}"));
        let row = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        editor.text.go_to((row, column));
        does(&mut editor);
        let (row, column) = editor.cursor();
        let mut lines = editor.lines().to_vec();
        let at = lines[row].char_indices().nth(column).map_or(lines[row].len(), |(at, _)| at);
        lines[row].insert(at, '|');
        lines.join("\n")
    }

    #[test]
    fn the_case_of_a_word_changes_from_the_cursor_on() {
        let case = |text: &str, case| after(text, |editor| editor.change_case(case).unwrap());
        assert_eq!(case("o|ne, two", Case::Upper), "oNE|, two");
        assert_eq!(case("one|, TWO", Case::Lower), "one, two|");
        assert_eq!(case("|éTÉ is", Case::Capital), "Été| is");
        assert_eq!(case("| (straße", Case::Capital), " (Straße|");
        assert_eq!(case("|ſ", Case::Upper), "S|");
        assert_eq!(case("end |", Case::Upper), "end |");
    }

    #[test]
    fn characters_are_swapped_whole() {
        let swap = |text: &str| after(text, |editor| editor.swap_characters().unwrap());
        assert_eq!(swap("a|bc"), "ba|c");
        assert_eq!(swap("abc|"), "acb|");
        assert_eq!(swap("x👩🏽\u{200D}💻|e\u{301}"), "xe\u{301}👩🏽\u{200D}💻|");
        for text in ["|abc", "a|", "|", "a\n|bc"] {
            assert_eq!(swap(text), text);
        }
    }

    #[test]
    fn words_are_swapped_with_what_is_between_them_kept() {
        let swap = |text: &str| after(text, |editor| editor.swap_words().unwrap());
        assert_eq!(swap("one, |two three"), "two, one| three");
        assert_eq!(swap("one| two three"), "two one| three");
        assert_eq!(swap("one two|"), "two one|");
        for text in ["|one", "one|", "|", "one\n|two"] {
            assert_eq!(swap(text), text);
        }
    }
}
