//! The names of the commands.

use super::Command;

impl Command {
    /// The `type` of every command, as it is on the wire.
    pub const TYPES: &[&str] = &[
        "hello",
        "about",
        "say",
        "join",
        "leave",
        "history",
        "search",
        "versions",
        "thread",
        "pins",
        "mentions",
        "who",
        "topic",
        "rooms",
        "read",
        "typing",
        "away",
        "back",
        "invite",
        "invites",
        "revoke",
        "grant",
        "rule",
        "ask_in",
        "sanction",
        "pardon",
        "sanctions",
        "audit",
        "rename",
        "set_password",
        "link",
        "account",
        "drop",
        "end",
        "sessions",
        "accounts",
        "free",
        "ping",
        "pong",
        "bye",
    ];
}
