//! The changes that an owner makes to the account of another user, and the protocol of a session.

use crate::code::words;

words! {
    /// A change of the account of a user by somebody else.
    AccountChange {
        /// The user has another password.
        Password = "password",
        /// Somebody has a code, with which another device becomes one of the user.
        Link = "link",
        /// The token of a device was dropped.
        Drop = "drop",
    }
}

words! {
    /// The protocol that a client speaks.
    Door {
        /// Lines of JSON.
        Native = "native",
        /// The text of the original chat.
        Classic = "classic",
    }
}
