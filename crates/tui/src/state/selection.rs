//! The selected message, and what can be done with it.

use chat_client::entry::{Body, Delivery, EntryId, LogEntry, Origin};
use chat_proto::{Seq, UserName};

use super::State;
use crate::letters::MessageAction;
use crate::markup::Markup;
use crate::rows::LogRows;

/// A selected message. It stays the same message whatever comes or goes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    /// The entry of the log.
    pub entry: EntryId,
    seq: Seq,
}

/// Whether a letter does something with a message; if not, why. `deletes_others` says whether the user may delete
/// messages of others.
pub(crate) fn applies(
    action: MessageAction,
    entry: &LogEntry,
    deletes_others: bool,
) -> Result<(), &'static str> {
    match action {
        MessageAction::Copy | MessageAction::Quote => has_text(entry),
        MessageAction::OpenLink | MessageAction::CopyLink => has_link(entry),
        MessageAction::Reply | MessageAction::Thread | MessageAction::Unread => is_stored(entry),
        MessageAction::React | MessageAction::Pin | MessageAction::Remember => is_there(entry),
        MessageAction::Delete if deletes_others => is_there(entry),
        MessageAction::Edit | MessageAction::Delete => is_own(entry),
        MessageAction::Versions => is_edited(entry),
    }
}

impl Selection {
    /// Selects an entry; `None` if it is not a message.
    pub(crate) fn of(entry: Option<&LogEntry>) -> Option<Self> {
        let entry = entry.filter(|entry| text(entry).is_some())?;
        Some(Self { entry: entry.id(), seq: entry.seq() })
    }
}

impl LogRows<'_> {
    /// Selects an entry; `None` if it is not a message.
    fn selectable(&self, index: usize) -> Option<Selection> {
        Selection::of(self.log.get(index))
    }
}

impl State {
    /// Whether the user may delete messages of others in the room on the screen.
    pub(crate) fn deletes_others(&self) -> bool {
        self.client.may_delete_others(self.client.room())
    }

    /// The index of the selected message and the message; `None` if there is none, or if it is no longer
    /// in the log.
    #[must_use]
    pub fn selected(&self) -> Option<(usize, &LogEntry)> {
        let Selection { entry, seq } = self.selection?;
        let log = self.log();
        let index = log.position(entry, seq);
        log.get(index).filter(|found| found.id() == entry).map(|found| (index, found))
    }

    /// Selects the message `count` after the selected one, or before it if `count` is negative. It stays where it
    /// is at the end of the log. Without a selected message begins on the screen, which does not move then.
    pub(crate) fn select(&mut self, count: isize) {
        if self.selected().is_none() {
            self.selection = self.first_on_screen();
            if self.selection.is_some() {
                return;
            }
        }
        let Some((rows, height)) = self.log_rows() else {
            return;
        };
        let message = |index: usize| rows.selectable(index);
        let found = match self.selected() {
            None => (0..self.viewport().top(rows, height).0).rev().find_map(message),
            Some((index, _)) if count < 0 => {
                (0..index).rev().filter_map(message).take(count.unsigned_abs()).last()
            }
            Some((index, _)) => {
                (index + 1..rows.log.len()).filter_map(message).take(count.unsigned_abs()).last()
            }
        };
        self.selection = found.or(self.selection);
        self.show_selected();
    }

    /// The message on the screen with which a selection begins: the mention that was just found, or else the newest
    /// message that is not cut.
    fn first_on_screen(&self) -> Option<Selection> {
        let (rows, height) = self.log_rows()?;
        let viewport = self.viewport();
        let top = viewport.top(rows, height);
        // A hint covers the end of the last row if there is more below.
        let shown = height - usize::from(viewport.reads_back(rows, height));
        let end = rows.down(top, shown).0;
        let message = |index: usize| rows.selectable(index);
        let mention = self.mention.filter(|_| self.is_at_mention);
        let is_mention = |message: &Selection| Some(message.seq) == mention;
        let found = (top.0..=end).filter_map(message).find(is_mention);
        found.or_else(|| (top.0..end.max(top.0 + 1)).rev().find_map(message))
    }

    /// Scrolls as little as needed to show the selected message, from its first row on if it is longer
    /// than the screen.
    pub(crate) fn show_selected(&mut self) {
        let Some(((rows, height), (index, _))) = self.log_rows().zip(self.selected()) else {
            return;
        };
        let viewport = self.viewport();
        let top = viewport.top(rows, height);
        // A hint may cover the last row.
        let room = height.saturating_sub(1).max(1);
        let is_last = index + 1 == rows.log.len();
        let room = if is_last { height } else { room };
        let lowest = rows.up((index + 1, 0), room).min((index, 0));
        let distance = |from, to| rows.distance(from, to);
        let count = if top > (index, 0) {
            -distance((index, 0), top)
        } else if top < lowest {
            distance(top, lowest)
        } else {
            return;
        };
        self.move_through(|viewport, rows, height| viewport.scroll(count, rows, height));
    }

    /// The message on the screen that is nearest to the selected one, rather one that is whole; the
    /// selected one itself if it is whole, or if it is longer than the screen.
    pub(crate) fn nearest_on_screen(&self) -> Option<Selection> {
        let (rows, height) = self.log_rows()?;
        let viewport = self.viewport();
        // A hint covers the end of the last row if there is more below.
        let room = height - usize::from(viewport.reads_back(rows, height));
        let shown = rows.on_screen(viewport.top(rows, height), room);
        let selected = self.selected().map_or(0, |(index, _)| index);
        let messages = shown.iter().filter_map(|(index, _)| {
            let message = Selection::of(rows.log.get(*index))?;
            let needed = rows.height(*index) - rows.height_above(*index);
            let there = shown.iter().filter(|(other, _)| other == index).count();
            Some((there < needed.min(room), index.abs_diff(selected), message))
        });
        let nearest = messages.min_by_key(|(is_cut, distance, _)| (*is_cut, *distance));
        nearest.map(|(.., message)| message)
    }

    /// Whether Enter opens the selected message, or folds it.
    #[must_use]
    pub fn selected_is_long(&self) -> bool {
        let rows = self.log_rows().map(|(rows, _)| rows);
        rows.zip(self.selected()).is_some_and(|(rows, (index, _))| rows.is_long(index))
    }

    /// Whether the selected message is opened.
    pub(crate) fn selected_is_open(&self) -> bool {
        let heights = self.heights_of(self.focus());
        self.selection.is_some_and(|message| heights.is_some_and(|h| h.is_open(message.entry)))
    }

    /// Opens a long message of the room on the screen, or folds it again.
    pub(crate) fn toggle_fold(&mut self, message: Selection) {
        self.heights_mut().toggle(message.entry);
        self.show_selected();
    }
}

/// The text of a message; `None` if it is not a message.
pub(crate) fn text(entry: &LogEntry) -> Option<&str> {
    match &entry.body {
        Body::Message { text, .. } => Some(text),
        Body::Ignored { .. }
        | Body::Notice(_)
        | Body::Presence(_)
        | Body::Offline { .. }
        | Body::Restored => None,
    }
}

/// The author of a message of another user.
pub(crate) fn other_author(entry: &LogEntry) -> Option<&UserName> {
    match &entry.body {
        Body::Message { from, origin: Origin::Other(_), .. } => Some(from),
        _ => None,
    }
}

/// The links of a message.
pub(crate) fn links(entry: &LogEntry) -> Vec<String> {
    let text = text(entry).unwrap_or_default();
    Markup::parse(text, &[]).links().map(str::to_owned).collect()
}

fn has_text(entry: &LogEntry) -> Result<(), &'static str> {
    let extras = entry.body.extras();
    match extras.is_some_and(|extras| extras.details.deleted) {
        true => Err("This message was deleted"),
        false => Ok(()),
    }
}

fn is_stored(entry: &LogEntry) -> Result<(), &'static str> {
    let is_topic = entry.body.extras().is_some_and(|extras| extras.details.topic.is_some());
    match entry.message_seq() {
        Some(_) if is_topic => Err("This is not a message"),
        Some(_) => Ok(()),
        None => Err("The server does not have this message"),
    }
}

fn is_there(entry: &LogEntry) -> Result<(), &'static str> {
    has_text(entry).and_then(|()| is_stored(entry))
}

fn is_own(entry: &LogEntry) -> Result<(), &'static str> {
    match entry.body.origin() {
        Some(Origin::Own(Delivery::Accepted)) => is_there(entry),
        Some(Origin::Own(_)) => Err("The server does not have this message"),
        _ => Err("This is not your message"),
    }
}

fn is_edited(entry: &LogEntry) -> Result<(), &'static str> {
    let extras = entry.body.extras();
    match extras.is_some_and(|extras| extras.details.edited.is_some()) {
        true => is_there(entry),
        false => has_text(entry).and(Err("This message was not edited")),
    }
}

fn has_link(entry: &LogEntry) -> Result<(), &'static str> {
    if links(entry).is_empty() { Err("No link in this message") } else { Ok(()) }
}
