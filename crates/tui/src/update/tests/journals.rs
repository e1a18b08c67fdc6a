//! Another journal: restored from a backup, or of another server.

use chat_proto::event::Welcome;

use chat_proto::Seq;

use super::*;

/// A client that has seen three messages and is writing, as the journal is restored from a backup.
fn restored(last_seq: u64, read: u64) -> (Harness, Vec<Effect>) {
    let mut harness = Harness::connected(100, 24);
    for text in ["old 1", "old 2", "old 3"] {
        harness.message(3, "ana", text);
    }
    harness.lose();
    harness.type_text("waits\nhalf a sen");
    let welcome = Welcome { journal: Some(journal("journal", "another")), ..welcome(7, "bob") };
    let mut effects = harness.link_event(LinkEvent::Welcome { session: 2, welcome });
    effects.extend(harness.event(room_event("#lobby", last_seq, read)));
    (harness, effects)
}

/// All `texts` are on the screen, one after another.
fn assert_in_order(screen: &str, texts: &[&str]) {
    let mut from = 0;
    for text in texts {
        let found = screen[from..].find(text);
        from += found.unwrap_or_else(|| panic!("no {text} in its place on\n{screen}"));
    }
}

#[test]
fn after_a_restore_a_room_shows_its_messages_and_is_loaded_again() {
    // The restored journal has as many messages as were here, and more: no number tells the difference.
    let (mut harness, effects) = restored(9, 3);
    let room = RoomName::lobby();
    assert_eq!(sent(&effects), [Command::Join { room: room.clone(), since: Some(Seq::NONE) }]);
    assert_eq!(says(&effects), [(1, "waits")], "it has no answer, and is sent again");
    harness.event(room_event("#lobby", 9, 3));
    for seq in 1..=9 {
        harness.message_in("#lobby", seq, user(3, "ana"), &format!("fresh {seq}"));
    }
    harness.seq = 9;
    harness.accept(1);
    let screen = harness.screen();
    assert_in_order(
        &screen,
        &[
            "ana   old 1",
            "      old 3",
            "before the restore",
            "fresh 1",
            "fresh 9",
            "bob   waits",
            "› half",
        ],
    );
    assert!(!screen.contains("set back"), "{screen}");
    let read = Command::Read { room, seq: Seq::new(10) };
    assert_eq!(
        sent(&harness.input(Input::Client(ClientInput::Tick))),
        [read],
        "how far the user has read goes on"
    );
}

#[test]
fn a_room_that_is_sent_again_in_one_session_is_not_a_restore() {
    let mut harness = Harness::connected(100, 20);
    for text in ["one", "two"] {
        harness.message(3, "ana", text);
    }
    harness.event(room_event("#lobby", 1, 1));
    assert!(!harness.screen().contains("restore"), "{}", harness.screen());
}

/// A client in two rooms that has seen messages in both and is writing, as the server's whole data
/// directory is replaced by an older copy: the epoch is the same. The lobby is longer than it was by now.
fn set_back() -> (Harness, Vec<Effect>) {
    let mut harness = Harness::connected(100, 30);
    harness.event(room_event("#rust", 0, 0));
    for seq in 1..=3 {
        harness.message(3, "ana", &format!("old {seq}"));
        harness.message_in("#rust", seq, user(3, "ana"), &format!("old in #rust {seq}"));
    }
    harness.lose();
    harness.type_text("waits\nhalf a sen");
    let first = harness.link_event(LinkEvent::Welcome { session: 2, welcome: welcome(7, "bob") });
    assert_eq!(says(&first), [(1, "waits")]);
    let join = Command::Join { room: room("#lobby"), since: Some(Seq::new(3)) };
    assert_eq!(sent(&harness.event(room_event("#lobby", 9, 3))), [join]);
    let effects = harness.event(room_event("#rust", 2, 0));
    (harness, effects)
}

#[test]
fn a_shorter_room_of_the_same_epoch_is_another_epoch_of_all_rooms() {
    let (mut harness, effects) = set_back();
    assert_eq!(effects, [Effect::Client(ClientEffect::Link(LinkRequest::Connect(name("bob"))))]);
    // Answers to what was asked with places that do not hold.
    harness.event(room_event("#lobby", 9, 3));
    for seq in 4..=9 {
        harness.message_in("#lobby", seq, user(3, "ana"), &format!("too early {seq}"));
    }
    harness.link_event(LinkEvent::Lost(LinkError::Asked));

    let effects = harness.link_event(LinkEvent::Welcome { session: 3, welcome: welcome(7, "bob") });
    assert_eq!(says(&effects), [(1, "waits")], "under the number it had");
    for (name, last_seq) in [("#lobby", 9), ("#rust", 2)] {
        let join = Command::Join { room: room(name), since: Some(Seq::NONE) };
        assert_eq!(sent(&harness.event(room_event(name, last_seq, 0))), [join]);
        harness.event(room_event(name, last_seq, 0));
        for seq in 1..=last_seq {
            harness.message_in(name, seq, user(3, "ana"), &format!("fresh in {name} {seq}"));
        }
    }
    let screen = harness.screen();
    assert_in_order(
        &screen,
        &[
            "ana   old 1",
            "      old 3",
            "before the restore",
            "fresh in #lobby 1",
            "fresh in #lobby 9",
            "… waits",
            "set back to an older copy",
            "› half",
        ],
    );
    assert!(!screen.contains("too early"), "{screen}");
    let rust = harness.state.client.rooms().get(&room("#rust")).unwrap();
    assert_eq!(rust.log().messages().count(), 6, "three messages, the rule, and two messages");
}

#[test]
fn a_server_that_was_set_back_is_noticed_once() {
    let (mut harness, _) = set_back();
    harness.link_event(LinkEvent::Lost(LinkError::Asked));
    for session in [3, 4] {
        let effects =
            harness.link_event(LinkEvent::Welcome { session, welcome: welcome(7, "bob") });
        assert!(!effects.iter().any(|effect| matches!(
            effect,
            Effect::Client(ClientEffect::Link(LinkRequest::Connect(_)))
        )));
        for (name, last_seq) in [("#lobby", 9), ("#rust", 2)] {
            let effects = harness.event(room_event(name, last_seq, 0));
            assert!(effects.iter().all(|effect| !matches!(
                effect,
                Effect::Client(ClientEffect::Link(LinkRequest::Connect(_)))
            )));
        }
        harness.lose();
    }
}

#[test]
fn a_message_that_was_accepted_counts_for_the_length_of_its_room() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("kept\n");
    harness.accept(1);
    harness.lose();
    harness.link_event(LinkEvent::Welcome { session: 2, welcome: welcome(7, "bob") });
    let effects = harness.event(room_event("#lobby", 0, 0));
    assert_eq!(effects, [Effect::Client(ClientEffect::Link(LinkRequest::Connect(name("bob"))))]);
    assert_shows(&harness, "bob   kept");
}

#[test]
fn a_server_that_sends_no_journal_has_another_one_if_its_rooms_are_shorter() {
    let old = || Welcome { journal: None, ..welcome(7, "bob") };
    let mut harness = Harness::with_profile(100, 20, Profile { journal: None, ..profile("bob") });
    harness.connect_to(1, old());
    for _ in 0..3 {
        harness.message(3, "ana", "old");
    }
    harness.lose();
    harness.seq = 1;
    harness.connect_to(2, old());
    harness.message_in("#lobby", 1, user(3, "ana"), "new");
    assert_shows(&harness, "before the restore");
    assert_shows(&harness, "ana   old");
    assert_shows(&harness, "ana   new");
}

#[test]
fn the_state_for_another_journal_is_opened_before_anything_is_sent() {
    let mut harness = Harness::connected(100, 20);
    harness.message(3, "ana", "of the first");
    harness.lose();
    harness.type_text("waits\n");
    let welcome = Welcome { journal: Some(journal("other", "epoch")), ..welcome(7, "bob") };
    let effects = harness.link_event(LinkEvent::Welcome { session: 2, welcome: welcome.clone() });
    let asked =
        Effect::Client(ClientEffect::OpenServer { session: 2, welcome: Box::new(welcome.clone()) });
    assert_eq!(effects, [asked]);
    let stored = Profile { journal: welcome.journal.clone().map(|j| j.id), ..profile("bob") };
    let (welcome, profile) = (Box::new(welcome), Ok(Box::new(stored)));
    let effects =
        harness.input(Input::Client(ClientInput::ServerOpened { session: 2, welcome, profile }));
    assert!(says(&effects).is_empty());
    let screen = harness.screen();
    assert!(!screen.contains("of the first") && !screen.contains("waits"), "{screen}");
    assert_shows(&harness, "This is not the server that was here before");
}

/// The user is in #rust and in a direct message; the journal is restored from a backup that has neither.
fn restored_without_rooms() -> Harness {
    let mut harness = Harness::connected(100, 24);
    for name in ["#rust", "@3-7"] {
        harness.event(room_event(name, 0, 0));
        harness.message_in(name, 1, user(3, "ana"), &format!("old in {name}"));
    }
    harness.lose();
    let welcome = Welcome { journal: Some(journal("journal", "another")), ..welcome(7, "bob") };
    harness.link_event(LinkEvent::Welcome { session: 2, welcome });
    harness.event(room_event("#lobby", 0, 0));
    harness
}

#[test]
fn a_room_that_the_backup_does_not_have_stays_and_is_joined_again() {
    let mut harness = restored_without_rooms();
    let effects = harness.event(Event::Pong { nonce: rooms_complete() });
    let joins = ["#rust", "@3-7"].map(|name| Command::Join { room: room(name), since: None });
    assert_eq!(sent(&effects), joins);
    for name in ["#rust", "@3-7"] {
        let kept = harness.state.client.rooms().get(&room(name)).unwrap();
        assert_eq!(kept.log().messages().count(), 2, "the message and the rule");
    }
}

#[test]
fn a_room_that_the_restored_server_refuses_keeps_what_it_shows() {
    let mut harness = restored_without_rooms();
    harness.event(Event::Pong { nonce: rooms_complete() });
    let refusal = Refusal::new(RefusalCode::NoSuchUser, "nobody has that number");
    let refusal = Refusal { room: Some(room("@3-7")), ..refusal };
    harness.event(Event::Refused(refusal));
    assert!(harness.state.client.rooms().index(&room("@3-7")).is_some());
}
