//! The file of the seed. If several clients start at once, the first makes it.

use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{StoreError, at, files};
use crate::seed::{SEED_BYTES, Seed};

pub(super) const SEED_FILE: &str = "seed";

/// Returns the seed of a state directory, and makes it if there is none. It is on the disk when this
/// returns.
pub(super) fn open(state: &Path) -> Result<Seed, StoreError> {
    let path = state.join(SEED_FILE);
    read_or_make(&path).map_err(at(&path))
}

fn read_or_make(path: &Path) -> io::Result<Seed> {
    let mut file = files::private(OpenOptions::new().read(true), path)?;
    // Locked until the file is closed, for one write to the disk at most: no client uses a seed that another
    // is still writing.
    file.lock()?;
    let mut written = Vec::new();
    // One byte more than a seed and its line end, to notice a longer file.
    (&file).take(2 * SEED_BYTES as u64 + 2).read_to_end(&mut written)?;
    if let Some(seed) = str::from_utf8(&written).ok().and_then(Seed::read) {
        return Ok(seed);
    }
    // There is none, or a crash has cut it short: then no token was made of it. A seed that is damaged later
    // is not needed for the stored tokens.
    let seed = Seed::new().map_err(io::Error::other)?;
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(format!("{}\n", seed.written()).as_bytes())?;
    file.sync_all()?;
    files::sync_name(path)?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn clients_that_start_at_once_have_one_seed() {
        const CLIENTS: usize = 4;
        for _ in 0..20 {
            let directory = tempfile::TempDir::new().unwrap();
            let at_once = Barrier::new(CLIENTS);
            let start = || {
                at_once.wait();
                open(directory.path()).unwrap()
            };
            let seeds: Vec<Seed> = std::thread::scope(|scope| {
                let starts: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(start)).collect();
                starts.into_iter().map(|start| start.join().unwrap()).collect()
            });
            let stored = open(directory.path()).unwrap();
            assert_eq!(seeds, [stored; CLIENTS]);
        }
    }

    #[test]
    fn a_seed_that_is_not_whole_is_made_again() {
        let directory = tempfile::TempDir::new().unwrap();
        let whole = open(directory.path()).unwrap();
        let path = directory.path().join(SEED_FILE);
        let longer = format!("{}garbage", whole.written());
        for left in [&b""[..], b"0123", longer.as_bytes(), &[0xff; 64]] {
            std::fs::write(&path, left).unwrap();
            let seed = open(directory.path()).unwrap();
            assert_ne!(seed, whole);
            assert_eq!(open(directory.path()).unwrap(), seed);
        }
    }
}
