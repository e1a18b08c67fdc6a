//! Clears the unused parts of the pages of a file of SQLite.
//!
//! With `secure_delete` SQLite overwrites what it deletes. But if it moves rows from a full page to others, it leaves a
//! copy of them in the first one, between the list of its rows and its rows, and nothing overwrites that copy if a row
//! is deleted later. So after a deletion all pages are looked through, and those parts of them are filled with zeros. A
//! page is written through SQLite, within a transaction (<https://sqlite.org/dbpage.html>), so a kill at any time is
//! harmless. The format of a page is <https://sqlite.org/fileformat2.html#b_tree_pages>.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, params};
use tracing::warn;

/// The first page that is looked at: the one before it has the schema, and no text.
pub(crate) const FIRST_PAGE: u32 = 2;

/// Pages that one step looks at: 1 MiB, half a millisecond if they are in memory.
const STEP_PAGES: u32 = 256;

/// Pages of a file at most, here: 128 GiB. Other pages than those of trees begin with the number of a page, so below
/// this bound their first byte differs from that of a tree.
const PAGES_MAX: u32 = 0x0200_0000;

/// The first bytes of the pages of trees: inner pages and leaves, of indexes and of tables.
const INNER_INDEX: u8 = 2;
const INNER_TABLE: u8 = 5;
const LEAF_INDEX: u8 = 10;
const LEAF_TABLE: u8 = 13;

/// Clears a few pages from `first` on. Returns the page after them; `None` if there is none.
///
/// # Errors
/// Returns an error if a page cannot be written. One that cannot be read is left as it is.
pub(crate) fn step(db: &Connection, first: u32) -> rusqlite::Result<Option<u32>> {
    let pages: u32 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if first > pages {
        return Ok(None);
    }
    let known = "SELECT 1 FROM pragma_module_list WHERE name = 'sqlite_dbpage'";
    if pages >= PAGES_MAX || !db.prepare_cached(known)?.exists([])? {
        warn!("cannot clear the unused parts of a file: deleted texts may be left in it");
        return Ok(None);
    }
    let after = pages.min(first + STEP_PAGES - 1) + 1;
    for page in first..after {
        clear(db, page)?;
    }
    Ok((after <= pages).then_some(after))
}

fn clear(db: &Connection, page: u32) -> rusqlite::Result<()> {
    let read = db
        .prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?")?
        .query_row([page], |row| {
            let bytes = row.get_ref(0)?.as_blob()?;
            let unused =
                unused(bytes).filter(|unused| bytes[unused.clone()].iter().any(|b| *b != 0));
            Ok(unused.map(|unused| (bytes.to_vec(), unused)))
        })
        .optional();
    let Ok(Some(Some((mut bytes, unused)))) = read else { return Ok(()) };
    bytes[unused].fill(0);
    db.prepare_cached("UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?")?
        .execute(params![bytes, page])
        .map(drop)
}

/// The part of a page of a tree between the list of its rows and its rows; `None` if it is another page, or damaged.
fn unused(page: &[u8]) -> Option<Range<usize>> {
    let word =
        |at: usize| Some(usize::from(u16::from_be_bytes([*page.get(at)?, *page.get(at + 1)?])));
    let list = match *page.first()? {
        LEAF_INDEX | LEAF_TABLE => 8,
        INNER_INDEX | INNER_TABLE => 12,
        _ => return None,
    };
    let rows = word(3)?;
    // 65,536 is stored as 0.
    let content = match word(5)? {
        0 => 65_536,
        content => content,
    };
    let unused = list + 2 * rows..content;
    let is_row = |number: usize| {
        word(list + 2 * number).is_some_and(|row| row >= content && row < page.len())
    };
    let is_whole = unused.start <= unused.end && unused.end <= page.len() && (0..rows).all(is_row);
    is_whole.then_some(unused)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A leaf of a table with 2 rows.
    fn leaf() -> [u8; 512] {
        let mut page = [b'x'; 512];
        page[..12].copy_from_slice(&[LEAF_TABLE, 0, 0, 0, 2, 1, 0x90, 0, 1, 0x90, 1, 0xa0]);
        page
    }

    #[test]
    fn between_the_list_and_the_rows_nothing_is_used() {
        assert_eq!(unused(&leaf()), Some(12..0x190));
    }

    #[test]
    fn of_a_page_of_something_else_or_with_damage_nothing_is_known() {
        let changed = |at: usize, byte: u8| {
            let mut page = leaf();
            page[at] = byte;
            unused(&page)
        };
        assert_eq!(changed(0, 0), None, "another page");
        assert_eq!(changed(3, 1), None, "more rows than there can be");
        assert_eq!(changed(5, 2), None, "the rows begin after the end");
        assert_eq!(changed(6, 0x95), None, "a row is before the rows");
        assert_eq!(changed(8, 2), None, "a row is after the end");
        assert_eq!(unused(&leaf()[..6]), None);
    }
}
