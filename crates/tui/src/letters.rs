//! What letters do while a message is selected: one table, from which the hints and the help are made.
//!
//! To add one, add a row; `state/selection.rs` says to which messages it applies, and `update/selecting.rs` does it.

/// The effect of a letter on the selected message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageAction {
    /// Copies its text.
    Copy,
    /// Opens its first link.
    OpenLink,
    /// Copies its first link.
    CopyLink,
    /// Quotes it.
    Quote,
    /// Replies to it.
    Reply,
    /// Shows its thread.
    Thread,
    /// Reacts to it.
    React,
    /// Edits it.
    Edit,
    /// Deletes it.
    Delete,
    /// Pins it.
    Pin,
    /// Marks it and all after it as unread.
    Unread,
    /// Remembers it.
    Remember,
    /// Lists the texts that it has had.
    Versions,
}

/// A letter and what it does.
#[derive(Debug, Clone, Copy)]
pub struct Letter {
    /// The letter.
    pub key: char,
    /// Its effect, for the program.
    pub action: MessageAction,
    /// The hint on the status line, without the letter.
    pub hint: &'static str,
    /// Its effect, for the user.
    pub does: &'static str,
}

/// Every letter, in the order of the help. If there is no room for all hints, the last ones are left out.
pub const LETTERS: &[Letter] = &[
    row('r', MessageAction::Reply, "reply", "Reply to it"),
    row('t', MessageAction::Thread, "thread", "Show its thread, and write in it"),
    row('+', MessageAction::React, "react", "React with an emoji, or take that back"),
    row('e', MessageAction::Edit, "edit", "Edit your message"),
    row(
        'd',
        MessageAction::Delete,
        "delete",
        "Delete your message, or as a moderator any; asks first",
    ),
    row('y', MessageAction::Copy, "copy", "Copy its text"),
    row('l', MessageAction::CopyLink, "copy link", "Copy its first link"),
    row('o', MessageAction::OpenLink, "open link", "Open its first link"),
    row('q', MessageAction::Quote, "quote", "Quote it in the input"),
    row('u', MessageAction::Unread, "unread", "Mark it and all after it as unread"),
    row(
        'm',
        MessageAction::Remember,
        "remember",
        "Remember it, or not any more: /saved lists them",
    ),
    row('v', MessageAction::Versions, "versions", "Show what it said before it was edited"),
    row('p', MessageAction::Pin, "pin", "Pin it in the room, or unpin it"),
];

const fn row(key: char, action: MessageAction, hint: &'static str, does: &'static str) -> Letter {
    Letter { key, action, hint, does }
}

/// The keys other than letters that act on the selected message, too.
pub const BESIDE: [(&str, &str); 2] =
    [("j, k", "Select the next or the previous message"), ("Enter", "Open a folded message")];
