//! Draws the pictures of the documentation, the real client in the demo on a screen in memory; and writes the
//! lists of keys, commands and settings into the guide.
//!
//! Usage: `pictures`, or `pictures --look DIR` for many sizes and colours, to look at.

mod tables;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io};

use chat_client::store::Writer;
use chat_proto::{Timestamp, UserName};
use chat_tui::Options;
use chat_tui::demo::{Demo, SERVER};
use chat_tui::input::Report;
use chat_tui::settings::Layers;
use chat_tui::testing::Client;
use chat_tui::testing::picture::{Colours, DARK, LIGHT, SOLARIZED_DARK, SOLARIZED_LIGHT};
use chat_tui::theme::{Answer, Environment, TerminalColour};
use crossterm::event::{KeyCode, KeyModifiers};

/// Where the pictures of the documentation are, and the guide.
const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/pictures");
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tui.md");

/// Thursday, 26 November 2026, half past five.
const NOW_MILLIS: i64 = 1_795_714_200_000;

/// The settings file of the user of the pictures, which is named and not read.
const SETTINGS_FILE: &str = "/home/ana/.config/chat-tui/config.toml";

/// How long the demo runs before a picture is drawn.
const DEMO_TIME: Duration = Duration::from_secs(30);

/// A picture: the screen after some keys.
struct Picture {
    name: &'static str,
    /// The size of the screen.
    size: (u16, u16),
    keys: &'static [Key],
}

/// What the user does.
enum Key {
    Alt(char),
    Control(char),
    Text(&'static str),
}

const PICTURES: [Picture; 9] = [
    Picture {
        name: "chat",
        size: (100, 30),
        keys: &[Key::Alt('3'), Key::Text("@bob looks good, ")],
    },
    Picture { name: "go-to", size: (100, 24), keys: &[Key::Control('k')] },
    Picture {
        name: "select",
        size: (100, 24),
        keys: &[Key::Alt('3'), Key::Control('s'), Key::Text("k")],
    },
    Picture { name: "users", size: (100, 24), keys: &[Key::Alt('3'), Key::Control('g')] },
    Picture {
        name: "thread",
        size: (120, 24),
        keys: &[
            Key::Alt('2'),
            Key::Control('s'),
            Key::Text("kkkkkt"),
            Key::Text("can we have the antlers in the favicon?"),
        ],
    },
    Picture { name: "search", size: (100, 24), keys: &[Key::Text("/search release\n")] },
    Picture {
        name: "invite",
        size: (100, 24),
        keys: &[Key::Text("/invite 5 2d for the new office\n")],
    },
    Picture { name: "settings", size: (100, 30), keys: &[Key::Text("/set\n")] },
    Picture { name: "narrow", size: (44, 24), keys: &[Key::Alt('3')] },
];

/// The sizes to look at.
const SIZES: [(u16, u16); 6] = [(40, 20), (60, 24), (80, 24), (100, 30), (120, 36), (200, 50)];

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            fs::write(GUIDE, tables::fill(&fs::read_to_string(GUIDE)?))?;
            runtime.block_on(draw_all(Path::new(DIRECTORY)))
        }
        ["--look", directory] => runtime.block_on(look(Path::new(directory))),
        _ => Err(io::Error::other("usage: pictures [--look DIR]")),
    }
}

/// Draws the pictures of the documentation.
async fn draw_all(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for picture in &PICTURES {
        for (theme, colours) in [("dark", &DARK), ("light", &LIGHT)] {
            let svg = draw(picture, picture.size, theme, colours).await;
            fs::write(path(directory, picture.name, theme), svg)?;
        }
    }
    Ok(())
}

fn path(directory: &Path, name: &str, theme: &str) -> PathBuf {
    directory.join(format!("{name}-{theme}.svg"))
}

/// Draws every picture in many sizes and colours.
async fn look(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for picture in &PICTURES {
        for size in SIZES {
            let svg = draw(picture, size, "dark", &DARK).await;
            fs::write(path(directory, &format!("{}-{}", picture.name, size.0), "dark"), svg)?;
        }
        for (theme, setting, colours) in [
            ("light", "light", &LIGHT),
            ("solarized-dark", "auto", &SOLARIZED_DARK),
            ("solarized-light", "auto", &SOLARIZED_LIGHT),
            ("ansi-dark", "ansi", &DARK),
            ("ansi-light", "ansi", &LIGHT),
            ("mono-dark", "mono", &DARK),
        ] {
            let svg = draw(picture, picture.size, setting, colours).await;
            fs::write(path(directory, &format!("{}-100", picture.name), theme), svg)?;
        }
    }
    Ok(())
}

async fn draw(picture: &Picture, size: (u16, u16), theme: &str, colours: &Colours) -> String {
    let user = UserName::from_lossy("ana");
    let clock = || Timestamp::from_millis(NOW_MILLIS);
    let mut settings = Layers::default();
    settings.flags.set("theme", theme).expect("it is the name of a theme");
    let environment = Environment::read(|name| {
        let value = match name {
            "TERM" => "xterm-256color",
            "COLORTERM" => "truecolor",
            _ => return None,
        };
        Some(value.into())
    });
    let writer = Writer::Task(Duration::ZERO);
    let settings_file = Some(PathBuf::from(SETTINGS_FILE));
    let options = Options::new(user.clone(), SERVER);
    let options = Options { writer, clock, settings, settings_file, environment, ..options };
    let mut client = Client::start(options, Demo::with_invite(&user, clock), size.0, size.1);
    for (asked, colour) in [
        (TerminalColour::Background, colours.background),
        (TerminalColour::Foreground, colours.foreground),
    ] {
        client.send_event(Report::Colour(Answer { asked, colour })).await;
    }
    tokio::time::sleep(DEMO_TIME).await;
    for key in picture.keys {
        match key {
            Key::Alt(c) => client.presses(KeyCode::Char(*c), KeyModifiers::ALT).await,
            Key::Control(c) => client.presses(KeyCode::Char(*c), KeyModifiers::CONTROL).await,
            Key::Text(text) => client.types(text).await,
        }
    }
    // The last frame has been drawn by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    client.picture(colours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_has_every_key_command_and_setting() {
        let page = fs::read_to_string(GUIDE).unwrap();
        for (name, list) in tables::all() {
            assert!(page.contains(list.trim()), "{name} of {GUIDE}: run `just pictures`");
        }
        assert!(tables::fill(&page) == page, "run `just pictures`");
    }

    #[tokio::test(start_paused = true)]
    async fn the_pictures_of_the_documentation_are_those_of_this_version() {
        for picture in &PICTURES {
            for (theme, colours) in [("dark", &DARK), ("light", &LIGHT)] {
                let path = path(Path::new(DIRECTORY), picture.name, theme);
                let stored = fs::read_to_string(&path).unwrap_or_default();
                let drawn = draw(picture, picture.size, theme, colours).await;
                assert!(
                    stored == drawn,
                    "{} is not up to date: run `just pictures`",
                    path.display()
                );
            }
        }
    }
}
