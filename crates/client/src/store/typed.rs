//! The file of typed texts: one JSON string a line, the newest last. Every client of the user adds to it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{StoreError, at, files};

const TYPED_FILE: &str = "typed";

/// Most texts that are read, and that stay if the file is written again.
pub const TYPED_MAX: usize = 200;

/// Longest text that is stored, in bytes: a longer one was pasted, and is not a command to repeat.
pub const TYPED_BYTES_MAX: usize = 4 * 1024;

/// Size of the file from which on it is written again with the newest texts alone, in bytes: with each byte
/// escaped they are longer, and older ones go first.
const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// The texts that were typed in earlier runs, in a state directory.
#[derive(Debug, Clone)]
pub struct TypedFile {
    path: PathBuf,
}

impl TypedFile {
    /// The file in a state directory, which exists.
    #[must_use]
    pub fn in_directory(state: &Path) -> Self {
        Self { path: state.join(TYPED_FILE) }
    }

    /// The newest texts, at most [`TYPED_MAX`], the newest last. A line that is damaged, as after a loss of
    /// power, is left out. If the file does not exist, there are none.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn read(&self) -> Result<Vec<String>, StoreError> {
        self.tail().map_err(at(&self.path))
    }

    /// Adds a text, unless it is longer than [`TYPED_BYTES_MAX`]. A loss of power may cost it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn add(&self, text: &str) -> Result<(), StoreError> {
        if text.len() > TYPED_BYTES_MAX {
            return Ok(());
        }
        self.append(text).map_err(at(&self.path))
    }

    fn append(&self, text: &str) -> std::io::Result<()> {
        let line = serde_json::to_string(text)? + "\n";
        let mut file = files::private(OpenOptions::new().append(true), &self.path)?;
        // One write: another client may add a line at the same time.
        file.write_all(line.as_bytes())?;
        if file.metadata()?.len() > FILE_BYTES_MAX {
            self.shorten()?;
        }
        Ok(())
    }

    /// Writes the file again with the newest texts alone.
    fn shorten(&self) -> std::io::Result<()> {
        let mut lines = String::new();
        for text in self.tail()? {
            lines += &(serde_json::to_string(&text)? + "\n");
        }
        files::write_soon(&self.path, lines.as_bytes())
    }

    /// The newest texts, of at most half the largest file: the first line may be cut.
    fn tail(&self) -> std::io::Result<Vec<String>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file?,
        };
        let start = file.metadata()?.len().saturating_sub(FILE_BYTES_MAX / 2);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
        let whole = |line: &[u8]| serde_json::from_slice::<String>(line).ok();
        let texts = bytes.split(|byte| *byte == b'\n').filter_map(whole);
        let mut texts: Vec<_> = texts.filter(|text| text.len() <= TYPED_BYTES_MAX).collect();
        texts.drain(..texts.len().saturating_sub(TYPED_MAX));
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file() -> (tempfile::TempDir, TypedFile) {
        let directory = tempfile::tempdir().unwrap();
        let file = TypedFile::in_directory(directory.path());
        (directory, file)
    }

    #[test]
    fn typed_texts_are_read_again_by_their_owner_alone() {
        let (_directory, file) = file();
        assert_eq!(file.read().unwrap(), [""; 0]);
        file.add("one\ntwo \"é\"").unwrap();
        file.clone().add("/join #rust").unwrap();
        assert_eq!(file.read().unwrap(), ["one\ntwo \"é\"", "/join #rust"]);
        assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_line_costs_no_other() {
        let (_directory, file) = file();
        file.add("one").unwrap();
        let damaged = [fs::read(&file.path).unwrap(), b"\"half\n\0\0\xff\n[1]\n".to_vec()].concat();
        fs::write(&file.path, damaged).unwrap();
        file.add("two").unwrap();
        assert_eq!(file.read().unwrap(), ["one", "two"]);
    }

    #[test]
    fn texts_and_bytes_are_bounded() {
        let (_directory, file) = file();
        file.add(&"x".repeat(TYPED_BYTES_MAX + 1)).unwrap();
        assert_eq!(file.read().unwrap(), [""; 0]);
        for number in 0..=TYPED_MAX {
            file.add(&number.to_string()).unwrap();
        }
        let texts = file.read().unwrap();
        assert_eq!((texts.len(), texts[0].as_str()), (TYPED_MAX, "1"));
        // Escaped, so that a line is as long as it can be.
        let long = "\u{1}".repeat(TYPED_BYTES_MAX);
        for _ in 0..200 {
            file.add(&long).unwrap();
            assert!(fs::metadata(&file.path).unwrap().len() <= FILE_BYTES_MAX);
        }
        file.add("newest").unwrap();
        assert_eq!(file.read().unwrap().last().map(String::as_str), Some("newest"));
    }
}
