//! Cleans the texts of an invite.

use chat_proto::ShortString;
use chat_proto::event::InviteInfo;

use super::{line, room, user};

pub(super) fn invite(invite: &InviteInfo) -> InviteInfo {
    // A text that grows too long is left out.
    let note = ShortString::new(line(invite.note.as_str())).unwrap_or_default();
    let (by, room) = (invite.by.as_ref().map(user), invite.room.as_ref().map(room));
    InviteInfo { by, room, note, ..*invite }
}
