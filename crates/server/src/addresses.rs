//! The addresses of a daemon, in a file of its data directory: a command such as `chat-server address` reads them.

use std::fmt::Write;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use crate::config::TlsFiles;
use crate::journal::create_private;

/// The file, with an address on each line.
const FILE: &str = "addresses";

/// The file before it is complete.
const DRAFT: &str = "addresses.draft";

/// Precedes the public address on its line.
const PUBLIC: &str = "public ";

/// Precedes the file of the certificate, if it is not the daemon's own.
const CERTIFICATE: &str = "certificate ";

/// Precedes the file of its key.
const KEY: &str = "key ";

/// The addresses of a daemon, and where the key is by which clients know it there.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Those that it listens on.
    pub listens: Vec<SocketAddr>,
    /// Its address for other machines, as it was written on the command line.
    pub public: Option<String>,
    /// The certificate that is not the daemon's own.
    pub tls_files: Option<TlsFiles>,
}

/// Stores the addresses of the daemon of the data directory `data`. They outlive the daemon.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn store_addresses(data: &Path, addresses: &Addresses) -> io::Result<()> {
    let draft = data.join(DRAFT);
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut lines: String =
        addresses.listens.iter().map(|address| format!("{address}\n")).collect();
    if let Some(public) = &addresses.public {
        let _ = writeln!(lines, "{PUBLIC}{public}");
    }
    if let Some(TlsFiles { certificate, key }) = &addresses.tls_files {
        for (what, file) in [(CERTIFICATE, certificate), (KEY, key)] {
            let _ = writeln!(lines, "{what}{}", std::path::absolute(file)?.display());
        }
    }
    create_private(&draft)?.write_all(lines.as_bytes())?;
    fs::rename(draft, data.join(FILE))
}

/// The addresses that the daemon of the data directory `data` has, or had since its last start. There are none if it
/// has never started.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub fn stored_addresses(data: &Path) -> io::Result<Addresses> {
    let lines = match fs::read_to_string(data.join(FILE)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Addresses::default()),
        lines => lines?,
    };
    let after = |prefix| lines.lines().find_map(|line| line.strip_prefix(prefix));
    let files = after(CERTIFICATE).zip(after(KEY));
    let files = files
        .map(|(certificate, key)| TlsFiles { certificate: certificate.into(), key: key.into() });
    Ok(Addresses {
        listens: lines.lines().filter_map(|line| line.parse().ok()).collect(),
        public: after(PUBLIC).map(str::to_owned),
        tls_files: files,
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_addresses_of_the_last_start_are_stored() {
        let data = TempDir::new().unwrap();
        assert_eq!(stored_addresses(data.path()).unwrap(), Addresses::default());
        fs::write(data.path().join(DRAFT), "of a start that was killed").unwrap();
        let files = || TlsFiles { certificate: "/tls/a b.pem".into(), key: "/tls/key.pem".into() };
        for (listens, public, tls_files) in [
            (&["0.0.0.0:4000", "[::1]:4001"][..], Some("chat.example.org:443"), Some(files())),
            (&["127.0.0.1:1"], None, None),
        ] {
            let listens = listens.iter().map(|one| one.parse().unwrap()).collect();
            let addresses = Addresses { listens, public: public.map(str::to_owned), tls_files };
            store_addresses(data.path(), &addresses).unwrap();
            assert_eq!(stored_addresses(data.path()).unwrap(), addresses);
        }
    }
}
