mod changes;

use chat_proto::Refusal;

use super::*;
use crate::entry::Delivery;
use crate::store::MessageId;

/// Most messages in the log of the current room.
const MESSAGES_MAX: usize = Bounds::CURRENT.messages;

fn body(text: &str) -> Body {
    let from = chat_proto::UserName::new("ana").unwrap();
    let (kind, origin) = (chat_proto::command::Kind::Text, Origin::Other(Vec::new()));
    Body::Message { from, kind, text: text.to_owned(), origin, extras: None }
}

fn id(n: u64) -> MessageId {
    MessageId { device: chat_proto::DeviceId::new("here").unwrap(), n }
}

fn own(n: u64) -> Body {
    let from = chat_proto::UserName::new("bob").unwrap();
    let (kind, origin) = (chat_proto::command::Kind::Text, Origin::Own(Delivery::Pending(id(n))));
    Body::Message { from, kind, text: format!("own {n}"), origin, extras: None }
}

fn notice(text: impl Into<String>) -> Notice {
    Notice::Front(crate::notice::NoticeKind::Info, text.into())
}

fn refusal() -> Box<Refusal> {
    Box::new(Refusal::new(chat_proto::RefusalCode::NotInRoom, "no"))
}

fn at() -> Timestamp {
    Timestamp::from_millis(0)
}

fn receive(log: &mut Log, seqs: impl IntoIterator<Item = u64>) {
    for seq in seqs {
        log.insert(Seq::new(seq), at(), body(&seq.to_string()));
    }
}

fn texts(log: &Log) -> Vec<&str> {
    let texts = log.entries.iter().map(|entry| match &entry.body {
        Body::Message { text, .. } | Body::Notice(Notice::Front(_, text)) => text.as_str(),
        Body::Notice(_) => "notice",
        Body::Ignored { .. } => "ignored",
        Body::Presence(_) => "presence",
        Body::Offline { .. } => "offline",
        Body::Restored => "rule",
    });
    texts.collect()
}

#[test]
fn messages_stand_in_the_rooms_order_and_once() {
    let mut log = Log::new();
    receive(&mut log, [3, 5, 4, 5, 1, 3]);
    log.notice(at(), notice("note"));
    receive(&mut log, [2, 6]);
    assert_eq!(texts(&log), ["1", "2", "3", "4", "5", "note", "6"]);
    assert!(!log.insert(Seq::new(5), at(), body("twice")));
    assert!(log.insert(Seq::new(7), at(), body("7")));
}

#[test]
fn a_pending_message_stands_at_the_end_and_then_at_its_seq() {
    let mut log = Log::new();
    log.push_pending(at(), own(1));
    log.push_pending(at(), own(2));
    log.push_pending(at(), own(3));
    receive(&mut log, [1, 3]);
    assert_eq!(texts(&log), ["1", "3", "own 1", "own 2", "own 3"]);
    log.accept(&id(1), Seq::new(2), at());
    log.refuse(&id(2), at(), refusal());
    log.accept(&id(9), Seq::new(9), at());
    assert_eq!(texts(&log), ["1", "own 1", "3", "own 2", "own 3"]);
    // It came back with the missed messages before it was accepted.
    receive(&mut log, [4]);
    log.accept(&id(3), Seq::new(4), at());
    assert_eq!(texts(&log), ["1", "own 1", "3", "own 2", "4"]);
}

#[test]
fn a_notice_stands_behind_the_messages_before_it() {
    let mut log = Log::new();
    log.notice(at(), notice("connected"));
    log.reach(Seq::new(3));
    receive(&mut log, 1..=4);
    assert_eq!(texts(&log), ["1", "2", "3", "connected", "4"]);
}

#[test]
fn missed_messages_are_loaded_from_the_first_gap_on() {
    let mut log = Log::new();
    assert_eq!(log.since().get(), 0);
    receive(&mut log, [5, 6, 7]);
    assert_eq!(log.since().get(), 7);
    receive(&mut log, [9, 10]);
    assert_eq!(log.since().get(), 7);
    receive(&mut log, [8]);
    assert_eq!(log.since().get(), 10);
    log.clear();
    assert_eq!((log.since().get(), log.has_older()), (10, false));
}

#[test]
fn messages_that_did_not_come_are_requested_again() {
    let mut log = Log::new();
    log.begin_after(Seq::new(3));
    // A live message; then the connection is lost before the page that was asked for.
    receive(&mut log, [9, 10]);
    assert_eq!(log.since().get(), 3);
    log.begin_after(Seq::new(9));
    receive(&mut log, [4, 5]);
    assert_eq!(log.since().get(), 5);
    receive(&mut log, [2, 6, 7, 8]);
    assert_eq!(log.since().get(), 10);
    // Messages that were dropped at the bound are not asked for again.
    receive(&mut log, 11..=10 + MESSAGES_MAX as u64);
    receive(&mut log, [MESSAGES_MAX as u64 + 12]);
    assert_eq!(log.since().get(), MESSAGES_MAX as u64 + 10);
    log.clear();
    assert_eq!(log.since().get(), MESSAGES_MAX as u64 + 12);
}

#[test]
fn older_messages_go_above() {
    let mut log = Log::new();
    receive(&mut log, 101..=200);
    let page = (51..=100).map(|seq| (Seq::new(seq), at(), body(&seq.to_string())));
    log.insert_older(page, PageInfo::default(), true);
    assert!(log.has_older());
    log.insert_older(
        (1..=50).map(|seq| (Seq::new(seq), at(), body("old"))),
        PageInfo::default(),
        false,
    );
    assert_eq!((log.has_older(), log.entries.len()), (false, 200));
}

#[test]
fn notices_are_bounded() {
    let mut log = Log::new();
    for number in 1..=Bounds::CURRENT.notices + 10 {
        log.notice(at(), notice(number.to_string()));
    }
    assert_eq!((log.entries.len(), texts(&log)[0]), (Bounds::CURRENT.notices, "11"));
}

#[test]
fn a_journal_that_begins_later_has_nothing_older() {
    let mut log = Log::new();
    receive(&mut log, 50..=60);
    assert!(log.has_older());
    log.insert_older(std::iter::empty(), PageInfo::default(), false);
    assert!(!log.has_older());
    let mut log = Log::new();
    receive(&mut log, 50..=60);
    log.insert_older([(Seq::new(55), at(), body("again"))], PageInfo::default(), true);
    assert!(!log.has_older(), "whatever `more` says");
}

#[test]
fn a_full_log_drops_its_oldest_messages_and_no_pending_one() {
    let mut log = Log::new();
    log.push_pending(at(), own(1));
    receive(&mut log, 2_000..2_000 + 2 * MESSAGES_MAX as u64);
    assert_eq!((log.entries.len(), log.has_older()), (MESSAGES_MAX, true));
    assert_eq!(texts(&log).last(), Some(&"own 1"));
    let mut log = Log::new();
    for seq in 1..=1_000 {
        log.insert(Seq::new(seq), at(), body(&"x".repeat(16_000)));
    }
    assert!(log.entries.bytes() <= Bounds::CURRENT.bytes && log.entries.len() > 200);
}

#[test]
fn a_page_of_older_messages_does_not_go_over_the_bound() {
    let mut log = Log::new();
    receive(&mut log, 5_001..=5_100);
    log.insert_older(
        (1..=5_000).map(|seq| (Seq::new(seq), at(), body("older"))),
        PageInfo::default(),
        false,
    );
    assert_eq!((log.entries.len(), log.oldest()), (MESSAGES_MAX, Some(Seq::new(3_101))));
    assert!(log.has_older(), "those that were left out are loaded again");
}

#[test]
fn the_line_stands_over_the_first_unread_message() {
    let new =
        |log: &Log| log.first_new().and_then(|index| log.get(index)).map(|entry| entry.seq.get());
    let mut log = Log::new();
    log.reach(Seq::new(9));
    log.draw_line(Some(Seq::new(4)));
    receive(&mut log, 6..=9);
    assert_eq!(new(&log), Some(6));
    receive(&mut log, 2..=5);
    log.notice(at(), notice("note"));
    receive(&mut log, [10]);
    assert_eq!(new(&log), Some(5));
    log.draw_line(None);
    assert_eq!(new(&log), None);
}

#[test]
fn notices_push_no_message_out() {
    let mut log = Log::new();
    receive(&mut log, 1..=MESSAGES_MAX as u64);
    for number in 0..2 * Bounds::CURRENT.notices {
        log.notice(at(), notice(format!("user {number} {}", "x".repeat(10_000))));
    }
    assert_eq!(log.oldest(), Some(Seq::FIRST));
    assert_eq!(log.entries.len(), MESSAGES_MAX + Bounds::CURRENT.notices);
}

#[test]
fn nothing_counts_as_read_behind_messages_that_were_never_here() {
    let mut log = Log::new();
    assert!(log.is_complete_after(Seq::NONE), "an empty room");
    log.begin_after(Seq::new(2_100));
    receive(&mut log, 2_101..=2_600);
    assert!(!log.is_complete_after(Seq::FIRST) && log.is_complete_after(Seq::new(2_100)));
    // Older pages close the gap, the last one for good.
    log.insert_older(
        (2_001..=2_100).map(|seq| (Seq::new(seq), at(), body("older"))),
        PageInfo::default(),
        true,
    );
    assert!(!log.is_complete_after(Seq::new(1_999)) && log.is_complete_after(Seq::new(2_000)));
    log.insert_older(
        (1_900..=2_000).map(|seq| (Seq::new(seq), at(), body("older"))),
        PageInfo::default(),
        false,
    );
    assert!(log.is_complete_after(Seq::NONE), "older ones are not to be had");
    assert!(!log.lacks_older());
    // Messages that are dropped at the bound leave a gap again.
    receive(&mut log, 2_601..=2_600 + MESSAGES_MAX as u64);
    assert!(!log.is_complete_after(Seq::new(2_500)) && log.is_complete_after(Seq::new(2_600)));
    assert!(log.has_older());
}

#[test]
fn a_cleared_log_is_complete_after_its_last_message_only() {
    let mut log = Log::new();
    log.begin_after(Seq::new(500));
    receive(&mut log, 501..=510);
    log.clear();
    receive(&mut log, [511]);
    assert!(!log.is_complete_after(Seq::FIRST) && log.is_complete_after(Seq::new(510)));
}

#[test]
fn after_a_restore_all_that_was_here_stands_above_a_rule() {
    let mut log = Log::new();
    receive(&mut log, 1..=3);
    log.notice(at(), notice("note"));
    log.push_pending(at(), own(1));
    log.make_void(at());
    assert_eq!((log.last().get(), log.oldest(), log.has_begun()), (0, None, false));
    log.reach(Seq::new(2));
    receive(&mut log, [1, 2]);
    log.accept(&id(1), Seq::new(3), at());
    assert_eq!(texts(&log), ["1", "2", "3", "note", "rule", "1", "2", "own 1"]);
    assert_eq!(log.since().get(), 3);
    log.insert_older([(Seq::FIRST, at(), body("again"))], PageInfo::default(), false);
    assert!(!log.lacks_older());
    // Once more: the second rule stands below the first.
    log.make_void(at());
    log.make_void(at());
    assert_eq!(texts(&log).iter().filter(|text| **text == "rule").count(), 2);
}

proptest::proptest! {
    /// In whatever order messages come, the log has each once, in the order of the room, pending messages last.
    #[test]
    fn the_order_holds(steps in proptest::collection::vec((0_u8..7, 1_u64..40), 0..80)) {
        let mut log = Log::new();
        for (step, number) in steps {
            match step {
                0 | 1 => receive(&mut log, [number]),
                2 => log.notice(at(), notice("note")),
                3 => log.push_pending(at(), own(number)),
                4 => log.accept(&id(number), Seq::new(number), at()),
                5 if number > 35 => log.make_void(at()),
                _ => log.refuse(&id(number), at(), refusal()),
            }
        }
        let seqs: Vec<u64> = log.entries.iter().map(|entry| entry.seq.get()).collect();
        proptest::prop_assert!(seqs.is_sorted(), "{seqs:?}");
        let messages: Vec<u64> = log.entries.messages().map(Seq::get).collect();
        proptest::prop_assert!(messages.windows(2).all(|pair| pair[0] < pair[1]), "{messages:?}");
        let runs = messages.chunk_by(|one, next| one + 1 == *next);
        let first_run_end = runs.into_iter().next().and_then(<[u64]>::last).copied();
        proptest::prop_assert_eq!(log.since().get(), first_run_end.unwrap_or(log.last().get()));
        let (notices, others): (Vec<&LogEntry>, Vec<&LogEntry>) =
            log.entries.iter().partition(|entry| entry.is_notice());
        let bytes: usize = others.iter().map(|entry| entry.body.bytes()).sum();
        proptest::prop_assert_eq!((notices.len(), bytes), (log.entries.counts().0, log.entries.bytes()));
        let pending = log.entries.iter().filter(|entry| entry.is_pending());
        proptest::prop_assert!(pending.into_iter().all(|entry| entry.seq == PENDING));
    }
}

#[test]
fn the_authors_are_those_of_the_messages_that_are_there() {
    let said = |name: &str, kind| Body::Message {
        from: chat_proto::UserName::new(name).unwrap(),
        kind,
        text: "hi".to_owned(),
        origin: Origin::Other(Vec::new()),
        extras: None,
    };
    let (text, action) = (chat_proto::command::Kind::Text, chat_proto::command::Kind::Action);
    let authors = |log: &Log| log.authors().map(str::to_owned).collect::<Vec<_>>();
    let mut log = Log::new();
    log.push_pending(at(), own(1));
    for (seq, (name, kind)) in
        (1..).zip([("ana", text), ("carl", text), ("ana", text), ("dora", action), ("Ana", text)])
    {
        log.insert(Seq::new(seq), at(), said(name, kind));
    }
    assert_eq!(authors(&log), ["Ana", "ana", "bob", "carl"]);
    log.set_bounds(Bounds { messages: 4, ..Bounds::CURRENT });
    assert_eq!(authors(&log), ["Ana", "ana", "bob"], "the oldest two are removed");
    log.accept(&id(1), Seq::new(6), at());
    log.clear();
    assert_eq!(authors(&log), Vec::<String>::new());
    log.push_pending(at(), own(2));
    log.clear();
    assert_eq!(authors(&log), ["bob"], "a pending message stays");
}

#[test]
fn a_pending_message_stays_the_same_entry_when_it_is_answered() {
    let mut log = Log::new();
    receive(&mut log, [1]);
    for n in 1..=3 {
        log.push_pending(at(), own(n));
    }
    let pending: Vec<EntryId> = log.entries.iter().skip(1).map(LogEntry::id).collect();
    let ids =
        |log: &Log| -> Vec<_> { log.entries.iter().map(|entry| (entry.seq, entry.id)).collect() };
    log.accept(&id(1), Seq::new(2), at());
    log.refuse(&id(2), at(), refusal());
    assert_eq!(ids(&log)[1..3], [(Seq::new(2), pending[0]), (Seq::new(2), pending[1])]);
    // The message itself comes in place of an answer, after a new connection.
    log.expect_again(&id(3), Seq::new(4));
    receive(&mut log, [3, 4]);
    assert_eq!(ids(&log).last(), Some(&(Seq::new(4), pending[2])));
}
