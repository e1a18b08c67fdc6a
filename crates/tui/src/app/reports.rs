//! The reports of the terminal: taken before all else, since a person waits for a key.

use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;

use crossterm::event::Event;
use futures_util::future::poll_immediate;
use futures_util::{Stream, StreamExt};

use super::{App, Control, Draw, EVENTS_AT_ONCE_MAX, Front, RunError};
use crate::input::{Input, Report};
use crate::state::State;

impl<C: Control> App<C> {
    /// Takes a report of the terminal, and those that are ready, and draws what they have changed if the terminal takes
    /// a frame now. Breaks at the end of the reports. Else returns whether [`EVENTS_AT_ONCE_MAX`] were taken, so that
    /// more may be ready.
    pub(super) async fn take_reports<R: Into<Report>>(
        &mut self,
        first: Option<io::Result<R>>,
        mut reports: Pin<&mut impl Stream<Item = io::Result<R>>>,
        show: impl FnMut(&State, Draw) -> Result<(), RunError>,
    ) -> Result<ControlFlow<(), bool>, RunError> {
        let (mut next, mut left) = (Some(first), EVENTS_AT_ONCE_MAX);
        while let Some(report) = next {
            let Some(report) = report else { return Ok(ControlFlow::Break(())) };
            if self.take_report(report.map_err(RunError::Keys)?.into()).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            left -= 1;
            let may_take = left > 0 && self.driver.may_take();
            next = if may_take { poll_immediate(reports.next()).await } else { None };
        }
        if self.may_draw()
            && self.frame_at().is_none()
            && let Some(drawable) = poll_immediate(self.control.ready()).await
            && self.take_front(Front::Frame(drawable), show)?.is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(left == 0))
    }

    fn take_report(&mut self, report: Report) -> ControlFlow<()> {
        if report == Report::Attributes {
            self.colours_by = None;
        }
        if self.external_editor.is_on() && !matches!(report, Report::Event(Event::Resize(..))) {
            // It was typed before the editor started, and is not for the text that it has.
            return ControlFlow::Continue(());
        }
        let Some(input) = Input::from_terminal(report) else { return ControlFlow::Continue(()) };
        self.take(input)
    }
}
