//! What a user can do, in words: the `/` commands and the keys.

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
pub const COMMANDS: [CommandHelp; 16] = [
    CommandHelp { name: "/help", argument: "", does: "lists these commands" },
    CommandHelp { name: "/join", argument: " #ROOM", does: "goes into a room" },
    CommandHelp { name: "/leave", argument: " [ROOM]", does: "leaves this room, or that one" },
    CommandHelp { name: "/msg", argument: " NAME [TEXT]", does: "talks to one user alone" },
    CommandHelp { name: "/rooms", argument: "", does: "lists the rooms there are" },
    CommandHelp { name: "/who", argument: "", does: "lists who is in this room" },
    CommandHelp { name: "/users", argument: "", does: "opens or closes the user list" },
    CommandHelp { name: "/topic", argument: " [TEXT]", does: "what it is about; -delete empties" },
    CommandHelp { name: "/me", argument: " TEXT", does: "says what you do: * bob waves" },
    CommandHelp { name: "/name", argument: " NAME", does: "takes another name" },
    CommandHelp { name: "/set", argument: " NAME VALUE", does: "changes a setting, or lists all" },
    CommandHelp { name: "/clear", argument: "", does: "empties the log on your screen" },
    CommandHelp { name: "/reconnect", argument: "", does: "calls the server again now" },
    CommandHelp { name: "/read", argument: "", does: "marks this room as read" },
    CommandHelp { name: "/forget", argument: "", does: "drops a token that is refused" },
    CommandHelp { name: "/quit", argument: "", does: "ends the program" },
];

/// Every key and what it does; an empty key continues the one above.
pub const KEYS: &[(&str, &str)] = &[
    ("Enter", "says it; a / in front makes it a command"),
    ("Alt-Enter", "begins a new line (Ctrl-J, too)"),
    ("Tab", "completes a name, a room or a command"),
    ("Up Down", "what you said before"),
    ("PgUp PgDn", "scroll; the mouse wheel does, too"),
    ("Ctrl-Home/End", "oldest and newest message"),
    ("Alt-1 … Alt-9", "goes to a room by its number in the list"),
    ("Alt-Up Alt-Down", "the room above, the room below"),
    ("Alt-A", "the next room with something new"),
    ("Ctrl-G", "opens or closes the user list"),
    ("Home End", "the same on an empty line"),
    ("", "else start and end of the line"),
    ("Ctrl-Left/Right", "word by word"),
    ("Ctrl-U Ctrl-K", "delete to start, to end of line"),
    ("Ctrl-W", "deletes a word"),
    ("Ctrl-_ Ctrl-Y", "undo, redo"),
    ("Ctrl-C", "clears the line; quits on an empty one"),
    ("F1 Ctrl-L", "this help; draws the screen again"),
    ("Ctrl-Z", "back to the shell; fg returns here"),
    ("Shift-mouse", "selects text, as the wheel is taken"),
    ("Marks", "… on its way  ✗ not sent  ▌ names you"),
    ("", "▌ this room  @2 two that name you"),
];
