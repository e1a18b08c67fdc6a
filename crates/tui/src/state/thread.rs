//! The thread that is on the screen, and which of the two logs keys are for.

use chat_client::ThreadLoad;
use chat_client::entry::LogEntry;
use chat_client::log::Log;
use chat_proto::{RoomName, Seq};
use ratatui::layout::Rect;

use super::State;
use crate::prompt::Editor;
use crate::rows::{Heights, LogRows};
use crate::viewport::Viewport;

/// A thread on the screen: beside the log, or, while keys are for it, in its place if the screen is not wide enough for
/// both.
#[derive(Debug)]
pub(crate) struct ThreadPane {
    /// Its first message.
    pub(crate) root: Seq,
    /// Whether keys and Enter are for it, and not for the log.
    pub(crate) has_focus: bool,
    pub(super) viewport: Viewport,
    pub(super) heights: Heights,
    /// The editor of its draft while keys are for the log.
    editor: Editor,
}

/// A thread that was closed, with its draft.
#[derive(Debug)]
pub(crate) struct ClosedThread {
    pub(crate) room: RoomName,
    pub(crate) root: Seq,
    pub(crate) typed: String,
}

/// A pane that shows a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogPane {
    /// The messages of the room.
    Room,
    /// Those of the thread.
    Thread,
}

impl ThreadPane {
    /// The texts are written in another way.
    pub(super) fn forget_heights(&mut self) {
        self.heights.forget();
    }
}

impl State {
    /// The pane that keys are for.
    #[must_use]
    pub(crate) fn focus(&self) -> LogPane {
        match &self.thread {
            Some(thread) if thread.has_focus => LogPane::Thread,
            _ => LogPane::Room,
        }
    }

    /// The thread that Enter says something in.
    pub(crate) fn focused_thread(&self) -> Option<Seq> {
        self.thread.as_ref().filter(|thread| thread.has_focus).map(|thread| thread.root)
    }

    /// Whether the thread and the log are on the screen, side by side.
    #[must_use]
    pub(crate) fn is_thread_beside(&self) -> bool {
        let panes = self.panes();
        panes.thread.is_some() && !panes.log.is_empty()
    }

    /// The log that keys are for.
    pub(crate) fn log(&self) -> &Log {
        self.log_of(self.focus())
    }

    fn log_of(&self, pane: LogPane) -> &Log {
        match (pane, self.client.thread()) {
            (LogPane::Thread, Some(thread)) => thread.log(),
            _ => self.client.room().log(),
        }
    }

    /// Where a log is on the screen; `None` if it is not there.
    pub(crate) fn log_area(&self, pane: LogPane) -> Option<Rect> {
        let panes = self.panes();
        let area = match pane {
            _ if self.is_bare => (pane == self.focus()).then_some(panes.log),
            LogPane::Room => Some(panes.log),
            LogPane::Thread => panes.thread.map(|thread| thread.log),
        };
        area.filter(|area| !area.is_empty())
    }

    /// A log as rows, and how many of them fit; `None` if none fit.
    #[must_use]
    pub fn rows_of(&self, pane: LogPane) -> Option<(LogRows<'_>, usize)> {
        let Rect { width, height, .. } = self.log_area(pane)?;
        let (log, keys, width) = (self.log_of(pane), self.look.keys(), usize::from(width));
        let heights = self.heights_of(pane);
        let rows = match (pane, &self.thread) {
            _ if self.is_bare => LogRows::bare(log, &self.zone, keys, width),
            (LogPane::Thread, Some(thread)) => {
                LogRows::new(log, &self.zone, keys, width, heights).in_thread(thread.root)
            }
            (_, thread) => LogRows::new(log, &self.zone, keys, width, heights)
                .of(self.client.room())
                .beside_thread(thread.as_ref().map(|thread| thread.root)),
        };
        Some((rows.with_clock(self.look.settings().time.value), height.into()))
    }

    /// The heights of the entries of a log, as far as they are known.
    pub(crate) fn heights_of(&self, pane: LogPane) -> Option<&Heights> {
        match (pane, &self.thread) {
            (LogPane::Thread, Some(thread)) => Some(&thread.heights),
            _ => self.views.get(&self.shown).map(|view| &view.heights),
        }
    }

    pub(super) fn heights_mut(&mut self) -> &mut Heights {
        match &mut self.thread {
            Some(thread) if thread.has_focus => &mut thread.heights,
            _ => &mut self.views.entry(self.shown.clone()).or_default().heights,
        }
    }

    /// The part of a log that is on the screen.
    #[must_use]
    pub fn viewport_of(&self, pane: LogPane) -> Viewport {
        match (pane, &self.thread) {
            (LogPane::Thread, Some(thread)) => thread.viewport,
            _ => self.views.get(&self.shown).map(|view| view.viewport).unwrap_or_default(),
        }
    }

    /// The part of the log that keys are for.
    pub(crate) fn focused_viewport_mut(&mut self) -> &mut Viewport {
        self.viewport_of_mut(self.focus())
    }

    fn viewport_of_mut(&mut self, pane: LogPane) -> &mut Viewport {
        match (pane, &mut self.thread) {
            (LogPane::Thread, Some(thread)) => &mut thread.viewport,
            _ => &mut self.views.entry(self.shown.clone()).or_default().viewport,
        }
    }

    /// Moves through a log, if any row of it fits.
    pub(crate) fn move_in(
        &mut self,
        pane: LogPane,
        moves: impl FnOnce(&mut Viewport, LogRows<'_>, usize),
    ) {
        let mut viewport = self.viewport_of(pane);
        if let Some((rows, height)) = self.rows_of(pane) {
            moves(&mut viewport, rows, height);
        }
        *self.viewport_of_mut(pane) = viewport;
    }

    /// Whether the user reads a log further up, or does not see its end.
    pub(crate) fn is_end_hidden(&self, pane: LogPane) -> bool {
        match self.rows_of(pane) {
            Some((rows, height)) => self.viewport_of(pane).reads_back(rows, height),
            None => self.thread.is_some(),
        }
    }

    /// A message that is loaded: in the log of the room, or in the thread.
    pub(crate) fn message(&self, seq: Seq) -> Option<&LogEntry> {
        self.client.message(seq)
    }

    /// Shows a thread, from its first unread message on, and its draft.
    pub(crate) fn open_thread(&mut self, root: Seq) {
        self.close_thread();
        self.end_compose();
        self.selection = None;
        let editor = Editor::new(self.client.room().draft_in_thread(root));
        let (mut viewport, heights) = (Viewport::default(), Heights::default());
        if self.client.thread().is_some_and(|thread| thread.log().has_line()) {
            viewport.to_new();
        }
        self.thread = Some(ThreadPane { root, has_focus: false, viewport, heights, editor });
        self.focus_on(LogPane::Thread);
    }

    /// What is typed for the thread that is on the screen, and not sent.
    pub(crate) fn typed_in_thread(&self) -> Option<(Seq, String)> {
        let thread = self.thread.as_ref()?;
        let typed = if thread.has_focus { self.typed_in_box() } else { thread.editor.text() };
        Some((thread.root, typed))
    }

    /// Closes the thread. Returns whether one was shown.
    pub(crate) fn close_thread(&mut self) -> bool {
        self.focus_on(LogPane::Room);
        let Some(ThreadPane { root, editor, .. }) = self.thread.take() else { return false };
        let (room, typed) = (self.shown.clone(), editor.text());
        self.closed_thread = Some(ClosedThread { room, root, typed });
        true
    }

    /// Keys are for another pane, and the input box has its draft: a reply or an edit in the one before is over.
    pub(crate) fn focus_on(&mut self, pane: LogPane) {
        if pane == self.focus() || self.thread.is_none() {
            return;
        }
        self.end_compose();
        self.selection = None;
        let next = std::mem::take(self.editor_aside(pane));
        let before = self.replace_draft(next);
        *self.editor_aside(self.focus()) = before;
        if let Some(thread) = &mut self.thread {
            thread.has_focus = pane == LogPane::Thread;
        }
    }

    /// The editor of the draft of a pane while it is not in the input box.
    fn editor_aside(&mut self, pane: LogPane) -> &mut Editor {
        match (pane, &mut self.thread) {
            (LogPane::Thread, Some(thread)) => &mut thread.editor,
            _ => &mut self.views.entry(self.shown.clone()).or_default().editor,
        }
    }

    /// From the log to the thread, or back.
    pub(crate) fn focus_on_other(&mut self) {
        match self.focus() {
            _ if self.thread.is_none() => {
                self.done = Some(Err("Select a message and press t to open its thread".to_owned()));
            }
            LogPane::Room => self.focus_on(LogPane::Thread),
            LogPane::Thread => self.focus_on(LogPane::Room),
        }
    }

    /// What the header says of the thread.
    pub(crate) fn thread_text(&self) -> Option<String> {
        let thread = self.client.thread().filter(|_| self.thread.is_some())?;
        let name = format!("Thread in {}", self.client.room().display_name());
        let (count, loaded) = (thread.count(), thread.loaded());
        Some(match (count, loaded) {
            (0, 0) => name,
            (1, 1) => format!("{name} · 1 reply"),
            (count, loaded) if loaded >= count => format!("{name} · {loaded} replies"),
            (count, loaded) => format!("{name} · {loaded} of {count} replies"),
        })
    }

    /// Why not all of the thread is there, if it is not.
    pub(crate) fn thread_trouble(&self) -> Option<Result<String, String>> {
        let thread = self.client.thread().filter(|_| self.thread.is_some())?;
        let is_missing = thread.loaded() < thread.count();
        match thread.load() {
            ThreadLoad::Loading if is_missing => Some(Ok("Loading…".to_owned())),
            ThreadLoad::Waiting => Some(Ok("The rest loads once connected".to_owned())),
            ThreadLoad::Newest => Some(Ok("Only the newest are shown".to_owned())),
            ThreadLoad::Refused(why) => Some(Err(format!("Couldn't load all: {}", why.text))),
            ThreadLoad::Loading | ThreadLoad::Complete => None,
        }
    }
}
