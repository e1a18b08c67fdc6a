//! Messages with wrong times.

use super::*;

/// Stores messages with these times, and at time 200 removes those from before 100. Returns the `seq`s that are left.
fn trimmed(times: &[i64]) -> Vec<i64> {
    let db = file::open_memory().unwrap();
    for (seq, at) in (1_i64..).zip(times) {
        let kept = StoredMessage {
            seq: Seq::new(seq.cast_unsigned()),
            from: User { id: UserId::new(7), name: UserName::new("bob").unwrap() },
            at: Timestamp::from_millis(*at),
            kind: MessageKind::Text,
            device: DeviceId::default(),
            n: None,
            text: Text::new("hi").unwrap(),
            damaged: false,
            details: None,
        };
        messages::MessageInserter::new(&db).unwrap().message(RoomId::LOBBY, &kept).unwrap();
    }
    let [before, now] = [100, 200].map(Timestamp::from_millis);
    while messages::trim(&db, RoomId::LOBBY, before, now, TRIM_MESSAGES).unwrap().count > 0 {}
    let page = Page { of: Part::After(Seq::NONE), limit: 100 };
    let left = messages::messages(&db, RoomId::LOBBY, page).unwrap();
    left.iter().map(|kept| kept.seq.get().cast_signed()).collect()
}

#[test]
fn wrong_times_remove_no_new_message_and_keep_no_old_one() {
    assert_eq!(trimmed(&[10, 20, 150, 160]), [3, 4]);
    assert_eq!(trimmed(&[10, 150, 20, 160]), [2, 3, 4], "an earlier one is newer");
    assert_eq!(trimmed(&[10, 999, 20, 160]), [4], "sent before one that is too old");
    assert_eq!(trimmed(&[999, 999, 160]), [1, 2, 3], "nothing tells how old they are");
    assert_eq!(trimmed(&[999, 10]), [2], "the last one stays");
}

#[test]
fn a_clock_that_was_wrong_for_a_minute_affects_no_later_message() {
    let at = |times: &[i64]| {
        let journal = open_at(&Location::Memory).unwrap();
        let stamp = |(n, time): (u64, &i64)| match journal
            .journal
            .send(say(n, "hi"), Timestamp::from_millis(*time))
        {
            Outcome::Stored { at, .. } => at.as_millis(),
            other => panic!("{other:?}"),
        };
        (1..).zip(times).map(stamp).collect::<Vec<i64>>()
    };
    let day = 86_400_000;
    assert_eq!(at(&[day, 3 * day, day + 1000]), [day, 3 * day, day + 1000]);
    assert_eq!(at(&[5000, 4000, 6000]), [5000, 5000, 6000], "set back by a second");
}
