use chat_proto::command::Word;
use chat_proto::event::{Accepted, Message};
use chat_proto::{Command, Event, Refusal, RefusalCode, RoomName};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::fixture::{Bench, kept, message_in, name, room, room_event, says, sent, user};
use crate::link::{Lost, News};
use crate::store::Profile;

/// What the box holds.
fn typed(bench: &Bench) -> String {
    bench.state.prompt.editor.text()
}

#[track_caller]
fn assert_shows(bench: &Bench, text: &str) {
    let screen = bench.screen();
    assert!(screen.contains(text), "no {text:?} on\n{screen}");
}

#[test]
fn a_message_is_shown_at_once_and_settled_later() {
    let mut bench = Bench::connected(80, 20);
    let effects = bench.types("hi\n");
    assert_eq!(says(&effects), [(1, "hi")]);
    assert_shows(&bench, "14:02 … bob: hi");
    bench.accepts(1);
    assert_shows(&bench, "14:02 › bob: hi");
}

#[test]
fn a_refused_message_says_why() {
    let mut bench = Bench::connected(80, 20);
    bench.types("hi\n");
    let refusal = Refusal { n: Some(1), ..Refusal::new(RefusalCode::NotInRoom, "join it first") };
    bench.hears(Event::Refused(refusal));
    assert_shows(&bench, "× bob: hi (not said: join it first)");
}

#[test]
fn what_is_said_without_a_session_waits_and_goes_out_in_order() {
    let mut bench = Bench::new(80, 20);
    assert!(says(&bench.types("one\ntwo\n")).is_empty());
    assert_shows(&bench, "2 waiting");
    assert_eq!(says(&bench.connects(1)), [(1, "one"), (2, "two")]);
}

#[test]
fn what_went_out_without_an_answer_is_said_again_under_its_number() {
    let mut bench = Bench::connected(100, 20);
    bench.types("one\ntwo\nthree\n");
    bench.accepts(1);
    bench.loses();
    assert_shows(&bench, "… bob: two");
    assert_shows(&bench, "2 waiting");
    // The second was kept, and the answer was lost.
    let effects = bench.connects_knowing(2, 2);
    assert_eq!(says(&effects), [(3, "three")]);
    assert!(kept(&effects).contains(&&Keep::Settled(vec![2])));
    let missed = Message {
        n: Some(2),
        device: Some(Word::new("here").unwrap()),
        ..message_in("#lobby", 2, user(7, "bob"), "two", bench.at)
    };
    bench.hears(Event::Message(missed));
    bench.seq = 2;
    bench.accepts(3);
    let screen = bench.screen();
    for text in ["› bob: one", "› bob: two", "› bob: three"] {
        assert_eq!(screen.matches(text).count(), 1, "{text} on\n{screen}");
    }
    assert!(!screen.contains('…'), "{screen}");
}

#[test]
fn what_is_said_is_kept_before_it_is_sent_and_forgotten_when_it_is_settled() {
    let mut bench = Bench::connected(80, 20);
    let effects = bench.types("hi\n");
    assert!(
        matches!(&effects[..], [Effect::Keep(Keep::Said(say)), Effect::Order(_)] if say.n == Some(1))
    );
    assert_eq!(kept(&bench.accepts(1)), [&Keep::Settled(vec![1])]);
    bench.types("no\n");
    let refusal = Refusal { n: Some(2), ..Refusal::new(RefusalCode::NotKept, "disk full") };
    assert_eq!(kept(&bench.hears(Event::Refused(refusal))), [&Keep::Settled(vec![2])]);
    bench.types("again\n");
    bench.hears(Event::Accepted(Accepted::Repeat { n: 3, repeat: true }));
    assert_eq!(bench.state.outbox.says().count(), 0);
}

#[test]
fn what_an_earlier_run_has_left_is_shown_and_said() {
    let mut bench = Bench::new(80, 20);
    let say = |n| Say {
        room: RoomName::lobby(),
        kind: Kind::Text,
        n: Some(n),
        text: Text::new(format!("left {n}")).unwrap(),
    };
    bench.state.outbox = crate::state::Outbox::new(8, vec![say(6), say(8)]);
    begin(&mut bench.state, bench.at);
    assert_shows(&bench, "… bob: left 6");
    assert_eq!(says(&bench.connects_knowing(1, 6)), [(8, "left 8")]);
    assert_eq!(says(&bench.types("new\n")), [(9, "new")]);
}

#[test]
fn what_a_server_on_its_way_out_does_not_take_waits_for_the_next() {
    let mut bench = Bench::connected(80, 20);
    bench.types("hi\n");
    let refusal = Refusal { n: Some(1), ..Refusal::new(RefusalCode::Shutdown, "going away") };
    let effects = bench.hears(Event::Refused(refusal));
    assert!(matches!(kept(&effects)[..], [Keep::Unsettled(says)] if says[0].n == Some(2)));
    bench.loses();
    assert_shows(&bench, "… bob: hi");
    assert_eq!(says(&bench.connects(2)), [(2, "hi")]);
}

#[test]
fn a_refused_token_is_said_and_dropped_only_when_asked() {
    let mut bench = Bench::new(100, 20);
    let refusal = Refusal::new(RefusalCode::BadToken, "nobody has this token");
    assert!(bench.tells(News::Refused(Box::new(refusal))).is_empty());
    assert_shows(&bench, "not let in: nobody has this token");
    assert_shows(&bench, "/forget drops it");
    let effects = bench.types("/forget\n");
    assert_eq!(kept(&effects), [&Keep::NoToken]);
    assert!(matches!(&effects[1], Effect::Order(Order::CallAs(id)) if id.token.is_none()));
    bench.connects(1);
    bench.types("/forget\n");
    assert_shows(&bench, "/forget is for a token that the server refuses");
}

#[test]
fn the_token_of_a_welcome_is_kept() {
    let mut bench = Bench::new(80, 20);
    let effects = bench.connects(1);
    assert!(kept(&effects).contains(&&Keep::Token("secret".into())));
}

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
    let reason = chat_proto::LeaveReason::Bye;
    bench.hears(Event::Left { room: room("#rust"), user: user(7, "bob"), reason });
    assert!(!bench.screen().contains("#rust"), "{}", bench.screen());
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
    assert_eq!(bench.says_in("@ana", 1, user(3, "ana"), "psst").last(), Some(&Effect::Ring));
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
    assert_eq!(sent(&bench.takes(Input::Tick)), [read("#rust", 2)]);
}

#[test]
fn what_was_read_elsewhere_is_read() {
    let mut bench = Bench::connected(100, 20);
    bench.in_rust();
    bench.alt(KeyCode::Char('1'));
    bench.says_in("#rust", 1, user(3, "ana"), "one");
    bench.hears(Event::Read { room: room("#rust"), seq: 1 });
    assert_shows(&bench, "2 #rust      ");
    bench.hears(Event::Read { room: room("#rust"), seq: 0 });
    assert!(sent(&bench.takes(Input::Tick)).is_empty());
}

#[test]
fn how_far_one_has_read_is_told_once_in_a_while() {
    let mut bench = Bench::connected(80, 20);
    let effects = bench.said(3, "ana", "one");
    assert_eq!(effects, [Effect::Tick(Duration::from_secs(1))]);
    assert!(bench.said(3, "ana", "two").is_empty());
    let read = Command::Read { room: RoomName::lobby(), seq: 2 };
    assert_eq!(sent(&bench.takes(Input::Tick)), [read]);
    assert!(bench.takes(Input::Tick).is_empty());
    bench.said(3, "ana", "three");
    let effects = bench.types("/quit\n");
    assert_eq!(sent(&effects), [Command::Read { room: RoomName::lobby(), seq: 3 }]);
    assert_eq!(effects.last(), Some(&Effect::Quit));
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
    bench.hears(Event::Joined { room: RoomName::lobby(), user: user(11, "ana maria") });
    assert_eq!(says(&bench.types("/msg Ana Maria hi\n")), [(2, "hi")]);
    assert_shows(&bench, "@Ana Maria");
}

#[test]
fn a_room_that_is_refused_is_none() {
    let mut bench = Bench::connected(80, 20);
    bench.types("/msg nobody\n");
    let code = RefusalCode::NoSuchUser;
    let refusal =
        Refusal { room: Some(room("@nobody")), ..Refusal::new(code, "nobody is called that") };
    bench.hears(Event::Refused(refusal));
    assert_shows(&bench, "refused: nobody is called that");
    assert!(!bench.screen().contains("@nobody"));
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
fn coming_back_asks_for_what_was_missed_and_shows_it_once() {
    let mut bench = Bench::connected(80, 20);
    for text in ["one", "two"] {
        bench.said(3, "ana", text);
    }
    let before = bench.screen();
    bench.loses();
    bench.tells(News::Waiting { seconds: 1 });
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
fn rooms_left_elsewhere_are_gone_and_rooms_joined_elsewhere_are_there() {
    let mut bench = Bench::connected(100, 20);
    bench.in_rust();
    bench.loses();
    let effects = bench.connects(2);
    let ping = effects.iter().find_map(|effect| match effect {
        Effect::Order(Order::Send { command: Command::Ping { nonce }, .. }) => Some(nonce.clone()),
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
    bench.hears(Event::Pong {
        nonce: chat_proto::command::Nonce::Word(Word::new("rooms").unwrap()),
    });
    assert_shows(&bench, "▸2 #rust");
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
    bench.tells(News::Welcome { session: 1, welcome: crate::fixture::welcome(7, "bob") });
    let effects = bench.hears(room_event("#lobby", 100, 70));
    assert_eq!(sent(&effects), [Command::Join { room: RoomName::lobby(), since: Some(20) }]);
    for seq in 21..=100 {
        bench.says_in("#lobby", seq, user(3, "ana"), &format!("message {seq}"));
    }
    assert_shows(&bench, "── new since 14:02");
    assert_shows(&bench, "ana: message 71");
    let reads = sent(&bench.takes(Input::Tick));
    assert!(matches!(reads[..], [Command::Read { seq: 71..=80, .. }]), "{reads:?}");
    bench.presses(KeyCode::End);
    assert_shows(&bench, "ana: message 100");
}

#[test]
fn a_room_told_again_changes_the_list_quietly() {
    let mut bench = Bench::connected(80, 20);
    bench.said(3, "ana", "one");
    let users = vec![user(7, "bob"), user(12, "dora")];
    let room = RoomName::lobby();
    let (topic, last_seq) = (chat_proto::Topic::default(), 1);
    assert!(
        sent(&bench.hears(Event::Room { room, topic, count: 2, users, last_seq, read: 0 }))
            .is_empty()
    );
    assert_shows(&bench, "dora");
    assert!(!bench.screen().contains("is here"));
    bench.hears(Event::Presence { room: RoomName::lobby(), count: 700 });
    assert_shows(&bench, "700 users");
}

#[test]
fn a_journal_that_begins_anew_is_told() {
    let mut bench = Bench::connected(100, 20);
    for _ in 0..3 {
        bench.said(3, "ana", "old");
    }
    bench.loses();
    bench.seq = 1;
    bench.connects(2);
    bench.says_in("#lobby", 1, user(3, "ana"), "new");
    assert_shows(&bench, "the server has begun anew");
    assert_shows(&bench, "ana: new");
}

#[test]
fn another_user_has_other_rooms() {
    let mut bench = Bench::connected(100, 20);
    bench.in_rust();
    bench.loses();
    bench.types("waits\n");
    bench.tells(News::Welcome { session: 2, welcome: crate::fixture::welcome(8, "bob") });
    assert_eq!(bench.state.rooms.list().len(), 2, "the one something waits for, and the lobby");
    assert!(!bench.screen().contains("▸2"));
}

#[test]
fn what_cannot_be_kept_is_told_once() {
    let mut bench = Bench::connected(100, 20);
    for _ in 0..2 {
        bench.takes(Input::NotKept("/x: no space left on device".into()));
    }
    assert_eq!(bench.screen().matches("cannot be kept").count(), 1);
}

#[test]
fn the_outbox_is_bounded_and_the_text_stays() {
    let mut bench = Bench::new(80, 20);
    for _ in 0..OUTBOX_MAX {
        bench.types("x\n");
    }
    bench.types("one more\n");
    assert_shows(&bench, "not said: 100 messages wait for the server already");
    assert_eq!(typed(&bench), "one more");
}

#[test]
fn what_cannot_be_said_stays_to_be_mended() {
    let mut bench = Bench::connected(120, 20);
    bench.takes(Input::Paste("x".repeat(20_000)));
    bench.presses(KeyCode::Enter);
    assert_shows(&bench, "not said: a text has at most 16384 bytes, this one has 20000");
    assert_eq!(typed(&bench).len(), 20_000);
    bench.takes(Input::Paste("x".repeat(20_000)));
    assert_shows(&bench, "the input box holds 32768 bytes");
    let mut bench = Bench::connected(120, 20);
    bench.takes(Input::Paste("a\u{1b}b".into()));
    assert!(bench.presses(KeyCode::Enter).is_empty());
    assert_shows(&bench, "U+001B");
    assert_eq!(typed(&bench), "a\u{1b}b");
}

#[test]
fn a_paste_of_many_lines_is_one_message() {
    let mut bench = Bench::connected(80, 20);
    bench.takes(Input::Paste("one\r\n  two\rthree".into()));
    assert_eq!(says(&bench.types("\n")), [(1, "one\n  two\nthree")]);
}

#[test]
fn commands_do_what_they_say() {
    let mut bench = Bench::connected(80, 20);
    assert_eq!(bench.types("/quit\n"), [Effect::Quit]);
    assert_eq!(bench.types("/reconnect\n"), [Effect::Order(Order::Call(name("bob")))]);
    let command = Command::Rename { name: name("rob") };
    assert_eq!(bench.types("/name rob\n"), [Effect::Order(Order::Send { session: 1, command })]);
    bench.types("/me waves\n");
    assert_shows(&bench, "… * bob waves");
    assert_eq!(says(&bench.types("//text\n")), [(2, "/text")]);
    bench.types("/foo bar\n");
    assert_shows(&bench, "no such command: /foo; /help lists them");
    bench.types("/help\n");
    for command in COMMANDS {
        assert_shows(&bench, command.does);
    }
}

#[test]
fn clear_keeps_what_is_not_settled() {
    let mut bench = Bench::connected(80, 20);
    bench.types("kept\n");
    bench.accepts(1);
    bench.types("pending\n/clear\n");
    let screen = bench.screen();
    assert!(!screen.contains("kept") && screen.contains("… bob: pending"), "{screen}");
    bench.accepts(2);
    assert_shows(&bench, "› bob: pending");
}

#[test]
fn a_taken_name_is_asked_for_and_nothing_typed_is_lost() {
    let mut bench = Bench::new(80, 20);
    bench.types("half a sen");
    bench.refuses_name();
    assert_eq!(typed(&bench), "bob_2");
    bench.control('u');
    bench.types("a|b\n");
    assert_shows(&bench, "not a name: a name has none of the characters");
    bench.control('u');
    assert_eq!(bench.types("rob\n"), [Effect::Become(name("rob"))]);
    assert_eq!(typed(&bench), "half a sen");
    let device = Word::new("there").unwrap();
    let rob = Profile { name: name("rob"), token: None, device, last_n: 0, unsettled: Vec::new() };
    let effects = bench.takes(Input::Became(Ok(Box::new(rob))));
    assert!(matches!(&effects[..], [Effect::Order(Order::CallAs(rob))] if rob.name == name("rob")));
    assert_eq!(bench.state.name, name("rob"));
}

#[test]
fn commands_work_where_a_name_is_asked_for() {
    let mut bench = Bench::new(80, 20);
    bench.types("draft");
    bench.refuses_name();
    bench.control('u');
    assert_eq!(bench.types("/quit\n"), [Effect::Quit]);
    assert_eq!(bench.types("/name rob\n"), [Effect::Become(name("rob"))]);
    bench.connects(1);
    assert_eq!(typed(&bench), "draft");
}

#[test]
fn a_name_refused_twice_keeps_the_first_draft() {
    let mut bench = Bench::new(80, 20);
    bench.types("draft");
    bench.refuses_name();
    bench.refuses_name();
    bench.types("\n");
    assert_eq!(typed(&bench), "draft");
}

#[test]
fn a_lost_line_loses_nothing_that_is_typed() {
    let mut bench = Bench::connected(80, 20);
    bench.types("half a sen");
    bench.loses();
    bench.tells(News::Waiting { seconds: 4 });
    assert_shows(&bench, "reconnecting in 4 s");
    assert_shows(&bench, "the server closed the connection");
    bench.connects(2);
    assert_eq!(typed(&bench), "half a sen");
}

#[test]
fn trouble_with_the_line_is_on_the_status_line_alone() {
    let mut bench = Bench::new(80, 20);
    for _ in 0..5 {
        bench.tells(News::Lost(Lost::Silent));
        bench.tells(News::Waiting { seconds: 2 });
    }
    assert_shows(&bench, "reconnecting in 2 s · the server does not answer");
    assert_eq!(bench.screen().matches("does not answer").count(), 1);
    bench.connects(1);
    assert!(!bench.screen().contains("does not answer"));
}

#[test]
fn a_mention_rings_the_bell() {
    let mut bench = Bench::connected(80, 20);
    assert!(bench.said(3, "ana", "hi BOB!").contains(&Effect::Ring));
    assert_shows(&bench, "14:02 @ ana: hi BOB!");
    assert!(!bench.said(3, "ana", "hi bobby").contains(&Effect::Ring));
    assert!(!bench.said(7, "bob", "I am bob").contains(&Effect::Ring));
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
    let ids: Vec<u64> = bench.state.room().users.iter(7).map(|user| user.id).collect();
    assert_eq!(ids, [7, 3, 9]);
    bench.hears(Event::Renamed { user: user(7, "bob"), name: name("rob") });
    assert_eq!(bench.state.name, name("rob"));
}

#[test]
fn ctrl_c_clears_first_and_quits_then() {
    let mut bench = Bench::connected(80, 20);
    bench.types("typed");
    assert!(bench.control('c').is_empty());
    assert_eq!(typed(&bench), "");
    assert_eq!(bench.control('c'), [Effect::Quit]);
    bench.presses(KeyCode::Up);
    assert_eq!(typed(&bench), "typed");
    assert!(bench.control('d').is_empty());
}

#[test]
fn a_question_mark_asks_for_help_only_on_an_empty_line() {
    let mut bench = Bench::connected(80, 20);
    bench.types("?");
    assert!(bench.state.help.is_some());
    bench.presses(KeyCode::Esc);
    bench.types("why?");
    assert_eq!((bench.state.help, typed(&bench).as_str()), (None, "why?"));
    bench.presses(KeyCode::F(1));
    assert!(bench.state.help.is_some());
}

#[test]
fn alt_enter_begins_a_line_and_enter_says_both() {
    let mut bench = Bench::connected(80, 20);
    bench.types("one");
    bench.takes(Input::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT)));
    assert_eq!(says(&bench.types("two\n")), [(1, "one\ntwo")]);
}

#[test]
fn new_messages_are_counted_while_one_reads_back() {
    let mut bench = Bench::connected(80, 20);
    for number in 0..60 {
        bench.said(3, "ana", &format!("message {number}"));
    }
    bench.presses(KeyCode::PageUp);
    let before = bench.screen();
    for _ in 0..12 {
        bench.said(3, "ana", "new");
    }
    assert_eq!(before.lines().next(), bench.screen().lines().next());
    assert_shows(&bench, "12 new ↓");
    bench.presses(KeyCode::End);
    assert_shows(&bench, "ana: new");
    assert!(!bench.screen().contains("new ↓"));
}

#[test]
fn a_stuck_line_is_told() {
    let mut bench = Bench::connected(80, 20);
    assert!(bench.takes(Input::Stuck).is_empty());
    assert_shows(&bench, "too much waits for the network; /reconnect");
}

#[test]
fn an_unreadable_line_is_told_once_a_session() {
    let mut bench = Bench::connected(100, 20);
    for _ in 0..3 {
        let refusal = Refusal::new(RefusalCode::BadField, "unknown variant `presence`");
        bench.tells(News::Unreadable(Box::new(refusal)));
    }
    assert_eq!(bench.screen().matches("cannot read").count(), 1);
}
