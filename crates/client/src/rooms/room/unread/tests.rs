use chat_proto::RoomName;

use super::*;

/// A room with a hundred messages, of which nine are read; ten more are the user's, and one names the user.
fn room() -> Room {
    let mut room = Room::new(RoomName::lobby(), 1);
    room.last_seq = Seq::new(100);
    room.mark_read(Seq::new(9));
    let counts = (Some(81), Some(1));
    room.set_counts(ServerCount::from_event(room.read, room.last_seq, counts, false));
    room
}

fn say(room: &mut Room, seq: u64) {
    room.last_seq = Seq::new(seq);
    room.mark_uncounted(Seq::new(seq));
}

#[test]
fn messages_of_the_user_are_not_unread() {
    let mut room = room();
    say(&mut room, 101);
    say(&mut room, 102);
    room.last_seq = Seq::new(103);
    assert_eq!(room.unread(), 82);
    room.mark_read(Seq::new(103));
    assert_eq!(room.unread(), 0);
}

#[test]
fn an_event_that_is_not_counted_is_read_with_the_message_before_it() {
    let mut room = room();
    room.mark_read(Seq::new(100));
    room.last_seq = Seq::new(101);
    say(&mut room, 102);
    say(&mut room, 103);
    assert_eq!((room.unread(), room.read.get()), (1, 100));
    room.mark_read(Seq::new(101));
    assert_eq!((room.unread(), room.read.get()), (0, 103));
}

#[test]
fn a_mention_that_is_not_loaded_is_counted_until_it_is_read() {
    let mut room = room();
    for seq in 10..=20 {
        room.receive(Seq::new(seq), false);
    }
    room.mark_read(Seq::new(20));
    assert_eq!((room.unread(), room.mentions()), (70, 1));
    for seq in 21..=29 {
        room.mark_uncounted(Seq::new(seq));
    }
    room.receive(Seq::new(30), true);
    room.mark_read(Seq::new(29));
    assert_eq!((room.unread(), room.mentions()), (70, 1));
    room.mark_read(Seq::new(30));
    assert_eq!((room.unread(), room.mentions()), (69, 0));
}

#[test]
fn a_count_from_before_the_user_read_on_changes_nothing() {
    let mut room = room();
    let old = ServerCount::from_event(Seq::new(9), Seq::new(100), (Some(81), Some(1)), false);
    room.mark_read(Seq::new(50));
    let unread = room.unread();
    room.set_counts(old);
    assert_eq!(room.unread(), unread);
}

#[test]
fn a_deletion_is_counted_once_and_not_if_the_server_has_counted_it() {
    let mut room = room();
    room.mark_deleted(Seq::new(50), Seq::new(90));
    assert_eq!(room.unread(), 81, "the server has left it out");
    say(&mut room, 101);
    room.mark_deleted(Seq::new(60), Seq::new(101));
    room.mark_deleted(Seq::new(60), Seq::new(101));
    assert_eq!(room.unread(), 80);
}

#[test]
fn a_deleted_message_of_an_ignored_user_is_left_out_once() {
    let mut room = room();
    room.last_seq = Seq::new(101);
    room.ignore(Seq::new(50), true);
    room.ignore(Seq::new(101), false);
    assert_eq!((room.unread(), room.mentions()), (80, 0));
    for (deleted, by) in [(50, 102), (101, 103)] {
        say(&mut room, by);
        room.mark_deleted(Seq::new(deleted), Seq::new(by));
    }
    assert_eq!((room.unread(), room.mentions()), (80, 0));
}

#[test]
fn what_is_unread_is_shared_out_between_above_and_below() {
    let mut room = room();
    say(&mut room, 101);
    room.last_seq = Seq::new(103);
    room.receive(Seq::new(103), true);
    assert_eq!((room.unread(), room.mentions()), (83, 2));
    assert_eq!((room.unread_from(Seq::new(100)), room.unread_before(Seq::new(100))), (3, 80));
    assert_eq!(room.mentions_before(Seq::new(100)), 1);
    assert_eq!((room.unread_from(Seq::new(5)), room.unread_before(Seq::new(5))), (83, 0));
}
