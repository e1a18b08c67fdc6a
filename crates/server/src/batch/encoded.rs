//! A batch in one wire format.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

/// A wire format that batches are encoded in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    /// Lines of the native protocol.
    Native,
    /// Messages of the classic protocol.
    Classic,
}

impl Format {
    /// How many there are.
    pub(crate) const COUNT: usize = 2;
}

/// A batch in one wire format, as its door made it.
#[derive(Debug)]
pub(crate) enum Encoded {
    /// Items one after another, of which any number goes into one write.
    Lines(Lines),
    /// Each message by itself: it may wait for long, and the rest of the batch should not.
    Messages(Box<[Pieces]>),
}

/// A message as the writes it takes to send it.
pub(crate) type Pieces = Arc<[Bytes]>;

/// Lines of a protocol, one after another.
#[derive(Debug)]
pub(crate) struct Lines {
    /// All of them.
    pub(crate) bytes: Bytes,
    /// Where each of them ends.
    ends: Box<[usize]>,
    capacity: usize,
}

impl Encoded {
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
    /// Panics if the format is another.
    pub(crate) fn lines(&self) -> &Lines {
        match self {
            Self::Lines(lines) => lines,
            Self::Messages(_) => unreachable!("a format of lines is encoded as lines"),
        }
    }

    /// The messages of a format that sends each by itself.
    ///
    /// # Panics
    /// Panics if the format is another.
    pub(crate) fn messages(&self) -> &[Pieces] {
        match self {
            Self::Messages(messages) => messages,
            Self::Lines(_) => unreachable!("a format of messages is encoded as messages"),
        }
    }
}

impl Lines {
    /// Lines that `write` appends one after another for each of `items`; some `bytes` in all.
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

    /// Some of them, one after another.
    pub(crate) fn of(&self, lines: Range<usize>) -> Bytes {
        let start_of = |line: usize| line.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.slice(start_of(lines.start)..start_of(lines.end))
    }
}

/// The memory that a message takes.
pub(crate) fn pieces_bytes(pieces: &Pieces) -> usize {
    pieces.iter().map(|piece| size_of_val(piece) + piece.len()).sum()
}
