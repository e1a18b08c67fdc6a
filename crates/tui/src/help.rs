//! What a user can do, in words: the `/` commands and the keys.

mod keys;
mod word;

pub use self::keys::{HelpRow, key_rows};
pub use self::word::on;
/// A `/` command and its help.
#[derive(Debug)]
pub struct CommandHelp {
    /// Its name, `/` included.
    pub name: &'static str,
    /// Its arguments.
    pub argument: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Every `/` command.
pub const COMMANDS: [CommandHelp; 17] = [
    CommandHelp { name: "/help", argument: " [WORD]", does: "Show this help, or help on WORD" },
    CommandHelp { name: "/keys", argument: "", does: "Show the keys" },
    CommandHelp { name: "/join", argument: " #ROOM", does: "Join or create a room" },
    CommandHelp { name: "/leave", argument: " [ROOM]", does: "Leave this room (or ROOM)" },
    CommandHelp { name: "/msg", argument: " NAME [TEXT]", does: "Send a private message" },
    CommandHelp { name: "/rooms", argument: "", does: "List the rooms" },
    CommandHelp { name: "/who", argument: "", does: "List who is in this room" },
    CommandHelp { name: "/users", argument: "", does: "Show or hide the user list" },
    CommandHelp {
        name: "/topic",
        argument: " [TEXT]",
        does: "Show or set the topic (-delete clears it)",
    },
    CommandHelp { name: "/me", argument: " TEXT", does: "Describe an action: * bob waves" },
    CommandHelp { name: "/name", argument: " NAME", does: "Change your name" },
    CommandHelp {
        name: "/set",
        argument: " [NAME [VALUE]]",
        does: "List, show or change settings",
    },
    CommandHelp { name: "/clear", argument: "", does: "Clear the screen" },
    CommandHelp { name: "/reconnect", argument: "", does: "Reconnect now" },
    CommandHelp { name: "/read", argument: "", does: "Mark this room as read" },
    CommandHelp { name: "/forget", argument: "", does: "Log in as a new user" },
    CommandHelp { name: "/quit", argument: "", does: "Quit" },
];
