//! The lists of the guide, from the tables of the program.

use std::fmt::Write;

use chat_tui::action::{Action, Group};
use chat_tui::commands::COMMANDS;
use chat_tui::letters::{BESIDE, LETTERS};
use chat_tui::settings::markdown;

/// The lists by name. In the page each is between two marks, `<!-- NAME -->` and `<!-- end -->`.
pub(crate) fn all() -> [(&'static str, String); 4] {
    [("keys", keys()), ("letters", letters()), ("commands", commands()), ("settings", markdown())]
}

/// The page with these lists in it, in place of those that it has.
pub(crate) fn fill(page: &str) -> String {
    let mut page = page.to_owned();
    for (name, list) in all() {
        let (start, end) = (format!("<!-- {name} -->\n"), "<!-- end -->");
        let Some((before, rest)) = page.split_once(&start) else {
            continue;
        };
        let Some((_, after)) = rest.split_once(end) else {
            continue;
        };
        page = format!("{before}{start}\n{}\n{end}{after}", list.trim());
    }
    page
}

fn keys() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n**{}**\n\n| key | what it does | name |\n|---|---|---|\n",
            group.title()
        );
        let actions: Vec<Action> =
            Action::ALL.iter().copied().filter(|action| action.help().group == group).collect();
        for same in actions.chunk_by(|one, next| one.help().does == next.help().does) {
            let keys: Vec<&str> = same.iter().flat_map(|one| one.help().keys).copied().collect();
            let names: Vec<&str> = same.iter().map(|one| one.help().name).collect();
            let does = same.first().map(|one| one.help().does).unwrap_or_default();
            let _ = writeln!(text, "| {} | {does} | {} |", listed(&keys), listed(&names));
        }
    }
    text
}

fn letters() -> String {
    let mut text = String::from("| key | what it does with the selected message |\n|---|---|\n");
    let letters = LETTERS.iter().map(|letter| (letter.key.to_string(), letter.does));
    for (key, does) in letters.chain(BESIDE.map(|(key, does)| (key.to_owned(), does))) {
        let _ = writeln!(text, "| `{key}` | {does} |");
    }
    text
}

/// Words as code; of many the first and the last one.
fn listed(words: &[&str]) -> String {
    match words {
        [first, _, _, _, .., last] => format!("`{first}` … `{last}`"),
        words => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}

fn commands() -> String {
    let mut text = String::from("| command | what it does | other names |\n|---|---|---|\n");
    for command in COMMANDS {
        let synopsis = command.synopsis();
        let _ = writeln!(text, "| `{synopsis}` | {} | {} |", command.does, listed(command.aliases));
    }
    text
}
