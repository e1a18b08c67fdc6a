//! The file of what was said and is not settled: a line for each thing said and for each one
//! settled. A crash can tear the last line only; it is passed over, as nobody was shown it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chat_proto::command::Say;
use serde::{Deserialize, Serialize};

use super::{StoreError, at, files};

/// After how many lines the file is written anew, with what is not settled alone: rarely enough that
/// nobody waits for it, and often enough that it stays small.
pub const LINES_MAX: usize = 1_000;

/// Largest file that is read, in bytes: [`LINES_MAX`] of the longest texts, each byte escaped.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The last number given out.
    LastN(u64),
    Said(Say),
    Settled(Vec<u64>),
}

/// What is not settled, and the file that says so.
#[derive(Debug, Default)]
pub(super) struct Journal {
    unsettled: BTreeMap<u64, Say>,
    last_n: u64,
    /// `None` in memory alone.
    file: Option<(PathBuf, File)>,
    lines: usize,
    /// Whether the file may be behind, or its last line torn, by an error.
    torn: bool,
}

impl Journal {
    /// What was kept in the file, if any, before this client has it for itself.
    pub(super) fn read(path: &Path) -> Result<Self, StoreError> {
        let text = files::read(path, FILE_BYTES_MAX).map_err(at(path))?.unwrap_or_default();
        let mut journal = Self::default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            match serde_json::from_str(line) {
                Ok(line) => journal.take(line),
                Err(error) => tracing::warn!(%error, path = %path.display(), "unreadable line"),
            }
        }
        Ok(journal)
    }

    /// Goes on in the file, from which all that is settled is gone.
    pub(super) fn write_to(&mut self, path: &Path) -> Result<(), StoreError> {
        self.rewrite(path).map_err(at(path))
    }

    pub(super) fn last_n(&self) -> u64 {
        self.last_n
    }

    pub(super) fn unsettled(&self) -> Vec<Say> {
        self.unsettled.values().cloned().collect()
    }

    /// Keeps what was said; on the disk when this returns.
    pub(super) fn said(&mut self, say: Say) -> Result<(), StoreError> {
        self.add(Line::Said(say), true)
    }

    /// Forgets what is settled. Were this lost, it would be said once more, and the server knows.
    pub(super) fn settled(&mut self, numbers: &[u64]) -> Result<(), StoreError> {
        self.add(Line::Settled(numbers.to_vec()), false)
    }

    /// Keeps these instead of all it had.
    pub(super) fn replace(&mut self, says: Vec<Say>) -> Result<(), StoreError> {
        self.unsettled.clear();
        for say in says {
            self.take(Line::Said(say));
        }
        self.keep(Self::rewrite)
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::LastN(n) => self.last_n = self.last_n.max(n),
            Line::Said(say) => {
                let n = say.n.unwrap_or_default();
                self.last_n = self.last_n.max(n);
                self.unsettled.insert(n, say);
            }
            Line::Settled(numbers) => {
                for n in numbers {
                    self.unsettled.remove(&n);
                }
            }
        }
    }

    fn add(&mut self, line: Line, durable: bool) -> Result<(), StoreError> {
        let text = line.text();
        self.take(line);
        if self.torn || self.lines >= LINES_MAX {
            return self.keep(Self::rewrite);
        }
        self.keep(|journal, _| text.and_then(|text| journal.append(&text, durable)))
    }

    /// Writes to the file, if there is one. Where that fails, the next one writes it all anew.
    fn keep(
        &mut self,
        write: impl FnOnce(&mut Self, &Path) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let Some((path, _)) = &self.file else {
            return Ok(());
        };
        let path = path.clone();
        let done = write(self, &path);
        self.torn = done.is_err();
        done.map_err(at(&path))
    }

    fn append(&mut self, text: &str, durable: bool) -> io::Result<()> {
        let Some((_, file)) = &mut self.file else {
            return Ok(());
        };
        self.lines += 1;
        file.write_all(text.as_bytes())?;
        if durable { file.sync_data() } else { Ok(()) }
    }

    fn rewrite(&mut self, path: &Path) -> io::Result<()> {
        let mut text = Line::LastN(self.last_n).text()?;
        for say in self.unsettled.values() {
            text.push_str(&Line::Said(say.clone()).text()?);
        }
        files::write(path, text.as_bytes())?;
        let file = files::private(OpenOptions::new().append(true), path)?;
        self.file = Some((path.to_owned(), file));
        self.lines = 0;
        Ok(())
    }
}

impl Line {
    fn text(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}
