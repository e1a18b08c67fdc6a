//! Checksums of stored rows, so that a byte that changed on the disk is not served as data.
//!
//! A row of `message`, `user`, `room` and `member` has a `sum`: the CRC-32 (IEEE 802.3) of its other
//! columns, in the order in which [`super::schema`] declares them. Each value is one byte for its type,
//! then its bytes; numbers are little endian:
//!
//! | type | byte | then |
//! |---|---|---|
//! | NULL | 0 | nothing |
//! | integer | 1 | the 8 bytes of it |
//! | real | 2 | the 8 bytes of it |
//! | text | 3 | its length in 8 bytes, its bytes |
//! | blob | 4 | its length in 8 bytes, its bytes |
//!
//! This layout is part of the schema: another one is another step there. SQL has it as the function
//! `checksum(…)` on every connection of this program.

use crc32fast::Hasher;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;

/// The checksum of these values.
pub(super) fn of<'a>(values: impl IntoIterator<Item = ValueRef<'a>>) -> i64 {
    let mut hasher = Hasher::new();
    for value in values {
        add(&mut hasher, value);
    }
    i64::from(hasher.finalize())
}

fn add(hasher: &mut Hasher, value: ValueRef<'_>) {
    let (kind, number, bytes) = match value {
        ValueRef::Null => return hasher.update(&[0]),
        ValueRef::Integer(integer) => (1, integer.to_le_bytes(), &[][..]),
        ValueRef::Real(real) => (2, real.to_le_bytes(), &[][..]),
        ValueRef::Text(text) => (3, (text.len() as u64).to_le_bytes(), text),
        ValueRef::Blob(blob) => (4, (blob.len() as u64).to_le_bytes(), blob),
    };
    let mut head = [kind; 9];
    head[1..].copy_from_slice(&number);
    hasher.update(&head);
    hasher.update(bytes);
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
