//! Guesses and completions.

use super::SETTINGS;

/// Longest word that is compared, in bytes: longer than any name, and quick.
const WORD_BYTES_MAX: usize = 32;

/// The names of settings that begin with `prefix`.
pub fn complete_name(prefix: &str) -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.name).filter(move |name| name.starts_with(prefix))
}

/// The values of a setting that begin with `prefix`; none if there is no such setting.
pub fn complete_value(name: &str, prefix: &str) -> impl Iterator<Item = &'static str> {
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let values = setting.map(|setting| setting.values).unwrap_or_default();
    values.iter().copied().filter(move |value| value.starts_with(prefix))
}

/// The word that is most probably meant: one that begins so, or with few letters mistyped.
pub(crate) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.is_empty() || word.len() > WORD_BYTES_MAX {
        return None;
    }
    let word = word.to_lowercase();
    let errors = |known: &str| match known.starts_with(&word) {
        true => 0,
        false => distance(&word, known),
    };
    let ranked = known.map(|known| (errors(known), known)).min_by_key(|(errors, _)| *errors);
    // A third of the letters, and one in a short word.
    ranked.filter(|(errors, known)| *errors <= (known.len() / 3).max(1)).map(|(_, known)| known)
}

/// Letters to insert, delete, replace, or swap with their neighbour.
fn distance(one: &str, two: &str) -> usize {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let mut rows = vec![(0..=two.len()).collect::<Vec<_>>()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=two.len() {
            let is_other = usize::from(one[i - 1] != two[j - 1]);
            let changed = rows[i - 1][j - 1] + is_other;
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == two[j - 2] && one[i - 2] == two[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_is_guessed_and_another_one_is_not() {
        let known = ["theme", "time", "typing", "mouse", "on"];
        for (word, meant) in [
            ("tehme", Some("theme")),
            ("th", Some("theme")),
            ("MOUSE", Some("mouse")),
            ("mose", Some("mouse")),
            ("typign", Some("typing")),
            ("om", Some("on")),
            ("", None),
            ("colour", None),
        ] {
            assert_eq!(closest(word, known.into_iter()), meant, "{word}");
        }
    }

    #[test]
    fn names_and_values_are_completed() {
        assert!(complete_name("t").eq(["theme", "title", "time", "typing"]));
        assert!(complete_value("theme", "d").eq(["dark"]));
        assert!(complete_value("users", "o").eq(["on", "off"]));
        assert!(complete_value("nothing", "").eq([""; 0]));
    }
}
