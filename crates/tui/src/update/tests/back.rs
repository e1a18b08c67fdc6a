//! Sessions that end and begin again.

use chat_proto::event::Welcome;
use chat_proto::{Secret, Seq};

use super::*;

#[test]
fn a_message_without_an_answer_is_sent_again_under_its_number() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("one\ntwo\nthree\n");
    harness.accept(1);
    harness.lose();
    assert_shows(&harness, "… two");
    assert_shows(&harness, "2 messages queued");
    // The second was stored, and the answer was lost: the welcome says nothing of that.
    let effects = harness.connect_to(2, Welcome { last: 2, ..welcome(7, "bob") });
    assert_eq!(says(&effects), [(2, "two"), (3, "three")]);
    let missed = Message {
        n: Some(2),
        device: Some(DeviceId::new("here").unwrap()),
        ..message_in("#lobby", 2, user(7, "bob"), "two", harness.at)
    };
    let effects = harness.event(Event::Message(missed));
    assert!(store_ops(&effects).contains(&&StoreOp::Acknowledged(vec![own(2)])));
    repeats(&mut harness, 2, None, 2);
    harness.seq = 2;
    harness.accept(3);
    let screen = harness.screen();
    for text in ["   one", "   two", "   three"] {
        assert_eq!(screen.matches(text).count(), 1, "{text} on\n{screen}");
    }
    assert!(!screen.contains('…'), "{screen}");
}

/// The server says that this message is a repeat of the one at `seq` in the lobby.
fn repeats(harness: &mut Harness, n: u64, device: Option<&str>, seq: u64) -> Vec<Effect> {
    let device = device.map(|device| DeviceId::new(device).unwrap());
    let (room, at) = (RoomName::lobby(), harness.at);
    let (n, seq, repeat) = (Some(n), Seq::new(seq), true);
    harness.event(Event::Accepted(Accepted { n, device, room, seq, at, repeat }))
}

#[test]
fn a_repeat_stands_where_the_message_is() {
    let mut harness = Harness::new(80, 20);
    harness.type_text("mine\n");
    harness.seq = 3;
    harness.connect(1);
    for (seq, text) in [(1, "one"), (3, "three")] {
        harness.message_in("#lobby", seq, user(3, "ana"), text);
    }
    repeats(&mut harness, 1, None, 2);
    let screen = harness.screen();
    let at = |text: &str| screen.find(text).unwrap_or_else(|| panic!("no {text} on\n{screen}"));
    assert!(at("ana   one") < at("bob   mine") && at("bob   mine") < at("ana   three"), "{screen}");
}

#[test]
fn a_number_that_another_message_has_is_replaced_and_the_message_is_sent_again() {
    let profile = Profile { pending: vec![left(4, "#lobby", "left")], ..profile("bob") };
    let mut harness = Harness::with_profile(80, 20, profile);
    harness.connect(1);
    let refusal = Refusal {
        n: Some(4),
        device: Some(DeviceId::new("before").unwrap()),
        ..Refusal::new(RefusalCode::NumberUsed, "that number is used")
    };
    let effects = harness.event(Event::Refused(refusal));
    assert_eq!(says(&effects), [(5, "left")]);
    let [StoreOp::Pending(all)] = store_ops(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((all.len(), &all[0].id), (1, &own(5)), "it is stored before it is sent");
    harness.accept(5);
    assert_shows(&harness, "bob   left");
}

#[test]
fn a_message_is_stored_before_it_is_sent_and_removed_when_it_is_acknowledged() {
    let mut harness = Harness::connected(80, 20);
    let effects = harness.type_text("hi\n");
    assert!(
        matches!(&effects[..], [Effect::Client(ClientEffect::Store(StoreOp::Message(said))), Effect::Client(ClientEffect::Link(_))] if said.id == own(1))
    );
    assert_eq!(store_ops(&harness.accept(1)), [&StoreOp::Acknowledged(vec![own(1)])]);
    harness.type_text("no\n");
    let refusal = Refusal { n: Some(2), ..Refusal::new(RefusalCode::NotKept, "disk full") };
    assert_eq!(
        store_ops(&harness.event(Event::Refused(refusal))),
        [&StoreOp::Acknowledged(vec![own(2)])]
    );
    harness.type_text("again\n");
    harness.event(Event::Accepted(Accepted {
        n: Some(3),
        device: None,
        room: RoomName::lobby(),
        seq: Seq::new(9),
        at: harness.at,
        repeat: true,
    }));
    assert_eq!(harness.state.client.outbox().messages().count(), 0);
}

#[test]
fn messages_of_earlier_runs_are_shown_and_sent_under_their_devices() {
    let pending = vec![left(6, "#lobby", "left 6"), left(8, "#lobby", "left 8")];
    let mut harness = Harness::with_profile(80, 20, Profile { pending, ..profile("bob") });
    assert_shows(&harness, "… left 6");
    let effects = harness.connect(1);
    assert_eq!(says(&effects), [(6, "left 6"), (8, "left 8")]);
    assert_eq!(says(&harness.type_text("new\n")), [(9, "new")]);
    let before = DeviceId::new("before").unwrap();
    let effects = repeats(&mut harness, 6, Some("before"), 1);
    let id = MessageId { device: before.clone(), n: 6 };
    assert_eq!(store_ops(&effects), [&StoreOp::Acknowledged(vec![id])]);
    // It comes with the missed messages, and its answer is still on its way.
    let missed = Message {
        n: Some(8),
        device: Some(before),
        ..message_in("#lobby", 2, user(7, "bob"), "left 8", harness.at)
    };
    harness.event(Event::Message(missed));
    assert!(store_ops(&repeats(&mut harness, 8, Some("before"), 2)).is_empty());
    let screen = harness.screen();
    for text in ["bob   left 6", "      left 8", "… new"] {
        assert_eq!(screen.matches(text).count(), 1, "{text} on\n{screen}");
    }
}

#[test]
fn messages_refused_by_a_server_that_shuts_down_wait_in_their_order() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("one\ntwo\nthree\n");
    harness.accept(1);
    // It ends before it has answered the third.
    let refusal = Refusal { n: Some(2), ..Refusal::new(RefusalCode::Shutdown, "going away") };
    assert!(harness.event(Event::Refused(refusal)).is_empty());
    harness.lose();
    assert_shows(&harness, "… two");
    assert_eq!(says(&harness.connect(2)), [(2, "two"), (3, "three")]);
}

#[test]
fn a_refused_token_is_shown_and_forgotten_only_on_request() {
    let mut harness = Harness::new(100, 20);
    let refusal = Refusal::new(RefusalCode::BadToken, "nobody has this token");
    assert!(harness.link_event(LinkEvent::Refused(Box::new(refusal))).is_empty());
    assert_shows(&harness, "The server doesn't know bob any more");
    assert_shows(&harness, "logs you in as");
    let effects = harness.type_text("/forget\n");
    assert_eq!(store_ops(&effects), [&StoreOp::ForgetToken(None)]);
    assert_eq!(effects[1], Effect::Client(ClientEffect::Link(LinkRequest::ConnectAsNew)));
    harness.connect(1);
    harness.type_text("/forget\n");
    assert_shows(&harness, "/forget is only for a user");
}

#[test]
fn a_token_that_nobody_refused_is_not_dropped() {
    for code in [RefusalCode::BadVersion, RefusalCode::NotKept, RefusalCode::NameTaken] {
        let mut harness = Harness::new(100, 20);
        harness.link_event(LinkEvent::Refused(Box::new(Refusal::new(code, "the server's words"))));
        harness.control('u');
        assert!(harness.type_text("/forget\n").is_empty());
        assert_shows(&harness, "/forget is only for a user");
    }
}

#[test]
fn the_token_of_a_welcome_is_stored() {
    let mut harness = Harness::new(80, 20);
    let effects = harness.connect(1);
    assert!(store_ops(&effects).contains(&&StoreOp::Token(Secret::new("secret"))));
}

#[test]
fn a_new_name_of_the_user_alone_is_stored() {
    let mut harness = Harness::connected(80, 20);
    let rob = Event::Renamed { user: user(7, "bob"), name: name("rob") };
    assert_eq!(store_ops(&harness.event(rob.clone())), [&StoreOp::Name(name("rob"))]);
    assert!(harness.event(rob).is_empty(), "it is sent for each room");
    let ana = Event::Renamed { user: user(3, "ana"), name: name("anna") };
    assert!(store_ops(&harness.event(ana)).is_empty());
}

#[test]
fn the_next_session_loads_missed_messages_and_shows_them_once() {
    let mut harness = Harness::connected(80, 20);
    for text in ["one", "two"] {
        harness.message(3, "ana", text);
    }
    let before = harness.screen();
    harness.lose();
    harness.link_event(LinkEvent::Waiting { seconds: 1 });
    harness.seq = 4;
    let effects = harness.connect(2);
    let (room, after) = (RoomName::lobby(), Some(Seq::new(3)));
    let has_it = Command::History { room: room.clone(), before: after, at: None, limit: Some(1) };
    assert_eq!(sent(&effects), [has_it, Command::Join { room, since: Some(Seq::new(2)) }]);
    // The answer is a room, too, and asks for nothing more.
    assert!(sent(&harness.event(room_event("#lobby", 4, 2))).is_empty());
    for (seq, text) in [(2, "two"), (3, "three"), (5, "five"), (4, "four"), (5, "five")] {
        harness.message_in("#lobby", seq, user(3, "ana"), text);
    }
    let screen = harness.screen();
    let texts: Vec<&str> = screen
        .lines()
        .skip_while(|line| !line.contains("ana   one"))
        .take(6)
        .filter_map(|line| line.get(15..)?.split_whitespace().next())
        .collect();
    assert_eq!(texts, ["one", "two", "offline", "three", "four", "five"]);
    assert!(!screen.contains('!') && before.contains("Welcome, "), "{screen}");
    assert_eq!(screen.matches("Welcome, ").count(), 1);
}

#[test]
fn a_connection_lost_before_the_missed_messages_came_loses_none() {
    let mut harness = Harness::connected(80, 20);
    let asks = |since| [Command::Join { room: room("#rust"), since: Some(Seq::new(since)) }];
    assert_eq!(sent(&harness.event(room_event("#rust", 100, 90))), asks(40));
    harness.message_in("#rust", 101, user(3, "ana"), "live");
    harness.lose();
    harness.connect(2);
    assert_eq!(sent(&harness.event(room_event("#rust", 101, 90))), asks(40));
}

#[test]
fn messages_behind_a_gap_do_not_count_as_read() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    let says =
        |harness: &mut Harness, seq| drop(harness.message_in("#rust", seq, user(3, "ana"), "text"));
    says(&mut harness, 1);
    harness.input(Input::Client(ClientInput::Tick));
    harness.lose();
    harness.connect(2);
    // The message that is known is there, or has been removed.
    harness.event(Event::History { room: room("#rust"), messages: Vec::new(), more: false });
    harness.event(room_event("#rust", 4, 1));
    says(&mut harness, 5);
    assert!(sent(&harness.input(Input::Client(ClientInput::Tick))).is_empty());
    harness.event(room_event("#rust", 5, 1));
    says(&mut harness, 2);
    let read = |seq| [Command::Read { room: room("#rust"), seq: Seq::new(seq) }];
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), read(2));
    // The third and the fourth are not to be had any more.
    says(&mut harness, 5);
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), read(5));
}

#[test]
fn rooms_left_elsewhere_are_gone_and_rooms_joined_elsewhere_are_there() {
    let mut harness = Harness::connected(100, 20);
    harness.join_rust();
    harness.lose();
    let effects = harness.connect(2);
    let ping = effects.iter().find_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send {
            command: Command::Ping { nonce },
            ..
        })) => Some(nonce.clone()),
        _ => None,
    });
    let effects = harness.event(room_event("#ada", 9, 9));
    assert_eq!(sent(&effects), [Command::Join { room: room("#ada"), since: Some(Seq::NONE) }]);
    harness.event(Event::Pong { nonce: ping.unwrap() });
    let screen = harness.screen();
    assert!(screen.contains("#ada") && !screen.contains("#rust"), "{screen}");
    assert_shows(&harness, "▌ 3 #ada");
}

#[test]
fn a_room_joined_without_a_session_is_joined_in_the_next() {
    let mut harness = Harness::new(100, 20);
    assert!(harness.type_text("/join #rust\n").is_empty());
    let effects = harness.connect(1);
    assert!(sent(&effects).contains(&Command::Join { room: room("#rust"), since: None }));
    harness.event(Event::Pong { nonce: rooms_complete() });
    assert_shows(&harness, "▌ 2 #rust");
}

#[test]
fn a_disk_that_cannot_store_is_reported_once() {
    let mut harness = Harness::connected(100, 20);
    harness.disk = Some(Err("/x: no space left on device".into()));
    for text in ["one", "two"] {
        let effects = harness.type_text(&format!("{text}\n"));
        assert_eq!(says(&effects).len(), 1, "it is sent all the same");
    }
    assert_eq!(harness.screen().matches("Can't save to disk").count(), 1);
}

#[test]
fn a_lost_connection_loses_no_typed_text() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("half a sen");
    harness.lose();
    harness.link_event(LinkEvent::Waiting { seconds: 4 });
    assert_shows(&harness, "Offline, retrying in 4 s");
    assert_shows(&harness, "the server closed the connection");
    harness.connect(2);
    assert_eq!(typed(&harness), "half a sen");
}

#[test]
fn a_broken_connection_is_on_the_status_line_alone() {
    let mut harness = Harness::new(80, 20);
    for _ in 0..5 {
        harness.link_event(LinkEvent::Lost(LinkError::Silent));
        harness.link_event(LinkEvent::Waiting { seconds: 2 });
    }
    assert_shows(&harness, "Offline, retrying in 2 s · the server does not answer");
    assert_eq!(harness.screen().matches("does not answer").count(), 1);
    harness.connect(1);
    assert!(!harness.screen().contains("does not answer"));
}

#[test]
fn the_log_has_the_reason_for_which_one_is_not_let_in_once() {
    let mut harness = Harness::new(100, 20);
    let full = LinkError::TurnedAway("chat-server is full\x1b[2J".into());
    for why in [full.clone(), full, LinkError::Another("SSH-2.0".into())] {
        harness.link_event(LinkEvent::Lost(why));
        harness.link_event(LinkEvent::Waiting { seconds: 2 });
    }
    assert_eq!(harness.screen().matches("! chat-server is full␛[2J").count(), 1);
    assert_shows(&harness, " is not a chat-server (it answered: SSH-2.0). Check the address.");
}

#[test]
fn a_newcomer_whom_nothing_answers_learns_how_to_start_a_server() {
    let refused = || LinkEvent::Lost(LinkError::Unreachable("Connection refused".into()));
    let mut harness = Harness::at("localhost:4000", 160, 20);
    harness.link_event(refused());
    harness.link_event(refused());
    // The hint is broken into rows of at most 100 columns.
    assert_eq!(harness.screen().matches("localhost:4000").count(), 2, "{}", harness.screen());
    assert_eq!(harness.screen().matches("--listen").count(), 1);
    harness.connect(1);
    harness.lose();
    harness.link_event(refused());
    assert_eq!(harness.screen().matches("--listen").count(), 1, "it was there a moment ago");
    let mut harness = Harness::at("chat.example.org:12345", 100, 20);
    harness.link_event(refused());
    assert_shows(&harness, "Cannot reach chat.example.org:12345: Connection refused.");
}
