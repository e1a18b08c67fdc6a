//! What is typed with a `/` in front.

use super::*;

#[test]
fn a_name_with_a_space_is_one_name_without_a_session_too() {
    let mut bench = Bench::connected(80, 20);
    bench.hears(Event::Joined { room: RoomName::lobby(), user: user(11, "Ana Maria") });
    bench.types("/msg Ana Maria hi\n");
    bench.alt(KeyCode::Char('1'));
    bench.loses();
    bench.types("/msg ana maria the party is tonight\n");
    assert_shows(&bench, "▸2 @Ana Maria");
    assert_shows(&bench, "… bob: the party is tonight");
    assert_eq!(bench.state.client.rooms().list().len(), 2, "{}", bench.screen());
}

#[test]
fn what_may_be_half_a_name_gets_no_message_without_a_session() {
    let mut bench = Bench::connected(80, 20);
    bench.loses();
    let command = "/msg Ana Maria the party is tonight";
    bench.types(&format!("{command}\n"));
    assert_shows(&bench, "nobody of that name is known here");
    assert_eq!(typed(&bench), command, "it stays to be sent later");
    assert_eq!(
        (bench.state.client.outbox().messages().count(), bench.state.client.rooms().list().len()),
        (0, 1)
    );
    bench.control('u');
    // Who was here as the line was lost has a number, and so an address.
    bench.types("/msg Carl\npsst\n");
    assert_shows(&bench, "▸2 @carl");
    assert_eq!(
        bench.state.client.outbox().messages().next().map(|own| &own.room),
        Some(&room("@5-7"))
    );
}

#[test]
fn clear_leaves_nothing_unread() {
    let mut bench = Bench::connected(80, 20);
    bench.in_rust();
    for seq in 1..=60 {
        bench.says_in("#rust", seq, user(3, "ana"), "text");
    }
    bench.presses(KeyCode::PageUp);
    for seq in 61..=72 {
        bench.says_in("#rust", seq, user(3, "ana"), "new");
    }
    assert_shows(&bench, "▸2 #rust   12");
    bench.types("/clear\n");
    assert_shows(&bench, "▸2 #rust      │");
    let read = Command::Read { room: room("#rust"), seq: 72 };
    assert_eq!(sent(&bench.takes(Input::Client(ClientInput::Tick))), [read]);
}

#[test]
fn a_room_is_left_by_the_name_it_is_joined_by() {
    let mut bench = Bench::connected(80, 20);
    bench.in_rust();
    for written in ["rust", "#rust"] {
        let leave = Command::Leave { room: room("#rust") };
        assert_eq!(sent(&bench.types(&format!("/leave {written}\n"))), [leave]);
    }
    bench.types("/leave tea\n");
    assert_shows(&bench, "you are not in #tea");
}

#[test]
fn a_name_to_talk_to_may_have_its_sigil() {
    let mut bench = Bench::connected(80, 20);
    bench.types("/msg @an\thi\n");
    assert_shows(&bench, "▸2 @ana");
    assert_shows(&bench, "… bob: hi");
}

#[test]
fn a_topic_is_emptied() {
    let mut bench = Bench::connected(80, 20);
    let none = Command::Topic { room: RoomName::lobby(), topic: chat_proto::Topic::default() };
    assert_eq!(sent(&bench.types("/topic -delete\n")), [none]);
}
