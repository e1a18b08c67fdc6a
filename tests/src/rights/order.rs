//! The orders of the users of a group: all that is stored but their messages, and the record that each leaves in the
//! audit log.

use serde_json::{Value, json};

use super::barred::{BanTarget, network};
use super::{newcomer_name, room_name, user_name};

/// The number of a user in its group.
pub(super) type User = usize;

/// The number of a room in its group.
pub(super) type Room = usize;

/// A role on the server or in a room; a greater one may do more.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    #[default]
    Member,
    /// In a room alone.
    Voice,
    Moderator,
    Owner,
}

/// Who finds a room, joins it and writes there.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Privacy {
    #[default]
    Public,
    Private,
    Announce,
}

/// The rules of a room.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rules {
    pub(super) privacy: Privacy,
    /// Whether a user waits for an hour between two messages.
    pub(super) is_slow: bool,
    /// Whether moderators alone set the topic.
    pub(super) by_moderators: bool,
}

/// A mute, a kick or a ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Mute,
    Kick,
    Ban,
}

/// Something that a user does. Labels are numbers that no other order of the group has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    Grant {
        by: User,
        user: User,
        room: Option<Room>,
        role: Role,
    },
    Rule {
        by: User,
        room: Room,
        rules: Rules,
    },
    AskIn {
        by: User,
        room: Room,
        user: User,
    },
    Join {
        by: User,
        room: Room,
    },
    Leave {
        by: User,
        room: Room,
    },
    Topic {
        by: User,
        room: Room,
        label: u64,
    },
    /// Asks for a message: it changes nothing.
    Read {
        by: User,
        room: Room,
    },
    Sanction {
        by: User,
        kind: Kind,
        user: User,
        room: Option<Room>,
        label: u64,
    },
    /// Bans a network, or those who come by an invite.
    Bar {
        by: User,
        whom: BanTarget,
        label: u64,
    },
    /// Ends the sanction with that label, which has this number.
    Pardon {
        by: User,
        label: u64,
        id: u64,
    },
    /// Deletes a message of another user.
    Delete {
        by: User,
        room: Room,
        seq: u64,
        of: User,
    },
    Invite {
        by: User,
        role: Role,
        uses: u32,
        label: u64,
    },
    /// Ends the invite with that label, which has this number.
    Revoke {
        by: User,
        label: u64,
        id: u64,
    },
    /// A new user comes in by the invite.
    Admit {
        newcomer: u64,
        label: u64,
        id: u64,
    },
    /// Another device of the user logs in with a code.
    AddDevice {
        user: User,
        label: u64,
    },
    /// A session begins with the token of that device.
    UseDevice {
        user: User,
        label: u64,
    },
    /// The token of the device, which has this number, is dropped.
    Drop {
        by: User,
        user: User,
        label: u64,
        id: u64,
    },
    /// Ends the session of the user that has this number.
    End {
        by: User,
        user: User,
        id: u64,
    },
    /// The name of a user who has come by an invite, and is not connected, is free.
    Free {
        by: User,
        newcomer: u64,
    },
    /// The user has another password in place of the old one.
    SetPassword {
        user: User,
        old: Option<u64>,
        label: u64,
    },
    /// Another device of the user logs in with that password.
    LogIn {
        user: User,
        label: u64,
    },
}

impl Role {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Voice => "voice",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    pub(super) fn of(word: &str) -> Self {
        let all = [Self::Voice, Self::Moderator, Self::Owner];
        all.into_iter().find(|role| role.word() == word).unwrap_or_default()
    }
}

impl Privacy {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Announce => "announce",
        }
    }
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Mute => "mute",
            Self::Kick => "kick",
            Self::Ban => "ban",
        }
    }
}

/// Seconds between two messages in a slow room: longer than a storm.
pub(super) const SLOW_S: u64 = 3_600;

/// Seconds of a sanction: longer than the clock of a simulation jumps.
pub(super) const SANCTION_S: u64 = 100 * 24 * 3_600;

impl Rules {
    pub(super) const fn slow_s(self) -> u64 {
        if self.is_slow { SLOW_S } else { 0 }
    }

    pub(super) const fn topic_by(self) -> &'static str {
        if self.by_moderators { "moderators" } else { "all" }
    }

    /// As the audit log describes them.
    pub(super) fn words(self) -> String {
        format!("{}, slow {} s, topics by {}", self.privacy.word(), self.slow_s(), self.topic_by())
    }

    /// Whether a `room` event has these rules. It leaves out defaults.
    pub(super) fn are(self, sent: &Value) -> bool {
        sent["privacy"] == self.privacy.word()
            && sent["slow_s"].as_u64().unwrap_or(0) == self.slow_s()
            && sent["topic_by"].as_str().unwrap_or("all") == self.topic_by()
    }
}

impl Order {
    /// Who does it; `None` if it is a connection of its own.
    pub(super) const fn by(&self) -> Option<User> {
        match self {
            Self::Grant { by, .. }
            | Self::Rule { by, .. }
            | Self::AskIn { by, .. }
            | Self::Join { by, .. }
            | Self::Leave { by, .. }
            | Self::Topic { by, .. }
            | Self::Read { by, .. }
            | Self::Sanction { by, .. }
            | Self::Bar { by, .. }
            | Self::End { by, .. }
            | Self::Free { by, .. }
            | Self::Pardon { by, .. }
            | Self::Delete { by, .. }
            | Self::Invite { by, .. }
            | Self::Revoke { by, .. }
            | Self::Drop { by, .. } => Some(*by),
            Self::SetPassword { user, .. } => Some(*user),
            Self::Admit { .. }
            | Self::AddDevice { .. }
            | Self::UseDevice { .. }
            | Self::LogIn { .. } => None,
        }
    }

    /// Whose session it comes from; `None` for that of a newcomer.
    pub(super) const fn session_of(&self) -> Option<User> {
        match self {
            Self::AddDevice { user, .. }
            | Self::UseDevice { user, .. }
            | Self::LogIn { user, .. } => Some(*user),
            _ => self.by(),
        }
    }

    /// Whether it may be refused although the user may do it: a session may have ended, or not yet.
    pub(super) const fn depends_on_sessions(&self) -> bool {
        matches!(self, Self::End { .. } | Self::Free { .. })
    }

    /// The command. A connection of its own sends a `hello` instead.
    pub(super) fn command(&self, group: u32) -> Value {
        let room = |room: &Room| room_name(group, *room);
        let user = |user: &User| user_name(group, *user);
        match self {
            Self::Grant { user: to, room: Some(at), role, .. } => {
                json!({"type": "grant", "user": user(to), "room": room(at), "role": role.word()})
            }
            Self::Grant { user: to, room: None, role, .. } => {
                json!({"type": "grant", "user": user(to), "role": role.word()})
            }
            Self::Rule { room: at, rules, .. } => {
                json!({"type": "rule", "room": room(at), "privacy": rules.privacy.word(),
                       "slow_s": rules.slow_s(), "topic_by": rules.topic_by()})
            }
            Self::AskIn { room: at, user: asked, .. } => {
                json!({"type": "ask_in", "room": room(at), "user": user(asked)})
            }
            Self::Join { room: at, .. } => json!({"type": "join", "room": room(at)}),
            Self::Leave { room: at, .. } => json!({"type": "leave", "room": room(at)}),
            Self::Topic { room: at, label, .. } => {
                json!({"type": "topic", "room": room(at), "topic": topic(*label)})
            }
            Self::Read { room: at, .. } => {
                json!({"type": "history", "room": room(at), "limit": 1})
            }
            Self::Sanction { kind, user: of, room: at, label, .. } => {
                let mut sanction = json!({"type": "sanction", "kind": kind.word(), "user": user(of),
                                          "reason": reason(*label)});
                if let Some(at) = at {
                    sanction["room"] = room(at).into();
                }
                if *kind != Kind::Kick && has_end(*label) {
                    sanction["for_s"] = SANCTION_S.into();
                }
                sanction
            }
            Self::Bar { whom, label, .. } => {
                let mut bar = json!({"type": "sanction", "kind": "ban", "reason": reason(*label)});
                match whom {
                    BanTarget::Network => bar["network"] = network(group).into(),
                    BanTarget::Invite { id, .. } => bar["invite"] = (*id).into(),
                }
                if has_end(*label) {
                    bar["for_s"] = SANCTION_S.into();
                }
                bar
            }
            Self::End { id, .. } => json!({"type": "end", "session": id}),
            Self::Free { newcomer, .. } => {
                json!({"type": "free", "user": newcomer_name(group, *newcomer)})
            }
            Self::Pardon { id, .. } => json!({"type": "pardon", "id": id}),
            Self::Delete { room: at, seq, .. } => {
                json!({"type": "say", "room": room(at), "kind": "delete", "target": seq})
            }
            Self::Invite { role, uses, label, .. } => {
                json!({"type": "invite", "uses": uses, "role": role.word(), "note": reason(*label)})
            }
            Self::Revoke { id, .. } => json!({"type": "revoke", "id": id}),
            Self::Drop { by, user: of, id, .. } if by == of => json!({"type": "drop", "id": id}),
            Self::Drop { user: of, id, .. } => json!({"type": "drop", "id": id, "user": user(of)}),
            Self::SetPassword { old, label, .. } => {
                let mut command = json!({"type": "set_password", "password": password(*label)});
                if let Some(old) = old {
                    command["old"] = password(*old).into();
                }
                command
            }
            Self::Admit { .. }
            | Self::AddDevice { .. }
            | Self::UseDevice { .. }
            | Self::LogIn { .. } => Value::Null,
        }
    }
}

/// The topic, and the reason, that have a label.
pub(super) fn topic(label: u64) -> String {
    format!("topic {label}")
}

pub(super) fn reason(label: u64) -> String {
    format!("reason {label}")
}

/// The label of a reason.
pub(super) fn label_of(reason: &Value) -> Option<u64> {
    reason.as_str()?.strip_prefix("reason ")?.parse().ok()
}

/// Whether the sanction with that label has an end.
pub(super) const fn has_end(label: u64) -> bool {
    label.is_multiple_of(2)
}

/// The password that has a label.
pub(super) fn password(label: u64) -> String {
    format!("a long password, number {label}")
}
