//! The addresses that a daemon listens on, in a file of its data directory: a command such as `chat-server address`
//! reads them.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::Path;

use crate::journal::create_private;

/// The file, with an address in each line.
const FILE: &str = "addresses";

/// The file before it is complete.
const DRAFT: &str = "addresses.draft";

/// Stores where the daemon of the data directory `data` listens. The addresses outlive the daemon.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn store_addresses(data: &Path, addresses: &[SocketAddr]) -> io::Result<()> {
    let draft = data.join(DRAFT);
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let lines: String = addresses.iter().map(|address| format!("{address}\n")).collect();
    create_private(&draft)?.write_all(lines.as_bytes())?;
    fs::rename(draft, data.join(FILE))
}

/// Where the daemon of the data directory `data` listens, or has listened since its last start. Returns nothing if it has
/// never started.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub fn stored_addresses(data: &Path) -> io::Result<Vec<SocketAddr>> {
    match fs::read_to_string(data.join(FILE)) {
        Ok(lines) => Ok(lines.lines().filter_map(|line| line.parse().ok()).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_addresses_of_the_last_start_are_stored() {
        let data = TempDir::new().unwrap();
        assert_eq!(stored_addresses(data.path()).unwrap(), []);
        fs::write(data.path().join(DRAFT), "of a start that was killed").unwrap();
        for written in [&["0.0.0.0:4000", "[::1]:4001"][..], &["127.0.0.1:1"]] {
            let addresses: Vec<SocketAddr> =
                written.iter().map(|one| one.parse().unwrap()).collect();
            store_addresses(data.path(), &addresses).unwrap();
            assert_eq!(stored_addresses(data.path()).unwrap(), addresses);
        }
    }
}
