//! Direct messages go by addresses, whatever their users are called.

use chat_client::store::Drafts;
use chat_proto::event::Welcome;

use super::*;

/// The rooms to which something is sent.
fn rooms_of_says(effects: &[Effect]) -> Vec<RoomName> {
    let says = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send {
            command: Command::Say(say),
            ..
        })) => Some(say.room.clone()),
        _ => None,
    });
    says.collect()
}

#[test]
fn a_pending_message_goes_to_its_user_even_if_another_has_the_name_by_then() {
    let mut harness = Harness::connected(100, 20);
    assert_eq!(rooms_of_says(&harness.type_text("/msg ana hello\n")), [room("@3-7")]);
    harness.event(direct_event(&user(3, "ana"), 1, 1));
    harness.lose();
    harness.type_text("for ana alone\n");
    // Meanwhile ana has become ana2, and eve has become ana.
    let mut effects = harness.connect(2);
    effects.extend(harness.event(direct_event(&user(3, "ana2"), 1, 1)));
    assert_eq!(rooms_of_says(&effects), [room("@3-7"), room("@3-7")]);
    assert_shows(&harness, "▌ 2 ana2");
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(9, "eve") });
    harness.event(Event::Renamed { user: user(9, "eve"), name: name("ana") });
    assert_eq!(rooms_of_says(&harness.type_text("more\n")), [room("@3-7")]);
}

#[test]
fn a_name_with_a_space_can_be_written_as_one_word() {
    let mut harness = Harness::connected(100, 20);
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(9, "Ana María") });
    for typed in ["/msg Ana_María hi\n", "/msg @ana_maría hi\n", "/msg Ana María hi\n"] {
        assert_eq!(rooms_of_says(&harness.type_text(typed)), [room("@7-9")], "{typed}");
        assert_shows(&harness, "▌ 2 Ana María");
    }
    // The server is asked for a name that is not known here, and sends it as it is written.
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/msg Zoë_Ek hi\n");
    let effects = harness.event(direct_event(&user(8, "Zoë Ek"), 0, 0));
    assert_eq!(rooms_of_says(&effects), [room("@7-8")]);
}

#[test]
fn a_title_follows_its_user() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/msg ana\n");
    harness.event(direct_event(&user(3, "ana"), 0, 0));
    harness.event(Event::Renamed { user: user(3, "ana"), name: name("anna") });
    assert_shows(&harness, "▌ 2 anna");
    assert_shows(&harness, "ana is now anna");
    assert_shows(&harness, "@anna ›");
    // Also of a user who is away.
    let (title, users) = (Some(name("anna")), vec![user(7, "bob")]);
    harness.event(Event::Room(RoomState { title, count: 1, users, ..room_state("@3-7", 0, 0) }));
    harness.event(Event::Renamed { user: user(3, "anna"), name: name("ana3") });
    assert_shows(&harness, "▌ 2 ana3");
    assert_shows(&harness, "anna is now ana3");
    let leave = Command::Leave { room: room("@3-7") };
    assert_eq!(sent(&harness.type_text("/leave @ana3\n")), [leave]);
    let reason = chat_proto::LeaveReason::Bye;
    harness.event(Event::Left { room: room("@3-7"), user: user(7, "bob"), reason });
    assert_shows(&harness, "Closed your messages with ana3. /msg ana3 opens them again");
}

#[test]
fn a_name_that_is_not_known_is_asked_for_and_the_text_is_sent_to_its_address() {
    let mut harness = Harness::connected(100, 20);
    let effects = harness.type_text("/msg zoe psst\n");
    assert_eq!(sent(&effects), [Command::Join { room: room("@zoe"), since: None }]);
    assert_eq!((says(&effects).len(), harness.state.client.outbox().messages().count()), (0, 0));
    let effects = harness.event(direct_event(&user(9, "zoe"), 0, 0));
    assert_eq!(rooms_of_says(&effects), [room("@7-9")]);
    assert_shows(&harness, "▌ 2 zoe");
    assert_shows(&harness, "… psst");
    assert!(sent(&effects).is_empty(), "it is joined already");
}

#[test]
fn a_name_that_the_server_does_not_know_gives_the_text_back() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/msg zoe psst\n");
    let refusal = Refusal::new(RefusalCode::NoSuchUser, "nobody is called zoe");
    harness.event(Event::Refused(Refusal { room: Some(room("@zoe")), ..refusal }));
    assert_shows(&harness, "Not sent: there is no user \"zoe\"");
    assert_eq!(typed(&harness), "/msg zoe psst");
}

#[test]
fn a_name_that_changes_hands_while_it_is_asked_for_gives_the_text_back() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/msg zoe psst\n");
    harness.event(Event::Renamed { user: user(9, "zoe"), name: name("zoe2") });
    assert_shows(&harness, "Not sent: zoe is now zoe2");
    assert_eq!(typed(&harness), "/msg zoe psst");
    harness.event(direct_event(&user(11, "zoe"), 0, 0));
    assert_eq!(harness.state.client.outbox().messages().count(), 0);
}

#[test]
fn a_connection_lost_during_a_look_up_returns_the_text() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/msg zoe psst\n");
    let asked = harness.state.client.drafts();
    assert_eq!(
        asked.texts[&RoomName::lobby()],
        "/msg zoe psst",
        "a client that is killed has it, too"
    );
    harness.lose();
    assert_shows(&harness, "the connection was lost before the server found zoe");
    assert_eq!(typed(&harness), "/msg zoe psst");
    assert!(says(&harness.connect(2)).is_empty());
}

#[test]
fn a_direct_message_of_an_earlier_run_has_its_title_before_there_is_a_session() {
    let titles = [(room("@3-7"), name("ana"))].into();
    let drafts = Drafts { shown: room("@3-7"), titles, ..Drafts::default() };
    let pending = vec![left(1, "@3-7", "psst")];
    let mut harness = Harness::with_profile(100, 20, Profile { drafts, pending, ..profile("bob") });
    assert_shows(&harness, "▌ 2 ana");
    assert_shows(&harness, "… psst");
    harness.type_text("/msg ana more\n");
    assert_eq!(rooms_of_says(&harness.connect(1)), [room("@3-7"), room("@3-7")]);
}

/// A client of version 0.1.0 has left this under the name ana.
fn of_version_0_1_0() -> Harness {
    let texts = [(room("@ana"), "half a sen".to_owned())].into();
    let drafts = Drafts { shown: room("@ana"), texts, ..Drafts::default() };
    let pending = vec![left(1, "@ana", "psst"), left(2, "#lobby", "all")];
    Harness::with_profile(120, 24, Profile { drafts, pending, ..profile("bob") })
}

#[test]
fn messages_stored_under_a_name_come_back_and_are_not_sent() {
    let mut harness = of_version_0_1_0();
    let mut effects = harness.connect(1);
    effects.extend(harness.event(direct_event(&user(9, "ana"), 0, 0)));
    effects.extend(harness.event(Event::Pong { nonce: rooms_complete() }));
    assert_eq!(rooms_of_says(&effects), [RoomName::lobby()]);
    let id = left(1, "@ana", "psst").id;
    assert!(store_ops(&effects).contains(&&StoreOp::Acknowledged(vec![id])));
    assert_shows(&harness, "▌ 2 ana");
    assert_shows(&harness, "Not sent to @ana: an earlier version stored it under this name");
    // The user sees whom Enter sends it to.
    assert_eq!(typed(&harness), "half a sen");
    harness.control('u');
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "psst");
}

#[test]
fn what_is_stored_under_a_name_stays_stored_until_there_is_a_session() {
    let mut harness = of_version_0_1_0();
    let stored = harness.state.client.drafts();
    assert_eq!((&stored.shown, &stored.texts[&room("@ana")][..]), (&room("@ana"), "half a sen"));
    assert_eq!(harness.state.client.unanswered().len(), 2);
    harness.connect(1);
    harness.event(Event::Pong { nonce: rooms_complete() });
    assert_shows(&harness, "@ana is not here any more. Up brings your text back: half a sen");
    assert_shows(&harness, "Not sent to @ana");
}

#[test]
fn a_message_stored_under_a_name_that_the_server_has_after_all_does_not_come_back() {
    let mut harness = of_version_0_1_0();
    harness.connect(1);
    harness.event(direct_event(&user(3, "ana"), 1, 1));
    harness.event(Event::Pong { nonce: rooms_complete() });
    let before = Some(DeviceId::new("before").unwrap());
    let missed = Message {
        n: Some(1),
        device: before,
        ..message_in("@3-7", 1, user(7, "bob"), "psst", harness.at)
    };
    let effects = harness.event(Event::Message(missed));
    assert_eq!(store_ops(&effects), [&StoreOp::Acknowledged(vec![left(1, "@ana", "psst").id])]);
    let screen = harness.screen();
    assert!(screen.contains("bob   psst") && !screen.contains("Not sent"), "{screen}");
}

#[test]
fn a_server_without_addresses_is_sent_no_direct_message() {
    for typed in ["/msg ana psst", "/msg eve psst"] {
        let mut harness =
            Harness::with_profile(120, 24, Profile { journal: None, ..profile("bob") });
        harness.connect_to(1, Welcome { journal: None, ..welcome(7, "bob") });
        assert_eq!(rooms_of_says(&harness.type_text("to all\n")), [RoomName::lobby()]);
        assert_eq!(sent(&harness.type_text(&format!("{typed}\n"))), [], "{typed}");
        assert_shows(&harness, "Not sent: this server delivers direct messages by name");
        assert_eq!(self::typed(&harness), typed);
    }
}

#[test]
fn a_direct_message_of_a_server_without_addresses_is_read_only() {
    let mut harness = Harness::with_profile(120, 24, Profile { journal: None, ..profile("bob") });
    harness.connect_to(1, Welcome { journal: None, ..welcome(7, "bob") });
    harness.event(room_event("@ana", 0, 0));
    harness.alt(KeyCode::Char('2'));
    harness.event(Event::Message(message_in("@ana", 1, user(3, "ana"), "psst", harness.at)));
    assert_shows(&harness, "ana   psst");
    assert_eq!(rooms_of_says(&harness.type_text("what?\n")), []);
    assert_eq!(typed(&harness), "what?");
}
