//! Asks whether the key of a server is accepted: of a server that is new, or in place of another key.

use std::ops::ControlFlow;

use chat_client::store::KnownKey;
use chat_proto::{ServerKey, Timestamp};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Stylize;
use ratatui::text::Line;

use super::{Form, view};
use crate::input::Input;
use crate::theme::Theme;
use crate::view::Canvas;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The key that a server has shown, or that its address line has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyQuestion {
    /// The address of the server.
    pub server: String,
    /// The key to accept.
    pub key: ServerKey,
    /// The key that was accepted before, and the time now; `None` for a new server.
    pub known: Option<(KnownKey, Timestamp)>,
}

/// The answer to a [`KeyQuestion`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The key is accepted.
    Yes,
    /// It is not.
    No,
    /// The user quits.
    Quit,
}

impl Form for KeyQuestion {
    type Outcome = Answer;

    fn take(&mut self, input: Input) -> ControlFlow<Answer> {
        let Input::Key(KeyEvent { code, modifiers, .. }) = input else {
            return ControlFlow::Continue(());
        };
        match (modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT), code) {
            (KeyModifiers::NONE, KeyCode::Char('y' | 'Y')) => ControlFlow::Break(Answer::Yes),
            (KeyModifiers::NONE, KeyCode::Char('n' | 'N') | KeyCode::Esc) => {
                ControlFlow::Break(Answer::No)
            }
            (KeyModifiers::CONTROL, KeyCode::Char('c' | 'd')) => ControlFlow::Break(Answer::Quit),
            // Enter, too: nobody accepts a key by going on.
            _ => ControlFlow::Continue(()),
        }
    }

    fn quit() -> Answer {
        Answer::Quit
    }

    fn draw(&self, theme: Theme, canvas: &mut Canvas) {
        let Self { server, key, known } = self;
        let new = format!("SHA256:{key}");
        let mut lines = match known {
            None => vec![
                Line::raw("This server is new").bold(),
                Line::default(),
                Line::raw(format!("{server} has the key")),
                Line::raw(new).bold(),
                Line::default(),
                Line::raw("Compare it with what chat-server address prints on the server, or ask"),
                Line::raw("the person who runs it. Connect, and accept only this key from now on?"),
                Line::default(),
            ],
            Some((old, now)) => vec![
                Line::raw("Another key").bold(),
                Line::default(),
                Line::raw(format!("{server} is known for {} by the key", days(old.since, *now))),
                Line::raw(format!("SHA256:{}", old.key)).bold(),
                Line::raw("The address line has the key"),
                Line::raw(new).bold(),
                Line::default(),
                Line::raw("Replace it only if you have the line from the person who runs"),
                Line::raw("the server."),
                Line::default(),
            ],
        };
        let keys = match known {
            None => "y connect · n choose another server · Ctrl-C quit",
            Some(_) => "y replace the key · n choose another server · Ctrl-C quit",
        };
        lines.push(Line::styled(keys, theme.dim()));
        view::lines(lines, theme, canvas);
    }
}

/// How long a key is known, in whole days.
fn days(since: Timestamp, now: Timestamp) -> String {
    match (now.as_millis() - since.as_millis()) / DAY_MS {
        ..=0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
