//! Older messages: loaded as the user scrolls up, and taken only if they were asked for.

use chat_proto::Seq;

use super::*;

/// The last fifty messages of five hundred, read back to their begin: older ones are asked for.
fn at_the_oldest() -> Harness {
    let mut harness = Harness::new(80, 20);
    harness.seq = 500;
    harness.connect(1);
    for seq in 451..=500 {
        harness.message_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    assert_eq!(sent(&pages_up(&mut harness)), [asks(451)]);
    harness
}

/// Scrolls up to the oldest message that is loaded.
fn pages_up(harness: &mut Harness) -> Vec<Effect> {
    (0..10).flat_map(|_| harness.press(KeyCode::PageUp)).collect()
}

fn asks(before: u64) -> Command {
    Command::History {
        room: RoomName::lobby(),
        before: Some(Seq::new(before)),
        at: None,
        limit: Some(100),
    }
}

/// The server sends that page of the lobby.
fn send_page(harness: &mut Harness, seqs: std::ops::RangeInclusive<u64>) -> Vec<Effect> {
    let at = harness.at;
    let messages = seqs.map(|seq| message_in("#lobby", seq, user(3, "ana"), "older", at)).collect();
    harness.event(Event::History { room: RoomName::lobby(), messages, more: true })
}

#[test]
fn a_page_that_the_server_cannot_read_is_not_waited_for() {
    let mut harness = at_the_oldest();
    assert_shows(&harness, "Loading…");
    let code = RefusalCode::NotReadable;
    let refusal = Refusal {
        room: Some(RoomName::lobby()),
        ..Refusal::new(code, "older messages cannot be read: the disk is broken")
    };
    assert!(sent(&harness.event(Event::Refused(refusal))).is_empty());
    assert!(!harness.screen().contains("Loading…"), "{}", harness.screen());
    let note = "Couldn't load older messages, trying again in a while. PgUp tries now";
    assert_shows(&harness, note);
    assert!(sent(&harness.wheel(Wheel::Up)).is_empty(), "not with each frame");
    assert_eq!(sent(&harness.press(KeyCode::PageUp)), [asks(451)]);
    let refusal = Refusal {
        room: Some(RoomName::lobby()),
        ..Refusal::new(code, "older messages cannot be read: still broken")
    };
    harness.event(Event::Refused(refusal));
    harness.press(KeyCode::End);
    assert_shows(&harness, "still broken");
    assert_eq!(sent(&pages_up(&mut harness)), [asks(451)]);
}

fn not_readable() -> Event {
    let refusal = Refusal::new(RefusalCode::NotReadable, "the disk is broken");
    Event::Refused(Refusal { room: Some(RoomName::lobby()), ..refusal })
}

#[test]
fn a_room_that_cannot_be_read_is_not_asked_for_with_each_frame_wherever_the_user_is() {
    let refuse = |harness: &mut Harness| sent(&harness.event(not_readable()));
    // At the newest message of a log that the screen shows whole.
    let mut harness = Harness::new(80, 70);
    harness.seq = 500;
    harness.connect(1);
    let mut asked = Vec::new();
    for seq in 451..=500 {
        asked = sent(&harness.message_in("#lobby", seq, user(3, "ana"), "hi"));
    }
    assert_eq!(asked, [asks(451)]);
    assert_eq!(refuse(&mut harness), []);
    // In a window: at the first unread message, at the oldest one, at the newest one.
    let mut harness = Harness::new(80, 20);
    harness.link_event(LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") });
    assert_eq!(sent(&harness.event(room_event("#lobby", 9_000, 1_000))).len(), 1);
    assert_eq!(refuse(&mut harness), []);
    assert_shows(&harness, "Couldn't load the messages, trying again in a while");
    for key in [KeyCode::Home, KeyCode::Esc, KeyCode::PageUp] {
        assert_eq!(sent(&harness.press(key)).len(), 1, "{key:?}: the user does not wait");
        assert_eq!(refuse(&mut harness), [], "{key:?}");
    }
}

#[test]
fn a_room_that_could_not_be_read_is_asked_for_again_after_a_pause() {
    let mut harness = at_the_oldest();
    harness.event(not_readable());
    let tick = |harness: &mut Harness, millis: i64| {
        harness.state.redraw.drew_all();
        harness.at = Timestamp::from_millis(harness.at.as_millis() + millis);
        sent(&harness.input(Input::Client(ClientInput::Tick)))
    };
    assert_eq!(tick(&mut harness, 1_000), []);
    assert_eq!(tick(&mut harness, 1_500), [asks(451)]);
    assert!(harness.state.redraw.rest, "the screen says that it is loading");
    assert_shows(&harness, "Loading…");
    harness.event(not_readable());
    assert_shows(&harness, "Couldn't load older messages");
    assert_eq!(tick(&mut harness, 3_000), [], "the second pause is longer");
    assert_eq!(tick(&mut harness, 1_500), [asks(451)]);
    send_page(&mut harness, 351..=450);
    assert!(!harness.screen().contains("Couldn't load"), "{}", harness.screen());
}

#[test]
fn pages_that_nobody_asked_for_are_not_taken() {
    let mut harness = at_the_oldest();
    send_page(&mut harness, 351..=450);
    harness.press(KeyCode::End);
    send_page(&mut harness, 251..=350);
    assert_eq!(harness.state.client.room().log().oldest(), Some(Seq::new(351)));
}

#[test]
fn the_top_of_a_log_says_that_older_messages_come_with_the_next_session() {
    let mut harness = at_the_oldest();
    send_page(&mut harness, 401..=450);
    assert!(!harness.screen().contains("Older messages"), "{}", harness.screen());
    harness.lose();
    pages_up(&mut harness);
    assert_shows(&harness, "Older messages load once you are connected");
    harness.press(KeyCode::End);
    assert!(!harness.screen().contains("Older messages"), "{}", harness.screen());
}

#[test]
fn a_log_says_where_the_room_begins() {
    let mut harness = at_the_oldest();
    send_page(&mut harness, 351..=450);
    harness.event(Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false });
    assert!(!harness.screen().contains("have been deleted"), "{}", harness.screen());
    pages_up(&mut harness);
    harness.event(Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false });
    pages_up(&mut harness);
    assert_shows(&harness, "Older messages have been deleted");
    let mut harness = Harness::connected(80, 20);
    harness.message(3, "ana", "one");
    assert_shows(&harness, "Beginning of #lobby");
}

#[test]
fn cleared_messages_come_back_as_the_user_scrolls_up() {
    let mut harness = at_the_oldest();
    send_page(&mut harness, 401..=450);
    harness.type_text("/clear\n");
    assert!(!harness.screen().contains("message 4"), "{}", harness.screen());
    assert_shows(&harness, "Cleared. PgUp shows older messages");
    harness.seq = 500;
    harness.message(3, "ana", "one more");
    assert_eq!(sent(&harness.press(KeyCode::PageUp)), [asks(501)]);
    send_page(&mut harness, 401..=500);
    harness.press(KeyCode::PageUp);
    assert_eq!(harness.state.client.room().log().oldest(), Some(Seq::new(401)));
}

#[test]
fn a_damaged_message_is_dimmed_and_holds_its_place() {
    let mut harness = Harness::connected(80, 20);
    harness.message(3, "ana", "one");
    let damaged = Message {
        damaged: true,
        ..message_in(
            "#lobby",
            2,
            user(0, "chat-server"),
            "This message is damaged, bob.",
            harness.at,
        )
    };
    assert!(!harness.event(Event::Message(damaged)).contains(&Effect::Ring));
    assert_shows(&harness, "chat-server   This message is damaged, bob.");
    let body = harness.state.client.room().log().messages().last().map(|(_, body)| body.clone());
    assert!(matches!(body, Some(Body::Message { origin: Origin::Damaged, .. })));
    let read = Command::Read { room: RoomName::lobby(), seq: Seq::new(2) };
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn an_own_message_in_a_page_is_no_longer_pending() {
    let mut harness = at_the_oldest();
    harness.lose();
    harness.type_text("mine\n");
    let id = harness.state.client.outbox().messages().next().unwrap().id.clone();
    // Another client, on a copy of the directory, has sent it.
    let own = Message {
        device: Some(id.device),
        n: Some(id.n),
        ..message_in("#lobby", 450, user(7, "bob"), "mine", harness.at)
    };
    expect_older(&mut harness.state.client, &RoomName::lobby());
    harness.event(Event::History { room: RoomName::lobby(), messages: vec![own], more: true });
    assert_eq!(harness.state.client.outbox().messages().count(), 0);
    let mine = |(_, body): &(Option<Seq>, &Body)| matches!(body, Body::Message { text, .. } if text == "mine");
    assert_eq!(harness.state.client.room().log().messages().filter(mine).count(), 1);
}
