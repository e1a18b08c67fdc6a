//! What the screen has of each room besides the state of the client: the editor of its draft, and the part of
//! the log that is shown.

use std::collections::BTreeMap;

use chat_proto::RoomName;

use super::{Compose, LogPane, State};
use crate::prompt::Editor;
use crate::rows::Heights;
use crate::viewport::Viewport;

/// The views of rooms; one that was never shown may have none.
pub(super) type RoomViews = BTreeMap<RoomName, RoomView>;

/// The view of a room.
#[derive(Debug, Default)]
pub(super) struct RoomView {
    pub(super) viewport: Viewport,
    pub(super) heights: Heights,
    /// Whether the user had read all loaded messages as of the last frame.
    has_read_all: bool,
    /// The first row of the user list.
    pub(super) users_top: usize,
    /// The editor of the draft while it is not in the input box.
    pub(super) editor: Editor,
}

impl State {
    /// The room on the screen.
    #[must_use]
    pub const fn shown(&self) -> &RoomName {
        &self.shown
    }

    /// Whether the user had read all loaded messages of the room on the screen as of the last frame.
    pub(crate) fn had_read_all(&self) -> bool {
        self.views.get(&self.shown).is_some_and(|view| view.has_read_all)
    }

    /// Notes for the next frame whether all messages of the room on the screen that are loaded are read, with
    /// none before them missing.
    pub(crate) fn note_read(&mut self) {
        let (log, read) = (self.client.room().log(), self.client.room().read());
        let has_read_all = log.is_complete_after(read) && log.next_of_others(read).is_none();
        self.view(&self.shown.clone()).has_read_all = has_read_all;
    }

    /// Whether the draft of a room is in the input box: the room is on the screen, and keys are not for a thread.
    fn is_in_box(&self, room: &RoomName) -> bool {
        *room == self.shown && self.focus() == LogPane::Room
    }

    /// The editor of a draft: that of the input box if it is there.
    fn editor_mut(&mut self, room: &RoomName) -> &mut Editor {
        if self.is_in_box(room) {
            if let Some(Compose::Edit { before, .. }) = &mut self.compose {
                return before;
            }
            return self.draft_while_asking.as_mut().unwrap_or(&mut self.prompt.editor);
        }
        &mut self.view(room).editor
    }

    /// The draft of a room.
    #[must_use]
    pub fn typed(&self, room: &RoomName) -> String {
        if self.is_in_box(room) {
            return self.typed_in_box();
        }
        self.views.get(room).map(|view| view.editor.text()).unwrap_or_default()
    }

    /// What is typed in the input box and not sent.
    pub(super) fn typed_in_box(&self) -> String {
        // The new text of a message is not a draft: it would be sent as another message.
        if let Some(Compose::Edit { before, .. }) = &self.compose {
            return before.text();
        }
        self.draft_while_asking.as_ref().unwrap_or(&self.prompt.editor).text()
    }

    /// Puts another draft into the input box. Returns the one that was there.
    pub(super) fn replace_draft(&mut self, draft: Editor) -> Editor {
        self.prompt.put_back();
        self.prompt.end_completion();
        std::mem::replace(self.draft_editor_mut(), draft)
    }

    /// The client has another current room, or has the first messages of this one: shows it from the first
    /// unread message on. The draft of the room before stays with that room.
    pub(crate) fn show_room(&mut self, room: &RoomName) {
        if *room != self.shown {
            self.end_all();
            self.end_jump();
            (self.selection, self.rooms_top) = (None, None);
            let before = std::mem::replace(&mut self.shown, room.clone());
            let editor = std::mem::take(&mut self.view(room).editor);
            let typed = self.replace_draft(editor);
            if self.client.rooms().get(&before).is_some() {
                self.view(&before).editor = typed;
            }
        }
        if self.client.rooms().get(room).is_some_and(|room| room.log().has_line()) {
            self.view(room).viewport.to_new();
        }
    }

    /// A room is closed. Up brings its draft back.
    pub(crate) fn forget_room(&mut self, room: &RoomName, draft: String) {
        if *room == self.shown {
            self.end_all();
        }
        self.prompt.put_back();
        self.prompt.end_completion();
        let typed =
            if *room == self.shown { std::mem::take(self.editor_mut(room)).text() } else { draft };
        if !typed.is_empty() {
            self.prompt.remember(typed);
        }
        self.views.remove(room);
    }

    /// All rooms but an empty lobby are closed.
    pub(crate) fn forget_rooms(&mut self) {
        self.end_all();
        self.end_jump();
        *self.draft_editor_mut() = Editor::default();
        self.prompt.end_completion();
        self.views.clear();
        self.selection = None;
        self.shown = RoomName::lobby();
    }

    /// The client has put another text into a draft.
    pub(crate) fn take_draft(&mut self, room: &RoomName) {
        let Some(text) = self.client.rooms().get(room).map(|room| room.draft().to_owned()) else {
            return;
        };
        *self.editor_mut(room) = Editor::new(&text);
    }

    /// Whether the input box asks for a name.
    #[must_use]
    pub const fn asks_name(&self) -> bool {
        self.draft_while_asking.is_some()
    }

    /// The editor of the draft of the room on the screen, which the input box does not show while it asks for a name.
    pub(crate) fn draft_editor_mut(&mut self) -> &mut Editor {
        self.draft_while_asking.as_mut().unwrap_or(&mut self.prompt.editor)
    }

    /// The server refuses the name: asks for another one in the input box.
    pub(crate) fn ask_name(&mut self, suggestion: &str) {
        self.picker = None;
        self.end_jump();
        self.end_compose();
        if !self.asks_name() {
            self.prompt.put_back();
            let asking = Editor::new(suggestion);
            self.draft_while_asking = Some(std::mem::replace(&mut self.prompt.editor, asking));
            self.prompt.end_completion();
        }
    }

    /// Puts the draft that was typed before a name was asked for back into the input box.
    pub(crate) fn end_asking(&mut self) {
        if let Some(draft) = self.draft_while_asking.take() {
            self.prompt.editor = draft;
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_client::testing::profile;
    use chat_client::{Input, Request, update};
    use chat_proto::Timestamp;
    use jiff::tz::TimeZone;
    use ratatui::layout::Size;

    use super::*;

    #[test]
    fn a_draft_stays_with_its_room() {
        let (lobby, rust) = (RoomName::lobby(), RoomName::new("#rust").unwrap());
        let mut state =
            State::new("server".into(), profile("bob"), TimeZone::UTC, Size::new(80, 20));
        let join = Input::Request(Request::Join(rust.clone()));
        let _ = update(&mut state.client, join, Timestamp::from_millis(0));
        state.prompt.editor = Editor::new("for the lobby");
        state.show_room(&rust);
        assert_eq!(state.prompt.editor.text(), "");
        state.prompt.editor = Editor::new("for rust");
        state.show_room(&lobby);
        assert_eq!(state.prompt.editor.text(), "for the lobby");
        assert_eq!(state.typed(&rust), "for rust");
        state.show_room(&rust);
        state.show_room(&rust);
        assert_eq!(state.prompt.editor.text(), "for rust");
    }
}
