//! The terminal besides what is drawn on it.

use std::future::Future;
use std::io;

/// What the loop needs of the terminal. A function that rings the bell is a terminal that takes every frame
/// at once and has no shell.
pub trait Control {
    /// Waits until the terminal can take another frame. Safe to cancel.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    fn ready(&mut self) -> impl Future<Output = io::Result<()>> + Send;

    /// Rings the bell.
    fn ring(&mut self);

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

    fn suspend(&mut self) {}
}
