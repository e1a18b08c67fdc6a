//! A server without a protocol, which shows the limit that the kernel sets: it writes the bytes that it reads from a
//! member to all others in the room.
//!
//! The first line that is not empty is the number of the room. That line and each empty one before it are answered
//! with `ok`. The bytes that all members of a room have sent since the last turn are written to each other member at
//! once. Nothing is lost: while a reader lags, its room is not read from.

mod fan;
mod member;
mod room;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::TcpListener;

use fan::Fan;

/// Open files: more than the connections of any workload.
const FILES_MAX: u64 = 12_000;

/// Listens on a free port, prints the address, and serves until it is killed.
fn main() -> io::Result<()> {
    rlimit::increase_nofile_limit(FILES_MAX)?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let mut out = io::stdout().lock();
    writeln!(out, "rawfan listens on {}", listener.local_addr()?)?;
    out.flush()?;
    Fan::new(listener)?.run()
}
