use std::collections::BTreeSet;

use super::*;

#[test]
fn no_two_commands_share_a_name() {
    let all: Vec<&str> = COMMANDS.iter().flat_map(Command::names).collect();
    let different: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), different.len(), "{all:?}");
    for name in all {
        assert!(name.starts_with('/') && Command::named(name).is_some(), "{name}");
    }
}

#[test]
fn an_unknown_command_is_guessed() {
    for (typed, said) in [
        ("/nikc", "Unknown command /nikc. Did you mean /nick?"),
        ("/jion", "Did you mean /join?"),
        ("/romos", "Did you mean /rooms?"),
        ("/op", "Unknown command /op. Here it is /role NAME moderator."),
        ("/say", "Unknown command /say. Here it is the text alone, without a command."),
        ("/save", "There is no /save. Each setting is saved as it is set."),
        ("/xyzzy", "/help lists the commands."),
    ] {
        assert!(unknown(typed).contains(said), "{}", unknown(typed));
    }
    assert!(unknown("/x").ends_with("(Start with // to send a line that begins with /.)"));
}

#[test]
fn an_argument_that_is_missing_or_too_much_is_a_usage() {
    let takes = |name, argument| Command::named(name).is_some_and(|it| it.takes(argument));
    assert!(!takes("/join", "") && takes("/j", "#rust"));
    assert!(takes("/leave", "") && takes("/part", "#rust"));
    assert!(takes("/clear", "") && !takes("/clear", "now"));
    assert!(takes("/quit", "") && takes("/exit", "see you"));
    assert_eq!(Command::named("/j").map(Command::usage).as_deref(), Some("Usage: /join #ROOM"));
    let me = Command::named("/me").map(Command::usage);
    assert_eq!(me.as_deref(), Some("Usage: /me ACTION, e.g. /me waves"));
}
