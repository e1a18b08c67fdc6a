use chat_proto::event::{Message, MessageKind};

use super::cells::drawn;
use super::*;
use crate::fixture::message_in;
use crate::hyperlinks::LinkCells;

/// The text and the opening of each run of cells that is a link.
fn links(harness: &Harness) -> Vec<(String, String)> {
    let (buffer, links) = drawn(&harness.state);
    let text = |cells: &LinkCells| {
        cells.columns.clone().map(|x| buffer[(x, cells.row)].symbol()).collect::<String>()
    };
    links.iter().map(|cells| (text(cells), cells.link.opening())).collect()
}

#[test]
fn all_rows_of_a_link_are_one_link() {
    let mut harness = Harness::connected(60, 12);
    let long = format!("https://a.org/{}", "x".repeat(60));
    harness.message(3, "ana", &format!("see {long} and http://b.org/\u{fc}"));
    let found = links(&harness);
    let (shown, openings): (Vec<String>, Vec<String>) = found.into_iter().unzip();
    assert!(shown.len() >= 3, "{shown:?}");
    let (second, first) = shown.split_last().unwrap();
    assert_eq!((first.concat(), second.as_str()), (long.clone(), "http://b.org/\u{fc}"));
    assert!(openings.iter().take(first.len()).all(|opening| *opening == openings[0]));
    assert!(openings[0].ends_with(&format!(";{long}\x1b\\")), "{openings:?}");
    assert!(openings.last().unwrap().ends_with(";http://b.org/%C3%BC\x1b\\"), "{openings:?}");
}

#[test]
fn a_link_in_an_action_is_a_link() {
    let mut harness = Harness::connected(60, 12);
    let text = "reads *this* https://a.org/x, bob: https://b.org";
    let message = message_in("#lobby", 1, user(3, "ana"), text, harness.at);
    let event = Message { kind: MessageKind::Action, ..message };
    harness.event(Event::Message(event));
    let found = links(&harness);
    let shown: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(shown, ["https://a.org/x", "https://b.org"]);
    assert!(found[0].1.ends_with(";https://a.org/x\x1b\\"), "{found:?}");
    let screen = harness.screen();
    assert!(screen.contains("* ana reads *this* https://a.org/x, bob:"), "{screen}");
}

#[test]
fn a_popup_over_a_link_is_not_a_link() {
    let mut harness = Harness::connected(80, 24);
    for _ in 0..30 {
        harness.message(3, "ana", "https://a.org/a-page-with-quite-a-long-name-of-its-own");
    }
    let all = links(&harness);
    assert!(all.iter().all(|(text, _)| text.starts_with("https://a.org")));
    harness.press(KeyCode::F(1));
    for (text, _) in links(&harness) {
        assert!("https://a.org/a-page-with-quite-a-long-name-of-its-own".contains(&text), "{text}");
    }
}

#[test]
fn a_setting_turns_links_off() {
    let mut harness = Harness::connected(80, 12);
    harness.message(3, "ana", "https://a.org");
    assert_eq!(links(&harness).len(), 1);
    harness.type_text("/set links off\n");
    assert!(links(&harness).is_empty());
}

#[test]
fn each_of_many_links_is_a_link_of_its_own() {
    let mut harness = Harness::connected(120, 40);
    harness.message(3, "ana", &"http://a.org ".repeat(1_200));
    let found = links(&harness);
    assert!(found.len() > 60, "{}", found.len());
    let ids: std::collections::BTreeSet<&String> =
        found.iter().map(|(_, opening)| opening).collect();
    assert_eq!(ids.len(), found.len(), "each is a link of its own");
}
