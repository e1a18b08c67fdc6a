//! A layer between SQLite and the system's files, which fails on command and knows what a loss of
//! power leaves.
//!
//! It is for one connection at a time: it grants every lock, unless it is told that another program
//! has the file, and its shared memory is not shared.

mod vfs;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the system writes at once.
const PAGE_BYTES: u64 = 4096;

/// A call that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Read,
    Write,
    Sync,
    SetLen,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
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
pub(crate) struct Plan {
    pub(crate) fault: Fault,
    /// The calls it is about; all where there are none.
    pub(crate) calls: &'static [Call],
    /// How the names of the files end that it is about.
    pub(crate) files: &'static str,
    /// How many of them go well before.
    pub(crate) after: u64,
    /// Whether all that come later fail, too.
    pub(crate) lasts: bool,
}

/// What a test commands the layer by.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// What SQLite knows it by.
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

/// What a disk has of one file.
#[derive(Debug, Default)]
struct Disk {
    durable: Vec<u8>,
    /// Pages written since; those of a sync that failed are not among them any more, as the system
    /// takes them for written.
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

    /// Another program begins to write the file, or ends.
    pub(crate) fn hold(&self, is_held: bool) {
        self.state().is_held = is_held;
    }

    /// How long SQLite has waited for others since it was asked last.
    pub(crate) fn slept(&self) -> Duration {
        std::mem::take(&mut self.state().slept)
    }

    /// How many calls have failed since it was told to.
    pub(crate) fn fired(&self) -> u64 {
        self.state().fired
    }

    /// Writes into the directory `to` what a loss of power would leave of the files in `from`. Of
    /// the pages that were not synced, the disk has those that `is_there` says.
    pub(crate) fn lose_power(&self, from: &Path, to: &Path, is_there: fn(u64) -> bool) {
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

fn copy_page(page: u64, from: &[u8], to: &mut Vec<u8>) {
    let start = usize::try_from(page * PAGE_BYTES).unwrap().min(from.len());
    let end = usize::try_from((page + 1) * PAGE_BYTES).unwrap().min(from.len());
    if to.len() < end {
        to.resize(end, 0);
    }
    to[start..end].copy_from_slice(&from[start..end]);
}
