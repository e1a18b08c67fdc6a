//! Emoji by name.
//!
//! The names are those of GitHub ([gemoji](https://github.com/github/gemoji)). Left out are those that are
//! made of several characters, such as flags and families: terminals disagree on how wide they are.

use super::{Offer, OfferAction};

/// Every emoji and its names, one on each line.
const EMOJI: &str = include_str!("emoji.txt");

/// Fewest letters of a name that are completed: with one, a list would come up at each `:D`.
pub(super) const LETTERS_MIN: usize = 2;

/// Most emoji that are offered: more than anybody looks through.
const OFFERED_MAX: usize = 50;

/// The emoji whose names begin with or contain the typed text; the former first.
pub(super) fn offers(typed: &str) -> Vec<Offer> {
    let typed = typed.trim_end_matches(':');
    if typed.len() < LETTERS_MIN {
        return Vec::new();
    }
    let named = |fits: fn(&str, &str) -> bool| {
        EMOJI.lines().filter_map(move |line| {
            let (emoji, names) = line.split_once(' ')?;
            let name = names.split(' ').find(|name| fits(name, typed))?;
            Some((emoji, name))
        })
    };
    let mut found: Vec<_> = named(|name, typed| name.starts_with(typed)).collect();
    for other in named(|name, typed| name.contains(typed)) {
        if !found.iter().any(|(emoji, _)| *emoji == other.0) {
            found.push(other);
        }
    }
    // Among names that begin with the typed text, a shorter one fits better.
    found.sort_by_key(|(_, name)| if name.starts_with(typed) { name.len() } else { usize::MAX });
    let offer = |(emoji, name)| {
        Offer::new(format!("{emoji} :{name}:"), OfferAction::Insert(format!("{emoji} ")))
    };
    found.into_iter().take(OFFERED_MAX).map(offer).collect()
}

/// The first name of an emoji.
pub(super) fn name(emoji: &str) -> Option<&'static str> {
    let names = EMOJI.lines().find_map(|line| line.strip_prefix(emoji)?.strip_prefix(' '))?;
    names.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_an_emoji_and_a_name() {
        for line in EMOJI.lines() {
            let (emoji, names) = line.split_once(' ').unwrap();
            assert!(!emoji.is_ascii() && !names.is_empty(), "{line}");
            assert!(names.is_ascii() && !names.contains("  "), "{line}");
        }
    }

    #[test]
    fn the_names_that_begin_so_are_first() {
        let labels =
            |typed| -> Vec<String> { offers(typed).into_iter().map(|offer| offer.label).collect() };
        assert_eq!(labels("hear")[..3], ["❤️ :heart:", "♥️ :hearts:", "💓 :heartbeat:"]);
        assert_eq!(labels("heart:")[0], "❤️ :heart:");
        assert_eq!(labels("+1"), ["👍 :+1:"]);
        assert!(labels("tada").contains(&"🎉 :tada:".to_owned()));
        assert!(labels("face").len() <= OFFERED_MAX);
        assert!(labels("s").is_empty() && labels("xyzzy").is_empty());
    }
}
