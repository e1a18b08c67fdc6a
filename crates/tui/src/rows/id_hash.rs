//! A hash of ids of entries.

use std::hash::{BuildHasherDefault, Hasher};

/// Spreads neighbours over all bits: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// For maps by the id of an entry, which a frame asks some hundred times. The program itself counts the ids up, so
/// nobody can choose those that collide.
pub(super) type IdHash = BuildHasherDefault<IdHasher>;

#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id.wrapping_mul(SPREAD);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
