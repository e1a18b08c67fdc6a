//! What has changed since the last frame, so that a frame draws no more than that.

use ratatui::layout::Rect;

use super::State;

/// What the next frame is to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redraw {
    /// Whether the text of the input box or its cursor has changed.
    pub input_box: bool,
    /// Whether anything else may have changed.
    pub rest: bool,
    /// Whether the user has done something that may have changed it.
    pub by_user: bool,
    /// Whether the key that is taken does nothing but change the text of the input box, or its cursor.
    pub(crate) key_edits: bool,
    /// Where the input box was in the last frame that drew everything; `None` before the first one.
    pub(crate) drawn_box: Option<Rect>,
}

impl Default for Redraw {
    fn default() -> Self {
        Self { input_box: false, rest: true, by_user: false, key_edits: false, drawn_box: None }
    }
}

impl Redraw {
    /// Whether there is anything to draw.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        self.input_box || self.rest
    }

    /// The input box is drawn.
    pub const fn drew_input_box(&mut self) {
        self.input_box = false;
    }

    /// Everything is drawn.
    pub const fn drew_all(&mut self) {
        (self.input_box, self.rest, self.by_user) = (false, false, false);
    }
}

impl State {
    /// Whether nothing but the input box depends on its text: nothing is open, selected, searched for or said about it.
    pub(crate) fn is_only_typing(&self) -> bool {
        self.page.is_none()
            && self.picker.is_none()
            && self.open_find().is_none()
            && self.draft.is_none()
            && self.first_key.is_none()
            && self.quitting.is_none()
            && self.selection.is_none()
            && self.done.is_none()
            && self.seek.is_none()
            && self.goto.is_none()
            && self.compose.is_none()
            && self.thread.is_none()
            && self.deleting.is_none()
            && !self.is_bare
            && self.prompt.completions().is_none()
            && self.prompt.searched().is_none()
    }
}
