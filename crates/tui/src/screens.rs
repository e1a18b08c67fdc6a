//! The screens on one terminal, one after the other: those that ask something, and the client.

use std::future::Future;
use std::io;
use std::pin::Pin;

use chat_client::link::Dial;
use chat_tui::first_run::{self, Form};
use chat_tui::input::Report;
use chat_tui::state::Look;
use chat_tui::terminal::{RowBackend, Sink, Tty};
use chat_tui::{Exit, Failure, Options, RunError};
use futures_util::Stream;

/// The terminal, and what ends the program.
pub(crate) struct Screens<'s, W: Sink, K, S> {
    pub(crate) backend: RowBackend<W>,
    pub(crate) tty: Tty,
    pub(crate) events: Pin<&'s mut K>,
    pub(crate) stop: Pin<&'s mut S>,
}

impl<W, K, R, S> Screens<'_, W, K, S>
where
    W: Sink,
    K: Stream<Item = io::Result<R>>,
    R: Into<Report>,
    S: Future<Output = ()>,
{
    /// Shows a screen until the user answers.
    ///
    /// # Errors
    /// Returns an error if the terminal fails.
    pub(crate) async fn ask<F: Form>(
        &mut self,
        options: &Options,
        form: F,
    ) -> Result<F::Outcome, RunError> {
        let look = Look::new(options.settings.clone(), options.environment);
        let (events, stop) = (self.events.as_mut(), self.stop.as_mut());
        let ask = first_run::ask(&mut self.backend, form, look, events, &mut self.tty, stop);
        Box::pin(ask).await
    }

    /// Shows a client until it ends.
    ///
    /// # Errors
    /// Returns an error if the terminal or the program fails.
    pub(crate) async fn chat(
        &mut self,
        options: Options,
        dial: impl Dial,
    ) -> Result<Exit, Failure> {
        let (events, stop, tty) = (self.events.as_mut(), self.stop.as_mut(), self.tty.clone());
        Box::pin(chat_tui::run(&mut self.backend, options, dial, events, tty, stop)).await
    }
}
