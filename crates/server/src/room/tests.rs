use chat_proto::event::MessageKind;
use chat_proto::{DeviceId, Seq, SessionId, Text, Timestamp};
use tokio::sync::broadcast::error::TryRecvError;

use super::*;
use crate::batch::RINGS_FULL;
use crate::door::native::lines;
use crate::journal::{DirectKey, Kinds, StoredMessage};

fn room(key: RoomKey) -> Arc<Room> {
    let topic = Topic::default();
    Room::new(RoomRecord { topic, ..RoomRecord::new(RoomId(2), key) }, 3, &Arc::default())
}

fn rust() -> Arc<Room> {
    room(RoomKey::Named(RoomName::new("#rust").unwrap()))
}

fn user(id: u64, name: &str) -> User {
    User { id: UserId::new(id), name: UserName::new(name).unwrap() }
}

fn publication(seq: u64, text: &str) -> Publication {
    let (from, at, text) = (user(1, "ana"), Timestamp::from_millis(0), Text::new(text).unwrap());
    let (kind, device, n) = (MessageKind::Text, DeviceId::default(), None);
    Publication {
        message: StoredMessage {
            seq: Seq::new(seq),
            from,
            at,
            kind,
            text,
            device,
            n,
            damaged: false,
            details: None,
        },
        session: SessionId::local(1),
    }
}

fn line(live: &mut Live) -> String {
    let batch = live.try_recv().unwrap();
    String::from_utf8(lines(&batch, Kinds::All).bytes.to_vec()).unwrap()
}

#[test]
fn a_receiver_gets_everything_after_the_snapshot_and_nothing_before_it() {
    let room = rust();
    assert!(!room.enter(&user(1, "ana")));
    room.publish_messages(vec![publication(1, "before")]);
    let FeedStart { snapshot, mut live } = room.subscribe(500).unwrap();
    assert_eq!((snapshot.count, snapshot.last_seq), (1, Seq::FIRST));
    assert!(!room.enter(&user(2, "bob")));
    room.publish_messages(vec![publication(2, "after"), publication(3, "that")]);
    assert!(line(&mut live).contains(r##""joined","room":"#rust""##));
    assert_eq!(line(&mut live).lines().count(), 2, "one batch");
    assert_eq!(live.try_recv().unwrap_err(), TryRecvError::Empty);
    assert_eq!(room.subscribe(1).unwrap().snapshot.users, [user(1, "ana")]);
}

#[test]
fn a_room_without_receivers_has_no_ring() {
    let room = rust();
    drop(room.subscribe(500).unwrap());
    assert!(room.state().live.is_some());
    room.publish_messages(vec![publication(1, "anybody?")]);
    assert!(room.state().live.is_none());
    assert_eq!(room.last_seq(), Seq::FIRST);
}

#[test]
fn long_messages_come_in_several_batches() {
    let room = rust();
    let mut live = room.subscribe(500).unwrap().live;
    room.publish_messages((1..=9).map(|seq| publication(seq, &"x".repeat(16_384))).collect());
    let batches = std::iter::from_fn(|| live.try_recv().ok());
    let last_seqs = batches.map(|batch| batch.last_seq().unwrap().get());
    assert_eq!(last_seqs.collect::<Vec<_>>(), [4, 8, 9]);
}

#[test]
fn both_users_of_a_direct_message_get_its_address_and_the_same_bytes() {
    let room = room(RoomKey::Direct(DirectKey::of(UserId::new(2), UserId::new(1))));
    assert_eq!(room.name().as_str(), "@1-2");
    let mut live = room.subscribe(500).unwrap().live;
    assert!(!room.enter(&user(2, "bob")));
    room.rename(&user(2, "bob"), &UserName::new("rob").unwrap());
    room.publish_messages(vec![publication(1, "hi")]);
    assert!(line(&mut live).contains(r#""joined","room":"@1-2""#));
    let batch = live.try_recv().unwrap();
    let encoded = lines(&batch, Kinds::All);
    assert!(String::from_utf8_lossy(&encoded.bytes).contains(r#""room":"@1-2""#));
    assert!(std::ptr::eq(encoded, lines(&batch, Kinds::All)), "encoded once");
}

#[test]
fn a_large_room_sends_the_number_of_users_only() {
    let room = rust();
    for id in 1..=3 {
        assert!(!room.enter(&user(id, &format!("user{id}"))));
    }
    let mut live = room.subscribe(500).unwrap().live;
    assert!(room.enter(&user(4, "ana")));
    assert!(!room.enter(&user(4, "ana")), "is on the list already");
    assert!(room.enter(&user(5, "bob")));
    assert!(room.leave(&user(5, "bob"), LeaveReason::Bye));
    assert!(!room.leave(&user(5, "bob"), LeaveReason::Bye), "has left already");
    assert_eq!(live.try_recv().unwrap_err(), TryRecvError::Empty);
    room.publish_presence();
    assert_eq!(line(&mut live).trim(), r##"{"type":"presence","room":"#rust","count":4}"##);
    assert_eq!(live.try_recv().unwrap_err(), TryRecvError::Empty, "once");
}

#[test]
fn a_closed_room_ends_for_all_receivers() {
    let room = rust();
    let mut live = room.subscribe(500).unwrap().live;
    room.publish_messages(vec![publication(1, "last words")]);
    room.close();
    assert!(line(&mut live).contains("last words"));
    assert_eq!(live.try_recv().unwrap_err(), TryRecvError::Closed);
    assert!(room.subscribe(500).is_none());
}

/// Rooms, and bytes that their rings hold together.
const ROOMS: usize = 8;
const BYTES_MAX: usize = 256 * 1024;

#[test]
fn the_rings_of_all_rooms_share_one_bound() {
    let rings = Arc::new(Rings::new(BYTES_MAX, RINGS_FULL));
    let text = "\"".repeat(10_000); // 20,000 bytes on the wire
    let mut stalled = Vec::new();
    for id in 0..ROOMS {
        let key = RoomKey::Named(RoomName::new(&format!("#room{id}")).unwrap());
        let id = RoomId(u32::try_from(id).unwrap() + 2);
        let record = RoomRecord::new(id, key);
        let room = Room::new(record, 3, &rings);
        stalled.push(room.subscribe(500).unwrap().live);
        let mut live = room.subscribe(500).unwrap().live;
        for seq in 1..=20 {
            room.publish_messages(vec![publication(seq, &text)]);
            let sent = line(&mut live);
            assert!(
                sent.contains(&format!("\"seq\":{seq},")),
                "a reader that keeps up gets all: {sent}"
            );
            assert!(rings.bytes() <= BYTES_MAX, "{} bytes", rings.bytes());
        }
    }
    assert!(rings.bytes() > BYTES_MAX / 2, "{} bytes", rings.bytes());
    let first = stalled[0].try_recv();
    assert!(matches!(first, Err(TryRecvError::Lagged(_))), "{first:?}");
    let mut last = stalled.pop().unwrap();
    while let Err(TryRecvError::Lagged(_)) = last.try_recv() {}
    assert!(line(&mut last).contains("\"seq\":"), "the newest are in the ring");
    drop((stalled, last));
    assert_eq!(rings.bytes(), 0);
}
