//! How well a text fits what is typed.

/// What a text is worth that is what is typed.
const EXACT: u32 = 1_000;

/// What a text is worth that begins so.
const PREFIX: u32 = 800;

/// What a text is worth that has a word that begins so.
const WORD: u32 = 600;

/// What a text is worth that contains it.
const WITHIN: u32 = 400;

/// What a text is worth that has all its letters in this order, but not together.
const SCATTERED: u32 = 200;

/// What each letter adds that begins a word, if they are not together.
const INITIAL: u32 = 20;

/// Most that is taken off for letters that are not typed: less than between two of the worths above.
const REST_MAX: usize = 100;

/// How well `text` fits `query`, which is in lower case: more is better, `None` if it does not.
pub(super) fn score(query: &str, text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let rest = text.len().saturating_sub(query.len()).min(REST_MAX);
    let rest = u32::try_from(rest).unwrap_or_default();
    if text == query {
        return Some(EXACT);
    }
    let together = text.match_indices(query).map(|(at, _)| match at {
        0 => PREFIX,
        at if begins_word(&text, at) => WORD,
        _ => WITHIN,
    });
    let worth = together.max().or_else(|| scattered(query, &text))?;
    Some(worth.saturating_sub(rest))
}

/// The worth of a text that has all letters of the query in this order.
fn scattered(query: &str, text: &str) -> Option<u32> {
    let (mut from, mut worth) = (0, SCATTERED);
    for letter in query.chars().filter(|letter| !letter.is_whitespace()) {
        let places = || text[from..].match_indices(letter).map(|(at, _)| from + at);
        let initial = places().find(|at| begins_word(text, *at));
        let at = initial.or_else(|| places().next())?;
        worth += if initial.is_some() { INITIAL } else { 0 };
        from = at + letter.len_utf8();
    }
    Some(worth.min(WITHIN))
}

/// Whether a word begins at this byte.
fn begins_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(query: &str, texts: &[&'a str]) -> Vec<&'a str> {
        let mut fit: Vec<_> =
            texts.iter().filter_map(|text| Some((score(query, text)?, *text))).collect();
        fit.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        fit.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn the_better_fit_is_first() {
        let rooms = ["redeven", "web-dev", "dev", "device", "adverse", "ops"];
        assert_eq!(best("dev", &rooms), ["dev", "device", "web-dev", "redeven"]);
        assert_eq!(best("rb", &["orb", "rust-beginners", "harbour", "tea"])[0], "orb");
        assert_eq!(best("rbg", &["rumbling", "rust-beginners", "tea"])[0], "rust-beginners");
        assert_eq!(best("", &["b", "a"]).len(), 2);
    }

    #[test]
    fn letters_of_any_script_are_compared() {
        assert!(score("жук", "Жуков").is_some() && score("кж", "Жуков").is_none());
        assert!(score("日報", "営業日報").is_some());
        assert!(score("a b", "ana-bo").is_some());
    }
}
