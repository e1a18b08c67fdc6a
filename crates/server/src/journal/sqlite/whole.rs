//! Rows whose checksums are right.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::checksum;

/// Returns true if the last column of a row is the checksum of the others.
pub(super) fn is_whole(row: &Row<'_>) -> rusqlite::Result<bool> {
    let columns = row.as_ref().column_count();
    let mut values = Vec::with_capacity(columns);
    for column in 0..columns {
        values.push(row.get_ref(column)?);
    }
    let sum = values.pop();
    Ok(sum == Some(ValueRef::Integer(checksum::of(values))))
}

/// The rows of a table whose first column is its number, in order. `values` are the columns that its checksum covers,
/// and `read` makes a record of them; `None` if a value is of no kind. Removes the damaged rows, and returns their
/// numbers, too.
pub(super) fn whole_rows<T>(
    db: &Connection,
    table: &str,
    values: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<Option<T>>,
) -> rusqlite::Result<(Vec<T>, Vec<i64>)> {
    let (mut whole, mut damaged) = (Vec::new(), Vec::new());
    let mut statement = db.prepare(&format!("SELECT {values}, sum FROM {table} ORDER BY id"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match is_whole(row)?.then(|| read(row)) {
            Some(Ok(Some(record))) => whole.push(record),
            _ => damaged.push(row.get(0)?),
        }
    }
    drop(rows);
    for id in &damaged {
        db.execute(&format!("DELETE FROM {table} WHERE id = ?"), [id])?;
    }
    Ok((whole, damaged))
}
