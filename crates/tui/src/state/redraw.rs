//! The changes since the last frame, so that a frame draws no more than them.

use ratatui::layout::Rect;

use super::State;

/// The parts of the screen that the next frame draws.
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
    /// Whether nothing but the input box depends on its text, and no key that edits the text changes anything else.
    /// Each field is named, so that a new one cannot be left out; a law of the frames tries each kind of state.
    pub(crate) fn is_only_typing(&self) -> bool {
        let Self {
            page,
            picker,
            find,
            quitting,
            question,
            selection,
            done,
            seek,
            goto,
            prompt,
            // What they show does not depend on the text, and stays if it is edited.
            client: _,
            size: _,
            zone: _,
            now: _,
            look: _,
            draft_while_asking: _,
            settings_file: _,
            is_first: _,
            may_ask_server: _,
            back: _,
            is_demo: _,
            first_key: _,
            is_draft_due: _,
            unread_from: _,
            users: _,
            is_bare: _,
            compose: _,
            compose_epoch: _,
            thread: _,
            closed_thread: _,
            leaving: _,
            export: _,
            exports: _,
            pending_order: _,
            sanction_lookup: _,
            passwords: _,
            origin: _,
            deleting: _,
            done_until: _,
            storing_until: _,
            mention: _,
            is_at_mention: _,
            opens_links: _,
            redraw: _,
            rooms_top: _,
            attention: _,
            shown: _,
            views: _,
        } = self;
        page.is_none()
            && picker.is_none()
            && find.as_ref().is_none_or(|find| !find.is_open)
            && quitting.is_none()
            && question.is_none()
            && selection.is_none()
            && done.is_none()
            && seek.is_none()
            && goto.is_none()
            && prompt.completions().is_none()
    }
}
