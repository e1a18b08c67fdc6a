//! The rights of users: one pure function, which every operation calls under the lock. `policy/table.txt` shows what it
//! answers.

mod denial;

use chat_proto::{Privacy, Rules, TopicBy};

pub(super) use self::denial::Denial;
use super::error::Requirement;
use crate::journal::{MemberRole, RoomId, RoomKey, UserKind, UserRole};

/// The properties of a user that rights depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) kind: UserKind,
    /// The role on the server.
    pub(super) role: UserRole,
}

/// An operation of a user. [`may`] must decide about each, or it does not compile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    TakeName,
    ListRooms,
    /// To see a room in a list of rooms.
    Find(Standing),
    Join(Standing),
    Leave(Standing),
    /// To write, or to edit what the user wrote.
    Send(Standing),
    /// To react, or to delete what the user wrote.
    React(Standing),
    SetTopic(Standing),
    Pin(Standing),
    /// To delete messages of other users.
    DeleteOthers(Standing),
    MarkRead(Standing),
    ReadHistory(Standing),
    ListUsers(Standing),
    /// To ask a user into a room that only those who were asked join.
    AskIn(Standing),
    /// To invite new users to the server who join the room, too.
    InviteInto(Standing),
    SetRules(Standing),
    /// To make hooks that say something in the room, to see them, and to end them.
    ManageHooks(Standing),
    /// To give a user with the role `from` in the room another one.
    SetRoleInRoom {
        standing: Standing,
        from: MemberRole,
        to: MemberRole,
        is_self: bool,
    },
    /// To give a user with the role `from` on the server another one.
    SetRole {
        from: UserRole,
        to: UserRole,
        is_self: bool,
    },
    /// To mute, kick or ban a user with that role in the room.
    SanctionInRoom {
        standing: Standing,
        of: MemberRole,
    },
    /// To mute, kick or ban a user with that role, or a network, on the server.
    Sanction {
        of: UserRole,
    },
    /// To invite users to the server, with that role.
    Invite {
        role: UserRole,
    },
    /// To end an invite for that role.
    Revoke {
        role: UserRole,
        is_own: bool,
    },
    /// To read the audit log: of what the user itself did, or all of it.
    SeeAudit {
        is_own: bool,
    },
    /// To drop devices of the user itself.
    ManageOwnAccount,
    /// To see and change the credentials, sessions and names of other users.
    ManageUsers,
}

/// A room, and the standing of the user there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    room: RoomKind,
    rules: Rules,
    is_in: bool,
    /// The role of the user in the room, also while it is not in it.
    role: MemberRole,
    /// Whether somebody has asked the user in.
    is_asked: bool,
}

/// The membership of a user in a room, current or former, as far as rights depend on it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct MembershipFacts {
    pub(super) is_in: bool,
    pub(super) role: MemberRole,
    pub(super) is_asked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoomKind {
    Lobby,
    Named,
    Direct,
}

impl Standing {
    /// The standing in the room with the key `key`; `id` is its number, if it exists.
    pub(super) fn new(
        key: &RoomKey,
        id: Option<RoomId>,
        rules: Rules,
        facts: MembershipFacts,
    ) -> Self {
        let room = match key {
            RoomKey::Direct(_) => RoomKind::Direct,
            RoomKey::Named(_) if id == Some(RoomId::LOBBY) => RoomKind::Lobby,
            RoomKey::Named(_) => RoomKind::Named,
        };
        Self::of(room, rules, facts)
    }

    /// The standing in an existing room with a name.
    pub(super) fn in_named(id: RoomId, rules: Rules, facts: MembershipFacts) -> Self {
        let room = if id == RoomId::LOBBY { RoomKind::Lobby } else { RoomKind::Named };
        Self::of(room, rules, facts)
    }

    const fn of(
        room: RoomKind,
        rules: Rules,
        MembershipFacts { is_in, role, is_asked }: MembershipFacts,
    ) -> Self {
        Self { room, rules, is_in, role, is_asked }
    }

    const fn is_private(&self) -> bool {
        // The strictest meaning of rules that this version does not know.
        matches!(self.rules.privacy, Privacy::Private | Privacy::Unknown)
    }

    /// The role that a user has here: its own, or what its role on the server makes of it. The owners of the server own
    /// all rooms with a name; its moderators moderate those that everybody may join, and those that they are in.
    pub(super) fn rank(&self, Subject { kind, role }: Subject) -> MemberRole {
        if self.room == RoomKind::Direct || kind != UserKind::Registered {
            return MemberRole::Member;
        }
        let of_server = match role {
            UserRole::Owner => MemberRole::Owner,
            UserRole::Moderator if self.is_in || !self.is_private() => MemberRole::Moderator,
            UserRole::Moderator | UserRole::Member => MemberRole::Member,
        };
        self.role.max(of_server)
    }
}

/// Decides whether a user may do something, or the operator, `None`.
///
/// # Errors
/// Returns an error with the reason if it may not.
pub(super) fn may(subject: impl Into<Option<Subject>>, action: Action) -> Result<(), Denial> {
    match subject.into() {
        Some(subject) => user_may(subject, action),
        None => operator_may(action),
    }
}

/// The operator may do what needs no membership in a room: it is in no room, and does not write.
fn operator_may(action: Action) -> Result<(), Denial> {
    match action {
        Action::ListRooms
        | Action::SetRole { .. }
        | Action::Sanction { .. }
        | Action::Invite { .. }
        | Action::Revoke { .. }
        | Action::SeeAudit { .. }
        | Action::ManageUsers => Ok(()),
        Action::SetRules(at)
        | Action::ManageHooks(at)
        | Action::InviteInto(at)
        | Action::SetRoleInRoom { standing: at, .. }
        | Action::SanctionInRoom { standing: at, .. } => {
            allow(at.room != RoomKind::Direct, Denial::IsDirect)
        }
        Action::Find(at) => allow(at.room != RoomKind::Direct, Denial::NotInRoom),
        Action::TakeName
        | Action::ManageOwnAccount
        | Action::Join(_)
        | Action::Leave(_)
        | Action::Send(_)
        | Action::React(_)
        | Action::SetTopic(_)
        | Action::Pin(_)
        | Action::DeleteOthers(_)
        | Action::MarkRead(_)
        | Action::ReadHistory(_)
        | Action::ListUsers(_)
        | Action::AskIn(_) => Err(Denial::NotInRoom),
    }
}

fn user_may(subject: Subject, action: Action) -> Result<(), Denial> {
    if subject.kind == UserKind::Bot {
        return bot_may(action);
    }
    match action {
        Action::TakeName | Action::ListRooms => Ok(()),
        Action::Find(at) => allow(at.is_in || !at.is_private(), Denial::NotInRoom),
        Action::Join(at) => join(subject, at),
        Action::Leave(at) => {
            is_in(at)?;
            allow(at.room != RoomKind::Lobby, Denial::StaysInLobby)
        }
        Action::Send(at) => send(subject, at),
        // A message brings both users into a direct message.
        Action::React(at) if at.room == RoomKind::Direct => send(subject, at),
        Action::React(at)
        | Action::MarkRead(at)
        | Action::ReadHistory(at)
        | Action::ListUsers(at) => is_in(at),
        Action::SetTopic(at) | Action::Pin(at) => {
            is_in(at)?;
            let by_all = matches!(at.rules.topic_by, TopicBy::All);
            // A topic is as good as a message there.
            let is_announce = matches!(at.rules.privacy, Privacy::Announce);
            needs(
                subject,
                at,
                if by_all && !is_announce { MemberRole::Member } else { MemberRole::Moderator },
            )
        }
        Action::DeleteOthers(at) => {
            is_in(at)?;
            needs(subject, at, MemberRole::Moderator)
        }
        Action::AskIn(at) => {
            is_in(at)?;
            allow(at.room != RoomKind::Direct, Denial::IsDirect)?;
            allow(at.is_private(), Denial::IsPublic)
        }
        Action::InviteInto(at) => {
            is_in(at)?;
            allow(at.room != RoomKind::Direct, Denial::IsDirect)
        }
        Action::SetRules(at) => {
            allow(at.room != RoomKind::Direct, Denial::IsDirect)?;
            needs(subject, at, MemberRole::Owner)
        }
        Action::ManageHooks(at) => {
            allow(at.room != RoomKind::Direct, Denial::IsDirect)?;
            needs(subject, at, MemberRole::Moderator)
        }
        Action::SetRoleInRoom { standing, from, to, is_self } => {
            allow(standing.room != RoomKind::Direct, Denial::IsDirect)?;
            if is_self && to < from {
                return Ok(());
            }
            // A moderator gives a voice and takes it.
            let is_small = from.max(to) <= MemberRole::Voice;
            needs(
                subject,
                standing,
                if is_small { MemberRole::Moderator } else { MemberRole::Owner },
            )
        }
        Action::SetRole { from, to, is_self } if is_self && to < from => Ok(()),
        Action::ManageOwnAccount => {
            allow(subject.kind != UserKind::Guest, Denial::Needs(Requirement::Registered))
        }
        Action::SetRole { .. } | Action::ManageUsers => needs_on_server(subject, UserRole::Owner),
        Action::SanctionInRoom { standing, of } => {
            allow(standing.room != RoomKind::Direct, Denial::IsDirect)?;
            let above =
                if of < MemberRole::Moderator { MemberRole::Moderator } else { MemberRole::Owner };
            needs(subject, standing, above)?;
            allow(standing.rank(subject) > of, Denial::IsEqual)
        }
        Action::Sanction { of } => {
            let above =
                if of < UserRole::Moderator { UserRole::Moderator } else { UserRole::Owner };
            needs_on_server(subject, above)?;
            allow(subject.role > of, Denial::IsEqual)
        }
        Action::Invite { role: UserRole::Member } => {
            allow(subject.kind != UserKind::Guest, Denial::Needs(Requirement::Registered))
        }
        Action::Revoke { is_own: true, .. } => Ok(()),
        Action::Revoke { role, .. } | Action::Invite { role } => {
            needs_on_server(subject, role.max(UserRole::Moderator))
        }
        Action::SeeAudit { is_own } => {
            needs_on_server(subject, if is_own { UserRole::Moderator } else { UserRole::Owner })
        }
    }
}

/// A bot says what its hooks are sent, whatever the rules of the room: a moderator of the room has made them.
fn bot_may(action: Action) -> Result<(), Denial> {
    match action {
        Action::Send(at) if at.room != RoomKind::Direct => is_in(at),
        _ => Err(Denial::IsBot),
    }
}

fn needs_on_server(subject: Subject, role: UserRole) -> Result<(), Denial> {
    let requirement = match role {
        UserRole::Member => return Ok(()),
        UserRole::Moderator => Requirement::Moderator,
        UserRole::Owner => Requirement::Owner,
    };
    allow(subject.role >= role, Denial::Needs(requirement))
}

fn join(Subject { kind, .. }: Subject, at: Standing) -> Result<(), Denial> {
    match (kind, at.room) {
        (UserKind::Registered, RoomKind::Lobby | RoomKind::Direct)
        | (UserKind::Guest, RoomKind::Lobby) => Ok(()),
        (UserKind::Guest, RoomKind::Named | RoomKind::Direct) => Err(Denial::GuestInLobbyAlone),
        (UserKind::Bot, _) => Err(Denial::IsBot),
        (UserKind::Registered, RoomKind::Named) => {
            let is_invited = at.is_in || at.is_asked || at.role > MemberRole::Member;
            allow(is_invited || !at.is_private(), Denial::NotAsked)
        }
    }
}

fn send(subject: Subject, at: Standing) -> Result<(), Denial> {
    // A message brings both users into a direct message.
    if at.room == RoomKind::Direct {
        return allow(subject.kind != UserKind::Guest, Denial::GuestInLobbyAlone);
    }
    is_in(at)?;
    let is_announce = matches!(at.rules.privacy, Privacy::Announce);
    needs(subject, at, if is_announce { MemberRole::Voice } else { MemberRole::Member })
}

const fn is_in(at: Standing) -> Result<(), Denial> {
    allow(at.is_in, Denial::NotInRoom)
}

fn needs(subject: Subject, at: Standing, role: MemberRole) -> Result<(), Denial> {
    let requirement = match role {
        MemberRole::Member => return Ok(()),
        MemberRole::Voice => Requirement::Voice,
        MemberRole::Moderator => Requirement::Moderator,
        MemberRole::Owner => Requirement::Owner,
    };
    allow(at.rank(subject) >= role, Denial::Needs(requirement))
}

const fn allow(is_allowed: bool, denial: Denial) -> Result<(), Denial> {
    if is_allowed { Ok(()) } else { Err(denial) }
}

#[cfg(test)]
mod tests;
