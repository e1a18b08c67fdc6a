//! The cost of events about messages.

use chat_proto::Emoji;

use super::*;
use crate::journal::stored::View;

const READER: UserId = UserId::new(1);

fn user(id: u64) -> User {
    User { id: UserId::new(id), name: UserName::new(&format!("user_{id}")).unwrap() }
}

fn reaction(target: u64) -> Body {
    Body::Reaction { target: Seq::new(target), emoji: Emoji::new("👍").unwrap(), on: true }
}

/// The microseconds of one of `count` calls.
fn micros(count: u64, run: impl FnOnce()) -> u128 {
    let start = std::time::Instant::now();
    run();
    start.elapsed().as_micros() / u128::from(count)
}

#[tokio::test]
#[ignore = "measures, and asserts nothing"]
async fn a_look_up_among_100_000_messages_and_a_page_with_2_000_reactions() {
    let directory = TempDir::new().unwrap();
    let journal = open_at(&Location::DirectoryInTask(directory.path().to_path_buf())).unwrap();
    let commit = |count: u64, body: &dyn Fn(u64) -> (u64, Body)| {
        let entry = |nth| {
            let (author, body) = body(nth);
            Entry::Message(Message { n: None, from: user(author), body, ..say(1, "x") })
        };
        journal.journal.append((0..count).map(entry).collect());
    };
    let plain = |nth: u64| (7, Body::text(Text::new(format!("message {nth}")).unwrap()));
    for _ in 0..100 {
        commit(1_000, &plain);
    }
    let texts = micros(2_000, || commit(2_000, &plain));
    // Spread over the room, so that each look-up reads another page.
    let spread = |nth: u64| (7, reaction(1 + nth * 7_919 % 100_000));
    let reactions = micros(2_000, || commit(2_000, &spread));
    let near = |nth: u64| (nth / 200, reaction(100_001 + nth % 200));
    commit(2_000, &near);
    let page = Page { of: Part::After(Seq::new(100_000)), limit: 200 };
    for (what, view) in [("stored", View::Stored), ("now", View::Now(READER))] {
        let start = std::time::Instant::now();
        let found = journal.journal.read_as(RoomId::LOBBY, page, view).await.unwrap();
        eprintln!("a page of {} messages, {what}: {} µs", found.len(), start.elapsed().as_micros());
    }
    eprintln!("a text {texts} µs, a reaction {reactions} µs");
}
