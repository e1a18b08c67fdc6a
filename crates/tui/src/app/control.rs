//! The terminal besides what is drawn on it.

use std::future::Future;
use std::io;
use std::path::Path;

/// Edits a text. It takes as long as the user likes.
pub type EditJob = Box<dyn FnOnce() -> Result<String, String> + Send>;

use crate::notification::{Note, NotifyMethod};

/// The functions of the terminal that the loop needs. A function that rings the bell is a terminal that takes every
/// frame at once, and has no shell, mouse or colours.
pub trait Control {
    /// Waits until the terminal can take another frame. Safe to cancel.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    fn ready(&mut self) -> impl Future<Output = io::Result<()>> + Send;

    /// Rings the bell.
    fn ring(&mut self);

    /// Notifies the user, in a way that is not the bell.
    fn notify(&mut self, _: NotifyMethod, _: &Note) {}

    /// Sets the title of the window, or gives it back.
    fn set_title(&mut self, _: Option<&str>) {}

    /// Puts a text on the clipboard of the terminal, if it has one.
    fn copy(&mut self, _: &str) {}

    /// Opens a link in the browser.
    ///
    /// # Errors
    /// Returns an error if there is none that could be started.
    fn open_link(&mut self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Gives the terminal to the user's editor. Returns what edits the text, in a file in the directory, and
    /// waits for the editor; it returns the new text, or the reason in words for the user. `None` if there is no
    /// editor here.
    fn edit(&mut self, _text: String, _directory: Option<&Path>) -> Option<EditJob> {
        None
    }

    /// Takes the terminal again after [`Self::edit`].
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    fn take_back(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Asks the terminal for its colours. Returns whether an answer can come.
    fn ask_colours(&mut self) -> bool;

    /// Whether the terminal reports the mouse.
    fn set_mouse(&mut self, is_on: bool);

    /// Gives the terminal to the shell that started the program, until the shell continues it.
    fn suspend(&mut self);
}

impl<F: FnMut()> Control for F {
    fn ready(&mut self) -> impl Future<Output = io::Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    fn ring(&mut self) {
        self();
    }

    fn ask_colours(&mut self) -> bool {
        false
    }

    fn set_mouse(&mut self, _: bool) {}

    fn suspend(&mut self) {}
}
