//! Ports that stay with a test while its daemon is down.

use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::ops::Range;
use std::sync::Mutex;

/// The ports that are given out. They are below those that a system gives to outgoing connections (Linux: from 32,768
/// on, macOS: from 49,152 on): such a connection would keep a daemon from listening again after a restart.
const PORTS: Range<u16> = 16_384..32_768;

/// Ports between those at which two processes begin: few processes need more.
const PORTS_OF_PROCESS: usize = 64;

/// The UDP ports with the numbers of the ports that were given out. They are bound until the process ends, so that no
/// test of another process is given the same port.
static GIVEN: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// Returns a port on which nothing listens. No other test is given it while this process runs.
///
/// # Panics
/// Panics if no port is free.
#[must_use]
pub fn free_port() -> u16 {
    // Processes begin at different ports, so that they rarely try the same.
    let skipped = std::process::id() as usize * PORTS_OF_PROCESS % PORTS.len();
    let mut ports = PORTS.cycle().skip(skipped).take(PORTS.len());
    ports.find(|port| give(*port)).expect("no port is free")
}

/// Returns an address of this machine with a [free port](free_port).
#[must_use]
pub fn free_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, free_port()).into()
}

/// Whether the port was free. It is given out then.
fn give(port: u16) -> bool {
    let Ok(given) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) else { return false };
    // Not by listening: a child that another test forks now would have that socket until it executes its program.
    let is_free = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err();
    if is_free {
        GIVEN.lock().unwrap().push(given);
    }
    is_free
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_port_is_given_once() {
        let ports: Vec<u16> = (0..20).map(|_| free_port()).collect();
        assert!(ports.iter().all(|port| PORTS.contains(port)), "{ports:?}");
        assert_eq!(ports.iter().collect::<HashSet<_>>().len(), ports.len(), "{ports:?}");
    }
}
