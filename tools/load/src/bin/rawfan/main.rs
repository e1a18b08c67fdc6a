//! What the kernel allows: a bare server that writes the bytes it reads to all others of a room.
//!
//! No protocol but the first line that is not empty, which is the number of the room; each such line
//! is answered with `ok`. What has come
//! from all members of a room by the time the server looks is written to each of the others in one
//! go. Nothing is lost: where a reader does not keep up, its room is not read from.

mod fan;
mod member;
mod room;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::TcpListener;

use fan::Fan;

/// Open files: more than any workload has connections.
const FILES_MAX: u64 = 12_000;

/// Serves on a port that the system picks, until it is killed.
fn main() -> io::Result<()> {
    rlimit::increase_nofile_limit(FILES_MAX)?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let mut out = io::stdout().lock();
    writeln!(out, "rawfan listens on {}", listener.local_addr()?)?;
    out.flush()?;
    Fan::new(listener)?.run()
}
