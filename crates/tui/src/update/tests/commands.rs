//! What is typed with a `/` in front.

use chat_client::store::StoreOp;
use chat_proto::limits::TEXT_BYTES_MAX;
use chat_proto::{LeaveReason, Seq};

use super::*;

#[test]
fn a_name_with_a_space_is_one_name_without_a_session_too() {
    let mut harness = Harness::connected(80, 20);
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(11, "Ana Maria") });
    harness.type_text("/msg Ana Maria hi\n");
    harness.alt(KeyCode::Char('1'));
    harness.lose();
    harness.type_text("/msg ana maria the party is tonight\n");
    assert_shows(&harness, "▌ 2 Ana Maria");
    assert_shows(&harness, "… the party is tonight");
    assert_eq!(harness.state.client.rooms().list().len(), 2, "{}", harness.screen());
}

#[test]
fn a_name_that_may_be_incomplete_gets_no_message_without_a_session() {
    let mut harness = Harness::connected(80, 20);
    harness.lose();
    let command = "/msg Ana Maria the party is tonight";
    harness.type_text(&format!("{command}\n"));
    assert_shows(&harness, "Not sent: you're offline, and have no direct");
    assert_eq!(typed(&harness), command, "it stays to be sent later");
    assert_eq!(
        (
            harness.state.client.outbox().messages().count(),
            harness.state.client.rooms().list().len()
        ),
        (0, 1)
    );
    harness.control('u');
    // A user who was here when the connection was lost has a number, and so an address.
    harness.type_text("/msg Carl\npsst\n");
    assert_shows(&harness, "▌ 2 carl");
    assert_eq!(
        harness.state.client.outbox().messages().next().map(|own| &own.room),
        Some(&room("@5-7"))
    );
}

#[test]
fn clear_leaves_nothing_unread() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    for seq in 1..=60 {
        harness.message_in("#rust", seq, user(3, "ana"), "text");
    }
    harness.press(KeyCode::PageUp);
    for seq in 61..=72 {
        harness.message_in("#rust", seq, user(3, "ana"), "new");
    }
    assert_shows(&harness, "▌ 2 #rust        12│");
    harness.type_text("/clear\n");
    assert_shows(&harness, "▌ 2 #rust          │");
    let read = Command::Read { room: room("#rust"), seq: Seq::new(72) };
    assert_eq!(sent(&harness.input(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn a_room_is_left_by_the_name_it_is_joined_by() {
    let mut harness = Harness::connected(80, 20);
    harness.join_rust();
    for written in ["rust", "#rust"] {
        let leave = Command::Leave { room: room("#rust") };
        assert_eq!(sent(&harness.type_text(&format!("/leave {written}\n"))), [leave]);
    }
    harness.type_text("/leave tea\n");
    assert_shows(&harness, "You're not in #tea");
}

#[test]
fn a_name_to_talk_to_may_have_its_sigil() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/msg @an\thi\n");
    assert_shows(&harness, "▌ 2 ana");
    assert_shows(&harness, "… hi");
}

#[test]
fn a_topic_is_emptied() {
    let mut harness = Harness::connected(80, 20);
    let none = Command::Topic { room: RoomName::lobby(), topic: chat_proto::Topic::default() };
    assert_eq!(sent(&harness.type_text("/topic -delete\n")), [none]);
}

#[test]
fn commands_of_other_programs_work_and_a_mistyped_one_is_guessed() {
    let mut harness = Harness::connected(100, 30);
    let rename = Command::Rename { name: name("rob") };
    assert_eq!(sent(&harness.type_text("/nick rob\n")), [rename]);
    harness.join_rust();
    assert_eq!(sent(&harness.type_text("/part\n")), [Command::Leave { room: room("#rust") }]);
    harness.type_text("/nikc rob\n");
    assert_shows(&harness, "Unknown command /nikc. Did you mean /nick?");
    harness.type_text("/join\n");
    assert_shows(&harness, "Usage: /join #ROOM");
    assert_eq!(harness.type_text("/clear now\n"), []);
    assert_shows(&harness, "Usage: /clear");
    harness.type_text("/edit\n");
    assert_shows(&harness, "/edit is a key: select a message with Ctrl-S, then press e");
    harness.type_text("/mouse off\n");
    assert_shows(&harness, "/mouse is a setting: /set mouse");
    harness.type_text("/help nick\n");
    assert_shows(&harness, "/name [NAME]  Change your name (also /nick)");
}

#[test]
fn a_user_of_irc_types_on() {
    let mut harness = Harness::connected(100, 30);
    harness.join_rust();
    harness.event(room_event("#tea", 0, 0));
    let leave = |name| Command::Leave { room: room(name) };
    assert_eq!(sent(&harness.type_text("/part #tea see you\n")), [leave("#tea")]);
    harness.alt(KeyCode::Char('2'));
    let topic =
        |text| Command::Topic { room: room("#tea"), topic: chat_proto::Topic::new(text).unwrap() };
    assert_eq!(sent(&harness.type_text("/topic #tea green, black\n")), [topic("green, black")]);
    assert_shows(&harness, "#tea ›");
    assert_eq!(sent(&harness.type_text("/topic #3 is the best\n")), [topic("#3 is the best")]);
    harness.type_text("/topic #rust\n");
    assert_shows(&harness, "#rust has no topic");
    harness.type_text("/msg #TEA the water boils\n");
    assert_shows(&harness, "#tea ›");
    assert_shows(&harness, "… the water boils");
    harness.type_text("/whois ana ana\n");
    assert_shows(&harness, "ana: online");
    harness.event(Event::Joined { room: RoomName::lobby(), user: user(12, "eve eve") });
    harness.type_text("/whois eve eve\n");
    assert_shows(&harness, "eve eve: online");
    harness.type_text("/msg #pub hi\n");
    assert_shows(&harness, "You're not in #pub. /join #pub joins it");
    assert_eq!(typed(&harness), "/msg #pub hi");
    harness.control('u');
    // What cannot be sent opens no room.
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    harness.input(Input::Paste(format!("/msg #rust {long}")));
    harness.type_text("\n");
    assert_eq!(*harness.state.shown(), room("#tea"));
    assert!(typed(&harness).starts_with("/msg #rust x"));
    harness.control('u');
    harness.lose();
    harness.type_text("/topic #rust oxidation\n");
    assert_eq!(*harness.state.shown(), room("#tea"));
    assert_eq!(harness.type_text("/quit see you\n").last(), Some(&Effect::Quit));
}

#[test]
fn several_rooms_are_joined_by_one_command_and_listed_by_a_pattern() {
    let mut harness = Harness::connected(100, 30);
    let join = |name| Command::Join { room: room(name), since: None };
    let mut joined = sent(&harness.type_text("/join #rust,#tea, #dev\n"));
    joined.retain(|command| matches!(command, Command::Join { .. }));
    assert_eq!(joined, [join("#rust"), join("#tea"), join("#dev")]);
    assert_eq!(*harness.state.shown(), room("#dev"));
    assert_eq!(sent(&harness.type_text("/join #a,#b c\n")), [], "all of them, or none");
    assert_shows(&harness, "Room names can't contain spaces");
    harness.control('u');
    harness.event(room_event("#rust", 0, 0));
    harness.type_text("/list *us*\n");
    assert_shows(&harness, "Rooms › us");
    assert_shows(&harness, "#rust");
    harness.press(KeyCode::Esc);
    harness.type_text("/names #rust\n");
    assert_shows(&harness, "Users in #rust");
    harness.press(KeyCode::Esc);
    harness.type_text("/names #pub\n");
    assert_shows(&harness, "You're not in #pub. /join #pub joins it");
}

#[test]
fn a_room_is_gone_to_by_its_number_or_name_and_a_part_lists_those_that_have_it() {
    let mut harness = Harness::connected(100, 30);
    harness.join_rust();
    harness.event(room_event("#tea", 0, 0));
    let shown = |harness: &Harness| harness.state.shown().to_string();
    for (typed, name) in
        [("/go #rust", "#rust"), ("/buffer 3", "#tea"), ("/win 1", "#lobby"), ("/go TEA", "#tea")]
    {
        harness.type_text(&format!("{typed}\n"));
        assert_eq!(shown(&harness), name, "{typed}");
    }
    for typed in ["/go ru", "/go @rust", "/go 9", "/go"] {
        harness.type_text(&format!("{typed}\n"));
        assert_shows(&harness, "Go to › ");
        harness.press(KeyCode::Esc);
    }
    assert_eq!(shown(&harness), "#tea");
}

#[test]
fn the_status_names_the_server_and_the_user() {
    let mut harness = Harness::connected(100, 20);
    let server = harness.state.client.server().to_owned();
    harness.type_text("/status\n");
    assert_shows(&harness, &format!("Connected to {server} as bob, with chat-tui "));
    harness.lose();
    harness.type_text("/status\n");
    assert_shows(&harness, &format!("Not connected to {server}. /reconnect tries again now"));
}

/// A client whose user reads messages of long ago.
fn reading_back() -> Harness {
    let mut harness = Harness::connected(80, 20);
    for number in 0..60 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.press(KeyCode::PageUp);
    harness
}

/// The rows of the log but the last one, which has a hint.
fn log(harness: &Harness) -> String {
    harness.screen().lines().take(17).collect()
}

#[test]
fn a_wrong_command_moves_no_view() {
    let mut harness = reading_back();
    let before = log(&harness);
    harness.type_text("/nikc ana\n");
    assert_eq!(log(&harness), before);
    assert_shows(&harness, "Unknown command /nikc. Did you mean /nick?");
    harness.press(KeyCode::Esc);
    assert_shows(&harness, "! Unknown command /nikc. Did you mean /nick?");
}

#[test]
fn an_answer_is_seen_by_a_user_who_reads_back() {
    let mut harness = reading_back();
    let before = log(&harness);
    harness.type_text("/help topic\n");
    assert_eq!(log(&harness), before);
    assert_shows(&harness, "/topic [#ROOM] [TEXT]  Show or set the topic");
    let refusal = Refusal::new(RefusalCode::NotAllowed, "the owner sets it");
    harness.type_text("/topic tea\n");
    harness.event(Event::Refused(refusal));
    assert_eq!(log(&harness), before);
    assert_shows(&harness, "Refused: the owner sets it.");
}

#[test]
fn a_user_who_wants_to_leave_the_lobby_reads_what_there_is_instead() {
    let mut harness = Harness::connected(100, 20);
    assert_eq!(sent(&harness.type_text("/leave\n")), []);
    assert_shows(
        &harness,
        "You can't leave #lobby: everybody is in it. /quiet makes it quiet, /quit ends",
    );
}

#[test]
fn go_to_opens_from_another_list() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/rooms\n");
    harness.control('k');
    assert_shows(&harness, "Go to › ");
    harness.control('k');
    assert!(!harness.screen().contains("Go to"), "{}", harness.screen());
}

#[test]
fn the_numbers_of_the_rooms_are_stored_once_all_have_come() {
    let mut choices = chat_client::choices::Choices::default();
    let mut harness = Harness::connected(80, 20);
    let stored = |effects: &[Effect]| {
        let mut ops = store_ops(effects).into_iter().rev();
        ops.find_map(|op| match op {
            StoreOp::Choices(choices) => Some(choices.clone()),
            _ => None,
        })
    };
    harness.event(room_event("#z", 0, 0));
    assert_eq!(stored(&harness.event(room_event("#a", 0, 0))), None);
    choices = stored(&harness.event(Event::Pong { nonce: rooms_complete() })).unwrap_or(choices);
    let mut next = Harness::with_profile(80, 20, Profile { choices, ..profile("bob") });
    next.connect(1);
    next.event(room_event("#a", 0, 0));
    next.event(room_event("#m", 0, 0));
    next.event(room_event("#z", 0, 0));
    for row in ["  3 #a", "  4 #m", "  2 #z"] {
        assert_shows(&next, row);
    }
    next.event(Event::Pong { nonce: rooms_complete() });
    let left = Event::Left { room: room("#z"), user: user(7, "bob"), reason: LeaveReason::Bye };
    assert!(stored(&next.event(left)).is_some(), "its number is free");
}
