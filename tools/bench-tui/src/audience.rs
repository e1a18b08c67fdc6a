//! The other users of the busy room, who only read.

use std::io::{self, Read};
use std::net::TcpStream;
use std::thread::park_timeout;
use std::time::Duration;

/// How often the other users read what was sent to them. A thread that woke for each message and user would take a
/// processor from the client that is measured.
const READ_EVERY: Duration = Duration::from_millis(100);

/// Reads what the server sends to these users, until it ends.
pub(crate) fn read_all(mut users: Vec<TcpStream>) {
    for user in &users {
        if user.set_nonblocking(true).is_err() {
            return;
        }
    }
    let mut bytes = [0; 16 * 1024];
    while !users.is_empty() {
        let mut is_quiet = true;
        users.retain_mut(|user| match user.read(&mut bytes) {
            Ok(0) => false,
            Ok(_) => {
                is_quiet = false;
                true
            }
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        });
        if is_quiet {
            park_timeout(READ_EVERY);
        }
    }
}
