//! How well texts fit what is typed.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The typed text, to compare texts with. Upper and lower case are the same, and so are `e` and `é`.
pub(super) struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
    /// The text in the matcher's form.
    chars: Vec<char>,
}

impl Fuzzy {
    /// Compares with `typed`; words may be in any order.
    pub(super) fn new(typed: &str) -> Self {
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        Self {
            pattern: Pattern::new(
                typed,
                CaseMatching::Ignore,
                Normalization::Smart,
                AtomKind::Fuzzy,
            ),
            matcher: Matcher::new(config),
            chars: Vec::new(),
        }
    }

    /// How well `text` fits: more is better, `None` if it does not. A letter is worth 16, a letter that begins a
    /// word up to 10 more.
    pub(super) fn score(&mut self, text: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(text, &mut self.chars), &mut self.matcher)
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;

    fn best<'a>(query: &str, texts: &[&'a str]) -> Vec<&'a str> {
        let mut pattern = Fuzzy::new(query);
        let mut fit: Vec<_> =
            texts.iter().filter_map(|text| Some((pattern.score(text)?, *text))).collect();
        fit.sort_by_key(|(score, text)| (Reverse(*score), text.len()));
        fit.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn the_better_fit_is_first() {
        let rooms = ["redeven", "web-dev", "dev", "device", "adverse", "ops"];
        assert_eq!(best("dev", &rooms), ["dev", "device", "web-dev", "redeven"]);
        assert_eq!(best("rb", &["orb", "rust-beginners", "harbour", "tea"])[0], "rust-beginners");
        assert_eq!(best("rbg", &["rumbling", "rust-beginners", "tea"])[0], "rust-beginners");
        assert_eq!(best("", &["b", "a"]).len(), 2);
    }

    #[test]
    fn letters_of_any_script_are_compared() {
        let fits = |query: &str, text: &str| Fuzzy::new(query).score(text).is_some();
        assert!(fits("жук", "Жуков") && !fits("кж", "Жуков"));
        assert!(fits("日報", "営業日報") && fits("a b", "ana-bo"));
    }
}
