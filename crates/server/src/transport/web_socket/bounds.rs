//! The bounds of what one client sends on its WebSocket.

use std::time::Duration;

use chat_proto::limits::LINE_BYTES_MAX;
use tokio::time::Instant;
use tungstenite::protocol::WebSocketConfig;

/// Bytes of one message: the longest line, and its end. A longer message closes the WebSocket (1009).
const MESSAGE_BYTES_MAX: usize = LINE_BYTES_MAX + 2;

/// Bytes in which a message has to be complete, with the headers of its frames: twice the longest one. So a message in
/// endless empty fragments ends.
pub(super) const UNFINISHED_BYTES_MAX: usize = 2 * MESSAGE_BYTES_MAX;

/// Bytes that the library reads at once into a buffer of its own, which stays with a silent client.
const LIBRARY_READ_BYTES: usize = 256;

/// Bytes of control frames that wait to be sent: the longest has 127.
const CONTROL_BYTES_MAX: usize = 256;

/// Pings and pongs in [`CONTROL_FRAMES_WINDOW`]: more than any client needs to see that the connection is alive.
const CONTROL_FRAMES_MAX: u8 = 10;

/// See [`CONTROL_FRAMES_MAX`].
const CONTROL_FRAMES_WINDOW: Duration = Duration::from_secs(10);

/// The settings of the library.
pub(super) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(LIBRARY_READ_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(CONTROL_BYTES_MAX)
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
}

/// The pings and pongs of one client.
#[derive(Debug, Default)]
pub(super) struct ControlFrames {
    since: Option<Instant>,
    count: u8,
}

impl ControlFrames {
    /// Counts one; returns whether there are too many.
    pub(super) fn count(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) > CONTROL_FRAMES_WINDOW) {
            *self = Self { since: Some(now), count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count > CONTROL_FRAMES_MAX
    }
}
