//! What the next text is: a message, an answer to one, another text of one.

use chat_client::entry::{LogEntry, Origin};
use chat_proto::Seq;
use chat_proto::command::Links;

use super::{State, applies, text};
use crate::letters::MessageAction;
use crate::prompt::{Editor, Prompt};
use crate::wording::beginning_of;

/// What Enter does with the text, if it does not simply send it.
#[derive(Debug)]
pub(crate) enum Compose {
    /// It replies to this message.
    Reply(Seq),
    /// It is the new text of this message. What was typed before comes back.
    Edit { target: Seq, before: Box<Editor> },
}

impl State {
    /// What the text in the input box answers.
    pub(crate) fn links(&self) -> Links {
        let thread = self.focused_thread();
        match self.compose {
            Some(Compose::Reply(to)) => {
                let of_message = || thread_of(self.message(to)?);
                Links { reply_to: Some(to), thread: thread.or_else(of_message) }
            }
            _ => Links { reply_to: None, thread },
        }
    }

    /// Begins to answer a message.
    pub(crate) fn begin_reply(&mut self, to: Seq) {
        self.end_compose();
        self.compose = Some(Compose::Reply(to));
        self.compose_epoch = self.client.epoch().cloned();
    }

    /// Puts the text of a message into the input box, to change it.
    pub(crate) fn begin_edit(&mut self, target: Seq, text: &str) {
        self.end_compose();
        self.prompt.put_back();
        self.prompt.end_completion();
        let text = Editor::new(&escaped(text));
        let before = Box::new(std::mem::replace(&mut self.prompt.editor, text));
        self.compose = Some(Compose::Edit { target, before });
        self.compose_epoch = self.client.epoch().cloned();
    }

    /// Up in an empty box: puts the last message of the user that is on the screen into it, to change it, unless the
    /// user has typed something else since. A second Up leaves it for the history. Returns whether the key is used up.
    pub(crate) fn edit_last(&mut self) -> bool {
        if self.is_edit_unchanged() && self.prompt.editor.is_on_first_line() {
            self.end_compose();
            return false;
        }
        let may = self.compose.is_none() && !self.asks_name() && self.prompt.is_after_message();
        let Some((target, text)) = may.then(|| self.last_own()).flatten() else { return false };
        self.begin_edit(target, &text);
        true
    }

    /// The last message of the user on the screen, if it can be edited.
    fn last_own(&self) -> Option<(Seq, String)> {
        let (rows, height) = self.log_rows()?;
        let shown = rows.on_screen(self.viewport().top(rows, height), height);
        let entries = shown.iter().rev().filter_map(|(index, _)| rows.log.get(*index));
        let is_own = |entry: &&LogEntry| {
            let is_deleted = entry.body.extras().is_some_and(|extras| extras.details.deleted);
            matches!(entry.body.origin(), Some(Origin::Own(_))) && !is_deleted
        };
        let entry = entries.into_iter().find(is_own)?;
        applies(MessageAction::Edit, entry, false).ok()?;
        Some((entry.message_seq()?, text(entry)?.to_owned()))
    }

    /// Whether the box was empty before the text of a message was put there, which is as it was.
    fn is_edit_unchanged(&self) -> bool {
        let Some(Compose::Edit { target, before }) = &self.compose else { return false };
        let entry = self.message(*target);
        let typed = self.prompt.editor.text();
        before.is_empty() && entry.and_then(text).is_some_and(|text| escaped(text) == typed)
    }

    /// Ctrl-Up and Ctrl-Down: another text of the history.
    pub(crate) fn step_input(&mut self, step: impl FnOnce(&mut Prompt)) {
        if !self.asks_name() {
            step(&mut self.prompt);
        }
    }

    /// The next text is a message like any other. Returns whether it was not.
    pub(crate) fn end_compose(&mut self) -> bool {
        match self.compose.take() {
            None => false,
            Some(Compose::Reply(_)) => true,
            Some(Compose::Edit { before, .. }) => {
                self.prompt.put_back();
                self.prompt.end_completion();
                *self.draft_editor_mut() = *before;
                true
            }
        }
    }

    /// If the journal was restored since, the message that is answered or edited may be another one: ends that. Up
    /// brings the text back.
    pub(crate) fn check_compose(&mut self) {
        let is_other = self.client.epoch() != self.compose_epoch.as_ref();
        if self.compose.is_none() || !is_other {
            return;
        }
        if self.is_editing() {
            self.prompt.remember(self.prompt.editor.text());
        }
        self.end_compose();
        self.done = Some(Err("The server was restored, and may not have the message".to_owned()));
    }

    /// Whether the text is the new one of a message.
    #[must_use]
    pub(crate) const fn is_editing(&self) -> bool {
        matches!(self.compose, Some(Compose::Edit { .. }))
    }

    /// What the next text is, in words.
    #[must_use]
    pub(crate) fn compose_text(&self) -> Option<String> {
        match &self.compose {
            Some(Compose::Reply(to)) => {
                Some(format!("Replying to {}", beginning_of(self.message(*to))))
            }
            Some(Compose::Edit { .. }) => Some("Editing your message".to_owned()),
            None => None,
        }
    }

    /// Another room is on the screen: a reply or an edit in the one before is over.
    pub(super) fn end_all(&mut self) {
        self.end_compose();
        self.close_thread();
        self.deleting = None;
    }
}

/// A text as it is typed: one that begins with `/` is not a command.
fn escaped(text: &str) -> String {
    let escape = if text.starts_with('/') { "/" } else { "" };
    format!("{escape}{text}")
}

/// The first message of the thread that a message is in.
pub(crate) fn thread_of(entry: &LogEntry) -> Option<Seq> {
    entry.body.extras()?.details.thread
}
