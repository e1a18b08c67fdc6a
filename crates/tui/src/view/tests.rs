use chat_client::link::LinkEvent;
use chat_proto::event::{Message, MessageKind};
use chat_proto::{Event, RoomName, Topic};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::fixture::{Harness, message_in, room, room_event, user};
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
    harness.message(3, "ana", "thanks, @Bob");
    harness.type_text("/me goes to lunch\n");
    harness.type_text("and typ");
    harness
}

#[test]
fn a_conversation_has_columns_for_times_and_names() {
    assert_snapshot!(chatting(80, 14).screen(), @r#"
        #lobby                                                                  4 online
        ────────────────────────────────────────────────────────────────────────────────

                       Beginning of #lobby
        ─────────────────────────── Sunday, 22 November 2026 ───────────────────────────
        14:02          · Welcome, bob. You're in #lobby.
                 ana   good morning! has anybody tried the new build on a narrow
                       terminal yet?
                       → 漢字 joined
                 bob   I have, ana: it wraps at word borders, 漢字も大丈夫です。
                 ana ▌ thanks, @Bob
                     … * bob goes to lunch
                                                  Ctrl-S select · Ctrl-G users · F1 keys
        #lobby › and typ
        "#);
}

#[test]
fn the_list_folds_away_on_a_narrow_screen() {
    assert_snapshot!(chatting(50, 14).screen(), @r#"
        #lobby                                    4 online
        ──────────────────────────────────────────────────
        ana 14:02
          good morning! has anybody tried the new build on
          a narrow terminal yet?
          → 漢字 joined
        bob 14:02
          I have, ana: it wraps at word borders, 漢字も大
          丈夫です。
        ana 14:02
        ▌ thanks, @Bob
        … * bob goes to lunch
                    Ctrl-S select · Ctrl-G users · F1 keys
        #lobby › and typ
        "#);
}

#[test]
fn the_status_says_when_the_client_connects_again() {
    let mut harness = chatting(80, 14);
    harness.lose();
    harness.link_event(LinkEvent::Waiting { seconds: 4 });
    assert_snapshot!(harness.screen(), @r#"
        #lobby
        ────────────────────────────────────────────────────────────────────────────────

                       Beginning of #lobby
        ─────────────────────────── Sunday, 22 November 2026 ───────────────────────────
        14:02          · Welcome, bob. You're in #lobby.
                 ana   good morning! has anybody tried the new build on a narrow
                       terminal yet?
                       → 漢字 joined
                 bob   I have, ana: it wraps at word borders, 漢字も大丈夫です。
                 ana ▌ thanks, @Bob
                     … * bob goes to lunch
        Offline, retrying in 4 s · 1 message queued · the server closed the connection
        #lobby › and typ
        "#);
}

/// Several rooms: one with a topic on the screen, and unread messages in the others.
fn in_rooms(width: u16, height: u16) -> Harness {
    let mut harness = chatting(width, height);
    harness.control('u');
    harness.join_rust();
    for (seq, text) in [(1, "does it compile?"), (2, "it does, and it runs")] {
        harness.message_in("#rust", seq, user(3, "ana"), text);
    }
    let topic = Topic::new("all about Rust").unwrap();
    harness.event(Event::Topic { room: room("#rust"), topic, user: user(3, "ana") });
    let text = "set the topic: all about Rust";
    let set = message_in("#rust", 3, user(3, "ana"), text, harness.at);
    harness.event(Event::Message(Message { kind: MessageKind::Topic, ..set }));
    harness.event(room_event("#tea", 112, 100));
    harness.message_in("@5-7", 1, user(5, "carl"), "psst, bob");
    harness
}

#[test]
fn the_room_list_counts_unread_messages_and_the_header_has_the_topic() {
    assert_snapshot!(in_rooms(100, 12).screen(), @r#"
         ROOMS             │ #rust  all about Rust                                                  3 online
          1 #lobby         │ ───────────────────────────────────────────────────────────────────────────────
        ▌ 2 #rust          │
          3 #tea         12│
                           │
         DIRECT            │                Beginning of #rust
        ○ 4 carl         @1│ ────────────────────────── Sunday, 22 November 2026 ───────────────────────────
                           │ 14:02    ana   does it compile?
                           │                it does, and it runs
                           │                * ana set the topic: all about Rust
                                                  Ctrl-S select · Alt-A next unread · Ctrl-G users · F1 keys
        #rust ›  Message #rust (/help for commands)
        "#);
}

#[test]
fn the_room_list_folds_away_on_a_narrow_screen() {
    assert_snapshot!(in_rooms(70, 12).screen(), @r#"
        #rust  1 message from carl · 12 unread in #tea  all about R…  3 online
        ──────────────────────────────────────────────────────────────────────



                       Beginning of #rust
        ────────────────────── Sunday, 22 November 2026 ──────────────────────
        14:02    ana   does it compile?
                       it does, and it runs
                       * ana set the topic: all about Rust
                    Ctrl-S select · Alt-A next unread · Ctrl-G users · F1 keys
        #rust ›  Message #rust (/help for commands)
        "#);
}

#[test]
fn unread_messages_begin_at_a_line() {
    let mut harness = in_rooms(100, 14);
    for seq in 1..=30 {
        harness.message_in("#tea", 100 + seq, user(3, "ana"), &format!("cup {seq}"));
    }
    for seq in 51..=100 {
        harness.message_in("#tea", seq, user(3, "ana"), &format!("sip {seq}"));
    }
    harness.alt(KeyCode::Char('3'));
    assert_snapshot!(harness.screen(), @r#"
         ROOMS             │ #tea                                                                   3 online
          1 #lobby         │ ───────────────────────────────────────────────────────────────────────────────
          2 #rust          │ 14:02    ana   sip 98
        ▌ 3 #tea         25│                sip 99
                           │                sip 100
         DIRECT            │ ─────────────────────────────────── 30 new ────────────────────────────────────
        ○ 4 carl         @1│ 14:02    ana   cup 1
                           │                cup 2
                           │                cup 3
                           │                cup 4
                           │                cup 5
                           │                cup 6                                             25 new ↓ PgDn
                                                  Ctrl-S select · Alt-A next unread · Ctrl-G users · F1 keys
        #tea ›  Message #tea (/help for commands)
        "#);
}

#[test]
fn a_name_is_asked_for() {
    let mut harness = Harness::new(60, 8);
    harness.type_text("half a sen");
    harness.refuse_name();
    assert_snapshot!(harness.screen(), @"
    #lobby
    ────────────────────────────────────────────────────────────
    ───────────────── Sunday, 22 November 2026 ─────────────────
    14:02          ! The name bob is taken. Press Enter for
                     bob_2, or type another. If bob is you:
                     Ctrl-U, then /login
    Choose a name                         Ctrl-G users · F1 keys
    name › bob_2
    ");
}

#[test]
fn new_messages_are_counted_while_the_user_reads_back() {
    let mut harness = Harness::connected(60, 10);
    for number in 1..=30 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.press(KeyCode::PageUp);
    for number in 1..=12 {
        harness.message(3, "ana", &format!("new {number}"));
    }
    assert_snapshot!(harness.screen(), @r#"
        #lobby                                              3 online
        ────────────────────────────────────────────────────────────
        14:02    ana   message 20
                       message 21
                       message 22
                       message 23
                       message 24
                       message 25                     12 new ↓ PgDn
                              Ctrl-S select · Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
        "#);
}

#[test]
fn the_page_of_keys_fits_wide_and_narrow_screens() {
    let mut harness = chatting(80, 24);
    harness.press(KeyCode::F(1));
    assert_snapshot!(harness.screen(), @r#"
        Keys                                                      PgDn more · Esc closes
        Rooms
        Ctrl-N, Alt-Down                Go to the next room
        Ctrl-P, Alt-Up                  Go to the previous room
        Alt-A                           Go to the next room with mentions or unread
                                        messages; back if there is none
        Ctrl-K                          Go to a room or a user; with text behind the
                                        cursor, cut it to the end of the line
        Alt-1 … Alt-9                   Go to the room with this number

        Messages
        PgUp                            Scroll to older messages
        PgDn                            Scroll to newer messages
        Ctrl-Home                       Go to the oldest message
        Ctrl-End                        Go to the newest message
        Alt-Home                        Go to the first unread message
        Alt-N                           Go to the next message that mentions you
        Alt-P                           Go to the previous message that mentions you
        Ctrl-F                          Search messages; before text, character right
        Ctrl-O                          Sort what a search found: newest or best first
        Ctrl-S, Shift-Up                Select a message, to copy, quote or open it
        Alt-L                           Show the messages alone, to select text
        Esc                             Go back one step, at last to the newest message
        F6, Alt-O                       Go to the open thread, or back to the messages
        "#);
    harness.resize(24, 6);
    harness.press(KeyCode::Down);
    harness.press(KeyCode::Down);
    assert_snapshot!(harness.screen(), @r#"
        Keys          Esc closes
          Go to the next room
        Ctrl-P, Alt-Up
          Go to the previous
          room
        Alt-A
        "#);
    harness.press(KeyCode::End);
    assert_snapshot!(harness.screen(), @r#"
        Keys          Esc closes
        3
          Unread messages in a
          room
        @2
          Mentions in a room
        "#);
}

#[test]
fn a_new_day_has_a_row() {
    let mut harness = Harness::connected(80, 8);
    harness.message(3, "ana", "late");
    harness.at = chat_proto::Timestamp::from_millis(harness.at.as_millis() + 86_400_000);
    harness.message(3, "ana", "early");
    assert_snapshot!(harness.screen(), @r#"
        #lobby                                                                  3 online
        ────────────────────────────────────────────────────────────────────────────────
        14:02          · Welcome, bob. You're in #lobby.
                 ana   late
        ─────────────────────────── Monday, 23 November 2026 ───────────────────────────
        14:02    ana   early
                                                  Ctrl-S select · Ctrl-G users · F1 keys
        #lobby ›  Message #lobby (/help for commands)
        "#);
}

#[test]
fn a_long_input_shows_its_cursor() {
    let mut harness = Harness::connected(30, 12);
    harness
        .input(Input::Paste("a long text that takes more than the rows it may have: ".repeat(3)));
    harness.type_text("end");
    assert_snapshot!(harness.screen(), @r#"
        #lobby                3 online
        ──────────────────────────────


        ── Sunday, 22 November 2026 ──
          · Welcome, bob. You're in
            #lobby.
                Ctrl-G users · F1 keys
                 ave: a long text that
                  takes more than the
                 rows it may have: end
        "#);
}

/// Every size there may be, in steps that hit each threshold.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let widths = || (1..=64).chain((65..=300).step_by(47)).chain([300]);
    let heights = (1..=12).chain((13..=100).step_by(29)).chain([100]);
    heights.flat_map(move |height| widths().map(move |width| (width, height)))
}

mod cells;
mod edges;
mod find;
mod frames;
mod header;
mod hostile;
mod links;
mod panes;
mod sizes;
mod states;
mod welcome;
