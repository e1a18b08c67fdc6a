//! The lines that the log makes itself. They do not go through `tracing`: a panic may happen within
//! it, and no filter hides that lines are missing.

use serde_json::json;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use crate::Log;

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines for a person.
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
    /// A line in this log's format, with its line end.
    pub(crate) fn line(&self, level: Level, message: &str) -> Vec<u8> {
        let mut time = String::new();
        // A clock that cannot be formatted must not keep the line out of the log.
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
