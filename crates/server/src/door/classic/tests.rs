use chat_proto::{
    DeviceId, LeaveReason, Refusal, RefusalCode, Seq, SessionId, Text, Timestamp, UserName,
};

use super::*;
use crate::journal::{Kinds, StoredMessage};

const ME: Recipient =
    Recipient { user: UserId::new(2), session: SessionId::local(2), kinds: Kinds::Plain };

fn ana() -> User {
    User { id: UserId::new(1), name: UserName::from_lossy("ana") }
}

fn messages(texts: impl Iterator<Item = String>) -> Batch {
    let publication = |(seq, text)| {
        let (at, kind, text) =
            (Timestamp::from_millis(0), MessageKind::Text, Text::new(text).unwrap());
        let (device, n, from) = (DeviceId::default(), None, ana());
        let seq = Seq::new(seq);
        let (damaged, details) = (false, None);
        let message = StoredMessage { seq, from, at, kind, text, device, n, damaged, details };
        Publication { message, session: SessionId::local(1) }
    };
    Batch::messages((1..).zip(texts).map(publication).collect(), RoomName::lobby(), &Arc::default())
}

fn written(out: &mut WriteQueue) -> String {
    let bytes = out.pieces().0.clone();
    out.advance(bytes.len());
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn pending_long_messages_are_bounded_by_their_bytes() {
    let mut door = Classic::new(UserId::new(2), Instant::now(), &Config::default());
    door.batch(&messages((0..100).map(|_| "x".repeat(16_000))), ME);
    assert!(door.queue_bytes > CLASSIC_QUEUE_BYTES / 2);
    assert!(door.queue_bytes <= CLASSIC_QUEUE_BYTES);
    assert_eq!(door.queue.len() as u64 + door.skipped, 100);
    while door.next_message().is_some() {}
    assert_eq!(door.queue_bytes, 0);
}

#[test]
fn messages_are_a_gap_apart_counted_from_the_end_of_the_write() {
    let (config, start) = (Config::default(), Instant::now());
    let (gap, ms) = (config.classic_gap, Duration::from_millis(1));
    let (mut door, mut out) = (Classic::new(UserId::new(2), start, &config), WriteQueue::default());
    door.batch(&messages(["one".to_owned(), "two".to_owned()].into_iter()), ME);
    assert_eq!(
        door.next_write(start, &mut out),
        NextWrite::At(start + gap),
        "its number may just have been written"
    );
    assert_eq!(door.next_write(start + gap, &mut out), NextWrite::Now);
    assert_eq!(written(&mut out), "1||ana||one");
    let written_at = start + 3 * gap;
    door.note_write(written_at);
    assert_eq!(door.next_write(written_at + gap - ms, &mut out), NextWrite::At(written_at + gap));
    assert_eq!(door.next_write(written_at + gap, &mut out), NextWrite::Now);
    assert_eq!(written(&mut out), "1||ana||two");
    assert!(!door.wants_write());
}

#[test]
fn changes_of_the_list_are_gathered_and_hold_up_no_message() {
    let (config, start) = (Config::default(), Instant::now() + Duration::from_secs(1));
    let settle = config.classic_list_settle;
    let begun_at = start - Duration::from_secs(1);
    let (mut door, mut out) =
        (Classic::new(UserId::new(2), begun_at, &config), WriteQueue::default());
    let (room, reason) = (RoomName::lobby(), LeaveReason::Bye);
    let left = Batch::update(Event::Left { room, user: ana(), reason }, &Arc::default());
    door.batch(&left, ME);
    assert_eq!(door.next_write(start, &mut out), NextWrite::At(start + settle));
    door.batch(&left, ME);
    door.event(&Event::Refused(Refusal::new(RefusalCode::NotKept, "no")));
    assert_eq!(
        door.next_write(start + settle / 2, &mut out),
        NextWrite::Now,
        "the notice does not wait"
    );
    assert_eq!(written(&mut out), "0||chat-server||no");
    assert_eq!(
        door.next_write(start + settle, &mut out),
        NextWrite::ListUsers,
        "counted from the first change"
    );
    assert!(!door.wants_write());
}

#[test]
fn the_input_is_complete_after_a_pause() {
    let (config, start) = (Config::default(), Instant::now());
    let mut door = Classic::new(UserId::new(2), start, &config);
    let mut input = BytesMut::from("NAME:a");
    assert!(door.decode(&mut input, false).unwrap().is_none());
    assert_eq!(door.settles_at(), Some(start + config.detect_silence));
    input.extend_from_slice(b"na");
    door.note_read(start);
    assert_eq!(door.settles_at(), Some(start + config.classic_settle));
    let incoming = door.settle(&mut input);
    let Some(Incoming::Command(Command::Rename { name })) = incoming else {
        panic!("{incoming:?}")
    };
    assert_eq!(name.as_str(), "ana");
    assert_eq!(door.settles_at(), None);
}
