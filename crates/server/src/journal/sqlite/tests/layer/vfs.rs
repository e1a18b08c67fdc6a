//! The calls of SQLite: each is passed to the system's files, unless it must fail.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlite_vfs::wip::{WalIndex, WalIndexLock};
use sqlite_vfs::{DatabaseHandle, LockKind, OpenAccess, OpenOptions as Asked, Vfs};

use super::{Call, Disk, Fault, Layer, PAGE_BYTES, copy_page};

impl Vfs for Layer {
    type Handle = Handle;

    fn open(&self, path: &str, asked: Asked) -> io::Result<Handle> {
        let path = PathBuf::from(path);
        let mut options = OpenOptions::new();
        options.read(true).write(asked.access != OpenAccess::Read);
        match asked.access {
            OpenAccess::Create => options.create(true),
            OpenAccess::CreateNew => options.create_new(true),
            _ => &mut options,
        };
        let file = options.open(&path)?;
        let durable = fs::read(&path)?;
        let fresh = || Disk { durable, dirty: BTreeSet::new() };
        self.state().disks.entry(path.clone()).or_insert_with(fresh);
        Ok(Handle { layer: self.clone(), file, path, lock: LockKind::None })
    }

    fn delete(&self, path: &str) -> io::Result<()> {
        self.state().disks.remove(Path::new(path));
        fs::remove_file(path)
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        Path::new(path).try_exists()
    }

    fn temporary_name(&self) -> String {
        unreachable!("the journal has no temporary files")
    }

    fn random(&self, buffer: &mut [i8]) {
        buffer.fill(4); // SQLite asks its default layer
    }

    fn sleep(&self, duration: Duration) -> Duration {
        self.state().slept += duration; // no time passes in a test
        duration
    }

    fn full_pathname<'a>(&self, path: &'a str) -> io::Result<Cow<'a, str>> {
        Ok(path.into())
    }
}

/// An open file.
#[derive(Debug)]
pub(crate) struct Handle {
    layer: Layer,
    file: File,
    path: PathBuf,
    lock: LockKind,
}

impl DatabaseHandle for Handle {
    type WalIndex = PrivateWalIndex;

    fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_exact_at(&mut self, mut buffer: &mut [u8], offset: u64) -> io::Result<()> {
        if let Some(fault) = self.layer.fault(Call::Read, &self.path) {
            return Err(error(fault));
        }
        self.file.seek(SeekFrom::Start(offset))?;
        while !buffer.is_empty() {
            let count = self.file.read(buffer)?;
            if count == 0 {
                buffer.fill(0); // as SQLite wants it beyond the end
                return Err(ErrorKind::UnexpectedEof.into());
            }
            buffer = &mut buffer[count..];
        }
        Ok(())
    }

    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let fault = self.layer.fault(Call::Write, &self.path);
        let written = match fault {
            None | Some(Fault::Unsaid) => bytes,
            Some(Fault::Torn) => &bytes[..bytes.len() / 2],
            Some(Fault::Error | Fault::Full) => &[],
        };
        if let Some(last) = written.len().checked_sub(1) {
            self.file.seek(SeekFrom::Start(offset))?;
            self.file.write_all(written)?;
            let pages = offset / PAGE_BYTES..=(offset + last as u64) / PAGE_BYTES;
            self.layer.state().disks.entry(self.path.clone()).or_default().dirty.extend(pages);
        }
        fault.map_or(Ok(()), |fault| Err(error(fault)))
    }

    fn sync(&mut self, _data_only: bool) -> io::Result<()> {
        let fault = self.layer.fault(Call::Sync, &self.path);
        let now = fs::read(&self.path)?;
        let mut state = self.layer.state();
        let disk = state.disks.entry(self.path.clone()).or_default();
        let dirty = std::mem::take(&mut disk.dirty);
        let synced = match fault {
            None | Some(Fault::Unsaid) => dirty.len(),
            Some(Fault::Torn) => dirty.len() / 2,
            Some(Fault::Error | Fault::Full) => 0,
        };
        for page in dirty.into_iter().take(synced) {
            copy_page(page, &now, &mut disk.durable);
        }
        match fault {
            None => {
                disk.durable.resize(now.len(), 0);
                Ok(())
            }
            Some(fault) => Err(error(fault)),
        }
    }

    fn set_len(&mut self, size: u64) -> io::Result<()> {
        match self.layer.fault(Call::SetLen, &self.path) {
            None => self.file.set_len(size),
            Some(fault) => Err(error(fault)),
        }
    }

    fn lock(&mut self, lock: LockKind) -> io::Result<bool> {
        self.lock = lock;
        Ok(true)
    }

    fn reserved(&mut self) -> io::Result<bool> {
        Ok(self.lock >= LockKind::Reserved)
    }

    fn current_lock(&self) -> io::Result<LockKind> {
        Ok(self.lock)
    }

    fn wal_index(&self, _read_only: bool) -> io::Result<PrivateWalIndex> {
        Ok(PrivateWalIndex(self.layer.clone()))
    }
}

/// The lock of the writer, among those of the shared memory.
const WRITE_LOCK: u8 = 0;

/// The shared memory of one connection: SQLite's own copy is the only one.
#[derive(Debug)]
pub(crate) struct PrivateWalIndex(Layer);

impl WalIndex for PrivateWalIndex {
    fn map(&mut self, _region: u32) -> io::Result<[u8; 32768]> {
        Ok([0; 32768])
    }

    fn lock(&mut self, locks: Range<u8>, lock: WalIndexLock) -> io::Result<bool> {
        let is_to_write = lock == WalIndexLock::Exclusive && locks.contains(&WRITE_LOCK);
        Ok(!(is_to_write && self.0.state().is_held))
    }

    fn delete(self) -> io::Result<()> {
        Ok(())
    }
}

fn error(fault: Fault) -> io::Error {
    match fault {
        // SQLite gets SQLITE_FULL for this error, and the error of the call for others.
        Fault::Full => ErrorKind::WriteZero.into(),
        _ => io::Error::other("the layer fails"),
    }
}
