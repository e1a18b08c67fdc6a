//! The rooms of the user, and the current one.

use chat_proto::{RoomName, Timestamp, Topic, UserName};

use crate::log::Log;
use crate::users::Users;

/// Most rooms: more than a server lets one user join, and than a person reads.
pub const ROOMS_MAX: usize = 200;

/// Most mentions that are counted in one room: more say nothing new.
const MENTIONS_MAX: usize = 99;

/// How many read messages are loaded with the unread ones, for orientation.
const READ_FETCHED: u64 = 50;

/// Most messages that are loaded when a room opens; older ones are loaded as the user scrolls up.
const FETCHED_MAX: u64 = 500;

/// A room.
#[derive(Debug)]
pub struct Room {
    /// Its name; the address of a direct message.
    pub(crate) name: RoomName,
    /// The name of the other user of a direct message, if it is known.
    pub(crate) title: Option<UserName>,
    /// Its topic.
    pub(crate) topic: Topic,
    /// Its users.
    pub(crate) users: Users,
    /// Its messages and notices.
    pub(crate) log: Log,
    /// What is typed for it and not sent.
    pub(crate) draft: String,
    /// Its last message, loaded or not.
    pub(crate) last_seq: u64,
    /// The last message that the user has read.
    pub(crate) read: u64,
    /// The last message that the server knows to be read.
    pub(crate) read_sent: u64,
    /// The unread messages that name the user.
    mentions: Vec<u64>,
    /// The count of the server, valid until the user reads on.
    counted: Option<Counted>,
    /// Whether the user is in it.
    pub(crate) join_state: JoinState,
    /// Whether the journal was restored from a backup and the server has not sent the room since. The server
    /// may have lost it; then the client has all there is of it, and it stays.
    pub(crate) is_restored: bool,
    /// The last of the missed messages that the server is sending.
    pub(crate) coming: Option<u64>,
    /// Whether older messages are on their way.
    pub(crate) loading: bool,
}

/// The count of the server of unread messages of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The last message that the user had read.
    read: u64,
    /// The last counted message.
    last_seq: u64,
    unread: u64,
    mentions: u64,
}

impl Counted {
    /// The count of an event; `None` if it has none.
    pub(crate) fn told(
        read: u64,
        last_seq: u64,
        (unread, mentions): (Option<u64>, Option<u64>),
        more: bool,
    ) -> Option<Self> {
        let (unread, mentions) = (unread?, mentions?);
        // If there are too many to count, those of the user are not left out.
        let unread = if more { last_seq.saturating_sub(read) } else { unread };
        Some(Self { read, last_seq, unread, mentions })
    }
}

/// Whether the user is in a room, as far as the server has said so in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinState {
    /// The server has not said; the user was in it before.
    Unknown,
    /// The server has not said; the user has asked to join.
    Requested,
    /// The user is in it, and missed messages are asked for.
    Joined,
}

impl Room {
    fn new(name: RoomName) -> Self {
        Self {
            name,
            title: None,
            topic: Topic::default(),
            users: Users::default(),
            log: Log::new(),
            draft: String::new(),
            last_seq: 0,
            read: 0,
            read_sent: 0,
            mentions: Vec::new(),
            counted: None,
            join_state: JoinState::Unknown,
            is_restored: false,
            coming: None,
            loading: false,
        }
    }

    /// Its name; the address of a direct message.
    #[must_use]
    pub const fn name(&self) -> &RoomName {
        &self.name
    }

    /// Its topic.
    #[must_use]
    pub const fn topic(&self) -> &Topic {
        &self.topic
    }

    /// Its users.
    #[must_use]
    pub const fn users(&self) -> &Users {
        &self.users
    }

    /// Its messages and notices.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// What is typed for it and not sent.
    #[must_use]
    pub fn draft(&self) -> &str {
        &self.draft
    }

    /// Its last message, loaded or not; 0 if it has none.
    #[must_use]
    pub const fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Whether the user is in it, as far as the server has said so in this session.
    #[must_use]
    pub const fn join_state(&self) -> JoinState {
        self.join_state
    }

    /// Whether older messages are on their way.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        self.loading
    }

    /// How many messages are unread.
    #[must_use]
    pub fn unread(&self) -> u64 {
        match self.counted() {
            Some(counted) => {
                counted.unread.saturating_add(self.last_seq.saturating_sub(counted.last_seq))
            }
            None => self.last_seq.saturating_sub(self.read),
        }
    }

    /// How many unread messages name the user.
    #[must_use]
    pub fn mentions(&self) -> usize {
        let known = self.mentions.len();
        let Some(counted) = self.counted() else { return known };
        let after = self.mentions.iter().filter(|seq| **seq > counted.last_seq).count();
        // Each direct message counts as one that names the user.
        let before = if self.is_private() { counted.unread } else { counted.mentions };
        let before = usize::try_from(before).unwrap_or(MENTIONS_MAX).min(MENTIONS_MAX);
        (before + after).max(known).min(MENTIONS_MAX)
    }

    fn counted(&self) -> Option<&Counted> {
        self.counted.as_ref().filter(|counted| counted.read == self.read)
    }

    /// Takes a count of the server, if there is one.
    pub(crate) fn is_counted(&mut self, counted: Option<Counted>) {
        self.counted = counted.or(self.counted.take());
    }

    /// The name to show: a direct message has the name of the other user.
    #[must_use]
    pub fn label(&self) -> RoomName {
        self.title.as_ref().map_or_else(|| self.name.clone(), RoomName::private)
    }

    /// Whether it is a direct message.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.name.is_private()
    }

    /// The journal was restored from a backup: messages stay, and no `seq` is valid.
    pub(crate) fn restored(&mut self, at: Timestamp) {
        self.is_restored = self.log.said().next().is_some();
        self.log.restored(at);
        (self.last_seq, self.read, self.read_sent) = (0, 0, 0);
        self.mentions.clear();
        self.counted = None;
        self.coming = None;
        self.loading = false;
    }

    /// Whether it has to be joined, and nothing says that the user has joined it.
    pub(crate) fn is_unknown(&self) -> bool {
        let must_be_joined = !self.is_private() && self.name != RoomName::lobby();
        must_be_joined && self.join_state == JoinState::Unknown && !self.log.has_begun()
    }

    /// A message that names the user has come. Returns whether it is unread.
    pub(crate) fn mention(&mut self, seq: u64) -> bool {
        let is_new = seq > self.read;
        if is_new && self.mentions.len() < MENTIONS_MAX {
            self.mentions.push(seq);
        }
        is_new
    }

    /// The user has read up to `seq`, here or in another session. An earlier `seq` changes nothing.
    pub(crate) fn has_read(&mut self, seq: u64) {
        self.read = self.read.max(seq);
        self.mentions.retain(|mention| *mention > self.read);
    }

    /// Message `seq` has come. If it is the last of the missed ones, there are no others.
    pub(crate) fn has_come(&mut self, seq: u64) {
        if let Some(last) = self.coming.take_if(|last| seq >= *last) {
            self.log.is_complete_to(last);
        }
    }

    /// The last message that need not be loaded when the room opens.
    pub(crate) fn since(&self) -> u64 {
        if self.log.has_begun() {
            return self.log.since();
        }
        let wanted = self.read.saturating_sub(READ_FETCHED);
        wanted.max(self.last_seq.saturating_sub(FETCHED_MAX))
    }

    /// Draws the line over the first unread message.
    pub(crate) fn open(&mut self) {
        self.log.draw_line((self.unread() > 0).then_some(self.read));
    }
}

/// All rooms: the lobby, then the others, then direct messages, each group sorted by label.
#[derive(Debug)]
pub struct Rooms {
    list: Vec<Room>,
    current: usize,
}

impl Default for Rooms {
    /// The lobby alone.
    fn default() -> Self {
        Self { list: vec![Room::new(RoomName::lobby())], current: 0 }
    }
}

impl Rooms {
    /// The current room.
    #[must_use]
    pub fn current(&self) -> &Room {
        &self.list[self.current]
    }

    pub(crate) fn current_mut(&mut self) -> &mut Room {
        &mut self.list[self.current]
    }

    /// The index of the current room.
    #[must_use]
    pub const fn current_index(&self) -> usize {
        self.current
    }

    /// Makes the room `index` the current one, if there is one.
    pub(crate) fn open(&mut self, index: usize) {
        if index >= self.list.len() || index == self.current {
            return;
        }
        self.current_mut().log.draw_line(None);
        self.current = index;
        self.current_mut().open();
    }

    /// All rooms, in order.
    #[must_use]
    pub fn list(&self) -> &[Room] {
        &self.list
    }

    /// All rooms, in order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Room> {
        self.list.iter_mut()
    }

    /// The index of a room.
    #[must_use]
    pub fn index(&self, name: &RoomName) -> Option<usize> {
        self.list.iter().position(|room| room.name == *name)
    }

    /// The room of that name.
    #[must_use]
    pub fn get(&self, name: &RoomName) -> Option<&Room> {
        self.list.iter().find(|room| room.name == *name)
    }

    pub(crate) fn get_mut(&mut self, name: &RoomName) -> Option<&mut Room> {
        self.list.iter_mut().find(|room| room.name == *name)
    }

    /// The room of that name, which is added if there is none; `None` if there are [`ROOMS_MAX`].
    pub(crate) fn get_or_make(&mut self, name: &RoomName) -> Option<&mut Room> {
        if let Some(index) = self.index(name) {
            return self.list.get_mut(index);
        }
        if self.list.len() >= ROOMS_MAX {
            return None;
        }
        let new = Room::new(name.clone());
        let index = self.list.partition_point(|room| order(room) < order(&new));
        self.list.insert(index, new);
        if index <= self.current {
            self.current += 1;
        }
        self.list.get_mut(index)
    }

    /// Closes a room, but never the lobby, and returns it. If it was the current one, the room before it is.
    pub(crate) fn close(&mut self, name: &RoomName) -> Option<Room> {
        let index = self.index(name).filter(|index| *index > 0)?;
        if index == self.current {
            self.open(index - 1);
        }
        let room = self.list.remove(index);
        if index < self.current {
            self.current -= 1;
        }
        Some(room)
    }

    /// Sets the name of the other user of a direct message. Returns whether it had another one.
    pub(crate) fn entitle(&mut self, name: &RoomName, title: &UserName) -> bool {
        let Some(room) = self.get_mut(name).filter(|room| room.is_private()) else {
            return false;
        };
        let before = room.title.replace(title.clone());
        let current = self.current().name.clone();
        self.list.sort_by_key(order);
        self.current = self.index(&current).unwrap_or_default();
        before.is_some_and(|before| before.as_str() != title.as_str())
    }

    /// The direct message with the user of that name.
    #[must_use]
    pub fn titled(&self, title: &UserName) -> Option<&Room> {
        self.list.iter().find(|room| room.title.as_ref() == Some(title))
    }

    /// The name to show for a room.
    #[must_use]
    pub fn label(&self, name: &RoomName) -> RoomName {
        let room = self.list.iter().find(|room| room.name == *name);
        room.map_or_else(|| name.clone(), Room::label)
    }

    /// The next room with unread messages; those that name the user come first.
    #[must_use]
    pub fn next_unread(&self) -> Option<usize> {
        let count = self.list.len();
        let others = (1..count).map(|step| (self.current + step) % count);
        let mut unread: Vec<usize> =
            others.filter(|index| self.list[*index].unread() > 0).collect();
        unread.sort_by_key(|index| self.list[*index].mentions() == 0);
        unread.first().copied()
    }
}

/// The sort key of a room.
fn order(room: &Room) -> (bool, bool, String) {
    (room.name != RoomName::lobby(), room.is_private(), room.label().key().to_owned())
}

#[cfg(test)]
mod tests;
