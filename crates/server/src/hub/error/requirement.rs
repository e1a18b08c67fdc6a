//! The role that an action needs, in the words of a refusal.

use chat_proto::RoomName;

/// The users who may do the refused action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    Voice,
    Moderator,
    Owner,
    Registered,
}

impl Requirement {
    /// Says who may, of the room `name` if it is about one, and what to do.
    pub(super) fn in_room(self, name: Option<&RoomName>) -> String {
        let place = name.map_or("this server", RoomName::as_str);
        match self {
            Self::Voice => {
                format!("in {place} only voices, moderators and owners write; ask one of them")
            }
            Self::Moderator => {
                format!("only the moderators and owners of {place} can do this; ask one of them")
            }
            Self::Owner => format!("only the owners of {place} can do this; ask one of them"),
            Self::Registered => {
                "guests cannot do this, only users with an account; connect with chat-tui or a \
                 browser to have one"
                    .to_owned()
            }
        }
    }
}
