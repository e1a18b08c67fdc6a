//! The control socket, on which the person who runs the daemon sends commands. Everybody who can open it is the
//! operator.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;
use tokio::task::JoinSet;

use crate::config::CONTROL_SESSIONS_MAX;
use crate::listen::{AcceptErrors, note_panic};
use crate::session::{Context, operate, turn_operator_away};

/// The name of the socket in the data directory.
const NAME: &str = "control";

/// Longest path of a socket, in bytes: `sun_path` of Linux, without the zero byte at its end.
const PATH_BYTES_MAX: usize = 107;

/// Only its owner opens it.
const MODE: u32 = 0o600;

/// The control socket in the data directory `data`.
#[must_use]
pub fn control_path(data: &Path) -> PathBuf {
    data.join(NAME)
}

/// A control socket cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No socket can have the path.
    #[error(
        "the path {path} has {bytes} bytes, and that of a socket has {PATH_BYTES_MAX} at most: choose a shorter \
         directory with --data"
    )]
    TooLong {
        /// The path.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// There is a file of another kind.
    #[error("{0} is a file of another program: move it away, and start the daemon again")]
    Occupied(PathBuf),
    /// The system does not allow it.
    #[error("cannot listen on {path}")]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Whether a socket can have the path.
///
/// # Errors
/// Returns an error if it is too long.
pub fn check_control_path(path: &Path) -> Result<(), ControlError> {
    let bytes = path.as_os_str().len();
    match bytes > PATH_BYTES_MAX {
        true => Err(ControlError::TooLong { path: path.to_path_buf(), bytes }),
        false => Ok(()),
    }
}

/// The control socket of a running daemon.
#[derive(Debug)]
pub(crate) struct Control {
    listener: UnixListener,
}

impl Control {
    /// Listens in the data directory `data`, whose journal this daemon has locked: a socket that is there belongs to a
    /// daemon that was killed, and is replaced.
    ///
    /// # Errors
    /// Returns an error if the path is too long, there is another file, or the system does not allow it.
    ///
    /// # Panics
    /// Panics outside a Tokio runtime.
    pub(crate) fn listen(data: &Path) -> Result<Self, ControlError> {
        let path = control_path(data);
        check_control_path(&path)?;
        match fs::symlink_metadata(&path) {
            Ok(found) if !found.file_type().is_socket() => {
                return Err(ControlError::Occupied(path));
            }
            _ => {}
        }
        match listen_on(&path) {
            Ok(listener) => Ok(Self { listener }),
            Err(source) => Err(ControlError::Io { path, source }),
        }
    }

    /// Serves the operator until the daemon shuts down.
    pub(crate) async fn run(self: Arc<Self>, context: Arc<Context>) {
        let (mut sessions, mut errors) = (JoinSet::new(), AcceptErrors::default());
        loop {
            let accepted = tokio::select! {
                biased;
                () = context.closing.cancelled() => break,
                Some(ended) = sessions.join_next() => {
                    note_panic(ended);
                    continue;
                }
                // One more, which is refused with the reason.
                accepted = self.listener.accept(), if sessions.len() <= CONTROL_SESSIONS_MAX => accepted,
            };
            let Some((stream, _)) = errors.check(accepted).await else { continue };
            if sessions.len() < CONTROL_SESSIONS_MAX {
                sessions.spawn(operate(stream, Arc::clone(&context)));
            } else {
                sessions.spawn(turn_operator_away(stream, Arc::clone(&context)));
            }
        }
        while let Some(ended) = sessions.join_next().await {
            note_panic(ended);
        }
    }
}

/// Nobody connects before `listen`, so the mode is set before anybody can.
fn listen_on(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    fs::set_permissions(path, fs::Permissions::from_mode(MODE))?;
    socket.set_nonblocking(true)?;
    socket.listen(i32::try_from(CONTROL_SESSIONS_MAX).unwrap_or(i32::MAX))?;
    UnixListener::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use tempfile::TempDir;

    use super::*;

    #[tokio::test]
    async fn a_socket_that_a_killed_daemon_left_is_replaced_and_only_its_owner_opens_it() {
        let data = TempDir::new().unwrap();
        let path = control_path(data.path());
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(UnixStream::connect(&path).is_err(), "nobody listens there");
        let _control = Control::listen(data.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        UnixStream::connect(&path).unwrap();
    }

    #[tokio::test]
    async fn a_file_that_is_not_a_socket_stays() {
        let data = TempDir::new().unwrap();
        let path = control_path(data.path());
        fs::write(&path, "notes").unwrap();
        assert!(matches!(Control::listen(data.path()), Err(ControlError::Occupied(_))));
        assert_eq!(fs::read(&path).unwrap(), b"notes");
    }

    #[tokio::test]
    async fn a_path_that_no_socket_can_have_is_refused_with_its_length() {
        let data = TempDir::new().unwrap();
        let whole = PATH_BYTES_MAX - control_path(data.path()).as_os_str().len() - 1;
        for (bytes, fits) in [(whole, true), (whole + 1, false)] {
            let data = data.path().join("d".repeat(bytes));
            fs::create_dir(&data).unwrap();
            let listened = Control::listen(&data);
            assert_eq!(listened.is_ok(), fits, "{listened:?}");
            if let Err(error) = listened {
                assert!(error.to_string().contains("has 108 bytes"), "{error}");
            }
        }
    }
}
