//! The run of the daemon that used the journal last: which file it wrote, and whether it ended in order.
//!
//! Each start gives the journal another *generation*, a random number. It is in the header of the file
//! ([`mark`]) and in `journal.state` beside it, so a file that was copied over the journal is recognised before
//! SQLite brings the log of the other one into it. `journal.state` says, too, whether the run has ended: if
//! not, the log must be there, with frames in it.
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

/// The end of the name of the file, instead of the journal's.
const EXTENSION: &str = "state";

/// What follows from a loss.
const NEW_EPOCH: &str = "A new epoch begins: clients load their rooms again";

/// Where the state of the journal at `path` is.
pub(super) fn state_of(path: &Path) -> PathBuf {
    path.with_extension(EXTENSION)
}

/// What is missing of a journal that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loss {
    /// The file is not the one that the last run wrote.
    Replaced(PathBuf),
    /// The log of a run that did not end in order is missing.
    LogMissing(PathBuf),
    /// The log is damaged, and commits are behind the damage.
    LogDamaged(PathBuf, Damage),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replaced(file) => write!(
                f,
                "{} is not the file that chat-server used last: another one was put in its place, and \
                 messages of that one may be missing",
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

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It may have changed the file, and its log may be empty.
    Starting,
    /// The same, and the start began because of a loss: the epoch must change.
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

/// In the place of a salt that is not known.
const UNKNOWN: &str = "-";

/// How often a run may begin its log from the start again: with each 16 MiB that it writes, so this is
/// 256 TiB. A log of another run has a salt beyond this in all but one of 256 cases, and one of an earlier
/// run always.
const LOG_RESTARTS_MAX: u32 = 1 << 24;

/// What `journal.state` has: a line of its fields, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    phase: Phase,
    /// The salt of the log when the run began; `None` if it is not known.
    salt: Option<u32>,
    /// The generations that the file may have.
    generations: Vec<i32>,
}

impl State {
    /// Returns `None` if there is none, as of a journal that an earlier version used.
    fn read(path: &Path) -> Result<Option<Self>, JournalError> {
        let path = state_of(path);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(JournalError::io(&path))?,
        };
        let state = Self::parse(&text);
        if state.is_none() {
            warn!("{} is damaged and is made again", path.display());
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

    /// Whether `log` was written by another run.
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

/// What [`examine`] found.
#[derive(Debug)]
struct Examined {
    state: Option<State>,
    mark: i32,
    loss: Option<Loss>,
}

/// Examines the file at `path` before SQLite opens it.
///
/// # Errors
/// Returns an error if it must not be opened, since the log beside it belongs to another file.
fn examine(path: &Path) -> Result<Examined, JournalError> {
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
        // Whether a backup may be opened is for `mark::check` to say.
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
    Ok(Examined { state, mark, loss })
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

/// What is missing of the journal at `path`, which no daemon uses.
pub(super) fn find_loss(path: &Path) -> Result<Option<Loss>, JournalError> {
    examine(path).map(|examined| examined.loss)
}

/// A run of the daemon: ends when it is dropped, after the connection that it began with.
#[derive(Debug)]
pub(super) struct Run {
    path: PathBuf,
    state: State,
    /// Whether the epoch must change, and why if that is known.
    owes_epoch: bool,
}

impl Run {
    /// Examines the file that is to be opened; changes nothing.
    pub(super) fn of(path: &Path) -> Result<Self, JournalError> {
        let Examined { state, mark, loss } = examine(path)?;
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
        let owes_epoch = loss.is_some() || was_begun || !mark::is_generation(mark);
        let mut generations = state.map_or_else(Vec::new, |state| state.generations);
        generations.retain(|one| *one != mark);
        generations.push(if mark == mark::BACKUP { mark::ADOPTED } else { mark });
        let state = State { phase: Phase::Ended, salt: None, generations };
        Ok(Self { path: path.to_path_buf(), state, owes_epoch })
    }

    /// Records that the file is about to be changed.
    pub(super) fn start(&mut self, db: &Connection) -> Result<(), JournalError> {
        let generation = another(db, &self.state.generations)?;
        self.state.generations.push(generation);
        self.state.phase = if self.owes_epoch { Phase::StartingEpoch } else { Phase::Starting };
        self.state.write(&self.path)
    }

    /// Gives the file the new generation, and a new epoch if it must have one. The log has frames after it.
    pub(super) fn renew(&mut self, db: &Connection) -> Result<(), JournalError> {
        // A copy of the file that was made before is another one from now on, so the log begins with this.
        let is_log_empty = checkpoint(db, "TRUNCATE")?;
        let generations = &mut self.state.generations;
        let generation = generations.last().copied().unwrap_or_default();
        // The checkpoint or the last commit below waits for the disk: this one need not.
        let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        db.pragma_update(None, "synchronous", "normal")?;
        let transaction = db.unchecked_transaction()?;
        if self.owes_epoch {
            store::begin_epoch(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", generation)?;
        transaction.commit()?;
        db.pragma_update(None, "synchronous", synchronous)?;
        // A backup that runs holds it up: then the file has the old one for a while.
        if is_log_empty && checkpoint(db, "FULL")? {
            *generations = vec![generation];
        }
        // The log begins from its start again after the checkpoint: now it begins with the generation.
        db.pragma_update(None, "application_id", generation)?;
        let log = mark::with_suffix(&self.path, "-wal");
        self.state.salt = wal::read(&log).map_err(JournalError::io(&log))?.salt;
        self.owes_epoch = false;
        self.state.phase = Phase::Running;
        self.state.write(&self.path)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // A start that failed has left the file as it was; another connection has left the log there.
        if self.state.phase != Phase::Running || mark::log_beside(&self.path).is_some() {
            return;
        }
        (self.state.phase, self.state.salt) = (Phase::Ended, None);
        if let Err(error) = self.state.write(&self.path) {
            warn!("{error}; the next start reports messages that may be lost, and none are");
        }
    }
}

/// A number that none of these generations has.
fn another(db: &Connection, generations: &[i32]) -> rusqlite::Result<i32> {
    loop {
        // It fits: the highest of its bits is the lowest but one of an `i32`.
        let number: i32 = db.query_row("SELECT random() & 0x7fffffff", [], |row| row.get(0))?;
        if number != 0 && mark::is_generation(number) && !generations.contains(&number) {
            return Ok(number);
        }
    }
}

/// Copies the log into the file. Returns whether all of it is there: a reader may hold it up, and nobody
/// waits for that.
fn checkpoint(db: &Connection, how: &str) -> rusqlite::Result<bool> {
    db.busy_timeout(std::time::Duration::ZERO)?;
    // Without `main` it is of the temporary tables, too, and a check of the structure or a table that gets
    // another name leaves a transaction of those open.
    let sql = format!("PRAGMA main.wal_checkpoint({how})");
    let done = db.query_row(&sql, [], |row| {
        let [is_busy, frames, copied]: [i64; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
        Ok(is_busy == 0 && frames == copied)
    });
    db.busy_timeout(file::BUSY_TIMEOUT)?;
    done
}
