//! Rooms: going there, what is new in them, and what is above.

use super::*;
use chat_proto::UserId;

#[test]
fn rooms_are_joined_shown_and_left() {
    let mut bench = Bench::connected(80, 20);
    bench.types("for the lobby");
    bench.control('u');
    let join = |name: &str| Command::Join { room: room(name), since: None };
    assert_eq!(sent(&bench.types("/join rust\n")), [join("#rust")]);
    bench.hears(room_event("#rust", 0, 0));
    bench.types("half a sen");
    bench.alt(KeyCode::Char('1'));
    assert_eq!(typed(&bench), "");
    assert_shows(&bench, "▸1 #lobby");
    bench.alt(KeyCode::Down);
    assert_eq!(typed(&bench), "half a sen");
    assert_shows(&bench, "▸2 #rust");
    bench.control('u');
    assert_eq!(sent(&bench.types("/leave\n")), [Command::Leave { room: room("#rust") }]);
    bench.types("typed meanwhile");
    let reason = chat_proto::LeaveReason::Bye;
    bench.hears(Event::Left { room: room("#rust"), user: user(7, "bob"), reason });
    assert!(!bench.screen().contains("#rust"), "{}", bench.screen());
    bench.presses(KeyCode::Up);
    assert_eq!(typed(&bench), "typed meanwhile");
    bench.control('u');
    bench.types("/join a b\n");
    assert_shows(&bench, "not a room");
}

#[test]
fn rooms_count_what_is_new_there() {
    let mut bench = Bench::connected(100, 20);
    bench.in_rust();
    bench.alt(KeyCode::Char('1'));
    assert!(bench.says_in("#rust", 1, user(3, "ana"), "one").is_empty());
    assert_shows(&bench, "2 #rust    1");
    assert_eq!(bench.says_in("#rust", 2, user(3, "ana"), "bob?"), [Effect::Ring]);
    assert_shows(&bench, "2 #rust   @1");
    assert_eq!(bench.says_in("@3-7", 1, user(3, "ana"), "psst").last(), Some(&Effect::Ring));
    assert_shows(&bench, "3 @ana    @1");
    bench.alt(KeyCode::Char('a'));
    assert_shows(&bench, "▸2 #rust      ");
    assert_shows(&bench, "── new since 14:02");
    bench.alt(KeyCode::Char('a'));
    assert_shows(&bench, "ana: psst");
    bench.alt(KeyCode::Char('1'));
    bench.alt(KeyCode::Char('2'));
    assert!(!bench.screen().contains("new since"), "{}", bench.screen());
    let read = |room: &str, seq| Command::Read { room: self::room(room), seq };
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), [read("#rust", 2)]);
}

/// A newer server may have kinds of messages that are not known here.
#[test]
fn a_message_of_an_unknown_kind_shows_its_text_and_fills_its_place() {
    let mut bench = Bench::connected(100, 20);
    bench.said(3, "ana", "one");
    let poll = message_in("#lobby", 2, user(3, "ana"), "asks: tea?", bench.at);
    let poll = Message { kind: MessageKind::Unknown, ..poll };
    assert!(bench.hears(Event::Message(poll)).is_empty());
    assert_shows(&bench, "ana: asks: tea?");
    let read = Command::Read { room: RoomName::lobby(), seq: 2 };
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), [read]);
}

/// A read position, and what is not read up to which message.
fn read_event(room: &str, seq: u64, counted: Option<(u64, u64, u64)>) -> Event {
    let (last_seq, unread, mentions) =
        counted.map_or((None, None, None), |(last_seq, u, m)| (Some(last_seq), Some(u), Some(m)));
    let room = self::room(room);
    Event::Read { room, seq, last_seq, unread, mentions, more: false }
}

#[test]
fn the_server_counts_what_is_not_read() {
    let mut bench = Bench::connected(100, 20);
    bench.in_rust();
    bench.alt(KeyCode::Char('1'));
    // Of the six messages after the fourth, four are the user's own.
    let (unread, mentions) = (Some(2), Some(0));
    bench.hears(Event::Room(RoomState { unread, mentions, ..room_state("#rust", 10, 4) }));
    assert_shows(&bench, "2 #rust    2");
    bench.says_in("#rust", 11, user(3, "ana"), "one");
    assert_shows(&bench, "2 #rust    3");
    bench.says_in("#rust", 12, user(3, "ana"), "bob!");
    assert_shows(&bench, "2 #rust   @1");
    bench.hears(read_event("#rust", 6, Some((12, 3, 2))));
    assert_shows(&bench, "2 #rust   @2");
    bench.hears(read_event("#rust", 9, Some((12, 2, 1))));
    assert_shows(&bench, "2 #rust   @1");
    bench.hears(read_event("#rust", 12, Some((12, 0, 0))));
    assert_shows(&bench, "2 #rust      ");
}

#[test]
fn what_was_read_elsewhere_is_read() {
    let mut bench = Bench::connected(100, 20);
    bench.in_rust();
    bench.alt(KeyCode::Char('1'));
    bench.says_in("#rust", 1, user(3, "ana"), "one");
    bench.hears(read_event("#rust", 1, None));
    assert_shows(&bench, "2 #rust      ");
    bench.hears(read_event("#rust", 0, None));
    assert!(sent(&bench.takes(Input::Client(ClientInput::Tick))).is_empty());
}

#[test]
fn how_far_one_has_read_is_told_once_in_a_while() {
    let mut bench = Bench::connected(80, 20);
    let effects = bench.said(3, "ana", "one");
    assert_eq!(effects, [Effect::Client(ClientEffect::Tick(Duration::from_secs(1)))]);
    assert!(bench.said(3, "ana", "two").is_empty());
    let read = Command::Read { room: RoomName::lobby(), seq: 2 };
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), [read]);
    assert!(bench.takes(Input::Client(ClientInput::Tick)).is_empty());
    bench.said(3, "ana", "three");
    let read = Command::Read { room: RoomName::lobby(), seq: 3 };
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn private_talk_has_a_room_of_its_own() {
    let mut bench = Bench::connected(80, 20);
    let effects = bench.types("/msg ana hi there\n");
    assert_eq!(says(&effects), [(1, "hi there")]);
    assert_shows(&bench, "▸2 @ana");
    assert_shows(&bench, "… bob: hi there");
    bench.types("/msg bob hi\n");
    assert_shows(&bench, "that is you");
    assert_eq!(typed(&bench), "/msg bob hi", "the text stays");
    bench.control('u');
    bench.hears(Event::Joined { room: RoomName::lobby(), user: user(11, "ana maria") });
    assert_eq!(says(&bench.types("/msg Ana Maria hi\n")), [(2, "hi")]);
    assert_shows(&bench, "▸3 @ana maria");
}

#[test]
fn a_room_that_is_refused_is_none() {
    let mut bench = Bench::connected(80, 20);
    bench.types("/msg nobody\n");
    let code = RefusalCode::NoSuchUser;
    let refusal =
        Refusal { room: Some(room("@nobody")), ..Refusal::new(code, "nobody is called that") };
    bench.hears(Event::Refused(refusal));
    assert_shows(&bench, "not sent to nobody: nobody is called that");
    assert_eq!(bench.state.client.rooms().list().len(), 1);
}

#[test]
fn topics_are_told_and_said() {
    let mut bench = Bench::connected(80, 20);
    bench.types("/topic\n");
    assert_shows(&bench, "nobody has said what #lobby is about");
    let topic = chat_proto::Topic::new("tea").unwrap();
    let command = Command::Topic { room: RoomName::lobby(), topic: topic.clone() };
    assert_eq!(sent(&bench.types("/topic tea\n")), [command]);
    bench.hears(Event::Topic { room: RoomName::lobby(), topic, user: user(7, "bob") });
    assert_shows(&bench, "bob says #lobby is about: tea");
    assert!(bench.screen().starts_with("#lobby · tea"));
}

#[test]
fn rooms_and_users_are_listed() {
    let mut bench = Bench::connected(80, 20);
    assert_eq!(sent(&bench.types("/rooms\n")), [Command::Rooms { after: None, limit: None }]);
    let info = chat_proto::event::RoomInfo {
        room: room("#rust"),
        topic: chat_proto::Topic::new("tea").unwrap(),
        count: 1,
    };
    bench.hears(Event::Rooms { rooms: vec![info], more: true });
    assert_shows(&bench, "#rust · 1 user · tea");
    bench.types("/who\n");
    bench.hears(Event::Users { room: room("#rust"), users: vec![user(3, "ana")], more: true });
    assert_shows(&bench, "in #rust: ana, and more");
}

#[test]
fn older_messages_are_asked_for_once_and_the_place_stays() {
    let mut bench = Bench::new(80, 20);
    bench.seq = 500;
    bench.connects(1);
    for seq in 451..=500 {
        bench.says_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    let mut asked = Vec::new();
    for _ in 0..20 {
        asked.extend(sent(&bench.takes(Input::Wheel(Wheel::Up))));
    }
    let history = |before| Command::History {
        room: RoomName::lobby(),
        before: Some(before),
        limit: Some(100),
    };
    assert_eq!(asked, [history(451)]);
    assert_shows(&bench, "loading…");
    let last_row = |bench: &Bench| bench.screen().lines().nth(16).map(str::to_owned);
    let before = last_row(&bench);
    let page = (351..=450)
        .map(|seq| message_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"), bench.at));
    bench.hears(Event::History { room: RoomName::lobby(), messages: page.collect(), more: true });
    assert_eq!(last_row(&bench), before);
    assert!(!bench.screen().contains("loading"));
    let effects = bench.takes(Input::Key(KeyEvent::new(KeyCode::Home, KeyModifiers::CONTROL)));
    assert_eq!(sent(&effects), [history(351)]);
    bench.hears(Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false });
    assert!(sent(&bench.takes(Input::Wheel(Wheel::Up))).is_empty());
}

#[test]
fn a_room_opens_at_what_is_new() {
    let mut bench = Bench::new(80, 12);
    bench.tells(LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") });
    let effects = bench.hears(room_event("#lobby", 100, 70));
    assert_eq!(sent(&effects), [Command::Join { room: RoomName::lobby(), since: Some(20) }]);
    for seq in 21..=100 {
        bench.says_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    assert_shows(&bench, "── new since 14:02");
    assert_shows(&bench, "ana: message 71");
    let reads = sent(&bench.takes(Input::Client(ClientInput::Tick)));
    assert!(matches!(reads[..], [Command::Read { seq: 71..=80, .. }]), "{reads:?}");
    bench.presses(KeyCode::End);
    assert_shows(&bench, "ana: message 100");
}

#[test]
fn ones_own_words_are_not_new() {
    let mut bench = Bench::new(80, 20);
    bench.tells(LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") });
    // Killed before the server was told how far this user has read.
    bench.hears(room_event("#lobby", 4, 1));
    bench.says_in("#lobby", 1, user(3, "ana"), "one");
    bench.says_in("#lobby", 2, user(7, "bob"), "two");
    bench.says_in("#lobby", 3, user(7, "bob"), "three");
    assert!(!bench.screen().contains("new since"), "{}", bench.screen());
    bench.says_in("#lobby", 4, user(3, "ana"), "four");
    bench.says_in("#lobby", 5, user(7, "bob"), "five");
    let rows: Vec<String> = bench.screen().lines().map(str::to_owned).collect();
    let row = |text| rows.iter().position(|row| row.contains(text));
    let (three, line, four) = (row("bob: three"), row("── new since"), row("ana: four"));
    assert!(three.is_some() && three < line && line < four, "{}", bench.screen());
    assert_eq!(bench.screen().matches("new since").count(), 1);
}

#[test]
fn ones_own_words_are_read_wherever_one_is_when_they_are_accepted() {
    let mut bench = Bench::connected(80, 20);
    bench.in_rust();
    bench.types("one\nthree\n");
    bench.alt(KeyCode::Char('1'));
    let accepts = |bench: &mut Bench, n, seq| {
        let (room, at) = (room("#rust"), bench.at);
        bench.hears(Event::Accepted(Accepted {
            n: Some(n),
            device: None,
            room,
            seq,
            at,
            repeat: false,
        }));
    };
    accepts(&mut bench, 1, 1);
    assert_shows(&bench, "2 #rust      ");
    bench.says_in("#rust", 2, user(3, "ana"), "two");
    accepts(&mut bench, 2, 3);
    assert_shows(&bench, "2 #rust    2");
}

#[test]
fn a_room_told_again_changes_the_list_quietly() {
    let mut bench = Bench::connected(80, 20);
    bench.said(3, "ana", "one");
    let users = vec![user(7, "bob"), user(12, "dora")];
    let lobby = RoomState { users, count: 2, ..room_state("#lobby", 1, 0) };
    assert!(sent(&bench.hears(Event::Room(lobby))).is_empty());
    assert_shows(&bench, "dora");
    assert!(!bench.screen().contains("is here"));
    bench.hears(Event::Presence { room: RoomName::lobby(), count: 700 });
    assert_shows(&bench, "700 users");
}

#[test]
fn another_user_has_other_rooms() {
    let mut bench = Bench::connected(100, 20);
    for name in ["#go", "#rust"] {
        bench.types(&format!("/join {name}\n"));
        bench.hears(room_event(name, 0, 0));
    }
    bench.loses();
    bench.types("waits\n");
    bench.tells(LinkEvent::Welcome { session: 2, welcome: welcome(8, "bob") });
    assert_eq!(
        bench.state.client.rooms().list().len(),
        2,
        "the one something waits for, and the lobby"
    );
    assert_shows(&bench, "▸2 #rust");
}

#[test]
fn who_is_here_follows_the_events() {
    let mut bench = Bench::connected(80, 20);
    let room = RoomName::lobby;
    bench.hears(Event::Joined { room: room(), user: user(9, "zoe") });
    bench.hears(Event::Renamed { user: user(3, "ana"), name: name("anna") });
    let reason = chat_proto::LeaveReason::Lost;
    bench.hears(Event::Left { room: room(), user: user(5, "carl"), reason });
    assert_shows(&bench, "→ zoe is here");
    assert_shows(&bench, "ana is anna now");
    assert_shows(&bench, "← carl has lost the connection");
    let ids: Vec<u64> =
        bench.state.client.room().users().iter(UserId::new(7)).map(|user| user.id.get()).collect();
    assert_eq!(ids, [7, 3, 9]);
    bench.hears(Event::Renamed { user: user(7, "bob"), name: name("rob") });
    assert_eq!(*bench.state.client.name(), name("rob"));
}
