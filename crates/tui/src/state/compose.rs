//! What the next text is: a message, an answer to one, another text of one; and the thread that is on the screen.

use chat_client::entry::LogEntry;
use chat_proto::Seq;
use chat_proto::command::Links;

use super::State;
use crate::prompt::Editor;
use crate::viewport::ScrollPosition;
use crate::wording::beginning_of;

/// What Enter does with the text, if it does not simply send it.
#[derive(Debug)]
pub(crate) enum Compose {
    /// It replies to this message.
    Reply(Seq),
    /// It is the new text of this message. What was typed before comes back.
    Edit { target: Seq, before: Box<Editor> },
}

/// A thread that is shown in place of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thread {
    /// Its first message.
    pub(crate) root: Seq,
    /// Where the user was in the log.
    from: ScrollPosition,
}

impl State {
    /// What the text in the input box answers.
    pub(crate) fn links(&self) -> Links {
        let thread = self.thread.map(|thread| thread.root);
        match self.compose {
            Some(Compose::Reply(to)) => {
                let of_message = || thread_of(self.client.room().log().message(to)?);
                Links { reply_to: Some(to), thread: thread.or_else(of_message) }
            }
            _ => Links { reply_to: None, thread },
        }
    }

    /// Begins to answer a message.
    pub(crate) fn begin_reply(&mut self, to: Seq) {
        self.end_compose();
        self.compose = Some(Compose::Reply(to));
    }

    /// Puts the text of a message into the input box, to change it.
    pub(crate) fn begin_edit(&mut self, target: Seq, text: &str) {
        self.end_compose();
        self.prompt.put_back();
        self.prompt.end_completion();
        let escape = if text.starts_with('/') { "/" } else { "" };
        let text = Editor::new(&format!("{escape}{text}"));
        let before = Box::new(std::mem::replace(&mut self.prompt.editor, text));
        self.compose = Some(Compose::Edit { target, before });
    }

    /// The next text is a message like any other. Returns whether it was not.
    pub(crate) fn end_compose(&mut self) -> bool {
        match self.compose.take() {
            None => false,
            Some(Compose::Reply(_)) => true,
            Some(Compose::Edit { before, .. }) => {
                self.prompt.put_back();
                self.prompt.end_completion();
                *self.draft.as_mut().unwrap_or(&mut self.prompt.editor) = *before;
                true
            }
        }
    }

    /// Whether the text is the new one of a message.
    #[must_use]
    pub(crate) const fn is_editing(&self) -> bool {
        matches!(self.compose, Some(Compose::Edit { .. }))
    }

    /// What the next text is, in words.
    #[must_use]
    pub(crate) fn compose_text(&self) -> Option<String> {
        let log = self.client.room().log();
        match &self.compose {
            Some(Compose::Reply(to)) => Some(format!("Replying to {}", beginning_of(log, *to))),
            Some(Compose::Edit { .. }) => Some("Editing your message".to_owned()),
            None => None,
        }
    }

    /// Shows a thread in place of the log.
    pub(crate) fn open_thread(&mut self, root: Seq) {
        let from = self.thread.map_or_else(|| self.viewport().position(), |thread| thread.from);
        self.end_compose();
        self.selection = None;
        self.thread = Some(Thread { root, from });
        let room = self.shown().clone();
        self.viewport_mut(&room).to_newest();
    }

    /// Shows the log again, where the user was. Returns whether a thread was shown.
    pub(crate) fn close_thread(&mut self) -> bool {
        let Some(thread) = self.thread.take() else {
            return false;
        };
        self.end_compose();
        self.selection = None;
        let room = self.shown().clone();
        self.viewport_mut(&room).restore(thread.from);
        true
    }

    /// Another room is on the screen: what was begun in the one before is over.
    pub(super) fn end_all(&mut self) {
        self.end_compose();
        self.close_thread();
        self.deleting = None;
    }
}

/// The first message of the thread that a message is in.
pub(crate) fn thread_of(entry: &LogEntry) -> Option<Seq> {
    entry.body.extras()?.details.thread
}
