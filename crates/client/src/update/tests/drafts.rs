//! Drafts of threads.

use chat_proto::ShortString;

use super::*;
use crate::store::{Drafts, Profile, ThreadDraft};
use crate::testing::journal;

fn type_in(harness: &mut Harness, thread: u64, text: &str) -> Vec<Effect> {
    let (room, thread) = (RoomName::lobby(), Some(Seq::new(thread)));
    harness.request(Request::Draft { room, thread, text: text.into() })
}

/// The drafts of threads that are to be stored, each with the `seq` of its message.
fn stored(effects: &[Effect]) -> Option<Vec<(u64, &str)>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Store(StoreOp::Drafts(Drafts { threads, .. })) => {
            let each = threads.iter().map(|draft| (draft.thread.get(), draft.text.as_str()));
            Some(each.collect())
        }
        _ => None,
    })
}

/// The texts that are given back.
fn returned(effects: &[Effect]) -> Vec<&str> {
    let texts = effects.iter().filter_map(|effect| match effect {
        Effect::TextReturned(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// A client that an earlier run has left a draft for the thread of message 3, of this epoch; and what its first session
/// leads to.
fn restarted(epoch: &str) -> (Harness, Vec<Effect>) {
    let epoch = Some(ShortString::new(epoch).unwrap());
    let draft =
        ThreadDraft { room: RoomName::lobby(), thread: Seq::new(3), epoch, text: "half".into() };
    let drafts = Drafts { threads: vec![draft], ..Drafts::default() };
    Harness::with(Profile { drafts, ..profile("bob") })
}

#[test]
fn the_drafts_of_a_room_and_of_its_threads_are_stored_apart() {
    let mut harness = Harness::connected();
    harness.draft(&RoomName::lobby(), "for all");
    type_in(&mut harness, 3, "for three");
    type_in(&mut harness, 5, "for five");
    let effects = harness.input(Input::Tick);
    assert_eq!(stored(&effects), Some(vec![(3, "for three"), (5, "for five")]));
    assert_eq!(harness.state.room().draft(), "for all");
    assert_eq!(harness.state.room().draft_in_thread(Seq::new(3)), "for three");
    let epochs = harness.state.drafts().threads.into_iter().map(|draft| draft.epoch);
    let epoch = journal("journal", "epoch").epoch;
    assert!(epochs.into_iter().all(|of| of.as_ref() == Some(&epoch)));
    assert_eq!(stored(&type_in(&mut harness, 3, "")), Some(vec![(5, "for five")]), "at once");
}

#[test]
fn a_draft_of_a_thread_is_there_after_a_restart() {
    let (harness, effects) = restarted("epoch");
    assert_eq!(returned(&effects), [""; 0]);
    assert_eq!(harness.state.room().draft_in_thread(Seq::new(3)), "half");
    assert_eq!(harness.state.room().draft(), "");
}

#[test]
fn a_draft_of_a_thread_is_given_back_if_the_journal_was_restored() {
    let (harness, effects) = restarted("another");
    assert_eq!(returned(&effects), ["half"]);
    assert_eq!(stored(&effects), Some(Vec::new()));
    assert_eq!(harness.state.room().draft_in_thread(Seq::new(3)), "");
}

#[test]
fn a_draft_of_a_thread_is_given_back_if_its_room_is_closed() {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 0, 0));
    let (room, thread) = (room("#rust"), Some(Seq::new(3)));
    harness.request(Request::Draft { room: room.clone(), thread, text: "half".into() });
    let reason = chat_proto::LeaveReason::Bye;
    let effects = harness.event(Event::Left { room, user: user(7, "bob"), reason });
    assert_eq!(returned(&effects), ["half"]);
}

#[test]
fn too_many_drafts_of_threads_are_given_back() {
    let mut harness = Harness::connected();
    let effects: Vec<Effect> =
        (1..=51).flat_map(|seq| type_in(&mut harness, seq, &format!("text {seq}"))).collect();
    assert_eq!(returned(&effects), ["text 1"]);
    assert_eq!(harness.state.drafts().threads.len(), 50);
}
