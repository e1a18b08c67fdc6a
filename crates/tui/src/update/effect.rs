//! The effects: work outside the state that an update asks for.

use chat_client::link::tls::WrongKey;
use chat_client::{Effect as ClientEffect, Endpoint};

use crate::notification::{Note, NotifyMethod};
use crate::settings::Change;
use crate::state::ExportStep;

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Carry out an effect of the client.
    Client(ClientEffect),
    /// Ring the bell.
    Ring,
    /// Notify the user in this way.
    Notify(NotifyMethod, Note),
    /// Set the title of the window, or give it back.
    SetTitle(Option<String>),
    /// Save a change of the settings.
    SaveSetting(Change),
    /// Edit the text of the input box in the user's editor.
    Edit(String),
    /// Store a typed text, for the history of the next run.
    StoreTyped(String),
    /// Whether the terminal is to report the mouse.
    SetMouse(bool),
    /// Put a text on the clipboard of the terminal.
    Copy(String),
    /// Open a link in the browser.
    OpenLink(String),
    /// Take a step of an export; [`Input::Exported`](crate::Input::Exported) has its result.
    Export {
        /// The number of the export.
        run: u64,
        /// What to do with the file.
        step: ExportStep,
    },
    /// Ask the terminal for its colours.
    AskColours,
    /// Draw the whole screen again, whatever is on it.
    Redraw,
    /// Give the terminal to the shell until it continues the program.
    Suspend,
    /// End the program, after all other effects.
    Quit,
    /// The same, but go back to the first screen. The text is why the server cannot be used, if it is known.
    AskServer(Option<String>),
    /// The same, but continue with another server.
    Connect(Endpoint),
    /// The same, but because the server has another key than it must have, or none is known.
    WrongKey(WrongKey),
}
