use std::sync::Arc;

use chat_proto::event::MessageKind;
use chat_proto::{DeviceId, RoomName, Seq, SessionId, Text, Timestamp, User, UserName};
use serde_json::Value;

use super::*;
use crate::batch::Publication;
use crate::journal::StoredMessage;

/// A message of a user, sent by one of its sessions.
fn publication(seq: u64, (user, session): (u64, u64)) -> Publication {
    let from = User { id: UserId::new(user), name: UserName::from_lossy("ana") };
    let message = StoredMessage {
        seq: Seq::new(seq),
        from,
        at: Timestamp::from_millis(0),
        kind: MessageKind::Text,
        text: Text::new("hi").unwrap(),
        device: DeviceId::default(),
        n: Some(seq),
        damaged: false,
        details: None,
    };
    Publication { message, session: SessionId::local(session) }
}

/// The `seq` of each message that a session is sent, and whether it is told the number of its device.
fn sent(batch: &Batch, (user, session): (u64, u64)) -> Vec<(u64, bool)> {
    let (user, session) = (UserId::new(user), SessionId::local(session));
    let mut out = WriteQueue::default();
    Native::batch(batch, Recipient { user, session, kinds: Kinds::All }, &mut out);
    let (first, others) = out.pieces();
    let bytes: Vec<u8> = [first].into_iter().chain(others).flatten().copied().collect();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let seq = |line: &[u8]| {
        let line: Value = serde_json::from_slice(line).unwrap();
        (line["seq"].as_u64().unwrap(), line["n"].is_u64())
    };
    lines.map(seq).collect()
}

#[test]
fn a_session_is_sent_all_messages_but_its_own() {
    // Users 1 to 3; user 2 has two sessions.
    let (ana, bob, other_of_bob, cleo) = ((1, 1), (2, 2), (2, 3), (3, 4));
    for senders in [
        vec![ana],
        vec![bob],
        vec![bob, bob],
        vec![ana, bob, cleo, other_of_bob, bob, ana],
        vec![cleo, cleo, other_of_bob, bob, bob, cleo],
    ] {
        let publications = (1..).zip(&senders).map(|(seq, sender)| publication(seq, *sender));
        let batch = Batch::messages(publications.collect(), RoomName::lobby(), &Arc::default());
        for reader in [ana, bob, other_of_bob, cleo, (4, 5)] {
            let others = (1..).zip(&senders).filter(|(_, sender)| **sender != reader);
            let expected: Vec<_> =
                others.map(|(seq, sender)| (seq, sender.0 == reader.0)).collect();
            assert_eq!(sent(&batch, reader), expected, "{reader:?} of {senders:?}");
        }
    }
}
