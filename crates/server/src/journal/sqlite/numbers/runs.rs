//! The runs of one device, and their stored form: a row of the table `sent` has a list of runs.
//!
//! A list is stored as three numbers for each run, as varints (7 bits a byte, the lowest first; the top bit is set
//! in all bytes but the last):
//!
//! | number | of the first run | of the others |
//! |---|---|---|
//! | `n` | 0: the row has the first `n` in a column | count of the numbers between it and the run before |
//! | place | its place | its place minus the place after the run before |
//! | count | of its messages, minus 1 | the same |
//!
//! A place is signed, and stored as `2 × place`, or `−2 × place − 1` if it is negative. If a hundred users send in
//! turn, each message takes 4 bytes.

use super::run::Run;

/// Bytes of a list at which the next row begins: SQLite stores a row of up to 1,000 bytes in one page.
pub(super) const LIST_BYTES: usize = 512;

/// Runs of one device, sorted by their numbers. No number is in two of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::journal::sqlite) struct Runs(Vec<Run>);

/// A row of the table: the first number, and the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListRow {
    /// The lowest number.
    pub(super) first: u64,
    pub(super) list: Vec<u8>,
}

impl Runs {
    pub(in crate::journal::sqlite) fn iter(&self) -> impl Iterator<Item = Run> {
        self.0.iter().copied()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lowest number.
    pub(super) fn first(&self) -> Option<u64> {
        self.0.first().map(|run| run.first())
    }

    /// The greatest number.
    pub(super) fn last(&self) -> Option<u64> {
        self.0.last().map(|run| run.last())
    }

    pub(super) fn place_of(&self, n: u64) -> Option<i64> {
        let after = self.0.partition_point(|run| run.first() <= n);
        self.0[..after].last()?.place_of(n)
    }

    /// Adds a run. Numbers that are in other runs lead to the places of this run from now on.
    pub(super) fn put(&mut self, run: Run) {
        match self.0.last_mut() {
            Some(last) if last.last() >= run.first() => self.insert(run),
            Some(last) if let Some(joined) = last.joined(run) => *last = joined,
            _ => self.0.push(run),
        }
    }

    fn insert(&mut self, run: Run) {
        let from = self.0.partition_point(|old| old.last() < run.first());
        let to = self.0.partition_point(|old| old.first() <= run.last());
        let replaced = &self.0[from..to];
        let before = replaced.first().and_then(|old| old.below(run.first()));
        let after = run.last().checked_add(1);
        let after = after.and_then(|n| replaced.last()?.starting_at(n));
        self.0.splice(from..to, [before, Some(run), after].into_iter().flatten());
    }

    /// Removes the run that ends with the number `n` and the place `place`. Returns true if it existed.
    pub(super) fn remove_ended(&mut self, n: u64, place: i64) -> bool {
        let found = self.0.binary_search_by_key(&n, |run| run.last());
        let ended = found.ok().filter(|index| self.0[*index].places()[1] == place);
        ended.map(|index| self.0.remove(index)).is_some()
    }

    /// Takes the runs, or parts of runs, with numbers below `end`.
    pub(super) fn take_below(&mut self, end: u64) -> Self {
        let after = self.0.partition_point(|run| run.first() < end);
        let rest = self.0.split_off(after);
        let mut below = std::mem::replace(&mut self.0, rest);
        if let Some(cut) = below.last().and_then(|run| run.starting_at(end)) {
            self.0.insert(0, cut);
            let last = below.pop().and_then(|run| run.below(end));
            below.extend(last);
        }
        Self(below)
    }

    /// The rows that store the runs.
    pub(super) fn to_rows(&self) -> Vec<ListRow> {
        let mut rows: Vec<ListRow> = Vec::new();
        let (mut next_n, mut next_place) = (0, 0);
        for run in &self.0 {
            let [place, last] = run.places();
            let row = match rows.last_mut() {
                Some(row) if row.list.len() < LIST_BYTES => row,
                _ => {
                    rows.push(ListRow { first: run.first(), list: Vec::new() });
                    (next_n, next_place) = (run.first(), 0);
                    rows.last_mut().expect("one was added")
                }
            };
            put_varint(&mut row.list, run.first() - next_n);
            put_varint(&mut row.list, zigzag(place.wrapping_sub(next_place)));
            put_varint(&mut row.list, run.count() - 1);
            (next_n, next_place) = (run.last().wrapping_add(1), last.wrapping_add(1));
        }
        rows
    }

    /// The runs of a row; `None` if its list is invalid.
    pub(super) fn of_row(first: u64, mut list: &[u8]) -> Option<Self> {
        let mut runs = Vec::new();
        let (mut next_n, mut next_place) = (Some(first), 0_i64);
        while !list.is_empty() {
            let n = next_n?.checked_add(take_varint(&mut list)?)?;
            let place = next_place.wrapping_add(unzigzag(take_varint(&mut list)?));
            let run = Run::checked(n, place, take_varint(&mut list)?.checked_add(1)?)?;
            runs.push(run);
            (next_n, next_place) = (run.last().checked_add(1), run.places()[1].wrapping_add(1));
        }
        (runs.first()?.first() == first).then_some(Self(runs))
    }
}

fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7F);
        if bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

const fn zigzag(signed: i64) -> u64 {
    (signed.cast_unsigned() << 1) ^ (signed >> 63).cast_unsigned()
}

const fn unzigzag(unsigned: u64) -> i64 {
    (unsigned >> 1).cast_signed() ^ -(unsigned & 1).cast_signed()
}

/// The list of one run as an SQL literal; the values may be invalid.
#[cfg(test)]
pub(in crate::journal::sqlite) fn list(place: i64, count: u64) -> String {
    let mut list = vec![0];
    put_varint(&mut list, zigzag(place));
    put_varint(&mut list, count.wrapping_sub(1));
    let digits: String = list.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{digits}'")
}

#[cfg(test)]
mod tests;
