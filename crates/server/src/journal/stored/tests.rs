use chat_proto::Emoji;
use chat_proto::event::{Edited, Reaction};
use chat_proto::limits::{NAME_CHARS_MAX, REACTIONS_MAX, REACTORS_LISTED_MAX};

use super::*;

#[test]
fn no_message_takes_more_bytes_than_the_bound() {
    let name = "😀".repeat(NAME_CHARS_MAX);
    let room = RoomName::new(&format!("#{name}")).unwrap();
    let at = Timestamp::from_millis(i64::MIN);
    let user =
        || User { id: UserId::new(u64::MAX), name: UserName::new(&name).expect("it is one") };
    let emoji = Emoji::new("\"").unwrap();
    let reaction = Reaction {
        emoji: emoji.clone(),
        count: u64::MAX,
        own: true,
        users: vec![user(); REACTORS_LISTED_MAX],
    };
    let seq = Some(Seq::MAX);
    let wire = Details {
        target: seq,
        emoji: Some(emoji),
        on: Some(false),
        topic: Some(Topic::from_lossy("\"")),
        reply_to: seq,
        thread: seq,
        deleted: true,
        edited: Some(Edited { at, count: u64::MAX }),
        reactions: vec![reaction; REACTIONS_MAX],
        replies: Some(Replies { count: u64::MAX, last_seq: Seq::MAX, last_at: at }),
        pinned: true,
        as_of: seq,
    };
    let message = StoredMessage {
        seq: Seq::MAX,
        from: user(),
        at,
        kind: MessageKind::Reaction,
        text: Text::new("\"\\\n").unwrap(),
        device: DeviceId::new("\u{1}").unwrap(),
        n: Some(u64::MAX),
        damaged: true,
        details: Some(Box::new(StoredDetails { wire, ..StoredDetails::default() })),
    };
    let written =
        serde_json::to_string(&message.to_wire(&room, UserId::new(u64::MAX))).unwrap() + ",";
    assert!(written.len() <= message.encoded_bytes_max(), "{} bytes: {written}", written.len());
}
