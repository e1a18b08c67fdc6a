//! The last run of the daemon: which file it wrote, and whether it ended in order.
//!
//! Each start gives the journal a new *generation*, a random number. It is in the header of the file ([`mark`]) and in
//! `journal.state` beside it. So if another file was copied over the journal, the start notices it before SQLite copies
//! the log into the wrong file. `journal.state` also says whether the run has ended: if not, the log must exist and
//! have frames.
//!
//! ```text
//! ended, running ──→ starting ──→ running ──→ ended
//!                 before the first write      once SQLite has closed the file
//! ```

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tracing::{error, warn};

use super::wal::{self, Damage};
use super::{JournalError, file, mark, private, store};

/// The extension of the state's file; the rest of its name is the journal's.
const EXTENSION: &str = "state";

/// The consequence of a loss, for the log.
const NEW_EPOCH: &str = "A new epoch begins: clients load their rooms again";

/// The path of the state of the journal at `path`.
pub(super) fn state_of(path: &Path) -> PathBuf {
    path.with_extension(EXTENSION)
}

/// A loss of messages in a journal that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loss {
    /// The file is not the one that the last run wrote.
    Replaced(PathBuf),
    /// The log of a run that did not end in order is missing.
    LogMissing(PathBuf),
    /// The log is damaged, and there are commits after the damage.
    LogDamaged(PathBuf, Damage),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replaced(file) => write!(
                f,
                "{} is not the file that chat-server used last: it was replaced, and messages of the \
                 earlier file may be missing",
                file.display()
            ),
            Self::LogMissing(log) => write!(
                f,
                "{} is missing or empty, and chat-server did not end in order: the newest messages may \
                 be lost",
                log.display()
            ),
            Self::LogDamaged(log, Damage::Header) => {
                write!(
                    f,
                    "the header of {} is damaged: the newest messages are lost",
                    log.display()
                )
            }
            Self::LogDamaged(log, Damage::Frame(frame)) => write!(
                f,
                "frame {frame} of {} is damaged: the messages that were committed in it and after it \
                 are lost",
                log.display()
            ),
        }
    }
}

/// The progress of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It may have changed the file, and its log may be empty.
    Starting,
    /// The same, after a loss: the epoch must change.
    StartingEpoch,
    /// Its log has frames.
    Running,
    /// It has no log.
    Ended,
}

const PHASES: [(Phase, &str); 4] = [
    (Phase::Starting, "starting"),
    (Phase::StartingEpoch, "starting-epoch"),
    (Phase::Running, "running"),
    (Phase::Ended, "ended"),
];

/// Stands for a salt that is not known.
const UNKNOWN: &str = "-";

/// Number of times that a run may overwrite its log: once for each 16 MiB that it writes, so this is 256 TiB. The log
/// of another run has a salt beyond this bound in 255 of 256 cases, and the log of an earlier run always.
const LOG_RESTARTS_MAX: u32 = 1 << 24;

/// The contents of `journal.state`: one line with these fields, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    phase: Phase,
    /// The salt of the log when the run began; `None` if it is not known.
    salt: Option<u32>,
    /// The generations that the file may have.
    generations: Vec<i32>,
}

impl State {
    /// Returns `None` if there is no state, as in a journal of an earlier version, or it is damaged.
    fn read(path: &Path) -> Result<Option<Self>, JournalError> {
        let path = state_of(path);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(JournalError::io(&path))?,
        };
        let state = Self::parse(&text);
        if state.is_none() {
            warn!("{} is damaged; writing a new one", path.display());
        }
        Ok(state)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let phase = words.next()?;
        let (phase, _) = PHASES.into_iter().find(|(_, name)| *name == phase)?;
        let salt = match words.next()? {
            UNKNOWN => None,
            salt => Some(u32::from_str_radix(salt, 16).ok()?),
        };
        let generation = |word| u32::from_str_radix(word, 16).ok().map(u32::cast_signed);
        Some(Self { phase, salt, generations: words.map(generation).collect::<Option<_>>()? })
    }

    /// Returns true if another run wrote `log`.
    fn has_other_log(&self, log: &wal::Log) -> bool {
        let is_salt_of_another = self
            .salt
            .zip(log.salt)
            .is_some_and(|(first, salt)| salt.wrapping_sub(first) > LOG_RESTARTS_MAX);
        is_salt_of_another || log.marks.iter().any(|mark| !self.generations.contains(mark))
    }

    fn write(&self, path: &Path) -> Result<(), JournalError> {
        let path = state_of(path);
        let draft = path.with_added_extension("new");
        let name =
            PHASES.iter().find(|(phase, _)| *phase == self.phase).map_or("", |(_, name)| name);
        let salt = self.salt.map_or_else(|| UNKNOWN.to_owned(), |salt| format!("{salt:08x}"));
        let mut text = format!("{name} {salt}");
        for generation in &self.generations {
            text.push_str(&format!(" {generation:08x}"));
        }
        let write = || {
            let mut file = private::open(&draft)?;
            file.set_len(0)?;
            writeln!(file, "{text}")
        };
        write().map_err(JournalError::io(&draft))?;
        file::put_in_place(&draft, &path)
    }
}

/// The result of [`examine`].
#[derive(Debug)]
struct Examination {
    state: Option<State>,
    mark: i32,
    loss: Option<Loss>,
}

/// Examines the file at `path` before SQLite opens it.
///
/// # Errors
/// Returns an error if it must not be opened, since the log beside it belongs to another file.
fn examine(path: &Path) -> Result<Examination, JournalError> {
    let mut state = State::read(path)?;
    let (mark, log) = loop {
        let seen = (mark::read(path).map_err(JournalError::io(path))?, mark::log_beside(path));
        // A daemon that starts or ends meanwhile writes the state before the file, or after it.
        let now = State::read(path)?;
        if now == state {
            break seen;
        }
        state = now;
    };
    let loss = match &state {
        // `mark::check` decides whether a backup may be opened.
        _ if !mark::is_generation(mark) => None,
        Some(state) if !state.generations.contains(&mark) => {
            refuse(path, log)?;
            Some(Loss::Replaced(path.to_path_buf()))
        }
        Some(State { phase: Phase::Ended, .. }) => {
            refuse(path, log)?;
            None
        }
        state => examine_log(path, state.as_ref())?,
    };
    Ok(Examination { state, mark, loss })
}

fn refuse(path: &Path, log: Option<PathBuf>) -> Result<(), JournalError> {
    match log {
        Some(log) => Err(JournalError::ForeignLog { file: path.to_path_buf(), log }),
        None => Ok(()),
    }
}

/// Examines the log of a run that did not end, or of an unknown one.
fn examine_log(path: &Path, state: Option<&State>) -> Result<Option<Loss>, JournalError> {
    let path_of_log = mark::with_suffix(path, "-wal");
    let log = match wal::read(&path_of_log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            wal::Log { is_empty: true, ..wal::Log::default() }
        }
        log => log.map_err(JournalError::io(&path_of_log))?,
    };
    if state.is_some_and(|state| state.has_other_log(&log)) {
        return Err(JournalError::ForeignLog { file: path.to_path_buf(), log: path_of_log });
    }
    let is_running = state.is_some_and(|state| state.phase == Phase::Running);
    Ok(match log.damage {
        Some(damage) => Some(Loss::LogDamaged(path_of_log, damage)),
        None if is_running && log.is_empty => Some(Loss::LogMissing(path_of_log)),
        None => None,
    })
}

/// The loss of the journal at `path`, which no daemon uses.
pub(super) fn find_loss(path: &Path) -> Result<Option<Loss>, JournalError> {
    examine(path).map(|examination| examination.loss)
}

/// A run of the daemon. It ends when it is dropped, which must be after the connection is closed.
#[derive(Debug)]
pub(super) struct Run {
    path: PathBuf,
    state: State,
    /// Whether the epoch must change.
    needs_epoch: bool,
}

impl Run {
    /// Examines the file that is to be opened; changes nothing.
    pub(super) fn of(path: &Path) -> Result<Self, JournalError> {
        let Examination { state, mark, loss } = examine(path)?;
        let was_begun = state.as_ref().is_some_and(|state| state.phase == Phase::StartingEpoch);
        match &loss {
            Some(loss @ Loss::Replaced(_)) => warn!("{loss}. {NEW_EPOCH}"),
            Some(loss) => error!("{loss}. {NEW_EPOCH}"),
            None if !mark::is_generation(mark) => warn!(
                "{} is a backup that was put in the journal's place. {NEW_EPOCH}",
                path.display()
            ),
            None => {}
        }
        let needs_epoch = loss.is_some() || was_begun || !mark::is_generation(mark);
        let mut generations = state.map_or_else(Vec::new, |state| state.generations);
        generations.retain(|one| *one != mark);
        generations.push(if mark == mark::BACKUP { mark::ADOPTED } else { mark });
        let state = State { phase: Phase::Ended, salt: None, generations };
        Ok(Self { path: path.to_path_buf(), state, needs_epoch })
    }

    /// Records that the file is about to be changed.
    pub(super) fn start(&mut self, db: &Connection) -> Result<(), JournalError> {
        let generation = new_generation(db, &self.state.generations)?;
        self.state.generations.push(generation);
        self.state.phase = if self.needs_epoch { Phase::StartingEpoch } else { Phase::Starting };
        self.state.write(&self.path)
    }

    /// Gives the file the new generation, and a new epoch if it must change. Afterwards the log has frames.
    pub(super) fn renew(&mut self, db: &Connection) -> Result<(), JournalError> {
        // The log must begin with the new generation: an earlier copy of the file then does not match the log.
        let is_log_empty = checkpoint(db, "TRUNCATE")?;
        let generations = &mut self.state.generations;
        let generation = generations.last().copied().unwrap_or_default();
        // This commit need not wait for the disk: the checkpoint or the last commit below does.
        let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        db.pragma_update(None, "synchronous", "normal")?;
        let transaction = db.unchecked_transaction()?;
        if self.needs_epoch {
            store::begin_epoch(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", generation)?;
        transaction.commit()?;
        db.pragma_update(None, "synchronous", synchronous)?;
        // While a backup runs, the checkpoint is incomplete, and the file keeps the old generation for a while.
        if is_log_empty && checkpoint(db, "FULL")? {
            *generations = vec![generation];
        }
        // After the checkpoint SQLite overwrites the log, so that it now begins with the generation.
        db.pragma_update(None, "application_id", generation)?;
        let log = mark::with_suffix(&self.path, "-wal");
        self.state.salt = wal::read(&log).map_err(JournalError::io(&log))?.salt;
        self.needs_epoch = false;
        self.state.phase = Phase::Running;
        self.state.write(&self.path)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // If the start failed, the file is unchanged. If a log is left, another connection still uses it.
        if self.state.phase != Phase::Running || mark::log_beside(&self.path).is_some() {
            return;
        }
        (self.state.phase, self.state.salt) = (Phase::Ended, None);
        if let Err(error) = self.state.write(&self.path) {
            warn!("{error}; the next start will report lost messages, although none are lost");
        }
    }
}

/// A random generation that is not one of `generations`.
fn new_generation(db: &Connection, generations: &[i32]) -> rusqlite::Result<i32> {
    loop {
        // The mask leaves 31 bits, so that it fits an `i32`.
        let number: i32 = db.query_row("SELECT random() & 0x7fffffff", [], |row| row.get(0))?;
        if number != 0 && mark::is_generation(number) && !generations.contains(&number) {
            return Ok(number);
        }
    }
}

/// Copies the log into the file. Returns true if it is complete: a reader may prevent that, and this does not wait.
fn checkpoint(db: &Connection, how: &str) -> rusqlite::Result<bool> {
    db.busy_timeout(std::time::Duration::ZERO)?;
    // Without `main` it includes the temporary tables, in which a check of the structure or the renaming of a table
    // leaves a transaction open.
    let sql = format!("PRAGMA main.wal_checkpoint({how})");
    let done = db.query_row(&sql, [], |row| {
        let [is_busy, frames, copied]: [i64; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
        Ok(is_busy == 0 && frames == copied)
    });
    db.busy_timeout(file::BUSY_TIMEOUT)?;
    done
}
