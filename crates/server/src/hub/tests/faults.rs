//! The guarantees on a disk that fails: a layer under SQLite fails on command.

use std::fs;

use super::rig::{NEVER, OFTEN, Rig, file_of, repeat, stored};
use super::*;
use crate::journal::RoomId;
use crate::journal::tests::layer::{Call, Fault, Layer, Plan};
use crate::journal::tests::{Log, bans_and_rooms, engine_through, found};

/// The ends of the names of files: of all files, and of the journal's file without its log.
const ALL: &str = "";
const FILE: &str = ".sqlite";

const WRITES: &[Call] = &[Call::Write];
const SYNCS: &[Call] = &[Call::Sync];

/// The faults of a disk, and a part of the refusal that the sender gets.
const FAULTS: [(Fault, &[Call], &str); 4] = [
    (Fault::Error, WRITES, "the server's disk fails"),
    (Fault::Full, WRITES, "the server's disk is full"),
    (Fault::Torn, WRITES, "the server's disk fails"),
    (Fault::Error, SYNCS, "the server's disk fails"),
];

#[test]
fn messages_are_refused_while_the_disk_fails_and_accepted_after_it() {
    let layer = Layer::new();
    for (fault, calls, words) in FAULTS {
        let what = format!("{fault:?} of {calls:?}");
        let mut rig = Rig::new(&layer, NEVER);
        rig.keep(&[1, 2, 3], 10);
        layer.fail(Plan { fault, calls, after: 0, lasts: true, files: ALL });
        rig.keep(&[1, 2, 3, 2, 1], 3000);
        rig.keep(&[1], 10);
        assert!(layer.fired() > 0, "{what}");
        let refusals = rig.refusals();
        assert_eq!(refusals.len(), 6, "{what}");
        assert!(refusals.iter().all(|reason| reason.starts_with(words)), "{what}: {refusals:?}");
        layer.heal();
        assert_eq!(rig.say(), stored(2), "{what}");
        assert_eq!(rig.published(), rig.accepted(), "{what}");
        rig.assert_kept(&what);
    }
}

#[test]
fn no_message_is_refused_if_the_disk_fails_once() {
    let layer = Layer::new();
    for (fault, calls, _) in FAULTS {
        let mut rig = Rig::new(&layer, NEVER);
        layer.fail(Plan { fault, calls, after: 0, lasts: false, files: ALL });
        rig.keep(&[1, 2, 3, 2, 1], 3000);
        assert_eq!(layer.fired(), 1);
        assert_eq!(rig.refusals(), [""; 0], "{fault:?} of {calls:?}");
        rig.assert_kept(&format!("{fault:?} of {calls:?}"));
    }
}

/// All items wait for the lock of another program once, together.
#[test]
fn if_another_program_locks_the_file_all_items_wait_once_and_are_refused() {
    let layer = Layer::new();
    let mut rig = Rig::new(&layer, NEVER);
    assert_eq!(rig.say(), stored(1));
    layer.hold(true);
    rig.keep(&[1, 2, 3, 2, 1], 10);
    assert_eq!(rig.refusals(), ["another program is writing the server's journal"; 5]);
    assert_eq!(layer.slept(), crate::journal::BUSY_TIMEOUT);
    rig.set_topics(&["one topic", "another"]);
    assert_eq!(layer.slept(), crate::journal::BUSY_TIMEOUT);
    rig.keep(&[1], 10);
    assert_eq!(layer.slept(), crate::journal::BUSY_TIMEOUT, "the next commit waits, too");
    layer.hold(false);
    assert_eq!(rig.say(), stored(2));
    rig.assert_kept("held");
}

/// A commit whose sync fails is whole in the log. A start after a crash must not find it.
#[test]
fn a_message_that_is_refused_because_a_sync_failed_is_not_stored_after_a_crash() {
    let layer = Layer::new();
    for rooms in [&[1, 2, 3, 1][..], &[1]] {
        let mut rig = Rig::new(&layer, NEVER);
        rig.keep(&[1, 2], 10);
        layer.fail(Plan { fault: Fault::Error, calls: SYNCS, after: 0, lasts: true, files: ALL });
        rig.keep(rooms, 3000);
        assert_eq!(rig.refusals().len(), rooms.len());
        rig.assert_kept("refused");
    }
}

/// The disk stores a commit, reports an error, and then stores nothing more: the message is refused, and yet exists
/// after a crash. If it is sent again, it is a repeat.
#[test]
fn a_refused_message_that_a_crash_restores_is_found_as_a_repeat() {
    let layer = Layer::new();
    let came_back = (0..).find_map(|after| {
        let mut rig = Rig::new(&layer, NEVER);
        layer.fail(Plan { fault: Fault::Error, calls: &[], after, lasts: true, files: ALL });
        rig.keep(&[1], 10);
        assert!(layer.fired() > 0, "it never came back");
        let left = rig.killed();
        let (messages, _) = found(left.path());
        (rig.refusals().len() == 1 && messages == [(1, 1, 1)]).then_some(left)
    });
    let mut rig = Rig::open(&layer, came_back.unwrap(), NEVER);
    rig.keep(&[1], 10);
    assert_eq!(rig.last_outcome(), repeat(1));
    assert_eq!(rig.say(), stored(2));
}

#[test]
fn trouble_is_logged_once_and_its_end_is_logged() {
    let (layer, log) = (Layer::new(), Log::default());
    log.collect(|| {
        let mut rig = Rig::new(&layer, NEVER);
        for troubles in 1..=2 {
            let (fault, calls) = (Fault::Error, SYNCS);
            layer.fail(Plan { fault, calls, after: 0, lasts: true, files: ALL });
            for _ in 0..3 {
                rig.keep(&[1, 2, 3], 10);
            }
            assert_eq!(
                log.text().matches("cannot store messages; they are refused").count(),
                troubles
            );
            assert_eq!(log.text().matches("the server's disk fails").count(), troubles);
            layer.heal();
            for _ in 0..3 {
                rig.keep(&[1, 2, 3], 10);
            }
            assert_eq!(log.text().matches("messages are stored again").count(), troubles);
        }
    });
}

/// Each call of a small workload in turn fails, alone or with all calls after it.
#[test]
fn whichever_call_fails_all_accepted_messages_are_stored_and_no_others() {
    let layer = Layer::new();
    let once = [Fault::Error, Fault::Unsaid].map(|fault| (fault, false));
    let lasting = [Fault::Full, Fault::Torn].map(|fault| (fault, true));
    for (fault, lasts) in once.into_iter().chain(lasting) {
        for after in 0.. {
            let what = format!("{fault:?} after {after} calls, lasts: {lasts}");
            let mut rig = Rig::new(&layer, OFTEN);
            layer.fail(Plan { fault, calls: &[], after, lasts, files: ALL });
            rig.keep(&[1, 2, 3, 1], 6000);
            rig.set_topics(&["a topic"]);
            rig.keep(&[2], 10);
            // While nothing can be written, a refused commit cannot be overwritten either.
            for (crash, left) in rig.crashes().into_iter().filter(|_| lasts) {
                let (messages, _) = found(left.path());
                let is_there = |accepted| messages.contains(accepted);
                assert!(rig.accepted().iter().all(is_there), "{what}, {crash}: {messages:?}");
            }
            let has_fired = layer.fired() > 0;
            layer.heal();
            assert!(matches!(rig.say(), Outcome::Stored { .. }), "{what}");
            assert_eq!(rig.published(), rig.accepted(), "{what}");
            rig.assert_kept(&what);
            if !has_fired {
                assert!(after > 30, "{what}");
                break;
            }
        }
    }
}

#[test]
fn a_ban_from_a_room_and_the_end_of_the_membership_are_stored_together_whichever_call_fails() {
    let layer = Layer::new();
    for after in 0.. {
        let mut rig = Rig::new(&layer, NEVER);
        layer.fail(Plan { fault: Fault::Torn, calls: &[], after, lasts: true, files: ALL });
        let is_told = rig.ban();
        for (crash, left) in rig.crashes() {
            let what = format!("after {after} calls, {crash}");
            let (bans, rooms) = bans_and_rooms(left.path());
            let second = RoomId(2);
            assert_eq!(bans.contains(&second), !rooms.contains(&second), "{what}");
            assert!(bans.contains(&second) || !is_told, "{what}");
        }
        if layer.fired() == 0 {
            assert!(is_told && after > 5, "after {after} calls");
            break;
        }
    }
}

/// Accepted messages stay in the log until they are durable in the file.
#[test]
fn a_checkpoint_that_fails_loses_nothing_and_is_made_later() {
    let layer = Layer::new();
    for calls in [&[Call::Write], SYNCS, &[Call::SetLen]] {
        let what = format!("{calls:?}");
        let mut rig = Rig::new(&layer, OFTEN);
        let file = file_of(rig.directory.path());
        layer.fail(Plan { fault: Fault::Error, calls, after: 0, lasts: true, files: FILE });
        for _ in 0..3 {
            rig.keep(&[1, 2, 3], 9000);
            rig.assert_kept(&what);
        }
        assert!(layer.fired() >= 3, "{what}: {} checkpoints were tried", layer.fired());
        layer.heal();
        assert_eq!(rig.say(), stored(4), "{what}");
        assert_eq!(rig.refusals(), [""; 0], "{what}");
        assert_eq!(rig.published(), rig.accepted(), "{what}");
        rig.assert_kept(&what);
        let alone = TempDir::new().unwrap();
        fs::copy(file, file_of(alone.path())).unwrap();
        assert_eq!(found(alone.path()).0, rig.accepted(), "{what}: all is in the file by now");
    }
}

/// Whichever call fails while a journal after a crash or a backup is opened: it is opened with all messages, or not
/// at all.
#[test]
fn a_journal_is_opened_whole_or_not_at_all_if_the_disk_fails() {
    let layer = Layer::new();
    let either = |fault| [(fault, false), (fault, true)];
    for (fault, is_backup) in [Fault::Error, Fault::Torn].into_iter().flat_map(either) {
        for after in 0.. {
            let what = format!("{fault:?} after {after} calls, a backup: {is_backup}");
            let mut rig = Rig::new(&layer, NEVER);
            rig.keep(&[1, 2, 3], 3000);
            let left = if is_backup { rig.backup() } else { rig.killed() };
            let path = file_of(left.path());
            layer.fail(Plan { fault, calls: &[], after, lasts: true, files: ALL });
            match engine_through(&layer.name, &path, None) {
                Ok((_, contents)) => {
                    let last: Vec<_> = contents.rooms.iter().map(|room| room.last_seq).collect();
                    assert_eq!(last, [Seq::FIRST; 3], "{what}");
                }
                Err(error) => {
                    let told = error.to_string();
                    assert!(matches!(error, JournalError::Unopened { .. }), "{what}: {told}");
                    assert!(told.starts_with(path.to_str().unwrap()), "{what}: {told}");
                    assert!(told.contains("the server's disk fails: "), "{what}: {told}");
                    assert!(told.contains("It was left as it is"), "{what}: {told}");
                }
            }
            let has_fired = layer.fired() > 0;
            layer.heal();
            assert_eq!(found(left.path()).0, rig.accepted(), "{what}");
            if !has_fired {
                assert!(after > 10, "{what}");
                break;
            }
        }
    }
}
