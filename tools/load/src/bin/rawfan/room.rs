//! A room: who is in it, and what has been said since it was last told.

use std::ops::Range;

/// Bytes of a room that are gathered before they are told.
pub(crate) const SAID_BYTES_MAX: usize = 64 * 1024;

/// One room.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// The places of those in it.
    pub(crate) members: Vec<usize>,
    /// What has been said and not been told.
    pub(crate) said: Vec<u8>,
    /// Who said which part of it, in its order.
    pub(crate) by: Vec<(usize, Range<usize>)>,
    /// How many members are full; while there are any, nothing more is read.
    pub(crate) blocked: usize,
    /// Whether it waits to be told.
    pub(crate) is_due: bool,
}

impl Room {
    /// What has been said by others than the member at this place, as the part before its own words
    /// and the part after.
    pub(crate) fn others<'a>(
        said: &'a [u8],
        by: &[(usize, Range<usize>)],
        at: usize,
    ) -> (&'a [u8], &'a [u8]) {
        match by.iter().find(|(who, _)| *who == at) {
            Some((_, own)) => (&said[..own.start], &said[own.end..]),
            None => (said, &[]),
        }
    }
}
