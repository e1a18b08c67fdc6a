//! Stored sanctions: mutes and bans that have not ended.

use chat_proto::{Network, Reason, SanctionKind, Timestamp, UserId};

use super::RoomId;

/// The kind of a stored sanction. A kick ends at once, and is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MuteOrBan {
    /// The user may read, and not write.
    Mute,
    /// The user is not let in.
    Ban,
}

impl MuteOrBan {
    /// The kind of a stored number; `None` if there is none.
    pub(in crate::journal) const fn of(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Mute),
            2 => Some(Self::Ban),
            _ => None,
        }
    }

    pub(in crate::journal) const fn number(self) -> i64 {
        match self {
            Self::Mute => 1,
            Self::Ban => 2,
        }
    }

    /// The kind as it is sent.
    pub(crate) const fn to_wire(self) -> SanctionKind {
        match self {
            Self::Mute => SanctionKind::Mute,
            Self::Ban => SanctionKind::Ban,
        }
    }
}

/// A mute or a ban: of a user, of the guests and the new users of a network, or of all who came by an invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SanctionRecord {
    /// Its number: no other sanction, credential or invite ever has it.
    pub id: u64,
    /// Whether it is a mute or a ban.
    pub kind: MuteOrBan,
    /// The room; `None` for the server.
    pub room: Option<RoomId>,
    /// The user.
    pub user: Option<UserId>,
    /// The network. Beside a user, it is that from which the user came.
    pub network: Option<Network>,
    /// The number of the invite.
    pub invite: Option<u64>,
    /// Who has made it; [`UserId::SERVER`] for the operator.
    pub by: UserId,
    /// Why.
    pub reason: Reason,
    /// When it was made.
    pub at: Timestamp,
    /// When it ends; `None` for no end.
    pub until: Option<Timestamp>,
}
