//! The rooms the user is in, and the one on the screen.

use chat_proto::{RoomName, Timestamp, Topic, UserName};
use jiff::tz::TimeZone;

use super::{Log, Users};
use crate::prompt::Editor;

/// Most rooms that are shown: more than a server lets one user into, and than anybody reads.
pub const ROOMS_MAX: usize = 200;

/// Most mentions that are counted in one room; beyond, it says nothing new.
const MENTIONS_MAX: usize = 99;

/// How many messages that were read are fetched with those that were not, to find in.
const READ_FETCHED: u64 = 50;

/// Most messages that are fetched when a room opens; older ones come as one scrolls up.
const FETCHED_MAX: u64 = 500;

/// A room.
#[derive(Debug)]
pub struct Room {
    /// Its name; the address of a direct message.
    pub name: RoomName,
    /// The other user of a direct message, as far as it is known.
    pub title: Option<UserName>,
    /// What it is about.
    pub topic: Topic,
    /// Who is in it.
    pub users: Users,
    /// What was said in it.
    pub log: Log,
    /// What is typed for it, while it is not on the screen.
    pub editor: Editor,
    /// The last message of it, here or not.
    pub last_seq: u64,
    /// The last message that the user has read.
    pub read: u64,
    /// The last message that the server knows to be read.
    pub read_told: u64,
    /// The messages that name the user and are not read.
    mentions: Vec<u64>,
    /// What the server has counted, as long as the user has not read further.
    counted: Option<Counted>,
    /// How the server has it.
    pub with_server: WithServer,
    /// Whether the journal was restored from a backup and the server has not told the room since. It may
    /// not have it any more; then what the client has is all there is of it, and stays.
    pub is_restored: bool,
    /// The last of the messages that are on their way because they were asked for.
    pub coming: Option<u64>,
    /// Whether older messages were asked for.
    pub loading: bool,
}

/// What the server has counted of a room: messages of others that are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The last message that the user had read.
    read: u64,
    /// The last message that was counted.
    last_seq: u64,
    unread: u64,
    mentions: u64,
}

impl Counted {
    /// The count that the server has told; `None` if it has told none.
    #[must_use]
    pub fn told(
        read: u64,
        last_seq: u64,
        (unread, mentions): (Option<u64>, Option<u64>),
        more: bool,
    ) -> Option<Self> {
        let (unread, mentions) = (unread?, mentions?);
        // Where there are too many to count, the user's own are not left out.
        let unread = if more { last_seq.saturating_sub(read) } else { unread };
        Some(Self { read, last_seq, unread, mentions })
    }
}

/// How the server has a room of ours, in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithServer {
    /// It has not said: the user was in it before.
    Unsure,
    /// It has not said, but the user has asked to be let in.
    Wanted,
    /// The user is in it, and what was missed is asked for.
    In,
}

impl Room {
    fn new(name: RoomName, zone: TimeZone) -> Self {
        Self {
            name,
            title: None,
            topic: Topic::default(),
            users: Users::default(),
            log: Log::new(zone),
            editor: Editor::default(),
            last_seq: 0,
            read: 0,
            read_told: 0,
            mentions: Vec::new(),
            counted: None,
            with_server: WithServer::Unsure,
            is_restored: false,
            coming: None,
            loading: false,
        }
    }

    /// How many messages are not read.
    #[must_use]
    pub fn unread(&self) -> u64 {
        match self.counted() {
            Some(counted) => {
                counted.unread.saturating_add(self.last_seq.saturating_sub(counted.last_seq))
            }
            None => self.last_seq.saturating_sub(self.read),
        }
    }

    /// How many messages that are not read name the user.
    #[must_use]
    pub fn mentions(&self) -> usize {
        let known = self.mentions.len();
        let Some(counted) = self.counted() else { return known };
        let after = self.mentions.iter().filter(|seq| **seq > counted.last_seq).count();
        // Each message that somebody sends to the user alone names the user.
        let before = if self.is_private() { counted.unread } else { counted.mentions };
        let before = usize::try_from(before).unwrap_or(MENTIONS_MAX).min(MENTIONS_MAX);
        (before + after).max(known).min(MENTIONS_MAX)
    }

    fn counted(&self) -> Option<&Counted> {
        self.counted.as_ref().filter(|counted| counted.read == self.read)
    }

    /// The server has counted what is not read, or has not.
    pub fn is_counted(&mut self, counted: Option<Counted>) {
        self.counted = counted.or(self.counted.take());
    }

    /// What the screen calls it: a direct message by its title.
    #[must_use]
    pub fn label(&self) -> RoomName {
        self.title.as_ref().map_or_else(|| self.name.clone(), RoomName::private)
    }

    /// Whether it is a direct message.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.name.is_private()
    }

    /// The journal was restored from a backup: what is here is from before, and no `seq` holds.
    pub fn restored(&mut self, at: Timestamp) {
        self.is_restored = self.log.said().next().is_some();
        self.log.restored(at);
        (self.last_seq, self.read, self.read_told) = (0, 0, 0);
        self.mentions.clear();
        self.counted = None;
        self.coming = None;
        self.loading = false;
    }

    /// Whether it has to be joined, and nothing says that the user has done so.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        let must_be_joined = !self.is_private() && self.name != RoomName::lobby();
        must_be_joined && self.with_server == WithServer::Unsure && !self.log.has_begun()
    }

    /// A message that names the user has come. Returns whether it is not read yet.
    pub fn mention(&mut self, seq: u64) -> bool {
        let is_new = seq > self.read;
        if is_new && self.mentions.len() < MENTIONS_MAX {
            self.mentions.push(seq);
        }
        is_new
    }

    /// The user has read up to `seq`, here or in another session; never backwards.
    pub fn has_read(&mut self, seq: u64) {
        self.read = self.read.max(seq);
        self.mentions.retain(|mention| *mention > self.read);
    }

    /// Message `seq` has come: where it is the last of those that were asked for, there are no others.
    pub fn has_come(&mut self, seq: u64) {
        if let Some(last) = self.coming.take_if(|last| seq >= *last) {
            self.log.is_complete_to(last);
        }
    }

    /// The last message that need not be fetched, where the room opens.
    #[must_use]
    pub fn since(&self) -> u64 {
        if self.log.has_begun() {
            return self.log.since();
        }
        let wanted = self.read.saturating_sub(READ_FETCHED);
        wanted.max(self.last_seq.saturating_sub(FETCHED_MAX))
    }

    /// Shows where what is new begins, and goes there.
    pub fn open(&mut self) {
        self.log.draw_line((self.unread() > 0).then_some(self.read));
        if self.unread() > 0 {
            self.log.to_new();
        }
    }
}

/// All rooms: the lobby, then the others, then direct messages, each by what the screen calls them.
#[derive(Debug)]
pub struct Rooms {
    list: Vec<Room>,
    shown: usize,
    zone: TimeZone,
}

impl Rooms {
    /// The lobby alone.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self { list: vec![Room::new(RoomName::lobby(), zone.clone())], shown: 0, zone }
    }

    /// Shows all times in another time zone.
    pub fn set_zone(&mut self, zone: &TimeZone) {
        self.zone = zone.clone();
        for room in &mut self.list {
            room.log.set_zone(zone.clone());
        }
    }

    /// The room on the screen.
    #[must_use]
    pub fn shown(&self) -> &Room {
        &self.list[self.shown]
    }

    /// The room on the screen.
    pub fn shown_mut(&mut self) -> &mut Room {
        &mut self.list[self.shown]
    }

    /// Which of them is on the screen.
    #[must_use]
    pub const fn shown_index(&self) -> usize {
        self.shown
    }

    /// Shows the room `index`, if there is one. The text in `box_` goes with the room it was typed
    /// for.
    pub fn show(&mut self, index: usize, box_: &mut Editor) {
        if index >= self.list.len() || index == self.shown {
            return;
        }
        self.shown_mut().editor = std::mem::take(box_);
        self.shown_mut().log.draw_line(None);
        self.shown = index;
        *box_ = std::mem::take(&mut self.shown_mut().editor);
        self.shown_mut().open();
    }

    /// All rooms, in order.
    #[must_use]
    pub fn list(&self) -> &[Room] {
        &self.list
    }

    /// All rooms, in order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Room> {
        self.list.iter_mut()
    }

    /// Where a room is in the order.
    #[must_use]
    pub fn index(&self, name: &RoomName) -> Option<usize> {
        self.list.iter().position(|room| room.name == *name)
    }

    /// The room of that name.
    pub fn get_mut(&mut self, name: &RoomName) -> Option<&mut Room> {
        self.list.iter_mut().find(|room| room.name == *name)
    }

    /// The room of that name, which is made where there is none; `None` where there are
    /// [`ROOMS_MAX`].
    pub fn get_or_make(&mut self, name: &RoomName) -> Option<&mut Room> {
        if let Some(index) = self.index(name) {
            return self.list.get_mut(index);
        }
        if self.list.len() >= ROOMS_MAX {
            return None;
        }
        let new = Room::new(name.clone(), self.zone.clone());
        let index = self.list.partition_point(|room| order(room) < order(&new));
        self.list.insert(index, new);
        if index <= self.shown {
            self.shown += 1;
        }
        self.list.get_mut(index)
    }

    /// Lets a room go, but never the lobby. What is typed in `box_` for it goes, too.
    pub fn close(&mut self, name: &RoomName, box_: &mut Editor) {
        let Some(index) = self.index(name).filter(|index| *index > 0) else {
            return;
        };
        if index == self.shown {
            self.show(index - 1, box_);
        }
        self.list.remove(index);
        if index < self.shown {
            self.shown -= 1;
        }
    }

    /// The other user of a direct message has this name now. Returns whether it had another one.
    pub fn entitle(&mut self, name: &RoomName, title: &UserName) -> bool {
        let Some(room) = self.get_mut(name).filter(|room| room.is_private()) else {
            return false;
        };
        let before = room.title.replace(title.clone());
        let shown = self.shown().name.clone();
        self.list.sort_by_key(order);
        self.shown = self.index(&shown).unwrap_or_default();
        before.is_some_and(|before| before.as_str() != title.as_str())
    }

    /// The direct message whose other user is called that.
    #[must_use]
    pub fn titled(&self, title: &UserName) -> Option<&Room> {
        self.list.iter().find(|room| room.title.as_ref() == Some(title))
    }

    /// What the screen calls a room.
    #[must_use]
    pub fn label(&self, name: &RoomName) -> RoomName {
        let room = self.list.iter().find(|room| room.name == *name);
        room.map_or_else(|| name.clone(), Room::label)
    }

    /// The next room in which something is not read, those that name the user first.
    #[must_use]
    pub fn next_unread(&self) -> Option<usize> {
        let count = self.list.len();
        let others = (1..count).map(|step| (self.shown + step) % count);
        let mut unread: Vec<usize> =
            others.filter(|index| self.list[*index].unread() > 0).collect();
        unread.sort_by_key(|index| self.list[*index].mentions() == 0);
        unread.first().copied()
    }
}

/// What rooms are ordered by.
fn order(room: &Room) -> (bool, bool, String) {
    (room.name != RoomName::lobby(), room.is_private(), room.label().key().to_owned())
}

#[cfg(test)]
mod tests;
