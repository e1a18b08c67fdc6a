//! The names of rooms, and the addresses of direct messages.

use std::borrow::Cow;

use serde::Deserialize;

use super::rules::{check_room, check_user};
use super::{Name, NameError, UserName, composed};
use crate::id::UserId;

/// The name of a room (`#rust`), the address of a direct message (`@7-12`), or a direct message by the
/// name of the other user (`@ana`).
///
/// An address has the numbers of the two users, the lower one first. It never changes and is the same
/// for both, so every event has it, and it is what a client stores. `@ana` is the user who has the name
/// `ana` when the server reads it.
///
/// The text after the sigil of the others obeys the rules of a [`UserName`]; a room's has no white space
/// at all, so that `/join #rust now` has one reading. Compared like user names.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Cow<str>")]
pub struct RoomName(pub(super) Name);

impl RoomName {
    /// Takes a room's name with its sigil.
    ///
    /// # Errors
    /// Returns the rule that the name breaks.
    pub fn new(written: &str) -> Result<Self, NameError> {
        let written = composed(written);
        let bare = written.strip_prefix(['#', '@']).ok_or(NameError::NoSigil)?;
        if written.starts_with('@')
            && let Some(users) = address(bare)
        {
            let [one, other] = users.ok_or_else(|| NameError::BadAddress(bare.to_owned()))?;
            return Ok(Self::direct(one, other));
        }
        if written.starts_with('#') {
            check_room(bare)?;
            return Ok(Self(Name::of_room(written)));
        }
        check_user(bare)?;
        Ok(Self(Name::of_user(written)))
    }

    /// The room everybody is in.
    #[must_use]
    pub fn lobby() -> Self {
        Self(Name::of_room("#lobby"))
    }

    /// The direct message with the user who has the name `user` when the server reads it.
    #[must_use]
    pub fn private(user: &UserName) -> Self {
        Self(Name::of_user(format!("@{user}")))
    }

    /// The address of the direct message of two users, in either order.
    #[must_use]
    pub fn direct(one: UserId, other: UserId) -> Self {
        Self(Name::of_user(format!("@{}-{}", one.min(other), one.max(other))))
    }

    /// Whether this is a direct message, by its address or by the name of a user.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.as_str().starts_with('@')
    }

    /// The two users of an address, the lower number first; `None` if this is not an address.
    #[must_use]
    pub fn pair(&self) -> Option<[UserId; 2]> {
        address(self.as_str().strip_prefix('@')?).flatten()
    }

    /// The name of the other user; `None` for a room and for an address.
    #[must_use]
    pub fn other(&self) -> Option<UserName> {
        let name = self.as_str().strip_prefix('@')?;
        address(name).is_none().then(|| UserName(Name::of_user(name)))
    }

    /// The name as it was written, in NFC, sigil first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.written()
    }

    /// The key by which names are compared, sigil first; see [`UserName::key`].
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.key()
    }
}

/// Whether `name` has the form of an address, `7-12`, and if so its two users, the lower number first;
/// `Some(None)` if those are not two users: one number twice, 0, or one beyond 64 bits.
pub(super) fn address(name: &str) -> Option<Option<[UserId; 2]>> {
    let (one, other) = name.split_once('-')?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(one) || !is_number(other) {
        return None;
    }
    let (Ok(one), Ok(other)) = (one.parse::<UserId>(), other.parse()) else {
        return Some(None);
    };
    let users = [one.min(other), one.max(other)];
    Some((users[0] != UserId::SERVER && one != other).then_some(users))
}
