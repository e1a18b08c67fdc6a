//! Cleans the texts of a hook.

use chat_proto::event::HookInfo;

use super::{room, user};

/// A hook without what a terminal would carry out.
pub(super) fn hook(hook: &HookInfo) -> HookInfo {
    let by = hook.by.as_ref().map(user);
    HookInfo { room: room(&hook.room), bot: user(&hook.bot), by, ..*hook }
}
