//! The servers that can be put under load: starting and stopping them.

mod peer;

use std::ffi::OsStr;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::child;
use crate::cores::Cores;
use crate::dialect::{
    CLASSIC, Dialect, IRC, IRC_NARROW, MQTT, NATIVE, NATIVE_TLS, NATIVE_WEB, NATS, RAW, RAW_LONG,
    REDIS,
};
use crate::process::Process;
use peer::Peer;

/// The daemon's `--max-connections`: more than any workload has.
const CONNECTIONS_MAX: &str = "11000";

/// The daemon's `--detect-silence` for WebSockets: on a busy machine their requests come late, and a client that has
/// been taken for a classic one opens none.
const WEB_DETECT_SILENCE: &str = "10s";

/// How long a server may take until it listens: under valgrind, or on a machine with much else to do, it takes seconds.
const START_MAX: Duration = Duration::from_secs(300);

/// How long a server may take to stop: the daemon's own timeouts add up to about 10 s, and under valgrind, or on a
/// machine with much else to do, everything takes longer.
const STOP_MAX: Duration = Duration::from_secs(300);

/// The prefix of the servers' data directories.
const HOME_PREFIX: &str = "chat-load-";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// A server without a protocol: the limit that the kernel sets.
    Rawfan,
    /// Rawfan with messages as long as the lines of chat-server.
    RawfanLong,
    /// chat-server with native clients.
    Ours,
    /// chat-server with native clients within TLS.
    OursTls,
    /// chat-server with native clients on WebSockets.
    OursWeb,
    /// chat-server with native clients, without the search index.
    OursUnindexed,
    /// chat-server with classic clients.
    OursClassic,
    /// IRC, in C++.
    Inspircd,
    /// Pub/sub, in C.
    Redis,
    /// Pub/sub, in Go.
    Nats,
    /// IRC, in C.
    Ngircd,
    /// MQTT, in C.
    Mosquitto,
}

/// Servers of other projects.
pub(crate) const PEERS: [Target; 5] =
    [Target::Inspircd, Target::Redis, Target::Nats, Target::Ngircd, Target::Mosquitto];

/// The `--durability` of `chat-server`: what an accepted message survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Durability {
    /// A crash of the machine.
    Disk,
    /// A crash of the program, but not of the machine.
    Os,
}

/// The `--search` of `chat-server`: whether messages are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    On,
    Off,
}

/// A running server, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    /// Its data directory, removed with it; `None` if the caller owns the directory.
    home: Option<TempDir>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    #[error("{} cannot be started; build it first, in the same profile", program.display())]
    Start { program: PathBuf, source: io::Error },
    #[error("{} did not print where it listens, but {output:?}", program.display())]
    NoAddress { program: PathBuf, output: String },
    #[error("{0} is not installed; install the Debian package {0}")]
    NotInstalled(&'static str),
    #[error("cannot prepare the server's directory or port")]
    Home(#[source] io::Error),
}

impl Durability {
    /// Its name as an argument and in a table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Os => "os",
        }
    }
}

impl Search {
    /// Its name as an argument.
    const fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

impl Target {
    /// Its name in a table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rawfan => "rawfan",
            Self::RawfanLong => "rawfan, our bytes",
            Self::Ours => "ours",
            Self::OursTls => "ours, TLS",
            Self::OursWeb => "ours, WebSocket",
            Self::OursUnindexed => "ours, without search",
            Self::OursClassic => "ours, classic clients",
            Self::Inspircd => "InspIRCd",
            Self::Redis => "Redis",
            Self::Nats => "NATS",
            Self::Ngircd => "ngIRCd",
            Self::Mosquitto => "Mosquitto",
        }
    }

    /// Whether it stores messages, with a durability.
    pub(crate) const fn stores(self) -> bool {
        matches!(
            self,
            Self::Ours | Self::OursTls | Self::OursWeb | Self::OursUnindexed | Self::OursClassic
        )
    }

    /// Returns an error if it cannot be started on this machine.
    pub(crate) fn check_available(self, cores: &Cores) -> Result<(), TargetError> {
        self.start(cores, Durability::Os).map(drop)
    }

    pub(crate) fn is_of_the_project(self) -> bool {
        !PEERS.contains(&self)
    }

    pub(crate) const fn dialect(self) -> &'static Dialect {
        match self {
            Self::Rawfan => &RAW,
            Self::RawfanLong => &RAW_LONG,
            Self::Ours | Self::OursUnindexed => &NATIVE,
            Self::OursTls => &NATIVE_TLS,
            Self::OursWeb => &NATIVE_WEB,
            Self::OursClassic => &CLASSIC,
            Self::Inspircd => &IRC,
            Self::Ngircd => &IRC_NARROW,
            Self::Redis => &REDIS,
            Self::Nats => &NATS,
            Self::Mosquitto => &MQTT,
        }
    }

    /// Starts it with an empty data directory, on its own core if there are two.
    ///
    /// # Errors
    /// If it is not installed, or does not listen within [`START_MAX`].
    pub(crate) fn start(
        self,
        cores: &Cores,
        durability: Durability,
    ) -> Result<Server, TargetError> {
        let home = home()?;
        let mut server = match self {
            Self::Rawfan | Self::RawfanLong => {
                start(&mut Command::new(programs()?.join("rawfan")), cores)?
            }
            Self::Ours | Self::OursTls | Self::OursClassic => {
                start_ours(home.path(), cores, durability, Search::On)?
            }
            Self::OursWeb => {
                let mut command = ours(home.path(), durability, Search::On)?;
                start(command.args(["--detect-silence", WEB_DETECT_SILENCE]), cores)?
            }
            Self::OursUnindexed => start_ours(home.path(), cores, durability, Search::Off)?,
            Self::Inspircd => start_peer(&peer::INSPIRCD, home.path(), cores)?,
            Self::Redis => start_peer(&peer::REDIS, home.path(), cores)?,
            Self::Nats => start_peer(&peer::NATS, home.path(), cores)?,
            Self::Ngircd => start_peer(&peer::NGIRCD, home.path(), cores)?,
            Self::Mosquitto => start_peer(&peer::MOSQUITTO, home.path(), cores)?,
        };
        server.home = Some(home);
        Ok(server)
    }
}

/// Creates an empty data directory. It is beside the programs, since the system's directory for temporary files
/// may be in memory.
pub(crate) fn home() -> Result<TempDir, TargetError> {
    tempfile::Builder::new().prefix(HOME_PREFIX).tempdir_in(programs()?).map_err(TargetError::Home)
}

/// Starts `chat-server` with the data directory `home`.
///
/// # Errors
/// If it is not built, or does not listen within [`START_MAX`].
pub(crate) fn start_ours(
    home: &Path,
    cores: &Cores,
    durability: Durability,
    search: Search,
) -> Result<Server, TargetError> {
    start(&mut ours(home, durability, search)?, cores)
}

/// Like [`start_ours`], under another program, such as valgrind: `program` is its name and its arguments. Without an
/// index, whose thread such a program would count with the others.
pub(crate) fn start_ours_under(
    program: &[String],
    home: &Path,
    cores: &Cores,
    durability: Durability,
) -> Result<Server, TargetError> {
    let ours = ours(home, durability, Search::Off)?;
    let mut words =
        program.iter().map(OsStr::new).chain([ours.get_program()]).chain(ours.get_args());
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    start(&mut command, cores)
}

pub(crate) fn is_installed(program: &str) -> bool {
    peer::find(program).is_some()
}

fn start_peer(peer: &Peer, home: &Path, cores: &Cores) -> Result<Server, TargetError> {
    let (mut command, address) = peer.command(home)?;
    command.stdout(Stdio::null());
    let mut child = cores.start_server(|| spawn(&mut command))?;
    if peer::listens(&mut child, address) {
        return Ok(Server { address, child, home: None });
    }
    child::kill(&mut child);
    Err(TargetError::NoAddress { program: command.get_program().into(), output: String::new() })
}

fn start(command: &mut Command, cores: &Cores) -> Result<Server, TargetError> {
    command.stdout(Stdio::piped());
    let mut child = cores.start_server(|| spawn(command))?;
    // The first line ends with the address.
    let output = child::first_line(&mut child, START_MAX).unwrap_or_default();
    if let Some(address) = output.rsplit(' ').next().and_then(|word| word.parse().ok()) {
        return Ok(Server { address, child, home: None });
    }
    child::kill(&mut child);
    Err(TargetError::NoAddress { program: command.get_program().into(), output })
}

impl Server {
    pub(crate) fn process(&self) -> Process {
        Process::new(self.child.id())
    }

    /// Sends SIGTERM and waits for an orderly end, so that its data directory can be used again.
    ///
    /// # Errors
    /// If it has ended already, fails, or does not end within [`STOP_MAX`].
    pub(crate) fn stop(mut self) -> io::Result<()> {
        if child::end_by_signal(&mut self.child, Signal::TERM, STOP_MAX)? {
            Ok(())
        } else {
            Err(io::Error::other("the server did not stop in time, or failed"))
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        child::kill(&mut self.child);
    }
}

/// Returns the directory of this program and of those that were built with it.
fn programs() -> Result<PathBuf, TargetError> {
    let this = std::env::current_exe().map_err(TargetError::Home)?;
    Ok(this.parent().map(Path::to_owned).unwrap_or_default())
}

fn ours(home: &Path, durability: Durability, search: Search) -> Result<Command, TargetError> {
    let mut command = Command::new(programs()?.join("chat-server"));
    command
        .args(["--listen", "127.0.0.1:0", "--max-connections", CONNECTIONS_MAX, "--limits", "off"])
        .args(["--durability", durability.name(), "--search", search.name()])
        .arg("--data")
        .arg(home)
        .env("RUST_LOG", "warn");
    Ok(command)
}

fn spawn(command: &mut Command) -> Result<Child, TargetError> {
    let spawned = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
    spawned.map_err(|source| TargetError::Start { program: command.get_program().into(), source })
}
