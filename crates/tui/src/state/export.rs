//! The room that is being exported, and how far that is.

use std::path::PathBuf;

use chat_proto::export::ExportFormat;
use chat_proto::{RoomName, Seq, ShortString};

use super::State;

/// A step of the file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportStep {
    /// Make a file beside the one at this path, which must not exist.
    Create(PathBuf),
    /// Add a text to it.
    Write(String),
    /// Give it its name.
    Finish,
    /// Remove it.
    Remove,
}

/// An export. One page of messages is on its way, or is being written.
#[derive(Debug)]
pub(crate) struct Export {
    /// Its number.
    pub(crate) run: u64,
    pub(crate) room: RoomName,
    /// The name of the room for the user.
    pub(crate) label: RoomName,
    pub(crate) format: ExportFormat,
    pub(crate) stage: Stage,
    /// The session in which the server was asked last.
    pub(crate) asked_in: Option<u64>,
    /// The epoch of the journal when it began.
    pub(crate) epoch: Option<ShortString>,
    /// The first message; none before it is known.
    pub(crate) first: Seq,
    /// The last message that is written.
    pub(crate) done: Seq,
    /// The last message of the room when it began.
    pub(crate) last: Seq,
    /// How many messages are written.
    pub(crate) count: u64,
}

/// The answer that an export waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The file is made.
    Create,
    /// The server looks for the first message.
    First,
    /// The server sends a page.
    Fetch,
    /// A page is written.
    Write,
    /// The file gets its name.
    Finish,
}

impl State {
    /// How far the export is, in words.
    pub(crate) fn export_text(&self) -> Option<String> {
        let Export { label, first, done, last, .. } = self.export.as_ref()?;
        let all = last.since(*first).max(1);
        let percent = done.since(*first).min(all) * 100 / all;
        Some(format!("Exporting {label}: {percent} %, /export stop ends it"))
    }
}
