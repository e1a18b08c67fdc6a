//! Reads the rest of a stream before it is closed.

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use crate::config::{LINGER, READ_BYTES};

/// Reads until the peer closes the stream, for [`LINGER`] at most: to close it with the peer's bytes unread would
/// reset the connection, and the peer might lose what it was sent last.
pub(crate) async fn drain<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut unread = [0; READ_BYTES];
    let read = async { while let Ok(1..) = stream.read(&mut unread).await {} };
    let _ = timeout(LINGER, read).await;
}
