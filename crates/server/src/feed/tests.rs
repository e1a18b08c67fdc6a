use chat_proto::command::Body;
use chat_proto::{DeviceId, Seq, SessionId, Text, Timestamp, User, UserId, UserName};
use futures_util::{FutureExt, StreamExt};

use super::*;
use crate::batch::{Items, Publication, RINGS_FULL, Rings};
use crate::journal::{Durability, Engine, Entry, EntryResult, Message, RoomRecord};

fn clock() -> Timestamp {
    Timestamp::from_millis(0)
}

/// A journal in memory, and the lobby as it has it.
fn open() -> (Engine, Journal, RoomRecord) {
    open_at(&crate::journal::Location::Memory)
}

fn open_at(state: &crate::journal::Location) -> (Engine, Journal, RoomRecord) {
    let (engine, journal, restored) =
        Journal::open(state, Durability::Os, Timestamp::from_millis(0)).unwrap();
    (engine, journal, restored.rooms[0].clone())
}

/// Stores `count` messages, and publishes them in `room`.
fn say(engine: &mut Engine, room: &Arc<Room>, count: u64) {
    for _ in 1..=count {
        let from = User { id: UserId::new(1), name: UserName::from_lossy("ana") };
        let message = Message {
            room: room.id,
            from,
            device: DeviceId::default(),
            n: None,
            body: Body::text(Text::new("hi").unwrap()),
            named_at: None,
            mentions: Box::default(),
            deletes_others: None,
            is_repeat_only: false,
            changes: Box::default(),
        };
        let commit = engine.append(vec![Entry::Message(message)], clock()).unwrap();
        for item in commit.items {
            let EntryResult::Message { message, .. } = item else { panic!("{item:?}") };
            room.publish_messages(vec![Publication { message, session: SessionId::local(1) }]);
        }
    }
}

/// The feed of all messages of a room.
fn replay(
    room: &Arc<Room>,
    journal: &Journal,
    pages: &Arc<Semaphore>,
) -> impl Stream<Item = FeedItem> + Send + use<> {
    let start = room.subscribe(500).unwrap();
    let (room, journal, pages) = (Arc::clone(room), journal.clone(), Arc::clone(pages));
    feed(room, journal, start, Seq::NONE, (CatchUp::Replay, View::Stored), pages, 500)
}

fn a_page() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(1))
}

/// The `seq`s of the messages of an item.
fn seqs(item: &FeedItem) -> Vec<u64> {
    match item {
        FeedItem::CatchUp(missed) => missed.iter().map(|message| message.seq.get()).collect(),
        FeedItem::Live(batch) => match batch.items() {
            Items::Messages(messages) => messages
                .publications()
                .iter()
                .map(|publication| publication.message.seq.get())
                .collect(),
            Items::Update(event) => panic!("{event:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// A commit is in the file before its room publishes it: long before, if SQLite makes a checkpoint between the two.
#[tokio::test]
async fn a_message_that_is_stored_but_not_published_comes_live_and_once() {
    let (mut engine, journal, lobby) = open();
    say(&mut engine, &Room::new(lobby.clone(), 500, &Arc::default()), 3);
    let page = Page { of: Part::After(Seq::FIRST), limit: PAGE_MESSAGES };
    let unpublished = journal.read(lobby.id, page).await.unwrap();
    let room = Room::new(RoomRecord { last_seq: Seq::FIRST, ..lobby }, 500, &Arc::default());

    let mut feed = std::pin::pin!(replay(&room, &journal, &a_page()));
    assert_eq!(seqs(&feed.next().await.unwrap()), [1]);
    let early = feed.next().now_or_never();
    assert!(early.is_none(), "{early:?}");
    room.publish_messages(
        unpublished
            .into_iter()
            .map(|message| Publication { message, session: SessionId::local(1) })
            .collect(),
    );
    assert_eq!(seqs(&feed.next().await.unwrap()), [2, 3]);
}

#[tokio::test]
async fn messages_that_a_ring_has_dropped_come_from_the_journal() {
    let (mut engine, journal, lobby) = open();
    let room = Room::new(lobby, 500, &Arc::new(Rings::new(0, RINGS_FULL))); // drops each at once
    let mut feed = std::pin::pin!(replay(&room, &journal, &a_page()));
    say(&mut engine, &room, 3);
    assert_eq!(seqs(&feed.next().await.unwrap()), [1, 2, 3]);
    let more = feed.next().now_or_never();
    assert!(more.is_none(), "{more:?}");
}

#[tokio::test]
async fn the_feeds_of_a_session_read_one_page_at_a_time() {
    let directory = tempfile::TempDir::new().unwrap();
    let state = crate::journal::Location::Directory(directory.path().to_path_buf());
    let (mut engine, journal, lobby) = open_at(&state);
    let room = Room::new(lobby, 500, &Arc::default());
    say(&mut engine, &room, 3);
    let pages = a_page();
    let mut feeds = [(); 2].map(|()| Box::pin(replay(&room, &journal, &pages)));
    assert!(feeds[0].next().now_or_never().is_none());
    assert_eq!(pages.available_permits(), 0);
    assert!(feeds[1].next().now_or_never().is_none());
    for feed in &mut feeds {
        assert_eq!(seqs(&feed.next().await.unwrap()), [1, 2, 3]);
    }
    assert_eq!(pages.available_permits(), 1);
}
