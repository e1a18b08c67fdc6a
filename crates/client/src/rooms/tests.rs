use chat_proto::Seq;

use super::*;

fn name(name: &str) -> RoomName {
    RoomName::new(name).unwrap()
}

fn rooms(names: &[&str]) -> Rooms {
    let mut rooms = Rooms::default();
    for room in names {
        rooms.get_or_make(&name(room)).unwrap();
    }
    rooms
}

fn names(rooms: &Rooms) -> Vec<&str> {
    rooms.list().iter().map(|room| room.name.as_str()).collect()
}

#[test]
fn the_lobby_is_first_and_direct_messages_are_last() {
    let rooms = rooms(&["@zoe", "#zig", "@ana", "#ada", "#ADA"]);
    assert_eq!(names(&rooms), ["#lobby", "#ada", "#zig", "@ana", "@zoe"]);
}

#[test]
fn numbers_in_names_are_compared_by_value() {
    let rooms = rooms(&["#team-10", "#team-2", "#team-1", "#team-01", "@u10", "@u9"]);
    let sorted = ["#lobby", "#team-01", "#team-1", "#team-2", "#team-10", "@u9", "@u10"];
    assert_eq!(names(&rooms), sorted);
}

#[test]
fn a_room_keeps_its_number_and_a_free_one_is_used_again() {
    let mut rooms = rooms(&["#m", "#z", "#a"]);
    let number = |rooms: &Rooms, room| rooms.get(&name(room)).map(Room::number);
    assert_eq!([number(&rooms, "#m"), number(&rooms, "#a")], [Some(2), Some(4)]);
    rooms.close(&name("#m"));
    assert_eq!([number(&rooms, "#z"), number(&rooms, "#a")], [Some(3), Some(4)]);
    rooms.get_or_make(&name("#b")).unwrap();
    rooms.get_or_make(&name("#c")).unwrap();
    assert_eq!([number(&rooms, "#b"), number(&rooms, "#c")], [Some(2), Some(5)]);
    assert_eq!(rooms.numbered(3), rooms.index(&name("#z")));
    assert_eq!(rooms.numbered(9), None);
}

#[test]
fn a_room_has_the_number_of_the_last_run_whenever_it_comes() {
    let number = |rooms: &Rooms, room| rooms.get(&name(room)).map(Room::number);
    let mut last = rooms(&["#a", "#b", "#c", "#d"]);
    last.close(&name("#b"));
    let numbers = last.take_numbers().unwrap();
    assert_eq!(last.take_numbers(), None, "they are the same");
    let mut rooms = rooms(&["#new", "#d"]);
    rooms.reserve(&numbers);
    rooms.get_or_make(&name("#newer")).unwrap();
    let found = ["#lobby", "#d", "#new", "#newer"].map(|room| number(&rooms, room));
    assert_eq!(found, [Some(1), Some(5), Some(3), Some(6)]);
    rooms.close(&name("#new"));
    rooms.get_or_make(&name("#c")).unwrap();
    assert_eq!(number(&rooms, "#c"), Some(4), "although 3 is free");
    let numbers = rooms.take_numbers().unwrap();
    assert_eq!(numbers.len(), 3, "#a has not come");
    rooms.get_or_make(&name("#newest")).unwrap();
    assert_eq!(number(&rooms, "#newest"), Some(2), "its number is free");
}

#[test]
fn numbers_that_cannot_be_are_not_used() {
    let damaged = [("#a", 0), ("#b", 7), ("#c", 7), ("#d", 1), ("#e", usize::MAX), ("#lobby", 9)];
    let mut rooms = rooms(&["#a", "#b"]);
    rooms.reserve(&damaged.map(|(room, number)| (name(room), number)).into());
    for room in ["#c", "#d", "#e"] {
        rooms.get_or_make(&name(room)).unwrap();
    }
    let numbers: Vec<usize> = rooms.list().iter().map(Room::number).collect();
    assert_eq!(numbers, [1, 2, 7, 3, 4, 5]);
}

#[test]
fn the_room_on_the_screen_stays_there() {
    let mut rooms = rooms(&["#m"]);
    rooms.open(1);
    rooms.get_or_make(&name("#a")).unwrap();
    rooms.get_or_make(&name("#z")).unwrap();
    assert_eq!(rooms.current().name, name("#m"));
    rooms.close(&name("#a"));
    assert_eq!(rooms.current().name, name("#m"));
    rooms.close(&name("#m"));
    assert_eq!(rooms.current().name, RoomName::lobby());
    rooms.close(&RoomName::lobby());
    assert_eq!(names(&rooms), ["#lobby", "#z"]);
}

#[test]
fn the_number_of_rooms_has_a_bound() {
    let mut rooms = rooms(&[]);
    for number in 1..ROOMS_MAX {
        assert!(rooms.get_or_make(&name(&format!("#{number}"))).is_some());
    }
    assert!(rooms.get_or_make(&name("#more")).is_none());
    assert!(rooms.get_or_make(&name("#1")).is_some());
}

#[test]
fn a_direct_message_stands_where_its_title_belongs() {
    let mut rooms = rooms(&["@3-7", "@5-7"]);
    let user = |name| UserName::new(name).unwrap();
    assert!(!rooms.set_title(&name("@3-7"), &user("ana")));
    assert!(!rooms.set_title(&name("@5-7"), &user("zoe")));
    rooms.open(1);
    assert!(!rooms.set_title(&name("@3-7"), &user("ana")), "that is its title");
    assert!(rooms.set_title(&name("@3-7"), &user("zz")));
    assert_eq!(names(&rooms), ["#lobby", "@5-7", "@3-7"]);
    assert_eq!((&rooms.current().name, rooms.current().label()), (&name("@3-7"), name("@zz")));
    // Two may be called the same for a moment: each stays what it is.
    rooms.set_title(&name("@3-7"), &user("zoe"));
    assert_eq!(rooms.list().len(), 3);
    assert!(!rooms.set_title(&name("#lobby"), &user("zoe")));
    assert_eq!(rooms.label(&name("#lobby")), name("#lobby"));
}

#[test]
fn the_next_unread_room_is_one_that_names_the_user() {
    let mut rooms = rooms(&["#a", "#b", "#c"]);
    assert_eq!(rooms.next_unread(|_| true), None);
    rooms.get_mut(&name("#a")).unwrap().last_seq = Seq::new(3);
    assert_eq!(rooms.next_unread(|_| true), Some(1));
    let room = rooms.get_mut(&name("#c")).unwrap();
    room.last_seq = Seq::new(9);
    assert!(room.receive(Seq::new(8), true));
    assert_eq!(rooms.next_unread(|_| true), Some(3));
    rooms.get_mut(&name("#c")).unwrap().mark_read(Seq::new(9));
    assert_eq!(rooms.next_unread(|_| true), Some(1));
}

#[test]
fn reading_never_goes_backwards() {
    let mut rooms = rooms(&[]);
    let room = rooms.current_mut();
    room.last_seq = Seq::new(10);
    room.receive(Seq::new(6), true);
    room.mark_read(Seq::new(5));
    room.mark_read(Seq::new(3));
    assert_eq!((room.unread(), room.mentions()), (5, 1));
    assert!(!room.receive(Seq::new(4), true));
    room.mark_read(Seq::new(7));
    assert_eq!((room.unread(), room.mentions()), (3, 0));
}

#[test]
fn some_read_messages_are_loaded_where_a_room_opens() {
    for (last_seq, read, since) in
        [(0, 0, 0), (10, 10, 0), (100, 90, 40), (9_000, 0, 0), (9_000, 4_000, 3_950)]
    {
        let mut rooms = rooms(&[]);
        let room = rooms.current_mut();
        (room.last_seq, room.read) = (Seq::new(last_seq), Seq::new(read));
        assert_eq!(room.since().get(), since);
    }
}
