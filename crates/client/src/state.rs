//! The state of a client.

mod authors;
mod drafts;
mod lists;
mod logs;
mod people;
mod standing;
mod unaddressed;

use chat_proto::event::{AuditEntry, HookInfo, InviteInfo, SanctionInfo};
use chat_proto::{
    EndCode, Features, RefusalCode, RoomName, ShortString, Timestamp, User, UserId, UserName,
};

use self::authors::Authors;
pub(crate) use self::logs::KnownMessage;
pub(crate) use self::unaddressed::{LOOKUPS_MAX, Lookup, UnaddressedTexts};
use crate::choices::Choices;
use crate::effect::Effect;
use crate::link::LinkError;
use crate::listing::{ListedAccount, MessageList, OrderList, RoomListing, VersionList};
use crate::live::Live;
use crate::mentions::MentionPolicy;
use crate::notice::Notice;
use crate::outbox::Outbox;
use crate::presence::JoinPolicy;
use crate::rooms::{Room, Rooms};
use crate::search::Search;
use crate::standing::Standing;
use crate::store::{Drafts, Profile};
use crate::thread::Thread;

/// All that a client knows: the user, the server, the rooms, and the messages without an answer. Only
/// [`update`](crate::update()) changes it.
#[derive(Debug)]
pub struct State {
    pub(crate) server: String,
    pub(crate) name: UserName,
    /// `None` before the first welcome.
    pub(crate) me: Option<UserId>,
    /// The journal under which all is stored; `None` while it is stored under the server's address.
    pub(crate) journal: Option<ShortString>,
    pub(crate) epoch: Option<ShortString>,
    /// The journal that the server has named before the session.
    pub(crate) server_journal: Option<ShortString>,
    pub(crate) connection: Connection,
    pub(crate) trouble: Option<LinkError>,
    pub(crate) rooms: Rooms,
    /// The thread that is open in the current room.
    pub(crate) thread: Option<Thread>,
    pub(crate) outbox: Outbox,
    pub(crate) listing: RoomListing,
    pub(crate) mention_list: MessageList,
    pub(crate) pin_list: MessageList,
    pub(crate) version_list: VersionList,
    /// The invites that the user may see.
    pub(crate) invites: OrderList<InviteInfo>,
    /// The hooks that the user may see.
    pub(crate) hooks: OrderList<HookInfo>,
    /// Mutes and bans that have not ended.
    pub(crate) sanctions: OrderList<SanctionInfo>,
    /// Records of the audit log.
    pub(crate) audit: OrderList<AuditEntry>,
    /// The account that was asked for last.
    pub(crate) account: ListedAccount,
    /// The roles and sanctions of the user.
    pub(crate) standing: Standing,
    pub(crate) search: Search,
    /// Messages and drafts that version 0.1.0 stored under the names of users, until their addresses are known.
    pub(crate) unaddressed: UnaddressedTexts,
    /// The names that the server was asked for.
    pub(crate) questions: Vec<Lookup>,
    /// The users of the lobby in the last session.
    pub(crate) last_lobby_users: Vec<User>,
    /// The users who wrote the messages that have come.
    pub(crate) authors: Authors,
    /// The drafts that are stored.
    pub(crate) stored_drafts: Drafts,
    /// Whether a tick was asked for to send how far the user has read, and has not come.
    pub(crate) awaits_read_tick: bool,
    /// Whether a tick was asked for to store drafts, and has not come.
    pub(crate) awaits_draft_tick: bool,
    /// The users who are writing and those who are away, in this session.
    pub(crate) live: Live,
    /// The features of the server of this session.
    pub(crate) features: Features,
    /// The room and the time, in milliseconds, of the last `typing` that was sent.
    pub(crate) typed: Option<(RoomName, i64)>,
    pub(crate) warned: WarnOnce,
    /// Whether the last `hello` had the password of the server.
    pub(crate) says_password: bool,
    /// Which users who join and leave are shown.
    pub(crate) joins: JoinPolicy,
    /// The texts that mention the user.
    pub(crate) mentions: MentionPolicy,
    /// The choices of the user for rooms and users.
    pub(crate) choices: Choices,
    /// When the connection was lost, until there is another session.
    pub(crate) offline_since: Option<Timestamp>,
    /// When the session began.
    pub(crate) online_since: Option<Timestamp>,
    /// The message by which the session finds out whether the server was set back, until the server has answered.
    pub(crate) probe: Option<KnownMessage>,
    /// Effects for the front end that the current update has so far.
    pub(crate) effects: Vec<Effect>,
}

/// Things that happen once, in a run or in a session.
#[derive(Debug, Clone, Default)]
pub(crate) struct WarnOnce {
    /// The server sends something this version cannot read; in this session.
    pub(crate) unreadable: bool,
    /// Messages cannot be stored on this machine.
    pub(crate) not_stored: bool,
    /// The server has sent all rooms the user is in; in this session.
    pub(crate) rooms_complete: bool,
    /// The data of the server was set back to an older copy; in this session, which is about to end.
    pub(crate) set_back: bool,
    /// Why there is no session, as the log has it; until there is a session.
    pub(crate) not_connected: Option<LinkError>,
}

/// Whether there is a connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// The link is connecting.
    Connecting,
    /// The link connects again in a while.
    Waiting {
        /// Seconds left.
        seconds: u64,
    },
    /// There is a session.
    Connected {
        /// The link's number of it.
        session: u64,
    },
    /// The server has refused the hello; nothing happens until the user does something.
    Refused {
        /// Why.
        code: RefusalCode,
    },
    /// The server has ended the session because of what a person did; nothing happens until the user does something.
    Expelled {
        /// Why.
        code: EndCode,
    },
    /// The server has another key than it must have; nothing happens until the user does something.
    WrongKey,
}

impl State {
    /// The state of a client of the server at the address `server`, with the stored `profile`. It has
    /// the lobby, and the rooms with drafts.
    #[must_use]
    pub fn new(server: String, profile: Profile) -> Self {
        let mut state = Self {
            server,
            name: profile.name.clone(),
            me: None,
            journal: None,
            epoch: None,
            server_journal: None,
            connection: Connection::Connecting,
            trouble: None,
            rooms: Rooms::default(),
            thread: None,
            outbox: Outbox::new(profile.device.clone(), Vec::new()),
            listing: RoomListing::default(),
            mention_list: MessageList::default(),
            pin_list: MessageList::default(),
            version_list: VersionList::default(),
            invites: OrderList::default(),
            hooks: OrderList::default(),
            sanctions: OrderList::default(),
            audit: OrderList::default(),
            account: ListedAccount::default(),
            standing: Standing::default(),
            search: Search::default(),
            unaddressed: UnaddressedTexts::default(),
            questions: Vec::new(),
            last_lobby_users: Vec::new(),
            authors: Authors::default(),
            stored_drafts: Drafts::default(),
            awaits_read_tick: false,
            awaits_draft_tick: false,
            live: Live::default(),
            features: Features::default(),
            typed: None,
            warned: WarnOnce::default(),
            says_password: false,
            joins: JoinPolicy::default(),
            mentions: MentionPolicy::default(),
            choices: Choices::default(),
            offline_since: None,
            online_since: None,
            probe: None,
            effects: Vec::new(),
        };
        state.take_up(profile);
        state
    }

    /// The address of the server, as the user gave it.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The user's name: the wanted one, and in a session the one that others see.
    #[must_use]
    pub const fn name(&self) -> &UserName {
        &self.name
    }

    /// The names of the users who are writing in a room, the first one first.
    pub fn typing_in<'a>(&'a self, room: &'a RoomName) -> impl Iterator<Item = &'a UserName> {
        self.live.typing_in(room)
    }

    /// Whether there is a connection.
    #[must_use]
    pub const fn connection(&self) -> Connection {
        self.connection
    }

    /// The number of the session, if there is one.
    #[must_use]
    pub const fn session(&self) -> Option<u64> {
        match self.connection {
            Connection::Connected { session } => Some(session),
            _ => None,
        }
    }

    /// Why there is no session.
    #[must_use]
    pub const fn trouble(&self) -> Option<&LinkError> {
        self.trouble.as_ref()
    }

    /// The epoch of the server's journal, if it sent one.
    #[must_use]
    pub const fn epoch(&self) -> Option<&ShortString> {
        self.epoch.as_ref()
    }

    /// The choices of the user for rooms and users.
    #[must_use]
    pub const fn choices(&self) -> &Choices {
        &self.choices
    }

    /// The rooms.
    #[must_use]
    pub const fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// The current room: notices are shown there.
    #[must_use]
    pub fn room(&self) -> &Room {
        self.rooms.current()
    }

    /// Whether the user has made a room quiet.
    #[must_use]
    pub fn is_muted(&self, room: &Room) -> bool {
        self.choices.room(&room.name).is_muted
    }

    /// The index of the next room with unread messages, but not of a quiet one without mentions.
    #[must_use]
    pub fn next_unread(&self) -> Option<usize> {
        self.rooms.next_unread(|room| room.mentions() > 0 || !self.is_muted(room))
    }

    /// The messages of the user that have no answer.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub(crate) fn notice(&mut self, at: Timestamp, notice: Notice) {
        self.effects.push(Effect::Noticed(Box::new(notice.clone())));
        self.rooms.current_mut().log.notice(at, notice);
    }

    /// Continues with the stored `profile`: puts its drafts back where nothing is typed, and opens the
    /// room that was open.
    pub(crate) fn take_up(&mut self, profile: Profile) {
        let mut drafts = profile.drafts;
        self.stored_drafts = drafts.clone();
        let messages = self.unaddressed.take(profile.pending, &mut drafts);
        self.outbox.replace(messages);
        self.journal = profile.journal;
        self.choices = profile.choices;
        self.rooms.reserve(self.choices.numbers());
        self.name = profile.name;
        let unaddressed = self.unaddressed.shown.take();
        self.restore_drafts(&drafts);
        self.unaddressed.shown = unaddressed;
    }

    /// Forgets all rooms but the lobby, and the messages of the lobby. The drafts stay, each with its room.
    pub(crate) fn forget_rooms(&mut self) {
        let drafts = self.typed();
        self.rooms = Rooms::default();
        self.rooms.reserve(self.choices.numbers());
        self.effects.push(Effect::RoomsForgotten);
        self.restore_drafts(&drafts);
    }

    /// Forgets all that belongs to a server: its rooms, messages and drafts. They are stored for it.
    pub(crate) fn forget_server(&mut self) {
        self.rooms = Rooms::default();
        self.effects.push(Effect::RoomsForgotten);
        self.outbox.replace(Vec::new());
        self.listing = RoomListing::default();
        (self.mention_list, self.pin_list) = (MessageList::default(), MessageList::default());
        self.version_list = VersionList::default();
        (self.invites, self.sanctions) = (OrderList::default(), OrderList::default());
        self.hooks = OrderList::default();
        (self.audit, self.standing) = (OrderList::default(), Standing::default());
        self.account = ListedAccount::default();
        self.search.end();
        self.unaddressed = UnaddressedTexts::default();
        self.last_lobby_users.clear();
        self.authors.clear();
        (self.me, self.epoch) = (None, None);
    }

    /// Makes a room the current one, if it is here.
    pub(crate) fn open(&mut self, name: &RoomName) {
        self.unaddressed.shown = None;
        if let Some(index) =
            self.rooms.index(name).filter(|index| *index != self.rooms.current_index())
        {
            self.rooms.open(index);
            self.effects.push(Effect::RoomOpened(name.clone()));
        }
    }

    /// Closes a room, but never the lobby.
    pub(crate) fn close(&mut self, name: &RoomName) {
        let before = self.room().name.clone();
        let Some(room) = self.rooms.close(name) else {
            return;
        };
        let in_threads = room.in_threads.into_values();
        self.effects.extend(in_threads.map(|typed| Effect::TextReturned(typed.text)));
        self.effects.push(Effect::RoomClosed { room: room.name, draft: room.draft });
        let now = self.room().name.clone();
        if now != before {
            self.effects.push(Effect::RoomOpened(now));
        }
    }
}
