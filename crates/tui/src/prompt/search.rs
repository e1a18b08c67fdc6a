//! Searching the history of the input box.

use super::{Editor, Prompt};

/// A search that goes on.
#[derive(Debug)]
pub(super) struct Search {
    /// The word that is searched for.
    word: String,
    /// The place of the text that is shown; `None` if none was found yet.
    found: Option<usize>,
    is_failed: bool,
    /// The text that was typed before.
    before: Editor,
}

/// The word that is searched for, and whether no text has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputSearch<'a> {
    /// The word that is searched for.
    pub word: &'a str,
    /// Whether no text has it.
    pub is_failed: bool,
}

impl Prompt {
    /// The word that is searched for; `None` if there is no search.
    #[must_use]
    pub fn input_search(&self) -> Option<InputSearch<'_>> {
        let Search { word, is_failed, .. } = self.search.as_ref()?;
        Some(InputSearch { word, is_failed: *is_failed })
    }

    /// Starts a search; in one that goes on, shows the text before the shown one.
    pub fn search_older(&mut self) {
        match &self.search {
            Some(search) => self.find(search.found.map_or(0, |found| found + 1)),
            None => {
                self.put_back();
                let before = std::mem::take(&mut self.editor);
                let word = String::new();
                self.search = Some(Search { word, found: None, is_failed: false, before });
            }
        }
    }

    /// Adds a character to the word that is searched for. The shown text stays if it contains the word.
    pub fn search_for(&mut self, c: char) {
        if let Some(search) = &mut self.search {
            search.word.push(c);
            let from = search.found.unwrap_or(0);
            self.find(from);
        }
    }

    /// Removes the last character of the word, and searches again from the newest text on.
    pub fn search_shorter(&mut self) {
        if let Some(search) = &mut self.search {
            search.word.pop();
            search.found = None;
            self.find(0);
        }
    }

    /// Ends the search with the shown text in the box, and adds the text that was typed before to the history.
    /// If no text was found, that one comes back.
    pub fn end_search(&mut self) {
        match self.search.take() {
            Some(Search { found: None, before, .. }) => self.editor = before,
            Some(Search { before, .. }) if !before.is_empty() => self.history.push(before.text()),
            Some(_) | None => {}
        }
    }

    /// Ends the search with the text that was typed before.
    pub fn cancel_search(&mut self) {
        if let Some(search) = self.search.take() {
            self.editor = search.before;
        }
    }

    fn find(&mut self, from: usize) {
        let Some(search) = &mut self.search else {
            return;
        };
        if search.word.is_empty() {
            (search.found, search.is_failed) = (None, false);
            self.editor = Editor::default();
            return;
        }
        let found = self.history.find(&search.word, from);
        search.is_failed = found.is_none();
        if let Some((place, text)) = found {
            search.found = Some(place);
            self.editor = Editor::new(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt() -> Prompt {
        let mut prompt = Prompt::default();
        for text in ["deploy one", "hello", "Deploy two"] {
            prompt.remember(text.to_owned());
        }
        prompt.editor = Editor::new("draft");
        prompt
    }

    fn search(prompt: &mut Prompt, word: &str) -> String {
        prompt.search_older();
        word.chars().for_each(|c| prompt.search_for(c));
        prompt.editor.text()
    }

    #[test]
    fn the_newest_text_is_found_first_and_then_older_ones() {
        let mut prompt = prompt();
        assert_eq!(search(&mut prompt, "deploy"), "Deploy two");
        prompt.search_older();
        assert_eq!(prompt.editor.text(), "deploy one");
        prompt.search_older();
        assert_eq!(prompt.editor.text(), "deploy one");
        assert_eq!(prompt.input_search(), Some(InputSearch { word: "deploy", is_failed: true }));
        prompt.end_search();
        assert_eq!((prompt.editor.text().as_str(), prompt.input_search()), ("deploy one", None));
        prompt.up();
        assert_eq!(prompt.editor.text(), "draft", "what was typed before is not lost");
    }

    #[test]
    fn a_shorter_word_is_searched_from_the_newest_text_on() {
        let mut prompt = prompt();
        assert_eq!(search(&mut prompt, "ell"), "hello");
        prompt.search_shorter();
        prompt.search_shorter();
        assert_eq!(prompt.editor.text(), "Deploy two");
        prompt.search_shorter();
        assert_eq!(prompt.editor.text(), "");
    }

    #[test]
    fn a_search_that_ends_restores_the_input() {
        let mut cancelled = prompt();
        search(&mut cancelled, "hello");
        cancelled.cancel_search();
        assert_eq!(cancelled.editor.text(), "draft");
        let mut failed = prompt();
        search(&mut failed, "zzz");
        failed.end_search();
        assert_eq!(failed.editor.text(), "draft");
    }
}
