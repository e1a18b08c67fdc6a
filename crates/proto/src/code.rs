//! The closed lists of words that say why something was refused, why a connection ended, and why a
//! user left.
//!
//! A client that does not know a word of a newer server reads it as `Unknown` and shows the text
//! that comes with it.

/// Declares an enum of words, each written the same on the wire and in a log.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$word_doc])* #[serde(rename = $word)] $variant,)*
            /// A word of a newer server.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl $name {
            /// Every word of the list, in the order of its documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as the wire has it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown => "unknown",
                }
            }

            /// The word that is written so; `Unknown` if it is not in the list.
            #[must_use]
            pub fn of(written: &str) -> Self {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|word| word.as_str() == written)
                    .unwrap_or(Self::Unknown)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Why a command was refused.
    RefusalCode {
        /// The bytes of the line are not UTF-8.
        BadUtf8 = "bad_utf8",
        /// The line is not a JSON object.
        BadJson = "bad_json",
        /// The line is longer than `LINE_BYTES_MAX`; it was skipped to its end.
        LineTooLong = "line_too_long",
        /// The object has no `type`, or one that is not known here.
        UnknownType = "unknown_type",
        /// A field is missing or is not what its message asks for.
        BadField = "bad_field",
        /// A user's name breaks a rule; the text says which.
        BadName = "bad_name",
        /// A room's name breaks a rule; the text says which.
        BadRoom = "bad_room",
        /// A text breaks a rule; the text of the refusal says which.
        BadText = "bad_text",
        /// The protocol version of the `hello` is not spoken here.
        BadVersion = "bad_version",
        /// Somebody else has this name; the text offers one that is free.
        NameTaken = "name_taken",
        /// The first command was not a `hello`.
        HelloFirst = "hello_first",
        /// A second `hello` in one session.
        HelloAgain = "hello_again",
        /// The token of the `hello` is not one of this server.
        BadToken = "bad_token",
        /// New users need an invite; the text says how to get one.
        InviteNeeded = "invite_needed",
        /// New users need the password of the server, and there is none in the `hello`.
        PasswordNeeded = "password_needed",
        /// The password, the code of a `link`, or the invite is not valid.
        BadSecret = "bad_secret",
        /// A new password breaks a rule; the text says which.
        BadPassword = "bad_password",
        /// The user is not in the room.
        NotInRoom = "not_in_room",
        /// The role of the user does not allow it, or it cannot be done; the text says why.
        NotAllowed = "not_allowed",
        /// No invite that the user may see has that number.
        NoSuchInvite = "no_such_invite",
        /// No hook that the user may end has that number.
        NoSuchHook = "no_such_hook",
        /// The user is muted; the text says until when, and why.
        Muted = "muted",
        /// The room has a pause between two messages of one user; the text says how long.
        Slow = "slow",
        /// The user, or its network, is banned from the room or the server; the text says until when, and why.
        Banned = "banned",
        /// The room is one that nobody can leave.
        CannotLeave = "cannot_leave",
        /// No user has that name, or it is a guest, who has no direct messages.
        NoSuchUser = "no_such_user",
        /// The user is in as many rooms as one can be, or there are as many as there can be.
        TooManyRooms = "too_many_rooms",
        /// The device has used this `n` for another message.
        NumberUsed = "number_used",
        /// The message that the command is about is not in the room.
        NoSuchMessage = "no_such_message",
        /// The message that the command is about was removed by age.
        Removed = "removed",
        /// There is no sanction with that number, or it has ended.
        NoSuchSanction = "no_such_sanction",
        /// The user has no device with that number, or it was dropped.
        NoSuchDevice = "no_such_device",
        /// There is no session with that number, or it has ended.
        NoSuchSession = "no_such_session",
        /// The message that the command is about is an event itself, or belongs to another thread.
        BadTarget = "bad_target",
        /// The message that the command is about is another user's.
        NotYours = "not_yours",
        /// The message that the command is about was deleted.
        Deleted = "deleted",
        /// The reaction or the pin would change nothing: it is there already, or is not there.
        NoChange = "no_change",
        /// The message has the greatest number of reactions, or of different ones.
        TooManyReactions = "too_many_reactions",
        /// The room has the greatest number of pinned messages.
        TooManyPins = "too_many_pins",
        /// The message has the greatest number of edits.
        TooManyEdits = "too_many_edits",
        /// The search asks for too much; the text says what to do.
        SearchTooBroad = "search_too_broad",
        /// The index of the search cannot be used now; the text says why.
        SearchNotReady = "search_not_ready",
        /// The user, or its network, does this too often; the text says until when.
        TooFast = "too_fast",
        /// There are as many connections, or sessions of the user, as there can be.
        Busy = "busy",
        /// The journal cannot store it now, or there are as many as there can be; the text says why.
        NotKept = "not_kept",
        /// The journal cannot be read now; the text says why.
        NotReadable = "not_readable",
        /// The server speaks no plain text with this address; the text has its address line.
        TlsNeeded = "tls_needed",
        /// The server is going away and takes nothing more.
        Shutdown = "shutdown",
    }
}

impl RefusalCode {
    /// Whether the line itself was broken, as opposed to a good line that asks for too much, or for what a
    /// newer server does: a peer with too many broken lines is cut off.
    #[must_use]
    pub const fn is_broken_line(self) -> bool {
        matches!(self, Self::BadUtf8 | Self::BadJson | Self::LineTooLong | Self::BadField)
    }
}

words! {
    /// Why the server ends a connection.
    EndCode {
        /// The client said `bye`.
        Bye = "bye",
        /// The client did not read what it was sent for too long.
        TooSlow = "too_slow",
        /// The client was silent for too long, and did not answer a ping.
        Idle = "idle",
        /// Too many broken lines in too short a time.
        TooManyErrors = "too_many_errors",
        /// The client did not say who it is in time.
        HelloTimeout = "hello_timeout",
        /// The server cannot read what the client has missed.
        Unreadable = "unreadable",
        /// There are as many connections as there can be, and another one needs its place.
        Busy = "busy",
        /// A moderator or the user itself has ended the session. The user may come back.
        Kicked = "kicked",
        /// The user is banned.
        Banned = "banned",
        /// The server is going away.
        Shutdown = "shutdown",
    }
}

words! {
    /// Why a user left a room.
    LeaveReason {
        /// The user said so; a classic client, by closing its connection.
        Bye = "bye",
        /// The connection ended without a `bye`.
        Lost = "lost",
        /// The user did not read what it was sent for too long.
        TooSlow = "too_slow",
        /// The user was silent for too long.
        Idle = "idle",
        /// Too many broken lines.
        TooManyErrors = "too_many_errors",
        /// A moderator has sent it out. It may come back.
        Kicked = "kicked",
        /// A moderator has banned it.
        Banned = "banned",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_on_the_wire_and_in_a_log() {
        for code in RefusalCode::ALL {
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<RefusalCode>(&json).unwrap(), *code);
        }
        let newer: EndCode = serde_json::from_str("\"of_tomorrow\"").unwrap();
        assert_eq!(newer, EndCode::Unknown);
    }
}
