//! The index finds what a look at every message finds, whatever has happened, and for those alone who may read it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::ALL;
use super::rig::{DIRECT, LOBBY, RUST, Rig};
use crate::journal::{Page, Part};
use chat_proto::Seq;
use chat_proto::event::MessageKind;

#[derive(Debug, Clone)]
enum Step {
    Say(RoomId, u64, String),
    Edit(RoomId, u64, String),
    Delete(RoomId, u64),
    Trim(RoomId),
    Kill,
    Settle,
}

const WORDS: [&str; 8] =
    ["deploy", "deployed", "café", "東京都", "src/main.rs", "fooBar", "京", "x"];

/// The queries: of each word, its beginning and with others.
const QUERIES: [&str; 14] = [
    "deploy ",
    "deplo",
    "CAFE ",
    "東京 ",
    "京",
    "src/main.rs ",
    "bar ",
    "foobar ",
    "x ",
    "deploy x ",
    "\"deploy x\" ",
    "-deploy ",
    "from:me ",
    "from:eva -x ",
];

fn step() -> impl Strategy<Value = Step> {
    let room = || select(&ALL[..]);
    let text = || vec(select(&WORDS[..]), 1..4).prop_map(|words| words.join(" "));
    let seq = || 1..8_u64;
    prop_oneof![
        8 => (room(), 1..=3_u64, text()).prop_map(|(room, from, text)| Step::Say(room, from, text)),
        2 => (room(), seq(), text()).prop_map(|(room, seq, text)| Step::Edit(room, seq, text)),
        2 => (room(), seq()).prop_map(|(room, seq)| Step::Delete(room, seq)),
        1 => room().prop_map(Step::Trim),
        1 => Just(Step::Kill),
        1 => Just(Step::Settle),
    ]
}

/// All messages as they are now, of `rooms`.
async fn messages(rig: &Rig, rooms: &[RoomId]) -> Vec<(RoomId, StoredMessage)> {
    let mut places = Vec::new();
    for room in rooms {
        let page = Page { of: Part::After(Seq::NONE), limit: 200 };
        let stored = rig.journal.read(*room, page).await.unwrap();
        places.extend(stored.iter().map(|message| (*room, message.seq)));
    }
    rig.journal.messages_now(places, chat_proto::UserId::new(1)).await.unwrap()
}

/// Whether a message fits a query, by a look at it alone.
fn fits(message: &StoredMessage, typed: &str, user: u64) -> bool {
    let text = message.text.as_str();
    let is_said = matches!(message.kind, MessageKind::Text | MessageKind::Action);
    let by_words = |typed: &str| matches::find(&Query::parse(typed), text).is_some();
    is_said
        && !message.is_deleted()
        && match typed {
            "-deploy " => !by_words("deploy "),
            "from:me " => message.from.id.get() == user,
            "from:eva -x " => message.from.id.get() == 3 && !by_words("x "),
            words => by_words(words),
        }
}

async fn compare(steps: Vec<Step>) {
    let mut rig = Rig::new();
    for step in steps {
        match step {
            Step::Say(room, from, text) => rig.say(room, from, &text),
            Step::Edit(room, seq, text) => rig.edit_own(room, seq, &text).await,
            Step::Delete(room, seq) => rig.delete(room, seq),
            Step::Trim(room) => rig.trim(room),
            Step::Kill => rig.kill().await,
            Step::Settle => rig.settle().await,
        }
    }
    rig.settle().await;
    for (user, rooms) in [(1, &ALL[..]), (2, &[LOBBY, DIRECT]), (3, &[LOBBY, RUST]), (3, &[RUST])] {
        let all = messages(&rig, rooms).await;
        for typed in QUERIES {
            let mut expected: Vec<_> =
                all.iter().filter(|(_, message)| fits(message, typed, user)).collect();
            expected.sort_by_key(|(_, message)| std::cmp::Reverse(message.at));
            let expected: Vec<_> = expected
                .iter()
                .map(|(room, message)| format!("{}:{}", room.0, message.seq))
                .collect();
            assert_eq!(rig.found(user, rooms, typed).await, expected, "{user} {rooms:?} {typed:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_look_at_every_message_finds(steps in vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(compare(steps));
    }
}
