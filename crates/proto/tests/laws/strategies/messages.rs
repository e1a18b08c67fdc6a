//! Messages, and what is said about them.

use chat_proto::Emoji;
use chat_proto::command::{Body, Links, Say};
use chat_proto::event::{Details, Edited, Message, MessageKind, Reaction, Replies, Version};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{at, device, kind, room_name, seq, text, topic, user};

pub(super) fn message() -> impl Strategy<Value = Message> {
    let own = option::of((device(), option::of(any::<u64>())));
    let text = (message_kind(), text(), details());
    (room_name(), seq(), user(), at(), text, any::<bool>(), own).prop_map(
        |(room, seq, from, at, (kind, text, details), damaged, own)| {
            let (device, n) = own.unzip();
            Message { room, seq, from, at, kind, text, damaged, device, n: n.flatten(), details }
        },
    )
}

/// Mostly none, as on the wire.
fn details() -> impl Strategy<Value = Option<Box<Details>>> {
    let of_event = (option::of(seq()), option::of(emoji()), option::of(any::<bool>()));
    let links = (option::of(topic()), option::of(seq()), option::of(seq()));
    let edited = (at(), any::<u64>()).prop_map(|(at, count)| Edited { at, count });
    let replies = (any::<u64>(), seq(), at()).prop_map(|(count, last_seq, last_at)| Replies {
        count,
        last_seq,
        last_at,
    });
    let reaction = (emoji(), any::<u64>(), any::<bool>(), vec(user(), 0..3))
        .prop_map(|(emoji, count, own, users)| Reaction { emoji, count, own, users });
    let counts = (option::of(edited), vec(reaction, 0..3), option::of(replies));
    let state = (any::<[bool; 2]>(), counts, option::of(seq()));
    let details = (of_event, links, state).prop_map(
        |((target, emoji, on), (topic, reply_to, thread), (flags, counts, as_of))| {
            let ([deleted, pinned], (edited, reactions, replies)) = (flags, counts);
            let event =
                Details { target, emoji, on, topic, reply_to, thread, ..Details::default() };
            Details { deleted, edited, reactions, replies, pinned, as_of, ..event }
        },
    );
    let boxed = |details: Details| (details != Details::default()).then(|| Box::new(details));
    prop_oneof![2 => Just(None), 1 => details.prop_map(boxed)]
}

fn emoji() -> impl Strategy<Value = Emoji> {
    select(&["👍", "👩‍💻", "\"", "\\", "e\u{301}"][..]).prop_map(|emoji| Emoji::new(emoji).unwrap())
}

pub(super) fn version() -> impl Strategy<Value = Version> {
    (seq(), at(), text()).prop_map(|(seq, at, text)| Version { seq, at, text })
}

fn message_kind() -> impl Strategy<Value = MessageKind> {
    use MessageKind::{Action, Delete, Edit, Pin, Reaction, Text, Topic, Unknown};
    select(&[Text, Action, Edit, Delete, Reaction, Pin, Topic, Unknown][..])
}

pub(crate) fn say() -> impl Strategy<Value = Say> {
    (room_name(), option::of(any::<u64>()), option::of(device()), body())
        .prop_map(|(room, n, device, body)| Say { room, n, device, body })
}

fn body() -> impl Strategy<Value = Body> {
    let links = prop_oneof![
        3 => Just(None),
        1 => (option::of(seq()), option::of(seq()))
            .prop_map(|(reply_to, thread)| Links::new(reply_to, thread)),
    ];
    let plain =
        (kind(), text(), links).prop_map(|(kind, text, links)| Body::Message { kind, text, links });
    prop_oneof![
        4 => plain,
        1 => (seq(), text()).prop_map(|(target, text)| Body::Edit { target, text }),
        1 => seq().prop_map(|target| Body::Delete { target }),
        1 => (seq(), emoji(), any::<bool>())
            .prop_map(|(target, emoji, on)| Body::Reaction { target, emoji, on }),
        1 => (seq(), any::<bool>()).prop_map(|(target, on)| Body::Pin { target, on }),
        1 => topic().prop_map(|topic| Body::Topic { topic }),
    ]
}
