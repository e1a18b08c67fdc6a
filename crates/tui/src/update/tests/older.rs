//! Older messages: asked for as one scrolls up, and taken where they were asked for.

use super::*;

/// The last fifty messages of five hundred, read back to their begin: older ones are asked for.
fn at_the_oldest() -> Bench {
    let mut bench = Bench::new(80, 20);
    bench.seq = 500;
    bench.connects(1);
    for seq in 451..=500 {
        bench.says_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    assert_eq!(sent(&bench.control_home()), [asks(451)]);
    bench
}

fn asks(before: u64) -> Command {
    Command::History { room: RoomName::lobby(), before: Some(before), limit: Some(100) }
}

/// Tells that page of the lobby.
fn tells(bench: &mut Bench, seqs: std::ops::RangeInclusive<u64>) -> Vec<Effect> {
    let at = bench.at;
    let messages = seqs.map(|seq| message_in("#lobby", seq, user(3, "ana"), "older", at)).collect();
    bench.hears(Event::History { room: RoomName::lobby(), messages, more: true })
}

#[test]
fn what_the_server_cannot_read_is_not_waited_for() {
    let mut bench = at_the_oldest();
    assert_shows(&bench, "loading…");
    let code = RefusalCode::NotReadable;
    let refusal = Refusal {
        room: Some(RoomName::lobby()),
        ..Refusal::new(code, "older messages cannot be read: the disk is broken")
    };
    assert!(sent(&bench.hears(Event::Refused(refusal))).is_empty());
    assert!(!bench.screen().contains("loading…"), "{}", bench.screen());
    assert_shows(&bench, "cannot be read now");
    assert!(sent(&bench.takes(Input::Wheel(Wheel::Up))).is_empty(), "not with each frame");
    bench.presses(KeyCode::End);
    assert_shows(&bench, "refused: older messages cannot be read");
    assert_eq!(sent(&bench.control_home()), [asks(451)]);
}

#[test]
fn pages_that_nobody_asked_for_are_not_taken() {
    let mut bench = at_the_oldest();
    tells(&mut bench, 351..=450);
    bench.presses(KeyCode::End);
    tells(&mut bench, 251..=350);
    assert_eq!(bench.state.client.room().log().oldest(), Some(351));
}

/// A client that has missed 2,599 messages, of which it has fetched the last 500, and looks at the newest.
fn far_behind() -> Bench {
    let mut bench = Bench::new(80, 20);
    bench.tells(LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") });
    let join = Command::Join { room: RoomName::lobby(), since: Some(2_100) };
    assert_eq!(sent(&bench.hears(room_event("#lobby", 2_600, 1))), [join]);
    bench.hears(room_event("#lobby", 2_600, 1));
    for seq in 2_101..=2_600 {
        bench.says_in("#lobby", seq, user(3, "ana"), "text");
    }
    bench.presses(KeyCode::End);
    bench
}

#[test]
fn messages_that_were_never_here_are_not_read() {
    let mut bench = far_behind();
    bench.seq = 2_600;
    bench.said(3, "ana", "one more");
    assert!(sent(&bench.takes(Input::Client(ClientInput::Tick))).is_empty());
    assert_eq!(bench.state.client.room().unread(), 2_600);
    bench.types("/clear\n");
    assert!(
        sent(&bench.takes(Input::Client(ClientInput::Tick))).is_empty(),
        "nor by emptying the screen"
    );
    bench.types("/read\n");
    let read = Command::Read { room: RoomName::lobby(), seq: 2_601 };
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn the_top_of_a_log_says_that_there_are_older_messages() {
    let mut bench = far_behind();
    let mut oldest = 2_101;
    while oldest > 601 {
        bench.control_home();
        let seqs = (oldest - 100)..=(oldest - 1);
        tells(&mut bench, seqs);
        bench.control_home();
        oldest -= 100;
    }
    assert_shows(&bench, "Older messages exist and are not shown here");
    bench.presses(KeyCode::End);
    assert!(!bench.screen().contains("Older messages"), "{}", bench.screen());
    // Away from the server it says when they come.
    let mut bench = at_the_oldest();
    tells(&mut bench, 401..=450);
    bench.loses();
    bench.control_home();
    assert_shows(&bench, "Older messages exist; they come when you are connected");
}

#[test]
fn a_log_that_begins_with_the_first_message_says_nothing() {
    let mut bench = at_the_oldest();
    tells(&mut bench, 401..=450);
    bench.hears(Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false });
    bench.control_home();
    assert!(!bench.screen().contains("Older"), "{}", bench.screen());
}

#[test]
fn a_damaged_message_is_dimmed_and_holds_its_place() {
    let mut bench = Bench::connected(80, 20);
    bench.said(3, "ana", "one");
    let damaged = Message {
        damaged: true,
        ..message_in("#lobby", 2, user(0, "chat-server"), "This message is damaged, bob.", bench.at)
    };
    assert!(!bench.hears(Event::Message(damaged)).contains(&Effect::Ring));
    assert_shows(&bench, "chat-server: This message is damaged, bob.");
    let body = bench.state.client.room().log().said().last().map(|(_, body)| body.clone());
    assert!(matches!(body, Some(Body::Message { origin: Origin::Damaged, .. })));
    let read = Command::Read { room: RoomName::lobby(), seq: 2 };
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn a_message_of_ones_own_in_a_page_no_longer_waits() {
    let mut bench = at_the_oldest();
    bench.loses();
    bench.types("mine\n");
    bench.control_home();
    let id = bench.state.client.outbox().messages().next().unwrap().id.clone();
    // Another client, on a copy of the directory, has sent it.
    let own = Message {
        device: Some(id.device),
        n: Some(id.n),
        ..message_in("#lobby", 450, user(7, "bob"), "mine", bench.at)
    };
    expect_older(&mut bench.state.client, &RoomName::lobby());
    bench.hears(Event::History { room: RoomName::lobby(), messages: vec![own], more: true });
    assert_eq!(bench.state.client.outbox().messages().count(), 0);
    let mine = |(_, body): &(Option<u64>, &Body)| matches!(body, Body::Message { text, .. } if text == "mine");
    assert_eq!(bench.state.client.room().log().said().filter(mine).count(), 1);
}
