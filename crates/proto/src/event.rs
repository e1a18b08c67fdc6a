//! The events that the server sends. `docs/protocol.md` has an example of each.

mod account;
mod details;
mod hit;
mod hook;
mod invite;
mod message;
mod room;
mod sanction;
mod types;
mod welcome;

use serde::{Deserialize, Serialize};

pub use self::account::{AccountInfo, AccountSummary, DeviceInfo, SessionInfo};
pub use self::details::{Details, Edited, Reaction, Replies};
pub use self::hit::{Hit, SearchState};
pub use self::hook::HookInfo;
pub use self::invite::InviteInfo;
pub use self::message::{Accepted, Message, MessageKind, Refusal};
pub use self::room::{Away, RoleHolder, RoomInfo, RoomState, User, Version};
pub use self::sanction::{AuditEntry, SanctionInfo};
pub use self::welcome::{JournalId, Limits, Server, Welcome};
use crate::command::{Nonce, SearchOrder};
use crate::{
    AccountChange, AwayText, EndCode, LeaveReason, Role, RoomName, Rules, Secret, Seq, ShortString,
    Topic, UserName,
};

/// An event of the server; in the native protocol a JSON object, whose `type` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Answers a `hello` that is accepted.
    Welcome(Welcome),
    /// Answers an `about`.
    About {
        /// The program of the server.
        server: Server,
        /// Which journal it has.
        journal: JournalId,
        /// The key of the server, as an address line has it; `None` from a server of an earlier version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<ShortString>,
        /// The state of the search index, for the operator alone; `None` if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        search: Option<SearchState>,
    },
    /// The devices and the sessions of a user: answers an `account`, and each command that changes them.
    Account(Box<AccountInfo>),
    /// An owner or the operator has changed the account of the user.
    AccountChanged {
        /// What.
        what: AccountChange,
        /// Who; `None` for the operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<User>,
    },
    /// The sessions of all users: answers a `sessions`.
    Sessions {
        /// The sessions, by their numbers.
        sessions: Vec<SessionInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// The users who have an account: answers an `accounts`.
    Accounts {
        /// The accounts, by the numbers of their users.
        accounts: Vec<AccountSummary>,
        /// The `after` of the next page; `None` if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
    },
    /// A code for another device: answers a `link`.
    Link {
        /// The code, which another device sends as `link` of its `hello`, once.
        code: Secret,
        /// How long it is valid, in milliseconds.
        valid_ms: u64,
    },
    /// A room the user is in, as it is now.
    Room(RoomState),
    /// Older messages of a room: answers a `history`.
    History {
        /// The room.
        room: RoomName,
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more: bool,
    },
    /// The texts that a message has had: answers a `versions`.
    Versions {
        /// The room.
        room: RoomName,
        /// The message.
        seq: Seq,
        /// The texts, the first one first.
        versions: Vec<Version>,
        /// Whether there are newer ones.
        more: bool,
    },
    /// A message and the messages that answer it: answers a `thread`.
    Thread {
        /// The room.
        room: RoomName,
        /// The message.
        seq: Seq,
        /// How many answer it, and the last of them; `None` if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replies: Option<Replies>,
        /// How many of those are unread messages of other users.
        unread: u64,
        /// The newest of them, oldest first, after the message itself.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more: bool,
    },
    /// The pinned messages of a room: answers a `pins`.
    Pins {
        /// The room.
        room: RoomName,
        /// How many there are.
        count: u64,
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// Whether there are newer ones.
        more: bool,
    },
    /// Messages that mention the user: answers a `mentions`.
    Mentions {
        /// The messages, newest first.
        messages: Vec<Message>,
        /// The `before` that asks for older ones; `None` if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<ShortString>,
    },
    /// Messages that were found: answers a `search`.
    Found {
        /// The text that the user has typed.
        query: String,
        /// Which messages come first.
        #[serde(default, skip_serializing_if = "SearchOrder::is_newest")]
        order: SearchOrder,
        /// The messages.
        hits: Vec<Hit>,
        /// The `before` that asks for the next page; `None` if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<ShortString>,
        /// Percent of the messages that can be found; `None` if all can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        indexed: Option<u8>,
    },
    /// The users of a room: answers a `who`.
    Users {
        /// The room.
        room: RoomName,
        /// The users, by name.
        users: Vec<User>,
        /// Those of them who are away, as far as they are listed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        away: Vec<Away>,
        /// Those of them who have a role in the room.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        roles: Vec<RoleHolder>,
        /// Whether there are more.
        more: bool,
    },
    /// The list of rooms: answers a `rooms`.
    Rooms {
        /// The rooms, by name.
        rooms: Vec<RoomInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// The number of users of a large room, in which `joined` and `left` are not sent.
    Presence {
        /// The room.
        room: RoomName,
        /// The number of users.
        count: usize,
    },
    /// A room has another topic.
    Topic {
        /// The room.
        room: RoomName,
        /// The new topic.
        topic: Topic,
        /// The user who set it.
        user: User,
    },
    /// The user has read further, here or in another of its sessions.
    Read {
        /// The room.
        room: RoomName,
        /// The last message that was read.
        seq: Seq,
        /// The last message that was counted, if unread messages were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_seq: Option<Seq>,
        /// How many messages of others the user has not read, as far as they were counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unread: Option<u64>,
        /// How many of those name the user.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mentions: Option<u64>,
        /// Whether there are more, which were not counted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    /// A user joined a room.
    Joined {
        /// The room.
        room: RoomName,
        /// The user.
        user: User,
    },
    /// A user left a room.
    Left {
        /// The room.
        room: RoomName,
        /// The user.
        user: User,
        /// Why.
        reason: LeaveReason,
    },
    /// A user changed its name.
    Renamed {
        /// The user, with the old name.
        user: User,
        /// The new name.
        #[serde(deserialize_with = "UserName::lenient")]
        name: UserName,
    },
    /// Another user is writing a message.
    Typing {
        /// The room.
        room: RoomName,
        /// The user.
        user: User,
    },
    /// A user is away.
    Away {
        /// The user.
        user: User,
        /// Why, or until when; empty for nothing.
        text: AwayText,
    },
    /// A user is not away any more.
    Back {
        /// The user.
        user: User,
    },
    /// An invite was made: answers an `invite`. The secret of the line is sent this once.
    Invite {
        /// The address line with which new users come.
        line: Secret,
        /// The invite.
        invite: InviteInfo,
    },
    /// Invites: answers an `invites` or a `revoke`.
    Invites {
        /// The newest ones first, at most 50.
        invites: Vec<InviteInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// A hook was made: answers a `hook`. Its address is sent this once.
    Hook {
        /// The address to which a program posts: a sender that has it speaks as the bot.
        url: Secret,
        /// The hook.
        hook: HookInfo,
        /// The key of the server, as an address line has it; `None` from a server of an earlier version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<ShortString>,
    },
    /// Hooks: answers a `hooks` or a `revoke_hook`.
    Hooks {
        /// The newest ones first, at most 50.
        hooks: Vec<HookInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// A user has another role, on the server or in a room.
    Role {
        /// The room; `None` for the role on the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomName>,
        /// The user.
        user: User,
        /// The role.
        role: Role,
        /// Who gave it; `None` for the operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<User>,
    },
    /// A room has other rules.
    Rules {
        /// The room.
        room: RoomName,
        /// The rules.
        rules: Rules,
        /// Who set them; `None` for the operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<User>,
    },
    /// A user was asked into a private room, and may join it.
    AskedIn {
        /// The room.
        room: RoomName,
        /// The user.
        user: User,
        /// Who asked.
        by: User,
    },
    /// A user or a network is muted, kicked or banned.
    Sanction(Box<SanctionInfo>),
    /// A sanction has been ended before its time.
    Pardoned {
        /// The sanction.
        sanction: Box<SanctionInfo>,
        /// Who has ended it; `None` for the operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<User>,
    },
    /// Answers a `sanctions`.
    Sanctions {
        /// The room; `None` for those of the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomName>,
        /// The sanctions, by their numbers.
        sanctions: Vec<SanctionInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// Answers an `audit`.
    Audit {
        /// The records, newest first.
        records: Vec<AuditEntry>,
        /// Whether there are older ones.
        more: bool,
    },
    /// A message.
    Message(Message),
    /// Answers a `say`: the message is stored.
    Accepted(Accepted),
    /// Answers a command that is not carried out.
    Refused(Refusal),
    /// Asks for a `pong`.
    Ping {
        /// The answer repeats it.
        nonce: Nonce,
    },
    /// Answers a `ping`.
    Pong {
        /// The nonce of that ping.
        nonce: Nonce,
    },
    /// The last event of a session.
    Goodbye {
        /// Why it ends, for a program.
        code: EndCode,
        /// Why it ends, and what to do, for a person.
        text: String,
    },
}
