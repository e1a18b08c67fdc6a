//! Everything that a user can say is read back as it was stored.

use chat_proto::command::{Kind, Links};
use chat_proto::{Emoji, Seq, Timestamp};

use super::*;

#[test]
fn each_kind_is_read_back_with_its_epoch_and_the_time_of_the_message_it_names() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    let text = || Text::new("\"x\"\n").unwrap();
    let target = Seq::new(7);
    let links = Links::new(Some(target), Some(Seq::FIRST));
    let named_at = Some(Timestamp::from_millis(1_795_356_127_123));
    let emoji = Emoji::new("👍").unwrap();
    let bodies = [
        Body::text(text()),
        Body::plain(Kind::Action, text()),
        Body::Message { kind: Kind::Text, text: text(), links },
        Body::Edit { target, text: text() },
        Body::Delete { target },
        Body::Reaction { target, emoji: emoji.clone(), on: true },
        Body::Reaction { target, emoji, on: false },
        Body::Pin { target, on: false },
    ];
    let all: Vec<OwnMessage> = (1..)
        .zip(bodies)
        .map(|(n, body)| OwnMessage { body, epoch: journal("epoch"), named_at, ..say(n) })
        .collect();
    for own in &all {
        store.apply(StoreOp::Message(own.clone())).unwrap();
    }
    drop(store);
    assert_eq!(open(&state, "bob").1.pending, all);
}
