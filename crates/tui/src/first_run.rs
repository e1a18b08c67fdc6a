//! The first screens: the one of a new user asks for a name and a server, [`KeyQuestion`] whether the key of a server
//! is accepted. They come before the client.
//!
//! [`FirstRun::update`] is pure, as the client's; [`ask`] is its loop.

mod ask;
mod key;
mod view;

use std::ops::ControlFlow;

use chat_client::link::BadEndpoint;
use chat_client::{Endpoint, ServerAddress};
use chat_proto::{NameError, UserName};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use self::ask::{Form, ask};
pub use self::key::{Answer, KeyQuestion};
use crate::input::Input;
use crate::prompt::{Editor, Motion};
use crate::settings::sentence;
use crate::theme::Theme;
use crate::view::Canvas;

/// Name and server, as far as the user has typed them.
#[derive(Debug)]
pub struct FirstRun {
    name: Field,
    server: Field,
    /// Whether the cursor is in the server's field.
    is_at_server: bool,
    /// Whether Esc goes back to a client that was there before, instead of quitting.
    pub goes_back: bool,
}

/// One field of the screen.
#[derive(Debug)]
struct Field {
    editor: Editor,
    /// Whether its text is a suggestion that the user has not touched: what is typed takes its place.
    is_suggestion: bool,
    /// Why its text cannot be taken.
    error: Option<String>,
}

/// The choice of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The name to ask for.
    pub name: UserName,
    /// The server to connect to.
    pub server: Endpoint,
}

/// The result of an input.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The screen stays.
    Stays,
    /// The user quits.
    Quit,
    /// The user goes back to the client that was there before.
    Back,
    /// Both fields are filled in.
    Done(Answers),
}

impl FirstRun {
    /// The screen with these suggestions. `trouble` is why this server cannot be used, if that is known.
    #[must_use]
    pub fn new(name: &UserName, server: &ServerAddress, trouble: Option<&str>) -> Self {
        // After trouble, they are what the user has typed.
        let is_suggestion = trouble.is_none();
        let field = |text: &str, error| Field { editor: Editor::new(text), is_suggestion, error };
        let server = field(&server.to_string(), trouble.map(sentence));
        Self {
            name: field(name.as_str(), None),
            server,
            is_at_server: trouble.is_some(),
            goes_back: false,
        }
    }

    /// Takes an input; those that are not about the two fields change nothing.
    pub fn update(&mut self, input: Input) -> Outcome {
        match input {
            Input::Key(key) => return self.key(key),
            Input::Paste(text) => self.insert(text.lines().next().unwrap_or_default()),
            _ => {}
        }
        Outcome::Stays
    }

    fn key(&mut self, key: KeyEvent) -> Outcome {
        match (key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT), key.code) {
            (KeyModifiers::NONE, KeyCode::Esc) if self.goes_back => return Outcome::Back,
            (KeyModifiers::NONE, KeyCode::Esc) => return Outcome::Quit,
            (KeyModifiers::CONTROL, KeyCode::Char('c' | 'd')) => return Outcome::Quit,
            (KeyModifiers::NONE, KeyCode::Enter) => return self.enter(),
            (KeyModifiers::NONE, KeyCode::Tab | KeyCode::BackTab | KeyCode::Up | KeyCode::Down) => {
                self.is_at_server = !self.is_at_server;
            }
            (KeyModifiers::NONE, KeyCode::Char(c)) => self.insert(c.encode_utf8(&mut [0; 4])),
            (modifiers, code) => self.edit(modifiers, code),
        }
        Outcome::Stays
    }

    fn edit(&mut self, modifiers: KeyModifiers, code: KeyCode) {
        let field = self.field();
        field.is_suggestion = false;
        let editor = &mut field.editor;
        let deleted = match (modifiers, code) {
            (KeyModifiers::NONE, KeyCode::Backspace) => Motion::Left,
            (KeyModifiers::NONE, KeyCode::Delete) => Motion::Right,
            (KeyModifiers::CONTROL, KeyCode::Char('u')) => Motion::LineStart,
            (KeyModifiers::CONTROL, KeyCode::Char('k')) => Motion::LineEnd,
            (KeyModifiers::CONTROL, KeyCode::Char('w') | KeyCode::Backspace) => Motion::WordLeft,
            (KeyModifiers::NONE, KeyCode::Left) => return editor.go(Motion::Left),
            (KeyModifiers::NONE, KeyCode::Right) => return editor.go(Motion::Right),
            (KeyModifiers::NONE, KeyCode::Home) => return editor.go(Motion::LineStart),
            (KeyModifiers::NONE, KeyCode::End) => return editor.go(Motion::LineEnd),
            (KeyModifiers::CONTROL, KeyCode::Char('a')) => return editor.go(Motion::LineStart),
            (KeyModifiers::CONTROL, KeyCode::Char('e')) => return editor.go(Motion::LineEnd),
            _ => return,
        };
        // Text that is deleted here must not be pasted into the input box of the client.
        let _ = editor.delete(deleted);
        self.field().error = None;
    }

    fn insert(&mut self, text: &str) {
        let field = self.field();
        if std::mem::take(&mut field.is_suggestion) {
            field.editor = Editor::new("");
        }
        field.error = field.editor.insert(text).err().map(|error| error.to_string());
    }

    fn field(&mut self) -> &mut Field {
        if self.is_at_server { &mut self.server } else { &mut self.name }
    }

    /// Goes from the name to the server, and from there on, unless something is wrong.
    fn enter(&mut self) -> Outcome {
        let name = self.name.read(
            |text| UserName::new(text.trim()),
            |error, text| {
                let mended = UserName::from_lossy(text);
                match error {
                    // The list of all such characters is longer than the row.
                    NameError::Reserved(c) => format!("Try {mended}: a name has no {c}"),
                    error => format!("Try {mended}: {error}"),
                }
            },
        );
        if !self.is_at_server || name.is_none() {
            self.is_at_server = name.is_some();
            return Outcome::Stays;
        }
        let server =
            self.server.read(|text| text.trim().parse(), |error: BadEndpoint, _| error.to_string());
        match name.zip(server) {
            Some((name, server)) => Outcome::Done(Answers { name, server }),
            None => Outcome::Stays,
        }
    }
}

impl Form for FirstRun {
    type Outcome = Outcome;

    fn take(&mut self, input: Input) -> ControlFlow<Outcome> {
        match self.update(input) {
            Outcome::Stays => ControlFlow::Continue(()),
            outcome => ControlFlow::Break(outcome),
        }
    }

    fn quit() -> Outcome {
        Outcome::Quit
    }

    fn draw(&self, theme: Theme, canvas: &mut Canvas) {
        view::draw(self, theme, canvas);
    }
}

impl Field {
    /// What its text means; `None` if it means nothing, and then the field says why.
    fn read<T, E>(
        &mut self,
        read: impl FnOnce(&str) -> Result<T, E>,
        in_words: impl FnOnce(E, &str) -> String,
    ) -> Option<T> {
        let text = self.editor.text();
        match read(&text) {
            Ok(value) => {
                self.error = None;
                Some(value)
            }
            Err(error) => {
                self.error = Some(sentence(&in_words(error, &text)));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
