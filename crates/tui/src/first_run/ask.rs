//! The loop of a screen that comes before the client.

use std::future::Future;
use std::io;
use std::ops::ControlFlow;
use std::pin::pin;

use futures_util::{Stream, StreamExt};
use ratatui::backend::Backend;
use tokio::time::{Instant, sleep_until};

use crate::app::{Control, RunError};
use crate::hyperlinks::ShowsLinks;
use crate::input::{Input, Report};
use crate::state::Look;
use crate::theme::{ANSWER_TIMEOUT, Theme};
use crate::view::{Canvas, Painter};

/// A screen that asks the user for something.
pub trait Form {
    /// What the user has answered.
    type Outcome;

    /// Takes an input; breaks with the answer.
    fn take(&mut self, input: Input) -> ControlFlow<Self::Outcome>;

    /// The answer of a user who quits.
    fn quit() -> Self::Outcome;

    /// Draws it on the whole canvas.
    fn draw(&self, theme: Theme, canvas: &mut Canvas);
}

/// Shows the screen until the user answers. It is as if the user quits if `stop` is ready, or `keys` end.
///
/// # Errors
/// Returns an error if the terminal fails.
pub async fn ask<B: Backend + ShowsLinks, F: Form>(
    backend: &mut B,
    mut screen: F,
    mut look: Look,
    keys: impl Stream<Item = io::Result<impl Into<Report>>>,
    control: &mut impl Control,
    stop: impl Future<Output = ()>,
) -> Result<F::Outcome, RunError> {
    let (mut keys, mut stop) = (pin!(keys), pin!(stop));
    let mut painter = Painter::default();
    // The first frame waits for the colours of the terminal, as that of the client does.
    let asks = look.take_question() && control.ask_colours();
    let mut draw_at = Some(if asks { Instant::now() + ANSWER_TIMEOUT } else { Instant::now() });
    loop {
        let drawable = async {
            sleep_until(draw_at.unwrap_or_else(Instant::now)).await;
            control.ready().await
        };
        let report = tokio::select! {
            biased;
            () = &mut stop => return Ok(F::quit()),
            report = keys.next() => report,
            drawn = drawable, if draw_at.is_some() => {
                drawn.map_err(|error| RunError::Draw(error.to_string()))?;
                let drawn = painter.draw(backend, false, |canvas| {
                    screen.draw(look.theme(), canvas);
                    Vec::new()
                });
                drawn.map_err(|error| RunError::Draw(error.to_string()))?;
                draw_at = None;
                continue;
            }
        };
        let report = match report.transpose().map_err(RunError::Keys)? {
            Some(report) => report.into(),
            None => return Ok(F::quit()),
        };
        if report == Report::Attributes {
            draw_at = Some(Instant::now());
        }
        match Input::from_terminal(report) {
            Some(Input::Colour(answer)) => look.take_answer(answer),
            Some(input) => {
                if let ControlFlow::Break(outcome) = screen.take(input) {
                    return Ok(outcome);
                }
            }
            None => continue,
        }
        draw_at = draw_at.or_else(|| Some(Instant::now()));
    }
}
