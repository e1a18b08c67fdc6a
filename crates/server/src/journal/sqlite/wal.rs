//! Reads SQLite's write-ahead log before SQLite does.
//!
//! If the checksum of a frame does not match, SQLite takes it for the end of the log, and drops it and all frames after
//! it. That is right for a commit that a crash cut off, and wrong if a frame in the middle is damaged: the commits
//! after it are lost without an error. The format is <https://sqlite.org/fileformat2.html#walformat>.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// The first 4 bytes without the last bit, which says whether checksums are of big-endian words.
const MAGIC: u32 = 0x377f_0682;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// The least and the greatest size of a page that SQLite allows.
const PAGE_BYTES: std::ops::RangeInclusive<u32> = 512..=65_536;

/// The number of the page that begins with the header of the database.
const FIRST_PAGE: u32 = 1;

/// The state of a log.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// Whether it is too short to have a frame.
    pub(super) is_empty: bool,
    /// Its damage, if commits are lost by it.
    pub(super) damage: Option<Damage>,
    /// The marks that the valid frames give the file, see [`super::mark`].
    pub(super) marks: Vec<i32>,
    /// A number that is random in a new log, and increases by one each time SQLite starts to overwrite the log; `None`
    /// if there is no valid header.
    pub(super) salt: Option<u32>,
}

/// Damage that hides commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// The header is damaged: SQLite ignores all frames.
    Header,
    /// The frame with this number, from 1, is damaged: SQLite ignores it and all frames after it.
    Frame(u64),
}

/// Reads the log at `path`.
pub(super) fn read(path: &Path) -> io::Result<Log> {
    let mut file = BufReader::new(File::open(path)?);
    let mut header = [0; HEADER_BYTES];
    if !fill(&mut file, &mut header)? {
        return Ok(Log { is_empty: true, ..Log::default() });
    }
    let Some(mut chain) = Chain::begin(&header) else {
        return Ok(Log { damage: Some(Damage::Header), ..Log::default() });
    };
    let mut log = Log { salt: Some(chain.salt[0]), ..Log::default() };
    let mut page = vec![0; chain.page_bytes];
    let mut frame_header = [0; FRAME_HEADER_BYTES];
    let mut invalid = None;
    for number in 1.. {
        if !fill(&mut file, &mut frame_header)? || !fill(&mut file, &mut page)? {
            break;
        }
        if invalid.is_none() {
            if chain.accepts(&frame_header, &page) {
                log.note_mark(&frame_header, &page);
                continue;
            }
            invalid = Some(number);
        } else if chain.is_commit(&frame_header) {
            log.damage = invalid.map(Damage::Frame);
            break;
        }
    }
    Ok(log)
}

impl Log {
    fn note_mark(&mut self, frame_header: &[u8], page: &[u8]) {
        if word(frame_header, 0) == FIRST_PAGE {
            let mark = word(page, super::mark::OFFSET).cast_signed();
            if !self.marks.contains(&mark) {
                self.marks.push(mark);
            }
        }
    }
}

/// The checksum of everything that was read so far; the next frame must continue it.
struct Chain {
    page_bytes: usize,
    salt: [u32; 2],
    is_big_endian: bool,
    sum: [u32; 2],
}

impl Chain {
    /// Returns `None` if the header is not valid.
    fn begin(header: &[u8; HEADER_BYTES]) -> Option<Self> {
        let (magic, page_bytes) = (word(header, 0), word(header, 8));
        if magic & !1 != MAGIC || !PAGE_BYTES.contains(&page_bytes) {
            return None;
        }
        let mut chain = Self {
            page_bytes: usize::try_from(page_bytes).ok()?,
            salt: [word(header, 16), word(header, 20)],
            is_big_endian: magic & 1 == 1,
            sum: [0; 2],
        };
        chain.add(&header[..24]);
        (chain.sum == [word(header, 24), word(header, 28)]).then_some(chain)
    }

    /// Adds a frame. Returns true if it is valid.
    fn accepts(&mut self, header: &[u8], page: &[u8]) -> bool {
        if !self.has_salt(header) || word(header, 0) == 0 {
            return false;
        }
        self.add(&header[..8]);
        self.add(page);
        self.sum == [word(header, 16), word(header, 20)]
    }

    /// Returns true if a frame of this log ends a commit: its header has the size of the file.
    fn is_commit(&self, header: &[u8]) -> bool {
        self.has_salt(header) && word(header, 4) != 0
    }

    /// Returns true if a frame was written since SQLite started to overwrite the log.
    fn has_salt(&self, header: &[u8]) -> bool {
        [word(header, 8), word(header, 12)] == self.salt
    }

    fn add(&mut self, bytes: &[u8]) {
        let [mut one, mut two] = self.sum;
        for pair in bytes.chunks_exact(8) {
            let [first, second] = [0, 4].map(|at| {
                let word = word(pair, at);
                if self.is_big_endian { word } else { word.swap_bytes() }
            });
            one = one.wrapping_add(first).wrapping_add(two);
            two = two.wrapping_add(second).wrapping_add(one);
        }
        self.sum = [one, two];
    }
}

/// The big-endian word at `at`.
fn word(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_be_bytes(word)
}

/// Fills `buffer`. Returns `false` if the file ends before it is full.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}
