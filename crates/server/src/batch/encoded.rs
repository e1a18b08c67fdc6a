//! A batch in one wire format.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    /// Lines of the native protocol.
    Native,
    /// Messages of the classic protocol.
    Classic,
}

impl Format {
    /// Number of formats.
    pub(crate) const COUNT: usize = 2;
}

/// A batch in one wire format. Its door encodes it.
#[derive(Debug)]
pub(crate) enum EncodedBatch {
    /// Lines, any number of which goes into one write.
    Lines(Lines),
    /// Messages one by one: each may wait for long, and must not hold up the rest of the batch.
    Messages(Box<[Pieces]>),
}

/// A message, as the pieces that are written one by one.
pub(crate) type Pieces = Arc<[Bytes]>;

/// Lines of a protocol, one after another.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The bytes of all lines.
    pub(crate) bytes: Bytes,
    /// The end of each line in `bytes`.
    ends: Box<[usize]>,
    capacity: usize,
}

impl EncodedBatch {
    /// The memory it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.capacity + size_of_val(&*lines.ends),
            Self::Messages(messages) => messages.iter().map(pieces_bytes).sum(),
        }
    }

    /// The lines of a format of lines.
    ///
    /// # Panics
    /// Panics if the format has no lines.
    pub(crate) fn lines(&self) -> &Lines {
        match self {
            Self::Lines(lines) => lines,
            Self::Messages(_) => unreachable!("a format of lines is encoded as lines"),
        }
    }

    /// The messages of a format that sends each by itself.
    ///
    /// # Panics
    /// Panics if the format has lines.
    pub(crate) fn messages(&self) -> &[Pieces] {
        match self {
            Self::Messages(messages) => messages,
            Self::Lines(_) => unreachable!("a format of messages is encoded as messages"),
        }
    }
}

impl Lines {
    /// Calls `write` for each of `items`, to append its line. `bytes` is an estimate of the total.
    pub(crate) fn write<T>(
        items: impl Iterator<Item = T>,
        bytes: usize,
        mut write: impl FnMut(T, &mut BytesMut),
    ) -> Self {
        let mut buffer = BytesMut::with_capacity(bytes);
        let ends = items.map(|item| {
            write(item, &mut buffer);
            buffer.len()
        });
        let ends = ends.collect();
        Self { capacity: buffer.capacity(), bytes: buffer.freeze(), ends }
    }

    /// The bytes of some consecutive lines.
    pub(crate) fn slice(&self, lines: Range<usize>) -> Bytes {
        let start_of = |line: usize| line.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.slice(start_of(lines.start)..start_of(lines.end))
    }
}

/// The memory that a message takes.
pub(crate) fn pieces_bytes(pieces: &Pieces) -> usize {
    pieces.iter().map(|piece| size_of_val(piece) + piece.len()).sum()
}
