//! Screens of all sizes.

use super::*;

#[test]
fn the_smallest_screen_has_the_room_the_newest_messages_and_the_input() {
    assert_snapshot!(chatting(20, 6).screen(), @r#"
        #lobby      4 online
        ▌ thanks, @Bob
        … * bob goes to
            lunch
                     F1 keys
        #lobby › and typ
        "#);
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let mut harness = chatting(80, 20);
    harness.input(Input::Paste("many\nlines\n漢字 👩🏽\u{200D}💻 e\u{301}\n".repeat(4)));
    for (width, height) in sizes() {
        harness.resize(width, height);
        harness.screen();
        harness.wheel(Wheel::Up);
        harness.press(KeyCode::F(1));
        harness.screen();
        harness.press(KeyCode::PageDown);
        harness.press(KeyCode::Esc);
    }
}

#[test]
fn the_status_and_the_input_show_on_the_smallest_screen_in_any_state() {
    let mut harness = Harness::new(20, 6);
    let shows = |harness: &Harness, text: &str| {
        let screen = harness.screen();
        assert!(screen.contains(text), "no {text:?} on\n{screen}");
    };
    shows(&harness, "Connecting");
    harness.link_event(LinkEvent::Waiting { seconds: 30 });
    shows(&harness, "Offline, retrying");
    harness.type_text("typed");
    shows(&harness, "› typed");
    harness.refuse_name();
    shows(&harness, "Choose a name");
    shows(&harness, "name › bob_2");
}

#[test]
fn resizing_keeps_the_place() {
    let mut harness = Harness::connected(80, 20);
    for number in 100..200 {
        harness.message(3, "ana", &format!("message {number} {}", "word ".repeat(30)));
    }
    for _ in 0..20 {
        harness.wheel(Wheel::Up);
    }
    let place = harness.screen();
    for (width, height) in sizes() {
        harness.resize(width, height);
        harness.screen();
        harness.message(3, "ana", "something new");
    }
    harness.resize(80, 20);
    // All but the row with the number of new messages.
    let rows = |screen: String| screen.lines().take(17).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(harness.screen()), rows(place));
}

#[test]
fn more_users_than_rows_are_counted() {
    let mut harness = Harness::connected(120, 6);
    for id in 10..30 {
        let user = user(id, &format!("a quite long name of {id}"));
        harness.event(Event::Joined { room: RoomName::lobby(), user });
    }
    assert_snapshot!(harness.screen(), @r#"
        #lobby                                                                                     23 online │ USERS
        ───────────────────────────────────── Sunday, 22 November 2026 ───────────────────────────────────── │ ● bob        you
        14:02          · Welcome, bob. You're in #lobby.                                                     │ ● a quite long …
                       → “a quite long name of 10”, “a quite long name of 11” and 15 others joined           │ ↓ 21 more · /who
                                                                                                          Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
        "#);
}
