//! Servers of other projects, as their packages install them, with configurations that do not throttle them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::park_timeout;
use std::time::Instant;

use super::{START_MAX, TargetError};
use crate::child::POLL_INTERVAL;

/// A directory with servers that is not in the `PATH` of every user.
const SYSTEM_PROGRAMS: &str = "/usr/sbin";

#[derive(Debug)]
pub(super) struct Peer {
    /// The program; its Debian package has the same name.
    pub(super) program: &'static str,
    /// The configuration, with the placeholders `<port>` and `<home>`.
    config: &'static str,
    /// The arguments; `<config>` stands for the path of the configuration.
    arguments: &'static [&'static str],
}

pub(super) const REDIS: Peer = Peer {
    program: "redis-server",
    config: include_str!("../../peers/redis.conf"),
    arguments: &["<config>"],
};

pub(super) const NATS: Peer = Peer {
    program: "nats-server",
    config: include_str!("../../peers/nats.conf"),
    arguments: &["-c", "<config>"],
};

pub(super) const MOSQUITTO: Peer = Peer {
    program: "mosquitto",
    config: include_str!("../../peers/mosquitto.conf"),
    arguments: &["-c", "<config>"],
};

pub(super) const NGIRCD: Peer = Peer {
    program: "ngircd",
    config: include_str!("../../peers/ngircd.conf"),
    arguments: &["-n", "-f", "<config>"],
};

pub(super) const INSPIRCD: Peer = Peer {
    program: "inspircd",
    config: include_str!("../../peers/inspircd.conf"),
    arguments: &["--nofork", "--runasroot", "--config", "<config>"],
};

impl Peer {
    /// Returns the command that starts the server in `home`, and the address it will listen on: a port that was
    /// free a moment ago.
    ///
    /// # Errors
    /// If the server is not installed.
    pub(super) fn command(&self, home: &Path) -> Result<(Command, SocketAddr), TargetError> {
        let program = find(self.program).ok_or(TargetError::NotInstalled(self.program))?;
        let address = free_address().map_err(TargetError::Home)?;
        let config = self
            .config
            .replace("<port>", &address.port().to_string())
            .replace("<home>", &home.to_string_lossy());
        let file = home.join("config");
        std::fs::write(&file, config).map_err(TargetError::Home)?;
        let mut command = Command::new(program);
        for &argument in self.arguments {
            match argument {
                "<config>" => command.arg(&file),
                argument => command.arg(argument),
            };
        }
        Ok((command, address))
    }
}

/// Returns the path of a program if it is installed.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path).chain([PathBuf::from(SYSTEM_PROGRAMS)]);
    directories.map(|directory| directory.join(program)).find(|program| program.is_file())
}

fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()
}

/// Waits until `child` listens on `address`. Returns `false` if it ends, or after [`START_MAX`].
pub(super) fn listens(child: &mut Child, address: SocketAddr) -> bool {
    let deadline = Instant::now() + START_MAX;
    while Instant::now() < deadline && matches!(child.try_wait(), Ok(None)) {
        if TcpStream::connect(address).is_ok() {
            return true;
        }
        park_timeout(POLL_INTERVAL);
    }
    false
}
