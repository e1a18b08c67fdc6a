use chat_client::link::LinkEvent;
use chat_proto::{Event, RoomName, Topic};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::fixture::{Harness, room, room_event, user};
use crate::input::{Input, Wheel};

fn chatting(width: u16, height: u16) -> Harness {
    let mut harness = Harness::connected(width, height);
    harness.message(
        3,
        "ana",
        "good morning! has anybody tried the new build on a narrow terminal yet?",
    );
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(9, "漢字") });
    harness.type_text("I have, ana: it wraps at word borders, 漢字も大丈夫です。\n");
    harness.accept(1);
    harness.message(3, "ana", "thanks, Bob");
    harness.type_text("/me goes to lunch\n");
    harness.type_text("and typ");
    harness
}

#[test]
fn a_conversation() {
    assert_snapshot!(chatting(80, 14).screen(), @r#"
                                                                     │ 4 users
                                                                     │›bob            7
                                                                     │ ana            3
        ── Sunday, 22 November 2026 ──────────────────────────────── │ carl           5
        14:02 · connected to chat-server 0.1.0 as bob                │ 漢字           9
        14:02   ana: good morning! has anybody tried the new build   │
                on a narrow terminal yet?                            │
        14:02 → 漢字 is here                                         │
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も大 │
                丈夫です。                                           │
        14:02 @ ana: thanks, Bob                                     │
        14:02 … * bob goes to lunch                                  │
        ── connected · bob in #lobby · 4 users · 127.0.0.1:12345 ──────────── F1 keys ──
        > and typ
        "#);
}

#[test]
fn the_list_folds_away_on_a_narrow_screen() {
    assert_snapshot!(chatting(59, 14).screen(), @r#"



        ── Sunday, 22 November 2026 ───────────────────────────────
        14:02 · connected to chat-server 0.1.0 as bob
        14:02   ana: good morning! has anybody tried the new build
                on a narrow terminal yet?
        14:02 → 漢字 is here
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も
                大丈夫です。
        14:02 @ ana: thanks, Bob
        14:02 … * bob goes to lunch
        ── connected · bob in #lobby · 4 users ───────── F1 keys ──
        > and typ
        "#);
}

#[test]
fn the_smallest_screen() {
    assert_snapshot!(chatting(20, 6).screen(), @r#"
        14:02 @ ana: thanks,
          Bob
        14:02 … * bob goes
          to lunch
        ── connected ───────
        > and typ
        "#);
}

#[test]
fn reconnecting() {
    let mut harness = chatting(80, 14);
    harness.lose();
    harness.link_event(LinkEvent::Waiting { seconds: 4 });
    assert_snapshot!(harness.screen(), @r#"
                                                                     │
                                                                     │
                                                                     │
        ── Sunday, 22 November 2026 ──────────────────────────────── │
        14:02 · connected to chat-server 0.1.0 as bob                │
        14:02   ana: good morning! has anybody tried the new build   │
                on a narrow terminal yet?                            │
        14:02 → 漢字 is here                                         │
        14:02 › bob: I have, ana: it wraps at word borders, 漢字も大 │
                丈夫です。                                           │
        14:02 @ ana: thanks, Bob                                     │
        14:02 … * bob goes to lunch                                  │
        ── reconnecting in 4 s · 1 waiting · the server closed the connection ──────────
        > and typ
        "#);
}

/// Several rooms: one with a topic on the screen, and news in the others.
fn in_rooms(width: u16, height: u16) -> Harness {
    let mut harness = chatting(width, height);
    harness.control('u');
    harness.join_rust();
    for (seq, text) in [(1, "does it compile?"), (2, "it does, and it runs")] {
        harness.message_in("#rust", seq, user(3, "ana"), text);
    }
    let topic = Topic::new("all about Rust").unwrap();
    harness.event(Event::Topic { room: room("#rust"), topic, user: user(3, "ana") });
    harness.event(room_event("#tea", 112, 100));
    harness.message_in("@5-7", 1, user(5, "carl"), "psst, bob");
    harness
}

#[test]
fn several_rooms() {
    assert_snapshot!(in_rooms(100, 12).screen(), @r#"
         1 #lobby     │ #rust · all about Rust                                      │ 3 users
        ▸2 #rust      │                                                             │›bob                 7
         3 #tea    12 │                                                             │ ana                 3
         4 @carl   @1 │                                                             │ carl                5
                      │                                                             │
                      │                                                             │
                      │ ── Sunday, 22 November 2026 ─────────────────────────────── │
                      │ 14:02   ana: does it compile?                               │
                      │ 14:02   ana: it does, and it runs                           │
                      │ 14:02 · ana says #rust is about: all about Rust             │
        ── connected · bob in #rust · 3 users · 127.0.0.1:12345 ───────────────────────────────── F1 keys ──
        >  say something, /help for commands
        "#);
}

#[test]
fn the_room_list_folds_away_on_a_narrow_screen() {
    assert_snapshot!(in_rooms(70, 12).screen(), @r#"
        #rust · all about Rust                               │ 3 users
                                                             │›bob          7
                                                             │ ana          3
                                                             │ carl         5
                                                             │
                                                             │
        ── Sunday, 22 November 2026 ──────────────────────── │
        14:02   ana: does it compile?                        │
        14:02   ana: it does, and it runs                    │
        14:02 · ana says #rust is about: all about Rust      │
        ── connected · @1 elsewhere · bob in #rust · 3 users ────── F1 keys ──
        >  say something, /help for commands
        "#);
}

#[test]
fn what_is_new_begins_at_a_line() {
    let mut harness = in_rooms(100, 14);
    for seq in 1..=30 {
        harness.message_in("#tea", 100 + seq, user(3, "ana"), &format!("cup {seq}"));
    }
    for seq in 51..=100 {
        harness.message_in("#tea", seq, user(3, "ana"), &format!("sip {seq}"));
    }
    harness.alt(KeyCode::Char('3'));
    assert_snapshot!(harness.screen(), @r#"
         1 #lobby     │ 14:02   ana: sip 98                                         │ 3 users
         2 #rust      │ 14:02   ana: sip 99                                         │›bob                 7
        ▸3 #tea    23 │ 14:02   ana: sip 100                                        │ ana                 3
         4 @carl   @1 │ ── new since 14:02 ──────────────────────────────────────── │ carl                5
                      │ 14:02   ana: cup 1                                          │
                      │ 14:02   ana: cup 2                                          │
                      │ 14:02   ana: cup 3                                          │
                      │ 14:02   ana: cup 4                                          │
                      │ 14:02   ana: cup 5                                          │
                      │ 14:02   ana: cup 6                                          │
                      │ 14:02   ana: cup 7                                          │
                      │                          23 new ↓                           │
        ── connected · bob in #tea · 3 users · 127.0.0.1:12345 ────────────────────────────────── F1 keys ──
        >  say something, /help for commands
        "#);
}

#[test]
fn a_name_is_asked_for() {
    let mut harness = Harness::new(60, 8);
    harness.type_text("half a sen");
    harness.refuse_name();
    assert_snapshot!(harness.screen(), @r#"
                                                   │
                                                   │
                                                   │
        ── Sunday, 22 November 2026 ────────────── │
        14:02 ! not let in: the name bob is taken; │
                type another name below            │
        ── name refused · type another name ───────────── F1 keys ──
        name> bob_2
        "#);
}

#[test]
fn reading_back() {
    let mut harness = Harness::connected(60, 10);
    for number in 1..=30 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.press(KeyCode::PageUp);
    for number in 1..=12 {
        harness.message(3, "ana", &format!("new {number}"));
    }
    assert_snapshot!(harness.screen(), @r#"
        14:02   ana: message 16                    │ 3 users
        14:02   ana: message 17                    │›bob          7
        14:02   ana: message 18                    │ ana          3
        14:02   ana: message 19                    │ carl         5
        14:02   ana: message 20                    │
        14:02   ana: message 21                    │
        14:02   ana: message 22                    │
                         12 new ↓                  │
        ── connected · bob in #lobby · 3 users ────────── F1 keys ──
        >  say something, /help for commands
        "#);
}

#[test]
fn help() {
    let mut harness = chatting(80, 24);
    harness.press(KeyCode::F(1));
    assert_snapshot!(harness.screen(), @r#"
                  ╭ Keys ────────────────────────────────────────────────────╮
                  │ Enter            says it; a / in front makes it a command│        7
                  │ Alt-Enter        begins a new line (Ctrl-J, too)         │        3
                  │ Tab              completes a name, a room or a command   │        5
                  │ Up Down          what you said before                    │        9
                  │ PgUp PgDn        scroll; the mouse wheel does, too       │
                  │ Ctrl-Home/End    oldest and newest message               │
                  │ Alt-1 … Alt-9    goes to a room by its place in the list │
                  │ Alt-Up Alt-Down  the room above, the room below          │
                  │ Alt-A            the next room with something new        │
                  │ Home End         the same on an empty line               │
                  │                  else start and end of the line          │
                  │ Ctrl-Left/Right  word by word                            │
        ── Sunday,│ Ctrl-U Ctrl-K    delete to start, to end of line         │
        14:02 · co│ Ctrl-W           deletes a word                          │
        14:02   an│ Ctrl-_ Ctrl-Y    undo, redo                              │
                on│ Ctrl-C           clears the line; quits on an empty one  │
        14:02 → 漢│ F1 Ctrl-L        this help; draws the screen again       │
        14:02 › bo│ Ctrl-Z           back to the shell; fg returns here      │
                丈│ Shift-mouse      selects text, as the wheel is taken     │
        14:02 @ an│ Marks            › yours  … on its way  @ names you      │
        14:02 … * │                  × refused  ▸ this room  @2 names you    │
        ── connect╰ Esc closes, Down scrolls ────────────────────────────────╯F1 keys ──
        > and typ
        "#);
}

#[test]
fn the_date_changes() {
    let mut harness = Harness::connected(80, 8);
    harness.message(3, "ana", "late");
    harness.at = chat_proto::Timestamp::from_millis(harness.at.as_millis() + 86_400_000);
    harness.message(3, "ana", "early");
    assert_snapshot!(harness.screen(), @r#"
                                                                     │ 3 users
        ── Sunday, 22 November 2026 ──────────────────────────────── │›bob            7
        14:02 · connected to chat-server 0.1.0 as bob                │ ana            3
        14:02   ana: late                                            │ carl           5
        ── Monday, 23 November 2026 ──────────────────────────────── │
        14:02   ana: early                                           │
        ── connected · bob in #lobby · 3 users · 127.0.0.1:12345 ──────────── F1 keys ──
        >  say something, /help for commands
        "#);
}

#[test]
fn a_long_input_shows_its_cursor() {
    let mut harness = Harness::connected(30, 12);
    harness
        .input(Input::Paste("a long text that takes more than the rows it may have: ".repeat(3)));
    harness.type_text("end");
    assert_snapshot!(harness.screen(), @r#"




        ── Sunday, 22 November 2026 ──
        14:02 · connected to chat-
          server 0.1.0 as bob
        ── connected ────── F1 keys ──
          han the rows it may have: a
          long text that takes more th
          an the rows it may have: end
        "#);
}

#[test]
fn more_users_than_rows_are_counted() {
    let mut harness = Harness::connected(60, 6);
    for id in 10..30 {
        let user = user(id, &format!("a quite long name of {id}"));
        harness.event(Event::Joined { room: RoomName::lobby(), user });
    }
    assert_snapshot!(harness.screen(), @r#"
        14:02 → “a quite long name of 26” is here  │ 23 users
        14:02 → “a quite long name of 27” is here  │›bob          7
        14:02 → “a quite long name of 28” is here  │ a quite lo… 10
        14:02 → “a quite long name of 29” is here  │ and 21 more
        ── connected · bob in #lobby · 23 users ───────── F1 keys ──
        >  say something, /help for commands
        "#);
}

/// Every size there may be, in steps that hit each threshold.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let widths = || (1..=64).chain((65..=300).step_by(47)).chain([300]);
    let heights = (1..=12).chain((13..=100).step_by(29)).chain([100]);
    heights.flat_map(move |height| widths().map(move |width| (width, height)))
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let mut harness = chatting(80, 20);
    harness.input(Input::Paste("many\nlines\n漢字 👩🏽\u{200D}💻 e\u{301}\n".repeat(4)));
    for (width, height) in sizes() {
        harness.resize(width, height);
        harness.screen();
        harness.input(Input::Wheel(Wheel::Up));
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
    shows(&harness, "connecting");
    harness.link_event(LinkEvent::Waiting { seconds: 30 });
    shows(&harness, "reconnecting in 30 s".get(..17).unwrap());
    harness.type_text("typed");
    shows(&harness, "> typed");
    harness.refuse_name();
    shows(&harness, "name refused");
    shows(&harness, "name> bob_2");
}

#[test]
fn resizing_keeps_the_place() {
    let mut harness = Harness::connected(80, 20);
    for number in 100..200 {
        harness.message(3, "ana", &format!("message {number} {}", "word ".repeat(30)));
    }
    for _ in 0..20 {
        harness.input(Input::Wheel(Wheel::Up));
    }
    let place = harness.screen();
    for (width, height) in sizes() {
        harness.resize(width, height);
        harness.screen();
        harness.message(3, "ana", "something new");
    }
    harness.resize(80, 20);
    // All but the row that tells how much is new.
    let rows = |screen: String| screen.lines().take(17).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(harness.screen()), rows(place));
}

mod hostile;
