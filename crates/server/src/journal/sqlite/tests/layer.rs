//! A layer between SQLite and the system's files, which fails on command and simulates a loss of power.
//!
//! It is for one connection at a time: it grants every lock, unless a test says that another program has locked the
//! file, and its shared memory is not shared.

mod vfs;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes that the system writes at once.
const PAGE_BYTES: u64 = 4096;

/// A call that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Read,
    Write,
    Sync,
    SetLen,
}

/// The fault of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does nothing, and returns an error of the disk.
    Error,
    /// It does nothing, because the disk is full.
    Full,
    /// It does half of its work, and returns an error of the disk.
    Torn,
    /// It does all its work, and returns an error.
    Unsaid,
}

/// The calls that fail, and the fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) fault: Fault,
    /// The kinds of calls that fail; all kinds if it is empty.
    pub(crate) calls: &'static [Call],
    /// The ends of the names of the files on which calls fail.
    pub(crate) files: &'static str,
    /// Number of calls that succeed before the first fault.
    pub(crate) after: u64,
    /// Whether all later calls fail, too.
    pub(crate) lasts: bool,
}

/// The layer, as a test controls it.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// The name under which SQLite has registered it.
    pub(crate) name: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    plan: Option<Plan>,
    fired: u64,
    is_held: bool,
    slept: Duration,
    disks: HashMap<PathBuf, Disk>,
}

/// The content of one file on the disk.
#[derive(Debug, Default)]
struct Disk {
    durable: Vec<u8>,
    /// Pages that were written since the last sync. A failed sync removes its pages from here, since the system takes
    /// them for written.
    dirty: BTreeSet<u64>,
}

impl Layer {
    pub(crate) fn new() -> Self {
        static LAYERS: AtomicU32 = AtomicU32::new(0);
        let number = LAYERS.fetch_add(1, Ordering::Relaxed);
        let layer = Self { name: format!("layer-{number}").into(), state: Arc::default() };
        sqlite_vfs::register(&layer.name, layer.clone(), false).unwrap();
        layer
    }

    pub(crate) fn fail(&self, plan: Plan) {
        let mut state = self.state();
        (state.plan, state.fired) = (Some(plan), 0);
    }

    pub(crate) fn heal(&self) {
        self.state().plan = None;
    }

    /// Another program locks the file, or unlocks it.
    pub(crate) fn hold(&self, is_held: bool) {
        self.state().is_held = is_held;
    }

    /// The time that SQLite has waited for locks since the last call.
    pub(crate) fn slept(&self) -> Duration {
        std::mem::take(&mut self.state().slept)
    }

    /// Number of calls that have failed since [`Layer::fail`].
    pub(crate) fn fired(&self) -> u64 {
        self.state().fired
    }

    /// Writes the files in `from`, as a loss of power leaves them, into the directory `to`. `is_there` says which pages
    /// that were not synced are on the disk.
    pub(crate) fn lose_power(&self, from: &Path, to: &Path, is_there: fn(u64) -> bool) {
        for (path, disk) in self.state().disks.iter().filter(|(path, _)| path.starts_with(from)) {
            // A file that does not exist has been renamed.
            let Ok(now) = fs::read(path) else { continue };
            let mut left = disk.durable.clone();
            for page in disk.dirty.iter().filter(|page| is_there(**page)) {
                copy_page(*page, &now, &mut left);
            }
            fs::write(to.join(path.file_name().unwrap()), left).unwrap();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails while it holds the lock must report that, and not panic within SQLite.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault of this call; `None` if it succeeds.
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

fn copy_page(page: u64, from: &[u8], to: &mut Vec<u8>) {
    let start = usize::try_from(page * PAGE_BYTES).unwrap().min(from.len());
    let end = usize::try_from((page + 1) * PAGE_BYTES).unwrap().min(from.len());
    if to.len() < end {
        to.resize(end, 0);
    }
    to[start..end].copy_from_slice(&from[start..end]);
}
