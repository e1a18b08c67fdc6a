//! Numbers of messages that are removed, and numbers that lead astray.

use super::*;

/// Retention removes a message, and with it what is known of its number.
#[tokio::test]
async fn a_number_whose_message_is_removed_is_free_again() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=4 {
        assert_eq!(journal.say(n, "hi").await, kept(n));
    }
    let later = At::from_millis(clock().as_millis() + 1);
    assert_eq!(journal.journal.trim(RoomId::LOBBY, later, later).await.unwrap(), 3);
    for (n, outcome) in [(4, repeat(4)), (2, kept(5)), (2, repeat(5)), (4, repeat(4)), (3, kept(6))]
    {
        assert_eq!(journal.say(n, "hi").await, outcome, "{n}");
    }
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.journal.last_n(7, &laptop()).await.unwrap(), 4);
    for (n, outcome) in [(3, repeat(6)), (2, repeat(5)), (4, repeat(4)), (1, kept(7)), (5, kept(8))]
    {
        assert_eq!(journal.say(n, "hi").await, outcome, "{n}");
    }
}

#[tokio::test]
async fn a_check_finds_a_message_that_its_number_does_not_lead_to() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.say(1, "hi").await;
    let lose = |db: &Connection| db.execute("UPDATE sent SET place = place + 1", []);
    journal.journal.change(lose).await.unwrap();
    assert_eq!(check(directory.path()).unwrap().faults, ["room #lobby: message 1 is damaged"]);
}
