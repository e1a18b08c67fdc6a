//! The commands that a client sends. `docs/protocol.md` has an example of each.

mod hello;
mod kind;
mod nonce;
mod sanction;
mod say;
mod search_order;
mod types;

use serde::{Deserialize, Serialize};

pub use self::hello::Hello;
pub use self::kind::Kind;
pub use self::nonce::Nonce;
pub use self::sanction::Sanction;
pub use self::say::{Body, Links, Say};
pub use self::search_order::SearchOrder;
use crate::{
    AwayText, Privacy, Role, RoomName, Secret, Seq, ShortString, Timestamp, Topic, TopicBy,
    UserName,
};

/// The version of the native protocol that this crate speaks.
pub const VERSION: u32 = 1;

/// A command of a client; in the native protocol a JSON object, whose `type` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Identifies the user; the first command of a session.
    Hello(Box<Hello>),
    /// Asks which server and which journal this is; may come before `hello`.
    About,
    /// Sends a message to a room.
    Say(Say),
    /// Joins a room, or creates it.
    Join {
        /// The room to join.
        room: RoomName,
        /// The last `seq` of the room that the client has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Seq>,
    },
    /// Leaves a room.
    Leave {
        /// The room to leave.
        room: RoomName,
    },
    /// Asks for older messages of a room.
    History {
        /// The room.
        room: RoomName,
        /// Only messages with a lower `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Seq>,
        /// Instead of `before`: the first message that was stored at this time or later, and those after it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Searches the messages of all rooms that the user may read.
    Search {
        /// The text that the user has typed.
        query: String,
        /// Which messages come first.
        #[serde(default, skip_serializing_if = "SearchOrder::is_newest")]
        order: SearchOrder,
        /// The `next` of an earlier answer: only the messages after its page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<ShortString>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Asks for the texts that an edited message has had.
    Versions {
        /// The room.
        room: RoomName,
        /// The message.
        seq: Seq,
        /// Only versions with a greater `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
    },
    /// Asks for a message and the messages that answer it.
    Thread {
        /// The room.
        room: RoomName,
        /// The message.
        seq: Seq,
        /// Only messages with a lower `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Seq>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Asks for the pinned messages of a room.
    Pins {
        /// The room.
        room: RoomName,
        /// Only messages with a greater `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
    },
    /// Asks for the messages that mention the user, in all its rooms.
    Mentions {
        /// The `next` of an earlier answer: only older messages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<ShortString>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Asks for the users of a room.
    Who {
        /// The room.
        room: RoomName,
        /// Only users that come after this name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<UserName>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Sets the topic of a room.
    Topic {
        /// The room.
        room: RoomName,
        /// The topic; empty to clear it.
        topic: Topic,
    },
    /// Asks for the list of rooms.
    Rooms {
        /// Only rooms that come after this name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<RoomName>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Stores how far the user has read.
    Read {
        /// The room.
        room: RoomName,
        /// The last message of it that was read.
        seq: Seq,
    },
    /// The user is writing a message in a room.
    Typing {
        /// The room.
        room: RoomName,
    },
    /// The user is away, until it sends a message or `back`.
    Away {
        /// Why, or until when; empty for nothing.
        #[serde(default)]
        text: AwayText,
    },
    /// The user is not away any more.
    Back,
    /// Makes an invite, by which new users come in.
    Invite {
        /// How many users may come by it, from 1 to [`INVITE_USES_MAX`]; `None` for 1.
        ///
        /// [`INVITE_USES_MAX`]: crate::limits::INVITE_USES_MAX
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uses: Option<u32>,
        /// How long it is valid, in seconds, up to [`INVITE_S_MAX`]; `None` for 7 days.
        ///
        /// [`INVITE_S_MAX`]: crate::limits::INVITE_S_MAX
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_s: Option<u32>,
        /// The role that it gives; `None` for that of a member.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// A room that the new users join, too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomName>,
        /// Its purpose; only moderators and owners see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<ShortString>,
    },
    /// Asks for the invites that the user has made, the newest first; for a moderator or an owner, for all.
    Invites {
        /// Those with a lower number; `None` for the newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
    },
    /// Ends an invite.
    Revoke {
        /// Its number.
        id: u64,
    },
    /// Makes a hook, by which a program says something in a room as a bot.
    Hook {
        /// The room.
        room: RoomName,
        /// The name of the bot.
        name: UserName,
    },
    /// Asks for the hooks of the rooms that the user moderates, the newest first.
    Hooks {
        /// Those with a lower number; `None` for the newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
    },
    /// Ends a hook.
    RevokeHook {
        /// Its number.
        id: u64,
    },
    /// Gives a user another role, on the server or in a room.
    Grant {
        /// The user.
        user: UserName,
        /// The room; `None` for a role on the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomName>,
        /// The role.
        role: Role,
    },
    /// Gives a room other rules. What is left out stays.
    Rule {
        /// The room.
        room: RoomName,
        /// Who finds it, joins it, and writes there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        privacy: Option<Privacy>,
        /// Seconds between two messages of one member; 0 for no pause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slow_s: Option<u32>,
        /// Who sets its topic and pins messages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic_by: Option<TopicBy>,
    },
    /// Asks a user into a private room.
    AskIn {
        /// The room.
        room: RoomName,
        /// The user.
        user: UserName,
    },
    /// Mutes, kicks or bans one of a user, a network, and all who came by an invite.
    Sanction(Box<Sanction>),
    /// Ends a sanction before its time.
    Pardon {
        /// The number of the sanction.
        id: u64,
    },
    /// Asks for the sanctions that have not ended.
    Sanctions {
        /// Of this room; `None` for those of the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomName>,
        /// Those with a greater number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
        /// Number of sanctions at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Asks for records of the audit log, the newest first.
    Audit {
        /// Those with a lower number; `None` for the newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
        /// Number of records at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Changes the user's name.
    Rename {
        /// The new name.
        name: UserName,
    },
    /// Gives the user, or another one, a password.
    SetPassword {
        /// The new password.
        password: Secret,
        /// The present one, if the user has one and the session has not begun with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old: Option<Secret>,
        /// The user, of whom no `old` is asked: an owner may do that. `None` for the user's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserName>,
        /// Whether the tokens of all devices of that user are dropped in the same change.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drop_devices: bool,
    },
    /// Asks for a code with which another device becomes one of this user, or of another one.
    Link {
        /// The user: an owner may do that. `None` for the user's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserName>,
    },
    /// Asks for the devices and the sessions of the user, or of another one.
    Account {
        /// The user: an owner may do that. `None` for the user's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserName>,
    },
    /// Drops the token of a device, and ends its sessions.
    Drop {
        /// The number of the device.
        id: u64,
        /// The user whose device it is: an owner may do that. `None` for the user's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserName>,
    },
    /// Ends a session of the user, or for an owner any.
    End {
        /// The number of the session.
        session: u64,
    },
    /// Asks for the sessions of all users: an owner may do that.
    Sessions {
        /// Those with a greater number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
        /// Number of sessions at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Asks for the users who have an account, connected or not: an owner may do that.
    Accounts {
        /// Those with a greater number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
        /// Number of users at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Frees the name of a user who is not connected: an owner may do that.
    Free {
        /// The user, who gets a name with a number.
        user: UserName,
    },
    /// Asks for a `pong`.
    Ping {
        /// The answer repeats it.
        #[serde(default)]
        nonce: Nonce,
    },
    /// Answers the server's ping.
    Pong {
        /// The nonce of that ping.
        #[serde(default)]
        nonce: Nonce,
    },
    /// Ends the session.
    Bye,
}

/// Every line of a client becomes one, which is moved several times: larger fields are boxed.
const _: () = assert!(size_of::<Command>() <= 80, "a command has 80 bytes");
