//! The keys of servers that the user has accepted, one server a line: `HOST:PORT KEY TIME`.

use std::io;
use std::path::Path;

use chat_proto::{ServerKey, Timestamp};
use serde_json::Value;

use super::{StoreError, at, files};

const KNOWN_SERVERS_FILE: &str = "known_servers";

/// Longest file, in bytes: ten thousand servers.
const BYTES_MAX: u64 = 1024 * 1024;

/// The key of a server, and since when it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownKey {
    /// The only key that is accepted.
    pub key: ServerKey,
    /// When the user accepted it.
    pub since: Timestamp,
}

impl KnownKey {
    /// Reads the key of the server at `address` from the directory `state`; `None` if it is not known.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or is damaged: then nobody knows which key is the right one.
    pub fn read(state: &Path, address: &str) -> Result<Option<Self>, StoreError> {
        let known = read(state)?;
        let address = address.to_lowercase();
        Ok(known.into_iter().find(|(other, _)| *other == address).map(|(_, known)| known))
    }

    /// Stores it as the key of the server at `address`, in place of an earlier one.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written.
    pub fn write(self, state: &Path, address: &str) -> Result<(), StoreError> {
        let mut known = read(state)?;
        let address = address.to_lowercase();
        known.retain(|(other, _)| *other != address);
        known.push((address, self));
        let line =
            |(address, Self { key, since }): &(String, Self)| format!("{address} {key} {since}\n");
        let text: String = known.iter().map(line).collect();
        let path = state.join(KNOWN_SERVERS_FILE);
        files::write(&path, text.as_bytes()).map_err(at(&path))
    }
}

fn read(state: &Path) -> Result<Vec<(String, KnownKey)>, StoreError> {
    let path = state.join(KNOWN_SERVERS_FILE);
    let text = files::read(&path, BYTES_MAX).map_err(at(&path))?.unwrap_or_default();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| parse(line).ok_or_else(|| at(&path)(damaged(index + 1)))).collect()
}

fn damaged(line: usize) -> io::Error {
    let why = format!("line {line} is not HOST:PORT KEY TIME. Correct it, or remove the line");
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn parse(line: &str) -> Option<(String, KnownKey)> {
    let mut words = line.split_ascii_whitespace();
    let (address, key, since) = (words.next()?, words.next()?, words.next()?);
    let since = serde_json::from_value(Value::String(since.to_owned())).ok()?;
    let known = KnownKey { key: key.parse().ok()?, since };
    words.next().is_none().then(|| (address.to_lowercase(), known))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn known(byte: u8) -> KnownKey {
        let since = Timestamp::from_millis(1_800_000_000_000 + i64::from(byte));
        KnownKey { key: ServerKey::from_sha256([byte; 32]), since }
    }

    #[test]
    fn each_server_has_the_last_key_that_was_stored() {
        let state = tempfile::tempdir().unwrap();
        let read = |address| KnownKey::read(state.path(), address).unwrap();
        assert_eq!(read("chat.example.org:12345"), None);
        known(1).write(state.path(), "chat.example.org:12345").unwrap();
        known(2).write(state.path(), "[2001:db8::7]:4000").unwrap();
        known(3).write(state.path(), "Chat.Example.org:12345").unwrap();
        assert_eq!(read("CHAT.example.org:12345"), Some(known(3)));
        assert_eq!(read("[2001:db8::7]:4000"), Some(known(2)));
        assert_eq!(read("chat.example.org:4000"), None, "another port is another server");
    }

    #[test]
    fn a_damaged_line_is_an_error_and_not_a_server_that_is_new() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join(KNOWN_SERVERS_FILE);
        let whole = format!("a:1 {} 2027-01-15T08:00:00Z", known(1).key);
        for bad in [
            "a:1",
            "a:1 key 2027-01-15T08:00:00Z",
            &whole[..whole.len() - 5],
            &format!("{whole} x"),
        ] {
            fs::write(&path, format!("{whole}\n{bad}\n")).unwrap();
            let error = KnownKey::read(state.path(), "a:1").unwrap_err().to_string();
            assert!(error.contains("known_servers: line 2 is not"), "{error}");
            known(2).write(state.path(), "b:1").unwrap_err();
        }
    }
}
