//! The terminal besides what is drawn on it.

use std::future::Future;
use std::io;

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
