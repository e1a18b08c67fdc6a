//! A server to put under load: how it is started, and where it listens.

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
use crate::dialect::{CLASSIC, Dialect, IRC, IRC_NARROW, MQTT, NATIVE, NATS, RAW, RAW_LONG, REDIS};
use crate::process::Process;
use peer::Peer;

/// Connections that the daemon is told to allow: more than any workload has.
const CONNECTIONS_MAX: &str = "11000";

/// How long a server has to listen: one that runs under a count takes seconds.
const START_MAX: Duration = Duration::from_secs(30);

/// How long one has to end by itself: its own bounds for that are some 10 s, and under a count all takes
/// longer.
const STOP_MAX: Duration = Duration::from_secs(60);

/// What the names of places begin with where servers keep what they keep.
const HOME_PREFIX: &str = "chat-load-";

/// A server to put under load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The bare server that writes what it reads: what the kernel allows.
    Rawfan,
    /// The same, with messages as long as the lines of `chat-server`.
    RawfanLong,
    /// `chat-server`.
    Ours,
    /// The same, with clients of the original chat.
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

/// The servers of others.
pub(crate) const PEERS: [Target; 5] =
    [Target::Inspircd, Target::Redis, Target::Nats, Target::Ngircd, Target::Mosquitto];

/// What an accepted message survives, as `chat-server` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Durability {
    /// A crash of the machine.
    Disk,
    /// A crash of the program alone.
    Os,
}

/// A running server; ended where it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    child: Child,
    /// What it keeps is there, unless it is another's.
    home: Option<TempDir>,
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    #[error("{} cannot be started; build it first, in the same profile", program.display())]
    Start { program: PathBuf, source: io::Error },
    #[error("{} did not say where it listens but {said:?}", program.display())]
    NoAddress { program: PathBuf, said: String },
    #[error("{0} is not installed; the Debian package {0} has it")]
    NotInstalled(&'static str),
    #[error("cannot prepare the directory and the port of the server")]
    Home(#[source] io::Error),
}

impl Durability {
    /// What it is called, as an argument and in a table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Os => "os",
        }
    }
}

impl Target {
    /// What it is called in a table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rawfan => "rawfan",
            Self::RawfanLong => "rawfan, our bytes",
            Self::Ours => "ours",
            Self::OursClassic => "ours, classic clients",
            Self::Inspircd => "InspIRCd",
            Self::Redis => "Redis",
            Self::Nats => "NATS",
            Self::Ngircd => "ngIRCd",
            Self::Mosquitto => "Mosquitto",
        }
    }

    /// Whether what it accepts is kept, and how is a setting.
    pub(crate) const fn keeps(self) -> bool {
        matches!(self, Self::Ours | Self::OursClassic)
    }

    /// Whether it can be started here.
    ///
    /// # Errors
    /// Says what is missing.
    pub(crate) fn is_there(self, cores: &Cores) -> Result<(), TargetError> {
        self.start(cores, Durability::Os).map(drop)
    }

    /// Whether it is no server of others.
    pub(crate) fn is_of_the_project(self) -> bool {
        !PEERS.contains(&self)
    }

    /// How to talk to it.
    pub(crate) const fn dialect(self) -> &'static Dialect {
        match self {
            Self::Rawfan => &RAW,
            Self::RawfanLong => &RAW_LONG,
            Self::Ours => &NATIVE,
            Self::OursClassic => &CLASSIC,
            Self::Inspircd => &IRC,
            Self::Ngircd => &IRC_NARROW,
            Self::Redis => &REDIS,
            Self::Nats => &NATS,
            Self::Mosquitto => &MQTT,
        }
    }

    /// Starts it with nothing kept, on a core of its own where there are two.
    ///
    /// # Errors
    /// Where it is not there or does not listen.
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
            Self::Ours | Self::OursClassic => start_ours(home.path(), cores, durability)?,
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

/// An empty place for what a server keeps. It is beside the programs, since the one for temporary
/// files may be no disk at all.
///
/// # Errors
/// Where there can be none.
pub(crate) fn home() -> Result<TempDir, TargetError> {
    tempfile::Builder::new().prefix(HOME_PREFIX).tempdir_in(programs()?).map_err(TargetError::Home)
}

/// Starts `chat-server` on what it has kept in `home`.
///
/// # Errors
/// Where it is not there or does not listen.
pub(crate) fn start_ours(
    home: &Path,
    cores: &Cores,
    durability: Durability,
) -> Result<Server, TargetError> {
    start(&mut ours(home, durability)?, cores)
}

/// The same by a program that is given it with its arguments, such as one that counts: its name and
/// its own arguments.
///
/// # Errors
/// Where one of the two is not there, or the daemon does not listen.
pub(crate) fn start_ours_under(
    program: &[String],
    home: &Path,
    cores: &Cores,
    durability: Durability,
) -> Result<Server, TargetError> {
    let ours = ours(home, durability)?;
    let mut words =
        program.iter().map(OsStr::new).chain([ours.get_program()]).chain(ours.get_args());
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    start(&mut command, cores)
}

/// Whether there is a program of that name.
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
    Err(TargetError::NoAddress { program: command.get_program().into(), said: String::new() })
}

fn start(command: &mut Command, cores: &Cores) -> Result<Server, TargetError> {
    command.stdout(Stdio::piped());
    let mut child = cores.start_server(|| spawn(command))?;
    // It stands at the end of the first line.
    let said = child::first_line(&mut child, START_MAX).unwrap_or_default();
    if let Some(address) = said.rsplit(' ').next().and_then(|word| word.parse().ok()) {
        return Ok(Server { address, child, home: None });
    }
    child::kill(&mut child);
    Err(TargetError::NoAddress { program: command.get_program().into(), said })
}

impl Server {
    /// Its process.
    pub(crate) fn process(&self) -> Process {
        Process::new(self.child.id())
    }

    /// Has it end by itself, so that all is in order where it keeps something, and waits for that.
    ///
    /// # Errors
    /// Where it is gone already, or does not end well.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        if child::end_by(&mut self.child, Signal::TERM, STOP_MAX)? {
            Ok(())
        } else {
            Err(io::Error::other("the server did not end as it should"))
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        child::kill(&mut self.child);
    }
}

/// Where this program is, and those that were built with it.
fn programs() -> Result<PathBuf, TargetError> {
    let this = std::env::current_exe().map_err(TargetError::Home)?;
    Ok(this.parent().map(Path::to_owned).unwrap_or_default())
}

fn ours(home: &Path, durability: Durability) -> Result<Command, TargetError> {
    let mut command = Command::new(programs()?.join("chat-server"));
    command
        .args(["--listen", "127.0.0.1:0", "--max-connections", CONNECTIONS_MAX])
        .args(["--durability", durability.name()])
        .arg("--data")
        .arg(home)
        .env("RUST_LOG", "warn");
    Ok(command)
}

fn spawn(command: &mut Command) -> Result<Child, TargetError> {
    let spawned = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
    spawned.map_err(|source| TargetError::Start { program: command.get_program().into(), source })
}
