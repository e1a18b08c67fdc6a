//! The values of the options.

use std::time::Duration;

use chat_proto::RoomName;
use chat_server::Limits;
use chat_server::config::Plain;
use chat_server::journal::Durability;
use clap::ValueEnum;
use jiff::fmt::friendly::SpanParser;

use crate::span;

/// The format of the log.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for a person.
    Text,
    /// One JSON object a line, for a program.
    Json,
}

impl From<LogFormat> for chat_log::Format {
    fn from(format: LogFormat) -> Self {
        match format {
            LogFormat::Text => Self::Text,
            LogFormat::Json => Self::Json,
        }
    }
}

/// The crash that an accepted message survives.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum DurabilityArg {
    /// A crash of the machine.
    Disk,
    /// A crash of the program.
    Os,
}

impl DurabilityArg {
    pub(super) const fn durability(self) -> Durability {
        match self {
            Self::Disk => Durability::Disk,
            Self::Os => Durability::Os,
        }
    }
}

/// Whether there is a search index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SearchIndex {
    /// Clients can search.
    On,
    /// Clients cannot search; the processor has less work, and an index on the disk stays as it is.
    Off,
}

/// Whether there are limits of what one user or one network may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LimitsArg {
    /// A user or a network that sends too much waits.
    On,
    /// For a network that is trusted, and for measurements.
    Off,
}

impl LimitsArg {
    pub(super) fn limits(self) -> Limits {
        match self {
            Self::On => Limits::default(),
            Self::Off => Limits::off(),
        }
    }
}

/// From where plain text is accepted.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PlainArg {
    /// This machine.
    Loopback,
    /// This machine and private networks.
    Private,
    /// Everywhere.
    Any,
}

impl From<PlainArg> for Plain {
    fn from(from: PlainArg) -> Self {
        match from {
            PlainArg::Loopback => Self::Loopback,
            PlainArg::Private => Self::Private,
            PlainArg::Any => Self::Any,
        }
    }
}

/// How long messages are stored; `None` for always.
pub(super) type Keep = Option<Duration>;

/// Reads the name of a room or an address.
pub(super) fn room(written: &str) -> Result<RoomName, String> {
    let is_whole = written.starts_with(['#', '@']);
    let name = if is_whole { written.to_owned() } else { format!("#{written}") };
    let room = RoomName::new(&name).map_err(|error| error.to_string())?;
    match room.is_private() && room.pair().is_none() {
        true => {
            Err("write the address of a direct message: @ and two numbers, such as @7-12"
                .to_owned())
        }
        false => Ok(room),
    }
}

/// Reads how long to keep messages.
pub(super) fn keep(written: &str) -> Result<Keep, String> {
    match written {
        "forever" => Ok(None),
        _ => match span::parse(written) {
            Some(keep) => Ok(Some(keep)),
            None => Err("write forever, or a time as 90d or 12h".to_owned()),
        },
    }
}

/// Reads a time such as `300ms`, `10s` or `2m`.
pub(super) fn duration(written: &str) -> Result<Duration, String> {
    SpanParser::new()
        .parse_unsigned_duration(written)
        .map_err(|_| "write a time as 300ms, 10s or 2m".to_owned())
}
