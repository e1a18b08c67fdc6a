//! The items of the queue: messages, requests for changes, and tasks. Plain values, until they are decided.

use std::net::IpAddr;
use std::time::Duration;

use chat_proto::command::Body;
use chat_proto::{
    AwayText, DeviceId, Network, Privacy, Reason, Role, RoomName, Rules, SanctionKind, Secret, Seq,
    SessionId, ShortString, Timestamp, Topic, TopicBy, UserId, UserName,
};
use tokio::sync::{mpsc, oneshot};

use super::accounts::Asker;
use super::answer::{Answer, Response};
use super::login::Proof;
use super::{HubError, NameConflict};
use crate::config::Join;
use crate::journal::{CredentialId, CredentialRecord, RoomId, Task, UserRole};
use crate::token::{PasswordHash, TokenHash};

/// One item of the queue.
#[derive(Debug)]
pub(super) enum Item {
    /// A message.
    Message(Box<Submission>),
    /// A change.
    Request(Box<Request>, Option<Reply>),
    /// Work on the journal. Boxed to keep the queue small, in which mostly messages wait.
    Task(Box<Task>),
    /// The end of the hub: later items are refused.
    Close(Option<oneshot::Sender<()>>),
}

/// Sends the response to a request.
pub(super) type Reply = oneshot::Sender<Result<Response, HubError>>;

/// A message that a session sends.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    /// The hook by which it comes, which must still be there.
    pub(super) hook: Option<u64>,
    /// The room as the client names it.
    pub(super) name: RoomName,
    /// The same room, if the session is subscribed to it.
    pub(super) room: Option<RoomId>,
    pub(super) device: DeviceId,
    /// Whether the client named the device, so that the answer names it, too.
    pub(super) names_device: bool,
    pub(super) n: Option<u64>,
    pub(super) body: Body,
    /// When the message that the body names was stored, if the client says so.
    pub(super) named_at: Option<Timestamp>,
    /// The session reserves capacity for the answer.
    pub(super) answer: mpsc::Sender<Answer>,
}

/// A message that is not in the queue yet.
#[derive(Debug)]
pub(crate) struct NewMessage(pub(super) Box<Submission>);

/// A change that a session, or the hub itself, asks for.
#[derive(Debug)]
pub(super) enum Request {
    /// A new user.
    Register {
        /// Its number, if it has been sent one.
        user: Option<UserId>,
        wants: UserName,
        token: TokenHash,
        admission: Admission,
    },
    /// An invite is made.
    Invite(InviteDraft),
    /// An invite ends.
    Revoke {
        /// Who ends it; `None` for the operator.
        by: Option<UserId>,
        id: u64,
    },
    /// A hook is made.
    MakeHook(HookDraft),
    /// A hook ends.
    RevokeHook {
        /// Who ends it; `None` for the operator.
        by: Option<UserId>,
        id: u64,
    },
    /// A session of a user who has shown who it is, on a further device.
    LogIn {
        user: UserId,
        proof: Proof,
        token: TokenHash,
        device: ShortString,
        admission: Admission,
    },
    /// The user has another password than `present`, or its first one.
    SetPassword { user: UserId, hash: PasswordHash, present: Option<CredentialId> },
    /// The devices, the sessions, the password or the name of a user change.
    Account { asker: Asker, order: AccountOrder },
    /// A guest, for one session.
    Guest { user: UserId, wants: UserName, admission: Admission },
    /// The user takes another name.
    Rename { user: UserId, wants: UserName, if_taken: NameConflict },
    /// The user joins a room, which is created if it does not exist.
    Join { user: UserId, name: RoomName, scope: DirectScope },
    /// The user leaves a room.
    Leave { user: UserId, name: RoomName },
    /// The user sets the topic of a room.
    SetTopic { user: UserId, name: RoomName, topic: Topic },
    /// A user gets another role, on the server or in a room.
    SetRole {
        /// Who gives it; `None` for the operator.
        by: Option<UserId>,
        user: UserName,
        role: Role,
        room: Option<RoomName>,
    },
    /// A room gets other rules.
    SetRules { by: Option<UserId>, room: RoomName, rules: RulesPatch },
    /// A user is asked into a private room.
    AskIn { by: UserId, room: RoomName, user: UserName },
    /// A user, a network or an invite is muted, kicked or banned.
    Sanction {
        /// Who does it; `None` for the operator.
        by: Option<UserId>,
        order: SanctionOrder,
    },
    /// A mute or a ban is ended before its time.
    Pardon { by: Option<UserId>, id: u64 },
    /// Sanctions that have ended are removed.
    SweepSanctions,
    /// The user has read a room up to a message.
    Read { user: UserId, name: RoomName, seq: Seq },
    /// The user is away, or not any more.
    SetAway { user: UserId, text: Option<AwayText> },
    /// The users are connected.
    See { users: Vec<UserId>, at: Timestamp },
    /// `what` were tried from a network until it could try no more: those of a user, if there is one.
    RecordTries { user: Option<UserId>, what: String },
    /// A session began with a credential, at its `seen_at`.
    SeeCredential(CredentialRecord),
    /// Unused rooms are removed.
    ExpireRooms,
}

impl Request {
    /// The user who asks for it and must not be banned; `None` for the operator, for the hub itself, and for a user who
    /// is only about to come in.
    pub(super) fn author(&self) -> Option<UserId> {
        match self {
            Self::Invite(InviteDraft { by, .. })
            | Self::Revoke { by, .. }
            | Self::MakeHook(HookDraft { by, .. })
            | Self::RevokeHook { by, .. }
            | Self::SetRole { by, .. }
            | Self::SetRules { by, .. }
            | Self::Sanction { by, .. }
            | Self::Pardon { by, .. } => *by,
            Self::AskIn { by: user, .. }
            | Self::SetPassword { user, .. }
            | Self::Rename { user, .. }
            | Self::Join { user, .. }
            | Self::Leave { user, .. }
            | Self::SetTopic { user, .. }
            | Self::Read { user, .. }
            | Self::SetAway { user, .. } => Some(*user),
            Self::Account { asker, .. } => asker.user(),
            Self::Register { .. }
            | Self::LogIn { .. }
            | Self::Guest { .. }
            | Self::SweepSanctions
            | Self::See { .. }
            | Self::RecordTries { .. }
            | Self::SeeCredential(_)
            | Self::ExpireRooms => None,
        }
    }

    /// The room that it is about, if a ban from the room forbids it.
    pub(super) fn room(&self) -> Option<&RoomName> {
        match self {
            Self::Join { name, .. } | Self::SetTopic { name, .. } => Some(name),
            Self::SetRules { room, .. } | Self::AskIn { room, .. } => Some(room),
            Self::SetRole { room, .. } => room.as_ref(),
            Self::Sanction { order, .. } => order.room.as_ref(),
            Self::Invite(draft) => draft.room.as_ref(),
            Self::MakeHook(draft) => Some(&draft.room),
            // A pardon names a sanction, which names its room; so does the number of a hook.
            _ => None,
        }
    }
}

/// A change of an account, for its user or for an owner.
#[derive(Debug)]
pub(super) enum AccountOrder {
    /// A device loses its token, and its sessions end.
    Drop {
        /// Whose device it is; `None` for that of the author.
        user: Option<UserName>,
        id: CredentialId,
    },
    /// A session ends.
    End(SessionId),
    /// Another user has another password, and its devices lose their tokens if `drop_devices`.
    HandBack { user: UserName, hash: PasswordHash, drop_devices: bool },
    /// A code for a device of another user is to be made.
    Link(UserName),
    /// The name of a user who is not connected is free again.
    Free(UserName),
}

/// The facts that decide whether a client may come in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admission {
    /// The hash of the secret of its invite.
    pub(super) invite: Option<TokenHash>,
    pub(super) join: Join,
    /// Whether the server has a password that the client has not sent.
    pub(super) lacks_password: bool,
    /// The network that it comes from; `None` for this machine, which is never banned.
    pub(super) network: Option<IpAddr>,
}

impl Admission {
    /// Of a client from `network` that sends the secret `invite`, if any.
    pub(crate) fn new(invite: Option<&Secret>, join: Join, network: Option<IpAddr>) -> Self {
        Self { invite: invite.map(TokenHash::of), join, lacks_password: false, network }
    }

    /// The same of a client that has not sent the password of the server.
    pub(crate) const fn lacking_password(self, lacks_password: bool) -> Self {
        Self { lacks_password, ..self }
    }
}

/// An invite that is to be made.
#[derive(Debug, Clone)]
pub(crate) struct InviteDraft {
    /// Who makes it; `None` for the operator.
    pub(crate) by: Option<UserId>,
    pub(crate) hash: TokenHash,
    pub(crate) role: UserRole,
    /// From 1 to `INVITE_USES_MAX`.
    pub(crate) uses: u32,
    /// Up to `INVITE_S_MAX`.
    pub(crate) valid: Duration,
    /// A room that the new users join, too.
    pub(crate) room: Option<RoomName>,
    pub(crate) note: ShortString,
    /// Whether the operator's earlier invites for an owner end if nobody has used them.
    pub(crate) replaces: bool,
}

/// A hook that is to be made.
#[derive(Debug, Clone)]
pub(crate) struct HookDraft {
    /// Who makes it; `None` for the operator.
    pub(crate) by: Option<UserId>,
    pub(crate) hash: TokenHash,
    pub(crate) room: RoomName,
    /// The name of the bot.
    pub(crate) name: UserName,
}

/// A mute, a kick or a ban, as a moderator asks for it.
#[derive(Debug, Clone)]
pub(crate) struct SanctionOrder {
    pub(crate) kind: SanctionKind,
    pub(crate) target: SanctionTarget,
    /// The room; `None` for the server.
    pub(crate) room: Option<RoomName>,
    /// Seconds until it ends; `None` for no end.
    pub(crate) for_s: Option<u64>,
    pub(crate) reason: Reason,
}

/// The target of a sanction.
#[derive(Debug, Clone)]
pub(crate) enum SanctionTarget {
    User(UserName),
    /// The guests and the new users of a network.
    Network(Network),
    /// All who came by an invite.
    Invite(u64),
}

/// The rules of a room that change. The others stay.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RulesPatch {
    pub(crate) privacy: Option<Privacy>,
    /// Seconds, at most `SLOW_S_MAX`.
    pub(crate) slow_s: Option<u32>,
    pub(crate) topic_by: Option<TopicBy>,
}

impl RulesPatch {
    /// The rules that follow from `rules`.
    pub(super) fn apply(self, rules: Rules) -> Rules {
        Rules {
            privacy: self.privacy.unwrap_or(rules.privacy),
            slow_s: self.slow_s.unwrap_or(rules.slow_s),
            topic_by: self.topic_by.unwrap_or(rules.topic_by),
        }
    }
}

/// The users who join a direct message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DirectScope {
    /// The author of the request.
    Own,
    /// Both users, since a message is to be sent.
    Both,
}
