//! The `/` commands: one table, from which the help, the completion and the errors are made.
//!
//! To add a command, add a [`Verb`] (`verb.rs`) and a row (`table.rs`); `update/commands.rs` carries it out.

mod table;
mod verb;

pub use self::table::COMMANDS;
use self::table::HIDDEN;
pub use self::verb::Verb;
use crate::settings::closest;

/// The arguments of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// It has none.
    Nothing,
    /// They may be left out.
    Optional,
    /// The first is required.
    Argument,
}

/// The offers of the completion for the first argument.
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
    /// The terms of an invite: times and roles.
    Invite,
    /// Users, then roles and places.
    Role,
    /// Users, then times and places.
    Sanction,
    /// Times of a pause.
    Pause,
    /// Who sets the topic.
    TopicBy,
    /// The word for the server.
    Server,
}

/// A command and its help.
#[derive(Debug)]
pub struct Command {
    /// Its effect, for the program.
    pub verb: Verb,
    /// Its name, `/` included.
    pub name: &'static str,
    /// Its names in other programs.
    pub aliases: &'static [&'static str],
    /// Its arguments in words: optional ones in brackets.
    pub argument: &'static str,
    /// Whether it needs an argument.
    pub arity: Arity,
    /// The completion of its argument.
    pub offers: Offers,
    /// Its effect, for the user.
    pub does: &'static str,
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

    /// The error for a user who used it the wrong way.
    #[must_use]
    pub fn usage(&self) -> String {
        let example = match self.verb {
            Verb::Me => ", e.g. /me waves",
            Verb::Date => ", e.g. /date 2026-05-01",
            Verb::Mute => ", e.g. /mute ana 10m cool down",
            Verb::Ban => ", e.g. /ban ana 1d spam",
            Verb::Role => ", e.g. /role ana moderator",
            _ => "",
        };
        let see = self.see().map(|see| format!(". {see}")).unwrap_or_default();
        format!("Usage: {}{example}{see}", self.synopsis())
    }

    /// The command that a user may have meant who looks for this one.
    #[must_use]
    pub const fn see(&self) -> Option<&'static str> {
        match self.verb {
            Verb::Mute => Some("To make a room quiet: /quiet"),
            Verb::Leave => Some("To end the program: /quit"),
            _ => None,
        }
    }

    /// Whether it can be carried out with this argument, as far as the table knows.
    #[must_use]
    pub const fn takes(&self, argument: &str) -> bool {
        match self.arity {
            // Other programs show the text to the others. Here it is dropped: the user wants to go.
            Arity::Nothing if matches!(self.verb, Verb::Quit) => true,
            Arity::Nothing => argument.is_empty(),
            Arity::Optional => true,
            Arity::Argument => !argument.is_empty(),
        }
    }
}

/// Commands of other programs, and the commands of this one that do the same.
const INSTEAD: [(&str, &str); 17] = [
    ("/op", "/role NAME moderator"),
    ("/deop", "/role NAME member"),
    ("/voice", "/role NAME voice"),
    ("/devoice", "/role NAME member"),
    ("/last", "/search WORDS"),
    ("/hilight", "/set mentions name"),
    ("/notice", "/msg NAME TEXT"),
    ("/pm", "/msg NAME TEXT"),
    ("/w", "/msg NAME TEXT"),
    ("/say", "the text alone, without a command"),
    ("/bind", "/set key ACTION KEYS"),
    ("/key", "/set key ACTION KEYS"),
    ("/nicklist", "/users"),
    ("/mode", "/role NAME ROLE, or /private and /announce for a room"),
    ("/silence", "/quiet"),
    ("/disconnect", "/quit"),
    ("/bye", "/quit"),
];

/// Commands of other programs that are not needed here, and why.
const NEEDLESS: [(&str, &str); 3] = [
    ("/save", "Each setting is saved as it is set."),
    ("/alias", "Commands cannot be given other names. /commands lists those that they have."),
    ("/load", "The settings are read at the start."),
];

/// The error if there is no command of that name.
#[must_use]
pub fn unknown(name: &str) -> String {
    if let Some((_, why)) = NEEDLESS.iter().find(|(other, _)| *other == name) {
        return format!("There is no {name}. {why}");
    }
    let known = COMMANDS.iter().flat_map(Command::names);
    let instead = INSTEAD.iter().find(|(other, _)| *other == name);
    let guess = match (instead, closest(name, known)) {
        (Some((_, instead)), _) => format!("Here it is {instead}."),
        (None, Some(meant)) => format!("Did you mean {meant}?"),
        (None, None) => "/help lists the commands.".to_owned(),
    };
    format!("Unknown command {name}. {guess} (Start with // to send a line that begins with /.)")
}

#[cfg(test)]
mod tests;
