//! The roles of a user, on the server and in a room, and the rules of a room.

use serde::{Deserialize, Serialize};

use crate::code::words;
use crate::limits::SLOW_S_MAX;

words! {
    /// The role of a user, on the server or in a room.
    Role {
        /// A user whose account ends with its session. It has no other role.
        Guest = "guest",
        /// A user without another role.
        Member = "member",
        /// May write in a room in which not all may. In a room only.
        Voice = "voice",
        /// Moderates: mutes, kicks and bans users, and deletes messages of others.
        Moderator = "moderator",
        /// May do everything.
        Owner = "owner",
    }
}

impl Role {
    /// The role of users without another one.
    pub(crate) const fn member() -> Self {
        Self::Member
    }

    /// Whether it is the role of users without another one.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub const fn is_member(&self) -> bool {
        matches!(self, Self::Member)
    }
}

words! {
    /// Who finds a room, joins it, and writes there.
    Privacy {
        /// Everybody finds it, joins it and writes there.
        Public = "public",
        /// Only those in it find it. Only those who were asked in join it.
        Private = "private",
        /// Everybody finds it and joins it. Voices, moderators and owners write there.
        Announce = "announce",
    }
}

words! {
    /// Who sets the topic of a room and pins messages there.
    TopicBy {
        /// Everybody in the room.
        All = "all",
        /// The moderators and owners of the room.
        Moderators = "moderators",
    }
}

words! {
    /// The kinds of records in the audit log.
    AuditKind {
        /// A user has another role, on the server or in a room.
        Role = "role",
        /// A room has other rules.
        Rules = "rules",
        /// A user was asked into a private room.
        AskIn = "ask_in",
        /// A user or a network was muted, kicked or banned.
        Sanction = "sanction",
        /// A sanction was ended before its time.
        Pardon = "pardon",
        /// A message of another user was deleted.
        Delete = "delete",
        /// A credential of a user was dropped.
        Drop = "drop",
        /// A session of a user was ended.
        End = "end",
        /// The password of a user was set: by the user, or by an owner.
        Password = "password",
        /// A user has another name: its own choice, or since a new user has taken the one that it did not use for long.
        Rename = "rename",
        /// A user has logged in on another device, which got a token.
        Device = "device",
        /// Passwords or codes were tried from a network until it could try no more.
        Tries = "tries",
        /// An owner has made a code for a device of another user.
        Link = "link",
        /// The name of a user was freed.
        Free = "free",
        /// An invite was made.
        Invite = "invite",
        /// An invite was revoked.
        Revoke = "revoke",
        /// A user came by an invite, or got a role by it.
        Admit = "admit",
        /// A hook was made.
        Hook = "hook",
        /// A hook was revoked.
        RevokeHook = "revoke_hook",
    }
}

/// The rules of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Who finds it, joins it, and writes there.
    pub privacy: Privacy,
    /// Seconds between two messages of one member, at most [`SLOW_S_MAX`]; 0 for no pause.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub slow_s: u32,
    /// Who sets its topic and pins messages.
    #[serde(default = "all", skip_serializing_if = "is_all")]
    pub topic_by: TopicBy,
}

const fn all() -> TopicBy {
    TopicBy::All
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_all(topic_by: &TopicBy) -> bool {
    matches!(topic_by, TopicBy::All)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(seconds: &u32) -> bool {
    *seconds == 0
}

impl Rules {
    /// The rules of a new room: public, without a pause, and everybody sets the topic.
    pub const PUBLIC: Self = Self { privacy: Privacy::Public, slow_s: 0, topic_by: TopicBy::All };

    /// The rules of a room whose stored rules are damaged: nobody gets a right by damage.
    pub const STRICTEST: Self =
        Self { privacy: Privacy::Private, slow_s: 0, topic_by: TopicBy::Moderators };

    /// Returns true if they are those of a new room.
    #[must_use]
    pub fn is_public(&self) -> bool {
        *self == Self::PUBLIC
    }

    /// Returns true if the pause is not too long, and every word is known.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        let has_words =
            !matches!(self.privacy, Privacy::Unknown) && !matches!(self.topic_by, TopicBy::Unknown);
        has_words && self.slow_s <= SLOW_S_MAX
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::PUBLIC
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_a_newer_server_are_read_and_are_not_valid() {
        let read = |json: &str| serde_json::from_str::<Rules>(json).unwrap();
        assert_eq!(read(r#"{"privacy":"public"}"#), Rules::PUBLIC);
        let newer = read(r#"{"privacy":"of_tomorrow","topic_by":"all"}"#);
        assert!(newer.privacy == Privacy::Unknown && !newer.is_valid());
        assert!(!read(r#"{"privacy":"public","slow_s":21601}"#).is_valid());
        assert!(read(r#"{"privacy":"announce","slow_s":21600}"#).is_valid());
    }
}
