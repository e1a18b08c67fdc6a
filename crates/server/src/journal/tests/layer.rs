//! A layer between SQLite and the system's files, which fails on command and knows what a loss of
//! power leaves.
//!
//! It is for one connection at a time: it grants every lock, and its shared memory is not shared.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlite_vfs::wip::{WalIndex, WalIndexLock};
use sqlite_vfs::{DatabaseHandle, LockKind, OpenAccess, OpenOptions as Asked, Vfs};

/// What the system writes at once.
const PAGE_BYTES: u64 = 4096;

/// A call that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Read,
    Write,
    Sync,
    SetLen,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It does nothing, and is an error of the disk.
    Error,
    /// It does nothing, because the disk is full.
    Full,
    /// It does half of what it should, and is an error of the disk.
    Torn,
    /// It does all it should, and says that it did not.
    Unsaid,
}

/// Which calls fail, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) fault: Fault,
    /// The calls it is about; all where there are none.
    pub(super) calls: &'static [Call],
    /// How the names of the files end that it is about.
    pub(super) files: &'static str,
    /// How many of them go well before.
    pub(super) after: u64,
    /// Whether all that come later fail, too.
    pub(super) lasts: bool,
}

/// What a test commands the layer by.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// What SQLite knows it by.
    pub(super) name: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    plan: Option<Plan>,
    fired: u64,
    disks: HashMap<PathBuf, Disk>,
}

/// What a disk has of one file.
#[derive(Debug, Default)]
struct Disk {
    durable: Vec<u8>,
    /// Pages written since; those of a sync that failed are not among them any more, as the system
    /// takes them for written.
    dirty: BTreeSet<u64>,
}

impl Layer {
    pub(super) fn new() -> Self {
        static LAYERS: AtomicU32 = AtomicU32::new(0);
        let number = LAYERS.fetch_add(1, Ordering::Relaxed);
        let layer = Self { name: format!("layer-{number}").into(), state: Arc::default() };
        sqlite_vfs::register(&layer.name, layer.clone(), false).unwrap();
        layer
    }

    pub(super) fn fail(&self, plan: Plan) {
        let mut state = self.state();
        (state.plan, state.fired) = (Some(plan), 0);
    }

    pub(super) fn heal(&self) {
        self.state().plan = None;
    }

    /// How many calls have failed since it was told to.
    pub(super) fn fired(&self) -> u64 {
        self.state().fired
    }

    /// Writes into the directory `to` what a loss of power would leave of the files in `from`. Of
    /// the pages that were not synced, the disk has those that `is_there` says.
    pub(super) fn lose_power(&self, from: &Path, to: &Path, is_there: fn(u64) -> bool) {
        for (path, disk) in self.state().disks.iter().filter(|(path, _)| path.starts_with(from)) {
            // One that is not there has another name by now.
            let Ok(now) = fs::read(path) else { continue };
            let mut left = disk.durable.clone();
            for page in disk.dirty.iter().filter(|page| is_there(**page)) {
                copy_page(*page, &now, &mut left);
            }
            fs::write(to.join(path.file_name().unwrap()), left).unwrap();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails with it locked is to say so, rather than panic within SQLite.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How this call is to fail, if it is.
    fn fault(&self, call: Call, path: &Path) -> Option<Fault> {
        let mut state = self.state();
        let plan = state.plan.as_mut()?;
        let is_about = plan.calls.is_empty() || plan.calls.contains(&call);
        if !is_about || !path.as_os_str().as_encoded_bytes().ends_with(plan.files.as_bytes()) {
            return None;
        }
        if plan.after > 0 {
            plan.after -= 1;
            return None;
        }
        let Plan { fault, lasts, .. } = *plan;
        if !lasts {
            state.plan = None;
        }
        state.fired += 1;
        Some(fault)
    }
}

fn error(fault: Fault) -> io::Error {
    match fault {
        // SQLite is told SQLITE_FULL for this one, and an error of the call for others.
        Fault::Full => ErrorKind::WriteZero.into(),
        _ => io::Error::other("the layer fails"),
    }
}

fn copy_page(page: u64, from: &[u8], to: &mut Vec<u8>) {
    let start = usize::try_from(page * PAGE_BYTES).unwrap().min(from.len());
    let end = usize::try_from((page + 1) * PAGE_BYTES).unwrap().min(from.len());
    if to.len() < end {
        to.resize(end, 0);
    }
    to[start..end].copy_from_slice(&from[start..end]);
}

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
        duration // there is nobody to wait for
    }

    fn full_pathname<'a>(&self, path: &'a str) -> io::Result<Cow<'a, str>> {
        Ok(path.into())
    }
}

/// An open file.
#[derive(Debug)]
pub(super) struct Handle {
    layer: Layer,
    file: File,
    path: PathBuf,
    lock: LockKind,
}

impl DatabaseHandle for Handle {
    type WalIndex = Unshared;

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

    fn wal_index(&self, _read_only: bool) -> io::Result<Unshared> {
        Ok(Unshared)
    }
}

/// The shared memory of one connection alone: SQLite's own copy of it is all there is.
#[derive(Debug)]
pub(super) struct Unshared;

impl WalIndex for Unshared {
    fn map(&mut self, _region: u32) -> io::Result<[u8; 32768]> {
        Ok([0; 32768])
    }

    fn lock(&mut self, _locks: Range<u8>, _lock: WalIndexLock) -> io::Result<bool> {
        Ok(true)
    }

    fn delete(self) -> io::Result<()> {
        Ok(())
    }
}
