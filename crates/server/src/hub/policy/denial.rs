//! Why an action is not allowed, as a refusal for the client.

use chat_proto::RoomName;

use crate::hub::error::Requirement;
use crate::hub::{HookError, HubError};

/// Why an action is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hub) enum Denial {
    /// The user is not in the room.
    NotInRoom,
    /// Everybody stays in the lobby.
    StaysInLobby,
    /// A guest joins the lobby and no other room.
    GuestInLobbyAlone,
    /// Nobody has asked the user into the room.
    NotAsked,
    /// Everybody may join the room.
    IsPublic,
    /// A direct message has no rules and no roles.
    IsDirect,
    /// The role is too low.
    Needs(Requirement),
    /// The other user has no lower role.
    IsEqual,
    /// A bot only writes.
    IsBot,
}

impl Denial {
    /// The error for a client that named the room `name`.
    pub(in crate::hub) fn in_room(self, name: &RoomName) -> HubError {
        let name = || name.clone();
        match self {
            Self::NotInRoom => HubError::NotInRoom(name()),
            Self::StaysInLobby => HubError::CannotLeave(name()),
            Self::GuestInLobbyAlone => HubError::GuestInLobbyAlone(name()),
            Self::NotAsked => HubError::NotAsked(name()),
            Self::IsPublic => HubError::IsPublic(name()),
            Self::IsDirect => HubError::IsDirect(name()),
            Self::Needs(needed) => HubError::NotAllowed(Some(name()), needed),
            Self::IsEqual => HubError::IsEqual,
            Self::IsBot => HubError::Hook(HookError::BotOnlyWrites),
        }
    }

    /// The error for an action that is about no room.
    pub(in crate::hub) fn on_server(self) -> HubError {
        match self {
            Self::Needs(needed) => HubError::NotAllowed(None, needed),
            other => other.in_room(&RoomName::lobby()),
        }
    }
}
