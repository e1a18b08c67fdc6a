//! The codes of the errors in the protocols.

use chat_proto::RefusalCode;

use super::HubError;
use crate::journal::Rejection;

impl HubError {
    /// The code of the error in the protocols.
    #[must_use]
    pub(crate) const fn code(&self) -> RefusalCode {
        match self {
            Self::NameTaken { .. } => RefusalCode::NameTaken,
            Self::BadName(_) => RefusalCode::BadName,
            Self::RoomLooksTaken { .. } => RefusalCode::BadRoom,
            Self::BadToken | Self::BadNewToken => RefusalCode::BadToken,
            Self::BadSecret => RefusalCode::BadSecret,
            Self::Account(error) => error.code(),
            Self::NotInRoom(_) | Self::NotYours(_) | Self::GuestInLobbyAlone(_) => {
                RefusalCode::NotInRoom
            }
            Self::InviteNeeded | Self::NoGuests | Self::Closed => RefusalCode::InviteNeeded,
            Self::PasswordNeeded | Self::NoPasswordOfGuests => RefusalCode::PasswordNeeded,
            Self::NotThePassword => RefusalCode::BadSecret,
            Self::NoInvite | Self::InviteUsed(_) | Self::InviteEnded(_) => RefusalCode::BadSecret,
            Self::NoSuchInvite(_) => RefusalCode::NoSuchInvite,
            Self::Hook(error) => error.code(),
            Self::OneUseOnly => RefusalCode::BadField,
            Self::TooManyInvites | Self::TooManyInvitesOfUser(_) => RefusalCode::NotKept,
            Self::Muted(_) => RefusalCode::Muted,
            Self::Banned(_) => RefusalCode::Banned,
            Self::Slow { .. } => RefusalCode::Slow,
            Self::NoSuchSanction(_) => RefusalCode::NoSuchSanction,
            Self::NotToYourself
            | Self::IsNotInRoom(_)
            | Self::OnServerOnly
            | Self::KicksUsersOnly
            | Self::IsThisMachine(_)
            | Self::NotAsked(_)
            | Self::IsPublic(_)
            | Self::IsDirect(_)
            | Self::NotAllowed(..)
            | Self::IsEqual
            | Self::LastOwner(_)
            | Self::NotForGuests(_)
            | Self::LobbyIsOpen
            | Self::NoSuchRole
            | Self::IsInRoom(_)
            | Self::NeverInRoom(_)
            | Self::AskedTooOften(_) => RefusalCode::NotAllowed,
            Self::CannotLeave(_) | Self::StaysInLobby(_) => RefusalCode::CannotLeave,
            Self::NoSuchUser(_)
            | Self::NoSuchNumber(_)
            | Self::IsGuest(_)
            | Self::IsYourself(_) => RefusalCode::NoSuchUser,
            Self::InTooManyRooms
            | Self::InTooManyConversations
            | Self::IsInTooManyConversations(_)
            | Self::TooManyRooms
            | Self::TooManyConversations(_)
            | Self::OutOfRoomNumbers => RefusalCode::TooManyRooms,
            Self::Rejected(rejection) => match rejection {
                Rejection::NoSuchMessage(_) | Rejection::Another(_) | Rejection::Damaged(_) => {
                    RefusalCode::NoSuchMessage
                }
                Rejection::IsEvent(_) | Rejection::IsInThread { .. } => RefusalCode::BadTarget,
                Rejection::NotYours(_) => RefusalCode::NotYours,
                Rejection::Removed(_) => RefusalCode::Removed,
                Rejection::Deleted(_) => RefusalCode::Deleted,
                Rejection::NoChange(_) => RefusalCode::NoChange,
                Rejection::TooManyReactions(_) | Rejection::TooManyReactors(_) => {
                    RefusalCode::TooManyReactions
                }
                Rejection::TooManyPins => RefusalCode::TooManyPins,
                Rejection::TooManyEdits(_) => RefusalCode::TooManyEdits,
            },
            Self::NotStored(_)
            | Self::Failed(_)
            | Self::TooManyUsers(_)
            | Self::TooManySanctions
            | Self::TooManySanctionsInRooms
            | Self::TooManyOwnSanctions => RefusalCode::NotKept,
            Self::TooManySessions(_) => RefusalCode::Busy,
            Self::GoingAway => RefusalCode::Shutdown,
        }
    }
}
