//! The frames: when the next one is due, and what it does besides drawing.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::Instant;

use super::{App, Control, Draw, RunError};
use crate::input::Input;
use crate::state::State;

/// Shortest time from a frame to the next that no key asks for, 15 in a second: nobody reads messages faster, and
/// in a busy room each frame shows several. After a key, and after a pause, the next frame comes at once.
pub const FRAME_MIN: Duration = Duration::from_millis(66);

/// Shortest time between two looks at the time zone of the machine, each with a frame: it costs two system calls.
const ZONE_LOOK_MIN: Duration = Duration::from_secs(1);

/// Longest time between two such looks, without a frame: as late as a new time zone may be on the screen.
pub(super) const ZONE_LOOK_MAX: Duration = Duration::from_secs(60);

impl<C: Control> App<C> {
    /// When everything that has changed is to be drawn, after the last frame that did so; `None` if it is now. A
    /// timer, even one that is due, takes a millisecond or two: nobody who types waits for one.
    pub(super) fn rest_at(&self) -> Option<Instant> {
        let last = self.last_frame.filter(|_| !self.state.redraw.by_user);
        let due = last.map(|last| last + FRAME_MIN);
        due.max(self.colours_by).filter(|at| *at > Instant::now())
    }

    /// Whether something is to be drawn, and the terminal is ours.
    pub(super) fn may_draw(&self) -> bool {
        self.state.redraw.is_needed() && !self.external_editor.is_on()
    }

    /// When the next frame is due; `None` if it is now, as after a key.
    pub(super) fn frame_at(&self) -> Option<Instant> {
        self.rest_at().filter(|_| !self.state.redraw.input_box)
    }

    /// Draws the input box alone, or everything that has changed and what the terminal does with it.
    pub(super) fn draw(
        &mut self,
        mut show: impl FnMut(&State, Draw) -> Result<(), RunError>,
    ) -> Result<ControlFlow<()>, RunError> {
        if !self.state.redraw.rest || self.rest_at().is_some() {
            show(&self.state, Draw::InputBox)?;
            self.state.redraw.drew_input_box();
            // The user waits for the key, and not for the zone.
            return Ok(self.look_at_zone(ZONE_LOOK_MIN));
        }
        let _ = self.look_at_zone(ZONE_LOOK_MIN);
        let flow = self.take(Input::Frame);
        let redraws = std::mem::take(&mut self.redraw_all);
        show(&self.state, if redraws { Draw::Everything } else { Draw::Changes })?;
        self.state.redraw.drew_all();
        if std::mem::take(&mut self.mentioned) {
            self.control.ring();
        }
        if let Some((way, note)) = self.note.take() {
            self.control.notify(way, &note);
        }
        self.colours_by = None;
        self.last_frame = Some(Instant::now());
        Ok(flow)
    }

    /// Follows the time zone of the machine, if the last look is at least `after` ago.
    pub(super) fn look_at_zone(&mut self, after: Duration) -> ControlFlow<()> {
        let Some(watch) = self.zone_watch.as_mut().filter(|_| self.zone_looked.elapsed() >= after)
        else {
            return ControlFlow::Continue(());
        };
        self.zone_looked = Instant::now();
        match watch.take_change() {
            Some(zone) => self.take(Input::Zone(zone)),
            None => ControlFlow::Continue(()),
        }
    }
}
