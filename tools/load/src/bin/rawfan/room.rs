//! A room: its members, and the bytes that were read and not yet written to them.

use std::ops::Range;

/// Pending bytes of a room; when they are reached, reading stops until they are written.
pub(crate) const PENDING_BYTES_MAX: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Room {
    /// The indexes of its members.
    pub(crate) members: Vec<usize>,
    /// Bytes that were read and not written yet.
    pub(crate) pending: Vec<u8>,
    /// The sender of each part of the pending bytes, in their order.
    pub(crate) parts: Vec<(usize, Range<usize>)>,
    /// Members with a full backlog. Nothing is read while there are any.
    pub(crate) blocked: usize,
    /// Whether it has pending bytes and is in the list of such rooms.
    pub(crate) is_due: bool,
}

impl Room {
    /// Returns the pending bytes that the member at this index did not send: the part before its own bytes, and the
    /// part after.
    pub(crate) fn others<'a>(
        pending: &'a [u8],
        parts: &[(usize, Range<usize>)],
        at: usize,
    ) -> (&'a [u8], &'a [u8]) {
        match parts.iter().find(|(who, _)| *who == at) {
            Some((_, own)) => (&pending[..own.start], &pending[own.end..]),
            None => (pending, &[]),
        }
    }
}
