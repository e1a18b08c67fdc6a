//! Messages, and events about them.

use chat_proto::command::{Body, Links, Say, SearchOrder};
use chat_proto::event::{
    Accepted, Details, Edited, Hit, Message, MessageKind, Reaction, Replies, SearchState, Version,
};
use chat_proto::{Emoji, Refusal, RefusalCode};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{at, device, kind, room_name, seq, text, topic, user, user_name, writing};

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
    let reaction = (emoji(), any::<u64>(), any::<bool>(), vec(user(), 0..3))
        .prop_map(|(emoji, count, own, users)| Reaction { emoji, count, own, users });
    let counts = (option::of(edited), vec(reaction, 0..3), option::of(replies()));
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

pub(super) fn replies() -> impl Strategy<Value = Replies> {
    (any::<u64>(), seq(), at()).prop_map(|(count, last_seq, last_at)| Replies {
        count,
        last_seq,
        last_at,
    })
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
    (
        room_name(),
        option::of(any::<u64>()),
        option::of(device()),
        body(),
        option::of(at().prop_map(Box::new)),
    )
        .prop_map(|(room, n, device, body, named_at)| Say { room, n, device, body, named_at })
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

pub(super) fn order() -> impl Strategy<Value = SearchOrder> {
    select(&[SearchOrder::Newest, SearchOrder::Best][..])
}

pub(super) fn hit() -> impl Strategy<Value = Hit> {
    let marks = vec(any::<[u32; 2]>(), 0..3);
    (message(), marks).prop_map(|(message, marks)| {
        let Message { room, seq, from, at, kind, text, .. } = message;
        Hit { room, seq, from, at, kind, text, marks }
    })
}

pub(super) fn search_state() -> impl Strategy<Value = SearchState> {
    (any::<u8>(), option::of(writing(20)))
        .prop_map(|(indexed, trouble)| SearchState { indexed, trouble })
}

pub(super) fn accepted() -> impl Strategy<Value = Accepted> {
    let own = (option::of(any::<u64>()), option::of(device()));
    (own, room_name(), seq(), at(), any::<bool>()).prop_map(
        |((n, device), room, seq, at, repeat)| Accepted { n, device, room, seq, at, repeat },
    )
}

pub(super) fn refusal() -> impl Strategy<Value = Refusal> {
    let own = (option::of(any::<u64>()), option::of(device()));
    let about = (own, option::of(room_name()), option::of(user_name()));
    let seq = option::of(seq());
    (select(RefusalCode::ALL), writing(20), about, seq, option::of(any::<u64>())).prop_map(
        |(code, text, ((n, device), room, suggestion), seq, retry_ms)| Refusal {
            code,
            text,
            n,
            device,
            room,
            seq,
            suggestion,
            retry_ms,
        },
    )
}
