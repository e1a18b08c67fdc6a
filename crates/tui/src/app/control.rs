//! The terminal besides what is drawn on it.

use std::future::Future;
use std::io;

use crate::notification::{Note, Way};

/// What the loop needs of the terminal. A function that rings the bell is a terminal that takes every frame
/// at once, and has no shell, mouse or colours.
pub trait Control {
    /// Waits until the terminal can take another frame. Safe to cancel.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    fn ready(&mut self) -> impl Future<Output = io::Result<()>> + Send;

    /// Rings the bell.
    fn ring(&mut self);

    /// Notifies the user, in a way that is not the bell.
    fn notify(&mut self, _: Way, _: &Note) {}

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
