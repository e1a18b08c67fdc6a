//! Replies, edits, deletions and reactions: the letters of a selected message, and what they send.

use chat_proto::command::{Body as Said, Kind, Links, Say};
use chat_proto::event::{Details, Version};
use chat_proto::{Emoji, Role, Seq, Text, User};

use super::*;

/// A message of ana, one of bob and one of carl, whom nobody answers yet.
pub(super) fn talking() -> Harness {
    let mut harness = Harness::connected(80, 20);
    for (id, from, text) in [(3, "ana", "on Friday?"), (7, "bob", "a slip"), (5, "carl", "well")] {
        harness.message(id, from, text);
    }
    harness
}

/// Selects the message `back` above the newest, and types letters.
pub(super) fn on(harness: &mut Harness, back: usize, letters: &str) -> Vec<Effect> {
    harness.control('s');
    harness.type_text(&"k".repeat(back));
    harness.type_text(letters)
}

/// What is sent.
pub(super) fn said(effects: &[Effect]) -> Vec<Said> {
    let said = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send {
            command: Command::Say(Say { body, .. }),
            ..
        })) => Some(body.clone()),
        _ => None,
    });
    said.collect()
}

pub(super) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

/// The event about a message that another user sends.
fn reacts(harness: &mut Harness, from: User, target: u64, emoji: &str) {
    harness.seq += 1;
    let emoji = Some(Emoji::new(emoji).unwrap());
    let details =
        Details { target: Some(Seq::new(target)), emoji, on: Some(true), ..Details::default() };
    let message = message_in("#lobby", harness.seq, from, "reacts", harness.at);
    let kind = MessageKind::Reaction;
    let message = Message { kind, details: Some(Box::new(details)), ..message };
    harness.event(Event::Message(message));
}

#[test]
fn r_replies_and_esc_cancels() {
    let mut harness = talking();
    on(&mut harness, 2, "r");
    assert_shows(&harness, "Replying to ana: on Friday?");
    assert_shows(&harness, "reply ›");
    harness.press(KeyCode::Esc);
    assert!(!harness.screen().contains("Replying"), "{}", harness.screen());
    on(&mut harness, 2, "r");
    let sent = said(&harness.type_text("yes\n"));
    let links = Links::new(Some(Seq::new(1)), None);
    assert_eq!(sent, [Said::Message { kind: Kind::Text, text: text("yes"), links }]);
    assert_shows(&harness, "↳ ana: on Friday?\n");
    assert!(!harness.screen().contains("Replying"), "it is sent");
    let sent = said(&harness.type_text("and no\n"));
    assert_eq!(sent, [Said::text(text("and no"))], "the next one answers nothing");
}

#[test]
fn e_edits_and_gives_back_what_was_typed() {
    let mut harness = talking();
    harness.type_text("half a sen");
    on(&mut harness, 1, "e");
    assert_eq!(typed(&harness), "a slip");
    assert_eq!(harness.state.client.room().draft(), "half a sen", "another text is not a draft");
    harness.control('u');
    harness.type_text("\n");
    assert_shows(&harness, "A message can't be empty");
    let sent = said(&harness.type_text("a tip\n"));
    assert_eq!(sent, [Said::Edit { target: Seq::new(2), text: text("a tip") }]);
    assert_eq!(typed(&harness), "half a sen");
    assert_shows(&harness, "a tip (edited)");
    on(&mut harness, 1, "e");
    harness.type_text(" or two");
    harness.press(KeyCode::Esc);
    assert_eq!(typed(&harness), "half a sen");
    // A text that begins with a slash is not a command.
    harness.press(KeyCode::Esc);
    harness.control('c');
    on(&mut harness, 1, "e");
    harness.control('u');
    let sent = said(&harness.type_text("//tmp\n"));
    assert_eq!(sent, [Said::Edit { target: Seq::new(2), text: text("/tmp") }]);
    on(&mut harness, 1, "e");
    assert_eq!(typed(&harness), "//tmp");
}

#[test]
fn a_text_that_is_edited_stays_with_its_room() {
    let mut harness = talking();
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    harness.type_text("half a sen");
    on(&mut harness, 1, "e");
    harness.alt(KeyCode::Char('2'));
    assert_eq!(typed(&harness), "");
    harness.alt(KeyCode::Char('1'));
    assert_eq!(typed(&harness), "half a sen");
    assert!(said(&harness.type_text("tence\n")) == [Said::text(text("half a sentence"))]);
}

#[test]
fn a_text_is_no_longer_an_edit_once_the_journal_was_restored() {
    let mut harness = talking();
    harness.type_text("half a sen");
    on(&mut harness, 1, "e");
    harness.type_text(" or two");
    harness.lose();
    assert_eq!(typed(&harness), "a slip or two", "the journal may be the same");
    let journal = Some(journal("journal", "another"));
    harness.connect_to(2, Welcome { journal, ..welcome(7, "bob") });
    assert_shows(&harness, "The server was restored, and may not have the message");
    assert_eq!(typed(&harness), "half a sen");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "a slip or two");
}

#[test]
fn d_asks_and_only_y_deletes() {
    let mut harness = talking();
    for other in ["n", "d", " "] {
        on(&mut harness, 1, "d");
        assert_shows(&harness, "Delete this message? y deletes it, any other key keeps it");
        assert_eq!(said(&harness.type_text(other)), []);
        harness.press(KeyCode::Esc);
        assert_shows(&harness, "a slip");
    }
    on(&mut harness, 1, "d");
    assert_eq!(said(&harness.type_text("y")), [Said::Delete { target: Seq::new(2) }]);
    assert_shows(&harness, "Message deleted");
    assert!(!harness.screen().contains("a slip"));
    let mut refusal = Refusal::new(RefusalCode::NotKept, "the disk is full");
    (refusal.n, refusal.room) = (Some(1), Some(RoomName::lobby()));
    harness.event(Event::Refused(refusal));
    assert_shows(&harness, "a slip");
    assert_shows(&harness, "! Message not deleted in #lobby: the disk is full");
}

#[test]
fn a_moderator_deletes_messages_of_others_and_edits_none() {
    let mut harness = talking();
    let (room, role) = (Some(RoomName::lobby()), Role::Moderator);
    harness.event(Event::Role { room, user: user(7, "bob"), role, by: None });
    on(&mut harness, 2, "e");
    assert_shows(&harness, "This is not your message");
    harness.press(KeyCode::Esc);
    on(&mut harness, 2, "d");
    assert_shows(&harness, "Delete this message of ana? y deletes it, any other key keeps it");
    assert_eq!(said(&harness.type_text("y")), [Said::Delete { target: Seq::new(1) }]);
}

#[test]
fn messages_of_others_cannot_be_changed() {
    let mut harness = talking();
    for letter in ["e", "d"] {
        on(&mut harness, 2, letter);
        assert_shows(&harness, "This is not your message");
        harness.press(KeyCode::Esc);
    }
    harness.disk = None;
    harness.type_text("not stored\n");
    on(&mut harness, 0, "e");
    assert_shows(&harness, "The server does not have this message");
}

#[test]
fn plus_offers_what_is_used_most_and_takes_back() {
    let mut harness = talking();
    for (id, name) in [(3, "ana"), (5, "carl")] {
        reacts(&mut harness, user(id, name), 2, "🚀");
    }
    assert_shows(&harness, "🚀 2");
    on(&mut harness, 1, "+");
    assert_shows(&harness, "React to bob: a slip");
    assert_shows(&harness, "▶ 🚀 :rocket:");
    let emoji = |written| Emoji::new(written).unwrap();
    let react = |written, on| Said::Reaction { target: Seq::new(2), emoji: emoji(written), on };
    assert_eq!(said(&harness.press(KeyCode::Enter)), [react("🚀", true)]);
    assert_shows(&harness, "bob … a slip");
    on(&mut harness, 1, "+");
    assert_eq!(said(&harness.type_text("tada\n")), [react("🎉", true)]);
    on(&mut harness, 1, "+");
    assert_shows(&harness, "takes yours back");
    assert_eq!(said(&harness.press(KeyCode::Enter)), [react("🚀", false)]);
    assert_shows(&harness, "🚀 2  🎉 1");
    on(&mut harness, 1, "+");
    assert_eq!(said(&harness.type_text("🧵\n")), [react("🧵", true)]);
}

#[test]
fn u_keeps_messages_unread_until_the_room_is_opened_again() {
    let mut harness = talking();
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    on(&mut harness, 2, "u");
    assert_shows(&harness, "Unread from here");
    assert_eq!(harness.state.client.room().unread(), 2, "one is the user's own");
    // The server says how far it was read.
    harness.event(room_event("#lobby", 3, 3));
    assert_eq!(harness.state.client.room().unread(), 2);
    harness.alt(KeyCode::Char('2'));
    assert_shows(&harness, "#lobby        2");
    harness.alt(KeyCode::Char('1'));
    harness.alt(KeyCode::Char('2'));
    harness.alt(KeyCode::Char('1'));
    assert_eq!(harness.state.client.room().unread(), 0);
}

#[test]
fn a_mention_elsewhere_is_gone_to_and_loaded() {
    let mut harness = talking();
    harness.join_rust();
    harness.event(room_event("#rust", 900, 900));
    harness.alt(KeyCode::Char('1'));
    let asked = harness.type_text("/mentions\n");
    assert_eq!(sent(&asked), [Command::Mentions { before: None, limit: None }]);
    assert_shows(&harness, "Loading…");
    let mention = message_in("#rust", 300, user(3, "ana"), "@bob look", harness.at);
    harness.event(Event::Mentions { messages: vec![mention.clone()], next: None });
    assert_shows(&harness, "▶ #rust ana  @bob look");
    let asked = harness.press(KeyCode::Enter);
    assert_shows(&harness, "#rust ›");
    let history = sent(&asked).into_iter().find_map(|command| match command {
        Command::History { before, .. } => before,
        _ => None,
    });
    assert_eq!(history, Some(Seq::new(351)), "a page around it: {asked:?}");
    let first = message_in("#rust", 251, user(3, "ana"), "before", harness.at);
    let messages = vec![first, mention];
    harness.event(Event::History { room: room("#rust"), messages, more: true });
    assert_shows(&harness, "▶ @bob look");
}

#[test]
fn pinned_messages_come_from_the_server() {
    let mut harness = talking();
    let asked = harness.type_text("/pins\n");
    assert_eq!(sent(&asked), [Command::Pins { room: RoomName::lobby(), after: None }]);
    assert_shows(&harness, "Loading…");
    let pinned = |seq| message_in("#lobby", seq, user(3, "ana"), "the rules", harness.at);
    let (first, second) = (vec![pinned(1)], vec![pinned(2)]);
    let room = RoomName::lobby;
    let page = Event::Pins { room: room(), count: 2, messages: first, more: true };
    let next = Command::Pins { room: room(), after: Some(Seq::new(1)) };
    assert_eq!(sent(&harness.event(page)), [next]);
    harness.event(Event::Pins { room: room(), count: 2, messages: second, more: false });
    assert_eq!(harness.screen().matches("ana  the rules").count(), 2, "{}", harness.screen());
    harness.lose();
    harness.press(KeyCode::Esc);
    harness.type_text("/pins\n");
    assert_shows(&harness, "ana  the rules");
}

#[test]
fn m_remembers_until_it_is_pressed_again() {
    let mut harness = talking();
    on(&mut harness, 2, "m");
    assert_shows(&harness, "Remembered. /saved lists it");
    harness.type_text("/saved\n");
    assert_shows(&harness, "▶ #lobby ana  on Friday?");
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "ana ▶ on Friday?");
    harness.type_text("m");
    harness.type_text("/saved\n");
    assert_shows(&harness, "Select a message and press m to remember it");
}

#[test]
fn a_reaction_does_not_move_what_is_read() {
    let mut harness = Harness::connected(60, 12);
    for number in 0..40 {
        harness.message(3, "ana", &format!("text {number}"));
    }
    harness.press(KeyCode::PageUp);
    harness.press(KeyCode::PageUp);
    let before = harness.screen();
    reacts(&mut harness, user(5, "carl"), 1, "👍");
    reacts(&mut harness, user(5, "carl"), 40, "👍");
    let rows = |screen: &str| screen.lines().skip(2).take(6).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&harness.screen()), rows(&before));
}

#[test]
fn v_lists_what_an_edited_message_said_before_and_enter_copies_it() {
    let mut harness = talking();
    on(&mut harness, 1, "v");
    assert_shows(&harness, "This message was not edited");
    harness.press(KeyCode::Esc);
    on(&mut harness, 1, "e");
    harness.type_text(" or two\n");
    let version =
        |seq, written: &str| Version { seq: Seq::new(seq), at: harness.at, text: text(written) };
    let [first, second] = [version(2, "a slip"), version(9, "a slip or two")];
    let asked = on(&mut harness, 1, "v");
    let (room, seq) = (RoomName::lobby(), Seq::new(2));
    let ask = |after| Command::Versions { room: room.clone(), seq, after };
    assert_eq!(sent(&asked), [ask(None)]);
    assert_shows(&harness, "Loading…");
    let come = |versions, more| Event::Versions { room: room.clone(), seq, versions, more };
    assert_eq!(sent(&harness.event(come(vec![first], true))), [ask(Some(Seq::new(2)))]);
    harness.event(come(vec![second], false));
    assert_shows(&harness, "  2026-11-22 14:02  a slip or two\n▶ 2026-11-22 14:02  a slip\n");
    assert_eq!(harness.press(KeyCode::Enter), [Effect::Copy("a slip".to_owned())]);
    assert_shows(&harness, "Copied 1 line");
    // Words if they cannot be had.
    on(&mut harness, 1, "v");
    let refusal = Refusal::new(RefusalCode::NotReadable, "the disk is ill");
    let (room, seq) = (Some(room.clone()), Some(seq));
    harness.event(Event::Refused(Refusal { room, seq, ..refusal }));
    assert_shows(&harness, "The server can't send them: the disk is ill");
    harness.press(KeyCode::Esc);
    harness.lose();
    on(&mut harness, 1, "v");
    assert_shows(&harness, "You're offline. Try again once connected");
}
