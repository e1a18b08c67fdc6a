//! The options of the client.

use std::path::PathBuf;

use chat_client::Config;
use chat_client::driver::system_clock;
use chat_client::store::Writer;
use chat_proto::{Secret, ShortString, Timestamp, UserName};
use jiff::tz::TimeZone;
use ratatui::layout::Size;

use crate::notification::Notifier;
use crate::settings::Layers;
use crate::state::{Back, Look, State};
use crate::theme::Environment;
use crate::zone::ZoneWatch;

/// What the user chooses, and what only the edge of the program knows.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name to ask for.
    pub name: UserName,
    /// The address of the server, for the status line.
    pub server: String,
    /// The invite of the server's address line, if it has one.
    pub invite: Option<Secret>,
    /// The state directory; `None` if nothing is to outlive the program.
    pub state: Option<PathBuf>,
    /// Whether no client with this state directory has had a session: the screen says what a newcomer can do, and
    /// Esc goes back to the first screen as long as the server does not answer.
    pub is_first: bool,
    /// The server that Esc goes back to as long as this one does not answer; `None` if none has worked.
    pub back: Option<Back>,
    /// Whether the server is the demo.
    pub is_demo: bool,
    /// The thread or the task that waits for its disk.
    pub writer: Writer,
    /// The time zone of the times on the screen.
    pub zone: TimeZone,
    /// Watches the time zone; `None` if it cannot change.
    pub zone_watch: Option<ZoneWatch>,
    /// Notices about the terminal and the settings file, shown at the start.
    pub notices: Vec<String>,
    /// The settings.
    pub settings: Layers,
    /// The settings file; `None` if there is no place for one.
    pub settings_file: Option<PathBuf>,
    /// What the environment says about the colours of the terminal.
    pub environment: Environment,
    /// How the terminal notifies.
    pub notifier: Notifier,
    /// Whether links can be opened on this machine.
    pub opens_links: bool,
    /// The clock.
    pub clock: fn() -> Timestamp,
}

impl Options {
    /// The options of a user called `name` who has chosen nothing: the default settings, UTC, the clock of the
    /// system, and nothing that outlives the program.
    #[must_use]
    pub fn new(name: UserName, server: impl Into<String>) -> Self {
        Self {
            name,
            server: server.into(),
            invite: None,
            state: None,
            is_first: false,
            back: None,
            is_demo: false,
            writer: Writer::Thread,
            zone: TimeZone::UTC,
            zone_watch: None,
            notices: Vec::new(),
            settings: Layers::default(),
            settings_file: None,
            environment: Environment::default(),
            notifier: Notifier::default(),
            opens_links: false,
            clock: system_clock,
        }
    }

    /// The identity of the client.
    pub(super) fn config(&self) -> Config {
        Config {
            name: self.name.clone(),
            server: self.server.clone(),
            directory: self.state.clone(),
            writer: self.writer,
            invite: self.invite.clone(),
            machine: host_name(),
        }
    }

    /// The state of the screen at the start.
    pub(super) fn state_of(self, client: chat_client::State, size: Size) -> State {
        let mut state = State::of(client, self.zone, size);
        state.look = Look::new(self.settings, self.environment);
        state.is_first = self.is_first;
        state.settings_file = self.settings_file;
        (state.is_demo, state.may_ask_server) = (self.is_demo, self.is_first && !self.is_demo);
        state.back = self.back;
        state.opens_links = self.opens_links;
        state.attention.notifier = self.notifier;
        state
    }
}

/// The host name of this machine, by which the user recognises it in the list of its devices.
fn host_name() -> Option<ShortString> {
    let system = rustix::system::uname();
    let name = ShortString::new(system.nodename().to_str().ok()?).ok()?.cleaned();
    (!name.is_empty()).then_some(name)
}
