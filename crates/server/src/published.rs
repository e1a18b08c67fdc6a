//! What a room sends to all who are in it: one event, encoded once per wire format in use.

use std::sync::OnceLock;

use bytes::{Bytes, BytesMut};
use chat_proto::{Event, classic, native};

/// One event of a room, shared by every session that is to pass it on.
#[derive(Debug)]
pub struct Published {
    /// What happened.
    pub event: Event,
    /// The number of the session that did it and has its answer already.
    pub answered: Option<u64>,
    native: OnceLock<Bytes>,
    classic: OnceLock<Vec<Bytes>>,
}

impl Published {
    /// An event for everyone in the room but the session that has its answer already.
    pub(crate) const fn new(event: Event, answered: Option<u64>) -> Self {
        Self { event, answered, native: OnceLock::new(), classic: OnceLock::new() }
    }

    /// The event as a line of the native protocol.
    pub(crate) fn native(&self) -> &Bytes {
        self.native.get_or_init(|| {
            let mut line = BytesMut::new();
            native::write_line(&self.event, &mut line);
            line.freeze()
        })
    }

    /// The event as the writes it takes to tell a classic client; none where it is no message.
    pub(crate) fn classic(&self) -> &[Bytes] {
        self.classic.get_or_init(|| match &self.event {
            Event::Message(message) => {
                let told = classic::message(&message.from, message.kind, &message.text);
                told.iter().map(|piece| piece.to_string().into()).collect()
            }
            _ => Vec::new(),
        })
    }
}
