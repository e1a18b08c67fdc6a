//! What is typed with a `/` in front.

use chat_proto::command::Kind;
use chat_proto::{At, Command, UserName};

use super::{Effect, say};
use crate::link::Order;
use crate::state::{Connection, State, Tone};

/// What a `/` command is called and does.
#[derive(Debug)]
pub struct CommandHelp {
    /// Its name, `/` included.
    pub name: &'static str,
    /// What comes after it.
    pub argument: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Every `/` command.
pub const COMMANDS: [CommandHelp; 6] = [
    CommandHelp { name: "/help", argument: "", does: "lists these commands" },
    CommandHelp { name: "/me", argument: " TEXT", does: "says what you do: * bob waves" },
    CommandHelp { name: "/name", argument: " NAME", does: "takes another name" },
    CommandHelp { name: "/clear", argument: "", does: "empties the log on your screen" },
    CommandHelp { name: "/reconnect", argument: "", does: "calls the server again now" },
    CommandHelp { name: "/quit", argument: "", does: "ends the program" },
];

/// Carries out what was typed, `/` in front.
///
/// # Errors
/// In words for the user, where it cannot be done.
pub(super) fn run(state: &mut State, typed: &str, at: At) -> Result<Vec<Effect>, String> {
    let (name, argument) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let argument = argument.trim();
    match name {
        "/help" => help(state, at),
        "/quit" => return Ok(vec![Effect::Quit]),
        "/me" if argument.is_empty() => {
            return Err("/me needs to know what you do: /me waves".to_owned());
        }
        "/me" => return say(state, Kind::Action, argument, at),
        "/name" if argument.is_empty() => {
            let text = format!("you are {}; /name NAME takes another name", state.name);
            state.log.note(at, Tone::Info, text);
        }
        "/name" => return rename(state, argument),
        "/clear" => state.log.clear(),
        "/reconnect" => return Ok(vec![Effect::Order(Order::Call(state.name.clone()))]),
        // The way to see that a panic gives the terminal back; not in a release.
        #[cfg(debug_assertions)]
        "/panic" => panic!("asked for by /panic"),
        _ => return Err(format!("no such command: {name}; /help lists them, // says a /")),
    }
    Ok(Vec::new())
}

fn help(state: &mut State, at: At) {
    let wide = COMMANDS.iter().map(|command| command.name.len() + command.argument.len()).max();
    let lines = COMMANDS.iter().map(|CommandHelp { name, argument, does }| {
        format!("{:wide$}  {does}", format!("{name}{argument}"), wide = wide.unwrap_or_default())
    });
    let text = lines.collect::<Vec<_>>().join("\n") + "\nF1 shows the keys.";
    state.log.note(at, Tone::Info, text);
}

/// Takes another name: of the server where there is a session, else with the next call.
pub(super) fn rename(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let name = UserName::new(typed).map_err(|error| format!("not a name: {error}"))?;
    if let Connection::Connected { session } = state.connection {
        let command = Command::Rename { name };
        return Ok(vec![Effect::Order(Order::Send { session, command })]);
    }
    state.name = name.clone();
    Ok(vec![Effect::Order(Order::Call(name))])
}
