//! From mention to mention, and to select the one that was found.

use super::window::Lobby;
use super::*;

#[test]
fn a_mention_that_is_not_loaded_is_found_from_either_end() {
    let mut lobby = Lobby::open(1, 3_000, 1_000, 100);
    lobby.mentions = vec![1_500, 1_502, 2_400];
    let step = |lobby: &mut Lobby, key: char, text: &str| {
        let effects = lobby.harness.alt(KeyCode::Char(key));
        lobby.answer(&effects);
        lobby.shows(text);
    };
    for (key, text) in [
        ('n', "message 1500. @bob"),
        ('n', "message 1502. @bob"),
        ('n', "message 2400. @bob"),
        ('n', "No later message in #lobby mentions you"),
        ('n', "message 2400. @bob"),
        ('p', "message 1502. @bob"),
        ('p', "message 1500. @bob"),
        ('p', "No earlier message in #lobby mentions you"),
        ('p', "message 1500. @bob"),
    ] {
        step(&mut lobby, key, text);
    }
    assert!(lobby.read() < 1_100, "what is skipped is not read: {}", lobby.read());
    lobby.window();
}

#[test]
fn a_mention_that_was_cleared_is_loaded_again() {
    let mut lobby = Lobby::open(1, 300, 300, 100);
    lobby.mentions = vec![150, 200];
    lobby.types("/clear\n");
    lobby.shows("Cleared. PgUp shows older messages");
    for text in
        ["message 200. @bob", "message 150. @bob", "No earlier message in #lobby mentions you"]
    {
        let effects = lobby.harness.alt(KeyCode::Char('p'));
        lobby.answer(&effects);
        lobby.shows(text);
    }
    lobby.types("/clear\n/quiet\n");
    let effects = lobby.harness.alt(KeyCode::Char('p'));
    lobby.answer(&effects);
    lobby.shows("message 200. @bob");
}

#[test]
fn a_mention_above_a_message_that_fills_the_screen_is_found() {
    let mut harness = Harness::connected(80, 20);
    harness.message(3, "ana", "@bob one");
    harness.message(3, "ana", &selecting::lines(60));
    harness.control('s');
    harness.press(KeyCode::Enter);
    harness.press(KeyCode::Esc);
    harness.alt(KeyCode::Char('p'));
    assert_shows(&harness, "@bob one");
}

#[test]
fn a_search_for_a_mention_ends_where_it_began_if_there_is_none_near() {
    let mut lobby = Lobby::open(1, 9_247, 9_247, 100);
    let effects = lobby.harness.alt(KeyCode::Char('p'));
    lobby.answer(&effects);
    lobby.shows("No mention of you near here in #lobby");
    lobby.shows("message 9247.");
    assert!((40..60).contains(&lobby.pages), "{} pages", lobby.pages);
}

#[test]
fn a_key_ends_a_search_for_a_mention_where_it_began() {
    for key in [KeyCode::Esc, KeyCode::Char('x')] {
        let mut lobby = Lobby::open(1, 9_247, 9_247, 100);
        for _ in 0..3 {
            lobby.press(KeyCode::PageUp);
        }
        let before = lobby.harness.screen();
        let mut effects = lobby.harness.alt(KeyCode::Char('p'));
        for _ in 0..5 {
            // Five pages, and no answer to the question for the next one.
            let commands = sent(&effects);
            let events = commands.iter().flat_map(|command| lobby.answers(command));
            let events: Vec<_> = events.collect();
            effects = events.into_iter().flat_map(|event| lobby.harness.event(event)).collect();
        }
        lobby.shows("Looking for a message that mentions you…");
        assert_ne!(top_rows(&lobby.harness.screen()), top_rows(&before));
        lobby.press(key);
        assert_eq!(top_rows(&lobby.harness.screen()), top_rows(&before), "{key:?}");
        assert!(!lobby.harness.screen().contains("Looking for"));
    }
}

/// The rows of the messages, without the status line and the input box.
fn top_rows(screen: &str) -> Vec<&str> {
    screen.lines().take(15).collect()
}

#[test]
fn a_selection_begins_at_the_mention_that_was_found() {
    let mut lobby = Lobby::open(1, 3_000, 3_000, 100);
    lobby.mentions = vec![1_500];
    let effects = lobby.harness.alt(KeyCode::Char('p'));
    lobby.answer(&effects);
    lobby.shows("message 1500. @bob");
    lobby.harness.control('s');
    lobby.shows("▶ message 1500. @bob");
    lobby.press(KeyCode::Esc);
    lobby.types("x");
    lobby.harness.control('s');
    assert!(!lobby.harness.screen().contains("▶ message 1500."), "it is some keys ago");
}

#[test]
fn a_selection_that_is_left_at_once_moves_and_reads_nothing() {
    let mut lobby = Lobby::open(1, 9_247, 9_000, 100);
    lobby.press(KeyCode::PageDown);
    let (screen, read) = (lobby.harness.screen(), lobby.read());
    for _ in 0..3 {
        lobby.harness.control('s');
        lobby.shows("▶ message ");
        lobby.press(KeyCode::Esc);
        assert_eq!((lobby.harness.screen(), lobby.read()), (screen.clone(), read));
    }
}

#[test]
fn the_hint_of_a_mention_leads_to_one_that_is_not_on_the_screen() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    harness.alt(KeyCode::Char('2'));
    for number in 1..=40 {
        let text = if number == 20 { "@bob, see this" } else { "more" };
        harness.message(3, "ana", text);
    }
    harness.alt(KeyCode::Char('1'));
    let assert_hints = |harness: &Harness, expected: [bool; 2]| {
        let screen = harness.screen();
        let hints = ["Alt-N next mention", "Alt-P previous mention"];
        assert_eq!(hints.map(|hint| screen.contains(hint)), expected, "{screen}");
    };
    assert_hints(&harness, [true, false]);
    harness.press(KeyCode::End);
    assert_hints(&harness, [false, true]);
    harness.alt(KeyCode::Char('p'));
    assert_shows(&harness, "@bob, see this");
    assert_hints(&harness, [false, false]);
}
