//! `/set`, and what the settings do.

use super::*;
use crate::theme::{Answer, Asked, Rgb};

#[test]
fn a_setting_that_is_set_counts_at_once_and_is_saved() {
    let mut bench = Bench::connected(80, 20);
    assert_shows(&bench, "3 users");
    let effects = bench.types("/set users off\n");
    assert_eq!(effects, [Effect::SaveSetting("users", "off")]);
    assert!(bench.state.panes().users.is_none());
    bench.takes(Input::Saved { name: "users", value: "off", result: Ok(()) });
    assert_shows(&bench, "· users is now off");
    bench.types("/set users\n");
    assert_shows(&bench, "users = off (/set)");
    bench.types("/set\n");
    for setting in crate::settings::SETTINGS {
        assert_shows(&bench, &format!("{} = ", setting.name));
    }
}

#[test]
fn a_setting_that_is_not_saved_says_so() {
    let mut bench = Bench::connected(100, 20);
    bench.types("/set theme dark\n");
    let result = Err("the disk is full".to_owned());
    bench.takes(Input::Saved { name: "theme", value: "dark", result });
    assert_shows(&bench, "! theme is now dark, but only until you quit: the disk");
}

#[test]
fn a_setting_that_does_not_exist_is_refused_with_a_guess() {
    let mut bench = Bench::connected(100, 20);
    assert_eq!(bench.types("/set tehme dark\n"), []);
    assert_shows(&bench, "Did you mean theme?");
    assert_eq!(bench.types("/set theme drak\n"), []);
    assert_shows(&bench, "Did you mean dark?");
}

#[test]
fn the_mouse_and_the_bell_follow_their_settings() {
    let mut bench = Bench::connected(80, 20);
    assert!(bench.said(3, "ana", "hi bob").contains(&Effect::Ring));
    bench.types("/set notify none\n");
    assert!(!bench.said(3, "ana", "hi bob").contains(&Effect::Ring));
    assert!(bench.types("/set mouse off\n").contains(&Effect::SetMouse(false)));
    assert!(bench.types("/set mouse on\n").contains(&Effect::SetMouse(true)));
}

#[test]
fn a_colour_of_the_terminal_changes_the_theme() {
    let mut bench = Bench::connected(80, 20);
    let before = bench.state.look.theme();
    bench.takes(Input::Colour(Answer { asked: Asked::Background, colour: Rgb::BLACK }));
    assert_ne!(bench.state.look.theme(), before);
}

#[test]
fn a_theme_that_needs_the_colours_of_the_terminal_asks_for_them() {
    let mut bench = Bench::connected(80, 20);
    let mut layers = crate::settings::Layers::default();
    layers.flags.set("theme", "mono").unwrap();
    bench.state.look = crate::state::Look::new(layers, crate::theme::Environment::default());
    let start = |bench: &mut Bench| bench.takes(Input::Start { notices: Vec::new() });
    assert!(!start(&mut bench).contains(&Effect::AskColours));
    assert!(bench.types("/set theme auto\n").contains(&Effect::AskColours));
    assert!(!bench.types("/set theme dark\n").contains(&Effect::AskColours), "they are asked for");
}

#[test]
fn tab_completes_a_setting_and_its_value() {
    let mut bench = Bench::connected(80, 20);
    bench.types("/set th\td\t");
    assert_eq!(typed(&bench), "/set theme dark ");
    bench.control('u');
    bench.types("/set time \t\t");
    assert_eq!(typed(&bench), "/set time 12h ");
}
