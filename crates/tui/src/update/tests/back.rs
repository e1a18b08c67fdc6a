//! Sessions that end and begin again.

use chat_proto::Secret;
use chat_proto::event::Welcome;

use super::*;

#[test]
fn a_message_without_an_answer_is_sent_again_under_its_number() {
    let mut bench = Bench::connected(100, 20);
    bench.types("one\ntwo\nthree\n");
    bench.accepts(1);
    bench.loses();
    assert_shows(&bench, "… bob: two");
    assert_shows(&bench, "2 waiting");
    // The second was stored, and the answer was lost: the server tells nothing of that in its welcome.
    let effects = bench.connects_to(2, Welcome { last: 2, ..welcome(7, "bob") });
    assert_eq!(says(&effects), [(2, "two"), (3, "three")]);
    let missed = Message {
        n: Some(2),
        device: Some(Word::new("here").unwrap()),
        ..message_in("#lobby", 2, user(7, "bob"), "two", bench.at)
    };
    let effects = bench.hears(Event::Message(missed));
    assert!(kept(&effects).contains(&&StoreOp::Acknowledged(vec![own(2)])));
    repeats(&mut bench, 2, None, 2);
    bench.seq = 2;
    bench.accepts(3);
    let screen = bench.screen();
    for text in ["› bob: one", "› bob: two", "› bob: three"] {
        assert_eq!(screen.matches(text).count(), 1, "{text} on\n{screen}");
    }
    assert!(!screen.contains('…'), "{screen}");
}

/// The server says that this message is a repeat of the one at `seq` in the lobby.
fn repeats(bench: &mut Bench, n: u64, device: Option<&str>, seq: u64) -> Vec<Effect> {
    let device = device.map(|device| Word::new(device).unwrap());
    let (room, at) = (RoomName::lobby(), bench.at);
    let (n, repeat) = (Some(n), true);
    bench.hears(Event::Accepted(Accepted { n, device, room, seq, at, repeat }))
}

#[test]
fn a_repeat_stands_where_the_message_is() {
    let mut bench = Bench::new(80, 20);
    bench.types("mine\n");
    bench.seq = 3;
    bench.connects(1);
    for (seq, text) in [(1, "one"), (3, "three")] {
        bench.says_in("#lobby", seq, user(3, "ana"), text);
    }
    repeats(&mut bench, 1, None, 2);
    let screen = bench.screen();
    let at = |text: &str| screen.find(text).unwrap_or_else(|| panic!("no {text} on\n{screen}"));
    assert!(at("ana: one") < at("› bob: mine") && at("› bob: mine") < at("ana: three"), "{screen}");
}

#[test]
fn a_number_that_another_message_has_is_replaced_and_the_message_is_sent_again() {
    let profile = Profile { pending: vec![left(4, "#lobby", "left")], ..profile("bob") };
    let mut bench = Bench::with_profile(80, 20, profile);
    bench.connects(1);
    let refusal = Refusal {
        n: Some(4),
        device: Some(Word::new("before").unwrap()),
        ..Refusal::new(RefusalCode::NumberUsed, "that number is used")
    };
    let effects = bench.hears(Event::Refused(refusal));
    assert_eq!(says(&effects), [(5, "left")]);
    let [StoreOp::Pending(all)] = kept(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((all.len(), &all[0].id), (1, &own(5)), "it is stored before it is sent");
    bench.accepts(5);
    assert_shows(&bench, "› bob: left");
}

#[test]
fn what_is_said_is_kept_before_it_is_sent_and_forgotten_when_it_is_settled() {
    let mut bench = Bench::connected(80, 20);
    let effects = bench.types("hi\n");
    assert!(
        matches!(&effects[..], [Effect::Client(ClientEffect::Store(StoreOp::Message(said))), Effect::Client(ClientEffect::Link(_))] if said.id == own(1))
    );
    assert_eq!(kept(&bench.accepts(1)), [&StoreOp::Acknowledged(vec![own(1)])]);
    bench.types("no\n");
    let refusal = Refusal { n: Some(2), ..Refusal::new(RefusalCode::NotKept, "disk full") };
    assert_eq!(kept(&bench.hears(Event::Refused(refusal))), [&StoreOp::Acknowledged(vec![own(2)])]);
    bench.types("again\n");
    bench.hears(Event::Accepted(Accepted {
        n: Some(3),
        device: None,
        room: RoomName::lobby(),
        seq: 9,
        at: bench.at,
        repeat: true,
    }));
    assert_eq!(bench.state.client.outbox().messages().count(), 0);
}

#[test]
fn messages_of_earlier_runs_are_shown_and_sent_under_their_devices() {
    let pending = vec![left(6, "#lobby", "left 6"), left(8, "#lobby", "left 8")];
    let mut bench = Bench::with_profile(80, 20, Profile { pending, ..profile("bob") });
    assert_shows(&bench, "… bob: left 6");
    let effects = bench.connects(1);
    assert_eq!(says(&effects), [(6, "left 6"), (8, "left 8")]);
    assert_eq!(says(&bench.types("new\n")), [(9, "new")]);
    let before = Word::new("before").unwrap();
    let effects = repeats(&mut bench, 6, Some("before"), 1);
    let id = MessageId { device: before.clone(), n: 6 };
    assert_eq!(kept(&effects), [&StoreOp::Acknowledged(vec![id])]);
    // It comes with what was missed, and its answer is still on its way.
    let missed = Message {
        n: Some(8),
        device: Some(before),
        ..message_in("#lobby", 2, user(7, "bob"), "left 8", bench.at)
    };
    bench.hears(Event::Message(missed));
    assert!(kept(&repeats(&mut bench, 8, Some("before"), 2)).is_empty());
    let screen = bench.screen();
    for text in ["› bob: left 6", "› bob: left 8", "… bob: new"] {
        assert_eq!(screen.matches(text).count(), 1, "{text} on\n{screen}");
    }
}

#[test]
fn what_a_server_on_its_way_out_does_not_take_waits_for_the_next_in_its_order() {
    let mut bench = Bench::connected(80, 20);
    bench.types("one\ntwo\nthree\n");
    bench.accepts(1);
    // It ends before it has answered the third.
    let refusal = Refusal { n: Some(2), ..Refusal::new(RefusalCode::Shutdown, "going away") };
    assert!(bench.hears(Event::Refused(refusal)).is_empty());
    bench.loses();
    assert_shows(&bench, "… bob: two");
    assert_eq!(says(&bench.connects(2)), [(2, "two"), (3, "three")]);
}

#[test]
fn a_refused_token_is_said_and_dropped_only_when_asked() {
    let mut bench = Bench::new(100, 20);
    let refusal = Refusal::new(RefusalCode::BadToken, "nobody has this token");
    assert!(bench.tells(LinkEvent::Refused(Box::new(refusal))).is_empty());
    assert_shows(&bench, "not let in: the server does not know the token");
    assert_shows(&bench, "/forget drops");
    let effects = bench.types("/forget\n");
    assert_eq!(kept(&effects), [&StoreOp::ForgetToken(None)]);
    assert_eq!(effects[1], Effect::Client(ClientEffect::Link(LinkRequest::CallAnew)));
    bench.connects(1);
    bench.types("/forget\n");
    assert_shows(&bench, "/forget is for a token that the server refuses");
}

#[test]
fn a_token_that_nobody_refused_is_not_dropped() {
    for code in [RefusalCode::BadVersion, RefusalCode::NotKept, RefusalCode::NameTaken] {
        let mut bench = Bench::new(100, 20);
        bench.tells(LinkEvent::Refused(Box::new(Refusal::new(code, "the server's words"))));
        bench.control('u');
        assert!(bench.types("/forget\n").is_empty());
        assert_shows(&bench, "/forget is for a token that the server refuses");
    }
}

#[test]
fn the_token_of_a_welcome_is_kept() {
    let mut bench = Bench::new(80, 20);
    let effects = bench.connects(1);
    assert!(kept(&effects).contains(&&StoreOp::Token(Secret::new("secret"))));
}

#[test]
fn another_name_is_kept_by_whomever_it_was_taken() {
    let mut bench = Bench::connected(80, 20);
    let rob = Event::Renamed { user: user(7, "bob"), name: name("rob") };
    assert_eq!(kept(&bench.hears(rob.clone())), [&StoreOp::Name(name("rob"))]);
    assert!(bench.hears(rob).is_empty(), "it is told in each room");
    let ana = Event::Renamed { user: user(3, "ana"), name: name("anna") };
    assert!(kept(&bench.hears(ana)).is_empty());
}

#[test]
fn coming_back_asks_for_what_was_missed_and_shows_it_once() {
    let mut bench = Bench::connected(80, 20);
    for text in ["one", "two"] {
        bench.said(3, "ana", text);
    }
    let before = bench.screen();
    bench.loses();
    bench.tells(LinkEvent::Waiting { seconds: 1 });
    bench.seq = 4;
    let effects = bench.connects(2);
    assert_eq!(sent(&effects), [Command::Join { room: RoomName::lobby(), since: Some(2) }]);
    // The answer is a room, too, and asks for nothing more.
    assert!(sent(&bench.hears(room_event("#lobby", 4, 2))).is_empty());
    for (seq, text) in [(2, "two"), (3, "three"), (5, "five"), (4, "four"), (5, "five")] {
        bench.says_in("#lobby", seq, user(3, "ana"), text);
    }
    let screen = bench.screen();
    let texts: Vec<&str> = screen
        .lines()
        .filter_map(|line| line.split_once("ana: "))
        .map(|(_, text)| text.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(texts, ["one", "two", "three", "four", "five"]);
    assert!(!screen.contains('!') && before.contains("connected to"), "{screen}");
    assert_eq!(screen.matches("connected to").count(), 1);
}

#[test]
fn a_line_lost_before_what_was_missed_has_come_loses_none_of_it() {
    let mut bench = Bench::connected(80, 20);
    let asks = |since| [Command::Join { room: room("#rust"), since: Some(since) }];
    assert_eq!(sent(&bench.hears(room_event("#rust", 100, 90))), asks(40));
    bench.says_in("#rust", 101, user(3, "ana"), "live");
    bench.loses();
    bench.connects(2);
    assert_eq!(sent(&bench.hears(room_event("#rust", 101, 90))), asks(40));
}

#[test]
fn what_is_behind_a_gap_does_not_count_as_read() {
    let mut bench = Bench::connected(80, 20);
    bench.in_rust();
    let says = |bench: &mut Bench, seq| drop(bench.says_in("#rust", seq, user(3, "ana"), "text"));
    says(&mut bench, 1);
    bench.takes(Input::Client(ClientInput::Tick));
    bench.loses();
    bench.connects(2);
    bench.hears(room_event("#rust", 4, 1));
    says(&mut bench, 5);
    assert!(sent(&bench.takes(Input::Client(ClientInput::Tick))).is_empty());
    bench.hears(room_event("#rust", 5, 1));
    says(&mut bench, 2);
    let read = |seq| [Command::Read { room: room("#rust"), seq }];
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), read(2));
    // The third and the fourth are not to be had any more.
    says(&mut bench, 5);
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), read(5));
}

#[test]
fn rooms_left_elsewhere_are_gone_and_rooms_joined_elsewhere_are_there() {
    let mut bench = Bench::connected(100, 20);
    bench.in_rust();
    bench.loses();
    let effects = bench.connects(2);
    let ping = effects.iter().find_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send {
            command: Command::Ping { nonce },
            ..
        })) => Some(nonce.clone()),
        _ => None,
    });
    let effects = bench.hears(room_event("#ada", 9, 9));
    assert_eq!(sent(&effects), [Command::Join { room: room("#ada"), since: Some(0) }]);
    bench.hears(Event::Pong { nonce: ping.unwrap() });
    let screen = bench.screen();
    assert!(screen.contains("#ada") && !screen.contains("#rust"), "{screen}");
    assert_shows(&bench, "▸2 #ada");
}

#[test]
fn what_is_wanted_without_a_session_is_asked_for_with_the_next() {
    let mut bench = Bench::new(100, 20);
    assert!(bench.types("/join #rust\n").is_empty());
    let effects = bench.connects(1);
    assert!(sent(&effects).contains(&Command::Join { room: room("#rust"), since: None }));
    bench.hears(Event::Pong { nonce: rooms_told() });
    assert_shows(&bench, "▸2 #rust");
}

#[test]
fn what_cannot_be_kept_is_told_once() {
    let mut bench = Bench::connected(100, 20);
    bench.disk = Some(Err("/x: no space left on device".into()));
    for text in ["one", "two"] {
        let effects = bench.types(&format!("{text}\n"));
        assert_eq!(says(&effects).len(), 1, "it is sent all the same");
    }
    assert_eq!(bench.screen().matches("cannot be kept").count(), 1);
}

#[test]
fn a_lost_line_loses_nothing_that_is_typed() {
    let mut bench = Bench::connected(80, 20);
    bench.types("half a sen");
    bench.loses();
    bench.tells(LinkEvent::Waiting { seconds: 4 });
    assert_shows(&bench, "reconnecting in 4 s");
    assert_shows(&bench, "the server closed the connection");
    bench.connects(2);
    assert_eq!(typed(&bench), "half a sen");
}

#[test]
fn trouble_with_the_line_is_on_the_status_line_alone() {
    let mut bench = Bench::new(80, 20);
    for _ in 0..5 {
        bench.tells(LinkEvent::Lost(Lost::Silent));
        bench.tells(LinkEvent::Waiting { seconds: 2 });
    }
    assert_shows(&bench, "reconnecting in 2 s · the server does not answer");
    assert_eq!(bench.screen().matches("does not answer").count(), 1);
    bench.connects(1);
    assert!(!bench.screen().contains("does not answer"));
}

#[test]
fn the_log_has_the_reason_for_which_one_is_not_let_in_once() {
    let mut bench = Bench::new(100, 20);
    let full = Lost::TurnedAway("chat-server is full\x1b[2J".into());
    for why in [full.clone(), full, Lost::Another("SSH-2.0".into())] {
        bench.tells(LinkEvent::Lost(why));
        bench.tells(LinkEvent::Waiting { seconds: 2 });
    }
    assert_eq!(bench.screen().matches("! chat-server is full␛[2J").count(), 1);
    assert_shows(&bench, "! That is not a chat-server (it said: SSH-2.0). Check the address.");
}

#[test]
fn a_newcomer_whom_nothing_answers_learns_how_to_start_a_server() {
    let refused = || LinkEvent::Lost(Lost::Unreachable("Connection refused".into()));
    let mut bench = Bench::at("localhost:4000", 160, 20);
    bench.tells(refused());
    bench.tells(refused());
    assert_eq!(bench.screen().matches("chat-server --listen localhost:4000").count(), 1);
    bench.connects(1);
    bench.loses();
    bench.tells(refused());
    assert_eq!(bench.screen().matches("--listen").count(), 1, "it was there a moment ago");
    let mut bench = Bench::at("chat.example.org:12345", 100, 20);
    bench.tells(refused());
    assert_shows(&bench, "Cannot reach chat.example.org:12345: Connection refused.");
}
