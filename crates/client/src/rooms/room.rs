//! One room: its messages, its users, and how far the user has read.

mod unread;

use std::collections::BTreeMap;

use chat_proto::{RoomName, Rules, Seq, ShortString, Timestamp, Topic, UserId, UserName};

pub(crate) use self::unread::ServerCount;
pub use self::unread::UnreadReplies;
use super::loading::{PAGE_MESSAGES, PageRequest, QueuedPages};
use super::retry::Retry;
use crate::log::{Bounds, Intervals, Log};
use crate::standing::Roles;
use crate::users::Users;

/// How many read messages are loaded with the unread ones, for orientation.
pub(crate) const READ_FETCHED: u64 = 50;

/// Most missed messages that are loaded together, those for orientation among them. If there are more, a
/// page of them is loaded, and others as the user scrolls. A room in the background holds as many.
pub(crate) const MISSED_MAX: u64 = 500;

/// The draft of a thread.
#[derive(Debug, Default)]
pub(crate) struct TypedInThread {
    pub(crate) text: String,
    /// The epoch of the journal in which the thread is, if it is known: in another one its first message is another
    /// one.
    pub(crate) epoch: Option<ShortString>,
}

/// A room.
#[derive(Debug)]
pub struct Room {
    /// Its name; the address of a direct message.
    pub(crate) name: RoomName,
    /// Its number in the list, from 1. It stays the same as long as the room is in the list.
    pub(super) number: usize,
    /// The name of the other user of a direct message, if it is known.
    pub(crate) title: Option<UserName>,
    /// Its topic.
    pub(crate) topic: Topic,
    /// Its users.
    pub(crate) users: Users,
    /// The users with a role there.
    pub(crate) roles: Roles,
    /// Its rules.
    pub(crate) rules: Option<Rules>,
    /// Its messages and notices.
    pub(crate) log: Log,
    /// Its draft.
    pub(crate) draft: String,
    /// The drafts of the threads of these messages, without empty ones.
    pub(crate) in_threads: BTreeMap<Seq, TypedInThread>,
    /// Its last message, loaded or not.
    pub(crate) last_seq: Seq,
    /// The last message that the user has read.
    pub(crate) read: Seq,
    /// The last message that the server knows to be read.
    pub(crate) read_sent: Seq,
    /// The unread messages that name the user.
    mentions: Vec<Seq>,
    /// The unread messages of ignored users, and whether they name the user.
    ignored: Vec<(Seq, bool)>,
    /// The known messages after the last read one that do not count as unread: the user's own messages, events about
    /// messages, deleted messages.
    uncounted: Intervals,
    /// The count of the server, without what the user has read since.
    counted: Option<ServerCount>,
    /// Whether the user is in it.
    pub(crate) join_state: JoinState,
    /// Whether the journal was restored from a backup and the server has not sent the room since. The server
    /// may have lost it; then the client has all there is of it, and it stays.
    pub(crate) is_restored: bool,
    /// The last of the missed messages that the server is sending.
    pub(crate) coming: Option<Seq>,
    /// When the other user of a direct message was last connected, if it is not.
    pub(crate) seen_at: Option<Timestamp>,
    /// The page of messages that is on its way.
    pub(crate) loading: Option<PageRequest>,
    pub(crate) queued: QueuedPages,
    /// Whether the server could read the pages of its window.
    pub(crate) retry: Retry,
    /// The last message of the room, as far as it was known when that page was asked for.
    pub(crate) as_of: Seq,
    /// How many messages the next page after the window reaches. More than a page if the server no longer
    /// has those that follow.
    pub(crate) stride: u64,
    /// The last message that was read before the user marked some as unread.
    pub(super) marked: Option<Seq>,
    /// Whether what is shown does not count as read: messages were marked as unread, and the room was not left since.
    is_kept_unread: bool,
    /// The last message that was shown; `None` if the room was left at its newest message.
    shown: Option<Seq>,
    /// The unread messages that the front end has received.
    received: Intervals,
    /// The users who were here when the connection was lost, and have not come back.
    pub(crate) away: Vec<UserId>,
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
    pub(super) fn new(name: RoomName, number: usize) -> Self {
        let mut log = Log::new();
        log.set_bounds(Bounds::BACKGROUND);
        Self {
            name,
            number,
            title: None,
            topic: Topic::default(),
            users: Users::default(),
            roles: Roles::default(),
            rules: None,
            log,
            draft: String::new(),
            in_threads: BTreeMap::new(),
            last_seq: Seq::NONE,
            read: Seq::NONE,
            read_sent: Seq::NONE,
            mentions: Vec::new(),
            ignored: Vec::new(),
            uncounted: Intervals::default(),
            counted: None,
            join_state: JoinState::Unknown,
            is_restored: false,
            coming: None,
            loading: None,
            queued: QueuedPages::default(),
            retry: Retry::default(),
            as_of: Seq::NONE,
            stride: PAGE_MESSAGES,
            marked: None,
            is_kept_unread: false,
            shown: None,
            received: Intervals::default(),
            seen_at: None,
            away: Vec::new(),
        }
    }

    /// Its name; the address of a direct message.
    #[must_use]
    pub const fn name(&self) -> &RoomName {
        &self.name
    }

    /// Its number in the list, from 1: the same as long as the room is in the list.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
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

    /// Its draft.
    #[must_use]
    pub fn draft(&self) -> &str {
        &self.draft
    }

    /// The draft of the thread of a message.
    #[must_use]
    pub fn draft_in_thread(&self, thread: Seq) -> &str {
        self.in_threads.get(&thread).map_or("", |typed| &typed.text)
    }

    /// Its last message, loaded or not; 0 if it has none.
    #[must_use]
    pub const fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// Whether the user is in it, as far as the server has said so in this session.
    #[must_use]
    pub const fn join_state(&self) -> JoinState {
        self.join_state
    }

    /// Whether older or newer messages are on their way.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        self.loading.is_some()
    }

    /// Whether the server could not read a page, which is asked for again in a while.
    #[must_use]
    pub const fn is_waiting_to_load(&self) -> bool {
        self.retry.is_waiting()
    }

    /// The last message that the user has read.
    #[must_use]
    pub const fn read(&self) -> Seq {
        self.read
    }

    /// The name to show: a direct message has the name of the other user.
    #[must_use]
    pub fn label(&self) -> RoomName {
        self.title.as_ref().map_or_else(|| self.name.clone(), RoomName::private)
    }

    /// The same without the `@` of a direct message.
    #[must_use]
    pub fn display_name(&self) -> String {
        let label = self.label();
        label.other().map_or_else(|| label.to_string(), |name| name.to_string())
    }

    /// Whether it is a direct message.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.name.is_private()
    }

    /// The journal was restored from a backup: messages stay, and no `seq` is valid.
    pub(crate) fn make_void(&mut self, at: Timestamp) {
        self.is_restored = self.log.messages().next().is_some();
        self.log.make_void(at);
        (self.last_seq, self.read, self.read_sent) = (Seq::NONE, Seq::NONE, Seq::NONE);
        self.mentions.clear();
        self.ignored.clear();
        self.uncounted.clear();
        self.counted = None;
        (self.marked, self.is_kept_unread) = (None, false);
        self.coming = None;
        self.loading = None;
        self.queued = QueuedPages::default();
        self.retry = Retry::default();
        self.stride = PAGE_MESSAGES;
        self.shown = None;
        self.received = Intervals::default();
        self.keep_around();
    }

    /// Whether it has to be joined, and nothing says that the user has joined it.
    pub(crate) fn is_unknown(&self) -> bool {
        let must_be_joined = !self.is_private() && self.name != RoomName::lobby();
        must_be_joined && self.join_state == JoinState::Unknown && !self.log.has_begun()
    }

    /// The messages from `first` to `last` were shown. They are read if all before them are, and none is
    /// missing: a message that was never shown is not read.
    pub(crate) fn show(&mut self, first: Seq, last: Seq) {
        self.shown = Some(last);
        self.keep_around();
        if self.is_kept_unread {
            return;
        }
        let is_next = self.log.next_of_others(self.read).is_none_or(|next| next >= first);
        if is_next && self.log.is_complete_after(self.read) {
            self.mark_read(last.min(self.last_seq).min(self.log.since()));
        }
    }

    /// The room is no longer the current one.
    pub(crate) fn leave(&mut self) {
        self.is_kept_unread = false;
        self.log.draw_line(None);
        self.shown.take_if(|shown| self.log.has_newest() && *shown >= self.log.since());
        self.keep_around();
        self.log.set_bounds(Bounds::BACKGROUND);
    }

    /// Keeps the window around what the user reads, or around the first unread message.
    const fn keep_around(&mut self) {
        self.log.set_anchor(match self.shown {
            Some(shown) => shown,
            None => self.read,
        });
    }

    /// Records that message `seq` has come. If it is the last of the missed ones, there are no others.
    pub(crate) fn message_came(&mut self, seq: Seq) {
        if let Some(last) = self.coming.take_if(|last| seq >= *last) {
            self.log.complete_to(last);
        }
    }

    /// The last message that need not be loaded when the room opens.
    pub(crate) fn since(&self) -> Seq {
        if self.log.has_begun() { self.log.since() } else { self.read.minus(READ_FETCHED) }
    }

    /// The room is the current one: draws the line over the first unread message.
    pub(crate) fn open(&mut self) {
        self.log.set_bounds(Bounds::CURRENT);
        self.draw_line();
    }

    /// Draws the line over the first unread message.
    pub(crate) fn draw_line(&mut self) {
        self.log.draw_line((self.unread() > 0).then_some(self.read));
    }
}
