//! The notices of a log: what happened besides messages, as values. A front end words them. All texts in them
//! are sanitized.

use chat_proto::event::MessageKind;
use chat_proto::{
    AccountChange, Network, Reason, Refusal, Role, RoomName, Rules, SanctionKind, Topic, UserName,
};

use crate::error::RequestError;
use crate::link::LinkError;

/// The kind of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Information.
    Info,
    /// Something is wrong.
    Trouble,
}

/// Something that happened in a room, or to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A text of the front end.
    Front(NoticeKind, String),
    /// A session has begun, under a name that the client did not ask for or for the first time.
    Welcome {
        /// The name of the user.
        name: UserName,
        /// The label of the current room.
        room: RoomName,
    },
    /// Another user has another name.
    Renamed {
        /// The name until now.
        from: UserName,
        /// The name from now on.
        to: UserName,
    },
    /// The user has this name now.
    YouRenamed(UserName),
    /// A user has set the topic of the room.
    TopicSet {
        /// The name of the user.
        by: UserName,
        /// The topic; `None` if it was removed.
        topic: Option<Topic>,
    },
    /// A user has another role.
    RoleGiven {
        /// The user who has it.
        user: Person,
        /// The role.
        role: Role,
        /// The room; `None` for the server.
        room: Option<RoomName>,
        /// The user who gave it.
        by: Person,
    },
    /// A room has other rules.
    RulesSet {
        /// The room.
        room: RoomName,
        /// The rules until now, if they are known.
        before: Option<Rules>,
        /// The rules from now on.
        rules: Rules,
        /// The user who set them.
        by: Person,
    },
    /// A user was asked into a private room, and may join it.
    AskedIn {
        /// The room.
        room: RoomName,
        /// The user who was asked.
        user: Person,
        /// The user who asked.
        by: Person,
    },
    /// Somebody is muted, kicked or banned.
    Sanctioned {
        /// The kind.
        kind: SanctionKind,
        /// Its target.
        whom: Target,
        /// The room; `None` for the server.
        room: Option<RoomName>,
        /// Milliseconds until it ends; `None` if it has no end.
        ms_left: Option<u64>,
        /// Its author.
        by: Person,
        /// Why; may be empty.
        reason: Reason,
        /// Whether the user has to be asked in to come back into the room.
        is_private: bool,
    },
    /// A mute or a ban has ended before its time.
    Pardoned {
        /// The kind.
        kind: SanctionKind,
        /// Its target.
        whom: Target,
        /// The room; `None` for the server.
        room: Option<RoomName>,
        /// The user who has ended it, if the server says.
        by: Option<Person>,
    },
    /// An owner of the server or the operator has changed the account of the user.
    AccountChanged {
        /// What.
        what: AccountChange,
        /// Who.
        by: Person,
    },
    /// The user has joined a room in which nobody has written and nobody is: it is new.
    RoomCreated(RoomName),
    /// A session has begun with another server than before. Messages and drafts for that one stay stored.
    AnotherServer,
    /// The server has fewer messages than it had, in the same journal: it was set back to an older copy of its
    /// data. The client connects again to load all rooms.
    SetBack,
    /// There is no session, and the user can do something about it. Shown once for each reason.
    NotConnected {
        /// The address of the server.
        server: String,
        /// Why there is no session.
        why: LinkError,
    },
    /// The server has refused to begin a session.
    HelloRefused {
        /// The name that the client asked for.
        name: UserName,
        /// Why it was refused.
        refusal: Box<Refusal>,
    },
    /// The server has refused a command.
    Refused(Box<Refusal>),
    /// The server has sent a line that this version cannot read; this is the first one of the session.
    Unreadable(Box<Refusal>),
    /// No user was found for a direct message. What was typed is in the draft of the current room, if that
    /// was empty.
    NotFound {
        /// The name that the user asked for.
        name: UserName,
        /// Why there is none.
        why: LookupError,
    },
    /// The server has refused a message, and its room is closed.
    /// [`Effect::TextReturned`](crate::Effect::TextReturned) has the text.
    NotSent {
        /// The label of the room.
        room: RoomName,
        /// Why it was refused.
        refusal: Box<Refusal>,
        /// The text.
        text: String,
    },
    /// A change of a message is not made. [`Effect::TextReturned`](crate::Effect::TextReturned) has the text of an
    /// edit.
    NotChanged {
        /// The label of the room.
        room: RoomName,
        /// The request of the user.
        kind: MessageKind,
        /// Why it was refused; `None` if the server has no such message, because it is another one or was restored.
        refusal: Option<Box<Refusal>>,
        /// The text of an edit, or of a message that answers another one.
        text: Option<String>,
    },
    /// A message of version 0.1.0 is stored under a name, which another user may have by now. It is not sent.
    StoredByName {
        /// The name, as that of a room.
        room: RoomName,
        /// The text.
        text: String,
        /// Whether the text is the draft of the direct message with the user of that name. If not,
        /// [`Effect::TextReturned`](crate::Effect::TextReturned) has it.
        is_draft: bool,
    },
    /// A draft of version 0.1.0 is stored under a name that no user has.
    /// [`Effect::TextReturned`](crate::Effect::TextReturned) has the text.
    DraftReturned {
        /// The name, as that of a room.
        room: RoomName,
        /// The text.
        text: String,
    },
    /// The profile of another user cannot be opened: the user is the same as before.
    NotBecome {
        /// Why, in the words of the store.
        why: String,
    },
    /// Messages cannot be stored on this machine. Shown once.
    NotStored {
        /// Why, in the words of the store.
        why: String,
    },
    /// The queue of the link is full.
    TooManyRequests,
}

/// Somebody in a notice, as the user sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// The user.
    You,
    /// Another user.
    Other(UserName),
    /// The person who runs the server.
    Operator,
}

/// The target of a mute or a ban.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A user.
    Person(Person),
    /// The guests and new users of a network.
    Network(Network),
    /// All who came by an invite.
    Invite(u64),
}

/// Why no user was found for a direct message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupError {
    /// The server has refused to look for it, or knows no such user.
    Refused(Box<Refusal>),
    /// The user of that name has this one now.
    Renamed(UserName),
    /// The connection was lost before the server answered.
    ConnectionLost,
    /// The user was found, and the text cannot be sent.
    Failed(RequestError),
}

impl Notice {
    /// Whether something is wrong.
    #[must_use]
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Self::Front(kind, _) => *kind,
            Self::Welcome { .. }
            | Self::Renamed { .. }
            | Self::YouRenamed(_)
            | Self::TopicSet { .. }
            | Self::RoleGiven { .. }
            | Self::RulesSet { .. }
            | Self::AskedIn { .. }
            | Self::Pardoned { .. }
            | Self::RoomCreated(_)
            | Self::AnotherServer => NoticeKind::Info,
            Self::Sanctioned { whom, .. } => match whom {
                Target::Person(Person::You) => NoticeKind::Trouble,
                _ => NoticeKind::Info,
            },
            Self::SetBack
            | Self::NotConnected { .. }
            | Self::HelloRefused { .. }
            | Self::Refused(_)
            | Self::Unreadable(_)
            | Self::NotFound { .. }
            | Self::NotSent { .. }
            | Self::NotChanged { .. }
            | Self::StoredByName { .. }
            | Self::DraftReturned { .. }
            | Self::NotBecome { .. }
            | Self::NotStored { .. }
            | Self::AccountChanged { .. }
            | Self::TooManyRequests => NoticeKind::Trouble,
        }
    }
}
