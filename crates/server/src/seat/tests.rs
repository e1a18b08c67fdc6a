use chat_proto::command::{Kind, Word};
use chat_proto::{At, Text, User, UserName};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;

use super::*;
use crate::batch::Said;
use crate::journal::{Durability, KeptRoom, Outcome, Restored, Say};
use crate::ring::Rings;

fn clock() -> At {
    At::from_millis(0)
}

/// A journal in memory, and the lobby as it has it.
fn open() -> (Journal, KeptRoom) {
    let place = crate::journal::Place::Memory;
    let (journal, Restored { rooms, .. }) = Journal::open(&place, Durability::Os, clock).unwrap();
    (journal, rooms[0].clone())
}

/// Has the journal keep so many messages in `room`.
async fn say(journal: &Journal, room: &Arc<Room>, count: u64) {
    for seq in 1..=count {
        let (answer, mut answers) = mpsc::channel(1);
        let (room, from) = (Arc::clone(room), User { id: 1, name: UserName::mend("ana") });
        let (device, kind, text) = (Word::default(), Kind::Text, Text::new("hi").unwrap());
        let (session, names_device) = (1, false);
        let say = Say { room, from, session, device, names_device, n: None, kind, text, answer };
        journal.place().await.unwrap().say(say);
        assert_eq!(answers.recv().await.unwrap().outcome, Outcome::Kept { seq, at: clock() });
    }
}

fn a_page() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(1))
}

/// The numbers of the messages that a seat brings.
fn seqs(brought: &Brought) -> Vec<u64> {
    match brought {
        Brought::Missed(missed) => missed.iter().map(|kept| kept.seq).collect(),
        Brought::Live(batch) => match &**batch {
            Batch::Said(said) => said.said().iter().map(|said| said.kept.seq).collect(),
            Batch::News(news) => panic!("{news:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// A commit is in the file before its room is told of it, longest where SQLite brings its log into
/// the file between the two.
#[tokio::test]
async fn what_is_kept_but_not_yet_told_comes_live_and_once() {
    let (journal, lobby) = open();
    say(&journal, &Room::new(lobby.clone(), 500, &Arc::default()), 3).await;
    let page = Page { of: Part::After(1), limit: PAGE_MESSAGES };
    let untold = journal.read(lobby.id, page).await.unwrap();
    let told_one = Room::new(KeptRoom { last_seq: 1, ..lobby }, 500, &Arc::default());

    let entry = told_one.listen(500).unwrap();
    let seat = seat(Arc::clone(&told_one), journal, entry, 0, Missing::IsBrought, a_page(), 500);
    let mut seat = std::pin::pin!(seat);
    assert_eq!(seqs(&seat.next().await.unwrap()), [1]);
    let early = seat.next().now_or_never();
    assert!(early.is_none(), "{early:?}");
    told_one.publish_said(untold.into_iter().map(|kept| Said { kept, session: 1 }).collect());
    assert_eq!(seqs(&seat.next().await.unwrap()), [2, 3]);
}

#[tokio::test]
async fn messages_that_a_ring_has_dropped_come_from_the_journal() {
    let (journal, lobby) = open();
    let room = Room::new(lobby, 500, &Arc::new(Rings::new(0))); // drops each at once
    let entry = room.listen(500).unwrap();
    let seat =
        seat(Arc::clone(&room), journal.clone(), entry, 0, Missing::IsBrought, a_page(), 500);
    let mut seat = std::pin::pin!(seat);
    say(&journal, &room, 3).await;
    assert_eq!(seqs(&seat.next().await.unwrap()), [1, 2, 3]);
    let more = seat.next().now_or_never();
    assert!(more.is_none(), "{more:?}");
}

#[tokio::test]
async fn the_seats_of_a_session_read_one_page_at_a_time() {
    let (journal, lobby) = open();
    let room = Room::new(lobby, 500, &Arc::default());
    say(&journal, &room, 3).await;
    let pages = a_page();
    let mut seats = [(); 2].map(|()| {
        let (entry, pages) = (room.listen(500).unwrap(), Arc::clone(&pages));
        let (room, journal) = (Arc::clone(&room), journal.clone());
        Box::pin(seat(room, journal, entry, 0, Missing::IsBrought, pages, 500))
    });
    assert!(seats[0].next().now_or_never().is_none());
    assert_eq!(pages.available_permits(), 0);
    assert!(seats[1].next().now_or_never().is_none());
    for seat in &mut seats {
        assert_eq!(seqs(&seat.next().await.unwrap()), [1, 2, 3]);
    }
    assert_eq!(pages.available_permits(), 1);
}
