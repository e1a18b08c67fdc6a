//! Lists of the server, as far as they were asked for: its rooms, and messages to go to.

use chat_proto::event::{AccountInfo, Message, RoomInfo, Version};
use chat_proto::{Refusal, RoomName, Seq, Timestamp};

use crate::natural;

/// Most messages of a list: more than anybody looks through.
const MESSAGES_LISTED_MAX: usize = 400;

/// Messages of a list, in the order of the server: those that mention the user, or the pinned ones of a room. One page
/// is on its way at a time: the answers of the server do not say which question they answer.
#[derive(Debug, Default)]
pub struct MessageList {
    messages: Vec<Message>,
    /// The room of the list; `None` if it is of all rooms.
    room: Option<RoomName>,
    is_loading: bool,
    /// Whether the page that is on its way belongs to the list before.
    is_stale: bool,
    is_unreadable: bool,
}

/// The result of a page that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// None was on its way.
    Nothing,
    /// No more of the list comes.
    Ended,
    /// It was one of the list before: the first page is to be asked for.
    Stale,
}

/// The next question after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextQuestion {
    Nothing,
    /// The first page.
    First,
    /// The page after the one that has come.
    After,
}

impl MessageList {
    /// The messages.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The room of the list; `None` if it is of all rooms.
    #[must_use]
    pub const fn room(&self) -> Option<&RoomName> {
        self.room.as_ref()
    }

    /// Whether others are on their way.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        self.is_loading
    }

    /// Whether its end is missing, since the server has sent a page that this version cannot read.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// The user asks for a list. Returns whether the first page is to be asked for: no other one is on its way.
    pub(crate) fn begin(&mut self, room: Option<RoomName>) -> bool {
        let is_asked = self.is_loading;
        if is_asked && self.room == room {
            return false;
        }
        *self = Self { room, is_loading: true, is_stale: is_asked, ..Self::default() };
        !is_asked
    }

    /// Takes a page.
    pub(crate) fn page(&mut self, page: Vec<Message>, has_next: bool) -> NextQuestion {
        if !self.is_loading {
            return NextQuestion::Nothing;
        }
        if std::mem::take(&mut self.is_stale) {
            return NextQuestion::First;
        }
        self.messages.extend(page);
        self.messages.truncate(MESSAGES_LISTED_MAX);
        self.is_loading = has_next && self.messages.len() < MESSAGES_LISTED_MAX;
        if self.is_loading { NextQuestion::After } else { NextQuestion::Nothing }
    }

    /// The server has refused something in `room`, or nowhere, which may be a page. Returns whether the first page is
    /// to be asked for.
    pub(crate) fn take_refusal(&mut self, room: Option<&RoomName>) -> bool {
        let is_stale = std::mem::take(&mut self.is_stale);
        if !is_stale && self.room.as_ref() == room {
            self.is_loading = false;
        }
        is_stale
    }

    /// A page has come that this version cannot read.
    pub(crate) const fn fail(&mut self) -> Failure {
        if !self.is_loading {
            return Failure::Nothing;
        }
        if self.is_stale {
            self.is_stale = false;
            return Failure::Stale;
        }
        (self.is_loading, self.is_unreadable) = (false, true);
        Failure::Ended
    }

    /// The session is over: no page comes any more.
    pub(crate) const fn stop_waiting(&mut self) {
        (self.is_loading, self.is_stale) = (false, false);
    }
}

/// Items of a list of orders from which no further page is asked for: more than anybody looks through.
const ITEMS_LISTED_MAX: usize = 200;

/// A list that an order has asked for, in the order of the server.
#[derive(Debug)]
pub struct OrderList<T> {
    items: Vec<T>,
    has_more: bool,
    is_loading: bool,
    is_unreadable: bool,
}

impl<T> Default for OrderList<T> {
    fn default() -> Self {
        Self { items: Vec::new(), has_more: false, is_loading: false, is_unreadable: false }
    }
}

impl<T> OrderList<T> {
    /// The items that were received so far.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Whether the server has more of it.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.has_more
    }

    /// Whether the answer is on its way.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        self.is_loading
    }

    /// Whether its end is missing, since the server has sent a page that this version cannot read.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// The server is asked for the first page.
    pub(crate) fn begin(&mut self) {
        *self = Self { is_loading: true, ..Self::default() };
    }

    /// A page has come that this version cannot read. Returns whether one was on its way.
    pub(crate) const fn fail(&mut self) -> bool {
        let was_loading = self.is_loading;
        self.is_loading = false;
        self.is_unreadable |= was_loading;
        was_loading
    }

    /// Takes a page. Returns the last item if the next page is to be asked for.
    pub(crate) fn page(&mut self, page: Vec<T>, has_more: bool) -> Option<&T> {
        self.items.extend(page);
        self.has_more = has_more;
        self.is_loading = has_more && self.items.len() < ITEMS_LISTED_MAX;
        self.items.last().filter(|_| self.is_loading)
    }

    /// The session is over: no answer comes any more.
    pub(crate) const fn stop_waiting(&mut self) {
        self.is_loading = false;
    }
}

/// The account that an order has asked for, with its devices and sessions.
#[derive(Debug, Default)]
pub struct ListedAccount {
    account: Option<Box<AccountInfo>>,
    is_loading: bool,
    is_unreadable: bool,
}

impl ListedAccount {
    /// The account; `None` if none has come.
    #[must_use]
    pub fn account(&self) -> Option<&AccountInfo> {
        self.account.as_deref()
    }

    /// Whether the answer is on its way.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        self.is_loading
    }

    /// Whether the server has sent an answer that this version cannot read.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// The server is asked for an account.
    pub(crate) fn begin(&mut self) {
        *self = Self { is_loading: true, ..Self::default() };
    }

    /// An answer has come that this version cannot read. Returns whether it was on its way.
    pub(crate) const fn fail(&mut self) -> bool {
        let was_loading = self.is_loading;
        self.is_loading = false;
        self.is_unreadable |= was_loading;
        was_loading
    }

    /// An account has come: the answer, or what a change has made of it.
    pub(crate) fn put(&mut self, account: Box<AccountInfo>) {
        *self = Self { account: Some(account), ..Self::default() };
    }

    /// The session is over: no answer comes any more.
    pub(crate) const fn stop_waiting(&mut self) {
        self.is_loading = false;
    }
}

/// The texts that a message has had, as far as they were asked for.
#[derive(Debug, Default)]
pub struct VersionList {
    /// The room and the message; `None` before anything was asked for.
    pub(crate) message: Option<(RoomName, Seq)>,
    pub(crate) versions: Vec<Version>,
    pub(crate) is_loading: bool,
    pub(crate) refusal: Option<Box<Refusal>>,
}

impl VersionList {
    /// The texts of a message, the first one first; none if those of another message were asked for.
    #[must_use]
    pub fn of(&self, room: &RoomName, seq: Seq) -> &[Version] {
        let is_it = self.is_of(room, seq);
        if is_it { &self.versions } else { &[] }
    }

    /// Whether others are on their way.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        self.is_loading
    }

    /// Why the server does not send them, if it has refused to.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_deref()
    }

    /// Whether it is that of a message.
    pub(crate) fn is_of(&self, room: &RoomName, seq: Seq) -> bool {
        self.message.as_ref().is_some_and(|(of, message)| of == room && *message == seq)
    }
}

/// Most rooms that are listed: as many as a server has at most. With their topics this is 10 MB at most.
pub const ROOMS_LISTED_MAX: usize = 10_000;

/// Time for which a list is good enough to choose from, in milliseconds: a room that was created meanwhile can
/// be joined by its name.
const FRESH_MS: i64 = 60_000;

/// Time after which a page is requested again, in milliseconds: longer than a page takes on a slow connection.
const PAGE_TIMEOUT_MS: i64 = 10_000;

/// The rooms of the server, by name. They come in pages; the old list is valid until the new one is complete.
#[derive(Debug, Default)]
pub struct RoomListing {
    rooms: Vec<RoomInfo>,
    /// When the list was complete; `None` if it never was.
    complete_at: Option<Timestamp>,
    /// The pages that have come, and when the next one was asked for.
    coming: Option<(Vec<RoomInfo>, Timestamp)>,
    is_unreadable: bool,
}

impl RoomListing {
    /// The rooms, by name.
    #[must_use]
    pub fn rooms(&self) -> &[RoomInfo] {
        &self.rooms
    }

    /// Whether the server has been asked and has not sent all rooms.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        self.coming.is_some()
    }

    /// Whether the list is to be asked for before a user chooses from it.
    #[must_use]
    pub fn is_stale(&self, at: Timestamp) -> bool {
        let is_fresh = |then: Timestamp| at.as_millis().saturating_sub(then.as_millis()) < FRESH_MS;
        !self.complete_at.is_some_and(is_fresh)
    }

    /// Whether the server has sent a page that this version cannot read.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// A page has come that this version cannot read. Returns whether one was on its way.
    pub(crate) fn fail(&mut self) -> bool {
        let was_loading = self.coming.take().is_some();
        self.is_unreadable |= was_loading;
        was_loading
    }

    /// Begins a new list, unless one is coming. Returns whether the first page is to be asked for.
    pub(crate) fn begin(&mut self, at: Timestamp) -> bool {
        let waits =
            |then: Timestamp| at.as_millis().saturating_sub(then.as_millis()) < PAGE_TIMEOUT_MS;
        if self.coming.as_ref().is_some_and(|(_, asked)| waits(*asked)) {
            return false;
        }
        (self.coming, self.is_unreadable) = (Some((Vec::new(), at)), false);
        true
    }

    /// Takes a page; `more` says whether others follow. Returns the room after which the next one begins, if
    /// it is to be asked for.
    pub(crate) fn page(
        &mut self,
        page: Vec<RoomInfo>,
        more: bool,
        at: Timestamp,
    ) -> Option<RoomName> {
        let (mut rooms, _) = self.coming.take()?;
        let last = page.last().map(|info| info.room.clone());
        rooms.extend(page);
        if let Some(last) = last.filter(|_| more && rooms.len() < ROOMS_LISTED_MAX) {
            self.coming = Some((rooms, at));
            return Some(last);
        }
        rooms.truncate(ROOMS_LISTED_MAX);
        rooms.sort_by(|one, other| natural::compare(one.room.key(), other.room.key()));
        self.rooms = rooms;
        self.complete_at = Some(at);
        None
    }

    /// The session is over: no page comes any more, and the next session asks again.
    pub(crate) fn stop_waiting(&mut self) {
        (self.coming, self.complete_at) = (None, None);
    }
}
