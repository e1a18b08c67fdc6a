//! A change of the journal that is not a message: a user, a name, a role, a credential, a room, its rules, a
//! membership, a topic, a read position, an invite, a record of the audit log.
//!
//! Plain values: the hub decides on them, the journal stores them, and the hub applies them.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_proto::{
    AccountChange, AwayText, LeaveReason, Reason, Rules, Seq, SessionId, Timestamp, Topic, User,
    UserId,
};

use super::stored::{
    AuditRecord, CredentialId, CredentialRecord, HookRecord, InviteRecord, MemberRole,
    MembershipRecord, RoomId, RoomKey, SanctionRecord, UserRecord, UserRole,
};

/// A change of the journal, other than a message.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new user, or another name of a user.
    User(UserRecord),
    /// A guest: not stored, as it ends with its session.
    Guest(User),
    /// Another name of a guest.
    GuestRenamed(User),
    /// A user is away or back: not stored, as it ends with the user's last session.
    Away {
        /// The user's number.
        user: UserId,
        /// The reason, as the user writes it; `None` if the user is back.
        text: Option<AwayText>,
    },
    /// A user has another role on the server.
    UserRole {
        /// The user's number.
        user: UserId,
        /// The role.
        role: UserRole,
        /// Who gave it; `None` for the operator.
        by: Option<User>,
    },
    /// A user has one more credential.
    Credential(CredentialRecord),
    /// A session began with a credential, at its `seen_at`.
    CredentialSeen(CredentialRecord),
    /// A credential is removed, and identifies nobody any more.
    CredentialDropped(CredentialRecord),
    /// The user was connected at that time.
    Seen {
        /// The user's number.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// A room, unless it is stored already.
    Room {
        /// Its number.
        id: RoomId,
        /// Its name or its two users.
        key: RoomKey,
    },
    /// A room without users, messages and a topic is removed.
    RoomRemoved {
        /// Its number.
        id: RoomId,
        /// The users with a membership in it, all of them former.
        visitors: Arc<BTreeSet<UserId>>,
    },
    /// A room has another topic.
    Topic {
        /// The room's number.
        room: RoomId,
        /// The topic.
        topic: Topic,
        /// The user who set it.
        by: User,
    },
    /// A user joins a room, or gets a membership in a direct message that it is not in. The read position of an
    /// earlier membership stays.
    Member(MembershipRecord),
    /// A user left a room.
    Left {
        /// The user's number.
        user: UserId,
        /// The room's number.
        room: RoomId,
        /// The reason, which is sent to the others.
        reason: LeaveReason,
    },
    /// A user has read a room up to a message. A read position never moves back.
    Read {
        /// The user's number.
        user: UserId,
        /// The room's number.
        room: RoomId,
        /// The message.
        seq: Seq,
    },
    /// A user has another role in a room that it is in, or has been in.
    MemberRole {
        /// The user's number.
        user: UserId,
        /// The room's number.
        room: RoomId,
        /// The role.
        role: MemberRole,
        /// Who gave it; `None` for the operator.
        by: Option<User>,
    },
    /// A room has other rules.
    Rules {
        /// The room's number.
        room: RoomId,
        /// The rules.
        rules: Rules,
        /// Who set them; `None` for the operator.
        by: Option<User>,
    },
    /// A user was asked into a room that it is not in. It has a former membership there from then on.
    AskedIn {
        /// The user's number.
        user: UserId,
        /// The room's number.
        room: RoomId,
        /// The last message before, which counts as read.
        read_seq: Seq,
        /// Who asked.
        by: User,
    },
    /// There is one more invite.
    Invite(InviteRecord),
    /// An invite was used that often.
    InviteUsed {
        /// Its number.
        id: u64,
        /// How often.
        used: u32,
    },
    /// An invite is removed.
    InviteRemoved {
        /// Its number.
        id: u64,
    },
    /// There is one more hook.
    Hook(HookRecord),
    /// A hook is removed.
    HookRemoved {
        /// Its number.
        id: u64,
    },
    /// A user or a network is muted or banned.
    Sanction(SanctionRecord),
    /// A mute or a ban has ended.
    SanctionEnded {
        /// Its number.
        id: u64,
    },
    /// A mute or a ban is ended before its time.
    Pardoned {
        /// Its number.
        id: u64,
        /// Who has ended it; `None` for the operator.
        by: Option<User>,
    },
    /// A sanction that is stored as one of a network is about this guest, in whose room it is announced. Not stored.
    GuestSanctioned {
        /// The number of the sanction.
        id: u64,
        /// The guest.
        guest: User,
    },
    /// A user is kicked: it leaves a room, which is a change of its own, or its sessions end. Not stored.
    Kicked {
        /// The user's number.
        user: UserId,
        /// The room; `None` for the server.
        room: Option<RoomId>,
        /// Who has done it; `None` for the operator.
        by: Option<User>,
        /// Why.
        reason: Reason,
    },
    /// Sessions of a user end. Not stored.
    SessionsEnded {
        /// The user's number.
        user: UserId,
        /// Which.
        sessions: EndedSessions,
        /// Who has done it; `None` for the operator.
        by: Option<User>,
    },
    /// The clients of a user are told what an owner or the operator has changed in its account. Not stored: the changes
    /// themselves are.
    AccountChanged {
        /// The user's number.
        user: UserId,
        /// What.
        what: AccountChange,
        /// Who has done it; `None` for the operator.
        by: Option<User>,
    },
    /// A user has written in a room with a pause between two messages. Not stored.
    Wrote {
        /// The user's number.
        user: UserId,
        /// The room's number.
        room: RoomId,
        /// When.
        at: Timestamp,
    },
    /// The audit log has one more record.
    Audit {
        /// The record.
        record: AuditRecord,
        /// Older records are removed; `None` while the clock may be wrong.
        kept_since: Option<Timestamp>,
    },
}

/// Sessions of a user that end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedSessions {
    /// All.
    All,
    /// One.
    One(SessionId),
    /// Those that began with a credential.
    Of(CredentialId),
}
