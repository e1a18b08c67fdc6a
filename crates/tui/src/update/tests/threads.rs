//! The thread on the screen: beside the log or in its place, and which of them keys are for.

use chat_proto::Seq;
use chat_proto::command::{Body as Said, Kind, Links};
use chat_proto::event::{Details, Replies};
use insta::assert_snapshot;

use super::changes::{on, said, text};
use super::*;

/// A message of ana, two answers of carl in its thread, and something else.
fn talking(width: u16, height: u16) -> Harness {
    let mut harness = Harness::connected(width, height);
    harness.message(3, "ana", "on Friday?");
    answers(&mut harness, "at ten", 1);
    harness.message(5, "carl", "and lunch?");
    answers(&mut harness, "or later", 1);
    harness
}

/// An answer of carl in the thread of message `root`.
fn answer(seq: u64, said: &str, root: u64) -> Message {
    let details = Details { thread: Some(Seq::new(root)), ..Details::default() };
    let at = "2026-11-22T14:02:00Z".parse::<jiff::Timestamp>().unwrap().into();
    let message = message_in("#lobby", seq, user(5, "carl"), said, at);
    Message { details: Some(Box::new(details)), ..message }
}

fn answers(harness: &mut Harness, said: &str, root: u64) {
    harness.seq += 1;
    let answer = answer(harness.seq, said, root);
    harness.event(Event::Message(answer));
}

/// The server sends the thread of the first message, with these answers.
fn comes(harness: &mut Harness, answers: Vec<Message>, more: bool) -> Vec<Effect> {
    let (count, at) = (answers.len() as u64, harness.at);
    let replies = answers.last().map(|last| Replies { count, last_seq: last.seq, last_at: at });
    let details = Details { replies, ..Details::default() };
    let root = message_in("#lobby", 1, user(3, "ana"), "on Friday?", harness.at);
    let root = Message { details: Some(Box::new(details)), ..root };
    let messages = if more { answers } else { [vec![root], answers].concat() };
    let (room, seq) = (RoomName::lobby(), Seq::new(1));
    harness.event(Event::Thread { room, seq, replies, unread: 0, messages, more })
}

#[test]
fn a_thread_is_beside_the_log_on_a_wide_screen() {
    let mut harness = talking(80, 14);
    assert_eq!(
        sent(&on(&mut harness, 3, "t")),
        [Command::Thread { room: RoomName::lobby(), seq: Seq::FIRST, before: None, limit: None }]
    );
    comes(&mut harness, vec![answer(2, "at ten", 1), answer(4, "or later", 1)], false);
    assert_snapshot!(harness.screen(), @"
    #lobby                              3 online│ Thread in #lobby · 2 replies   Esc
    ────────────────────────────────────────────│ ──────────────────────────────────
      · Welcome, bob. You're in #lobby.         │
    ana 14:02                                   │
      on Friday?                                │
      └ 2 replies · last 14:02                  │
    carl 14:02                                  │ ──── Sunday, 22 November 2026 ────
      ↳ ana: on Friday?                         │ ana 14:02
      at ten                                    │   on Friday?
      and lunch?                                │ carl 14:02
      ↳ ana: on Friday?                         │   at ten
      or later                                  │   or later
                                  F6 messages · Ctrl-S select · Esc close the thread
    thread ›  Reply in this thread
    ");
    // Enter says it there.
    let sent = said(&harness.type_text("yes\n"));
    let links = Links::new(None, Some(Seq::new(1)));
    assert_eq!(sent, [Said::Message { kind: Kind::Text, text: text("yes"), links }]);
    harness.accept(1);
    assert_shows(&harness, "Thread in #lobby · 3 replies");
    assert_eq!(harness.screen().matches("yes").count(), 2, "{}", harness.screen());
    harness.press(KeyCode::Esc);
    assert!(!harness.screen().contains("Thread in"), "{}", harness.screen());
    assert_shows(&harness, "#lobby ›");
}

#[test]
fn a_thread_is_in_place_of_the_log_on_a_narrow_screen_and_esc_comes_back_to_where_one_was() {
    let mut harness = talking(60, 12);
    for number in 0..30 {
        harness.message(3, "ana", &format!("text {number}"));
    }
    harness.control_home();
    let before = harness.screen();
    on(&mut harness, 0, "");
    while !harness.screen().contains("▶ at ten") {
        harness.press(KeyCode::Up);
    }
    harness.type_text("t");
    assert_snapshot!(harness.screen(), @"
    Thread in #lobby · 2 replies                        3 online
    ────────────────────────────────────────────────────────────




    ───────────────── Sunday, 22 November 2026 ─────────────────
    14:02    ana   on Friday?
            carl   at ten
                   or later
              F6 messages · Ctrl-S select · Esc close the thread
    thread ›  Reply in this thread
    ");
    harness.message(3, "ana", "elsewhere");
    assert!(!harness.screen().contains("elsewhere"), "{}", harness.screen());
    assert!(harness.state.client.room().unread() > 0, "it was not shown");
    // F6 goes to the messages and back, and what keys are for is on the screen at every width.
    harness.press(KeyCode::F(6));
    assert_shows(&harness, "#lobby ›");
    assert!(!harness.screen().contains("Thread in"), "{}", harness.screen());
    harness.resize(100, 12);
    assert_shows(&harness, "Thread in");
    harness.resize(60, 12);
    harness.press(KeyCode::F(6));
    assert_shows(&harness, "Thread in");
    harness.press(KeyCode::Esc);
    assert_eq!(harness.screen().lines().nth(2), before.lines().nth(2));
}

#[test]
fn keys_are_for_the_pane_that_has_the_focus() {
    let mut harness = talking(80, 14);
    on(&mut harness, 3, "t");
    assert_shows(&harness, "thread ›");
    harness.press(KeyCode::F(6));
    assert_shows(&harness, "#lobby ›");
    assert_shows(&harness, "F6 thread");
    assert_eq!(said(&harness.type_text("here\n")), [Said::text(text("here"))]);
    harness.alt(KeyCode::Char('o'));
    assert_shows(&harness, "thread ›");
    harness.click("and lunch?");
    assert_shows(&harness, "▶ and lunch?");
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "#lobby ›");
    harness.click("Thread in");
    assert_shows(&harness, "thread ›");
    harness.press(KeyCode::F(6));
    harness.press(KeyCode::Esc);
    assert!(!harness.screen().contains("Thread in"), "nothing else to go back from");
    harness.press(KeyCode::F(6));
    assert_shows(&harness, "Select a message and press t to open its thread");
}

#[test]
fn letters_act_on_messages_that_only_the_thread_has() {
    let mut harness = Harness::new(80, 20);
    harness.connect_to(1, welcome(7, "bob"));
    harness.event(room_event("#lobby", 900, 900));
    harness.seq = 900;
    answers(&mut harness, "the last answer", 1);
    assert_eq!(sent(&on(&mut harness, 0, "t")).len(), 1, "its first message is not loaded");
    let old = Message { from: user(7, "bob"), ..answer(2, "mine", 1) };
    comes(&mut harness, vec![old, answer(901, "the last answer", 1)], false);
    assert_shows(&harness, "on Friday?");
    let sent = said(&on(&mut harness, 1, "e"));
    assert!(sent.is_empty());
    assert_eq!(typed(&harness), "mine");
    assert_eq!(
        said(&harness.type_text("!\n")),
        [Said::Edit { target: Seq::new(2), text: text("mine!") }]
    );
    assert_shows(&harness, "mine! (edited)");
    on(&mut harness, 1, "r");
    assert_shows(&harness, "Replying to bob: mine!");
    let links = Links::new(Some(Seq::new(2)), Some(Seq::new(1)));
    let reply = Said::Message { kind: Kind::Text, text: text("well"), links };
    assert_eq!(said(&harness.type_text("well\n")), [reply]);
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "well", "it is not accepted yet: no edit");
}

#[test]
fn a_long_thread_scrolls_by_itself() {
    let mut harness = talking(80, 12);
    for number in 0..20 {
        answers(&mut harness, &format!("answer {number}"), 1);
    }
    harness.control_home();
    for _ in 0..3 {
        harness.press(KeyCode::Down);
    }
    harness.click("on Friday?");
    harness.type_text("t");
    let log = |harness: &Harness| -> Vec<String> {
        harness.screen().lines().map(|row| row.chars().take(44).collect()).collect()
    };
    let before = log(&harness);
    assert_shows(&harness, "answer 19");
    harness.press(KeyCode::PageUp);
    assert_shows(&harness, "Latest ↓ End");
    let area = harness.state.panes().thread.unwrap().log;
    harness.input(Input::Wheel(Wheel::Up, area.as_position()));
    assert!(!harness.screen().contains("answer 19"), "{}", harness.screen());
    assert_eq!(log(&harness)[..10], before[..10]);
    harness.wheel(Wheel::Down);
    assert_ne!(log(&harness)[..10], before[..10], "the wheel is over the log");
    assert_shows(&harness, "thread ›");
    harness.press(KeyCode::End);
    assert_shows(&harness, "answer 19");
}

#[test]
fn the_first_message_says_how_many_answers_are_new_until_they_were_shown() {
    let mut harness = Harness::new(60, 14);
    harness.connect(1);
    harness.message(3, "ana", "on Friday?");
    harness.press(KeyCode::Up);
    harness.input(Input::Focus(false));
    answers(&mut harness, "at ten", 1);
    answers(&mut harness, "or later", 1);
    assert_shows(&harness, "└ 2 replies · 2 new · last 14:02");
    on(&mut harness, 2, "t");
    assert_eq!(harness.state.client.room().unread(), 2, "the window is in the background");
    harness.input(Input::Focus(true));
    assert_shows(&harness, "─ 2 new ─");
    assert_eq!(harness.state.client.room().unread(), 0);
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "└ 2 replies · last 14:02");
}

#[test]
fn the_header_says_what_is_missing_of_a_thread() {
    let mut harness = talking(80, 14);
    harness.lose();
    on(&mut harness, 3, "t");
    assert_shows(&harness, "── The rest loads once connected ─");
    harness.connect(2);
    assert!(!harness.screen().contains("The rest loads"), "{}", harness.screen());
    comes(&mut harness, vec![answer(3, "x", 1), answer(4, "or later", 1)], true);
    let refusal = Refusal::new(RefusalCode::NotReadable, "the disk is ill");
    let (room, seq) = (Some(RoomName::lobby()), Some(Seq::FIRST));
    harness.event(Event::Refused(Refusal { room, seq, ..refusal }));
    assert_shows(&harness, "Couldn't load all: the disk is");
}

#[test]
fn another_room_closes_the_thread_on_the_screen() {
    let mut harness = talking(80, 14);
    on(&mut harness, 3, "t");
    harness.join_rust();
    assert!(!harness.screen().contains("Thread in"), "{}", harness.screen());
    assert!(harness.state.client.thread().is_none());
}

#[test]
fn a_thread_goes_on_without_its_first_message() {
    let mut harness = talking(80, 14);
    on(&mut harness, 3, "t");
    comes(&mut harness, vec![answer(2, "at ten", 1), answer(4, "or later", 1)], false);
    let details = Details { target: Some(Seq::new(1)), ..Details::default() };
    let deleted = Message {
        kind: MessageKind::Delete,
        details: Some(Box::new(details)),
        ..message_in("#lobby", 5, user(3, "ana"), "deleted a message", harness.at)
    };
    harness.event(Event::Message(deleted));
    assert_snapshot!(harness.screen(), @"
    #lobby                              3 online│ Thread in #lobby · 2 replies   Esc
    ────────────────────────────────────────────│ ──────────────────────────────────
      · Welcome, bob. You're in #lobby.         │
    ana 14:02                                   │
      Message deleted                           │
      └ 2 replies · last 14:02                  │
    carl 14:02                                  │ ──── Sunday, 22 November 2026 ────
      ↳ ana: Message deleted                    │ ana 14:02
      at ten                                    │   Message deleted
      and lunch?                                │ carl 14:02
      ↳ ana: Message deleted                    │   at ten
      or later                                  │   or later
                                  F6 messages · Ctrl-S select · Esc close the thread
    thread ›  Reply in this thread
    ");
    let before = harness.screen();
    // Opened again, as the server has it by now.
    harness.press(KeyCode::Esc);
    on(&mut harness, 3, "t");
    let gone = Details { deleted: true, ..Details::default() };
    let root = message_in("#lobby", 1, user(3, "ana"), "This message was deleted.", harness.at);
    let root = Message { details: Some(Box::new(gone)), ..root };
    let messages = vec![root, answer(2, "at ten", 1), answer(4, "or later", 1)];
    let (room, seq) = (RoomName::lobby(), Seq::new(1));
    let replies = Some(Replies { count: 2, last_seq: Seq::new(4), last_at: harness.at });
    harness.event(Event::Thread { room, seq, replies, unread: 0, messages, more: false });
    assert_eq!(harness.screen(), before);
    let links = Links::new(None, Some(Seq::new(1)));
    let yes = Said::Message { kind: Kind::Text, text: text("yes"), links };
    assert_eq!(said(&harness.type_text("yes\n")), [yes]);
}

#[test]
fn each_pane_has_a_draft_of_its_own() {
    let mut harness = talking(80, 14);
    harness.type_text("for all");
    on(&mut harness, 3, "t");
    assert_eq!(typed(&harness), "", "the draft of the room is not sent to the thread");
    harness.type_text("in the thread");
    let drafts = |harness: &Harness| {
        let room = harness.state.client.room();
        [room.draft(), room.draft_in_thread(Seq::FIRST)].map(str::to_owned)
    };
    assert_eq!(drafts(&harness), ["for all", "in the thread"]);
    harness.press(KeyCode::F(6));
    assert_eq!(typed(&harness), "for all");
    harness.type_text("!");
    harness.press(KeyCode::F(6));
    assert_eq!(typed(&harness), "in the thread");
    assert_eq!(drafts(&harness), ["for all!", "in the thread"]);
    // It is closed, and the row of its first message says that something is typed there.
    harness.press(KeyCode::Esc);
    assert_eq!(typed(&harness), "for all!");
    assert_shows(&harness, "└ 2 replies · draft · last 14:02");
    harness.control('u');
    on(&mut harness, 3, "t");
    assert!(!harness.screen().contains("draft"), "{}", harness.screen());
    assert_eq!(typed(&harness), "in the thread");
    harness.type_text("\n");
    assert_eq!(drafts(&harness), ["", ""]);
    // A command that closes it is not a draft.
    harness.type_text("/join #rust\n");
    let lobby = harness.state.client.rooms().get(&RoomName::lobby()).unwrap();
    assert_eq!(lobby.draft_in_thread(Seq::FIRST), "");
}

#[test]
fn a_draft_of_a_thread_is_there_after_a_restart() {
    let mut before = talking(80, 14);
    on(&mut before, 3, "t");
    before.type_text("half a sen");
    let mut harness = Harness::with_drafts(80, 14, before.state.client.drafts());
    assert_eq!(typed(&harness), "", "it is not that of the room");
    harness.connect(1);
    harness.message(3, "ana", "on Friday?");
    answers(&mut harness, "at ten", 1);
    assert_shows(&harness, "└ 1 reply · draft · 14:02");
    on(&mut harness, 1, "t");
    assert_eq!(typed(&harness), "half a sen");
}

#[test]
fn another_text_of_a_message_is_not_a_draft_of_its_thread() {
    let mut harness = talking(80, 14);
    harness.message(7, "bob", "mine");
    on(&mut harness, 4, "t");
    harness.type_text("half");
    harness.press(KeyCode::F(6));
    on(&mut harness, 0, "e");
    assert_eq!(typed(&harness), "mine");
    harness.type_text("!");
    harness.press(KeyCode::F(6));
    assert_eq!(typed(&harness), "half");
    harness.press(KeyCode::F(6));
    assert_eq!(typed(&harness), "");
}
