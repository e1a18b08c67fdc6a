//! The `/` commands: one table, from which the help, the completion and the errors are made.
//!
//! To add a command, add a [`Verb`] and a row; `update/commands.rs` carries it out.

use crate::settings::closest;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Lists the commands.
    Help,
    /// Shows the keys.
    Keys,
    /// Joins a room, or opens a direct message.
    Join,
    /// Leaves a room.
    Leave,
    /// Sends a direct message.
    Msg,
    /// Lists the places to go to.
    GoTo,
    /// Lists the rooms of the server.
    Rooms,
    /// Lists the users of the room.
    Who,
    /// Shows what is known of a user.
    Whois,
    /// Opens or closes the user list.
    Users,
    /// Shows or sets the topic.
    Topic,
    /// Sends an action.
    Me,
    /// Shows or changes the user's name.
    Name,
    /// Shows or changes a setting.
    Set,
    /// Shows the messages alone.
    Bare,
    /// Shows or sets which messages of the room notify the user.
    Notify,
    /// Makes a room quiet.
    Mute,
    /// Lets a muted room notify again.
    Unmute,
    /// Hides the messages of a user, or lists the ignored users.
    Ignore,
    /// Shows the messages of an ignored user again.
    Unignore,
    /// Empties the log on the screen.
    Clear,
    /// Goes to the first unread message.
    Unread,
    /// Marks the room as read.
    Read,
    /// Lists the pinned messages of the room.
    Pins,
    /// Lists the messages that the user remembers.
    Saved,
    /// Lists the messages that mention the user.
    Mentions,
    /// Searches the messages of all rooms.
    Search,
    /// Goes to the first message of a day.
    Date,
    /// Writes the messages of the room to a file.
    Export,
    /// Makes an invite.
    Invite,
    /// Lists the invites.
    Invites,
    /// Ends an invite.
    Revoke,
    /// Says that the user is away.
    Away,
    /// Says that the user is not away any more.
    Back,
    /// Connects again.
    Reconnect,
    /// Goes on with another server.
    Connect,
    /// Forgets the token that the server refuses.
    Forget,
    /// Ends the program.
    Quit,
    /// Shows that a panic gives the terminal back; not in a release.
    #[cfg(debug_assertions)]
    Panic,
}

/// The arguments of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// It has none.
    Nothing,
    /// They may be left out.
    Optional,
    /// The first is required.
    Argument,
}

/// What the completion offers for the first argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offers {
    /// Nothing.
    Nothing,
    /// The rooms of the server.
    Rooms,
    /// Rooms of the user, with direct messages.
    OwnRooms,
    /// Users.
    People,
    /// A setting, then its values.
    Settings,
    /// Commands, without their `/`.
    Commands,
    /// The topic of the room, to change it.
    Topic,
    /// Days by name.
    Days,
    /// The formats of an export.
    Formats,
    /// What an invite can have: times and roles.
    Invite,
}

/// A command and its help.
#[derive(Debug)]
pub struct Command {
    /// What it does, for the program.
    pub verb: Verb,
    /// Its name, `/` included.
    pub name: &'static str,
    /// Its names in other programs.
    pub aliases: &'static [&'static str],
    /// Its arguments in words: optional ones in brackets.
    pub argument: &'static str,
    /// Whether it needs an argument.
    pub needs: Needs,
    /// What completes its argument.
    pub offers: Offers,
    /// What it does, for the user.
    pub does: &'static str,
}

/// Every command, in the order of the help.
pub const COMMANDS: &[Command] = &[
    row(
        Verb::Help,
        "/help",
        &["/commands"],
        "[WORD]",
        Offers::Commands,
        "Show this help, or help on WORD",
    ),
    row(Verb::Keys, "/keys", &[], "", Offers::Nothing, "Show the keys"),
    row(Verb::Join, "/join", &["/j"], "#ROOM", Offers::Rooms, "Join or create a room"),
    row(
        Verb::Leave,
        "/leave",
        &["/part", "/close"],
        "[ROOM]",
        Offers::OwnRooms,
        "Leave this room (or ROOM)",
    ),
    row(
        Verb::Msg,
        "/msg",
        &["/query", "/dm"],
        "NAME [TEXT]",
        Offers::People,
        "Send a direct message",
    ),
    row(Verb::GoTo, "/go", &["/goto"], "[WORD]", Offers::Nothing, "Go to a room or a user"),
    row(
        Verb::Rooms,
        "/rooms",
        &["/list"],
        "[PART]",
        Offers::Nothing,
        "List the rooms of the server",
    ),
    row(Verb::Who, "/who", &["/names"], "[PART]", Offers::Nothing, "List who is in this room"),
    row(
        Verb::Whois,
        "/whois",
        &[],
        "NAME",
        Offers::People,
        "Show whether a user is online, and where",
    ),
    row(Verb::Users, "/users", &[], "", Offers::Nothing, "Open or close the user list"),
    row(
        Verb::Topic,
        "/topic",
        &[],
        "[TEXT]",
        Offers::Topic,
        "Show or set the topic (-delete clears it)",
    ),
    row(Verb::Me, "/me", &[], "ACTION", Offers::Nothing, "Describe an action: * bob waves"),
    row(Verb::Name, "/name", &["/nick"], "[NAME]", Offers::Nothing, "Change your name"),
    row(
        Verb::Set,
        "/set",
        &[],
        "[NAME [VALUE]]",
        Offers::Settings,
        "Change a setting, or show them all",
    ),
    row(Verb::Bare, "/bare", &[], "", Offers::Nothing, "Show the messages alone, to select text"),
    row(
        Verb::Notify,
        "/notify",
        &[],
        "[LEVEL]",
        Offers::Nothing,
        "Notify of: mentions, all, none, default",
    ),
    row(Verb::Mute, "/mute", &[], "[ROOM]", Offers::OwnRooms, "Make this room (or ROOM) quiet"),
    row(Verb::Unmute, "/unmute", &[], "[ROOM]", Offers::OwnRooms, "Unmute this room (or ROOM)"),
    row(
        Verb::Ignore,
        "/ignore",
        &[],
        "[NAME]",
        Offers::People,
        "Hide the messages of a user, or list the ignored users",
    ),
    row(
        Verb::Unignore,
        "/unignore",
        &[],
        "NAME",
        Offers::People,
        "Show the messages of a user again",
    ),
    row(Verb::Clear, "/clear", &[], "", Offers::Nothing, "Clear the screen"),
    row(
        Verb::Mentions,
        "/mentions",
        &[],
        "",
        Offers::Nothing,
        "List the messages that mention you",
    ),
    row(
        Verb::Search,
        "/search",
        &["/find"],
        "[WORDS]",
        Offers::Nothing,
        "Search the messages of all rooms",
    ),
    row(
        Verb::Date,
        "/date",
        &["/day"],
        "DAY",
        Offers::Days,
        "Go to the first message of a day or month",
    ),
    row(
        Verb::Export,
        "/export",
        &[],
        "[FORMAT] [FILE]",
        Offers::Formats,
        "Write this room to a file: text, jsonl, html",
    ),
    row(Verb::Pins, "/pins", &[], "", Offers::Nothing, "List the pinned messages of this room"),
    row(Verb::Saved, "/saved", &[], "", Offers::Nothing, "List the messages you remember"),
    row(
        Verb::Invite,
        "/invite",
        &[],
        "[USES] [TIME] [ROLE]",
        Offers::Invite,
        "Invite new users: /invite, or /invite 5 2d",
    ),
    row(Verb::Invites, "/invites", &[], "", Offers::Nothing, "List the invites, and end one"),
    row(Verb::Revoke, "/revoke", &[], "NUMBER", Offers::Nothing, "End an invite"),
    row(Verb::Away, "/away", &["/afk"], "[TEXT]", Offers::Nothing, "Show others that you are away"),
    row(Verb::Back, "/back", &[], "", Offers::Nothing, "Show others that you are back"),
    row(Verb::Reconnect, "/reconnect", &[], "", Offers::Nothing, "Reconnect now"),
    row(
        Verb::Connect,
        "/connect",
        &["/server"],
        "HOST[:PORT]",
        Offers::Nothing,
        "Connect to another server",
    ),
    row(Verb::Unread, "/unread", &[], "", Offers::Nothing, "Go to the first unread message"),
    row(Verb::Read, "/read", &[], "", Offers::Nothing, "Mark this room as read"),
    row(
        Verb::Forget,
        "/forget",
        &[],
        "",
        Offers::Nothing,
        "Log in as a new user, if the server does not know you any more",
    ),
    row(Verb::Quit, "/quit", &["/exit"], "", Offers::Nothing, "Quit"),
];

/// Commands that the help does not list.
const HIDDEN: &[Command] = &[
    #[cfg(debug_assertions)]
    row(Verb::Panic, "/panic", &[], "", Offers::Nothing, "Panic, to test the terminal"),
];

/// A row of the table.
const fn row(
    verb: Verb,
    name: &'static str,
    aliases: &'static [&'static str],
    argument: &'static str,
    offers: Offers,
    does: &'static str,
) -> Command {
    let needs = match argument.as_bytes() {
        [] => Needs::Nothing,
        [b'[', ..] => Needs::Optional,
        _ => Needs::Argument,
    };
    Command { verb, name, aliases, argument, needs, offers, does }
}

impl Command {
    /// The command of that name or alias, `/` included.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let is_it = |command: &&Self| command.names().any(|known| known == name);
        COMMANDS.iter().chain(HIDDEN).find(is_it)
    }

    /// Its name and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// Its name and its arguments.
    #[must_use]
    pub fn synopsis(&self) -> String {
        format!("{} {}", self.name, self.argument).trim_end().to_owned()
    }

    /// What the user reads who used it the wrong way.
    #[must_use]
    pub fn usage(&self) -> String {
        let example = match self.verb {
            Verb::Me => ", e.g. /me waves",
            Verb::Date => ", e.g. /date 2026-05-01",
            _ => "",
        };
        format!("Usage: {}{example}", self.synopsis())
    }

    /// Whether it can be carried out with this argument, as far as the table knows.
    #[must_use]
    pub const fn takes(&self, argument: &str) -> bool {
        match self.needs {
            Needs::Nothing => argument.is_empty(),
            Needs::Optional => true,
            Needs::Argument => !argument.is_empty(),
        }
    }
}

/// What the user reads if there is no command of that name.
#[must_use]
pub fn unknown(name: &str) -> String {
    let known = COMMANDS.iter().flat_map(Command::names);
    let guess = match closest(name, known) {
        Some(meant) => format!("Did you mean {meant}?"),
        None => "/help lists the commands.".to_owned(),
    };
    format!("Unknown command {name}. {guess} (Start with // to send a line that begins with /.)")
}

#[cfg(test)]
mod tests;
