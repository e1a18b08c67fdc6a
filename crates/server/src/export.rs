//! The format of an exported room on the command line.

use chat_proto::export::ExportFormat;
use clap::ValueEnum;

/// The format of an exported room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line for each message, with the lines of its text below it.
    Text,
    /// A JSON object a line, as in `history`.
    Jsonl,
    /// A page for a browser.
    Html,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Jsonl => Self::Jsonl,
            Format::Html => Self::Html,
        }
    }
}
