use proptest::prelude::*;

use super::*;

fn problems(text: &str) -> Vec<String> {
    read(text).1.iter().map(ToString::to_string).collect()
}

fn settings(text: &str) -> Settings {
    Layers { file: read(text).0, ..Layers::default() }.settings()
}

fn set_value(text: &str, name: &'static str, value: &'static str) -> Result<String, SetError> {
    set(text, &Change::Value(name, value))
}

#[test]
fn every_default_is_the_first_value() {
    for setting in SETTINGS {
        assert_eq!(setting.values[0], setting.default, "{}", setting.name);
        for value in setting.values {
            assert_eq!(Layer::default().set(setting.name, value), Ok(()));
        }
    }
}

#[test]
fn a_file_sets_what_is_in_it() {
    let text = "# mine\ntheme = \"dark\"\nmouse = false\nusers = true\nnotify = 'none'\n";
    assert_eq!(problems(text), [""; 0]);
    let settings = settings(text);
    assert_eq!(settings.theme, SettingValue { value: ThemeChoice::Dark, source: Source::File });
    assert_eq!(settings.mouse, SettingValue { value: Switch::Off, source: Source::File });
    assert_eq!(settings.users.value, Panel::On);
    assert_eq!(settings.notify.value, Level::None);
    assert_eq!(
        Layers::default().settings().theme,
        SettingValue { value: ThemeChoice::Auto, source: Source::Default }
    );
}

#[test]
fn a_problem_has_a_place_a_reason_and_what_is_done() {
    for (text, expected) in [
        (
            "theme = \"drak\"",
            "line 1, column 9: theme cannot be \"drak\". Did you mean dark? Possible values: auto, dark, light, ansi, mono. The default is used: auto.",
        ),
        (
            "\n  tehme = \"dark\"",
            "line 2, column 3: There is no setting \"tehme\". Did you mean theme? It is ignored.",
        ),
        ("colour = 1", "line 1, column 1: There is no setting \"colour\". It is ignored."),
        (
            "users = 24",
            "line 1, column 9: users cannot be \"24\". Possible values: auto, on, off. The default is used: auto.",
        ),
        (
            "[theme]\nx = 1",
            "line 1, column 1: theme cannot be \"table\". Possible values: auto, dark, light, ansi, mono. The default is used: auto.",
        ),
        (
            "notify = \"bell\"",
            "line 1, column 10: \"bell\" says by what you are notified. Write notify_by = \"bell\". The default is used: mentions.",
        ),
        ("[kyes]\nx = 1", "line 1, column 2: There is no setting \"kyes\". It is ignored."),
        ("\"é\" = 1 # é\nx = é", "line 2, column 5: "),
    ] {
        let found = problems(text);
        let place = format!("config.toml, {expected}");
        assert!(found.iter().any(|problem| problem.starts_with(&place)), "{text}\n{found:#?}");
    }
}

#[test]
fn a_line_that_is_not_toml_does_not_touch_the_others() {
    let text =
        "theme = dark\nmouse = false\nusers on\nnotify = \"none\"\nnotify = \"mentions\"\n[keys\n";
    let (settings, problems) = (settings(text), read(text).1);
    assert_eq!(settings.theme.source, Source::Default);
    assert_eq!(settings.mouse.value, Switch::Off);
    assert_eq!(settings.notify.value, Level::None);
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 3, 5, 6], "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.instead == "The line is ignored."));
}

#[test]
fn a_file_that_is_too_long_or_too_wrong_leaves_the_defaults() {
    for text in ["# long\n".repeat(FILE_BYTES_MAX), "wrong\n".repeat(PROBLEMS_MAX + 1)] {
        let (layer, problems) = read(&text);
        assert_eq!(layer, Layer::default());
        assert!(
            problems.last().unwrap().instead.ends_with("all settings have their defaults.")
                || problems[0].instead.starts_with("All settings")
        );
    }
}

#[test]
fn a_later_layer_is_stronger() {
    let mut layers = Layers { file: read("theme = \"dark\"").0, ..Layers::default() };
    layers.flags.set("theme", "light").unwrap();
    assert_eq!(layers.settings().value("theme"), Some(("light", Source::Flag)));
    layers.run.set("theme", "mono").unwrap();
    assert_eq!(layers.settings().value("theme"), Some(("mono", Source::Run)));
    assert!(layers.run.set("theme", "blue").is_err());
    assert_eq!(layers.settings().value("theme"), Some(("mono", Source::Run)));
    assert_eq!(layers.settings().value("nothing"), None);
}

#[test]
fn a_change_keeps_comments_order_and_form() {
    let text = "# mine\n\ntheme = 'dark'  # at night\nmouse = \"on\"\n\n# x\n[x]\ny = \"z\" # o\n";
    let changed = |name, value| set_value(text, name, value).unwrap();
    assert_eq!(changed("theme", "light"), text.replace("'dark'", "\"light\""));
    assert_eq!(changed("mouse", "off"), text.replace("\"on\"", "\"off\""));
    let added = text.replace("\"on\"\n", "\"on\"\nnotify = \"none\"\n");
    assert_eq!(changed("notify", "none"), added);
    for (text, expected) in [
        ("", "theme = \"dark\"\n"),
        ("# only comments\n", "# only comments\ntheme = \"dark\"\n"),
        ("# no newline", "# no newline\ntheme = \"dark\"\n"),
        ("users = \"on\"", "users = \"on\"\ntheme = \"dark\"\n"),
        ("[x]\n", "theme = \"dark\"\n[x]\n"),
    ] {
        assert_eq!(set_value(text, "theme", "dark").unwrap(), expected, "{text:?}");
    }
    let windows = "\u{feff}# mine\r\ntheme = \"dark\"\r\nmouse = false\r\n";
    assert_eq!(set_value(windows, "mouse", "on").unwrap(), windows.replace("false", "true"));
    let added = format!("{windows}users = \"on\"\r\n");
    assert_eq!(set_value(windows, "users", "on").unwrap(), added);
}

#[test]
fn a_change_of_keys_keeps_what_else_is_in_the_file() {
    let mine = "# mine\n\n[keys] # all\nhelp = 'F2' # x\nredraw = \"Ctrl-L\"\n\n[x]\ny = 1\n";
    for (text, change, expected) in [
        ("", "go-to F2", "[keys]\ngo-to = \"F2\"\n"),
        ("# only\n", "go-to F2", "# only\n[keys]\ngo-to = \"F2\"\n"),
        ("time = \"12h\"\n", "go-to none", "time = \"12h\"\n\n[keys]\ngo-to = []\n"),
        (mine, "help F3, ctrl-x ctrl-h", &mine.replace("'F2'", "[\"F3\", \"Ctrl-X Ctrl-H\"]")),
        (mine, "redraw default", &mine.replace("redraw = \"Ctrl-L\"\n", "")),
        (mine, "go-to default", mine),
        ("", "go-to default", ""),
        ("# only\n", "go-to default", "# only\n"),
        ("keys = { help = \"F2\" }\n", "help F3", "keys = { help = \"F3\" }\n"),
    ] {
        let change = Change::keys(change).unwrap();
        assert_eq!(set(text, &change).as_deref(), Ok(expected), "{text:?} {change}");
    }
    let error = set("keys = 3\n", &Change::keys("help F3").unwrap()).unwrap_err();
    assert!(error.to_string().contains("below a line [keys]"), "{error}");
}

#[test]
fn a_change_that_cannot_be_made_says_why() {
    for (text, name, value, why) in [
        ("theme = \n", "theme", "dark", "line 1, column"),
        ("[theme]\nx = 1\n", "theme", "dark", "not a value"),
        ("", "tehme", "dark", "Did you mean theme?"),
        ("", "theme", "drak", "Did you mean dark?"),
    ] {
        let error = set_value(text, name, value).unwrap_err().to_string();
        assert!(error.contains(why), "{text:?} {name}: {error}");
    }
}

#[test]
fn a_line_on_a_setting_has_its_value_and_where_it_comes_from() {
    let mut layers = Layers::default();
    layers.file.set("users", "off").unwrap();
    let expected = "users = off (config.toml). List of users; auto shows it on wide screens. Values: auto, on, off";
    assert_eq!(line(&SETTINGS[1], &layers), expected);
}

#[test]
fn the_documentation_has_a_row_for_every_setting() {
    let row =
        "| `users` | `auto` | `auto`, `on`, `off` | List of users; auto shows it on wide screens |";
    assert!(markdown().lines().any(|line| line == row), "{}", markdown());
    assert_eq!(markdown().lines().count(), SETTINGS.len() + 2);
}

/// A line of a file, right or wrong.
fn file_line() -> impl Strategy<Value = String> {
    let setting = proptest::sample::select(SETTINGS);
    let right =
        setting.prop_map(|it| format!("{} = \"{}\" # é", it.name, it.values[it.values.len() - 1]));
    const FIXED: [&str; 9] =
        ["", "# comment", "wrong", "[x]", "y = 'z'", "x = [", "s = \"\"\"", "[[theme]]", "a.b = 1"];
    prop_oneof![right, proptest::sample::select(&FIXED[..]).prop_map(str::to_owned), ".{0,12}"]
}

proptest! {
    #[test]
    fn no_file_stops_the_reading(lines in proptest::collection::vec(file_line(), 0..12), crlf: bool) {
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        for problem in read(&text).1 {
            prop_assert!(problem.line <= lines.len().max(1) + text.matches(['\n', '\r']).count());
            prop_assert!(problem.column >= 1);
            prop_assert!(!problem.what.is_empty() && !problem.instead.is_empty());
        }
    }

    #[test]
    fn a_change_sets_its_value_and_no_other(
        lines in proptest::collection::vec(file_line(), 0..8),
        setting in proptest::sample::select(SETTINGS),
        which: proptest::sample::Index,
    ) {
        let (text, value) = (lines.join("\n"), *which.get(setting.values));
        if let Ok(changed) = set_value(&text, setting.name, value) {
            let mut expected = read(&text).0;
            expected.set(setting.name, value).unwrap();
            prop_assert_eq!(read(&changed).0, expected);
            prop_assert_eq!(set_value(&changed, setting.name, value).unwrap(), changed.clone());
            for line in text.lines().filter(|line| !line.starts_with(setting.name)) {
                prop_assert!(changed.contains(line.trim_end()), "{:?} lost from {:?}", line, changed);
            }
        }
    }
}
