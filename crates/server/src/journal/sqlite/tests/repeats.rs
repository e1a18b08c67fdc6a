//! Numbers of removed messages, and numbers that lead to wrong messages.

use super::*;

/// Retention removes a message together with its number.
#[tokio::test]
async fn a_number_whose_message_is_removed_is_free_again() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=4 {
        assert_eq!(journal.say(n, "hi").await, stored(n));
    }
    let later = Timestamp::from_millis(clock().as_millis() + 1);
    assert_eq!(journal.journal.trim(RoomId::LOBBY, later, later).await.unwrap(), 3);
    for (n, outcome) in
        [(4, repeat(4)), (2, stored(5)), (2, repeat(5)), (4, repeat(4)), (3, stored(6))]
    {
        assert_eq!(journal.say(n, "hi").await, outcome, "{n}");
    }
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.journal.last_n(UserId::new(7), &laptop()).await.unwrap(), 4);
    for (n, outcome) in
        [(3, repeat(6)), (2, repeat(5)), (4, repeat(4)), (1, stored(7)), (5, stored(8))]
    {
        assert_eq!(journal.say(n, "hi").await, outcome, "{n}");
    }
}

#[tokio::test]
async fn a_check_finds_a_message_that_its_number_does_not_lead_to() {
    let lacks = "the table of message numbers lacks those of 2 messages; if one of these is sent again, it \
                 is stored twice";
    let others = "the table of message numbers has 1 numbers of device \"laptop\" of user 7 at other \
                  messages";
    let beyond = "room number 1: message 3 has a number, and is after the last message; the end of the \
                  room is missing";
    let damaged = "the table of message numbers has damaged rows: 1; chat-server rebuilds it from the \
                   messages";
    let sum = "sum = checksum(from_id, device, n, runs)";
    let sum_of_room = "sum = checksum(room, seq)";
    let place = rows::place(RoomId::LOBBY, Seq::FIRST);
    let list = |place| format!("UPDATE sent SET runs = {}", numbers::list(place, 2));
    for (change, faults) in [
        (list(place + 1), &[damaged, lacks][..]),
        (list(place + 1) + "; UPDATE sent SET {sum}", &[others, beyond, lacks]),
        (list(place + 9) + "; UPDATE sent SET {sum}", &[beyond.replace('3', "11").as_str(), lacks]),
        ("UPDATE sent SET runs = x''; UPDATE sent SET {sum}".to_owned(), &[damaged, lacks]),
        (
            "UPDATE sent SET n = 9223372036854775807; UPDATE sent SET {sum}".to_owned(),
            &[damaged, lacks],
        ),
        (list(i64::MAX) + "; UPDATE sent SET {sum}", &[damaged, lacks]),
        ("DELETE FROM sent".to_owned(), &[lacks]),
        ("UPDATE indexed SET seq = 1".to_owned(), &[damaged]),
        ("UPDATE indexed SET seq = 3; UPDATE indexed SET {sum_of_room}".to_owned(), &[beyond]),
        ("UPDATE indexed SET seq = 1; UPDATE indexed SET {sum_of_room}".to_owned(), &[]),
        ("DELETE FROM indexed".to_owned(), &[]),
    ] {
        let directory = TempDir::new().unwrap();
        let journal = open(directory.path()).unwrap();
        journal.say(1, "hi").await;
        journal.say(2, "hi").await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
        let change = change.replace("{sum}", sum).replace("{sum_of_room}", sum_of_room);
        let sql = change.clone();
        journal.journal.change(move |db| db.execute_batch(&sql)).await.unwrap();
        assert_eq!(check(directory.path()).unwrap().faults, faults, "{change}");
    }
}
