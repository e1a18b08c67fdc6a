//! The output of the log.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// The output of the log. Only the writer thread uses it.
pub(crate) struct Sink {
    output: Box<dyn Write + Send>,
    path: Option<PathBuf>,
}

impl Sink {
    #[cfg(test)]
    pub(crate) fn new(output: impl Write + Send + 'static) -> Self {
        Self { output: Box::new(output), path: None }
    }

    pub(crate) fn stderr() -> Self {
        Self { output: unlocked_stderr(), path: None }
    }

    /// Opens the file at `path`. Returns standard error and the error if it cannot be opened.
    pub(crate) fn file(path: PathBuf) -> (Self, Option<io::Error>) {
        let (output, error): (Box<dyn Write + Send>, _) = match open(&path) {
            Ok(file) => (Box::new(file), None),
            Err(error) => (unlocked_stderr(), Some(error)),
        };
        (Self { output, path: Some(path) }, error)
    }

    pub(crate) const fn has_file(&self) -> bool {
        self.path.is_some()
    }

    /// Reopens the file. If that fails, lines still go to the old one.
    pub(crate) fn reopen(&mut self) -> io::Result<()> {
        if let Some(path) = &self.path {
            self.output = Box::new(open(path)?);
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        if written == 0 { Err(io::ErrorKind::WriteZero.into()) } else { Ok(written) }
    }
}

/// Returns standard error without the lock of the standard library: if a write blocked, other threads that
/// print there would wait for it.
fn unlocked_stderr() -> Box<dyn Write + Send> {
    match io::stderr().as_fd().try_clone_to_owned() {
        Ok(duplicate) => Box::new(File::from(duplicate)),
        Err(_) => Box::new(io::stderr()),
    }
}

/// Opens a file to append to it. If it is created, only its owner can read it.
fn open(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}
