//! What the next text is: a message, an answer to one, another text of one; and the thread that is on the screen.

use chat_client::entry::{Body, LogEntry, Origin};
use chat_client::log::Log;
use chat_proto::Seq;
use chat_proto::command::Links;
use chat_proto::event::{Details, Replies};

use super::{State, applies, text};
use crate::letters::MessageAction;
use crate::prompt::{Editor, Prompt};
use crate::viewport::ScrollPosition;
use crate::wording::beginning_of;

/// Most pages that are loaded for the answers of a thread: as much as the window of a room holds beside its first
/// message.
const THREAD_PAGES_MAX: usize = 15;

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
    /// How many pages may still be loaded.
    pages: usize,
    /// Where the user was in the log.
    pub(super) from: ScrollPosition,
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
        let may = self.compose.is_none() && self.draft.is_none() && self.prompt.is_after_message();
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
        applies(MessageAction::Edit, entry).ok()?;
        Some((entry.message_seq()?, text(entry)?.to_owned()))
    }

    /// Whether the box was empty before the text of a message was put there, which is as it was.
    fn is_edit_unchanged(&self) -> bool {
        let Some(Compose::Edit { target, before }) = &self.compose else { return false };
        let entry = self.client.room().log().message(*target);
        let typed = self.prompt.editor.text();
        before.is_empty() && entry.and_then(text).is_some_and(|text| escaped(text) == typed)
    }

    /// Ctrl-Up and Ctrl-Down: another text of the history.
    pub(crate) fn step_input(&mut self, step: impl FnOnce(&mut Prompt)) {
        if self.draft.is_none() {
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
                *self.draft.as_mut().unwrap_or(&mut self.prompt.editor) = *before;
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
        self.thread = Some(Thread { root, pages: THREAD_PAGES_MAX, from });
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

    /// Whether messages are to be loaded after the window, since the last answer of the thread is not there.
    pub(crate) fn loads_thread(&mut self) -> bool {
        let Some(thread) = &mut self.thread else { return false };
        let room = self.client.room();
        let replies = replies(room.log(), thread.root);
        let is_missing = replies.is_some_and(|replies| !room.log().is_loaded(replies.last_seq));
        let asks = is_missing && !room.is_loading() && thread.pages > 0;
        thread.pages -= usize::from(asks);
        asks
    }

    /// What the header says of the thread.
    pub(crate) fn thread_text(&self) -> Option<String> {
        let (root, room) = (self.thread?.root, self.client.room());
        let name = format!("Thread in {}", room.display_name());
        let count = replies(room.log(), root).map_or(0, |replies| replies.count);
        let is_answer = |(seq, body): &(Option<Seq>, &Body)| {
            let details = body.extras().map(|extras| &extras.details);
            let answers = |details: &Details| details.thread.or(details.reply_to) == Some(root);
            seq.is_some() && details.is_some_and(answers)
        };
        let loaded = room.log().messages().filter(is_answer).count() as u64;
        Some(match (count, loaded) {
            (0, _) => name,
            (1, 1..) => format!("{name} · 1 reply"),
            (count, loaded) if loaded >= count => format!("{name} · {count} replies"),
            (count, loaded) => format!("{name} · {loaded} of {count} replies loaded"),
        })
    }

    /// Another room is on the screen: what was begun in the one before is over.
    pub(super) fn end_all(&mut self) {
        self.end_compose();
        self.close_thread();
        self.deleting = None;
    }
}

/// A text as it is typed: one that begins with `/` is no command.
fn escaped(text: &str) -> String {
    let escape = if text.starts_with('/') { "/" } else { "" };
    format!("{escape}{text}")
}

/// The answers to a message.
fn replies(log: &Log, root: Seq) -> Option<Replies> {
    log.message(root)?.body.extras()?.details.replies
}

/// The first message of the thread that a message is in.
pub(crate) fn thread_of(entry: &LogEntry) -> Option<Seq> {
    entry.body.extras()?.details.thread
}
