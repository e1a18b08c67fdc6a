//! Rooms: going there, unread messages, and the messages above the screen.

use super::*;
use chat_proto::{Features, Seq, features};

#[test]
fn rooms_are_joined_shown_and_left() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("for the lobby");
    harness.control('u');
    let join = |name: &str| Command::Join { room: room(name), since: None };
    harness.type_text("/join rust");
    assert_eq!(sent(&harness.press(KeyCode::Enter)), [join("#rust")]);
    harness.event(room_event("#rust", 0, 0));
    harness.type_text("half a sen");
    harness.alt(KeyCode::Char('1'));
    assert_eq!(typed(&harness), "");
    assert_shows(&harness, "▌ 1 #lobby");
    harness.alt(KeyCode::Down);
    assert_eq!(typed(&harness), "half a sen");
    assert_shows(&harness, "▌ 2 #rust");
    harness.control('u');
    assert_eq!(sent(&harness.type_text("/leave\n")), [Command::Leave { room: room("#rust") }]);
    harness.type_text("typed meanwhile");
    let reason = chat_proto::LeaveReason::Bye;
    harness.event(Event::Left { room: room("#rust"), user: user(7, "bob"), reason });
    assert!(!harness.screen().contains("2 #rust"), "{}", harness.screen());
    assert_shows(&harness, "You left #rust. /join #rust brings you back");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "typed meanwhile");
    harness.control('u');
    harness.type_text("/join a b\n");
    assert_shows(&harness, "Room names can't contain spaces");
}

#[test]
fn rooms_count_unread_messages() {
    let mut harness = Harness::connected(100, 20);
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    assert!(harness.message_in("#rust", 1, user(3, "ana"), "one").is_empty());
    assert_shows(&harness, "2 #rust         1│");
    assert_eq!(harness.message_in("#rust", 2, user(3, "ana"), "@bob?"), [Effect::Ring]);
    assert_shows(&harness, "2 #rust      2 @1│");
    assert_eq!(harness.message_in("@3-7", 1, user(3, "ana"), "psst").last(), Some(&Effect::Ring));
    assert_shows(&harness, "3 ana          @1│");
    harness.alt(KeyCode::Char('a'));
    assert_shows(&harness, "▌ 2 #rust          │");
    assert_shows(&harness, " new ─");
    harness.alt(KeyCode::Char('a'));
    assert_shows(&harness, "ana   psst");
    harness.alt(KeyCode::Char('1'));
    harness.alt(KeyCode::Char('2'));
    assert!(!harness.screen().contains(" new ─"), "{}", harness.screen());
    let read = |room: &str, seq| Command::Read { room: self::room(room), seq: Seq::new(seq) };
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), [read("#rust", 2)]);
}

/// A newer server may have kinds of messages that are not known here.
#[test]
fn a_message_of_an_unknown_kind_shows_its_text_and_fills_its_place() {
    let mut harness = Harness::connected(100, 20);
    harness.message(3, "ana", "one");
    let poll = message_in("#lobby", 2, user(3, "ana"), "asks: tea?", harness.at);
    let poll = Message { kind: MessageKind::Unknown, ..poll };
    assert!(harness.event(Event::Message(poll)).is_empty());
    assert_shows(&harness, "      asks: tea?");
    let read = Command::Read { room: RoomName::lobby(), seq: Seq::new(2) };
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), [read]);
}

/// A read position, and the count of unread messages up to a message.
fn read_event(room: &str, seq: u64, counted: Option<(u64, u64, u64)>) -> Event {
    let (last_seq, unread, mentions) =
        counted.map_or((None, None, None), |(last, u, m)| (Some(Seq::new(last)), Some(u), Some(m)));
    let (room, seq) = (self::room(room), Seq::new(seq));
    Event::Read { room, seq, last_seq, unread, mentions, more: false }
}

#[test]
fn the_server_counts_unread_messages() {
    let mut harness = Harness::connected(100, 20);
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    // Of the six messages after the fourth, four are the user's own.
    let (unread, mentions) = (Some(2), Some(0));
    harness.event(Event::Room(RoomState { unread, mentions, ..room_state("#rust", 10, 4) }));
    assert_shows(&harness, "2 #rust         2│");
    harness.message_in("#rust", 11, user(3, "ana"), "one");
    assert_shows(&harness, "2 #rust         3│");
    harness.message_in("#rust", 12, user(3, "ana"), "@bob!");
    assert_shows(&harness, "2 #rust      4 @1│");
    harness.event(read_event("#rust", 6, Some((12, 3, 2))));
    assert_shows(&harness, "2 #rust      3 @2│");
    harness.event(read_event("#rust", 9, Some((12, 2, 1))));
    assert_shows(&harness, "2 #rust      2 @1│");
    harness.event(read_event("#rust", 12, Some((12, 0, 0))));
    assert_shows(&harness, "2 #rust          │");
}

#[test]
fn messages_read_in_another_session_are_read() {
    let mut harness = Harness::connected(100, 20);
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    harness.message_in("#rust", 1, user(3, "ana"), "one");
    harness.event(read_event("#rust", 1, None));
    assert_shows(&harness, "2 #rust          │");
    harness.event(read_event("#rust", 0, None));
    assert!(sent(&harness.input(Input::Client(ClientInput::Tick))).is_empty());
}

#[test]
fn the_read_position_is_sent_once_in_a_while() {
    let mut harness = Harness::connected(80, 20);
    let effects = harness.message(3, "ana", "one");
    assert_eq!(effects, [Effect::Client(ClientEffect::Tick(Duration::from_secs(1)))]);
    assert!(harness.message(3, "ana", "two").is_empty());
    let read = Command::Read { room: RoomName::lobby(), seq: Seq::new(2) };
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), [read]);
    assert!(harness.input(Input::Client(ClientInput::Tick)).is_empty());
    harness.message(3, "ana", "three");
    let read = Command::Read { room: RoomName::lobby(), seq: Seq::new(3) };
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn a_direct_message_has_a_room() {
    let mut harness = Harness::connected(80, 20);
    let effects = harness.type_text("/msg ana hi there\n");
    assert_eq!(says(&effects), [(1, "hi there")]);
    assert_shows(&harness, "▌ 2 ana");
    assert_shows(&harness, "… hi there");
    harness.type_text("/msg bob hi\n");
    assert_shows(&harness, "You can't message yourself");
    assert_eq!(typed(&harness), "/msg bob hi", "the text stays");
    harness.control('u');
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(11, "ana maria") });
    assert_eq!(says(&harness.type_text("/msg Ana Maria hi\n")), [(2, "hi")]);
    assert_shows(&harness, "▌ 3 ana maria");
}

#[test]
fn a_room_that_is_refused_is_none() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/msg nobody\n");
    let code = RefusalCode::NoSuchUser;
    let refusal =
        Refusal { room: Some(room("@nobody")), ..Refusal::new(code, "nobody is called that") };
    harness.event(Event::Refused(refusal));
    assert_shows(&harness, "Not sent: there is no user \"nobody\"");
    assert_eq!(harness.state.client.rooms().list().len(), 1);
}

#[test]
fn topics_are_shown_and_set() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/topic\n");
    assert_shows(&harness, "#lobby has no topic. Set one with /topic TEXT");
    let topic = chat_proto::Topic::new("tea").unwrap();
    let command = Command::Topic { room: RoomName::lobby(), topic: topic.clone() };
    assert_eq!(sent(&harness.type_text("/topic tea\n")), [command]);
    harness.event(Event::Topic { room: RoomName::lobby(), topic, user: user(7, "bob") });
    assert!(harness.screen().starts_with("#lobby  tea"));
    // It is a message, too, which is shown once and is not unread.
    let set = message_in("#lobby", 1, user(7, "bob"), "set the topic: tea", harness.at);
    harness.event(Event::Message(Message { kind: MessageKind::Topic, ..set }));
    let screen = harness.screen();
    assert_eq!(screen.matches("set the topic: tea").count(), 1, "{screen}");
    assert_shows(&harness, "* bob set the topic: tea");
    assert_eq!(harness.state.client.room().unread(), 0);
}

#[test]
fn a_topic_of_an_older_server_is_shown_as_a_notice() {
    let mut harness = Harness::new(80, 20);
    let features = Features::all().without(features::EVENTS);
    harness.connect_to(1, Welcome { features, ..welcome(7, "bob") });
    let topic = chat_proto::Topic::new("tea").unwrap();
    harness.event(Event::Topic { room: RoomName::lobby(), topic, user: user(7, "bob") });
    assert_shows(&harness, "· bob set the topic: tea");
}

#[test]
fn older_messages_are_asked_for_once_and_the_place_stays() {
    let mut harness = Harness::new(80, 20);
    harness.seq = 500;
    harness.connect(1);
    for seq in 451..=500 {
        harness.message_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    let mut asked = Vec::new();
    for _ in 0..20 {
        asked.extend(sent(&harness.wheel(Wheel::Up)));
    }
    let history = |before| Command::History {
        room: RoomName::lobby(),
        before: Some(Seq::new(before)),
        at: None,
        limit: Some(100),
    };
    assert_eq!(asked, [history(451)]);
    assert_shows(&harness, "Loading…");
    let last_row = |harness: &Harness| harness.screen().lines().nth(16).map(str::to_owned);
    let before = last_row(&harness);
    let page = (351..=450).map(|seq| {
        message_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"), harness.at)
    });
    harness.event(Event::History { room: RoomName::lobby(), messages: page.collect(), more: true });
    assert_eq!(last_row(&harness), before);
    assert!(!harness.screen().contains("Loading"));
    let effects: Vec<Effect> = (0..10).flat_map(|_| harness.press(KeyCode::PageUp)).collect();
    assert_eq!(sent(&effects), [history(351)]);
    harness.event(Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false });
    assert!(sent(&harness.wheel(Wheel::Up)).is_empty());
}

#[test]
fn a_room_opens_at_what_is_new() {
    let mut harness = Harness::new(80, 12);
    harness.link_event(LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") });
    let effects = harness.event(room_event("#lobby", 100, 70));
    assert_eq!(
        sent(&effects),
        [Command::Join { room: RoomName::lobby(), since: Some(Seq::new(20)) }]
    );
    for seq in 21..=100 {
        harness.message_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    assert_shows(&harness, " new ─");
    assert_shows(&harness, "ana   message 71");
    let reads = sent(&harness.input(Input::Client(ClientInput::Tick)));
    assert!(
        matches!(reads[..], [Command::Read { seq, .. }] if (71..=80).contains(&seq.get())),
        "{reads:?}"
    );
    harness.press(KeyCode::End);
    assert_shows(&harness, "      message 100");
}

#[test]
fn own_messages_are_not_unread() {
    let mut harness = Harness::new(80, 20);
    harness.link_event(LinkEvent::Welcome { session: 1, welcome: welcome(7, "bob") });
    // Killed before the read position was sent.
    harness.event(room_event("#lobby", 4, 1));
    harness.message_in("#lobby", 1, user(3, "ana"), "one");
    harness.message_in("#lobby", 2, user(7, "bob"), "two");
    harness.message_in("#lobby", 3, user(7, "bob"), "three");
    assert!(!harness.screen().contains(" new ─"), "{}", harness.screen());
    harness.message_in("#lobby", 4, user(3, "ana"), "four");
    harness.message_in("#lobby", 5, user(7, "bob"), "five");
    let rows: Vec<String> = harness.screen().lines().map(str::to_owned).collect();
    let row = |text| rows.iter().position(|row| row.contains(text));
    let (three, line, four) = (row("      three"), row(" new ─"), row("ana   four"));
    assert!(three.is_some() && three < line && line < four, "{}", harness.screen());
    assert_eq!(harness.screen().matches(" new ─").count(), 1);
}

#[test]
fn messages_of_the_user_are_not_unread_wherever_they_are_accepted() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    harness.type_text("one\nthree\n");
    harness.alt(KeyCode::Char('1'));
    let accepts = |harness: &mut Harness, n, seq| {
        let (room, at, seq) = (room("#rust"), harness.at, Seq::new(seq));
        harness.event(Event::Accepted(Accepted {
            n: Some(n),
            device: None,
            room,
            seq,
            at,
            repeat: false,
        }));
    };
    accepts(&mut harness, 1, 1);
    assert_shows(&harness, "2 #rust          │");
    harness.message_in("#rust", 2, user(3, "ana"), "two");
    accepts(&mut harness, 2, 3);
    assert_shows(&harness, "2 #rust         1│");
}

#[test]
fn a_room_that_is_new_says_so() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/join #oops\n");
    let alone = RoomState { users: vec![user(7, "bob")], count: 1, ..room_state("#oops", 0, 0) };
    harness.event(Event::Room(alone));
    assert_shows(&harness, "You created #oops. /leave removes it");
    harness.type_text("/join #tea\n");
    harness.event(room_event("#tea", 3, 3));
    assert!(!harness.screen().contains("You created"), "{}", harness.screen());
}

#[test]
fn a_room_that_is_sent_again_changes_the_user_list_without_notices() {
    let mut harness = Harness::connected(120, 20);
    harness.message(3, "ana", "one");
    let users = vec![user(7, "bob"), user(12, "dora")];
    let lobby = RoomState { users, count: 2, ..room_state("#lobby", 1, 0) };
    assert!(sent(&harness.event(Event::Room(lobby))).is_empty());
    assert_shows(&harness, "dora");
    assert!(!harness.screen().contains("joined"));
    harness.event(Event::Presence { room: RoomName::lobby(), count: 700 });
    assert_shows(&harness, "700 online");
}

#[test]
fn another_user_has_other_rooms() {
    let mut harness = Harness::connected(100, 20);
    for name in ["#go", "#rust"] {
        harness.type_text(&format!("/join {name}\n"));
        harness.event(room_event(name, 0, 0));
    }
    harness.lose();
    harness.type_text("waits\n");
    harness.link_event(LinkEvent::Welcome { session: 2, welcome: welcome(8, "bob") });
    assert_eq!(
        harness.state.client.rooms().list().len(),
        2,
        "the one something waits for, and the lobby"
    );
    assert_shows(&harness, "▌ 2 #rust");
}

#[test]
fn the_user_list_follows_the_events() {
    let mut harness = Harness::connected(80, 20);
    let room = RoomName::lobby;
    harness.event(Event::Joined { room: room(), user: user(9, "zoe") });
    harness.event(Event::Renamed { user: user(3, "ana"), name: name("anna") });
    let reason = chat_proto::LeaveReason::Lost;
    harness.event(Event::Left { room: room(), user: user(5, "carl"), reason });
    assert_shows(&harness, "→ zoe joined");
    assert_shows(&harness, "ana is now anna");
    assert_shows(&harness, "← carl lost connection");
    let ids: Vec<u64> =
        harness.state.client.room().users().iter().map(|user| user.id.get()).collect();
    assert_eq!(ids, [3, 7, 9]);
    harness.event(Event::Renamed { user: user(7, "bob"), name: name("rob") });
    assert_eq!(*harness.state.client.name(), name("rob"));
}
