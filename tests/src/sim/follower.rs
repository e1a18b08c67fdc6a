//! A follower of the journal, as a search index would be one: it stores what it takes together with its
//! position, is killed with the daemon, and goes on from what it has stored. At the end it must have exactly
//! the messages of the journal.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use chat_proto::event::MessageKind;
use chat_proto::{Seq, Text};
use chat_server::journal::{
    Change, Follower, FollowerItem, Journal, Location, Page, Part, RoomId, StoredMessage,
};
use tokio::time::{sleep, timeout};

/// Number of items that are stored at once. Those that a kill loses are taken again.
const STORED_AT_ONCE: usize = 10;

/// Time without an item after which the rest is stored.
const IDLE: Duration = Duration::from_secs(1);

/// Number of messages in one read of the comparison.
const PAGE: u32 = 500;

/// The state that survives a kill of the follower.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The text of the position after everything that is stored.
    position: Option<String>,
    rooms: BTreeMap<RoomId, Vec<StoredMessage>>,
    /// The rooms that exist.
    existing: BTreeSet<RoomId>,
    findings: FollowerFindings,
}

/// The findings of the follower.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct FollowerFindings {
    /// Messages that it has at the end.
    pub messages: u64,
    /// Starts after a kill or a restart of the daemon, and after a lag.
    pub starts: u64,
    /// Messages that came twice, out of order, or with a gap in front; and at the end, messages and rooms that
    /// differ from those of the journal.
    pub wrong: u64,
}

/// Follows the journal of a daemon until it is closed.
pub(super) async fn follow(journal: Journal, index: Rc<RefCell<Index>>) {
    let mut follower = open(&journal, &index);
    let mut taken = Vec::new();
    loop {
        match timeout(IDLE, follower.next()).await {
            Ok(Ok(Some(item))) => taken.push(item),
            Ok(Ok(None)) => break,
            Ok(Err(_)) => sleep(IDLE).await,
            Err(_) => index.borrow_mut().store(&mut taken, &follower),
        }
        if taken.len() >= STORED_AT_ONCE {
            index.borrow_mut().store(&mut taken, &follower);
        }
    }
    index.borrow_mut().store(&mut taken, &follower);
}

/// Takes the rest of the journal in `directory`, which no daemon uses, and compares.
pub(super) async fn complete(directory: &Path, index: &Rc<RefCell<Index>>) -> FollowerFindings {
    let location = Location::DirectoryInTask(directory.to_owned());
    let (journal, restored) = Journal::open_to_read(&location).unwrap();
    follow(journal.clone(), Rc::clone(index)).await;
    let mut index = index.take();
    let stored: BTreeSet<_> = restored.rooms.iter().map(|room| room.id).collect();
    let mut wrong = index.existing.symmetric_difference(&stored).count();
    for room in stored {
        let messages = read_all(&journal, room).await;
        let indexed = index.rooms.remove(&room).unwrap_or_default();
        index.findings.messages += indexed.len() as u64;
        let length = messages.len().abs_diff(indexed.len());
        wrong += length + messages.iter().zip(&indexed).filter(|(one, other)| one != other).count();
    }
    index.findings.wrong += (wrong + index.rooms.len()) as u64;
    index.findings
}

fn open(journal: &Journal, index: &Rc<RefCell<Index>>) -> Follower {
    let position = index.borrow().position.as_ref().map(|text| text.parse().unwrap());
    journal.follow(position)
}

async fn read_all(journal: &Journal, room: RoomId) -> Vec<StoredMessage> {
    let mut messages: Vec<StoredMessage> = Vec::new();
    loop {
        let after = messages.last().map_or(Seq::NONE, |last| last.seq);
        let page = Page { of: Part::After(after), limit: PAGE };
        let page = journal.read(room, page).await.unwrap();
        if page.is_empty() {
            return messages;
        }
        messages.extend(page);
    }
}

/// Removes the text of the message that `event` deletes, if it does, and those of its edits.
fn remove_deleted(messages: &mut [StoredMessage], event: &StoredMessage) {
    let target = |message: &StoredMessage| message.details.as_ref()?.wire.target;
    let Some(deleted) = target(event).filter(|_| event.kind == MessageKind::Delete) else { return };
    for message in messages {
        let is_edit = message.kind == MessageKind::Edit && target(message) == Some(deleted);
        if message.seq == deleted || is_edit {
            message.text = Text::new("This message was deleted.").unwrap();
            message.details.get_or_insert_default().wire.deleted = true;
        }
    }
}

impl Index {
    fn store(&mut self, taken: &mut Vec<FollowerItem>, follower: &Follower) {
        for item in mem::take(taken) {
            self.apply(item);
        }
        self.position = Some(follower.position().to_string());
    }

    fn apply(&mut self, item: FollowerItem) {
        match item {
            FollowerItem::StartOver => self.rooms.clear(),
            FollowerItem::Rooms(rooms) => {
                self.findings.starts += 1;
                self.existing = rooms.iter().map(|room| room.room).collect();
                self.rooms.retain(|room, _| self.existing.contains(room));
                rooms.iter().for_each(|room| self.remove_before(room.room, room.first));
            }
            FollowerItem::Message { room, message } => {
                let messages = self.rooms.entry(room).or_default();
                // In front of the first of all there may be some that were removed.
                let is_next = messages.last().is_none_or(|last| message.seq == last.seq.next());
                self.findings.wrong += u64::from(!is_next);
                remove_deleted(messages, &message);
                messages.push(message);
            }
            FollowerItem::Change(Change::Room { id, .. }) => drop(self.existing.insert(id)),
            FollowerItem::Change(Change::RoomRemoved { id, .. }) => {
                self.existing.remove(&id);
                self.rooms.remove(&id);
            }
            FollowerItem::Change(_) => {}
            FollowerItem::Trimmed { room, first } => self.remove_before(room, first),
        }
    }

    fn remove_before(&mut self, room: RoomId, first: Seq) {
        if let Some(messages) = self.rooms.get_mut(&room) {
            messages.retain(|message| message.seq >= first);
        }
    }
}
