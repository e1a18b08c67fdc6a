//! The refusal that a client is sent for an error.

use chat_proto::Refusal;

use super::HubError;

impl From<HubError> for Refusal {
    fn from(error: HubError) -> Self {
        let refusal = Self::new(error.code(), error.to_string());
        match error {
            HubError::NameTaken { free, .. } => Self { suggestion: Some(free), ..refusal },
            HubError::Muted(sanctioned) | HubError::Banned(sanctioned) => {
                Self { room: sanctioned.room, retry_ms: sanctioned.left_ms, ..refusal }
            }
            HubError::Slow { room, wait_ms, .. } => {
                Self { room: Some(room), retry_ms: Some(wait_ms), ..refusal }
            }
            HubError::NotInRoom(room)
            | HubError::NotYours(room)
            | HubError::GuestInLobbyAlone(room)
            | HubError::NotAsked(room)
            | HubError::IsPublic(room)
            | HubError::IsDirect(room)
            | HubError::CannotLeave(room)
            | HubError::StaysInLobby(room) => Self { room: Some(room), ..refusal },
            HubError::NotAllowed(room, _) => Self { room, ..refusal },
            _ => refusal,
        }
    }
}
