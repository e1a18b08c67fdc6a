//! Checksums of stored rows, so that a byte that changed on the disk is not served as data.
//!
//! A row of `message`, `user`, `credential`, `room`, `member`, `invite`, `hook`, `sanction`, `audit`, `sent`, `indexed`
//! and `number` has a `sum`: the CRC-32 (IEEE 802.3) of its other columns, in the order in which [`super::schema`]
//! declares them. Each value is one byte for its type, then its bytes; numbers are little endian:
//!
//! | type | byte | then |
//! |---|---|---|
//! | NULL | 0 | nothing |
//! | integer | 1 | the 8 bytes of it |
//! | real | 2 | the 8 bytes of it |
//! | text | 3 | its length in 8 bytes, its bytes |
//! | blob | 4 | its length in 8 bytes, its bytes |
//!
//! This layout is part of the schema: a change of it is a new step there. SQL has the function `checksum(…)` on every
//! connection of this program.

use crc32fast::Hasher;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;

/// Bytes that are buffered before they are hashed: the hash of many short pieces is slow.
const BUFFER_BYTES: usize = 512;

/// The checksum of these values.
pub(super) fn of<'a>(values: impl IntoIterator<Item = ValueRef<'a>>) -> i64 {
    let mut sum = Sum { hasher: Hasher::new(), bytes: [0; BUFFER_BYTES], len: 0 };
    for value in values {
        match value {
            ValueRef::Null => sum.add(&[0]),
            ValueRef::Integer(integer) => sum.add_value(1, integer.to_le_bytes(), &[]),
            ValueRef::Real(real) => sum.add_value(2, real.to_le_bytes(), &[]),
            ValueRef::Text(text) => sum.add_value(3, (text.len() as u64).to_le_bytes(), text),
            ValueRef::Blob(blob) => sum.add_value(4, (blob.len() as u64).to_le_bytes(), blob),
        }
    }
    sum.hasher.update(&sum.bytes[..sum.len]);
    i64::from(sum.hasher.finalize())
}

/// The state of a checksum.
struct Sum {
    hasher: Hasher,
    bytes: [u8; BUFFER_BYTES],
    len: usize,
}

impl Sum {
    #[inline]
    fn add_value(&mut self, kind: u8, number: [u8; 8], bytes: &[u8]) {
        let mut head = [kind; 9];
        head[1..].copy_from_slice(&number);
        match self.bytes.get_mut(self.len..self.len + head.len()) {
            // A copy of a constant size compiles to two moves.
            Some(free) => {
                free.copy_from_slice(&head);
                self.len += head.len();
            }
            None => self.add(&head),
        }
        if !bytes.is_empty() {
            self.add(bytes);
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.len + bytes.len() > BUFFER_BYTES {
            self.hasher.update(&self.bytes[..self.len]);
            self.len = 0;
        }
        match self.bytes.get_mut(self.len..self.len + bytes.len()) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.hasher.update(bytes),
        }
    }
}

/// Gives SQL the function `checksum` on this connection.
pub(super) fn register(db: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function("checksum", -1, flags, |context| {
        Ok(of((0..context.len()).map(|index| context.get_raw(index))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored in every journal: a change here would make all of them look damaged.
    #[test]
    fn the_layout_never_changes() {
        let values = [
            ValueRef::Null,
            ValueRef::Integer(-2),
            ValueRef::Real(0.5),
            ValueRef::Text("é".as_bytes()),
            ValueRef::Blob(&[0, 255]),
        ];
        let mut written = vec![0, 1];
        written.extend((-2_i64).to_le_bytes());
        written.push(2);
        written.extend(0.5_f64.to_le_bytes());
        written.extend([3, 2, 0, 0, 0, 0, 0, 0, 0, 0xC3, 0xA9]);
        written.extend([4, 2, 0, 0, 0, 0, 0, 0, 0, 0, 255]);
        assert_eq!(of(values), i64::from(crc32fast::hash(&written)));
        assert_eq!(of([ValueRef::Integer(1)]), 0x3DD8_0073);
    }

    #[test]
    fn long_values_are_hashed_as_short_ones() {
        for len in [BUFFER_BYTES - 9, BUFFER_BYTES - 8, BUFFER_BYTES, 3 * BUFFER_BYTES] {
            let text = vec![b'x'; len];
            let mut written = vec![0, 3];
            written.extend((len as u64).to_le_bytes());
            written.extend(&text);
            written.push(0);
            let values = [ValueRef::Null, ValueRef::Text(&text), ValueRef::Null];
            assert_eq!(of(values), i64::from(crc32fast::hash(&written)), "{len}");
        }
    }

    #[test]
    fn sql_has_the_same_function() {
        let db = Connection::open_in_memory().unwrap();
        register(&db).unwrap();
        let ask = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let text = ValueRef::Text("ana".as_bytes());
        assert_eq!(
            ask("SELECT checksum(7, 'ana', NULL)"),
            of([ValueRef::Integer(7), text, ValueRef::Null])
        );
    }
}
