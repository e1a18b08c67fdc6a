//! The log's own lines. They bypass `tracing`, since a panic may happen inside it, and so that no filter
//! hides that lines are missing.

use serde_json::json;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use crate::Log;

/// The format of all lines of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
        }
    }
}

impl Log {
    /// Formats `message` as a line of this log, with its line end.
    pub(crate) fn line(&self, level: Level, message: &str) -> Vec<u8> {
        let mut time = String::new();
        // If the time cannot be formatted, the line is logged without it.
        let _ = SystemTime.format_time(&mut Writer::new(&mut time));
        let level = level.name();
        let line = match self.format {
            Format::Text => format!("{time} {level:>5} {message}\n"),
            Format::Json => {
                let fields = json!({"message": message});
                let line = json!({
                    "timestamp": time, "level": level, "fields": fields, "target": "chat_log",
                });
                format!("{line}\n")
            }
        };
        line.into_bytes()
    }
}
