//! The errors with which the hub refuses messages and requests.

mod account;
mod code;
mod hook;
mod refusal;
mod requirement;
mod sanction;

use chat_proto::{Network, RoomName, UserId, UserName};
use thiserror::Error;

pub(crate) use self::account::AccountError;
pub(crate) use self::hook::HookError;
pub(crate) use self::requirement::Requirement;
pub(crate) use self::sanction::SanctionDetails;
use super::invites::INVITES_MAX;
use super::naming::NameTrouble;
use crate::config::{
    ASKED_PER_USER_MAX, PRIVATE_PER_USER_MAX, ROOMS_MAX, ROOMS_PER_USER_MAX,
    SANCTIONS_IN_ROOMS_MAX, SANCTIONS_IN_ROOMS_PER_USER_MAX, SANCTIONS_MAX,
};
use crate::journal::{JournalError, Rejection, RoomId};

/// Why the hub refuses a message or a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum HubError {
    /// The client's fault: another user has the name, or one that looks the same.
    #[error(
        "the name {wanted} {}; {free} is free",
        if *looks { "looks like that of another user" } else { "is taken" }
    )]
    NameTaken {
        /// The name that the client wants.
        wanted: UserName,
        /// A similar name that is free.
        free: UserName,
        /// Whether another user has a name that looks the same.
        looks: bool,
    },
    /// The client's fault: nobody may take the name.
    #[error(transparent)]
    BadName(NameTrouble),
    /// The client's fault: the room does not exist, and its name looks like that of another one.
    #[error(
        "the name {wanted} looks like {}; choose another name{}",
        .existing.as_ref().map_or("that of another room", RoomName::as_str),
        if .existing.is_some() { ", or join that room" } else { "" }
    )]
    RoomLooksTaken {
        /// The room that the client wants.
        wanted: RoomName,
        /// The room that exists; `None` if the user cannot find it.
        existing: Option<RoomName>,
    },
    /// The client's fault: no user has the token.
    #[error("no user of this server has this token; say hello without a token to get a new one")]
    BadToken,
    /// The client's fault: the password or the code is not valid.
    #[error(
        "the name and the password, or the code, are wrong, or the code has been used or has ended; try again, or ask \
         for another code on a device that is logged in"
    )]
    BadSecret,
    /// The client's fault: the token that it has made for a new user is too short.
    #[error(
        "the token of a new user must be 64 to 128 random hexadecimal digits; say hello without one, \
         and you get one"
    )]
    BadNewToken,
    /// The client's fault: it has no invite.
    #[error(
        "new users of this server need an invite; ask one of its users for a chat:// line, and connect with that line"
    )]
    InviteNeeded,
    /// The client's fault: it uses the classic protocol, which cannot bring an invite.
    #[error(
        "this server takes no classic clients; use chat-tui, and ask one of its users for a chat:// line"
    )]
    NoGuests,
    /// The client's fault: it has not sent the password of the server.
    #[error("new users of this server need its password; ask the person who runs it")]
    PasswordNeeded,
    /// The client's fault: it has sent another password than that of the server.
    #[error("this is not the password of the server; ask the person who runs it")]
    NotThePassword,
    /// The client's fault: it uses the classic protocol, which cannot send a password.
    #[error(
        "this server asks new users for its password, which a classic client cannot send; use chat-tui, or a browser"
    )]
    NoPasswordOfGuests,
    /// The client's fault: nobody new comes in.
    #[error("this server takes no new users; ask the person who runs it")]
    Closed,
    /// The client's fault: the secret is not an invite, or was revoked.
    #[error("this server does not know this invite, or it was revoked; ask for another one")]
    NoInvite,
    /// The client's fault: the invite was used.
    #[error("this invite has been used; ask {} for another", who(.0.as_ref()))]
    InviteUsed(Option<UserName>),
    /// The client's fault: the invite has ended.
    #[error("this invite has ended; ask {} for another", who(.0.as_ref()))]
    InviteEnded(Option<UserName>),
    /// The client's fault: the user may not end such an invite, or there is none.
    #[error("there is no invite {0} that you may end; look for its number in the list of invites")]
    NoSuchInvite(u64),
    /// The client's fault: an invite for a role above member has one use.
    #[error("an invite for a moderator or an owner has one use; make one for each of them")]
    OneUseOnly,
    /// The server's fault: there are as many invites as there can be.
    #[error("this server has {INVITES_MAX} invites, the most it can have; revoke one first")]
    TooManyInvites,
    /// The client's fault: the user has made as many invites as it may.
    #[error(
        "you have {0} invites that have not ended, the most that you can have; revoke one, or wait until one ends"
    )]
    TooManyInvitesOfUser(usize),
    /// A hook, or its bot.
    #[error(transparent)]
    Hook(HookError),
    /// A device, a session, a password or a name of an account.
    #[error(transparent)]
    Account(AccountError),
    /// The client's fault: the user is not in the room.
    #[error("you are not in {0}; join it first")]
    NotInRoom(RoomName),
    /// The client's fault: the direct message belongs to two other users.
    #[error("{0} is the direct message of two other users; write to one of them instead")]
    NotYours(RoomName),
    /// The client's fault: a guest is in the lobby only.
    #[error(
        "you cannot join {0}: classic clients can use #lobby only; use chat-tui or a browser for other rooms"
    )]
    GuestInLobbyAlone(RoomName),
    /// The client's fault: nobody has asked the user into a private room.
    #[error("{0} is private; ask a user who is in it to ask you in")]
    NotAsked(RoomName),
    /// The client's fault: a room that everybody may join needs no invitation.
    #[error("everybody can join {0}: nobody has to be asked in; tell the user its name")]
    IsPublic(RoomName),
    /// The client's fault: a direct message has no rules and no roles.
    #[error("{0} is a direct message, which has no rules and no roles; make a room for that")]
    IsDirect(RoomName),
    /// The client's fault: the role of the user is too low.
    #[error("{}", .1.in_room(.0.as_ref()))]
    NotAllowed(Option<RoomName>, Requirement),
    /// The client's fault: the other user has the same role, or a greater one.
    #[error(
        "you can do this only to users with a lower role than yours; ask somebody with a higher role, or the person who \
         runs the server"
    )]
    IsEqual,
    /// The client's fault: the server would have no owner.
    #[error("{0} is the last owner of this server; make another user an owner first")]
    LastOwner(UserName),
    /// The client's fault: a guest has no role.
    #[error(
        "{0} is a guest: roles and private rooms are for users who can come back; ask {0} to use chat-tui or a browser"
    )]
    NotForGuests(UserName),
    /// The client's fault: the user is muted.
    #[error("you are muted {}", .0.muted())]
    Muted(Box<SanctionDetails>),
    /// The client's fault: the user, or its network, is banned.
    #[error("{}", .0.banned())]
    Banned(Box<SanctionDetails>),
    /// The client's fault: it writes sooner than the room allows.
    #[error("{room} has a pause of {} between two messages of one user; you can write in {}", seconds(*.pause_s), seconds(.wait_ms.div_ceil(1000)))]
    Slow {
        /// The room.
        room: RoomName,
        /// The pause, in seconds.
        pause_s: u64,
        /// Time until the user can write, in milliseconds.
        wait_ms: u64,
    },
    /// The client's fault: a sanction of oneself.
    #[error("you cannot do this to yourself; ask another moderator")]
    NotToYourself,
    /// The client's fault: the user is not in the room that it is to leave.
    #[error("{0} is not in the room; ban the user to keep it out")]
    IsNotInRoom(UserName),
    /// The client's fault: in a room, only users are muted, kicked and banned.
    #[error(
        "a network or an invite is muted or banned on the server, and not in a room; leave out the room"
    )]
    OnServerOnly,
    /// The client's fault: only a user is kicked.
    #[error("only users can be kicked; ban a network or an invite")]
    KicksUsersOnly,
    /// The client's fault: all users of this machine share its address.
    #[error("{0} is this machine, which is never banned; mute or ban the user")]
    IsThisMachine(Network),
    /// The client's fault: no sanction has the number, or it has ended.
    #[error(
        "there is no sanction with the number {0}, or it has ended; the list has those that apply"
    )]
    NoSuchSanction(u64),
    /// The server's fault: there are as many sanctions as there can be.
    #[error(
        "there are {SANCTIONS_MAX} mutes and bans, the most this server can have; end some of them first"
    )]
    TooManySanctions,
    /// The server's fault: there are as many sanctions in rooms as there can be.
    #[error(
        "there are {SANCTIONS_IN_ROOMS_MAX} mutes and bans in rooms, the most this server can have; end some of them first"
    )]
    TooManySanctionsInRooms,
    /// The client's fault: the user has made as many sanctions in rooms as one can.
    #[error(
        "you have made {SANCTIONS_IN_ROOMS_PER_USER_MAX} mutes and bans in rooms, the most for one user; end some of them \
         first"
    )]
    TooManyOwnSanctions,
    /// The client's fault: everybody is in the lobby.
    #[error(
        "#lobby cannot be private: everybody is in it; make it a room for announcements, or another room private"
    )]
    LobbyIsOpen,
    /// The client's fault: there is no such role there.
    #[error(
        "a user is a member, a moderator or an owner of the server, and in a room also a voice; name one of these"
    )]
    NoSuchRole,
    /// The client's fault: the user whom it asks in is in the room.
    #[error("{0} is in the room already; nobody has to ask that user in")]
    IsInRoom(UserName),
    /// The client's fault: the user with a role in a room has never been there.
    #[error("{0} has never been in the room; a user gets a role after it has joined")]
    NeverInRoom(UserName),
    /// The fault of other users: the user was asked into as many rooms as one can be.
    #[error(
        "{0} was asked into {ASKED_PER_USER_MAX} rooms and has not joined them; write to the user, who can \
         join some of them"
    )]
    AskedTooOften(UserName),
    /// The client's fault: nobody leaves the lobby.
    #[error("you cannot leave {0}: everybody is in it; a client can stop its notifications")]
    CannotLeave(RoomName),
    /// The client's fault: nobody is kicked or banned from the lobby.
    #[error(
        "nobody is kicked or banned from {0}: everybody is in it; mute the user there, or ban it from the server"
    )]
    StaysInLobby(RoomName),
    /// The client's fault: no user has the name.
    #[error("there is no user called {0}; look for the name in the list of users")]
    NoSuchUser(UserName),
    /// The client's fault: the address has the number of a user that does not exist.
    #[error("there is no user with the number {0}; write to a user by its name")]
    NoSuchNumber(UserId),
    /// The client's fault: a guest has no direct messages.
    #[error("{0} uses a classic client, which has no direct messages; write in the lobby")]
    IsGuest(UserName),
    /// The client's fault: it names its own user.
    #[error("a direct message needs another user, and {0} is you; name somebody else")]
    IsYourself(UserName),
    /// The client's fault: its user is in as many rooms as a user can be.
    #[error("you are in {ROOMS_PER_USER_MAX} rooms, the most for one user; leave one first")]
    InTooManyRooms,
    /// The client's fault: its user has as many direct messages as a user can have.
    #[error(
        "you have {PRIVATE_PER_USER_MAX} direct messages, the most for one user; leave one first"
    )]
    InTooManyConversations,
    /// The fault of other users: the other user has as many direct messages without an answer as a user can have.
    #[error(
        "{0} has too many direct messages from others that are not answered; write in a room that both of you are in"
    )]
    IsInTooManyConversations(UserName),
    /// The server's fault: there are as many rooms as there can be.
    #[error("this server has {ROOMS_MAX} rooms, the most it can have; join one of them")]
    TooManyRooms,
    /// The server's fault: there are as many direct messages as there can be.
    #[error(
        "this server has {0} direct messages, the most for its number of users; write in a room that \
         both of you are in"
    )]
    TooManyConversations(usize),
    /// The server's fault: every number that a room can have was used.
    #[error(
        "this server has used all {} numbers for rooms and makes no new ones; join a room that exists",
        RoomId::MAX.0
    )]
    OutOfRoomNumbers,
    /// The server's fault: it has as many users as it can have.
    #[error(
        "this server has {0} users, which is its limit, and takes no new ones; connect with the token \
         of an earlier user, or ask the operator"
    )]
    TooManyUsers(usize),
    /// The client's fault: its user has as many sessions as one user can have.
    #[error("you are connected {0} times, the most for one user; close one of your clients first")]
    TooManySessions(usize),
    /// The client's fault: the target of the message does not allow it.
    #[error(transparent)]
    Rejected(Rejection),
    /// The server's fault: the journal cannot store it.
    #[error("not stored: {0}; try again in a moment")]
    NotStored(String),
    /// A bug of the server: another try does not help.
    #[error("not stored: {0}; ask the person who runs the server to look at its log")]
    Failed(String),
    /// The server's fault: it is shutting down.
    #[error("the server is shutting down; try again in a moment")]
    GoingAway,
}

/// The user to ask for another invite.
fn who(by: Option<&UserName>) -> &str {
    by.map_or("the person who runs the server", UserName::as_str)
}

fn seconds(seconds: u64) -> String {
    if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") }
}

impl From<JournalError> for HubError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Closed => Self::GoingAway,
            error @ JournalError::Conflict(_) => Self::Failed(error.to_string()),
            error => Self::NotStored(error.to_string()),
        }
    }
}
