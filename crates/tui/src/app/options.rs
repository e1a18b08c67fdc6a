//! What the client is started with.

use std::path::PathBuf;

use chat_client::driver::system_clock;
use chat_client::store::Writer;
use chat_proto::{Timestamp, UserName};
use jiff::tz::TimeZone;

use crate::zone::ZoneWatch;

/// What the user has chosen, and what only the edge of the program knows.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name to ask for.
    pub name: UserName,
    /// The server's address, for the status line.
    pub server: String,
    /// The directory of what outlives the program; `None` where nothing does.
    pub state: Option<PathBuf>,
    /// Who waits for the disk it is on.
    pub writer: Writer,
    /// The time zone of the times on the screen.
    pub zone: TimeZone,
    /// Where a change of the time zone shows; `None` if it cannot change.
    pub zone_watch: Option<ZoneWatch>,
    /// What the user should know about the terminal, shown at the start.
    pub notice: Option<&'static str>,
    /// Whether a mention rings the bell.
    pub bell: bool,
    /// Whether there are colours.
    pub colours: bool,
    /// Where the time comes from.
    pub clock: fn() -> Timestamp,
}

impl Options {
    /// What a user called `name` has who has chosen nothing: a bell, colours, UTC, the time of the
    /// system, and nothing that outlives the program.
    #[must_use]
    pub fn new(name: UserName, server: impl Into<String>) -> Self {
        Self {
            name,
            server: server.into(),
            state: None,
            writer: Writer::Thread,
            zone: TimeZone::UTC,
            zone_watch: None,
            notice: None,
            bell: true,
            colours: true,
            clock: system_clock,
        }
    }
}
