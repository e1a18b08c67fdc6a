//! Tells the service manager that the daemon listens, as `sd_notify(3)` describes: a datagram to a socket that the
//! environment names. So `systemctl start` returns once clients can connect.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;

/// Names the socket, if a service manager waits.
const SOCKET: &str = "NOTIFY_SOCKET";

const READY: &[u8] = b"READY=1\n";

/// Does nothing if no service manager waits.
///
/// # Errors
/// Returns an error if it cannot be reached.
pub(crate) fn notify_service_manager() -> io::Result<()> {
    env::var_os(SOCKET).map_or(Ok(()), |socket| notify(&socket))
}

/// `socket` is a path, or the name of an abstract socket of Linux behind `@`.
fn notify(socket: &OsStr) -> io::Result<()> {
    let from = UnixDatagram::unbound()?;
    match socket.as_bytes() {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => {
            use std::os::linux::net::SocketAddrExt;
            let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
            from.send_to_addr(READY, &address)?;
        }
        _ => {
            from.send_to(READY, socket)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_socket_of_the_service_manager_gets_a_line() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        notify(path.as_os_str()).unwrap();
        let mut received = [0; 64];
        let count = manager.recv(&mut received).unwrap();
        assert_eq!(&received[..count], READY);
        drop(manager);
        assert!(notify(path.as_os_str()).is_err());
    }
}
