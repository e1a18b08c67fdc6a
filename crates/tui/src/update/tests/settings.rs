//! `/set`, and what the settings do.

use super::*;
use crate::settings::{Change, Layers, read};
use crate::state::Look;
use crate::theme::{Answer, Environment, Rgb, TerminalColour};

#[test]
fn a_setting_that_is_set_counts_at_once_and_is_saved() {
    let mut harness = Harness::connected(120, 30);
    assert!(harness.state.panes().users.is_some());
    let effects = harness.type_text("/set users off\n");
    assert_eq!(effects, [Effect::SaveSetting(Change::Value("users", "off"))]);
    assert!(harness.state.panes().users.is_none());
    harness.input(Input::Saved { change: Change::Value("users", "off"), result: Ok(()) });
    assert_shows(&harness, "· users is now off");
    harness.type_text("/set users\n");
    assert_shows(&harness, "users = off (/set)");
}

#[test]
fn a_setting_that_is_not_saved_says_so() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/set theme dark\n");
    let result = Err("the disk is full".to_owned());
    harness.input(Input::Saved { change: Change::Value("theme", "dark"), result });
    assert_shows(&harness, "! theme is now dark, but only until you quit: the disk");
}

#[test]
fn a_theme_that_may_be_unreadable_says_how_to_go_back() {
    let mut harness = Harness::connected(100, 20);
    harness.input(Input::Saved { change: Change::Value("theme", "light"), result: Ok(()) });
    assert_shows(
        &harness,
        "· theme is now light. It is for a light background; /set theme auto goes back",
    );
}

#[test]
fn a_setting_that_does_not_exist_is_refused_with_a_guess() {
    let mut harness = Harness::connected(100, 20);
    assert_eq!(harness.type_text("/set tehme dark\n"), []);
    assert_shows(&harness, "Did you mean theme?");
    assert_eq!(harness.type_text("/set theme drak\n"), []);
    assert_shows(&harness, "Did you mean dark?");
}

#[test]
fn a_name_without_a_sign_is_marked_and_rings_if_the_user_wants_it_but_is_not_counted() {
    let mut harness = Harness::connected(100, 20);
    harness.join_rust();
    assert!(harness.message(3, "ana", "ask bob about it").is_empty());
    harness.type_text("/set mentions name\n");
    let effects = harness.message(3, "ana", "ask bob about that");
    assert!(effects.contains(&Effect::Ring), "{effects:?}");
    assert_shows(&harness, "1 #lobby        2│");
    harness.alt(KeyCode::Char('1'));
    assert_shows(&harness, "▌ ask bob about that");
    assert!(!harness.screen().contains("▌ ask bob about it"));
}

#[test]
fn the_mouse_and_the_bell_follow_their_settings() {
    let mut harness = Harness::connected(80, 20);
    assert!(harness.message(3, "ana", "hi @bob").contains(&Effect::Ring));
    harness.type_text("/set notify none\n");
    assert!(!harness.message(3, "ana", "hi @bob").contains(&Effect::Ring));
    assert!(harness.type_text("/set mouse off\n").contains(&Effect::SetMouse(false)));
    assert!(harness.type_text("/set mouse on\n").contains(&Effect::SetMouse(true)));
}

#[test]
fn a_colour_of_the_terminal_changes_the_theme() {
    let mut harness = Harness::connected(80, 20);
    let before = harness.state.look.theme();
    harness.input(Input::Colour(Answer { asked: TerminalColour::Background, colour: Rgb::BLACK }));
    assert_ne!(harness.state.look.theme(), before);
}

#[test]
fn a_theme_that_needs_the_colours_of_the_terminal_asks_for_them() {
    let mut harness = Harness::connected(80, 20);
    let mut layers = Layers::default();
    layers.flags.set("theme", "mono").unwrap();
    harness.state.look = Look::new(layers, Environment::default());
    let start = |harness: &mut Harness| harness.input(Input::Start { notices: Vec::new() });
    assert!(!start(&mut harness).contains(&Effect::AskColours));
    assert!(harness.type_text("/set theme auto\n").contains(&Effect::AskColours));
    assert!(
        !harness.type_text("/set theme dark\n").contains(&Effect::AskColours),
        "they are asked for"
    );
}

#[test]
fn tab_completes_a_setting_and_its_value() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/set th\td\t");
    assert_eq!(typed(&harness), "/set theme dark ");
    harness.control('u');
    harness.type_text("/set users o\t\t");
    assert_eq!(typed(&harness), "/set users off ");
}

#[test]
fn a_key_that_is_set_counts_at_once_and_is_saved() {
    let mut harness = Harness::connected(100, 20);
    let effects = harness.type_text("/set key ctrl-n go-to\n");
    let change = Change::keys("go-to Ctrl-N").unwrap();
    assert_eq!(effects, [Effect::SaveSetting(change.clone())]);
    harness.input(Input::Saved { change, result: Ok(()) });
    assert_shows(&harness, "· next-room has lost Ctrl-N, and keeps Alt-Down");
    assert_shows(&harness, "· go-to is now Ctrl-N");
    harness.control('n');
    assert_shows(&harness, "Go to › ");
    harness.press(KeyCode::Esc);
    assert_eq!(harness.type_text("/set key users Ctrl-N\n"), []);
    assert_shows(&harness, "! Ctrl-N does go-to already");
    harness.type_text("/set key go-to default\n/set key go-to\n");
    assert_shows(&harness, "· Ctrl-K: Go to a room or a user");
}

#[test]
fn no_key_that_is_set_keeps_the_user_from_sending_or_quitting() {
    let mut harness = Harness::connected(100, 20);
    for (command, why) in [
        ("/set key go-to Enter", "! Enter always does send. Use another key"),
        ("/set key send none", "! send always has Enter. Name other keys after it: Enter, F2"),
        ("/set key clear F5", "! clear always has Ctrl-C. Name other keys after it: Ctrl-C, F2"),
    ] {
        assert_eq!(harness.type_text(&format!("{command}\n")), []);
        assert_shows(&harness, why);
    }
    harness.type_text("/set key delete-or-quit none\n");
    harness.control('c');
    assert_eq!(harness.control('c'), [Effect::Quit]);
}

#[test]
fn tab_completes_an_action_and_what_keys_may_be() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/set ke\tgo-\td\t");
    assert_eq!(typed(&harness), "/set key go-to default ");
    harness.control('u');
    harness.type_text("/set key ctrl-x go-\t");
    assert_eq!(typed(&harness), "/set key ctrl-x go-to ");
}

#[test]
fn an_action_that_has_lost_a_key_to_the_settings_file_is_named_at_the_start() {
    let start = |file: &str| {
        let mut harness = Harness::new(120, 20);
        let layers = Layers { file: read(file).0, ..Layers::default() };
        harness.state.look = Look::new(layers, Environment::default());
        harness.input(Input::Start { notices: Vec::new() });
        harness
    };
    let harness = start("[keys]\ngo-to = [\"F1\", \"Ctrl-N\"]");
    assert_shows(
        &harness,
        "[keys] in config.toml: next-room has lost Ctrl-N, and keeps Alt-Down; help",
    );
    assert_shows(&harness, "F1, and has no key now. /set key ACTION KEYS sets other keys");
    let harness = start("[keys]\ngo-to = \"Ctrl-N\"\nnext-room = \"Alt-Down\"");
    assert!(!harness.screen().contains("has lost"), "the user has chosen the keys of both");
}
