//! `/help WORD`: the help on one command or key.

use crate::action::Action;
use crate::chord::Keys;
use crate::commands::{COMMANDS, Command};
use crate::keymap::KeyMap;
use crate::settings::closest;

/// The help on a command, a key, or a name of the `[keys]` in the settings file.
///
/// # Errors
/// Returns the reason in words for the user, if there is nothing with that name.
pub fn on(word: &str, keys: &KeyMap) -> Result<String, String> {
    let name = word.trim_start_matches('/');
    if let Some(command) = Command::named(&format!("/{name}")) {
        let also = match command.aliases {
            [] => String::new(),
            aliases => format!(" (also {})", aliases.join(", ")),
        };
        let see = command.see().map(|see| format!(". {see}")).unwrap_or_default();
        return Ok(format!("{}  {}{also}{see}", command.synopsis(), command.does));
    }
    if let Some(action) = Action::named(name) {
        return Ok(line(action, keys));
    }
    if let Ok(wanted) = word.parse::<Keys>() {
        let with_key =
            |action: &&Action| keys.keys(**action).iter().any(|keys| keys.overlaps(wanted));
        let lines: Vec<_> =
            Action::ALL.iter().filter(with_key).map(|action| line(*action, keys)).collect();
        return match lines.is_empty() {
            true => Err(format!("{wanted} does nothing. /keys shows the keys")),
            false => Ok(lines.join("\n")),
        };
    }
    let names = COMMANDS.iter().flat_map(Command::names).map(|name| name.trim_start_matches('/'));
    let meant = closest(name, names.chain(Action::ALL.iter().map(|action| action.help().name)));
    let guess = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    Err(format!("There is no help on {word}.{guess} /help lists the commands, /keys the keys"))
}

fn line(action: Action, keys: &KeyMap) -> String {
    let names: Vec<_> = keys.keys(action).iter().map(ToString::to_string).collect();
    let names = if names.is_empty() { "no key".to_owned() } else { names.join(", ") };
    let help = action.help();
    format!("{names}: {} ({} in the settings file)", help.does, help.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_a_key_and_a_name_have_their_help() {
        let keys = KeyMap::default();
        let topic = "/topic [#ROOM] [TEXT]  Show or set the topic (-delete clears it)";
        let redraw = "Ctrl-L: Redraw the screen (redraw in the settings file)";
        let mute = "/mute NAME [TIME] [REASON]  Let a user only read: /mute ana 10m. To make a room quiet: /quiet";
        for (word, expected) in [
            ("topic", topic),
            ("/topic", topic),
            ("ctrl-l", redraw),
            ("redraw", redraw),
            ("mute", mute),
        ] {
            assert_eq!(on(word, &keys), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn a_word_without_help_is_guessed() {
        let keys = KeyMap::default();
        for (word, expected) in [
            ("tpoic", "There is no help on tpoic. Did you mean topic?"),
            ("Alt-Q", "Alt-Q does nothing."),
            ("colours", "There is no help on colours. /help lists"),
        ] {
            let error = on(word, &keys).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
