//! Older messages: asked for as one scrolls up, and taken where they were asked for.

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
    assert_eq!(sent(&harness.control_home()), [asks(451)]);
    harness
}

fn asks(before: u64) -> Command {
    Command::History { room: RoomName::lobby(), before: Some(Seq::new(before)), limit: Some(100) }
}

/// Tells that page of the lobby.
fn tells(harness: &mut Harness, seqs: std::ops::RangeInclusive<u64>) -> Vec<Effect> {
    let at = harness.at;
    let messages = seqs.map(|seq| message_in("#lobby", seq, user(3, "ana"), "older", at)).collect();
    harness.event(Event::History { room: RoomName::lobby(), messages, more: true })
}

#[test]
fn what_the_server_cannot_read_is_not_waited_for() {
    let mut harness = at_the_oldest();
    assert_shows(&harness, "loading…");
    let code = RefusalCode::NotReadable;
    let refusal = Refusal {
        room: Some(RoomName::lobby()),
        ..Refusal::new(code, "older messages cannot be read: the disk is broken")
    };
    assert!(sent(&harness.event(Event::Refused(refusal))).is_empty());
    assert!(!harness.screen().contains("loading…"), "{}", harness.screen());
    assert_shows(&harness, "cannot be read now");
    assert!(sent(&harness.input(Input::Wheel(Wheel::Up))).is_empty(), "not with each frame");
    harness.press(KeyCode::End);
    assert_shows(&harness, "refused: older messages cannot be read");
    assert_eq!(sent(&harness.control_home()), [asks(451)]);
}

#[test]
fn pages_that_nobody_asked_for_are_not_taken() {
    let mut harness = at_the_oldest();
    tells(&mut harness, 351..=450);
    harness.press(KeyCode::End);
    tells(&mut harness, 251..=350);
    assert_eq!(harness.state.client.room().log().oldest(), Some(Seq::new(351)));
}

/// A client that has missed 2,599 messages, of which it has fetched the last 500, and looks at the newest.
fn far_behind() -> Harness {
    let mut harness = Harness::new(80, 20);
    harness.link_event(LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") });
    let join = Command::Join { room: RoomName::lobby(), since: Some(Seq::new(2_100)) };
    assert_eq!(sent(&harness.event(room_event("#lobby", 2_600, 1))), [join]);
    harness.event(room_event("#lobby", 2_600, 1));
    for seq in 2_101..=2_600 {
        harness.message_in("#lobby", seq, user(3, "ana"), "text");
    }
    harness.press(KeyCode::End);
    harness
}

#[test]
fn messages_that_were_never_here_are_not_read() {
    let mut harness = far_behind();
    harness.seq = 2_600;
    harness.message(3, "ana", "one more");
    assert!(sent(&harness.input(Input::Client(ClientInput::Tick))).is_empty());
    assert_eq!(harness.state.client.room().unread(), 2_600);
    harness.type_text("/clear\n");
    assert!(
        sent(&harness.input(Input::Client(ClientInput::Tick))).is_empty(),
        "nor by emptying the screen"
    );
    harness.type_text("/read\n");
    let read = Command::Read { room: RoomName::lobby(), seq: Seq::new(2_601) };
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn the_top_of_a_log_says_that_there_are_older_messages() {
    let mut harness = far_behind();
    let mut oldest = 2_101;
    while oldest > 601 {
        harness.control_home();
        let seqs = (oldest - 100)..=(oldest - 1);
        tells(&mut harness, seqs);
        harness.control_home();
        oldest -= 100;
    }
    assert_shows(&harness, "Older messages exist and are not shown here");
    harness.press(KeyCode::End);
    assert!(!harness.screen().contains("Older messages"), "{}", harness.screen());
    // Away from the server it says when they come.
    let mut harness = at_the_oldest();
    tells(&mut harness, 401..=450);
    harness.lose();
    harness.control_home();
    assert_shows(&harness, "Older messages exist; they come when you are connected");
}

#[test]
fn a_log_that_begins_with_the_first_message_says_nothing() {
    let mut harness = at_the_oldest();
    tells(&mut harness, 401..=450);
    harness.event(Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false });
    harness.control_home();
    assert!(!harness.screen().contains("Older"), "{}", harness.screen());
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
fn a_message_of_ones_own_in_a_page_no_longer_waits() {
    let mut harness = at_the_oldest();
    harness.lose();
    harness.type_text("mine\n");
    harness.control_home();
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
