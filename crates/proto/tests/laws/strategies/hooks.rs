//! Hooks.

use chat_proto::event::HookInfo;

use super::*;

pub(super) fn hook() -> impl Strategy<Value = HookInfo> {
    (any::<u64>(), room_name(), user(), option::of(user()), at())
        .prop_map(|(id, room, bot, by, made_at)| HookInfo { id, room, bot, by, made_at })
}
