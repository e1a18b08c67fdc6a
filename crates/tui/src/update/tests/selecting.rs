use super::*;
use crate::wrap::columns;

/// A text of that many lines.
pub(super) fn lines(count: usize) -> String {
    (1..=count).map(|line| format!("row {line}")).collect::<Vec<_>>().join("\n")
}

/// Three messages: "one", "two", "three".
fn talking() -> Harness {
    let mut harness = Harness::connected(80, 20);
    for (id, text) in [(3, "one"), (4, "two"), (3, "three")] {
        harness.message(id, if id == 3 { "ana" } else { "carl" }, text);
    }
    harness
}

fn shift_up(harness: &mut Harness) -> Vec<Effect> {
    harness.input(Input::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::SHIFT)))
}

#[test]
fn arrows_and_letters_move_the_selection() {
    let mut harness = talking();
    shift_up(&mut harness);
    assert_shows(&harness, "ana ▶ three");
    assert_shows(&harness, "+ react · t thread · r reply · Esc back");
    harness.press(KeyCode::Up);
    assert_shows(&harness, "carl ▶ two");
    assert!(!harness.screen().contains("▶ three"));
    harness.press(KeyCode::Char('k'));
    harness.press(KeyCode::Char('k'));
    assert_shows(&harness, "ana ▶ one");
    harness.press(KeyCode::Char('j'));
    assert_shows(&harness, "▶ two");
    harness.press(KeyCode::End);
    assert_shows(&harness, "▶ three");
    harness.press(KeyCode::Esc);
    assert!(!harness.screen().contains('▶'));
    assert_eq!(typed(&harness), "");
}

#[test]
fn a_letter_without_a_meaning_types_nothing_and_says_so_beside_those_that_have_one() {
    for letter in ["x", "X", "ж"] {
        let mut harness = talking();
        harness.control('s');
        harness.type_text(letter);
        assert_shows(&harness, "▶ three");
        assert_shows(&harness, &format!("{letter} does nothing here"));
        assert_shows(&harness, "+ react · t thread · r reply · Esc back");
        assert_eq!(typed(&harness), "");
    }
}

#[test]
fn any_other_text_goes_back_to_typing() {
    let mut harness = talking();
    for (text, all) in [("/", "/"), ("7", "/7"), (" ", "/7 ")] {
        harness.control('s');
        assert_shows(&harness, "▶ three");
        harness.type_text(text);
        assert!(!harness.screen().contains('▶'));
        assert_eq!(typed(&harness), all);
    }
    harness.control('s');
    harness.input(Input::Paste("you".into()));
    assert!(!harness.screen().contains('▶'));
    assert_eq!(typed(&harness), "/7 you");
}

#[test]
fn y_copies_the_text_as_it_was_sent() {
    let mut harness = talking();
    harness.message(3, "ana", "*see*\n`code`");
    harness.control('s');
    assert_eq!(harness.type_text("y"), [Effect::Copy("*see*\n`code`".into())]);
    assert_shows(&harness, "Copied 2 lines");
    assert!(!harness.screen().contains('▶'));
    harness.type_text("x");
    assert!(!harness.screen().contains("Copied"), "until the next key");
}

#[test]
fn q_quotes_into_the_input() {
    let mut harness = talking();
    harness.message(3, "ana", "a\nb");
    harness.control('s');
    harness.type_text("qyes");
    assert_eq!(typed(&harness), "> a\n> b\nyes");
    harness.press(KeyCode::Home);
    harness.press(KeyCode::End);
    harness.control('s');
    harness.type_text("q");
    assert_eq!(typed(&harness), "> a\n> b\nyes\n> a\n> b\n");
}

#[test]
fn o_opens_a_link_or_copies_it() {
    let link = || "https://a.org/b".to_owned();
    let mut harness = talking();
    harness.message(3, "ana", "see https://a.org/b and mailto:a@b.org");
    harness.control('s');
    assert_shows(&harness, "o open link");
    assert_eq!(harness.type_text("o"), [Effect::Copy(link())]);
    assert_shows(&harness, "Copied the first of 2 links; there is no browser");
    harness.state.opens_links = true;
    harness.control('s');
    assert_eq!(harness.type_text("o"), [Effect::OpenLink(link())]);
    assert_shows(&harness, "Opening the first of 2 links: https://a.org/b");
    let not = Input::NotOpened { link: link(), why: "no such file".into() };
    assert_eq!(harness.input(not), [Effect::Copy(link())]);
    assert_shows(&harness, "it cannot be opened: no such file");
}

#[test]
fn l_copies_the_first_link_and_not_the_rest_of_the_text() {
    let mut harness = talking();
    harness.message(3, "ana", "see https://a.org/b and mailto:a@b.org");
    harness.state.opens_links = true;
    harness.control('s');
    assert_shows(&harness, "l copy link");
    assert_eq!(harness.type_text("l"), [Effect::Copy("https://a.org/b".to_owned())]);
    assert_shows(&harness, "Copied the first of 2 links");
    harness.control('s');
    harness.type_text("k");
    harness.type_text("l");
    assert_shows(&harness, "No link in this message");
}

#[test]
fn o_says_that_there_is_no_link_and_the_message_stays_selected() {
    let mut harness = talking();
    harness.control('s');
    assert!(!harness.screen().contains("o open link"));
    harness.type_text("o");
    assert_shows(&harness, "No link in this message");
    assert_shows(&harness, "▶ three");
    harness.type_text("k");
    assert_shows(&harness, "▶ two");
    assert_eq!(typed(&harness), "");
}

#[test]
fn a_copy_has_a_bound_and_says_so() {
    let mut harness = talking();
    let effects =
        super::super::selecting::copy_instead(&mut harness.state, &"é".repeat(40_000), "-");
    let [Effect::Copy(copied)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(copied.len(), 74_000);
    assert_shows(&harness, "the first 74 kB of 80 kB");
}

#[test]
fn a_long_message_is_folded_and_opens() {
    let mut harness = Harness::connected(80, 40);
    harness.message(3, "ana", &lines(20));
    assert_shows(&harness, "row 12\n");
    assert_shows(&harness, "┄ 8 more lines, select to open ┄");
    assert!(!harness.screen().contains("row 13"));
    harness.control('s');
    assert_shows(&harness, "Enter open");
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "▶ row 20");
    assert!(!harness.screen().contains('┄'));
    assert_shows(&harness, "Enter fold");
    harness.press(KeyCode::Enter);
    assert!(!harness.screen().contains("row 13"), "Enter folds it again");
    harness.press(KeyCode::Esc);
    harness.click("┄ 8 more");
    assert_shows(&harness, "▶ row 20");
    harness.click("row 20");
    assert!(!harness.screen().contains("row 13"), "a second click folds it, too");
    harness.message(3, "ana", &lines(13));
    assert_shows(&harness, "row 13");
}

#[test]
fn the_place_counts_the_rows_that_are_shown() {
    let mut harness = Harness::connected(80, 12);
    for _ in 0..5 {
        harness.message(3, "ana", &lines(30));
    }
    harness.message(3, "ana", "the last");
    assert_shows(&harness, "the last");
    harness.control_home();
    harness.press(KeyCode::PageDown);
    harness.press(KeyCode::PageUp);
    assert_shows(&harness, "Welcome, ");
}

#[test]
fn the_selected_message_is_scrolled_to() {
    let mut harness = Harness::connected(80, 12);
    for number in 1..=40 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.control('s');
    for number in (1..40).rev() {
        harness.press(KeyCode::Up);
        assert_shows(&harness, &format!("▶ message {number}\n"));
    }
    for number in 2..=40 {
        harness.press(KeyCode::Down);
        assert_shows(&harness, &format!("▶ message {number}\n"));
    }
    harness.press(KeyCode::Home);
    assert_shows(&harness, "▶ message 1\n");
    harness.press(KeyCode::End);
    harness.press(KeyCode::PageUp);
    harness.press(KeyCode::PageUp);
    assert_shows(&harness, "▶ message 2");
    for number in 41..=60 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    assert_shows(&harness, "▶ message 2");
}

#[test]
fn new_messages_do_not_push_the_selected_one_away() {
    let mut harness = talking();
    harness.control('s');
    for number in 1..=40 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    assert_shows(&harness, "▶ three");
}

#[test]
fn another_room_ends_the_selection() {
    let mut harness = talking();
    harness.control('s');
    harness.alt(KeyCode::Up);
    harness.join_rust();
    assert!(harness.state.selection.is_none());
    harness.control('s');
    assert!(harness.state.selection.is_none());
    assert_shows(&harness, "There is no message here to select");
}

#[test]
fn a_selected_message_that_is_gone_is_selected_no_more() {
    let mut harness = talking();
    harness.control('s');
    let clear = Request::Clear(RoomName::lobby());
    harness.input(Input::Client(ClientInput::Request(clear)));
    assert!(harness.state.selection.is_none());
}

#[test]
fn the_bare_view_shows_the_messages_alone() {
    let mut harness = Harness::connected(100, 12);
    harness.join_rust();
    harness.message_in("#rust", 1, user(3, "ana"), "*see* `code`");
    harness.message_in("#rust", 2, user(3, "ana"), &"word ".repeat(30));
    harness.message_in("#rust", 3, user(4, "carl"), &lines(14));
    harness.type_text("half a sent");
    assert_eq!(harness.alt(KeyCode::Char('l')), [Effect::SetMouse(false)]);
    assert_shows(&harness, "row 4\nrow 5\n");
    harness.press(KeyCode::Home);
    insta::assert_snapshot!(harness.screen(), @r#"
        ───────────────────────────────────── Sunday, 22 November 2026 ─────────────────────────────────────
        ana 14:02
        *see* `code`
        word word word word word word word word word word word word word word word word word word word word
        word word word word word word word word word word
        carl 14:02
        row 1
        row 2
        row 3
        row 4
        row 5
                                                                                 PgUp PgDn scroll · Esc back
        "#);
    harness.type_text("zz");
    assert_eq!(harness.press(KeyCode::Esc), [Effect::SetMouse(true)]);
    assert_shows(&harness, "#rust › half a sent");
    harness.control('u');
    harness.type_text("/bare\n");
    harness.input(Input::Paste("a paste".into()));
    assert_shows(&harness, "#rust › a paste");
}

#[test]
fn pages_turn_within_an_opened_message() {
    let mut harness = Harness::connected(80, 12);
    harness.message(3, "ana", &lines(20));
    harness.control('s');
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "▶ row 1\n");
    harness.press(KeyCode::PageDown);
    harness.press(KeyCode::PageDown);
    harness.press(KeyCode::PageDown);
    assert_shows(&harness, "▶ row 20");
    harness.message(3, "ana", "more");
    assert_shows(&harness, "▶ row 20\n               more");
}

#[test]
fn a_setting_says_how_times_are_written() {
    let mut harness = Harness::connected(80, 14);
    harness.message(3, "ana", "one");
    let start = harness.at.as_millis();
    harness.at = Timestamp::from_millis(start + 59_000);
    harness.message(3, "ana", "two");
    assert_shows(&harness, "14:02 ");
    assert_shows(&harness, "         ana   one\n               two\n");
    harness.type_text("/set time 12h\n");
    assert_shows(&harness, "02:02 PM ");
    assert_shows(&harness, "            ana   one\n                  two\n");
    harness.type_text("/set time seconds\n");
    assert_shows(&harness, "\n14:02:59          two\n");
    harness.resize(40, 14);
    harness.lose();
    harness.connect(2);
    for row in harness.screen().lines() {
        assert!(columns(row) <= 40, "{row}");
    }
}

#[test]
fn ctrl_c_ends_the_selection_and_keeps_the_input() {
    let mut harness = talking();
    harness.type_text("half a sent");
    harness.control('s');
    assert_eq!(harness.control('l'), [Effect::Redraw]);
    assert_shows(&harness, "▶ three");
    assert!(harness.control('c').is_empty());
    assert!(!harness.screen().contains('▶'));
    assert_eq!(typed(&harness), "half a sent");
    harness.control('u');
    harness.control('s');
    harness.control('c');
    assert!(!harness.screen().contains("to quit"));
}

#[test]
fn an_own_message_stays_selected_and_open_when_the_server_accepts_it() {
    let mut harness = Harness::connected(80, 30);
    harness.input(Input::Paste(lines(20)));
    harness.press(KeyCode::Enter);
    shift_up(&mut harness);
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "▶ row 20");
    harness.accept(1);
    assert_shows(&harness, "▶ row 20");
}

#[test]
fn a_refused_message_stays_selected_and_has_its_reason_below() {
    let mut harness = Harness::connected(80, 20);
    for number in 1..=20 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.type_text("one\n");
    shift_up(&mut harness);
    let refusal = Refusal { n: Some(1), ..Refusal::new(RefusalCode::NotKept, "the disk is full") };
    harness.event(Event::Refused(refusal));
    assert_shows(&harness, "▶ one");
    assert_shows(&harness, "Not sent: the disk is full");
}
