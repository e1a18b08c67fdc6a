//! Which room a user means.

use chat_proto::{RoomName, User, UserId, UserName};

use crate::hub::{HookError, HubError};
use crate::journal::{DirectKey, RoomKey, UserKind};

/// The key of the room that `user` means by a name or an address. `holder` returns the user who has a name, and
/// `find` the user with a number and its kind.
pub(in crate::hub) fn room_key<'u>(
    user: UserId,
    name: &RoomName,
    holder: impl Fn(&UserName) -> Option<UserId>,
    find: impl Fn(UserId) -> Option<(&'u User, UserKind)>,
) -> Result<RoomKey, HubError> {
    let (other, kind) = if let Some(pair) = name.pair() {
        if !pair.contains(&user) {
            return Err(HubError::NotYours(name.clone()));
        }
        let other = if pair[0] == user { pair[1] } else { pair[0] };
        find(other).ok_or(HubError::NoSuchNumber(other))?
    } else if let Some(other) = name.other() {
        holder(&other).and_then(find).ok_or(HubError::NoSuchUser(other))?
    } else {
        return Ok(RoomKey::Named(name.clone()));
    };
    match other {
        other if other.id == user => Err(HubError::IsYourself(other.name.clone())),
        other if kind == UserKind::Guest => Err(HubError::IsGuest(other.name.clone())),
        other if kind == UserKind::Bot => Err(HubError::Hook(HookError::IsBot(other.name.clone()))),
        other => Ok(RoomKey::Direct(DirectKey::of(user, other.id))),
    }
}
