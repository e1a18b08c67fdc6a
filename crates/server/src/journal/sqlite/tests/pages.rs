//! Threads, pinned messages, and their bounds.

use chat_proto::Emoji;
use chat_proto::command::Links;
use chat_proto::limits::{PINS_MAX, REACTORS_MAX};

use super::*;

const BOB: UserId = UserId::new(7);

fn event(body: Body) -> Message {
    Message { n: None, body, ..say(1, "x") }
}

fn of(author: u64, body: Body) -> Message {
    let name = UserName::new(&format!("user{author}")).unwrap();
    Message { from: User { id: UserId::new(author), name }, ..event(body) }
}

fn answer(reply_to: Option<u64>, thread: Option<u64>, text: &str) -> Body {
    let links = Links::new(reply_to.map(Seq::new), thread.map(Seq::new));
    Body::Message { kind: Kind::Text, text: Text::new(text).unwrap(), links }
}

fn pin(target: u64, on: bool) -> Body {
    Body::Pin { target: Seq::new(target), on }
}

fn react(target: u64, emoji: &str, on: bool) -> Body {
    Body::Reaction { target: Seq::new(target), emoji: Emoji::new(emoji).unwrap(), on }
}

#[tokio::test]
async fn an_event_about_another_message_than_is_meant_is_not_stored() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    assert!(is_stored(&journal.send(of(7, answer(None, None, "one")))));
    let later = Timestamp::from_millis(clock().as_millis() + 1);
    journal.journal.send(of(7, answer(None, None, "two")), later);
    let text = || Text::new("x").unwrap();
    for (seq, meant, other) in [(1, clock(), later), (2, later, clock())] {
        let target = Seq::new(seq);
        for body in [
            Body::Edit { target, text: text() },
            react(seq, "👍", true),
            pin(seq, true),
            answer(Some(seq), None, "x"),
            answer(None, Some(seq), "x"),
            // Of two that are named, the later one tells.
            answer(Some(seq), Some(1), "x"),
            Body::Delete { target },
        ] {
            let sent = |at| Message { named_at: Some(at), ..of(7, body.clone()) };
            let rejected = Outcome::Rejected(Rejection::Another(target));
            assert_eq!(journal.send(sent(other)), rejected, "{body:?}");
            assert!(is_stored(&journal.send(sent(meant))), "{body:?}");
        }
    }
    journal.close().await;
}

fn is_stored(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Stored { .. })
}

/// A page of the thread of message 1 for bob, who has read the lobby up to `read`: the replies, how many are unread,
/// the `seq` of each message, and whether there is more.
async fn thread(
    journal: &Bench,
    before: u64,
    limit: u32,
    read: u64,
) -> (Option<(u64, u64)>, u64, Vec<u64>, bool) {
    let (message, before) = ((RoomId::LOBBY, Seq::FIRST), Seq::new(before));
    let reader = (BOB, Seq::new(read));
    let page = journal.journal.thread(message, before, limit, reader).await.unwrap().unwrap();
    let replies = page.replies.map(|replies| (replies.count, replies.last_seq.get()));
    let seqs = page.messages.iter().map(|message| message.seq.get()).collect();
    (replies, page.unread, seqs, page.more)
}

#[tokio::test]
async fn a_thread_has_its_first_message_and_those_that_answer_it_in_pages() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.say(1, "when?").await;
    assert_eq!(thread(&journal, 99, 10, 0).await, (None, 0, vec![1], false));
    for body in [
        answer(None, Some(1), "2"),
        answer(Some(1), None, "3"),
        answer(None, None, "4, elsewhere"),
        answer(Some(4), Some(1), "5"),
        answer(Some(3), None, "6, to another one"),
    ] {
        journal.send(event(body));
    }
    journal.send(of(8, answer(None, Some(1), "7")));
    journal.send(of(8, answer(None, Some(1), "8")));
    let replies = Some((5, 8));
    assert_eq!(thread(&journal, 99, 10, 0).await, (replies, 2, vec![1, 2, 3, 5, 7, 8], false));
    assert_eq!(thread(&journal, 99, 10, 7).await.1, 1, "unread of others, after what was read");
    assert_eq!(thread(&journal, 99, 4, 8).await, (replies, 0, vec![3, 5, 7, 8], true));
    assert_eq!(thread(&journal, 3, 4, 8).await, (replies, 0, vec![1, 2], false));
    assert_eq!(thread(&journal, 3, 1, 8).await, (replies, 0, vec![2], true));
    assert_eq!(thread(&journal, 1, 4, 8).await, (replies, 0, vec![], false));
    // A deleted message stays in its thread, and keeps it.
    for target in [1, 5] {
        journal.send(event(Body::Delete { target: Seq::new(target) }));
    }
    assert_eq!(thread(&journal, 99, 10, 8).await.2, [1, 2, 3, 5, 7, 8]);
    // There is nothing to read in it any more, as in the count of the room.
    journal.send(of(8, Body::Delete { target: Seq::new(8) }));
    assert_eq!(thread(&journal, 99, 10, 0).await, (replies, 1, vec![1, 2, 3, 5, 7, 8], false));
    let missing = (RoomId::LOBBY, Seq::new(99));
    let found = journal.journal.thread(missing, Seq::MAX, 10, (BOB, Seq::NONE)).await.unwrap();
    assert_eq!(found.unwrap_err(), Rejection::NoSuchMessage(Seq::new(99)));
    // A page fits a line.
    for _ in 0..5 {
        journal.send(event(answer(None, Some(1), &"\n".repeat(16_384))));
    }
    let (_, _, seqs, more) = thread(&journal, 99, 10, 8).await;
    assert_eq!((seqs.len(), more), (1, true));
}

/// The pinned messages of the lobby after `after`.
async fn pinned(journal: &Bench, after: u64) -> (u64, Vec<u64>, bool) {
    let pins = journal.journal.pins(RoomId::LOBBY, Seq::new(after), BOB).await.unwrap();
    let seqs = pins.messages.iter().map(|message| message.seq.get()).collect();
    (pins.count, seqs, pins.more)
}

#[tokio::test]
async fn a_room_has_a_bounded_number_of_pinned_messages() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let max = PINS_MAX as u64;
    for n in 1..=max + 1 {
        journal.say(n, "text").await;
    }
    for target in (1..=max).rev() {
        assert!(is_stored(&journal.send(event(pin(target, true)))));
    }
    let one_more = || journal.send(event(pin(max + 1, true)));
    assert_eq!(one_more(), Outcome::Rejected(Rejection::TooManyPins));
    let pinned_again = journal.send(event(pin(1, true)));
    assert_eq!(pinned_again, Outcome::Rejected(Rejection::NoChange(Seq::FIRST)));
    assert_eq!(pinned(&journal, 0).await, (max, (1..=max).collect(), false));
    assert_eq!(pinned(&journal, max - 2).await, (max, vec![max - 1, max], false));
    journal.send(event(pin(2, false)));
    journal.send(event(Body::Delete { target: Seq::new(3) }));
    assert!(is_stored(&one_more()));
    let left: Vec<u64> = (1..=max + 1).filter(|seq| ![2, 3].contains(seq)).collect();
    assert_eq!(pinned(&journal, 0).await, (max - 1, left.clone(), false));
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    let db = file::connect(&file::of(directory.path())).unwrap();
    rebuild::events(&db).unwrap();
    drop(db);
    let journal = open(directory.path()).unwrap();
    assert_eq!(pinned(&journal, 0).await, (max - 1, left, false), "from the messages");
}

#[tokio::test]
async fn a_message_has_a_bounded_number_of_reactions() {
    let directory = TempDir::new().unwrap();
    let place = Location::DirectoryInTask(directory.path().to_path_buf());
    let journal = open_at(&place).unwrap();
    journal.say(1, "text").await;
    let users = REACTORS_MAX as u64;
    let reaction = |author| Entry::Message(of(author, react(1, "👍", true)));
    journal.journal.append((1..users).map(reaction).collect());
    assert!(is_stored(&journal.send(of(users, react(1, "🎉", true)))));
    let one_more = || journal.send(of(users + 1, react(1, "👍", true)));
    assert_eq!(one_more(), Outcome::Rejected(Rejection::TooManyReactors(Seq::FIRST)));
    let no_change = Outcome::Rejected(Rejection::NoChange(Seq::FIRST));
    assert_eq!(journal.send(of(5, react(1, "👍", true))), no_change, "it is there already");
    assert!(is_stored(&journal.send(of(5, react(1, "👍", false)))));
    assert!(is_stored(&one_more()));
    assert_eq!(one_more(), no_change);
    assert_eq!(journal.send(of(5, react(1, "👍", false))), no_change, "it is not there");
}
