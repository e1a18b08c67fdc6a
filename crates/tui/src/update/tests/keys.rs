//! What the keys do.

use super::*;

/// Lets time pass.
fn pass(harness: &mut Harness, millis: i64) {
    harness.at = Timestamp::from_millis(harness.at.as_millis() + millis);
}

fn tick(harness: &mut Harness) -> Vec<Effect> {
    harness.input(Input::Client(ClientInput::Tick))
}

#[test]
fn ctrl_c_clears_first_and_quits_if_it_is_pressed_twice() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("typed");
    assert!(harness.control('c').is_empty());
    assert_eq!(typed(&harness), "");
    assert!(!harness.control('c').contains(&Effect::Quit));
    assert_shows(&harness, "Press Ctrl-C again to quit");
    pass(&mut harness, 1999);
    assert_eq!(harness.control('c'), [Effect::Quit]);
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "typed");
    assert!(harness.control('d').is_empty());
}

#[test]
fn an_answer_is_over_after_ten_seconds_or_with_the_next_one() {
    let mut harness = Harness::connected(80, 20);
    let asked = harness.input_all(Input::Key(KeyEvent::new(KeyCode::Home, KeyModifiers::ALT)));
    assert!(asked.contains(&Effect::Client(ClientEffect::Tick(Duration::from_secs(10)))));
    assert_shows(&harness, "All messages in #lobby are read");
    pass(&mut harness, 9_000);
    let due = Effect::Client(ClientEffect::Tick(Duration::from_secs(1)));
    assert!(tick(&mut harness).contains(&due), "a tick that comes too early asks for another");
    harness.alt(KeyCode::Home);
    pass(&mut harness, 9_000);
    tick(&mut harness);
    assert_shows(&harness, "All messages in #lobby are read");
    pass(&mut harness, 1_000);
    tick(&mut harness);
    assert!(!harness.screen().contains("are read"), "{}", harness.screen());
}

#[test]
fn the_question_is_over_after_two_seconds_and_after_any_other_key() {
    let mut harness = Harness::connected(80, 20);
    let asked = harness.control('d');
    let due = Effect::Client(ClientEffect::Tick(Duration::from_secs(2)));
    assert_eq!(asked, [due]);
    assert_shows(&harness, "Press Ctrl-D again to quit");
    pass(&mut harness, 500);
    let due = Effect::Client(ClientEffect::Tick(Duration::from_millis(1500)));
    assert!(tick(&mut harness).contains(&due), "a tick that comes too early asks for another");
    pass(&mut harness, 1500);
    tick(&mut harness);
    assert!(!harness.screen().contains("again to quit"), "{}", harness.screen());
    harness.control('c');
    harness.type_text("x");
    harness.press(KeyCode::Backspace);
    assert!(!harness.screen().contains("again to quit"), "{}", harness.screen());
    assert!(!harness.control('c').contains(&Effect::Quit));
}

#[test]
fn ctrl_n_and_ctrl_p_go_through_the_rooms() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    harness.control('n');
    assert_eq!(*harness.state.shown(), RoomName::lobby());
    harness.control('p');
    assert_eq!(*harness.state.shown(), room("#rust"));
}

#[test]
fn alt_a_goes_through_what_is_unread_and_back_to_where_it_began() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    harness.event(room_event("#tea", 0, 0));
    harness.event(room_event("#zoo", 0, 0));
    let alt_a = |harness: &mut Harness| {
        harness.alt(KeyCode::Char('a'));
        harness.input(Input::Frame);
        harness.state.shown().clone()
    };
    let began = harness.state.shown().clone();
    harness.message_in("#lobby", 1, user(3, "ana"), "hello");
    harness.message_in("#tea", 1, user(3, "ana"), "bob?");
    let steps: Vec<_> = (0..4).map(|_| alt_a(&mut harness)).collect();
    assert_eq!(steps, [room("#tea"), RoomName::lobby(), began.clone(), began.clone()]);
    harness.message_in("#tea", 2, user(3, "ana"), "bob?");
    alt_a(&mut harness);
    harness.control('n');
    let elsewhere = harness.state.shown().clone();
    assert_eq!(alt_a(&mut harness), elsewhere, "the user has gone elsewhere since");
}

#[test]
fn ctrl_y_inserts_the_cut_text() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("cat /usr/bin one");
    harness.control('w');
    harness.control('w');
    assert_eq!(typed(&harness), "cat ");
    harness.control('y');
    assert_eq!(typed(&harness), "cat /usr/bin one");
    harness.control('u');
    harness.control('y');
    harness.alt(KeyCode::Char('y'));
    assert_eq!(typed(&harness), "/usr/bin one");
    harness.control('_');
    assert_ne!(typed(&harness), "/usr/bin one");
    harness.alt(KeyCode::Char('_'));
    harness.control('a');
    harness.alt(KeyCode::Char('k'));
    assert_eq!(typed(&harness), "");
}

#[test]
fn a_key_of_the_settings_file_replaces_the_default_and_the_hint_follows() {
    let mut harness = Harness::connected(80, 20);
    let file = crate::settings::read("[keys]\nusers = \"F5\"\nredraw = \"Ctrl-X Ctrl-R\"\n").0;
    let layers = crate::settings::Layers { file, ..Default::default() };
    harness.state.look = crate::state::Look::new(layers, crate::theme::Environment::default());
    assert_shows(&harness, "F5 users · F1 keys");
    assert_eq!(harness.control('l'), []);
    assert_eq!(harness.control('x'), []);
    assert_eq!(harness.control('r'), [Effect::Redraw]);
    harness.control('x');
    harness.type_text("a");
    assert_eq!(typed(&harness), "a", "a key after the first of two is not lost");
}

#[test]
fn the_help_opens_scrolls_and_closes() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/keys\n");
    assert_shows(&harness, "Ctrl-N, Alt-Down");
    harness.press(KeyCode::End);
    assert_shows(&harness, "Mentions in a room");
    harness.press(KeyCode::Home);
    harness.wheel(Wheel::Down);
    assert!(!harness.screen().contains("Ctrl-N, Alt-Down"), "{}", harness.screen());
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "#lobby ›");
    harness.press(KeyCode::F(1));
    harness.type_text("x");
    assert_eq!((harness.state.page.as_ref(), typed(&harness)), (None, "x".to_owned()));
}

#[test]
fn help_on_a_word_is_shown_in_the_log() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/help topic\n");
    assert_shows(&harness, "/topic [#ROOM] [TEXT]  Show or set the topic");
    harness.type_text("/help ctrl-w\n");
    assert_shows(&harness, "Ctrl-W: Cut back to white space (cut-word in the settings file)");
    harness.type_text("/help tpoic\n");
    assert_shows(&harness, "Did you mean topic?");
}

#[test]
fn ctrl_r_searches_what_was_typed() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("deploy staging\nhello\nhalf a sen");
    harness.control('r');
    harness.type_text("DEP");
    assert_shows(&harness, "search: DEP › deploy staging");
    harness.type_text("x");
    assert_shows(&harness, "not found: DEPx › deploy staging");
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "#lobby › half a sen");
    harness.control('r');
    harness.type_text("stag\n");
    assert_shows(&harness, "#lobby › deploy staging");
    assert_eq!(says(&harness.type_text("\n")), [(3, "deploy staging")], "Enter has not sent it");
    harness.control('r');
    harness.type_text("hello");
    harness.control('a');
    harness.type_text("oh ");
    assert_shows(&harness, "#lobby › oh hello");
}

#[test]
fn a_search_ends_where_another_room_opens() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    harness.type_text("hello\nhalf");
    harness.control('r');
    harness.type_text("hello");
    harness.control('n');
    assert_shows(&harness, "#lobby ›");
    harness.control('n');
    assert_shows(&harness, "#rust › half");
}

#[test]
fn letters_and_words_are_changed_at_the_cursor() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("teh one two");
    harness.alt(KeyCode::Char('t'));
    assert_eq!(typed(&harness), "teh two one");
    harness.control('a');
    harness.press(KeyCode::Right);
    harness.press(KeyCode::Right);
    harness.control('t');
    assert_eq!(typed(&harness), "the two one");
    harness.alt(KeyCode::Char('u'));
    harness.control('a');
    harness.alt(KeyCode::Char('c'));
    harness.alt(KeyCode::Char('f'));
    harness.alt(KeyCode::Char('b'));
    harness.control('x');
    harness.control('l');
    assert_eq!(typed(&harness), "The two one");
}

#[test]
fn the_size_of_a_long_text_is_shown() {
    let mut harness = Harness::connected(60, 20);
    harness.input(Input::Paste("one\ntwo".into()));
    assert!(!harness.screen().contains("2 lines"), "{}", harness.screen());
    harness.input(Input::Paste("\nthree".into()));
    assert_shows(&harness, "#lobby › one                                   3 lines, 13 B");
    harness.input(Input::Paste("x".repeat(1200)));
    assert_shows(&harness, "x  3 lines, 1.2 kB");
    harness.control('u');
    harness.input(Input::Paste("x".repeat(20_000)));
    assert_shows(&harness, "  20.0 of 16.4 kB");
    let mut narrow = Harness::connected(40, 12);
    narrow.input(Input::Paste("one\ntwo\nthree".into()));
    assert!(!narrow.screen().contains("lines"), "{}", narrow.screen());
}

#[test]
fn what_is_typed_is_stored_once_and_names_are_not() {
    let mut harness = Harness::new(80, 20);
    let stored = |harness: &mut Harness, text: &str| {
        let mut stored = Vec::new();
        for c in text.chars() {
            let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
            stored.extend(harness.input_all(Input::Key(code.into())));
        }
        stored.retain(|effect| matches!(effect, Effect::StoreTyped(_)));
        stored
    };
    let typed = |text: &str| Effect::StoreTyped(text.to_owned());
    assert_eq!(stored(&mut harness, "hello\nhello\n/topic\n"), [typed("hello"), typed("/topic")]);
    assert_eq!(stored(&mut harness, "/name rob\n/nick rob\n"), []);
    harness.refuse_name();
    harness.control('u');
    assert_eq!(stored(&mut harness, "rob\n"), []);
}

#[test]
fn every_hint_has_the_keys_of_the_settings_file() {
    let mut harness = Harness::connected(100, 24);
    let text = "[keys]\nback = [\"F2\", \"Esc\"]\nsend = [\"F3\", \"Enter\"]\ngo-to = \"F4\"\npage-up = \"F5\"\nend = \"F6\"\n\
                complete = \"F7\"\ndown = \"F8\"\nhelp = []\nselect = \"F9\"\n";
    let (file, problems) = crate::settings::read(text);
    assert_eq!(problems, []);
    let layers = crate::settings::Layers { file, ..Default::default() };
    harness.state.look = crate::state::Look::new(layers, crate::theme::Environment::default());
    harness.state.is_first = true;
    assert_shows(&harness, "press F3 to send it.");
    assert_shows(&harness, "F4 goes to one.");
    assert_shows(&harness, "▌ /keys shows the keys");
    harness.state.is_first = false;
    for number in 0..40 {
        harness.message(3, "ana", &format!("text {number}"));
    }
    assert_shows(&harness, "F9 select · Ctrl-G users\n");
    harness.press(KeyCode::F(5));
    assert_shows(&harness, "Latest ↓ F6");
    harness.press(KeyCode::F(9));
    assert_shows(&harness, "F2 back\n");
    harness.press(KeyCode::F(2));
    harness.press(KeyCode::F(4));
    assert_shows(&harness, "↑F8 choose · F3 go there · F2 close");
    harness.press(KeyCode::F(2));
    harness.type_text("@");
    assert_shows(&harness, "F7 choose · F2 close");
    for shown in ["Esc", "F1", "Enter", "Tab", "Ctrl-K"] {
        assert!(!harness.screen().contains(shown), "{shown} on\n{}", harness.screen());
    }
}

#[test]
fn esc_and_a_command_that_come_together_send_no_message() {
    let mut harness = Harness::connected(80, 20);
    harness.message(3, "ana", "hello");
    harness.control('s');
    harness.alt(KeyCode::Char('/'));
    assert_eq!(typed(&harness), "/");
    assert!(harness.state.selection.is_none());
    assert_eq!(says(&harness.type_text("status\n")), []);
    assert_shows(&harness, "Connected to");
}
