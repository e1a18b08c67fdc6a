//! Messages and what changes them come in any order, in pages and live, and the state is the same.

use std::collections::BTreeMap;

use chat_proto::command::Kind;
use chat_proto::event::{Details, Edited, Reaction, Replies};
use chat_proto::{Emoji, User, UserId, UserName};
use proptest::prelude::*;

use super::super::changes::CHANGES_BYTES_MAX;
use super::*;
use crate::entry::Extras;

/// The user of the session.
const ME: u64 = 1;

/// The content of the room at one `seq`.
#[derive(Debug, Clone)]
enum RoomEvent {
    Message,
    Reply(u64),
    Edit(u64),
    Delete(u64),
    React { target: u64, user: u64, emoji: u8, on: bool },
    Pin(u64, bool),
}

/// How the client comes to know the room.
#[derive(Debug, Clone)]
enum Step {
    /// The message or event at this `seq` comes live, or once more.
    Live(u64),
    /// A page of older messages, as the room was after that `seq`.
    Older(u64),
    /// The user makes a change, which is refused or accepted.
    Pending(u64),
}

fn seq_of(number: u64, said: &[RoomEvent]) -> u64 {
    1 + number % said.len() as u64
}

fn said() -> impl Strategy<Value = RoomEvent> {
    prop_oneof![
        3 => Just(RoomEvent::Message),
        1 => any::<u64>().prop_map(RoomEvent::Reply),
        2 => any::<u64>().prop_map(RoomEvent::Edit),
        1 => any::<u64>().prop_map(RoomEvent::Delete),
        4 => (any::<u64>(), 1_u64..4, 0_u8..2, any::<bool>())
            .prop_map(|(target, user, emoji, on)| RoomEvent::React { target, user, emoji, on }),
        1 => (any::<u64>(), any::<bool>()).prop_map(|(target, on)| RoomEvent::Pin(target, on)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<u64>().prop_map(Step::Live),
        any::<u64>().prop_map(Step::Older),
        any::<u64>().prop_map(Step::Pending),
    ]
}

fn time(seq: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(seq).unwrap())
}

fn emoji(number: u8) -> Emoji {
    Emoji::new(["👍", "🎉"][usize::from(number)]).unwrap()
}

fn user(number: u64) -> User {
    User { id: UserId::new(number), name: UserName::new(&format!("user{number}")).unwrap() }
}

/// Whether there is a message at `seq`, and not an event about one.
fn is_message(said: &[RoomEvent], seq: u64) -> bool {
    matches!(said[usize::try_from(seq).unwrap() - 1], RoomEvent::Message | RoomEvent::Reply(_))
}

/// The earlier message that `number` chooses as the target of the event at `seq`, if there is one.
fn target(said: &[RoomEvent], seq: u64, number: u64) -> Option<u64> {
    let earlier = 1 + number.checked_rem(seq - 1)?;
    is_message(said, earlier).then_some(earlier)
}

/// The change that the event at `seq` makes to another message.
fn change(said: &[RoomEvent], seq: u64) -> Option<Change> {
    let (number, kind) = match said[usize::try_from(seq).unwrap() - 1].clone() {
        RoomEvent::Message => return None,
        RoomEvent::Reply(number) => (number, ChangeKind::Reply),
        RoomEvent::Edit(number) => (number, ChangeKind::Edit(format!("edit {seq}"), Vec::new())),
        RoomEvent::Delete(number) => (number, ChangeKind::Delete),
        RoomEvent::React { target, user: id, emoji: number, on } => {
            let (user, emoji, is_me) = (user(id), emoji(number), id == ME);
            (target, ChangeKind::React { user, is_me, emoji, on })
        }
        RoomEvent::Pin(number, on) => (number, ChangeKind::Pin(on)),
    };
    let target = Seq::new(target(said, seq, number)?);
    Some(Change { target, at: time(seq), kind })
}

/// The message `seq` as the server folds it, with all events up to `last`.
fn folded(said: &[RoomEvent], seq: u64, last: u64) -> (String, Details) {
    let (mut text, mut details) = (format!("message {seq}"), Details::default());
    let mut reactors: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    for later in seq + 1..=last {
        if change(said, later).is_none_or(|change| change.target.get() != seq) {
            continue;
        }
        match said[usize::try_from(later).unwrap() - 1] {
            RoomEvent::Reply(_) => {
                let count = details.replies.map_or(0, |replies| replies.count) + 1;
                let (last_seq, last_at) = (Seq::new(later), time(later));
                details.replies = Some(Replies { count, last_seq, last_at });
            }
            _ if details.deleted => {}
            RoomEvent::Edit(_) => {
                let count = details.edited.map_or(0, |edited| edited.count) + 1;
                (text, details.edited) =
                    (format!("edit {later}"), Some(Edited { at: time(later), count }));
            }
            RoomEvent::Delete(_) => {
                let replies = details.replies;
                details = Details { deleted: true, replies, ..Details::default() };
                (text, reactors) = (String::new(), BTreeMap::new());
            }
            RoomEvent::React { user, emoji, on, .. } => {
                let users = reactors.entry(emoji).or_default();
                match users.iter().position(|other| *other == user) {
                    Some(index) if !on => drop(users.remove(index)),
                    None if on => users.push(user),
                    _ => {}
                }
            }
            RoomEvent::Pin(_, on) => details.pinned = on,
            RoomEvent::Message => {}
        }
    }
    let reactors = reactors.into_iter().filter(|(_, users)| !users.is_empty());
    details.reactions = reactors
        .map(|(number, users)| Reaction {
            emoji: emoji(number),
            count: users.len() as u64,
            own: users.contains(&ME),
            users: users.into_iter().map(user).collect(),
        })
        .collect();
    (text, details)
}

/// The message `seq` as it comes, with the state after `last` if that is one.
fn came(said: &[RoomEvent], seq: u64, last: u64) -> Body {
    let (text, mut details) = folded(said, seq, last);
    if details != Details::default() {
        details.as_of = Some(Seq::new(last));
    }
    let extras = Extras { details, is_pending: false };
    let extras = (extras != Extras::default()).then(|| Box::new(extras));
    let (from, origin) = (UserName::new("ana").unwrap(), Origin::Other(Vec::new()));
    Body::Message { from, kind: Kind::Text, text, origin, extras }
}

fn live(log: &mut Log, said: &[RoomEvent], seq: u64) {
    let change = change(said, seq);
    let number = Seq::new(seq);
    if is_message(said, seq) {
        log.insert(number, time(seq), came(said, seq, seq));
        if let Some(change) = change {
            log.note_change(number, change);
        }
    } else if let Some(change) = change {
        log.change(number, change);
    } else {
        log.fill(number);
    }
}

/// The page before the window, as the room is after `last`.
fn older(log: &mut Log, said: &[RoomEvent], last: u64) {
    let before = log.first().map_or(last + 1, Seq::get).min(last + 1);
    let first = before.saturating_sub(4).max(1);
    for seq in first..before {
        if let Some(change) = change(said, seq) {
            log.note_change(Seq::new(seq), change);
        }
    }
    let messages = (first..before).filter(|seq| is_message(said, *seq));
    let messages = messages.map(|seq| (Seq::new(seq), time(seq), came(said, seq, last)));
    let info = PageInfo { first: Some(Seq::new(first)), as_of: Seq::new(last) };
    log.insert_older(messages, info, first > 1);
}

/// The user changes a message, which is shown at once and taken back.
fn pending(log: &mut Log, target: u64) {
    let before = texts(log).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let kind = ChangeKind::Edit("pending".to_owned(), Vec::new());
    log.push_change(id(1), Change { target: Seq::new(target), at: at(), kind });
    let entry = log.message(Seq::new(target));
    let is_deleted = |extras: &Extras| extras.details.deleted;
    if let Some(Body::Message { text, extras, .. }) = entry.map(|entry| &entry.body)
        && !extras.as_deref().is_some_and(is_deleted)
    {
        assert_eq!(text, "pending");
        assert!(extras.as_ref().unwrap().is_pending);
    }
    log.remove_change(&id(1));
    assert_eq!(texts(log), before);
}

proptest! {
    #[test]
    fn each_change_counts_once_however_it_comes(
        said in prop::collection::vec(said(), 1..24),
        steps in prop::collection::vec(step(), 0..40),
        order in any::<u64>(),
    ) {
        let mut log = Log::new();
        for step in steps {
            match step {
                Step::Live(number) => live(&mut log, &said, seq_of(number, &said)),
                Step::Older(number) => older(&mut log, &said, seq_of(number, &said)),
                Step::Pending(number) => pending(&mut log, seq_of(number, &said)),
            }
        }
        // At last all of it has come.
        let count = said.len() as u64;
        for seq in (1..=count).map(|seq| 1 + (seq * 7 + order % count) % count).chain(1..=count) {
            live(&mut log, &said, seq);
        }
        for seq in (1..=count).filter(|seq| is_message(&said, *seq)) {
            let entry = log.message(Seq::new(seq)).map(|entry| entry.body.clone());
            let Some(Body::Message { text, extras, .. }) = entry else {
                return Err(TestCaseError::fail(format!("message {seq} is missing")));
            };
            let mut details = extras.map(|extras| extras.details).unwrap_or_default();
            details.reactions.sort_by(|one, other| one.emoji.cmp(&other.emoji));
            let (expected, mut model) = folded(&said, seq, count);
            model.reactions.sort_by(|one, other| one.emoji.cmp(&other.emoji));
            prop_assert_eq!((text, details), (expected, model), "message {} of {:?}", seq, said);
        }
        // Events fill their places, so nothing is asked for again.
        prop_assert_eq!(log.since().get(), count);
    }
}

#[test]
fn too_many_changes_count_in_the_message_and_are_not_kept() {
    let mut log = Log::new();
    receive(&mut log, [1]);
    for seq in 2..=3_000 {
        let kind = ChangeKind::Edit(format!("edit {seq}"), Vec::new());
        log.change(Seq::new(seq), Change { target: Seq::new(1), at: time(seq), kind });
    }
    assert_eq!(texts(&log), ["edit 3000"]);
    let extras = log.message(Seq::new(1)).and_then(|entry| entry.body.extras()).unwrap();
    assert_eq!(extras.details.edited.unwrap().count, 2_999);
    assert_eq!(log.since().get(), 3_000);
    // The same again changes nothing.
    let kind = ChangeKind::Edit("edit 7".to_owned(), Vec::new());
    log.change(Seq::new(7), Change { target: Seq::new(1), at: time(7), kind });
    assert_eq!(texts(&log), ["edit 3000"]);
}

#[test]
fn changed_messages_are_held_up_to_a_bound_of_bytes() {
    let mut log = Log::new();
    let long = "x".repeat(16 * 1024);
    for seq in 1..=40 {
        log.insert(Seq::new(seq), at(), body(&long));
        let kind = ChangeKind::Pin(true);
        log.change(Seq::new(100 + seq), Change { target: Seq::new(seq), at: at(), kind });
        assert!(log.changes.bytes() <= CHANGES_BYTES_MAX);
    }
    let is_pinned = |seq| log.message(Seq::new(seq)).unwrap().body.extras().unwrap().details.pinned;
    assert!((1..=40).all(is_pinned));
}

#[test]
fn a_page_of_events_alone_is_not_the_end_of_the_room() {
    let mut log = Log::new();
    log.reach(Seq::new(300));
    log.restart_at_newest();
    let page = |first| PageInfo { first: Some(Seq::new(first)), as_of: Seq::new(300) };
    log.insert_older([], page(201), true);
    assert!(log.has_older() && log.first() == Some(Seq::new(201)) && log.is_empty());
    log.insert_older([(Seq::new(150), at(), body("150"))], page(101), true);
    assert_eq!((log.first(), log.since()), (Some(Seq::new(101)), Seq::new(300)));
    log.insert_older([], page(1), false);
    assert!(!log.has_older());
    assert_eq!(texts(&log), ["150"]);
}
