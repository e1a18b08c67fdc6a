//! Where the lines go.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Where the lines go. Used by the writer thread alone.
pub(crate) struct Sink {
    output: Box<dyn Write + Send>,
    path: Option<PathBuf>,
}

impl Sink {
    pub(crate) fn new(output: impl Write + Send + 'static) -> Self {
        Self { output: Box::new(output), path: None }
    }

    pub(crate) fn stderr() -> Self {
        Self { output: own_stderr(), path: None }
    }

    /// The file at `path`; or standard error, and the reason, if it cannot be opened.
    pub(crate) fn file(path: PathBuf) -> (Self, Option<io::Error>) {
        let (output, error): (Box<dyn Write + Send>, _) = match open(&path) {
            Ok(file) => (Box::new(file), None),
            Err(error) => (own_stderr(), Some(error)),
        };
        (Self { output, path: Some(path) }, error)
    }

    pub(crate) const fn has_file(&self) -> bool {
        self.path.is_some()
    }

    /// Opens the file again; keeps the old one if that fails.
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

/// Standard error without the lock that the standard library has around it: whoever prints there
/// would wait for a writer that is blocked.
fn own_stderr() -> Box<dyn Write + Send> {
    match io::stderr().as_fd().try_clone_to_owned() {
        Ok(own) => Box::new(File::from(own)),
        Err(_) => Box::new(io::stderr()),
    }
}

/// Opens the file to append to it; its owner alone may read it.
fn open(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}
