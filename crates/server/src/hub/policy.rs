//! The rights of users: one pure function, which every operation calls under the lock.

use chat_proto::RoomName;

use super::HubError;
use crate::journal::{RoomId, RoomKey, UserKind};

/// The properties of a user that rights depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) kind: UserKind,
}

/// An operation of a user. [`may`] must decide about each, or it does not compile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    TakeName,
    ListRooms,
    Join(Standing),
    Leave(Standing),
    Send(Standing),
    SetTopic(Standing),
    Pin(Standing),
    /// To delete messages of other users.
    DeleteOthers(Standing),
    MarkRead(Standing),
    ReadHistory(Standing),
    ListUsers(Standing),
}

/// The kind of a room, and whether the user is in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    room: RoomKind,
    is_in: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoomKind {
    Lobby,
    Named,
    Direct,
}

/// Why an action is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// The user is not in the room.
    NotInRoom,
    /// The message is another user's.
    NotTheAuthor,
    /// Everybody stays in the lobby.
    StaysInLobby,
    /// A guest joins the lobby and no other room.
    GuestInLobbyAlone,
}

impl Standing {
    /// The standing in the room with the key `key`; `id` is its number, if it exists.
    pub(super) fn new(key: &RoomKey, id: Option<RoomId>, is_in: bool) -> Self {
        let room = match key {
            RoomKey::Direct(_) => RoomKind::Direct,
            RoomKey::Named(_) if id == Some(RoomId::LOBBY) => RoomKind::Lobby,
            RoomKey::Named(_) => RoomKind::Named,
        };
        Self { room, is_in }
    }

    /// The standing of a user in a room with a name that it is in.
    pub(super) fn member_of(id: RoomId) -> Self {
        let room = if id == RoomId::LOBBY { RoomKind::Lobby } else { RoomKind::Named };
        Self { room, is_in: true }
    }
}

/// Decides whether a user may do something.
///
/// # Errors
/// Returns an error with the reason if it may not.
pub(super) const fn may(Subject { kind }: Subject, action: Action) -> Result<(), Denied> {
    match action {
        Action::TakeName | Action::ListRooms => Ok(()),
        Action::Join(Standing { room, .. }) => match (kind, room) {
            (UserKind::Registered, _) | (UserKind::Guest, RoomKind::Lobby) => Ok(()),
            (UserKind::Guest, RoomKind::Named | RoomKind::Direct) => Err(Denied::GuestInLobbyAlone),
        },
        Action::Leave(Standing { is_in: false, .. }) => Err(Denied::NotInRoom),
        Action::Leave(Standing { room: RoomKind::Lobby, .. }) => Err(Denied::StaysInLobby),
        Action::Leave(_) => Ok(()),
        // Moderators may: there are none yet.
        Action::DeleteOthers(Standing { is_in: false, .. }) => Err(Denied::NotInRoom),
        Action::DeleteOthers(_) => Err(Denied::NotTheAuthor),
        // A message brings both users into a direct message.
        Action::Send(Standing { room: RoomKind::Direct, .. }) => match kind {
            UserKind::Registered => Ok(()),
            UserKind::Guest => Err(Denied::GuestInLobbyAlone),
        },
        Action::Send(Standing { is_in, .. })
        | Action::SetTopic(Standing { is_in, .. })
        | Action::Pin(Standing { is_in, .. })
        | Action::MarkRead(Standing { is_in, .. })
        | Action::ReadHistory(Standing { is_in, .. })
        | Action::ListUsers(Standing { is_in, .. }) => {
            if is_in {
                Ok(())
            } else {
                Err(Denied::NotInRoom)
            }
        }
    }
}

impl Denied {
    /// The error for a client that named the room `name`.
    pub(super) fn in_room(self, name: &RoomName) -> HubError {
        match self {
            Self::NotInRoom | Self::NotTheAuthor => HubError::NotInRoom(name.clone()),
            Self::StaysInLobby => HubError::CannotLeave(name.clone()),
            Self::GuestInLobbyAlone => HubError::GuestInLobbyAlone(name.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOMS: [RoomKind; 3] = [RoomKind::Lobby, RoomKind::Named, RoomKind::Direct];

    fn allowed(kind: UserKind, action: fn(Standing) -> Action, is_in: bool) -> Vec<RoomKind> {
        let may = |room: &RoomKind| {
            may(Subject { kind }, action(Standing { room: *room, is_in })).is_ok()
        };
        ROOMS.into_iter().filter(may).collect()
    }

    #[test]
    fn only_users_in_a_room_read_and_change_it() {
        for action in [Action::SetTopic, Action::MarkRead, Action::ReadHistory, Action::ListUsers] {
            for kind in [UserKind::Registered, UserKind::Guest] {
                assert_eq!(allowed(kind, action, true), ROOMS);
                assert_eq!(allowed(kind, action, false), []);
            }
        }
        assert_eq!(allowed(UserKind::Registered, Action::Send, true), ROOMS);
        assert_eq!(allowed(UserKind::Registered, Action::Send, false), [RoomKind::Direct]);
    }

    #[test]
    fn nobody_leaves_the_lobby_and_a_guest_joins_no_other_room() {
        use RoomKind::{Direct, Lobby, Named};
        assert_eq!(allowed(UserKind::Registered, Action::Leave, true), [Named, Direct]);
        assert_eq!(allowed(UserKind::Registered, Action::Leave, false), []);
        assert_eq!(allowed(UserKind::Registered, Action::Join, false), ROOMS);
        assert_eq!(allowed(UserKind::Guest, Action::Join, false), [Lobby]);
        assert_eq!(allowed(UserKind::Guest, Action::Send, true), [Lobby, Named]);
    }
}
