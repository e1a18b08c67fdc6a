//! The clients that are measured: how each is started, and what it shows.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use portable_pty::CommandBuilder;

/// The name of the user who is measured.
pub(crate) const NAME: &str = "ana";

/// The room in which another user sends messages, and nobody else is: each message to others would take processor time
/// of the machine from the client, which is measured alone.
pub(crate) const BUSY: &str = "#busy";

/// The room with all users.
pub(crate) const CROWDED: &str = "#crowd";

/// Rooms besides these two.
const QUIET_ROOMS: usize = 17;

/// Users in the crowded room besides the measured one.
const USERS: usize = 199;

/// A client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// On the screen once the first frame is of use.
    pub(crate) first: &'static str,
    /// The keys that show the busy room.
    pub(crate) go: &'static str,
    pub(crate) protocol: Protocol,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Chat,
    Irc,
}

/// Ours, and the others.
pub(crate) const CLIENTS: [Client; 3] = [
    Client { name: "chat-tui", first: "›", go: "", protocol: Protocol::Chat },
    Client { name: "weechat", first: "weechat", go: "/buffer #busy\r", protocol: Protocol::Irc },
    Client {
        name: "irssi",
        first: "[(status)]",
        go: "/window goto #busy\r",
        protocol: Protocol::Irc,
    },
];

/// The rooms that the user is in; the busy one is the last.
pub(crate) fn rooms() -> impl Iterator<Item = String> {
    (1..=QUIET_ROOMS).map(|n| format!("#room{n}")).chain([CROWDED, BUSY].map(str::to_owned))
}

/// The other users of the crowded room.
pub(crate) fn users() -> impl Iterator<Item = String> {
    (1..=USERS).map(|n| format!("user{n}"))
}

/// Returns the directory of this program and of those that were built with it.
pub(crate) fn programs() -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    Ok(this.parent().map(Path::to_owned).unwrap_or_default())
}

impl Client {
    pub(crate) fn is_installed(&self) -> bool {
        self.program().is_some()
    }

    fn program(&self) -> Option<PathBuf> {
        if self.protocol == Protocol::Chat {
            return Some(programs().ok()?.join(self.name)).filter(|program| program.exists());
        }
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|directory| directory.join(self.name)).find(|p| p.exists())
    }

    /// The command that starts it in the directory `home`, connected to a server at `address`.
    pub(crate) fn command(&self, home: &Path, address: SocketAddr) -> io::Result<CommandBuilder> {
        let program = self.program().ok_or_else(|| io::Error::other("it is not installed"))?;
        let mut command = CommandBuilder::new(program);
        match self.name {
            "weechat" => {
                let server = format!("/server add bench {address} -nicks={NAME}").replace(':', "/");
                command.args(["-d".as_ref(), home.as_os_str()]);
                command.args(["-r", &server, "-r", "/connect bench"]);
            }
            "irssi" => {
                command.arg(format!("--home={}", home.display()));
                command.args(["-c", "127.0.0.1", "-p", &address.port().to_string(), "-n", NAME]);
            }
            _ => command.arg(format!("{NAME}@{address}")),
        }
        for variable in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
            command.env(variable, home);
        }
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        Ok(command)
    }
}
